"""Runs linear algebra with NumPy and writes the answers to linalg.json.

    python make_linalg.py

Inputs are not stored: element i of the input with seed s is ((i * i * 31 + i * 7919 + s * 104729) % 1009) / 1009 - 0.5.
"""

import json
import pathlib

import numpy as np


def matrix(seed, *shape):
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    return (((i * i * 31 + i * 7919 + seed * 104729) % 1009) / 1009 - 0.5).reshape(shape)


def listed(x):
    return np.asarray(x, dtype=float).ravel().round(13).tolist()


def case(function, seed, shape, **answers):
    return {"function": function, "seed": seed, "shape": list(shape), **{k: listed(v) for k, v in answers.items()}}


def lu(a):
    """LAPACK's partial pivoting: the first of the largest elements of the column."""
    m, n = a.shape
    k, u, order = min(m, n), a.copy(), np.arange(m)
    for j in range(k):
        best = j + np.argmax(np.abs(u[j:, j]))
        u[[j, best]], order[[j, best]] = u[[best, j]], order[[best, j]]
        u[j + 1 :, j] /= u[j, j]
        u[j + 1 :, j + 1 :] -= np.outer(u[j + 1 :, j], u[j, j + 1 :])
    p = np.zeros((m, m))
    p[order, np.arange(m)] = 1
    return p, np.tril(u, -1)[:, :k] + np.eye(m, k), np.triu(u)[:k]


def positive(seed, n):
    x = matrix(seed, n, n)
    return x @ x.T + n * np.eye(n)


def main():
    cases = []
    for seed, shape in enumerate([(30, 5), (12, 12), (5, 30), (1, 4), (7, 1), (9, 4)]):
        a = matrix(seed, *shape)
        q, r = np.linalg.qr(a)
        cases.append(case("qr", seed, shape, r=np.abs(r)))
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        signs = np.where(vh.sum(axis=1) < 0, -1.0, 1.0)
        cases.append(case("svd", seed, shape, s=s, vh=vh * signs[:, None], u=u * signs))
        cases.append(case("pinv", seed, shape, x=np.linalg.pinv(a)))
        p, l, u = lu(a)
        cases.append(case("lu", seed, shape, p=p, l=l, u=u))
        b = matrix(seed + 50, shape[0], 2)
        x, _, rank, s = np.linalg.lstsq(a, b)
        cases.append(case("lstsq", seed, shape, x=x, rank=rank, s=s, residuals=((b - a @ x) ** 2).sum(axis=0)))
        norms = [np.linalg.norm(a, o) for o in (1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc")]
        cases.append(case("matrix_norm", seed, shape, x=norms))
        for axis in (0, 1):
            norms = [np.linalg.norm(a, o, axis) for o in (0, 1, 2, 3, -1, np.inf, -np.inf)]
            cases.append(case("vector_norm", seed, shape, axis=axis, x=np.concatenate(norms)))
    for seed, n in [(10, 1), (11, 6), (12, 13)]:
        a, b = matrix(seed, n, n), matrix(seed + 50, n, 3)
        spd = positive(seed, n)
        cases.append(case("cholesky", seed, (n, n), l=np.linalg.cholesky(spd)))
        cases.append(case("solve", seed, (n, n), x=np.linalg.solve(a, b), vector=np.linalg.solve(a, b[:, 0])))
        cases.append(case("inv", seed, (n, n), x=np.linalg.inv(a)))
        sign, log = np.linalg.slogdet(a)
        cases.append(case("det", seed, (n, n), x=np.linalg.det(a), sign=sign, log=log))
        cases.append(case("rank", seed, (n, n), x=np.linalg.matrix_rank(a), cond=np.linalg.cond(a)))
        for lower in (True, False):
            t = a + 2 * np.eye(n)
            x = np.linalg.solve(np.tril(t) if lower else np.triu(t), b)
            cases.append(case("solve_triangular", seed, (n, n), lower=lower, x=x))
    path = pathlib.Path(__file__).with_name("linalg.json")
    path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    print(len(cases), "cases,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
