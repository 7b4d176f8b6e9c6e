"""Writes the files that tests/it reads. Run it in this folder with h5py: python make.py

Element i of every dataset, in row-major order, is 3 * i - 7 (booleans: whether that is odd; complex numbers: that and half
of it), wrapped to the type.
"""

import os

import h5py
import numpy as np

TYPES = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16"]
FILTERS = {
    "none": {},
    "gzip": {"compression": "gzip"},
    "shuffle": {"shuffle": True},
    "shuffle_gzip": {"compression": "gzip", "shuffle": True},
    "lzf": {"compression": "lzf"},
    "shuffle_lzf": {"compression": "lzf", "shuffle": True},
    "fletcher32": {"fletcher32": True},
    "all": {"compression": "gzip", "shuffle": True, "fletcher32": True},
}
SHAPE = (7, 9)


def values(dtype, shape=SHAPE):
    v = 3 * np.arange(int(np.prod(shape)), dtype="i8") - 7
    dtype = np.dtype(dtype)
    if dtype == bool:
        v = v % 2 == 1
    elif dtype.kind == "c":
        v = v + 0.5j * v
    return v.astype(dtype).reshape(shape)


def indices(index):
    """The ways in which HDF5 finds chunks, and datasets without any."""
    index.create_dataset("fixed", data=values("i2"), chunks=(2, 2))
    index.create_dataset("single", data=values("i2"), chunks=SHAPE)
    index.create_dataset("single_gzip", data=values("i2"), chunks=SHAPE, compression="gzip")
    index.create_dataset("one_unlimited", data=values("i2"), chunks=(2, 2), maxshape=(None, 9))
    index.create_dataset("other_unlimited", data=values("i2"), chunks=(2, 2), maxshape=(7, None))
    index.create_dataset("two_unlimited", data=values("i2"), chunks=(2, 2), maxshape=(None, None))
    index.create_dataset("two_unlimited_gzip", data=values("i2"), chunks=(2, 2), maxshape=(None, None), compression="gzip")
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((2, 2))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple(SHAPE)
    d = h5py.h5d.create(index.id, b"implicit", h5py.h5t.STD_I16LE, space, early)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, values("i2"))
    shrunk = index.create_dataset("shrunk", data=values("i2", (11, 9)), chunks=(2, 2), maxshape=(None, None))
    shrunk.resize(SHAPE)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    d = h5py.h5d.create(index.id, b"compact", h5py.h5t.STD_I16LE, space, compact)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, values("i2"))


def main_file(name, libver, types=TYPES):
    with h5py.File(name, "w", libver=libver) as f:
        plain = f.create_group("plain")
        chunked = f.create_group("chunked")
        for t in types:
            plain[t] = values("<" + t)
            if libver == "earliest" and t in ("i4", "i8", "u1", "u2", "u8", "c8"):
                continue
            chunked.create_dataset(t, data=values("<" + t), chunks=(3, 4), compression="gzip", shuffle=True)
        plain["bool"] = values(bool)
        chunked.create_dataset("bool", data=values(bool), chunks=(3, 4), compression="gzip")
        big = f.create_group("big")
        for t in ["i2", "u4", "i8", "f4", "f8", "c8", "c16"]:
            big[t] = values(">" + t)
        filters = f.create_group("filters")
        for key, options in FILTERS.items():
            filters.create_dataset(key, data=values(">i4"), chunks=(4, 5), **options)
        if types is TYPES:
            indices(f.create_group("index"))
        f["links/soft"] = h5py.SoftLink("/plain/f8")
        f["links/hard"] = f["plain/f8"]
        f["links/dangling"] = h5py.SoftLink("/nothing")
        f["links/loop"] = f["links"]


def old_group_file(name):
    """A dataset that cannot be read in a group of the old kind, beside one that can."""
    with h5py.File(name, "w", libver=("earliest", "latest")) as f:
        f["x"] = values("f8")
        layout = h5py.VirtualLayout(SHAPE, "f8")
        layout[:] = h5py.VirtualSource(name, "x", SHAPE)
        f.create_virtual_dataset("y", layout)
        f["z/x"] = values("f4")


