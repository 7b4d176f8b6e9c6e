"""Writes tails.json: upper tails of distributions from mpmath in 400 digits.

    python make_tails.py

Each entry is a distribution, a value, its degrees of freedom, and the probability of that value or more.
"""
import json
import pathlib

import mpmath

mpmath.mp.dps = 400
CASES = []


def share(a, b, x):
    """The regularised incomplete beta function, on the side where its series is short."""
    a, b = mpmath.mpf(a), mpmath.mpf(b)
    if x > 0.5:
        return 1 - share(b, a, 1 - x)
    total = term = mpmath.mpf(1)
    n = 0
    while term > total * mpmath.mpf(10) ** -390:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    front = mpmath.exp(a * mpmath.log(x) + b * mpmath.log1p(-x) + mpmath.loggamma(a + b) - mpmath.loggamma(a + 1)
                       - mpmath.loggamma(b))
    return front * total


def upper(a, x):
    """The regularised upper incomplete gamma function, by the series of the lower one."""
    a, x = mpmath.mpf(a), mpmath.mpf(x)
    total = term = 1 / a
    n = a
    while term > total * mpmath.mpf(10) ** -390:
        n += 1
        term *= x / n
        total += term
    return 1 - mpmath.exp(a * mpmath.log(x) - x - mpmath.loggamma(a)) * total


def add(name, x, degrees, p):
    CASES.append({"tail": name, "x": float(x), "degrees": degrees, "p": float(p)})


def main():
    mpf = mpmath.mpf
    for x in [-9.0, -1.5, 0.0, 0.3, 1.0, 1.96, 3.5, 8.0, 20.0, 37.0]:
        add("norm", x, [], mpmath.erfc(mpf(x) / mpmath.sqrt(2)) / 2)
    for df in [0.5, 1.0, 2.0, 3.7, 10.0, 29.0, 100.0, 9999.0, 1e6, 99999999.0]:
        for x in [-2.5, 0.01, 0.7, 1.2, 1.8, 2.5, 6.0, 25.0]:
            t = mpf(x)
            p = share(mpf(df) / 2, 0.5, df / (df + t * t)) / 2
            add("t", x, [df], p if x > 0 else 1 - p)
    for df in [1.0, 2.0, 3.5, 9.0, 40.0, 999.0, 100000.0]:
        for z in [-4, -1, -0.1, 0, 0.3, 1, 3, 8]:
            x = max(df + z * (2 * df) ** 0.5, 0.01)
            add("chi2", x, [df], upper(df / 2, x / 2))
    for above, below in [(1.0, 1.0), (1.0, 10.0), (2.0, 27.0), (3.0, 9996.0), (9.0, 1e6), (50.0, 3.0), (400.0, 300.0),
                         (1e5, 1e5), (1e6, 3e5)]:
        for x in [0.01, 0.4, 0.95, 1.0, 1.1, 1.6, 4.0, 30.0]:
            add("f", x, [above, below], share(below / 2, above / 2, below / (below + mpf(above) * mpf(x))))
    text = "[\n" + ",\n".join(json.dumps(c) for c in CASES) + "\n]\n"
    pathlib.Path(__file__).with_name("tails.json").write_text(text)


if __name__ == "__main__":
    main()
