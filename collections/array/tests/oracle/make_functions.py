"""Runs functions of the oracle `functions.rs` with NumPy and writes the answers to functions.json.

    python make_functions.py

Inputs come from a formula that the test has too and are not stored; with "nan" every fifth element of a float input
is NaN. The test replays every case over several chunkings, in this process and with encoded operations.
"""

import json
import pathlib
import warnings

import numpy as np

warnings.simplefilter("ignore")
CASES = []
SHAPES = [(7,), (3, 4), (2, 3, 4), (5, 1)]
REDUCTIONS = ["sum", "prod", "mean", "std", "var", "min", "max", "any", "all", "count_nonzero", "nansum", "nanprod",
              "nanmean", "nanstd", "nanvar", "nanmin", "nanmax", "ptp", "median", "nanmedian"]
METHODS = ["linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "averaged_inverted_cdf",
           "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased",
           "normal_unbiased"]


def data(shape, dtype):
    size = int(np.prod(shape))
    whole = (np.arange(size) * 37 + 11) % 101 - 50
    if np.dtype(dtype).kind == "f":
        return (whole / 4).astype(dtype).reshape(shape)
    if np.dtype(dtype).kind == "b":
        return (whole > 0).reshape(shape)
    return (np.abs(whole) if np.dtype(dtype).kind == "u" else whole).astype(dtype).reshape(shape)


def number(v):
    v = v.item()
    if isinstance(v, bool):
        return int(v)
    if isinstance(v, float) and not np.isfinite(v):
        return str(v)
    return v


def draw(shape, dtype, nan=False):
    x = data(shape, dtype)
    if nan:
        x = x.copy()
        x.ravel()[::5] = np.nan
    return x


def add(f, shape, dtype, results, nan=False, **args):
    out = [np.asarray(r) for r in (results if isinstance(results, tuple) else (results,))]
    CASES.append({"f": f, "shape": list(shape), "dtype": dtype, "nan": nan, "args": args, "out": [
        {"shape": list(r.shape), "dtype": r.dtype.name, "values": [number(v) for v in r.ravel()]} for r in out]})


def reductions():
    for name in REDUCTIONS:
        for shape, axes in [((7,), None), ((3, 4), [0]), ((3, 4), [1]), ((2, 3, 4), [0, 2]), ((2, 3, 4), None)]:
            dtype = "float64" if name in ("prod", "nanprod") or len(shape) > 1 else "float32"
            nan = name.startswith("nan")
            x = draw(shape, dtype, nan)
            axis = None if axes is None else tuple(axes)
            add(name, shape, dtype, getattr(np, name)(x, axis=axis, keepdims=True), nan, axes=axes, keepdims=True)
    for name in ["argmin", "argmax", "nanargmin", "nanargmax"]:
        for axis in [0, 1, None]:
            nan = name.startswith("nan")
            add(name, (3, 4), "float64", getattr(np, name)(draw((3, 4), "float64", nan), axis=axis), nan,
                axes=None if axis is None else [axis], keepdims=False)
    for dtype in ["bool", "int8", "uint8", "float32"]:
        x = draw((3, 4), dtype)
        for name in ["sum", "mean", "std", "median"]:
            result = getattr(np, name)(x, axis=0)
            if name in ("sum", "mean", "std") or dtype != "bool":
                add(name, (3, 4), dtype, result, axes=[0], keepdims=False)
        add("sum_as", (3, 4), dtype, np.sum(x, axis=1, dtype="float64"), axes=[1], to="float64")
    add("sum_as", (3, 4), "int64", np.sum(draw((3, 4), "int64"), axis=1, dtype="int8"), axes=[1], to="int8")
    for ddof in [1, 2]:
        for name in ["std", "var", "nanstd", "nanvar"]:
            nan = name.startswith("nan")
            add(name, (3, 4), "float64", getattr(np, name)(draw((3, 4), "float64", nan), axis=0, ddof=ddof), nan,
                axes=[0], keepdims=False, ddof=ddof)
    add("nanvar", (3, 4), "int32", np.nanvar(draw((3, 4), "int32"), axis=0, ddof=3), axes=[0], keepdims=False, ddof=3)


