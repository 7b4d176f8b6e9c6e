"""The array jobs of peers.py: when the clock was started, the answer, and arrays in memory that are freed after the clock was
stopped."""
import time

import numpy as np


def opened(data, name):
    import h5py
    return h5py.File(f"{data}/big.h5")[name]


def standardised(engine, d, memory=False):
    if memory:
        d = d[:]
    t = time.perf_counter()
    if engine == "dask":
        import dask.array as da
        x = da.from_array(d, chunks=(1000, 1000))
        return t, dict(checksum=float((x - x.mean(axis=1, keepdims=True)).std(axis=0).sum().compute())), d
    x = d[:] if not memory else d
    m = x.mean(axis=1, keepdims=True)
    if engine == "numexpr":
        import numexpr as ne
        return t, dict(checksum=float(ne.evaluate("x - m").std(axis=0).sum())), x
    return t, dict(checksum=float((x - m).std(axis=0).sum())), x


def anomaly(engine, data, n):
    return standardised(engine, opened(data, "big-data"))


def anomaly_gzip(engine, data, n):
    return standardised(engine, opened(data, "gzip-data"))


def anomaly_mem(engine, data, n):
    return standardised(engine, opened(data, "big-data"), memory=True)


def chain(engine, data, n):
    x = np.linspace(0, 100, 100_000_000)
    m = 50.0
    t = time.perf_counter()
    if engine == "numexpr":
        import numexpr as ne
        y = ne.evaluate("(x - m) * 2 + sin(x)")
    elif engine == "dask":
        import dask.array as da
        a = da.from_array(x, chunks=4_000_000)
        y = ((a - m) * 2 + da.sin(a)).compute()
    else:
        y = (x - m) * 2 + np.sin(x)
    return t, dict(checksum=float(y[:1000].sum())), x, y


def chain_out(engine, data, n):
    x = np.linspace(0, 100, 100_000_000)
    m = 50.0
    y, z = np.ones_like(x), np.ones_like(x)
    t = time.perf_counter()
    if engine == "numexpr":
        import numexpr as ne
        ne.evaluate("(x - m) * 2 + sin(x)", out=y)
    elif engine == "dask":
        import dask.array as da
        a = da.from_array(x, chunks=4_000_000)
        da.store((a - m) * 2 + da.sin(a), y, lock=False)
    else:
        np.sin(x, out=y)
        np.subtract(x, m, out=z)
        z *= 2
        y += z
    return t, dict(checksum=float(y[:1000].sum())), x, y


def mixed(rows, columns, by):
    """Numbers between 0 and 1 that swath makes too."""
    i, j = np.arange(rows, dtype=np.int64)[:, None], np.arange(columns, dtype=np.int64)
    return (i * 7919 + j * 104729 + i * j) % by / by


def matmul(engine, data, n):
    a, b = mixed(4000, 4000, 1009), mixed(4000, 4000, 2003)
    t = time.perf_counter()
    if engine == "dask":
        import dask.array as da
        c = (da.from_array(a, chunks=1000) @ da.from_array(b, chunks=1000)).compute()
    else:
        c = a @ b
    return t, dict(checksum=float(c.sum()) / 16e6), a, b, c


def svd(engine, data, n):
    x = mixed(1_000_000, 50, 1009)
    t = time.perf_counter()
    if engine == "dask":
        import dask
        import dask.array as da
        u, s, v = dask.compute(*da.linalg.svd(da.from_array(x, chunks=(50_000, 50))))
    else:
        u, s, v = np.linalg.svd(x, full_matrices=False)
    return t, dict(checksum=float(s.sum())), x, u, v


def corner(engine, data, n):
    d = opened(data, "big-data")
    t = time.perf_counter()
    if engine == "dask":
        import dask.array as da
        x = da.from_array(d, chunks=(1000, 1000))
        return t, dict(checksum=float(x[5000:5010, ::100].sum().compute() + x.mean(axis=1)[:10].sum().compute()))
    # What a careful user of h5py would write.
    return t, dict(checksum=float(d[5000:5010, ::100].sum() + d[:10].mean(axis=1).sum()))
