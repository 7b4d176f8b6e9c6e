"""Runs reshape_blockwise with Dask and writes the answers, chunks included, to blocks.json.

    python make_blocks.py

Every array is 0, 1, 2, … in row-major order. "chunks" of a case are those asked for; null lets them follow.
"""

import json
import pathlib

import dask.array as da
import numpy as np

CASES = []


def add(shape, cut, to, chunks=None):
    x = da.from_array(np.arange(int(np.prod(shape))).reshape(shape), chunks=cut)
    y = da.reshape_blockwise(x, to, chunks=chunks)
    CASES.append({"shape": shape, "cut": x.chunks, "to": to, "chunks": chunks, "out_chunks": y.chunks,
                  "values": y.compute().ravel().tolist()})


def main():
    add((3, 3, 3), (3, 2, (2, 1)), (3, 9))
    add((3, 3, 3), (3, 2, (2, 1)), (9, 3))
    add((3, 3, 3), (1, 2, 3), (27,))
    add((4, 6), (3, 4), (24,))
    add((2, 3, 4, 5), (1, 2, 3, 3), (6, 20))
    add((2, 3, 4, 5), (2, 2, 3, 2), (2, 12, 5))
    add((2, 3, 4, 5), (1, 2, 3, 3), (24, 5))
    add((4, 1, 6), (3, 1, 4), (4, 6))
    add((4, 6), (4, 6), (24,))
    add((3, 9), (3, (4, 2, 2, 1)), (3, 3, 3), ((3,), (2, 1), (2, 1)))
    add((24,), ((12, 6, 4, 2),), (4, 6), ((3, 1), (4, 2)))
    add((6, 20), ((2, 1, 2, 1), (9, 6, 3, 2)), (2, 3, 4, 5), ((1, 1), (2, 1), (3, 1), (3, 2)))
    text = "[\n" + ",\n".join(json.dumps(c) for c in CASES) + "\n]\n"
    pathlib.Path(__file__).with_name("blocks.json").write_text(text)


if __name__ == "__main__":
    main()
