"""Writes what Dask's normalize_chunks makes of drawn requests to chunks.json.

    python make_chunks.py
"""

import json
import pathlib
import random

import numpy as np
from dask.array.core import normalize_chunks

rng = random.Random(7)


def axis_request(n):
    return rng.choice([-1, "auto", max(1, rng.randrange(0, n + 2)), max(1, n // 3)])


def previous_of(shape):
    chunks = []
    for n in shape:
        size = max(1, rng.randrange(1, n + 1))
        chunks.append(tuple([size] * (n // size) + ([n % size] if n % size else [])))
    return tuple(chunks)


cases = []
while len(cases) < 150:
    shape = tuple(rng.choice([1, 3, 10, 100, 1000, 12345]) for _ in range(rng.randrange(1, 4)))
    dtype = rng.choice(["int8", "float32", "float64"])
    limit = rng.choice(["500 B", "4 kB", "1 MiB", None])
    request = [axis_request(n) for n in shape]
    previous = previous_of(shape) if rng.random() < 0.5 else None
    if limit:
        request = [limit if r == "auto" else r for r in request]
    try:
        chunks = normalize_chunks(tuple(request), shape, dtype=np.dtype(dtype), previous_chunks=previous)
    except (ZeroDivisionError, ValueError):
        continue
    if sum(map(len, chunks)) > 60 or (previous and sum(map(len, previous)) > 60):
        continue
    cases.append({"shape": shape, "dtype": dtype, "request": request, "previous": previous, "chunks": chunks})

text = "[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n"
pathlib.Path(__file__).with_name("chunks.json").write_text(text)
