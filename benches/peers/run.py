#!/usr/bin/env python3
"""Run benchmark jobs with swath and its peers in turn and print one table of ratios.

usage: python3 benches/peers/run.py DATA JOB[:N] … [--engines swath,dask,…] [--repeat 3] [--data-scale 1.0]

  DATA    a folder; what a job needs and is not there is generated into it first
  JOB     csv_groupby anomaly anomaly_gzip anomaly_mem chain chain_out matmul svd corner bag_topk letters tasks tree tpch; N is the
          number of tasks of `tasks` and `tree`

Needs Python 3.11 or newer and a network on the first run: the peers are installed from requirements.txt into
target/peers-venv. Every engine runs a job in a process of its own; the best of the repetitions counts. A ratio of 3.0
means that swath took a third of that peer's time. Answers are compared with swath's; one that differs is marked "≠".
"""
import argparse, json, math, os, subprocess, sys, venv

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
VENV = os.path.join(ROOT, "target", "peers-venv")
PYTHON = os.path.join(VENV, "bin", "python")

ENGINES = {
    "csv_groupby": ["swath", "swath-cluster", "dask", "dask-cluster", "pandas", "polars", "polars-stream", "duckdb", "datafusion", "daft"],
    "anomaly": ["swath", "dask", "numpy"],
    "anomaly_gzip": ["swath", "dask", "numpy"],
    "anomaly_mem": ["swath", "dask", "numpy", "numexpr"],
    "chain": ["swath", "dask", "numpy", "numexpr"],
    "chain_out": ["swath", "dask", "numpy", "numexpr"],
    "matmul": ["swath", "dask", "numpy"],
    "svd": ["swath", "dask", "numpy"],
    "corner": ["swath", "dask", "numpy"],
    "bag_topk": ["swath", "dask", "polars", "duckdb"],
    "letters": ["swath", "swath-cluster", "rayon", "dask-cluster", "python"],
    "tasks": ["swath", "swath-cluster", "dask-cluster", "dask-threads", "ray"],
    "tree": ["swath", "swath-cluster", "dask-cluster"],
    "tpch": ["swath", "duckdb", "datafusion"],
}
# What a job reads: (path below DATA, part of generate.py that makes it, what that part needs first)
INPUTS = {
    "csv_groupby": [("events", "events")],
    "anomaly": [("big.h5", "hdf5")],
    "anomaly_gzip": [("big.h5", "hdf5")],
    "anomaly_mem": [("big.h5", "hdf5"), ("big.npy", "npy")],
    "corner": [("big.h5", "hdf5")],
    "bag_topk": [("json", "json")],
    "letters": [("letters", "letters")],
    "tpch": [("tpch", None)],
}
OURS = {"swath", "swath-cluster", "rayon"}
# Jobs of the benchmark `arrays` of swath-array; the others are jobs of `report`.
ARRAYS = {"anomaly", "anomaly_gzip", "anomaly_mem", "chain", "chain_out", "matmul", "svd", "corner"}


def setup():
    """Make the virtual environment unless it has these very requirements already."""
    wanted = open(os.path.join(HERE, "requirements.txt")).read()
    stamp = os.path.join(VENV, "requirements.txt")
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return
    print("installing the peers into", VENV, file=sys.stderr)
    venv.create(VENV, with_pip=True, clear=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "-r", os.path.join(HERE, "requirements.txt")], check=True)
    with open(stamp, "w") as f:
        f.write(wanted)


def generate(data, job, scale):
    """Make the inputs of a job that are not there."""
    for path, part in INPUTS.get(job, []):
        if os.path.exists(os.path.join(data, path)):
            continue
        print(f"generating {path}", file=sys.stderr)
        os.makedirs(data, exist_ok=True)
        if part:
            command = [PYTHON, os.path.join(HERE, "generate.py"), data, "--scale", str(scale), "--only", part]
        else:
            tool = os.path.join(VENV, "bin", "tpchgen-cli")
            command = [tool, "parquet", "-s", str(scale), "--parts=4", "--output-dir", os.path.join(data, path)]
        subprocess.run(command, check=True)


def bench(job):
    """The command that runs the benchmark with the job."""
    return ["cargo", "bench"] + (["-p", "swath-array", "--bench", "arrays"] if job in ARRAYS else ["--bench", "report"])


def run(job, engine, data, n):
    """One run; the engine's JSON line, or what went wrong."""
    if engine in OURS:
        command = bench(job) + ["--quiet", "--", job, data] + ([n] if n else [])
        command += [] if job in ARRAYS else ["--engine", engine]
    else:
        command = [PYTHON, os.path.join(HERE, "peers.py"), job, engine, data] + ([n] if n else [])
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    for line in reversed(done.stdout.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    lines = (done.stderr or done.stdout).strip().splitlines()
    return {"error": lines[-1] if lines else f"ended with status {done.returncode}"}


def best(job, engines, data, n, repeat):
    """The best run of each engine. They take turns, so that what slows the machine for a while slows them all."""
    results = {engine: [] for engine in engines}
    for _ in range(repeat):
        for engine in engines:
            results[engine].append(run(job, engine, data, n))
    good = {engine: [r for r in all if "seconds" in r] for engine, all in results.items()}
    return {engine: min(good[engine], key=seconds) if good[engine] else results[engine][-1] for engine in engines}


def seconds(result):
    """What is compared: for tpch the sum of the queries' second runs, else the whole job."""
    return sum(result["queries"].values()) if "queries" in result else result["seconds"]


def same(a, b):
    """Whether two answers agree: numbers to a millionth, what only one of them reports left out."""
    skipped = {"job", "engine", "seconds", "peak_mib", "us_per_task", "latency_ms", "submits_per_s", "queries"}
    if isinstance(a, dict) and isinstance(b, dict):
        return all(same(a[k], b[k]) for k in a.keys() & b.keys() - skipped)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-6)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def table(rows):
    head = ["job", "engine", "seconds", "ratio", ""]
    widths = [max(len(r[i]) for r in [head] + rows) for i in range(5)]
    for row in [head, ["-" * w for w in widths]] + rows:
        print("  ".join(c.rjust(w) if 2 <= i <= 3 else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths))).rstrip())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data")
    p.add_argument("jobs", nargs="+", metavar="JOB[:N]")
    p.add_argument("--engines", default="")
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--data-scale", type=float, default=1.0)
    a = p.parse_args()
    data = os.path.abspath(a.data)
    setup()
    # Built once, outside every measurement.
    for command in {tuple(bench(j.partition(":")[0])) for j in a.jobs}:
        subprocess.run([*command, "--no-run"], cwd=ROOT, check=True)
    rows = []
    for job, _, n in (j.partition(":") for j in a.jobs):
        if job not in ENGINES:
            sys.exit(f"there is no job {job!r}: {' '.join(ENGINES)}")
        generate(data, job, a.data_scale)
        ours = None
        engines = a.engines.split(",") if a.engines else ENGINES[job]
        found = best(job, engines, data, n or ("100000" if job in ("tasks", "tree") else ""), a.repeat)
        for engine, result in found.items():
            if "error" in result:
                rows.append([job, engine, "", "", result["error"][:100]])
                continue
            if engine == "swath":
                ours = result
            ratio = f"{seconds(result) / seconds(ours):.2f}" if ours else ""
            note = "" if ours is None or same(ours, result) else "≠ " + json.dumps(result)[:100]
            rows.append([job, engine, f"{seconds(result):.3f}", ratio, note])
            print(json.dumps(result), file=sys.stderr)
    table(rows)


if __name__ == "__main__":
    main()
