"""Draws chains of array functions, runs them with NumPy and writes the answers to cases.json.

    python make.py [SEED] [COUNT]

The inputs are not stored: element i of the input is ((i * 37 + 11) % 101 - 50) / 4, or without the division for
integers, converted to the dtype of the case. The test replays every chain over several chunkings.
"""

import json
import pathlib
import random
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")

SHAPES = [(), (1,), (7,), (12,), (3, 4), (4, 4), (5, 1), (1, 6), (2, 3, 4), (3, 1, 5), (6, 7), (2, 0), (2, 2, 3, 2)]
DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "float32", "float64"]
UNARY = ["absolute", "sqrt", "exp", "sin", "floor", "negative", "sign", "square", "isnan", "tanh", "rint", "cbrt"]
BINARY = ["add", "subtract", "multiply", "divide", "floor_divide", "remainder", "maximum", "minimum", "power"]
COMPARE = ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"]
REDUCE = ["sum", "prod", "mean", "std", "var", "min", "max", "argmin", "argmax", "any", "all", "count_nonzero",
          "nansum", "nanmean", "nanmax", "nanmin", "nanstd"]


def data(shape, dtype):
    size = int(np.prod(shape))
    whole = (np.arange(size) * 37 + 11) % 101 - 50
    if np.dtype(dtype).kind == "f":
        return (whole / 4).astype(dtype).reshape(shape)
    if np.dtype(dtype).kind == "b":
        return (whole > 0).reshape(shape)
    return (np.abs(whole) if np.dtype(dtype).kind == "u" else whole).astype(dtype).reshape(shape)


def axis_of(rng, ndim):
    return rng.randrange(-ndim, ndim)


def slice_item(rng, n):
    kind = rng.random()
    if kind < 0.25 and n:
        return {"at": rng.randrange(-n, n)}
    bound = lambda: None if rng.random() < 0.4 else rng.randrange(-n - 2, n + 3)
    return {"range": [bound(), bound(), rng.choice([1, 1, 2, 3, -1, -2])]}


def to_index(item):
    if item == "new":
        return None
    if item == "ellipsis":
        return Ellipsis
    if "at" in item:
        return item["at"]
    return slice(*item["range"])


def factors(rng, size):
    shape = []
    while size > 1:
        d = rng.choice([k for k in range(2, size + 1) if size % k == 0])
        shape.append(d)
        size //= d
    if rng.random() < 0.3:
        shape.insert(rng.randrange(len(shape) + 1), 1)
    return shape