def statistics():
    for shape in SHAPES:
        x = draw(shape, "float64")
        for axis in range(-1, len(shape) - 1):
            add("cumsum", shape, "float64", np.cumsum(x, axis), axis=axis)
            add("nancumsum", shape, "float64", np.nancumsum(draw(shape, "float64", True), axis), True, axis=axis)
            add("diff", shape, "float64", np.diff(x, 2, axis), axis=axis, n=2)
            add("sort", shape, "float64", np.sort(draw(shape, "float64", True), axis), True, axis=axis)
            add("argsort", shape, "int16", np.argsort(draw(shape, "int16"), axis, kind="stable"), axis=axis)
            k = min(2, shape[axis])
            add("topk", shape, "float64", np.flip(np.sort(x, axis), axis).take(range(k), axis), axis=axis, k=k)
            add("topk", shape, "float64", np.sort(x, axis).take(range(k), axis), axis=axis, k=-k)
            add("argtopk", shape, "float64", np.argsort(-x, axis, kind="stable").take(range(k), axis), axis=axis, k=k)
            add("quantile", shape, "float64", np.quantile(x, [0.1, 0.5, 0.95], axis), axes=[axis], q=[0.1, 0.5, 0.95])
            for edge in [1, 2]:
                if shape[axis] > edge:
                    add("gradient", shape, "float64", np.gradient(x, 0.5, axis=axis, edge_order=edge), axis=axis,
                        spacing=0.5, edge=edge)
            if shape[axis] > 2:
                at = np.cumsum(np.arange(shape[axis]) + 1) / 2
                add("gradient", shape, "float64", np.gradient(x, at, axis=axis, edge_order=2), axis=axis,
                    spacing=at.tolist(), edge=2)
        add("cumprod", shape, "int8", np.cumprod(draw(shape, "int8"), -1), axis=-1)
        add("nancumprod", shape, "float32", np.nancumprod(draw(shape, "float32", True), -1), True, axis=-1)
        add("ediff1d", shape, "int32", np.ediff1d(draw(shape, "int32")))
        add("cummax", shape, "float64", np.maximum.accumulate(draw(shape, "float64"), -1), axis=-1)
        add("cummin", shape, "float64", np.minimum.accumulate(draw(shape, "float64", True), -1), True, axis=-1)
    for method in METHODS:
        add("quantile_by", (7, 2), "float64", np.quantile(draw((7, 2), "float64"), [0.0, 0.2, 0.5, 0.77, 1.0], 0,
                                                          method=method), method=method, q=[0.0, 0.2, 0.5, 0.77, 1.0])
    add("nanquantile", (7, 2), "float32", np.nanquantile(draw((7, 2), "float32", True), 0.3, 0), True, axes=[0], q=0.3)
    add("percentile", (7, 2), "int32", np.percentile(draw((7, 2), "int32"), [25, 60], 0), axes=[0], q=[25.0, 60.0])
    add("quantile", (2, 3, 4), "float64", np.quantile(draw((2, 3, 4), "float64"), [0.5, 0.9], (0, 2)), axes=[0, 2],
        q=[0.5, 0.9])
    add("percentile_approx", (40,), "float64", np.percentile(draw((40,), "float64"), [0, 10, 50, 99]),
        q=[0.0, 10.0, 50.0, 99.0])
    for order in [0, 1, 2, 3, 4]:
        x = draw((3, 4), "float64")
        add("moment", (3, 4), "float64", np.mean((x - x.mean(1, keepdims=True)) ** order, 1), order=order, axes=[1])
    x, w = draw((3, 4), "float64"), np.arange(1.0, 5.0)
    add("average", (3, 4), "float64", np.average(x, axis=1, weights=w, returned=True), axes=[1], weights=w.tolist())
    add("average", (3, 4), "int32", np.average(draw((3, 4), "int32"), axis=0, weights=w[:3], returned=True), axes=[0],
        weights=w[:3].tolist())
    for offset in [-2, -1, 0, 1, 3, 9]:
        add("trace", (3, 4), "int16", np.trace(draw((3, 4), "int16"), offset), offset=offset, a=0, b=1)
        add("trace", (2, 3, 4), "float64", np.trace(draw((2, 3, 4), "float64"), offset, 2, 0), offset=offset, a=2, b=0)
    x = draw((3, 6), "float64")
    f, a = np.array([1, 2, 1, 3, 1, 1]), np.array([0.5, 1, 1.5, 1, 2, 1])
    add("cov", (3, 6), "float64", np.cov(x))
    add("cov", (3, 6), "float64", np.cov(x, rowvar=False, bias=True), columns=True, bias=True)
    add("cov", (3, 6), "float64", np.cov(x, ddof=2), ddof=2)
    add("cov", (3, 6), "float64", np.cov(x, fweights=f, aweights=a), counts=f.tolist(), weights=a.tolist())
    add("cov", (3, 6), "float64", np.cov(x, fweights=f, ddof=0), counts=f.tolist(), ddof=0)
    add("cov", (7,), "float32", np.cov(draw((7,), "float32").astype("float64")))
    add("corrcoef", (3, 6), "float64", np.corrcoef(x))


