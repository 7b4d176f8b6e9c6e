"""Writes pandas.json: input frames and what pandas 3 answers for the cases that tests/it/pandas.rs computes.

Run with a Python that has pandas 3:  python make_pandas.py
"""

import json
import math
import pathlib

import numpy as np
import pandas as pd

rng = np.random.default_rng(7)

small = pd.DataFrame(
    {
        "k": ["a", "b", None, "a", "c", "b", "a", "d"],
        "g": [1, 2, 1, 1, 2, 2, 1, 3],
        "i": [7, -7, 3, 0, 12, -5, 2, 9],
        "j": [2, 2, -2, 5, 0, 3, -3, 4],
        "x": [1.5, None, 2.5, -0.5, None, 4.0, 3.5, None],
        "y": [2.0, 0.5, None, -4.0, 1.0, 0.0, 2.5, 7.5],
        "s": ["Ab c", None, " x ", "", "-7", "Zebra", "äÖü9", "foo bar"],
        "b": [True, False, True, True, False, False, True, True],
        "t": pd.to_datetime(
            [
                "2024-02-29 23:59:58",
                "2023-12-31 00:00:00",
                None,
                "2024-01-01 12:30:15",
                "1999-07-04 06:05:04",
                "2024-03-31 01:02:03",
                "2021-01-03 00:00:01",
                "2020-12-28 10:20:30",
            ]
        ),
    }
)
other = pd.DataFrame(
    {
        "k": ["a", "b", "b", None, "e"],
        "y": [10.0, 20.0, None, 40.0, 50.0],
        "z": [100, 200, 201, 400, 500],
    }
)
n = 400
many = pd.DataFrame(
    {
        "u": rng.integers(0, 12, n),
        "v": rng.integers(0, 5, n),
        "a": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n).round(6)),
        "c": rng.integers(-1000, 1000, n),
        "w": [f"w{m}" if m else None for m in rng.integers(0, 9, n)],
    }
)
frames = {"small": small, "other": other, "many": many}
cases = {}


def value(v):
    if v is None or v is pd.NaT or v is pd.NA:
        return None
    if isinstance(v, (list, tuple, np.ndarray)):
        return [value(x) for x in v]
    if isinstance(v, (bool, np.bool_)):
        return bool(v)
    if isinstance(v, (int, np.integer)):
        return int(v)
    if isinstance(v, (float, np.floating)):
        if math.isnan(v):
            return None
        return {"float": str(float(v))} if math.isinf(v) else float(v)
    if isinstance(v, (pd.Timestamp,)):
        return v.isoformat()
    return str(v)


def table(df):
    return [[str(c), [value(v) for v in df[c]]] for c in df.columns]


def case(name, df):
    if isinstance(df, pd.Series):
        df = df.to_frame()
    assert name not in cases, name
    cases[name] = table(df)


def col(name, series):
    case(name, pd.DataFrame({"r": series}))


