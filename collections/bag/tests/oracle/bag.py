"""Writes bag.json: what Dask answers. Run with Dask 2026.8 installed: python bag.py"""

import json
import os
import random
import tempfile
import warnings

import dask
import dask.bag as db

dask.config.set(scheduler="sync")
warnings.simplefilter("ignore")


def bag(parts):
    return db.Bag({("x%d" % id(parts), i): p for i, p in enumerate(parts)}, "x%d" % id(parts), len(parts))


def partitions(b):
    return [list(p) for p in dask.compute(*b.to_delayed())]


def answer(f):
    try:
        return {"ok": f()}
    except Exception as e:
        return {"error": type(e).__name__}


random.seed(7)
numbers = {
    "ten in three": [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]],
    "one partition": [[5, 3, 9, 3]],
    "one empty partition": [[]],
    "all empty": [[], [], []],
    "some empty": [[], [4, 1], [], [1, 7, 7], []],
    "twenty": [[random.randrange(-50, 50) for _ in range(random.randrange(6))] for _ in range(20)],
    "seventy": [[random.randrange(10) for _ in range(3)] for _ in range(70)],
}
add = lambda a, b: a + b
out = {}

out["from_sequence"] = [
    {"n": n, "npartitions": k, "size": s,
     "lengths": [len(p) for p in partitions(db.from_sequence(range(n), npartitions=k, partition_size=s))]}
    for n, k, s in [(0, None, None), (1, None, None), (100, None, None), (101, None, None), (1000, None, None),
                    (12345, None, None), (3, 5, None), (10, 3, None), (100, 7, None), (101, 4, None),
                    (1000, 7, None), (101, 200, None), (10, None, 4), (10, 3, 4)]
]
out["range"] = [
    {"n": n, "npartitions": k, "partitions": partitions(db.range(n, k))}
    for n, k in [(5, 2), (10, 3), (7, 7), (100, 8)]
]
out["repartition"] = [
    {"n": n, "from": a, "to": b,
     "partitions": partitions(db.from_sequence(range(n), npartitions=a).repartition(npartitions=b))}
    for n, a, b in [(20, 10, 3), (20, 10, 1), (23, 8, 5), (10, 2, 5), (10, 3, 7), (4, 2, 9), (7, 7, 7), (30, 7, 6)]
]

out["numbers"] = []
for name, parts in numbers.items():
    b = bag(parts)
    out["numbers"].append({
        "name": name,
        "parts": parts,
        "sum": answer(lambda: b.sum().compute()),
        "count": answer(lambda: b.count().compute()),
        "mean": answer(lambda: b.mean().compute()),
        "min": answer(lambda: b.min().compute()),
        "max": answer(lambda: b.max().compute()),
        "var": answer(lambda: b.var().compute()),
        "std1": answer(lambda: b.std(ddof=1).compute()),
        "any": answer(lambda: b.map(lambda x: x > 6).any().compute()),
        "all": answer(lambda: b.map(lambda x: x < 9).all().compute()),
        "fold": answer(lambda: b.fold(add).compute()),
        "fold_initial_10": answer(lambda: b.fold(add, initial=10).compute()),
        "fold_text": answer(lambda: b.map(str).fold(lambda a, x: f"({a}{x})", combine=lambda a, c: f"[{a}{c}]",
                                                     initial="i").compute()),
        "reduction_text": answer(lambda: b.map(str).reduction(
            lambda p: "(" + " ".join(p) + ")", lambda p: "[" + "".join(p) + "]").compute()),
        "frequencies": answer(lambda: [list(p) for p in b.frequencies().compute()]),
        "frequencies_sorted": answer(lambda: [list(p) for p in b.frequencies(sort=True).compute()]),
        "topk3": answer(lambda: b.topk(3).compute()),
        "topk4_mod5": answer(lambda: b.topk(4, key=lambda x: x % 5).compute()),
        "distinct": answer(lambda: b.distinct().compute()),
        "distinct_mod3": answer(lambda: b.distinct(key=lambda x: x % 3).compute()),
        "foldby": answer(lambda: [list(p) for p in b.foldby(lambda x: x % 3, add).compute()]),
        "foldby_initial_10": answer(lambda: [list(p) for p in b.foldby(lambda x: x % 3, add, 10).compute()]),
        "foldby_combine_initial": answer(lambda: [list(p) for p in b.foldby(
            lambda x: x % 3, add, 10, add, 100).compute()]),
        "groupby": answer(lambda: sorted([k, sorted(v)] for k, v in b.groupby(lambda x: x % 4, shuffle="tasks"))),
        "accumulate": answer(lambda: partitions(b.accumulate(add))),
        "accumulate_initial": answer(lambda: partitions(b.accumulate(add, initial=-1))),
        "take2": answer(lambda: list(b.take(2, npartitions=-1))),
        "map_filter": answer(lambda: partitions(b.map(lambda x: x * 3).filter(lambda x: x % 2 == 0))),
        "remove": answer(lambda: partitions(b.remove(lambda x: x > 3))),
        "flatten": answer(lambda: partitions(b.map(lambda x: [x] * (x % 3)).flatten())),
        "join": answer(lambda: [list(p) for p in b.join([1, 2, 3, 12, 13], lambda x: x % 10).compute()]),
        "product": answer(lambda: [[list(q) for q in p] for p in partitions(b.product(bag([[1], [2, 3]])))]),
        "zip": answer(lambda: [[list(q) for q in p] for p in partitions(
            db.zip(b, bag([[9] * (i % 4) for i in range(len(parts))])))]),
    })

