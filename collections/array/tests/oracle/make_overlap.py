"""Runs neighbourhood sums and windows with NumPy and writes the answers to overlap.json.

    python make_overlap.py

The input of shape `shape` is (arange * 7 + 3) % 11. Every answer is the sum of the elements in the window that reaches
`before` and `after` along each axis, elements beyond the ends standing for what the boundary says (nothing for none).
"""

import itertools
import json
import pathlib

import numpy as np

MODES = {"periodic": "wrap", "reflect": "symmetric", "nearest": "edge"}


def sums(x, depth, boundary):
    # Where there is nothing beyond an end, there is nothing in its corners either: those axes come last.
    for axis in sorted(range(x.ndim), key=lambda axis: boundary[axis] == "none"):
        (before, after), b = depth[axis], boundary[axis]
        width = [(0, 0)] * x.ndim
        width[axis] = (before, after)
        mode = {"mode": MODES[b]} if b in MODES else {"constant_values": 0 if b == "none" else b}
        x = np.pad(x, width, **mode)
    shape = [n - b - a for n, (b, a) in zip(x.shape, depth)]
    out = np.zeros(shape, dtype=np.int64)
    for at in itertools.product(*(range(b + a + 1) for b, a in depth)):
        out += x[tuple(slice(i, i + n) for i, n in zip(at, shape))]
    return out


def main():
    cases = []
    shapes = [
        ((10,), [((1, 1),), ((2, 0),), ((0, 3),), ((4, 2),)]),
        ((6, 7), [((1, 1), (1, 1)), ((2, 1), (0, 3)), ((0, 0), (2, 2))]),
    ]
    for shape, depths in shapes:
        x = (np.arange(np.prod(shape)) * 7 + 3).reshape(shape) % 11
        for depth in depths:
            for boundary in itertools.product(["none", "periodic", "reflect", "nearest", 5], repeat=len(shape)):
                case = {"shape": shape, "depth": depth, "boundary": boundary}
                cases.append({**case, "sums": sums(x, depth, boundary).ravel().tolist()})
    path = pathlib.Path(__file__).with_name("overlap.json")
    path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    print(len(cases), "cases,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
