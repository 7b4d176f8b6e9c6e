"""Writes blosc.json, frames of every compressor and order of bytes, which the unit tests of src/blosc read. Run it in this
folder with numcodecs: python make_blosc.py

Byte i of the contents of `size` bytes is that of the little-endian integers 0, 1, 2, ... // 5 of `typesize` bytes (of 8 for
other sizes).
"""

import json

import numcodecs.blosc as blosc
import numpy as np


def contents(size, typesize):
    kind = typesize if typesize in (1, 2, 4, 8) else 8
    n = size // kind + 1
    return (np.arange(n) // 5).astype(f"<u{kind}").tobytes()[:size]


cases = []
for cname in ["blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"]:
    if cname not in blosc.list_compressors():
        continue
    for shuffle in [blosc.NOSHUFFLE, blosc.SHUFFLE, blosc.BITSHUFFLE]:
        for size, typesize, blocksize in [(1000, 4, 0), (4099, 8, 1024), (2048, 2, 512), (1500, 1, 512), (1800, 12, 600)]:
            # The bindings take the size of an element from the buffer's.
            data = contents(size, typesize)
            kind = {1: "u1", 2: "u2", 4: "u4", 8: "u8"}.get(typesize, f"V{typesize}")
            whole = size // typesize * typesize
            data = data[:whole]
            frame = blosc.compress(np.frombuffer(data, dtype=kind) if kind[0] == "u" else np.frombuffer(data, "V12"),
                                   cname.encode(), 5, shuffle, blocksize)
            cases.append({"name": f"{cname} {shuffle} {whole} {typesize} {blocksize}", "typesize": typesize,
                          "size": whole, "frame": bytes(frame).hex()})
# Several threads write blocks in any order.
blosc.set_nthreads(4)
blosc.use_threads = True
data = contents(64_000, 8)
frame = blosc.compress(np.frombuffer(data, "u8"), b"zstd", 9, blosc.SHUFFLE, 4096)
cases.append({"name": "threads", "typesize": 8, "size": len(data), "frame": bytes(frame).hex()})

with open("blosc.json", "w") as f:
    json.dump(cases, f, indent=0)
    f.write("\n")