records = ['{"a": {"b": 1}, "l": [1, 2], "n": "x"}', '{"a": {"b": 2.0}, "l": [3, 4], "n": "y"}',
           '{"n": "x", "a": {"b": 1.0}, "l": [5, 6], "n": "z"}']
j = db.from_sequence(records, npartitions=2).map(json.loads)
out["json"] = {
    "records": records,
    "n": j.pluck("n").compute(),
    "ab": j.pluck("a").pluck("b").compute(),
    "ab_frequencies": [list(p) for p in j.pluck("a").pluck("b").frequencies().compute()],
    "l_last": j.pluck("l").pluck(-1).compute(),
    "missing": answer(lambda: j.pluck("zz").compute()),
    "default": j.pluck("zz", 0).compute(),
    "l9_default": j.pluck("l").pluck(9, None).compute(),
    "not_an_object": answer(lambda: j.pluck("n").pluck("q", 0).compute()),
}

texts = {
    "ten lines": "".join(f"line {i}\n" for i in range(10)),
    "no newline at the end": "a\nbb\nccc",
    "empty lines": "\n\na\n\n",
    "crlf": "a\r\nb\r\n",
    "empty": "",
    "long and short": "x" * 50 + "\n" + "y\n" * 20,
}
out["text"] = []
with tempfile.TemporaryDirectory() as folder:
    for name, text in texts.items():
        path = os.path.join(folder, "t.txt")
        with open(path, "w", newline="") as f:
            f.write(text)
        for size in [None, 5, 25, 1000]:
            if text == "" and size is not None:
                continue  # Dask has no partition at all then
            out["text"].append({"name": name, "text": text, "blocksize": size,
                                "partitions": partitions(db.read_text(path, blocksize=size))})
    for n in [1, 3, 12]:
        target = os.path.join(folder, f"out{n}", "part-*.txt")
        os.mkdir(os.path.dirname(target))
        db.from_sequence([f"item {i}" for i in range(2 * n)], partition_size=2).to_textfiles(target)
        names = sorted(os.listdir(os.path.dirname(target)))
        out.setdefault("to_text_files", []).append(
            {"n": n, "files": [[f, open(os.path.join(os.path.dirname(target), f)).read()] for f in names]})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bag.json"), "w") as f:
    json.dump(out, f, indent=None, separators=(",", ":"))
    f.write("\n")
