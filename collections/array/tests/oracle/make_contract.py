"""Runs contractions with NumPy and writes the answers to contract.json.

    python make_contract.py

Element i of the array with seed s is (i * i * 3 + i * 5 + s * 7) % 13 - 6, in int64.
"""

import json
import pathlib

import numpy as np

EINSUM = [
    ("ij,jk->ik", [(4, 6), (6, 5)]),
    ("ij,jk", [(4, 6), (6, 5)]),
    ("ij,kj->ki", [(4, 6), (5, 6)]),
    ("ji,kj->ik", [(6, 4), (5, 6)]),
    ("ij->ji", [(4, 6)]),
    ("ba", [(4, 6)]),
    ("ij->", [(4, 6)]),
    ("ij->j", [(4, 6)]),
    ("ii", [(5, 5)]),
    ("ii->i", [(5, 5)]),
    ("iij->ij", [(4, 4, 3)]),
    ("iji->j", [(4, 3, 4)]),
    ("i,j->ij", [(4,), (5,)]),
    ("i,j->ji", [(4,), (5,)]),
    ("i,i->", [(7,), (7,)]),
    ("i,i->i", [(7,), (7,)]),
    (",ij->ij", [(), (2, 3)]),
    ("bij,bjk->bik", [(3, 4, 5), (3, 5, 2)]),
    ("bij,bkj->kbi", [(3, 4, 5), (3, 2, 5)]),
    ("...ij,...jk->...ik", [(2, 3, 4, 5), (3, 5, 2)]),
    ("...ij,jk->...ik", [(2, 3, 4), (4, 2)]),
    ("i...,i...->...", [(4, 3, 2), (4, 3, 2)]),
    ("...", [(3, 2)]),
    ("ijk,lkj->il", [(3, 4, 5), (2, 5, 4)]),
    ("ijkl,jlm->kim", [(2, 3, 4, 5), (3, 5, 2)]),
    ("ij,jk,kl->il", [(3, 4), (4, 5), (5, 2)]),
    ("ij,jk,kl,lm->im", [(3, 4), (4, 5), (5, 2), (2, 6)]),
    ("ij,ik,il->jkl", [(4, 2), (4, 3), (4, 2)]),
    ("ij,j,j->i", [(4, 6), (6,), (6,)]),
    ("i,j,k->kij", [(2,), (3,), (4,)]),
    ("ij,kl->", [(2, 3), (4, 2)]),
    ("ij,jk->ik", [(4, 1), (6, 5)]),
    ("ij,ij->ij", [(4, 1), (1, 5)]),
    ("ij,jk->ik", [(0, 3), (3, 2)]),
    ("ij,jk->ik", [(2, 0), (0, 3)]),
]
TENSORDOT = [
    ([(3, 4, 5), (4, 3, 2)], ([1, 0], [0, 1])),
    ([(3, 4, 5), (4, 5, 2)], 2),
    ([(3, 4), (5,)], 0),
    ([(3, 4, 5), (2, 5)], ([-1], [1])),
]
PAIRS = {
    "dot": [[(4,), (4,)], [(3, 4), (4,)], [(3, 4), (4, 2)], [(2, 3, 4), (5, 4, 2)], [(), (3,)]],
    "inner": [[(4,), (4,)], [(3, 4), (2, 4)], [(2, 3, 4), (4,)], [(), (3,)]],
    "outer": [[(4,), (3,)], [(2, 3), (2,)]],
    "vdot": [[(6,), (6,)], [(2, 3), (3, 2)]],
    "kron": [[(3,), (2,)], [(2, 3), (3, 2)], [(2,), (2, 3)], [(2, 2, 2), (3,)]],
    "matmul": [[(4,), (4,)], [(3, 4), (4,)], [(4,), (4, 3)], [(2, 3, 4), (4, 5)], [(3, 4), (2, 4, 5)],
               [(2, 1, 3, 4), (5, 4, 2)], [(2, 3, 4), (4,)], [(4,), (2, 4, 3)], [(3, 0), (0, 2)]],
}


def array(seed, shape):
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    return ((i * i * 3 + i * 5 + seed * 7) % 13 - 6).reshape(shape)


def main():
    cases = []

    def add(function, shapes, result, **more):
        answer = {"result": list(np.shape(result)), "values": np.ravel(result).tolist()}
        cases.append({"function": function, "shapes": [list(s) for s in shapes], **more, **answer})

    for subscripts, shapes in EINSUM:
        add("einsum", shapes, np.einsum(subscripts, *(array(i, s) for i, s in enumerate(shapes))), subscripts=subscripts)
    for shapes, axes in TENSORDOT:
        add("tensordot", shapes, np.tensordot(array(0, shapes[0]), array(1, shapes[1]), axes), axes=axes)
    for function, list_ in PAIRS.items():
        for shapes in list_:
            add(function, shapes, getattr(np, function)(array(0, shapes[0]), array(1, shapes[1])))
    path = pathlib.Path(__file__).with_name("contract.json")
    path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    print(len(cases), "cases,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
