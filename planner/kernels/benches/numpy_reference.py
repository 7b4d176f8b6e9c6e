"""The jobs of kernels.rs in NumPy: milliseconds, best of a few runs."""
import time
import numpy as np


def best(name, job, runs=3):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    print(f"{name:40} {min(times) * 1e3:9.1f} ms")


rng = np.random.default_rng(1)
x = rng.normal(1, 2, 10_000_000)
best("(x-mean)*2+sin(x) 10M", lambda: (x - 1.0) * 2 + np.sin(x))
for name in ["exp", "sin", "cos", "log", "tanh", "sqrt"]:
    with np.errstate(invalid="ignore"):
        best(f"{name} 10M", lambda: getattr(np, name)(x))
x = rng.normal(1, 2, (4000, 4000))
for name in ["sum", "max", "argmax", "std"]:
    for axis in [0, 1]:
        best(f"{name} axis {axis}", lambda: getattr(x, name)(axis=axis))
x = rng.normal(1, 2, (11_000, 11_000))
best("anomaly 11000x11000", lambda: (x - x.mean(axis=1, keepdims=True)).std(axis=0).sum(), 2)
