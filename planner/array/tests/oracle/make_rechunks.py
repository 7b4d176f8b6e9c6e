"""Writes rechunks.json, which tests/it/rechunks.rs reads: layouts, and the steps of Dask's plan_rechunk between them. Run it
in this folder with Dask: python make_rechunks.py
"""

import json
import random

from dask.array.rechunk import plan_rechunk

random.seed(11)


def layout(n, size):
    size = max(1, min(n, size))
    chunks = [size] * (n // size)
    return chunks + ([n % size] if n % size else [])


cases = []
while len(cases) < 120:
    ndim = random.choice([1, 2, 2, 2, 3])
    shape = [random.choice([64, 96, 120, 240, 1000, 1024]) for _ in range(ndim)]
    if ndim == 3:
        shape = [min(n, 120) for n in shape]
    pick = lambda n: random.choice([1, 2, 5, n // 16, n // 8, n // 3, n // 2, n])
    old = [layout(n, pick(n)) for n in shape]
    new = [layout(n, pick(n)) for n in shape]
    limit = random.choice([100, 1000, 10_000, 1_000_000])
    steps = plan_rechunk(tuple(map(tuple, old)), tuple(map(tuple, new)), itemsize=1, block_size_limit=limit)
    if len(steps) == 1 and sum(len(c["steps"]) == 1 for c in cases) >= 50:
        continue
    cases.append({"old": old, "new": new, "limit": limit, "steps": [[list(map(int, axis)) for axis in s] for s in steps]})
print("more than one step:", sum(len(c["steps"]) > 1 for c in cases))


def packed(axis):
    """Runs of equal lengths: [length, how often]."""
    runs = []
    for n in axis:
        if runs and runs[-1][0] == n:
            runs[-1][1] += 1
        else:
            runs.append([n, 1])
    return runs


for c in cases:
    c["old"], c["new"] = [[packed(a) for a in c[k]] for k in ("old", "new")]
    c["steps"] = [[packed(a) for a in s] for s in c["steps"]]
with open("rechunks.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
