"""Writes times.json: what NumPy answers for instants and durations of several units, and the bytes of its files.

    python times.py
"""

import io
import json
import pathlib

import numpy as np

UNITS = ["W", "D", "h", "m", "s", "ms", "us", "ns"]
NAT = np.iinfo("int64").min


def ticks(x):
    return x.astype("int64").ravel().tolist()


def file(x):
    out = io.BytesIO()
    np.save(out, x)
    return out.getvalue().hex()


def operands(rng, code, unit):
    x = rng.integers(-5000, 5000, 8).astype(f"{code}8[{unit}]")
    x[rng.integers(0, 8)] = "NaT"
    return x


cases, rng = [], np.random.default_rng(1)
for a_unit in UNITS:
    for b_unit in UNITS:
        a, b = operands(rng, "M", a_unit), operands(rng, "M", b_unit)
        b[3] = a[3] if np.dtype(a.dtype) >= np.dtype(b.dtype) else b[3]
        d, e = operands(rng, "m", a_unit), operands(rng, "m", b_unit)
        case = {"units": [a_unit, b_unit], "a": ticks(a), "b": ticks(b), "d": ticks(d), "e": ticks(e)}
        for name in ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"]:
            case[name] = getattr(np, name)(a, b).tolist()
        for name, y in {"a - b": a - b, "a + e": a + e, "a - e": a - e, "d + e": d + e, "d - e": d - e}.items():
            case[name] = [np.datetime_data(y.dtype)[0], ticks(y)]
        case["a as b"] = ticks(a.astype(b.dtype))
        case["d / e"] = [None if np.isnan(v) else v for v in (d / np.where(e == np.timedelta64(0, b_unit), np.timedelta64(1, b_unit), e)).tolist()]
        known = a[~np.isnat(a)]
        case["extremes"] = [ticks(x.min())[0] for x in (a, known)] + [ticks(x.max())[0] for x in (a, known)]
        case["known"] = ticks(known)
        cases.append(case)
files = [file(operands(rng, code, unit).reshape(2, 4)) for code in "Mm" for unit in UNITS]
pathlib.Path(__file__).with_name("times.json").write_text(json.dumps({"cases": cases, "files": files}) + "\n")