S = small
# arithmetic
col("add", S.i + S.x)
col("sub", S.i - S.j)
col("mul", S.i * 2)
col("div", S.i / S.j)
col("div_float", S.x / S.y)
# by zero, pandas turns an integer column into floats; here integers stay and become missing
col("floor_div", (S.i // S.j.where(S.j != 0)))
col("modulo", (S.i % S.j.where(S.j != 0)))
col("floor_div_float", S.y // 2)
col("modulo_float", S.y % -1.5)
col("neg", -S.i)
col("abs", S.i.abs())
col("round", pd.Series([0.5, 1.5, 2.5, -0.5, 2.4, 2.6, -1.5, 1e6 + 0.5]).round())
col("round_2", S.y.round(0) + (S.x * 1.005).round(2))
col("clip", S.x.clip(0, 3))
col("sqrt", np.sqrt(S.j.abs()))
col("pow", S.x**2)
# comparisons with missing values
col("gt", S.x > 2)
col("lt", S.x < 2)
col("ge_columns", S.x >= S.y)
col("eq", S.x == 2.5)
col("ne", S.x != 2.5)
col("eq_text", S.k == "a")
col("ne_text", S.k != "a")
col("not_gt", ~(S.x > 2))
col("and_or", ((S.x > 1) & (S.y > 0)) | (S.k == "b"))
col("between", S.x.between(1.5, 3.5))
col("isin", S.k.isin(["a", "d"]))
col("isin_missing", S.k.isin(["a", None]))
col("isna", S.x.isna())
col("notna", S.k.notna())
col("fillna", S.x.fillna(9))
col("fillna_text", S.k.fillna("?"))
col("where", S.i.where(S.i > 0, -1))
case("filter", S[(S.x > 1) | (S.k == "b")])
case("query", S.query("i > 1 and k == 'a'"))
# strings
col("str_lower", S.s.str.lower())
col("str_upper", S.s.str.upper())
col("str_len", S.s.str.len().astype("Int64"))
col("str_strip", S.s.str.strip())
col("str_contains", S.s.str.contains("b", regex=False))
col("str_matches", S.s.str.contains(r"[0-9]$"))
col("str_startswith", S.s.str.startswith("A"))
col("str_endswith", S.s.str.endswith("r"))
col("str_replace", S.s.str.replace("o", "0", regex=False))
col("str_replace_regex", S.s.str.replace(r"([a-z])b", r"\1B", regex=True))
col("str_slice", S.s.str.slice(1, 3))
col("str_slice_negative", S.s.str.slice(-2))
col("str_slice_both", S.s.str.slice(-3, -1))
col("str_get", S.s.str.get(0))
col("str_get_last", S.s.str.get(-1))
col("str_find", S.s.str.find("b").astype("Int64"))
col("str_count", S.s.str.count("[a-z]").astype("Int64"))
col("str_zfill", S.s.str.zfill(4))
col("str_rjust", S.s.str.rjust(5, "."))
col("str_ljust", S.s.str.ljust(5, "."))
col("str_title", S.s.str.title())
col("str_capitalize", S.s.str.capitalize())
col("str_isdigit", S.s.str.isdigit())
col("str_isalpha", S.s.str.isalpha())
col("str_split_1", S.s.str.split(" ").str.get(1))
col("str_removeprefix", S.s.str.removeprefix("foo "))
col("str_removesuffix", S.s.str.removesuffix("bra"))
col("str_extract", S.s.str.extract(r"([A-Z])", expand=False))
col("str_cat", S.k + S.s)
# dates
for part in ["year", "month", "day", "hour", "minute", "second", "quarter", "day_of_week", "day_of_year", "days_in_month"]:
    col(f"dt_{part}", getattr(S.t.dt, part).astype("Int64"))
col("dt_is_month_end", S.t.dt.is_month_end.where(S.t.notna(), None))
col("dt_day_name", S.t.dt.day_name())
col("dt_strftime", S.t.dt.strftime("%Y/%m/%d"))
col("dt_floor", S.t.dt.floor("D"))
col("dt_week", S.t.dt.isocalendar().week)
# group-bys: missing keys dropped, sorted
G = S.groupby("k")
for f in ["sum", "mean", "std", "var", "median"]:
    case(f"groupby_{f}", getattr(G[["g", "i", "j", "x", "y"]], f)().reset_index())
for f in ["min", "max", "count", "nunique", "first", "last"]:
    case(f"groupby_{f}", getattr(G[["i", "x", "s"]], f)().reset_index())
case("groupby_size", G.size().rename("size").reset_index())
case("groupby_two", S.groupby(["k", "g"])[["x"]].sum().reset_index())
case("groupby_keep_missing", S.groupby("k", dropna=False)[["x"]].sum().reset_index())
case("groupby_float_key", S.groupby("x")[["i"]].sum().reset_index())
case("groupby_agg", G.agg(x_sum=("x", "sum"), x_mean=("x", "mean"), n=("i", "max")).reset_index())
case("groupby_expression", S.groupby((S.i % 2).rename("i"))[["x"]].sum().reset_index())
case("groupby_all", S.drop(columns=["s", "b", "t"]).groupby("k").mean().reset_index())
case("groupby_head", G.head(1))
case("groupby_tail", G.tail(1))
case("groupby_quantile", G[["i", "y"]].quantile(0.3).reset_index())
col("transform", S.i - G.i.transform("mean").where(S.k.notna()))
M = many.groupby(["u", "v"])
case("many_mean", M[["a", "c"]].mean().reset_index())
case("many_sum", M[["a", "c"]].sum().reset_index())
case("many_std", M[["a", "c"]].std().reset_index())
case("many_median", M[["a", "c"]].median().reset_index())
case("many_nunique", many.groupby("u")[["a", "w"]].nunique().reset_index())
# whole columns
for f in ["sum", "mean", "std", "var", "min", "max", "count", "nunique", "median"]:
    case(f"all_{f}", getattr(S[["i", "x", "y"]], f)().to_frame().T)
case("all_sum_missing", pd.DataFrame({"x": [S.x[S.x > 100].sum()]}))
case("all_quantile", S[["i", "x"]].quantile(0.25).to_frame().T)
d = S[["g", "i", "j", "x", "y"]].describe()
case("describe", d.rename_axis("statistic").reset_index())
d = many[["u", "v", "a", "c"]].describe()
case("describe_many", d.rename_axis("statistic").reset_index())
# order
case("sort", S.sort_values(["x", "i"])[["x", "i"]])
case("sort_desc", S.sort_values("x", ascending=False, kind="stable")[["x"]])
case("sort_two", S.sort_values(["g", "y"], ascending=[False, True], kind="stable")[["g", "y"]])
case("nlargest", S.nlargest(3, "i")[["i"]])
case("nsmallest", S.nsmallest(3, "y")[["y"]])
case("head", S.head(3))
case("tail", S.tail(3))
# distinct
case("value_counts", S.value_counts("k").reset_index().sort_values(["count", "k"], ascending=[False, True]))
case("value_proportions", S.k.value_counts(normalize=True).reset_index().sort_values(["proportion", "k"], ascending=[False, True]))
case("drop_duplicates", S[["g", "b"]].drop_duplicates())
case("drop_duplicates_first", S.drop_duplicates("k")[["k", "i"]])
case("drop_duplicates_last", S.drop_duplicates("k", keep="last")[["k", "i"]])
case("unique", pd.DataFrame({"k": S.k.unique()}))
# missing values
case("dropna", S.dropna())
case("dropna_all", S[["k", "x"]].dropna(how="all"))
case("dropna_subset", S.dropna(subset=["x"]))
case("dropna_thresh", S.dropna(thresh=8))
case("frame_fillna", S[["i", "x", "y"]].fillna(0))
case("frame_isna", S.isna())
# merges
R = other
for how in ["inner", "left", "right", "outer"]:
    case(f"merge_{how}", S[["k", "i", "y"]].merge(R, on="k", how=how))
case("merge_left_right_on", S[["k", "i"]].merge(R.rename(columns={"k": "kk"}), left_on="k", right_on="kk"))
case("merge_cross", S[["i"]].head(2).merge(R[["z"]], how="cross"))
case("merge_semi", S[S.k.isin(R.k)][["k", "i"]])
case("merge_anti", S[~S.k.isin(R.k)][["k", "i"]])
# columns and frames
case("concat", pd.concat([S[["k", "i"]], R[["k", "z"]]]))
case("astype", S[["i", "b"]].astype({"i": "float64", "b": "int64"}))
case("rename", S[["i", "x"]].rename(columns={"i": "ii"}))

out = {
    "pandas": pd.__version__,
    "frames": {
        name: [[c, str(df[c].dtype).split("[")[0], [value(v) for v in df[c]]] for c in df.columns]
        for name, df in frames.items()
    },
    "cases": cases,
}
path = pathlib.Path(__file__).with_name("pandas.json")
path.write_text(json.dumps(out, indent=None, ensure_ascii=False, separators=(",", ":")).replace(']],"', ']],\n"') + "\n")
print(len(cases), "cases", path.stat().st_size, "bytes")
