"""Write the benchmark inputs below a folder: events/2015-MM.csv, json/2015-MM.json.gz, big.h5, big.npy, letters/.

usage: python generate.py OUT [--scale 1.0] [--only events,json,hdf5,npy,letters]

TPC-H comes from `tpchgen-cli parquet -s 1 --parts=4 --output-dir OUT/tpch`.
At scale 1: 10.2 M CSV rows (568 MB), 1.8 M JSON records, an 11000x11000 float64 dataset, 1 GB of letters.
big.npy holds the same numbers as big.h5, for engines that read an array from memory but no HDF5.
"""
import argparse, gzip, json, os, random, string
import numpy as np


def events(out, scale):
    import polars as pl
    rng = np.random.default_rng(7)
    names = np.array([f"name{i:04d}" for i in range(500)])
    os.makedirs(f"{out}/events", exist_ok=True)
    n = int(850_000 * scale)
    for month in range(1, 13):
        stamps = np.datetime64(f"2015-{month:02d}-01") + np.sort(rng.integers(0, 28 * 86400, n)).astype("timedelta64[s]")
        pl.DataFrame({
            "timestamp": stamps.astype("datetime64[us]"),
            "user_id": rng.integers(0, 100_000, n),
            "name": names[rng.integers(0, 500, n)],
            "value": np.round(rng.normal(10, 3, n), 6),
            "amount": rng.integers(-1000, 1000, n),
        }).write_csv(f"{out}/events/2015-{month:02d}.csv")


def json_lines(out, scale):
    random.seed(1)
    os.makedirs(f"{out}/json", exist_ok=True)
    for month in range(1, 13):
        with gzip.open(f"{out}/json/2015-{month:02d}.json.gz", "wt", compresslevel=4) as f:
            for i in range(int(150_000 * scale)):
                f.write(json.dumps({
                    "name": f"name{int(random.paretovariate(0.6)) % 2000}", "id": i, "occupation": f"job{i % 50}",
                    "telephone": str(random.random()), "address": {"city": f"c{i % 90}", "zip": i % 9999},
                    "credit": [random.random(), random.random()]}) + "\n")


def hdf5(out, scale):
    import h5py
    rng = np.random.default_rng(11)
    side = max(1000, int(11 * scale ** 0.5) * 1000)
    with h5py.File(f"{out}/big.h5", "w") as f:
        d = f.create_dataset("big-data", shape=(side, side), dtype="f8", chunks=(1000, 1000))
        for i in range(0, side, 1000):
            d[i:i + 1000] = rng.random((1000, side))
        half = max(1000, side // 2000 * 1000)
        g = f.create_dataset("gzip-data", shape=(half, half), dtype="f8", chunks=(1000, 1000), compression="gzip", shuffle=True)
        for i in range(0, half, 1000):
            g[i:i + 1000] = np.round(rng.random((1000, half)), 3)


def npy(out, scale):
    import h5py
    with h5py.File(f"{out}/big.h5") as f:
        d = f["big-data"]
        a = np.lib.format.open_memmap(f"{out}/big.npy.part", mode="w+", dtype="f8", shape=d.shape)
        for i in range(0, d.shape[0], 1000):
            a[i:i + 1000] = d[i:i + 1000]
        a.flush()
    os.rename(f"{out}/big.npy.part", f"{out}/big.npy")


def letters(out, scale):
    rng = np.random.default_rng(3)
    alphabet = np.frombuffer(string.ascii_letters.encode(), dtype="u1")
    os.makedirs(f"{out}/letters", exist_ok=True)
    for i in range(100):
        alphabet[rng.integers(0, 52, int(10_000_000 * scale))].tofile(f"{out}/letters/file_{i}.txt")


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out")
    p.add_argument("--scale", type=float, default=1.0)
    p.add_argument("--only", default="events,json,hdf5,npy,letters")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    jobs = {"events": events, "json": json_lines, "hdf5": hdf5, "npy": npy, "letters": letters}
    for name in a.only.split(","):
        jobs[name](a.out, a.scale)
