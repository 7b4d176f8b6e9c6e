"""Draws chains of array functions over random shapes, types and chunks, and NumPy's answers to them.

    python draw.py SEED COUNT [--small]  > cases.json

Every line of the list is a case: inputs that the interpreter makes by the same formula as `values` here, steps, and what
NumPy gives in the end (or that it refuses the last step). `--small` keeps cases short, for the sample that is committed:

    python draw.py 20240611 300 --small > cases.json

`compare.sh` draws thousands, runs them and shows the disagreements.
"""

import json
import random
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")

SHAPES = [(), (1,), (7,), (12,), (30,), (3, 4), (4, 4), (5, 1), (1, 6), (2, 3, 4), (3, 1, 5), (6, 7), (2, 0), (0,), (0, 3),
          (2, 2, 3, 2), (9, 8), (1, 1), (4, 5, 3), (2, 1, 3, 1, 2)]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES = ["bool", *INTEGERS, "float32", "float64", "float32", "float64", "complex64", "complex128"]
EXACT = ["absolute", "negative", "sign", "square", "positive", "floor", "ceil", "trunc", "fix", "rint", "isnan", "isinf", "isfinite",
         "logical_not", "conjugate", "real", "imag", "fabs", "spacing", "signbit", "isposinf", "isneginf", "isreal", "iscomplex",
         "nan_to_num", "bitwise_invert"]