def draw(rng, x):
    nd, f = x.ndim, rng.choice(["unary", "scalar", "scalar", "mean", "reduce", "reduce", "slice", "slice", "slice",
                                "transpose", "reshape", "flip", "roll", "take", "concat", "stack", "astype", "where",
                                "clip", "matmul", "squeeze", "expand", "compare", "broadcast", "round", "invert"])
    op = {"f": f}
    if f == "unary":
        op["name"] = rng.choice(UNARY)
        return op, getattr(np, op["name"])(x)
    if f == "scalar":
        op["name"] = rng.choice(BINARY)
        op["value"] = rng.choice([2, 3, 1, 2.5, 0.5])
        op["left"] = rng.random() < 0.3
        function = getattr(np, op["name"])
        return op, function(op["value"], x) if op["left"] else function(x, op["value"])
    if f == "mean" and nd:
        op["axis"], op["name"] = axis_of(rng, nd), rng.choice(["subtract", "divide", "multiply"])
        return op, getattr(np, op["name"])(x, x.mean(axis=op["axis"], keepdims=True))
    if f == "reduce" and nd:
        op["name"] = rng.choice(REDUCE)
        one = op["name"].startswith("arg")
        axes = [None, [axis_of(rng, nd)], list(range(nd))[: rng.randrange(1, nd + 1)]][rng.randrange(2 if one else 3)]
        op["axes"], op["keepdims"] = axes, rng.random() < 0.4
        axis = None if axes is None else (axes[0] if one else tuple(axes))
        return op, np.asarray(getattr(np, op["name"])(x, axis=axis, keepdims=op["keepdims"]))
    if f == "slice" and nd:
        items = [slice_item(rng, n) for n in x.shape[: rng.randrange(1, nd + 1)]]
        if rng.random() < 0.3:
            items.insert(rng.randrange(len(items) + 1), "new")
        if rng.random() < 0.2 and len(items) <= nd:
            items = [i for i in items if i != "new"][:1] + ["ellipsis"]
        op["items"] = items
        return op, np.asarray(x[tuple(to_index(i) for i in items)])
    if f == "transpose" and nd:
        op["axes"] = rng.sample(range(nd), nd)
        return op, x.transpose(op["axes"])
    if f == "reshape" and x.size:
        op["shape"] = factors(rng, x.size)
        return op, x.reshape(op["shape"])
    if f == "flip" and nd:
        op["axes"] = [axis_of(rng, nd)]
        return op, np.flip(x, op["axes"])
    if f == "roll" and nd:
        op["axis"], op["shift"] = axis_of(rng, nd), rng.randrange(-9, 10)
        return op, np.roll(x, op["shift"], op["axis"])
    if f == "take" and nd:
        op["axis"] = axis_of(rng, nd)
        n = x.shape[op["axis"]]
        op["positions"] = [rng.randrange(-n, n) for _ in range(rng.randrange(1, 6))] if n else []
        return op, np.take(x, np.array(op["positions"], dtype=int), op["axis"])
    if f == "concat" and nd:
        op["axis"] = axis_of(rng, nd)
        return op, np.concatenate([x, x[::-1]], op["axis"])
    if f == "stack":
        op["axis"] = rng.randrange(-nd - 1, nd + 1)
        return op, np.stack([x, x], op["axis"])
    if f == "astype":
        op["dtype"] = rng.choice(["int32", "int64", "float32", "float64", "bool"])
        if x.dtype.kind == "f" and not (np.isfinite(x).all() and (np.abs(x) < 1e9).all()) and op["dtype"][0] == "i":
            return None
        return op, x.astype(op["dtype"])
    if f == "where":
        return op, np.where(x > 0, x, -1 if x.dtype.kind in "if" else 1)
    if f == "clip":
        op["low"], op["high"] = 1, 5
        return op, np.clip(x, 1, 5)
    if f == "matmul" and nd >= 2 and x.dtype.kind == "f":
        return op, x @ np.swapaxes(x, -1, -2)
    if f == "squeeze":
        return op, np.squeeze(x)
    if f == "expand":
        op["axis"] = rng.randrange(-nd - 1, nd + 1)
        return op, np.expand_dims(x, op["axis"])
    if f == "compare":
        op["name"], op["value"] = rng.choice(COMPARE), rng.choice([0, 1, 2])
        return op, getattr(np, op["name"])(x, op["value"])
    if f == "broadcast":
        op["shape"] = [2, *[3 if n == 1 else n for n in x.shape]]
        return op, np.broadcast_to(x, op["shape"])
    if f == "round" and x.dtype.kind == "f":
        op["decimals"] = rng.choice([0, 1, 2])
        return op, np.round(x, op["decimals"])
    if f == "invert" and x.dtype.kind in "biu":
        return op, ~x
    return None


def number(v):
    v = v.item()
    if isinstance(v, bool):
        return int(v)
    if isinstance(v, float) and not np.isfinite(v):
        return str(v)
    return v


def case(rng):
    shape, dtype = rng.choice(SHAPES), rng.choice(DTYPES)
    x, ops = data(shape, dtype), []
    for _ in range(rng.randrange(1, 6)):
        try:
            drawn = draw(rng, x)
        except (TypeError, ValueError, IndexError, OverflowError):
            continue
        if drawn is None:
            continue
        op, y = drawn
        y = np.asarray(y)
        # NumPy's float16 has no counterpart; large and unstable values make poor tests.
        if y.dtype == np.float16 or y.dtype.name not in DTYPES + ["uint64"] or y.size > 400:
            continue
        if y.dtype.kind == "f" and np.abs(y[np.isfinite(y)]).max(initial=0) > 1e12:
            continue
        ops.append(op)
        x = y
    if not ops:
        return None
    return {"shape": list(shape), "dtype": dtype, "ops": ops,
            "expected": {"shape": list(x.shape), "dtype": x.dtype.name, "values": [number(v) for v in x.ravel()]}}


def main():
    rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 20240611)
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    cases = []
    while len(cases) < wanted:
        drawn = case(rng)
        if drawn and len(drawn["expected"]["values"]) <= 60:
            cases.append(drawn)
    text = "[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n"
    pathlib.Path(__file__).with_name("cases.json").write_text(text)


if __name__ == "__main__":
    main()
