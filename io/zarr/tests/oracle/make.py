"""Writes stores.json, which tests/it unpacks: the files of each array by path, in hexadecimal. Run it in this folder with
zarr-python 3: python make.py

Element i of every array, in row-major order, is 3 * i - 7 (booleans: whether that is odd; complex numbers: that and half of
it), wrapped to the type.
"""

import json
import os
import tempfile

import numcodecs
import numpy as np
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec

TYPES = ["bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16"]
SHAPE = (7, 9)


def values(dtype, shape=SHAPE):
    v = 3 * np.arange(int(np.prod(shape)), dtype="i8") - 7
    dtype = np.dtype(dtype)
    if dtype == bool:
        v = v % 2 == 1
    elif dtype.kind == "c":
        v = v + 0.5j * v
    return v.astype(dtype).reshape(shape)


def make(root):
    def array(name, data, version=3, **options):
        options.setdefault("chunks", (4, 5))
        options.setdefault("compressors", None)
        a = zarr.create_array(f"{root}/{name}", data=data, zarr_format=version, **options)
        return a

    for t in TYPES:
        array(f"v3/{t}", values(t), chunks=(4, 9))
    for t in ["bool", "i2", "u8", "f4", "c8"]:
        array(f"v2/{t}", values(t), 2, chunks=(4, 9))
    for t in ["i2", "f8", "c16"]:
        array(f"v2/big_{t}", values(">" + t), 2)
    array("v3/big_f8", values("f8"), serializer=BytesCodec(endian="big"))
    array("v3/gzip", values("i4"), compressors=GzipCodec())
    array("v3/zstd", values("i4"), compressors=ZstdCodec())
    array("v3/blosc", values("i4"), compressors=BloscCodec(cname="lz4", shuffle="shuffle"))
    array("v3/crc32c", values("i4"), compressors=Crc32cCodec())
    array("v3/transposed", values("i4"), filters=TransposeCodec(order=(1, 0)))
    array("v3/sharded", values("i4"), chunks=(2, 3), shards=(4, 6), compressors=ZstdCodec())
    array("v3/dotted", values("i4"), chunk_key_encoding={"name": "v2", "separator": "."})
    array("v2/zlib", values("i4"), 2, compressors=numcodecs.Zlib())
    array("v2/zstd", values("i4"), 2, compressors=numcodecs.Zstd())
    array("v2/blosc", values("i4"), 2, compressors=numcodecs.Blosc(cname="zstd"))
    array("v2/bz2", values("i4"), 2, compressors=numcodecs.BZ2())
    array("v2/fortran", values("i4"), 2, order="F")
    array("v2/nested", values("i4"), 2, chunk_key_encoding={"name": "v2", "separator": "/"})
    array("odd/lzma", values("i4"), 2, compressors=numcodecs.LZMA())
    array("odd/scalar", np.array(2.5), chunks=())
    array("odd/empty", np.zeros((0, 5)), chunks=(1, 5))
    array("odd/half", values("f2"))
    array("odd/text", np.array(["a", "bc"], dtype="U2"), chunks=(2,))
    sparse = zarr.create_array(f"{root}/odd/sparse", shape=(100, 100), chunks=(10, 10), dtype="i4", fill_value=-5)
    sparse[42, 43] = 1
    sparse.attrs.update(units="kelvin", range=[-3, 400], scale=0.25, names=["x", "y"], other={"a": 1})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as root:
        make(root)
        files = {}
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as f:
                    data = f.read()
                if name in ("zarr.json", ".zarray", ".zattrs"):
                    files[os.path.relpath(path, root)] = json.dumps(json.loads(data))
                else:
                    files[os.path.relpath(path, root)] = data.hex()
        with open("stores.json", "w") as f:
            json.dump(files, f, indent=0, sort_keys=True)
        print(os.path.getsize("stores.json"))
