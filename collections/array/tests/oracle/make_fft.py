"""Runs Fourier transforms with NumPy and writes the answers to fft.json.

    python make_fft.py

Element i of the real input is ((i * i * 31 + i * 7919) % 1009) / 1009 - 0.5; the imaginary part, where there is one, is
that of i + 500.
"""

import json
import pathlib

import numpy as np

COMPLEX = {"fft", "ifft", "irfft", "hfft", "fftn", "ifftn", "irfftn", "fft2", "ifft2", "irfft2"}


def values(first, shape):
    i = np.arange(first, first + int(np.prod(shape)), dtype=np.int64)
    return (((i * i * 31 + i * 7919) % 1009) / 1009 - 0.5).reshape(shape)


def listed(x):
    x = np.asarray(x)
    pair = lambda v: [round(float(v), 12) + 0.0 for v in v.ravel()]
    return {"re": pair(x.real), **({"im": pair(x.imag)} if np.iscomplexobj(x) else {})}


def main():
    cases = []

    def add(function, shape, **options):
        x = values(0, shape) + (1j * values(500, shape) if function in COMPLEX else 0)
        result = getattr(np.fft, function)(x, **options)
        cases.append({"function": function, "shape": list(shape), **options, "result": list(result.shape), **listed(result)})

    for function in ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]:
        for norm in ["backward", "ortho", "forward"]:
            add(function, (4, 6), axis=1, norm=norm)
        for n in [1, 3, 8]:
            add(function, (5,), n=n)
        add(function, (5, 4), axis=0)
        add(function, (2, 3, 4), axis=-2, n=5)
    for function in ["fftn", "ifftn", "rfftn", "irfftn"]:
        add(function, (3, 4))
        add(function, (2, 3, 4), axes=[0, 2])
        add(function, (2, 3, 4), axes=[2, 0], norm="ortho")
        add(function, (3, 4), s=[4, 3], axes=[0, 1])
    for function in ["fft2", "ifft2", "rfft2", "irfft2"]:
        add(function, (2, 3, 4))
    for n in [1, 4, 5]:
        for function in ["fftfreq", "rfftfreq"]:
            cases.append({"function": function, "shape": [n], **listed(getattr(np.fft, function)(n, 0.1))})
    path = pathlib.Path(__file__).with_name("fft.json")
    path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    print(len(cases), "cases,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
