"""Runs the statistics of the oracle `stats.rs` with SciPy and writes the answers to stats.json.

    python make_stats.py

Inputs and the form of the cases are those of make_functions.py; the test replays them in the same ways. Dask's own
`dask.array.stats` stands on the same formulas.
"""

import json
import pathlib

import numpy as np
from make_functions import CASES, add, draw
from scipy import stats

SHAPES = [((23,), 0), ((9, 4), 0), ((4, 11), 1), ((8, 3, 2), 0), ((3, 5, 2), None)]
LAMBDAS = [1.0, 0.0, -0.5, -1.0, -2.0, 2 / 3]


def axes(axis):
    return None if axis is None else [axis]


def pair(result):
    return tuple(np.asarray(r, dtype="float64") for r in (result.statistic, result.pvalue))


def other(x, axis):
    """A second sample: the first in another order, moved."""
    return np.roll(x, 1, 0 if axis is None else axis) * 1.5 - 2


def add64(f, shape, dtype, results, **args):
    add(f, shape, dtype, tuple(np.asarray(r, dtype="float64") for r in results), **args)


def shapes():
    for shape, axis in SHAPES:
        for dtype in ["float64", "int32"]:
            x = draw(shape, dtype).astype("float64")
            for bias in [True, False]:
                add64("skew", shape, dtype, [stats.skew(x, axis, bias)], axes=axes(axis), bias=bias)
                for fisher in [True, False]:
                    add64("kurtosis", shape, dtype, [stats.kurtosis(x, axis, fisher, bias)], axes=axes(axis), bias=bias,
                          fisher=fisher)
    for n in [1, 2, 3]:
        x = draw((n, 2), "float64")
        for bias in [True, False]:
            add64("skew", (n, 2), "float64", [stats.skew(x, 0, bias)], axes=[0], bias=bias)
            add64("kurtosis", (n, 2), "float64", [stats.kurtosis(x, 0, True, bias)], axes=[0], bias=bias, fisher=True)
    x = draw((9, 4), "float64", True)
    add64("skew", (9, 4), "float64", [stats.skew(x, 0)], nan=True, axes=[0], bias=True)
    x = np.full((9, 4), 0.1)
    add64("skew", (9, 4), "float64", [stats.skew(x, 0)], axes=[0], bias=True, constant=0.1)
    add64("kurtosis", (9, 4), "float64", [stats.kurtosis(x, 0)], axes=[0], bias=True, fisher=True, constant=0.1)


def students():
    for shape, axis in SHAPES:
        for dtype in ["float64", "int32"]:
            x = draw(shape, dtype).astype("float64")
            y = other(x, axis)
            short = y[:-1] if axis == 0 else y
            add64("ttest_1samp", shape, dtype, pair(stats.ttest_1samp(x, 1.25, axis)), axes=axes(axis), popmean=1.25)
            add64("ttest_rel", shape, dtype, pair(stats.ttest_rel(x, y, axis)), axes=axes(axis))
            for equal in [True, False]:
                add64("ttest_ind", shape, dtype, pair(stats.ttest_ind(x, short, axis=axis, equal_var=equal)), axes=axes(axis),
                      equal_var=equal)
    x = draw((3, 2), "float64") * 0
    add64("ttest_ind", (3, 2), "float64", pair(stats.ttest_ind(x, x + 1, axis=0, equal_var=False)), axes=[0],
          equal_var=False, constant=0.0)
    x = draw((4, 3), "float64")
    add64("ttest_1samp", (4, 3), "float64", pair(stats.ttest_1samp(x, [[1.0, 2.0, 3.0]], 0, keepdims=True)), axes=[0],
          keepdims=True, popmean=[[1.0, 2.0, 3.0]])


def frequencies():
    for shape, axis in SHAPES:
        x = np.abs(draw(shape, "int32")).astype("float64") + 1
        expected = np.roll(x, 1, 0 if axis is None else axis)
        add64("chisquare", shape, "int32", pair(stats.chisquare(x, axis=axis)), axes=axes(axis), ddof=0)
        add64("chisquare", shape, "int32", pair(stats.chisquare(x, expected, 1, axis)), axes=axes(axis), ddof=1,
              expected=True)
        for power in LAMBDAS:
            add64("power_divergence", shape, "int32", pair(stats.power_divergence(x, expected, 0, axis, power)),
                  axes=axes(axis), ddof=0, expected=True, power=power)
            add64("power_divergence", shape, "int32", pair(stats.power_divergence(x, None, 2, axis, power)),
                  axes=axes(axis), ddof=2, power=power)
        some = np.abs(draw(shape, "int32")).astype("float64") % 3
        add64("power_divergence", shape, "int32", pair(stats.power_divergence(some, axis=axis, lambda_=0)),
              axes=axes(axis), ddof=0, zeros=True, power=0.0)


def normality():
    for shape, axis in [((23,), 0), ((40, 2), 0), ((3, 30), 1), ((3, 5, 2), None)]:
        for dtype in ["float64", "int32"]:
            x = draw(shape, dtype).astype("float64")
            for name in ["skewtest", "kurtosistest", "normaltest"]:
                add64(name, shape, dtype, pair(getattr(stats, name)(x, axis)), axes=axes(axis))
    x = draw((40, 2), "float64", True)
    add64("normaltest", (40, 2), "float64", pair(stats.normaltest(x, 0)), nan=True, axes=[0])


def groups():
    for shape, axis in SHAPES:
        x = draw(shape, "float64")
        y = other(x, axis)
        if axis == 0:
            y = y[:-1]
        flat = [g.ravel() if axis is None else g for g in (x, y, x + 3)]
        add64("f_oneway", shape, "float64", pair(stats.f_oneway(*flat, axis=axis or 0)), axes=axes(axis))


def main():
    CASES.clear()
    for part in [shapes, students, frequencies, normality, groups]:
        part()
    text = "[\n" + ",\n".join(json.dumps(c) for c in CASES) + "\n]\n"
    pathlib.Path(__file__).with_name("stats.json").write_text(text)


if __name__ == "__main__":
    main()
