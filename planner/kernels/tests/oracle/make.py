"""Writes numpy.json: what NumPy answers for every operation of the crate on every element type.

Where NumPy gives float16 (8-bit integers and booleans), which swath does not have, the answer is computed from float32.
"""
import json
import re
import warnings

import numpy as np

warnings.simplefilter("ignore")
DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
          "complex64", "complex128"]
SOURCE = {"unary": "../../src/ops/unary.rs", "binary": "../../src/ops/binary.rs"}


def names(kind):
    """The operations' NumPy names, read off the crate's own table."""
    return re.findall(r'^    \w+ "(\w+)" \w+ "', open(SOURCE[kind]).read(), re.M)


def halves(a, b):
    """ldexp as the crate has it: both operands in one float type, the exponent a whole number."""
    t = np.hypot(np.ones(1, a.dtype), np.ones(1, b.dtype)).dtype
    return np.ldexp(a.astype(t), np.nan_to_num(b, nan=0, posinf=2**31 - 1, neginf=-(2**31)).astype("float64").clip(
        -(2**31), 2**31 - 1).astype("int32")).astype(t)


# Parts of NumPy's functions of several results, and what its function of that name does otherwise.
APART = {"mantissa": lambda x: np.frexp(x)[0], "exponent": lambda x: np.frexp(x)[1].astype(np.frexp(x)[0].dtype),
         "fraction": lambda x: np.modf(x)[0], "ldexp": halves}


def function(name):
    return APART.get(name) or getattr(np, name)


def inputs(dtype):
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.array([0, 1, 1, 0], "bool"), np.array([0, 0, 1, 1], "bool")
    if kind in "iu":
        i = np.iinfo(dtype)
        a = [0, 1, 2, 7, 100, i.max, i.max - 1, 3, 5, 9]
        b = [3, 0, 5, 2, 7, 2, i.max, 3, 4, 1]
        if kind == "i":
            a += [-1, -7, 7, -7, i.min, i.min, -100]
            b += [3, 2, -2, -2, -1, 2, 7]
        return np.array(a, dtype), np.array(b, dtype)
    if kind == "f":
        nan, inf = np.nan, np.inf
        a = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 3.7, -3.7, 0.1, 100.25, nan, 1.0, nan, inf, -inf, inf, 7.5, -7.5, 1e-5,
             0.3, -0.9, 20.5, 1.0, 0.0]
        b = [1.0, 2.0, 0.0, -0.0, 2.0, -1.5, 1.5, 3.7, 2.0, -0.3, 7.0, 1.0, nan, nan, 2.0, inf, inf, -2.0, 2.0, 3.0,
             inf, -inf, -3.25, 1.5, 0.0]
        return np.array(a, dtype), np.array(b, dtype)
    a = [1 + 2j, -0.5 + 0.25j, 3 - 4j, 0.1 + 0j, -2 - 1j, 0.5j, 1.5 - 0.5j]
    b = [2 - 1j, 0.5 + 0.5j, 1 + 1j, -3 + 0j, 2 + 0j, 1 - 2j, 1.5 - 0.5j]
    return np.array(a, dtype), np.array(b, dtype)


def text(array):
    if array.dtype.kind == "c":
        return [f"{v.real!r},{v.imag!r}" for v in array.astype("complex128").tolist()]
    if array.dtype == "float32":
        return [repr(v) for v in array.astype("float64").tolist()]
    return [repr(v).lower() if array.dtype.kind == "b" else repr(v) for v in array.tolist()]


def answer(f, *args):
    try:
        y = np.asarray(f(*args))
        if y.dtype == "float16":
            y = np.asarray(f(*[a.astype("float32") for a in args]))
    except (TypeError, ValueError, np.exceptions.DTypePromotionError) as e:
        return {"error": type(e).__name__}
    return {"dtype": str(y.dtype), "y": text(y.ravel())}


def result_type(f, *dtypes):
    try:
        y = f(*[np.ones(1, t) for t in dtypes]).dtype
    except TypeError:
        return "error"
    return "float32" if y == "float16" else str(y)


def shapes_of_reductions():
    rng = np.random.default_rng(0)
    for dtype in DTYPES:
        kind = np.dtype(dtype).kind
        values = rng.integers(-9, 9, (5, 4, 3))
        if kind == "u":
            values = abs(values)
        x = values.astype(dtype)
        if kind == "f":
            x = x + np.array(0.25, dtype)
        if kind == "c":
            x = ((x + 0.5j * values[::-1]) / 8).astype(dtype)
        yield dtype, x
        if kind == "f":
            holes = x.copy()
            holes[1, 2, 0] = holes[4, 0, 2] = holes[3, 3, 1] = np.nan
            yield dtype, holes


def reductions():
    for number, (dtype, x) in enumerate(shapes_of_reductions()):
        for name in ["sum", "prod", "min", "max", "mean", "var", "std", "argmin", "argmax", "any", "all", "count_nonzero",
                     "nansum", "nanprod", "nanmin", "nanmax", "nanmean", "nanvar", "nanstd", "nanargmin", "nanargmax"]:
            # NumPy orders complex numbers in reductions; swath refuses that.
            if np.dtype(dtype).kind == "c" and ("min" in name or "max" in name):
                continue
            for axis in [None, 0, 1, (0, 2)]:
                if "arg" in name and isinstance(axis, tuple):
                    continue
                for ddof in [0, 1] if "var" in name or "std" in name else [None]:
                    kwargs = {} if ddof is None else {"ddof": ddof}
                    f = lambda v: getattr(np, name)(v, axis=axis, **kwargs)
                    axes = [0, 1, 2] if axis is None else [axis] if isinstance(axis, int) else list(axis)
                    yield {"op": name, "ddof": ddof or 0, "axes": axes, "x": number} | answer(f, x)


EXPONENTS = np.arange(17) % 5
unary, binary, types = [], [], {}
for name in names("unary"):
    for dtype in DTYPES:
        x = inputs(dtype)[0]
        if name == "reciprocal" and np.dtype(dtype).kind in "iu":
            continue  # 1 / 0 of integers is whatever the C compiler makes of it; swath gives 0
        unary.append({"op": name, "in": dtype} | answer(function(name), x))
for name in names("binary"):
    f = function(name)
    types[name] = [[result_type(f, a, b) for b in DTYPES] for a in DTYPES]
    for dtype in DTYPES:
        a, b = inputs(dtype)
        if name in ("power", "float_power") and np.dtype(dtype).kind == "i":
            b = EXPONENTS[: len(a)].astype(dtype)
        binary.append({"op": name, "in": dtype} | answer(f, a, b))
promote = [[str(np.promote_types(a, b)) for b in DTYPES] for a in DTYPES]
weak = {kind: [str((np.ones(1, t) + value).dtype) for t in DTYPES]
        for kind, value in [("int", 1), ("float", 1.5), ("complex", 1j)]}
operands = {t: [text(v) for v in inputs(t)] for t in DTYPES}
arrays = [{"in": t, "x": text(x.ravel())} for t, x in shapes_of_reductions()]
out = {"dtypes": DTYPES, "operands": operands, "exponents": EXPONENTS.tolist(), "arrays": arrays, "promote": promote, "weak": weak, "types": types, "unary": unary, "binary": binary,
       "reduce": list(reductions())}
with open("numpy.json", "w") as f:
    f.write("{\n" + ",\n".join(
        f'"{k}": ' + ("[\n" + ",\n".join(json.dumps(c) for c in v) + "\n]" if k in ("unary", "binary", "reduce")
                      else json.dumps(v)) for k, v in out.items()) + "\n}\n")
