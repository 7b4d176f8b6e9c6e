//! Every operation against pandas' answer, with missing floats as null and as NaN.

use arrow::datatypes::DataType;
use swath_dataframe::{DataFrame, DropNa, Expr, How, Keep, Merge, col, concat, from_columns, lit, when};

use crate::group_bys::{GROUP_BYS, Make};
use crate::oracle::{BOTH, check, check_any_order, frame};

/// Checks an expression over the small frame under the case's name.
fn expressions(cases: impl IntoIterator<Item = (&'static str, Expr)>) {
    let cases: Vec<_> = cases.into_iter().collect();
    for missing in BOTH {
        let df = frame("small", missing);
        for (name, expr) in &cases {
            check(name, &df.select(expr.alias("r")));
        }
    }
}

/// Checks frames made of the small frame.
fn frames(cases: &[(&str, Make)]) {
    for missing in BOTH {
        let df = frame("small", missing);
        for (name, make) in cases {
            check(name, &make(&df));
        }
    }
}

#[test]
fn arithmetic() {
    expressions([
        ("add", col("i") + col("x")),
        ("sub", col("i") - col("j")),
        ("mul", col("i") * 2),
        ("div", col("i") / col("j")),
        ("div_float", col("x") / col("y")),
        ("floor_div", col("i").floor_div(col("j"))),
        ("modulo", col("i") % col("j")),
        ("floor_div_float", col("y").floor_div(2)),
        ("modulo_float", col("y") % -1.5),
        ("neg", -col("i")),
        ("abs", col("i").abs()),
        ("round_2", col("y").round() + (col("x") * 1.005).round_to(2)),
        ("clip", col("x").clip(0, 3)),
        ("sqrt", col("j").abs().sqrt()),
        ("pow", col("x").pow(2)),
    ]);
    let halves = vec![0.5, 1.5, 2.5, -0.5, 2.4, 2.6, -1.5, 1e6 + 0.5];
    check("round", &from_columns([("0", halves)]).select(col("0").round().alias("r")));
}

#[test]
fn comparisons() {
    expressions([
        ("gt", col("x").gt(2)),
        ("lt", col("x").lt(2)),
        ("ge_columns", col("x").ge(col("y"))),
        ("eq", col("x").eq(2.5)),
        ("ne", col("x").ne(2.5)),
        ("eq_text", col("k").eq("a")),
        ("ne_text", col("k").ne("a")),
        ("not_gt", !col("x").gt(2)),
        ("and_or", (col("x").gt(1) & col("y").gt(0)) | col("k").eq("b")),
        ("between", col("x").between(1.5, 3.5)),
        ("isin", col("k").isin(["a", "d"])),
        ("isin_missing", col("k").isin([Some("a"), None])),
        ("isna", col("x").is_null()),
        ("notna", col("k").not_null()),
        ("fillna", col("x").fillna(9)),
        ("fillna_text", col("k").fillna("?")),
        ("where", when(col("i").gt(0)).then(col("i")).otherwise(-1)),
    ]);
    frames(&[
        ("filter", |df| df.filter(col("x").gt(1) | col("k").eq("b"))),
        ("query", |df| df.query("i > 1 and k == \"a\"")),
    ]);
}

#[test]
fn strings() {
    let s = || col("s").str();
    expressions([
        ("str_lower", s().lower()),
        ("str_upper", s().upper()),
        ("str_len", s().len()),
        ("str_strip", s().strip()),
        ("str_contains", s().contains("b")),
        ("str_matches", s().matches("[0-9]$")),
        ("str_startswith", s().starts_with("A")),
        ("str_endswith", s().ends_with("r")),
        ("str_replace", s().replace("o", "0")),
        ("str_replace_regex", s().replace_regex("([a-z])b", r"\1B")),
        ("str_slice", s().slice(1, 3)),
        ("str_slice_negative", s().slice(-2, None)),
        ("str_slice_both", s().slice(-3, -1)),
        ("str_get", s().get(0)),
        ("str_get_last", s().get(-1)),
        ("str_find", s().find("b")),
        ("str_count", s().count("[a-z]")),
        ("str_zfill", s().zfill(4)),
        ("str_rjust", s().rjust(5, ".")),
        ("str_ljust", s().ljust(5, ".")),
        ("str_title", s().title()),
        ("str_capitalize", s().capitalize()),
        ("str_isdigit", s().isdigit()),
        ("str_isalpha", s().isalpha()),
        ("str_split_1", s().split_part(" ", 1)),
        ("str_removeprefix", s().removeprefix("foo ")),
        ("str_removesuffix", s().removesuffix("bra")),
        ("str_extract", s().extract("([A-Z])")),
        ("str_cat", col("k").str().cat(col("s"))),
    ]);
}

#[test]
fn dates() {
    let t = || col("t").dt();
    expressions([
        ("dt_year", t().year()),
        ("dt_month", t().month()),
        ("dt_day", t().day()),
        ("dt_hour", t().hour()),
        ("dt_minute", t().minute()),
        ("dt_second", t().second()),
        ("dt_quarter", t().quarter()),
        ("dt_day_of_week", t().dayofweek()),
        ("dt_day_of_year", t().dayofyear()),
        ("dt_days_in_month", t().days_in_month()),
        ("dt_is_month_end", t().is_month_end()),
        ("dt_day_name", t().day_name()),
        ("dt_strftime", t().strftime("%Y/%m/%d")),
        ("dt_floor", t().floor("D")),
        ("dt_week", t().week()),
    ]);
}

#[test]
fn groupby() {
    frames(&GROUP_BYS);
    frames(&[
        ("groupby_first", |df| df.groupby("k").first(["i", "x", "s"])),
        ("groupby_last", |df| df.groupby("k").last(["i", "x", "s"])),
        ("groupby_all", |df| df.drop(["s", "b", "t"]).groupby("k").mean([])),
        ("groupby_head", |df| df.groupby("k").head(1)),
        ("groupby_tail", |df| df.groupby("k").tail(1)),
        ("groupby_quantile", |df| df.groupby("k").quantile(0.3, ["i", "y"])),
        ("transform", |df| {
            let mean = when(col("k").not_null()).then(col("i").mean().over("k")).end();
            df.select((col("i") - mean).alias("r"))
        }),
    ]);
}

#[test]
fn groupby_of_many_rows() {
    for missing in BOTH {
        let df = frame("many", missing);
        let by = || df.groupby(["u", "v"]);
        check("many_mean", &by().mean(["a", "c"]));
        check("many_sum", &by().sum(["a", "c"]));
        check("many_std", &by().std(["a", "c"]));
        check("many_median", &by().median(["a", "c"]));
        check("many_nunique", &df.groupby("u").nunique(["a", "w"]));
        check_any_order("many_mean", &by().sort(false).mean(["a", "c"]));
        check("describe_many", &df.describe());
    }
}

#[test]
fn whole_columns() {
    frames(&[
        ("all_sum", |df| df.sum(["i", "x", "y"])),
        ("all_mean", |df| df.mean(["i", "x", "y"])),
        ("all_std", |df| df.std(["i", "x", "y"])),
        ("all_var", |df| df.var(["i", "x", "y"])),
        ("all_min", |df| df.min(["i", "x", "y"])),
        ("all_max", |df| df.max(["i", "x", "y"])),
        ("all_count", |df| df.count(["i", "x", "y"])),
        ("all_nunique", |df| df.nunique(["i", "x", "y"])),
        ("all_median", |df| df.median(["i", "x", "y"])),
        ("all_sum_missing", |df| df.filter(col("x").gt(100)).sum("x")),
        ("all_quantile", |df| df.quantile(0.25, ["i", "x"])),
        ("describe", |df| df.drop("k").describe()),
    ]);
}

#[test]
fn order() {
    frames(&[
        ("sort", |df| df.sort_values(["x", "i"]).select(["x", "i"])),
        ("sort_desc", |df| df.sort_values(col("x").desc()).select("x")),
        ("sort_two", |df| df.sort_values([col("g").desc(), col("y").asc()]).select(["g", "y"])),
        ("nlargest", |df| df.nlargest(3, "i").select("i")),
        ("nsmallest", |df| df.nsmallest(3, "y").select("y")),
        ("head", |df| df.head(3)),
        ("tail", |df| df.tail(3)),
    ]);
}

#[test]
fn distinct() {
    frames(&[
        ("value_counts", |df| df.value_counts("k")),
        ("value_proportions", |df| df.value_proportions("k")),
        ("drop_duplicates", |df| df.select(["g", "b"]).drop_duplicates_by([], Keep::First)),
        ("drop_duplicates_first", |df| df.drop_duplicates_by("k", Keep::First).select(["k", "i"])),
        ("drop_duplicates_last", |df| df.drop_duplicates_by("k", Keep::Last).select(["k", "i"])),
    ]);
    for missing in BOTH {
        let df = frame("small", missing);
        check_any_order("unique", &df.unique("k"));
        check_any_order("drop_duplicates", &df.select(["g", "b"]).drop_duplicates());
    }
}

#[test]
fn missing_values() {
    frames(&[
        ("dropna", DataFrame::dropna),
        ("dropna_all", |df| df.select(["k", "x"]).dropna_by(DropNa::all())),
        ("dropna_subset", |df| df.dropna_by(DropNa::any().subset("x"))),
        ("dropna_thresh", |df| df.dropna_by(DropNa::fewer_than(8))),
        ("frame_fillna", |df| df.select(["i", "x", "y"]).fillna(0)),
        ("frame_isna", DataFrame::isna),
    ]);
}

#[test]
fn merges() {
    for missing in BOTH {
        let (left, right) = (frame("small", missing), frame("other", missing));
        let some = left.select(["k", "i", "y"]);
        for (name, how) in
            [("inner", How::Inner), ("left", How::Left), ("right", How::Right), ("outer", How::Outer)]
        {
            check_any_order(&format!("merge_{name}"), &some.merge(&right, Merge::on("k").how(how)));
        }
        let keys = left.select(["k", "i"]);
        let renamed = right.rename([("k", "kk")]);
        check_any_order("merge_left_right_on", &keys.merge(&renamed, Merge::left_on("k").right_on("kk")));
        let two = left.select("i").head(2);
        check_any_order("merge_cross", &two.merge(&right.select("z"), Merge::cross()));
        check_any_order("merge_semi", &keys.join(&right, "k", How::Semi));
        check_any_order("merge_anti", &keys.join(&right, "k", How::Anti));
    }
}

#[test]
fn columns() {
    frames(&[
        ("astype", |df| df.select(["i", "b"]).astype([("i", DataType::Float64), ("b", DataType::Int64)])),
        ("rename", |df| df.select(["i", "x"]).rename([("i", "ii")])),
    ]);
    for missing in BOTH {
        let (a, b) = (frame("small", missing), frame("other", missing));
        check("concat", &concat([&a.select(["k", "i"]), &b.select(["k", "z"])]));
    }
    let df = from_columns([("a", vec![1, 2])]).with_column("b", lit("x")).with_column("a", col("a") + 1);
    assert_eq!(df.columns().unwrap(), ["a", "b"]);
}
