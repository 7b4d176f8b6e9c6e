"""Array jobs with NumPy, numexpr, Dask and h5py; prints one JSON line.

usage: python arrays.py JOB ENGINE DATA

  anomaly       dask numpy            (x - x.mean(axis=1, keepdims=True)).std(axis=0).sum() from HDF5, reading included
  anomaly_gzip  dask numpy            the same from the compressed dataset
  anomaly_mem   dask numpy numexpr    the same from memory
  chain         numpy numexpr dask    (x - m) * 2 + sin(x) over 100 million elements in memory
  matmul        numpy dask            4000 x 4000, from memory
  svd           numpy dask            singular values of 1 000 000 x 50, from memory
  corner        dask numpy            x[5000:5010, ::100] and x.mean(axis=1)[:10] from HDF5

Both cores are used where the engine can. Engine start-up is not counted.
"""
import json, resource, sys, time

import numpy as np


def opened(data, name):
    import h5py
    return h5py.File(f"{data}/big.h5")[name]


def anomaly(engine, d, memory=False):
    if memory:
        d = d[:]
    t = time.perf_counter()
    if engine == "dask":
        import dask.array as da
        x = da.from_array(d, chunks=(1000, 1000))
        return t, float((x - x.mean(axis=1, keepdims=True)).std(axis=0).sum().compute())
    x = d[:] if not memory else d
    m = x.mean(axis=1, keepdims=True)
    if engine == "numexpr":
        import numexpr as ne
        return t, float(ne.evaluate("x - m").std(axis=0).sum())
    return t, float((x - m).std(axis=0).sum())


def chain(engine, data):
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
    return t, float(y[:1000].sum())


def matmul(engine, data):
    rng = np.random.default_rng(1)
    a, b = rng.random((4000, 4000)), rng.random((4000, 4000))
    t = time.perf_counter()
    if engine == "dask":
        import dask.array as da
        c = (da.from_array(a, chunks=1000) @ da.from_array(b, chunks=1000)).compute()
    else:
        c = a @ b
    return t, float(c.sum()) / 16e6


def svd(engine, data):
    x = np.random.default_rng(1).random((1_000_000, 50))
    t = time.perf_counter()
    if engine == "dask":
        import dask.array as da
        u, s, v = da.linalg.svd(da.from_array(x, chunks=(50_000, 50)))
        import dask
        u, s, v = dask.compute(u, s, v)
    else:
        u, s, v = np.linalg.svd(x, full_matrices=False)
    return t, float(s[-1])


def corner(engine, data):
    d = opened(data, "big-data")
    t = time.perf_counter()
    if engine == "dask":
        import dask.array as da
        x = da.from_array(d, chunks=(1000, 1000))
        return t, float(x[5000:5010, ::100].sum().compute() + x.mean(axis=1)[:10].sum().compute())
    # What a careful user of h5py would write.
    return t, float(d[5000:5010, ::100].sum() + d[:10].mean(axis=1).sum())


JOBS = {
    "anomaly": lambda engine, data: anomaly(engine, opened(data, "big-data")),
    "anomaly_gzip": lambda engine, data: anomaly(engine, opened(data, "gzip-data")),
    "anomaly_mem": lambda engine, data: anomaly(engine, opened(data, "big-data"), memory=True),
    "chain": chain,
    "matmul": matmul,
    "svd": svd,
    "corner": corner,
}


def main():
    job, engine, data = sys.argv[1:4]
    start, checksum = JOBS[job](engine, data)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(dict(job=job, engine=engine, seconds=round(seconds, 4), peak_mib=peak, checksum=checksum)))


if __name__ == "__main__":
    main()
