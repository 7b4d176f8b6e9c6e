"""Writes the .npy files of this folder with NumPy; element i of each array in row-major order has the value i * 3 - 7,
cast to the type (booleans: odd or even; complex: value and half of it)."""
import numpy as np
from numpy.lib import format

for name in ["?", "i1", "<i2", ">i2", "<i4", ">i8", "u1", "<u4", ">u8", "<f4", ">f4", "<f8", ">f8", "<c8", ">c16"]:
    value = np.arange(24).reshape(2, 3, 4) * 3 - 7
    array = value % 2 == 1 if name == "?" else value + 0.5j * value if "c" in name else value
    dtype = np.dtype(name)
    for order in "CF":
        data = np.asarray(array).astype(dtype, order=order)
        stem = dtype.str.replace("<", "little-").replace(">", "big-").replace("|", "")
        with open(f"{stem}-{order}.npy", "wb") as f:
            format.write_array(f, data, version=(2, 0) if order == "F" else (1, 0))
np.save("scalar.npy", np.float64(2.5))
np.save("empty.npy", np.zeros((0, 4), "f4"))
np.save("half.npy", np.zeros(3, "f2"))
np.save("text.npy", np.array(["a", "bc"]))
np.save("record.npy", np.zeros(2, [("a", "f8"), ("b", "i4")]))
