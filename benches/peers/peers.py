"""Run one benchmark job with one peer and print one JSON line: {"job", "engine", "seconds", ...answer}.

usage: python peers.py JOB ENGINE DATA [N]

  csv_groupby   dask dask-cluster pandas polars polars-stream duckdb datafusion daft
  anomaly       dask numpy            HDF5: (x - x.mean(axis=1, keepdims=True)).std(axis=0).sum(), reading included
  anomaly_gzip  dask numpy            the same from a compressed dataset
  anomaly_mem   dask numpy numexpr    the same from memory
  chain         dask numpy numexpr    (x - m) * 2 + sin(x) over 100 million elements in memory
  chain_out     dask numpy numexpr    the same, into memory that is there already
  matmul        dask numpy            4000 x 4000 in memory
  svd           dask numpy            of 1 000 000 x 50 in memory
  corner        dask numpy            HDF5: x[5000:5010, ::100] and x.mean(axis=1)[:10]
  bag_topk      dask polars duckdb    gzip JSON lines: pluck name, frequencies, topk 10
  letters       dask-cluster python   sort the letters of 100 text files of 10 MB; count and CRC-32 of each sorted text, summed
  tasks         dask-cluster dask-threads ray    N no-op tasks; and latency of one (median of 200)
  tree          dask-cluster          N-task binary add tree
  tpch          duckdb datafusion     22 queries, second run (queries in tpch_queries/)

Clusters have 2 worker processes of 1 thread. Engine start-up is not counted. `run.py` runs these beside swath.
"""
import glob, json, os, sys, time, zlib

from arrays import anomaly, anomaly_gzip, anomaly_mem, chain, chain_out, corner, matmul, svd


def cluster():
    from dask.distributed import Client, LocalCluster
    return Client(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, protocol="tcp://"))


def csv_groupby(engine, data, n):
    pattern = f"{data}/events/2015-*.csv"
    if engine.startswith("dask"):
        import dask.dataframe as dd
        if engine == "dask-cluster":
            cluster()
        t = time.perf_counter()
        r = dd.read_csv(pattern).groupby("user_id").value.mean().compute()
        return t, dict(rows=len(r), checksum=float(r.sum()))
    if engine == "pandas":
        import pandas as pd
        t = time.perf_counter()
        r = pd.concat([pd.read_csv(f) for f in sorted(glob.glob(pattern))]).groupby("user_id").value.mean()
        return t, dict(rows=len(r), checksum=float(r.sum()))
    import pyarrow.compute as pc
    if engine.startswith("polars"):
        import polars as pl
        t = time.perf_counter()
        r = (pl.scan_csv(pattern).group_by("user_id").agg(pl.col("value").mean())
             .collect(engine="streaming" if engine.endswith("stream") else "auto"))
        return t, dict(rows=len(r), checksum=float(r["value"].sum()))
    if engine == "duckdb":
        import duckdb
        t = time.perf_counter()
        r = duckdb.sql(f"select user_id, avg(value) as value from read_csv('{pattern}') group by 1").arrow()
        r = r.read_all() if hasattr(r, "read_all") else r
    elif engine == "datafusion":
        from datafusion import SessionContext
        t = time.perf_counter()
        ctx = SessionContext()
        ctx.register_csv("t", f"{data}/events/")
        r = ctx.sql("select user_id, avg(value) as value from t group by 1").to_arrow_table()
    elif engine == "daft":
        import daft
        t = time.perf_counter()
        r = daft.read_csv(pattern).groupby("user_id").agg(daft.col("value").mean()).to_arrow()
    return t, dict(rows=r.num_rows, checksum=pc.sum(r["value"]).as_py())