def odd_file(name):
    with h5py.File(name, "w", libver="latest", userblock_size=1024) as f:
        f["scalar"] = 2.5
        f["empty"] = np.zeros((0, 5))
        f["deep/er/est/x"] = values("f8")
        f["type"] = np.dtype("<i4")
        f.create_dataset("committed", data=values("i4"), dtype=f["type"])
        sparse = f.create_dataset("sparse", shape=(100, 100), chunks=(10, 10), dtype=">i4", fillvalue=-5)
        sparse[42, 43] = 1
        f.create_dataset("unwritten", shape=(1000, 1000, 1000), dtype="f4", fillvalue=1.5)
        f.create_dataset("unwritten_chunks", shape=(1 << 40, 1 << 20), chunks=(1024, 1024), dtype="u1", fillvalue=3)
        f.create_dataset("many", data=values("i2", (3000,)), chunks=(1,))
        f.create_dataset("many_unlimited", data=values("i2", (3000,)), chunks=(2,), maxshape=(None,))
        f.create_dataset("enum", data=values("u1"), dtype=h5py.enum_dtype({"RED": 0, "BLUE": 1}, basetype="u1"))
        f["half"] = values("f2")
        f["text"] = np.array(["a", "bc"], dtype=h5py.string_dtype())
        f["fixed_text"] = np.array([b"a", b"bc"])
        f["records"] = np.zeros(3, dtype=[("x", "f8"), ("y", "i4")])
        f["null"] = h5py.Empty("f4")
        f.create_dataset("scaled", data=values("i4"), chunks=(7, 9), scaleoffset=0)
        layout = h5py.VirtualLayout(SHAPE, "f8")
        layout[:] = h5py.VirtualSource(name, "deep/er/est/x", SHAPE)
        f.create_virtual_dataset("virtual/x", layout)
        a = f["deep/er/est/x"].attrs
        a["units"] = "kelvin"
        a["fixed"] = np.bytes_("abc")
        a["names"] = np.array(["x", "y"], dtype=h5py.string_dtype())
        a["scale"] = 0.25
        a["range"] = np.array([-3, 400], dtype=">i2")
        a["flag"] = True
        a["big"] = np.uint64(2**64 - 1)
        a["single"] = np.float32(1.5)
        a["record"] = np.zeros((), dtype=[("x", "f8")])


def growing_file(name):
    """Datasets that may grow, up to a largest shape, by every index that numbers chunks by that shape, or not."""
    with h5py.File(name, "w", libver="latest") as f:
        limits = [(12, 20), (7, 20), (12, 9), (None, 20), (12, None), (None, None)]
        for i, most in enumerate(limits):
            for filters in ["none", "gzip"]:
                f.create_dataset(f"{filters}/{i}", data=values("i2"), chunks=(2, 4), maxshape=most, **FILTERS[filters])
            for size in [(9, 13), (3, 4)]:
                limited = tuple(n if m is None else min(n, m) for n, m in zip(size, most))
                d = f.create_dataset(f"resized_{size[0]}/{i}", limited, "i2", chunks=(2, 4), maxshape=most)
                d[:] = 77
                d.resize(SHAPE)
                d[:] = values("i2")
            if None not in most:
                early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                early.set_chunk((2, 4))
                early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
                space = h5py.h5s.create_simple(SHAPE, most)
                d = h5py.h5d.create(f.require_group("early").id, b"%d" % i, h5py.h5t.STD_I16LE, space, early)
                d.write(h5py.h5s.ALL, h5py.h5s.ALL, values("i2"))


if __name__ == "__main__":
    main_file("earliest.h5", "earliest")
    main_file("latest.h5", "latest")
    main_file("v108.h5", ("v108", "v108"), ["i2", "f8"])
    odd_file("odd.h5")
    old_group_file("old_group.h5")
    growing_file("growing.h5")
    for n in os.listdir("."):
        print(n, os.path.getsize(n))