def searching():
    for shape in SHAPES:
        for dtype in ["int8", "float64"]:
            x = draw(shape, dtype, dtype == "float64")
            nan = dtype == "float64"
            m = draw(shape, "int64") > 0
            add("mask", shape, dtype, x[m], nan)
            add("mask_first", shape, dtype, x[np.arange(shape[0]) % 2 == 0], nan)
            add("compress", shape, dtype, np.compress(np.arange(shape[-1]) % 2 == 0, x, -1), nan)
            add("nonzero", shape, dtype, np.nonzero(x % 2), nan)
            add("argwhere", shape, dtype, np.argwhere(x % 2), nan)
            add("flatnonzero", shape, dtype, np.flatnonzero(x % 2), nan)
            add("unique", shape, dtype, np.unique(x % 3, return_index=True, return_inverse=True, return_counts=True), nan)
            add("isin", shape, dtype, np.isin(x, [1, -12, 24, 6.5, 2.75, np.nan]), nan,
                values=[1.0, -12.0, 24.0, 6.5, 2.75, "nan"])
            for right in [False, True]:
                bins = [-20.0, -5.0, 0.0, 1.0, 8.0]
                add("digitize", shape, dtype, np.digitize(x, bins, right), nan, bins=bins, right=right)
                add("digitize", shape, dtype, np.digitize(x, bins[::-1], right), nan, bins=bins[::-1], right=right)
                side = "right" if right else "left"
                add("searchsorted", shape, dtype, np.searchsorted(np.sort(draw((9,), "float64")), x, side), nan,
                    right=right)
        add("bincount", (shape[0],), "uint8", np.bincount(draw((shape[0],), "uint8")))
    x = draw((12,), "uint8")
    w = (np.arange(12) / 2)
    add("bincount", (12,), "uint8", np.bincount(x, minlength=60), minlength=60)
    add("bincount", (12,), "uint8", np.bincount(x, w), weights=w.tolist())
    add("bincount", (12,), "uint8", np.bincount(x, minlength=51), length=51)
    add("bincount", (0,), "int64", np.bincount(np.array([], int), minlength=2), minlength=2)
    for shape in [(12,), (3, 4)]:
        x = draw(shape, "float64")
        w = (np.arange(12) / 2).reshape(shape)
        for args, kw in [({}, {}), ({"range": [-5.0, 10.0]}, {"range": (-5, 10)}), ({"density": True}, {"density": True}),
                         ({"weights": True}, {"weights": w}), ({"weights": True, "density": True}, {"weights": w, "density": True})]:
            add("histogram", shape, "float64", np.histogram(x, 6, **kw), bins=6, **args)
        add("histogram", shape, "float64", np.histogram(x, [-10.0, -1.0, 0.0, 12.5]), bins=[-10.0, -1.0, 0.0, 12.5])
        add("histogram", shape, "int16", np.histogram(draw(shape, "int16"), 5), bins=5)
    x = draw((12,), "float64")
    h, ex, ey = np.histogram2d(x, np.roll(x, 3), [3, 4])
    add("histogram2d", (12,), "float64", (h, ex, ey))


def picking():
    x = draw((3, 4), "int32")
    for axis in [0, 1]:
        at = np.array([2, 0, -1, 1, 0])
        add("take_at", (3, 4), "int32", np.take(x, at, axis), axis=axis, at=at.tolist())
        order = np.argsort(x, axis)
        add("take_along", (3, 4), "int32", np.take_along_axis(x, order, axis), axis=axis)
        add("repeat", (3, 4), "int32", np.repeat(x, 3, axis), axis=axis, times=3)
    y = draw((2, 3, 4), "int32")
    add("vindex", (3, 4), "int32", x[[0, 2, 1, 1, -1], [3, 0, 1, 1, -4]], items=[[0, 2, 1, 1, -1], [3, 0, 1, 1, -4]])
    add("vindex", (2, 3, 4), "int32", y[[1, 0, 1], :, [3, 0, 1]], items=[[1, 0, 1], None, [3, 0, 1]])
    add("vindex", (2, 3, 4), "int32", y[:, [2, 0], :].transpose(1, 0, 2), items=[None, [2, 0], None])
    z = x.copy(); z[1:, ::2] = 7
    add("set", (3, 4), "int32", z, items=[{"range": [1, None, 1]}, {"range": [None, None, 2]}], value=7)
    z = x.copy(); z[::-1, 1:3] = [[1, 2], [3, 4], [5, 6]]
    add("set", (3, 4), "int32", z, items=[{"range": [None, None, -1]}, {"range": [1, 3, 1]}],
        values=[[1, 2], [3, 4], [5, 6]])
    z = x.copy(); z[[2, 0, -1]] = [[9, 8, 7, 6], [1, 2, 3, 4], [5, 5, 5, 5]]
    add("set", (3, 4), "int32", z, items=[{"list": [2, 0, -1]}], values=[[9, 8, 7, 6], [1, 2, 3, 4], [5, 5, 5, 5]])
    z = x.copy(); z[1] = np.array([10, 20, 30, 40])
    add("set", (3, 4), "int32", z, items=[{"at": 1}], values=[10, 20, 30, 40])
    z = x.copy(); z[:, [3, 1]] = [[5], [6], [7]]
    add("set", (3, 4), "int32", z, items=[{"range": [None, None, 1]}, {"list": [3, 1]}], values=[[5], [6], [7]])
    add("set_where", (3, 4), "int32", np.where(x > 0, 99, x))
    for op in ["sum", "mean", "max"]:
        add("coarsen", (4, 6), "float64", getattr(np, op)(draw((4, 6), "float64").reshape(2, 2, 2, 3), axis=(1, 3)),
            name=op, factors=[[0, 2], [1, 3]], trim=False)
        add("coarsen", (7, 3), "int16", getattr(np, op)(draw((7, 3), "int16")[:6].reshape(3, 2, 3), axis=1),
            name=op, factors=[[0, 2]], trim=True)