def bag_topk(engine, data, n):
    pattern = f"{data}/json/2015-*.json.gz"
    t = time.perf_counter()
    if engine == "dask":
        import dask.bag as db
        t = time.perf_counter()
        r = db.read_text(pattern).map(json.loads).pluck("name").frequencies().topk(10, key=lambda p: p[1]).compute()
    elif engine == "polars":
        import polars as pl
        t = time.perf_counter()
        r = (pl.concat([pl.scan_ndjson(f) for f in sorted(glob.glob(pattern))])
             .group_by("name").len().sort("len", descending=True).head(10).collect().rows())
    else:
        import duckdb
        t = time.perf_counter()
        r = duckdb.sql(f"select name, count(*) c from read_json('{pattern}', columns={{name: 'VARCHAR'}}, "
                       "format='newline_delimited') group by 1 order by 2 desc limit 10").fetchall()
    return t, dict(top=[list(p) for p in r[:3]])


def count_letters(path):
    with open(path) as f:
        text = sorted(f.read())
    return len(text), zlib.crc32("".join(text).encode())


def letters(engine, data, n):
    files = sorted(glob.glob(f"{data}/letters/*.txt"))
    if engine == "python":
        t = time.perf_counter()
        results = list(map(count_letters, files))
        return t, dict(total=sum(n for n, _ in results), checksum=sum(c for _, c in results))
    c = cluster()
    t = time.perf_counter()
    results = c.gather(c.map(count_letters, files))
    return t, dict(total=sum(n for n, _ in results), checksum=sum(c for _, c in results))


def inc(x):
    return x + 1


def add(a, b):
    return a + b


def tasks(engine, data, n):
    if engine == "dask-threads":
        import dask
        lazy = [dask.delayed(inc)(i) for i in range(n)]
        t = time.perf_counter()
        dask.compute(*lazy, scheduler="threads")
        return t, dict(n=n)
    if engine == "ray":
        import ray
        ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
        f = ray.remote(inc)
        one = lambda i: ray.get(f.remote(i))
        many = lambda: ray.get([f.remote(i) for i in range(n)])
    else:
        c = cluster()
        one = lambda i: c.submit(inc, i, pure=False).result()
        many = lambda: c.gather(c.map(inc, range(n)))
    one(0)
    lat = []
    for i in range(200):
        t = time.perf_counter()
        one(i)
        lat.append(time.perf_counter() - t)
    t = time.perf_counter()
    total = sum(many())
    return t, dict(total=total, latency_ms=round(sorted(lat)[100] * 1e3, 3), n=n)


def tree(engine, data, n):
    import dask
    c = cluster()
    lazy = [dask.delayed(inc)(i) for i in range((n + 1) // 2)]
    while len(lazy) > 1:
        lazy = [dask.delayed(add)(*lazy[i:i + 2]) if i + 1 < len(lazy) else lazy[i] for i in range(0, len(lazy), 2)]
    t = time.perf_counter()
    lazy[0].compute()
    return t, dict(n=n)


def tpch(engine, data, n):
    names = sorted(os.listdir(f"{data}/tpch"))
    here = os.path.dirname(os.path.abspath(__file__))
    queries = [(q, open(f"{here}/tpch_queries/q{q}.sql").read()) for q in range(1, 23)]
    if engine == "duckdb":
        import duckdb
        c = duckdb.connect()
        for t in names:
            c.sql(f"create view {t} as select * from read_parquet('{data}/tpch/{t}/*.parquet')")
        run = lambda q: c.sql(q).fetchall() if q.lower().lstrip().startswith(("select", "with")) else c.sql(q)
    else:
        from datafusion import SessionContext
        c = SessionContext()
        for t in names:
            c.register_parquet(t, f"{data}/tpch/{t}/")
        run = lambda q: c.sql(q).collect()
    for _ in range(2):
        start, per = time.perf_counter(), {}
        for q, text in queries:
            t = time.perf_counter()
            for statement in filter(str.strip, text.split(";")):
                run(statement)
            per[f"q{q}"] = round(time.perf_counter() - t, 4)
    return start, dict(queries=per)


if __name__ == "__main__":
    job, engine, data = sys.argv[1:4]
    # What a job gives besides its answer is freed after the clock was stopped.
    start, answer, *kept = globals()[job](engine, data, int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    seconds = time.perf_counter() - start
    out = dict(job=job, engine=engine, seconds=round(seconds, 3), **answer)
    if answer.get("n"):
        out["us_per_task"] = round(seconds / answer["n"] * 1e6, 1)
    print(json.dumps(out), flush=True)