ROUGH = ["sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos",
         "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "deg2rad", "rad2deg", "sinc", "i0", "angle"]
BINARY = ["add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod", "power", "float_power", "maximum", "minimum",
          "fmax", "fmin", "arctan2", "hypot", "copysign", "logaddexp", "logaddexp2", "heaviside", "nextafter", "gcd", "lcm", "bitwise_and",
          "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "equal", "not_equal", "less", "less_equal", "greater",
          "greater_equal", "logical_and", "logical_or", "logical_xor"]
# What jumps where its operand changes a little: not after functions whose last digits differ.
JUMPS = {"floor", "ceil", "trunc", "fix", "rint", "sign", "spacing", "signbit", "bitwise_invert", "logical_not", "floor_divide",
         "remainder", "fmod", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "nextafter", "heaviside",
         "isposinf", "isneginf", "isinf", "isfinite", "isnan", "iscomplex", "isreal", "logical_and", "logical_or", "logical_xor", "tan",
         "angle", "arctan2", "power", "float_power", "copysign", "sqrt", "log", "log2", "log10", "log1p", "arccosh",
         "arctanh", "arcsin", "arccos", "nan_to_num", "exp", "sinh", "cosh", "exp2", "expm1", "i0"}
REDUCE = ["sum", "prod", "mean", "std", "var", "min", "max", "argmin", "argmax", "any", "all", "count_nonzero", "nansum",
          "nanprod", "nanmean", "nanmax", "nanmin", "nanstd", "nanvar"]


def values(shape, dtype, shift, special):
    """The elements of an input; the interpreter computes the same."""
    size = int(np.prod(shape))
    whole = (np.arange(size, dtype="int64") * 37 + 11 + 7 * shift) % 101 - 50
    kind = np.dtype(dtype).kind
    if kind == "b":
        x = whole > 0
    elif kind == "u":
        x = np.abs(whole).astype(dtype)
    elif kind == "i":
        x = whole.astype(dtype)
    elif kind == "f":
        x = (whole / 4).astype(dtype)
    else:
        x = (whole / 4 + 1j * (np.roll(whole, 1) / 8)).astype(dtype)
    if special and kind in "iu":
        info = np.iinfo(dtype)
        x[3::7], x[5::7] = info.max, info.min
    if special and kind == "f":
        x[2::7], x[3::11], x[5::13], x[1::17] = np.nan, np.inf, -np.inf, -0.0
    return x.reshape(shape)


def cut(rng, n):
    """Chunk lengths along an axis."""
    how = rng.random()
    if n < 2 or how < 0.25:
        return [n]
    if how < 0.7:
        size = rng.randrange(1, n + 1)
        return [size] * (n // size) + ([n % size] if n % size else [])
    points = sorted(rng.sample(range(1, n), rng.randrange(1, min(n, 5))))
    return [b - a for a, b in zip([0, *points], [*points, n])]


class Drawer:
    def __init__(self, rng):
        self.rng, self.inputs, self.rough = rng, [], False

    def input(self, shape, dtype):
        rng = self.rng
        special = rng.random() < 0.2
        entry = {"shape": list(shape), "dtype": dtype, "chunks": [cut(rng, n) for n in shape], "shift": rng.randrange(20),
                 "special": special}
        self.inputs.append(entry)
        return len(self.inputs) - 1, values(shape, dtype, entry["shift"], special)

    def like(self, x):
        """An input that broadcasts against x."""
        shape = [1 if self.rng.random() < 0.25 else n for n in x.shape]
        return self.input(shape[self.rng.randrange(len(shape) + 1):] if self.rng.random() < 0.3 else shape, self.rng.choice(DTYPES))

    def axis(self, n):
        return self.rng.randrange(-n, n)

    def step(self, x):
        names = [n[3:] for n in dir(self) if n.startswith("do_")]
        weights = [WEIGHTS.get(n, 1) for n in names]
        name = self.rng.choices(names, weights)[0]
        drawn = getattr(self, "do_" + name)(x)
        if drawn is None:
            return None
        arguments, function = drawn
        return {"f": name, **arguments}, function

    # Elementwise.

    def do_unary(self, x):
        name = self.rng.choice(EXACT + ROUGH)
        if self.rough and name in JUMPS:
            return None
        if x.dtype.kind == "c" and name not in ("absolute", "negative", "square", "conjugate", "real", "imag", "exp", "sqrt",
                                                "sin", "isnan", "isfinite", "isreal", "iscomplex", "positive", "angle", "nan_to_num"):
            return None
        if x.dtype.kind == "c" and not np.isfinite(x).all():
            return None
        if name in ROUGH:
            self.rough = True
        function = {"bitwise_invert": np.invert}.get(name) or getattr(np, name)
        return {"name": name}, lambda: function(x)

    def do_literal(self, x):
        name, value = self.rng.choice(BINARY), self.rng.choice([2, 3, 1, 0, 2.5, 0.5, -1, 100, -3, 300])
        left = self.rng.random() < 0.3
        return self.two(x, value, name, {"name": name, "value": value, "left": left}, left)

    def do_binary(self, x):
        name = self.rng.choice(BINARY)
        at, y = self.like(x)
        left = self.rng.random() < 0.5
        return self.two(x, y, name, {"name": name, "other": at, "left": left}, left)

    def two(self, x, y, name, arguments, left):
        complexes = [v for v in (x, y) if np.asarray(v).dtype.kind == "c"]
        if self.rough and (name in JUMPS or complexes):
            return None
        # The last digits, and what infinities become, differ between libraries.
        if complexes and (name not in ("add", "subtract", "multiply", "divide", "equal", "not_equal")
                          or not all(np.isfinite(v).all() for v in (x, y))):
            return None
        if name in ("divide", "power", "float_power", "arctan2", "hypot", "logaddexp", "logaddexp2"):
            self.rough = True
        # Refused when it is written down, which NumPy does when there is an element.
        if name == "power" and not np.size(x):
            return None
        f = getattr(np, name)
        return arguments, (lambda: f(y, x)) if left else (lambda: f(x, y))

    def do_where(self, x):
        at, y = self.like(x)
        if self.rough:
            return None
        return {"other": at}, lambda: np.where(x != 0, x, y)

    def do_clip(self, x):
        if x.dtype.kind == "c":
            return None
        low, high = sorted(self.rng.choices([-7, -1, 0, 1, 5, 90], k=2))
        return {"low": low, "high": high}, lambda: np.clip(x, low, high)

    def do_round(self, x):
        decimals = self.rng.choice([0, 1, 2, -1])
        if self.rough or x.dtype.kind == "b" or (x.dtype.kind in "iu" and decimals < 0 and x.size and np.abs(x.astype("f8")).max() > 1e9):
            return None
        self.rough = self.rough or decimals != 0
        return {"decimals": decimals}, lambda: np.round(x, decimals)

    def do_astype(self, x):
        to = self.rng.choice(DTYPES)
        kind = np.dtype(to).kind
        if self.rough and kind in "biu":
            return None
        if kind in "iu" and x.dtype.kind in "fc":
            part = x.real
            info = np.iinfo(to)
            # What is out of range is whatever the processor makes of it.
            if not (np.isfinite(part).all() and (part > max(info.min, -2**31)).all() and (part < min(info.max, 2**31)).all()):
                return None
        return {"dtype": to}, lambda: x.astype(to)

    def do_isclose(self, x):
        if self.rough or x.dtype.kind == "c":
            return None
        at, y = self.like(x)
        if y.dtype.kind == "c":
            return None
        nan = self.rng.random() < 0.5
        return {"other": at, "equal_nan": nan}, lambda: np.isclose(x, y, equal_nan=nan)

    def do_pair(self, x):
        """One of two results."""
        name, second = self.rng.choice(["modf", "frexp", "divmod"]), self.rng.random() < 0.5
        if self.rough or x.dtype.kind == "c":
            return None
        if name == "divmod":
            value = self.rng.choice([3, -2, 2.5, 0])
            return {"name": name, "second": second, "value": value}, lambda: np.divmod(x, value)[second]
        return {"name": name, "second": second}, lambda: getattr(np, name)(x)[second]

    def do_ldexp(self, x):
        e = self.rng.randrange(-5, 6)
        return {"value": e}, lambda: np.ldexp(x, e)

    # Reductions.

    def do_reduce(self, x):
        nd = x.ndim
        name = self.rng.choice(REDUCE)
        # NumPy orders complex numbers in reductions.
        if x.dtype.kind == "c" and ("min" in name or "max" in name or not np.isfinite(x).all()):
            return None
        # Whether products of many fractions overflow, or meet zero first, depends on the order.
        if "prod" in name and (x.dtype.kind == "c" or x.dtype.kind == "f" and x.size > 12):
            return None
        # Means of the largest integers lose their last digits.
        if "mean" in name and x.dtype.kind in "iu" and largest(x) > 2**52:
            return None
        if self.rough and (name.startswith("arg") or name in ("any", "all", "count_nonzero", "prod", "nanprod")):
            return None
        # A sum of infinities is NaN or not by the order in NumPy too; squares of large integers lose their digits.
        if name in ("std", "var", "nanstd", "nanvar") and x.size and not (np.abs(x[np.isfinite(x)]) < 1e6).all():
            return None
        axes = None
        if nd and self.rng.random() < 0.8:
            count = 1 if name.startswith("arg") else self.rng.randrange(1, nd + 1)
            axes = self.rng.sample(range(nd), count)
            axes = [a - nd if self.rng.random() < 0.3 else a for a in axes]
        keep = self.rng.random() < 0.4
        axis = None if axes is None else (axes[0] if name.startswith("arg") else tuple(axes))
        self.rough = self.rough or name in ("mean", "std", "var", "nanmean", "nanstd", "nanvar") or x.dtype.kind in "fc"
        return {"name": name, "axes": axes, "keepdims": keep}, lambda: getattr(np, name)(x, axis=axis, keepdims=keep)

    def do_centred(self, x):
        if not x.ndim or x.dtype.kind == "c" or not np.isfinite(x).all():
            return None
        axis = self.axis(x.ndim)
        self.rough = True
        return {"axis": axis}, lambda: x - x.mean(axis=axis, keepdims=True)

    def do_matmul(self, x):
        if x.ndim < 2 or x.dtype.kind not in "f" or not np.isfinite(x).all():
            return None
        self.rough = True
        return {}, lambda: x @ np.swapaxes(x, -1, -2)

    # Indexing and shapes.

    def do_slice(self, x):
        rng, nd = self.rng, x.ndim
        if not nd:
            return None
        items, listed, picked = [], False, False
        for n in x.shape[: rng.randrange(1, nd + 1)]:
            kind = rng.random()
            if kind < 0.2 and n and not listed:
                items.append({"at": rng.randrange(-n, n)})
                picked = True
            elif kind < 0.35 and n and not listed and not picked:
                items.append({"list": [rng.randrange(-n, n) for _ in range(rng.randrange(0, 7))]})
                listed = True
            else:
                bound = lambda: None if rng.random() < 0.4 else rng.randrange(-n - 2, n + 3)
                items.append({"range": [bound(), bound(), rng.choice([1, 1, 2, 3, -1, -2])]})
        if rng.random() < 0.2:
            items.insert(rng.randrange(len(items) + 1), "new") if not listed else None
        if rng.random() < 0.2:
            items.append("ellipsis")
        index = tuple({"new": None, "ellipsis": Ellipsis}[i] if isinstance(i, str) else i.get("at") if "at" in i else
                      np.array(i["list"], dtype=int) if "list" in i else slice(*i["range"]) for i in items)
        return {"items": items}, lambda: np.asarray(x[index])

    def do_transpose(self, x):
        axes = self.rng.sample(range(x.ndim), x.ndim)
        return {"axes": axes}, lambda: x.transpose(axes)

    def do_reshape(self, x):
        if not x.size:
            return None
        shape, size = [], x.size
        while size > 1:
            d = self.rng.choice([k for k in range(2, size + 1) if size % k == 0])
            shape.append(d)
            size //= d
        if self.rng.random() < 0.3:
            shape.insert(self.rng.randrange(len(shape) + 1), 1)
        if shape and self.rng.random() < 0.3:
            shape[self.rng.randrange(len(shape))] = -1
        return {"shape": shape}, lambda: x.reshape(shape)

    def do_rechunk(self, x):
        return {"chunks": [cut(self.rng, n) for n in x.shape]}, lambda: x

    def do_persist(self, x):
        return {}, lambda: x

    def do_ravel(self, x):
        return {}, lambda: x.ravel()

    def do_flip(self, x):
        axes = [a for a in range(x.ndim) if self.rng.random() < 0.5]
        return {"axes": axes}, lambda: np.flip(x, axes)

    def do_roll(self, x):
        if not x.ndim:
            return None
        shift = self.rng.randrange(-9, 10)
        if self.rng.random() < 0.3:
            return {"shift": shift, "axis": None}, lambda: np.roll(x, shift)
        axis = self.axis(x.ndim)
        return {"shift": shift, "axis": axis}, lambda: np.roll(x, shift, axis)

    def do_rot90(self, x):
        if x.ndim < 2:
            return None
        axes, k = self.rng.sample(range(x.ndim), 2), self.rng.randrange(-4, 5)
        return {"k": k, "axes": axes}, lambda: np.rot90(x, k, axes)

    def do_moveaxis(self, x):
        if not x.ndim:
            return None
        count = self.rng.randrange(1, x.ndim + 1)
        a, b = (self.rng.sample(range(x.ndim), count) for _ in range(2))
        return {"from": a, "to": b}, lambda: np.moveaxis(x, a, b)

    def do_rollaxis(self, x):
        if not x.ndim:
            return None
        axis, start = self.axis(x.ndim), self.rng.randrange(-x.ndim, x.ndim + 1)
        return {"axis": axis, "start": start}, lambda: np.rollaxis(x, axis, start)

    def do_swapaxes(self, x):
        if not x.ndim:
            return None
        a, b = self.axis(x.ndim), self.axis(x.ndim)
        return {"a": a, "b": b}, lambda: np.swapaxes(x, a, b)

    def do_squeeze(self, x):
        return {}, lambda: np.squeeze(x)

    def do_expand(self, x):
        axis = self.axis(x.ndim + 1)
        return {"axis": axis}, lambda: np.expand_dims(x, axis)

    def do_atleast(self, x):
        n = self.rng.choice([1, 2, 3])
        return {"ndim": n}, lambda: getattr(np, f"atleast_{n}d")(x)

    def do_broadcast(self, x):
        shape = [2, *[3 if n == 1 else n for n in x.shape]]
        return {"shape": shape}, lambda: np.broadcast_to(x, shape)

    # Joining, taking apart, framing.

    def do_take(self, x):
        if not x.ndim:
            return None
        axis = self.axis(x.ndim)
        n = x.shape[axis]
        at = [self.rng.randrange(-n, n) for _ in range(self.rng.randrange(0, 9))] if n else []
        return {"axis": axis, "positions": at}, lambda: np.take(x, np.array(at, dtype=int), axis)

    def do_concatenate(self, x):
        if not x.ndim:
            return None
        axis = self.axis(x.ndim)
        shape = list(x.shape)
        shape[axis] = self.rng.randrange(0, 6)
        at, y = self.input(shape, self.rng.choice(DTYPES))
        name = self.rng.choice(["concatenate", "append"])
        return {"axis": axis, "other": at, "name": name}, lambda: np.concatenate([x, y], axis)

    def do_join(self, x):
        name = self.rng.choice(["vstack", "hstack", "dstack", "column_stack"])
        return {"name": name}, lambda: getattr(np, name)([x, x])

    def do_stack(self, x):
        axis = self.axis(x.ndim + 1)
        at, y = self.input(x.shape, self.rng.choice(DTYPES))
        return {"axis": axis, "other": at}, lambda: np.stack([x, y], axis)

    def do_block(self, x):
        if x.ndim > 3:
            return None
        return {}, lambda: np.block([[x, x], [x, x]])

    def do_tile(self, x):
        times = [self.rng.randrange(0, 3) if self.rng.random() < 0.2 else self.rng.randrange(1, 3) for _ in range(self.rng.randrange(1, 4))]
        return {"times": times}, lambda: np.tile(x, times)

    def do_repeat(self, x):
        times = self.rng.randrange(0, 4)
        axis = self.axis(x.ndim) if x.ndim and self.rng.random() < 0.7 else None
        return {"times": times, "axis": axis}, lambda: np.repeat(x, times, axis)

    def do_repeat_each(self, x):
        if not x.ndim:
            return None
        axis = self.axis(x.ndim)
        times = [self.rng.randrange(0, 3) for _ in range(x.shape[axis])]
        return {"times": times, "axis": axis}, lambda: np.repeat(x, times, axis)

    def do_insert(self, x):
        axis = self.axis(x.ndim) if x.ndim and self.rng.random() < 0.8 else None
        n = x.size if axis is None else x.shape[axis]
        at = [self.rng.randrange(-n, n + 1) for _ in range(self.rng.randrange(0, 5))]
        value = self.rng.choice([0, 1, 7])
        return {"positions": at, "axis": axis, "value": value}, lambda: np.insert(x, np.array(at, dtype=int), value, axis)

    def do_insert_array(self, x):
        if not x.ndim:
            return None
        axis = self.axis(x.ndim)
        n = x.shape[axis]
        at = [self.rng.randrange(-n, n + 1) for _ in range(self.rng.randrange(2, 5))]
        shape = list(x.shape)
        shape[axis] = len(at)
        k, y = self.input(shape, x.dtype.name)
        return {"positions": at, "axis": axis, "other": k}, lambda: np.insert(x, np.array(at), y, axis)

    def do_delete(self, x):
        axis = self.axis(x.ndim) if x.ndim and self.rng.random() < 0.8 else None
        n = x.size if axis is None else x.shape[axis]
        if not n or self.rng.random() < 0.3:
            bounds = [self.rng.randrange(-n - 1, n + 2), self.rng.randrange(-n - 1, n + 2), self.rng.choice([1, 2, -1])]
            return {"item": {"range": bounds}, "axis": axis}, lambda: np.delete(x, slice(*bounds), axis)
        at = [self.rng.randrange(-n, n) for _ in range(self.rng.randrange(0, 5))]
        return {"item": {"list": at}, "axis": axis}, lambda: np.delete(x, np.array(at, dtype=int), axis)

    def do_pad(self, x):
        rng = self.rng
        if not x.ndim:
            return None
        width = [[rng.randrange(0, 5), rng.randrange(0, 5)] for _ in x.shape]
        mode = rng.choice(["constant", "edge", "linear_ramp", "reflect", "symmetric", "wrap", "maximum", "minimum", "mean"])
        extra, more = {}, {}
        if x.dtype.kind in "bc" and mode not in ("constant", "edge", "reflect", "symmetric", "wrap"):
            return None
        if mode == "constant":
            extra["values"] = [rng.randrange(0, 9), rng.randrange(0, 9)]
            more["constant_values"] = tuple(extra["values"])
        if mode == "linear_ramp":
            # Steps of integers are rounded down, and their last digits decide.
            if x.dtype.kind != "f" or not np.isfinite(x).all():
                return None
            extra["end"] = rng.randrange(-3, 9)
            more["end_values"] = extra["end"]
            self.rough = True
        if mode in ("maximum", "minimum", "mean"):
            extra["length"] = rng.choice([None, 1, 2, 3])
            more["stat_length"] = extra["length"]
            if mode == "mean":
                if x.dtype.kind in "iu" and x.size and np.abs(x.astype("f8")).max() > 1e6 or self.rough and x.dtype.kind in "iu":
                    return None
                self.rough = True
        return {"width": width, "mode": mode, **extra}, lambda: np.pad(x, width, mode, **more)

    def do_diag(self, x):
        k = self.rng.randrange(-3, 4)
        return {"k": k}, lambda: np.diag(x, k)

    def do_diagonal(self, x):
        if x.ndim < 2:
            return None
        a, b = self.rng.sample(range(x.ndim), 2)
        k = self.rng.randrange(-4, 5)
        return {"k": k, "a": a, "b": b}, lambda: x.diagonal(k, a, b)

    def do_triangle(self, x):
        k, name = self.rng.randrange(-3, 4), self.rng.choice(["tril", "triu"])
        return {"k": k, "name": name}, lambda: getattr(np, name)(x, k)

    def do_split(self, x):
        if not x.ndim:
            return None
        axis, rng = self.axis(x.ndim), self.rng
        cuts = rng.randrange(1, 5) if rng.random() < 0.5 else sorted(rng.randrange(-2, x.shape[axis] + 2) for _ in range(rng.randrange(1, 4)))
        parts = np.array_split(x, cuts, axis)
        pick = rng.randrange(len(parts))
        return {"cuts": cuts, "axis": axis, "pick": pick}, lambda: parts[pick]

    def do_meshgrid(self, x):
        if x.size > 30:
            return None
        at, y = self.input((self.rng.randrange(1, 5),), x.dtype.name)
        ij, sparse, pick = (self.rng.random() < 0.5 for _ in range(3))
        return ({"other": at, "ij": ij, "sparse": sparse, "pick": pick},
                lambda: np.meshgrid(x, y, indexing="ij" if ij else "xy", sparse=sparse)[pick])

    def do_broadcast_arrays(self, x):
        at, y = self.like(x)
        pick = self.rng.random() < 0.5
        return {"other": at, "pick": pick}, lambda: np.broadcast_arrays(x, y)[pick]


WEIGHTS = {"unary": 5, "literal": 5, "binary": 7, "reduce": 5, "slice": 7, "reshape": 3, "transpose": 2, "astype": 2, "rechunk": 2,
           "pad": 2, "concatenate": 2}


def number(v):
    v = v.item()
    if isinstance(v, bool):
        return int(v)
    if isinstance(v, complex):
        return [number(np.float64(v.real)), number(np.float64(v.imag))]
    if isinstance(v, float) and not np.isfinite(v):
        return str(v)
    return v


def largest(x):
    finite = np.abs(x[np.isfinite(x)]) if x.dtype.kind in "fc" else np.abs(x.astype("f8"))
    return float(finite.max(initial=0))


def case(rng, steps, most):
    drawer = Drawer(rng)
    at, x = drawer.input(rng.choice(SHAPES), rng.choice(DTYPES))
    done, sizes, single = [], [largest(x)], False
    for _ in range(rng.randrange(1, steps + 1)):
        before = len(drawer.inputs), drawer.rough
        drawn = drawer.step(x)
        if drawn is None:
            del drawer.inputs[before[0]:]
            drawer.rough = before[1]
            continue
        step, function = drawn
        try:
            y = np.asarray(function())
        except (TypeError, ValueError, IndexError, OverflowError, np.exceptions.DTypePromotionError) as e:
            # What NumPy refuses is refused.
            if rng.random() < 0.5:
                done.append(step)
                return {"inputs": drawer.inputs, "ops": done, "expected": {"error": f"{type(e).__name__}: {e}"}}
            y = None
        # NumPy's float16 has no counterpart; large and unstable values make poor tests.
        usable = y is not None and y.dtype.name in DTYPES and y.size <= most
        if not usable or drawer.rough and largest(y) > 1e12 or y.dtype.kind == "f" and largest(y) > 1e30 and y.dtype != "f8":
            del drawer.inputs[before[0]:]
            drawer.rough = before[1]
            continue
        done.append(step)
        single = single or x.dtype.name in ("float32", "complex64")
        x = y
        sizes.append(largest(x))
    # Digits that single precision has lost are not looked for in double.
    if not done or single and drawer.rough and x.dtype.name in ("float64", "complex128"):
        return None
    return {"inputs": drawer.inputs, "ops": done, "expected": {
        "shape": list(x.shape), "dtype": x.dtype.name, "scale": max(sizes[-3:]), "values": [number(v) for v in x.ravel()]}}


def main():
    seed, wanted, small = int(sys.argv[1]), int(sys.argv[2]), "--small" in sys.argv
    rng, cases = random.Random(seed), []
    while len(cases) < wanted:
        drawn = case(rng, 5 if small else 8, 60 if small else 2000)
        if drawn:
            cases.append(json.dumps(drawn))
    print("[\n" + ",\n".join(cases) + "\n]")


if __name__ == "__main__":
    main()