def ends():
    for shape in SHAPES:
        for axis in range(len(shape)):
            x = draw(shape, "float64")
            add("diff_with", shape, "float64", np.diff(x, 2, axis, prepend=0.5), n=2, axis=axis, prepend=0.5)
            add("diff_with", shape, "float64", np.diff(x, 1, axis, append=-1.5, prepend=2.0), n=1, axis=axis,
                prepend=2.0, append=-1.5)
    x = draw((3, 4), "int64")
    before, after = np.array([[1.0], [2.5], [-3.0]]), np.arange(8.0).reshape(2, 4)
    add("diff_with", (3, 4), "int64", np.diff(x, 1, 1, prepend=before), n=1, axis=1, prepend=before.tolist())
    add("diff_with", (3, 4), "int64", np.diff(x, 3, 0, append=after, prepend=7), n=3, axis=0, append=after.tolist(),
        prepend=7)
    add("diff_with", (3, 4), "int64", np.diff(x, 0, 0, append=after), n=0, axis=0, append=after.tolist())
    add("diff_with", (7,), "bool", np.diff(draw((7,), "bool"), 1, 0, prepend=True), n=1, axis=0, prepend=True)
    add("diff_with", (7,), "bool", np.diff(draw((7,), "bool"), 1, 0, append=3), n=1, axis=0, append=3)
    add("diff_with", (1,), "float32", np.diff(draw((1,), "float32"), 2, 0, append=after[0].astype("float32")), n=2,
        axis=0, append=after[0].tolist(), single=True)


def positions():
    for n, m in [(0, None), (1, None), (4, None), (5, 3), (3, 6), (4, 0)]:
        for k in [-9, -2, -1, 0, 1, 2, 5]:
            for name in ["tril_indices", "triu_indices"]:
                add(name, (3,), "int8", getattr(np, name)(n, k, m), n=n, k=k, m=m)
    for shape in [(3, 4), (5, 1)]:
        for name in ["tril_indices_from", "triu_indices_from"]:
            add(name, shape, "int8", getattr(np, name)(draw(shape, "int8"), 1), k=1)
    for shape in SHAPES:
        for dtype in ["int64", "int16", "uint8"]:
            x = draw(shape, dtype)
            row = np.arange(shape[-1])
            for mode in ["raise", "wrap", "clip"]:
                at = (x % 5, (x + 3) % 7, row) if mode == "raise" else (x, x + 3, row - 1)
                dims = [5, 7, max(shape[-1], 2)]
                add("ravel_multi_index", shape, dtype, np.ravel_multi_index(tuple(a.astype(int) for a in at), dims, mode),
                    dims=dims, mode=mode)
                add("choose", shape, dtype, np.choose(x % 3 if mode == "raise" else x, [x, x / 2, row], mode=mode),
                    mode=mode)
            add("unravel_index", shape, dtype, np.unravel_index(x % 30, (2, 5, 3)), dims=[2, 5, 3])


def main():
    for part in [reductions, statistics, searching, picking, ends, positions]:
        part()
    text = "[\n" + ",\n".join(json.dumps(c) for c in CASES) + "\n]\n"
    pathlib.Path(__file__).with_name("functions.json").write_text(text)


if __name__ == "__main__":
    main()
