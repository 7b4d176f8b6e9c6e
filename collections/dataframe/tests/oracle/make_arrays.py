"""Writes arrays.json: what pandas and NumPy make of columns, as one array.

Every case has columns (name, type, values; null where one is missing), and the array of them: its type and its values, row
by row. Column by column pandas decides (whole numbers of which some are missing are float64), NumPy how they go together.

    python collections/dataframe/tests/oracle/make_arrays.py
"""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd

TYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]


def values(kind, missing, shift):
    if kind == "bool":
        return [True, False, True, False, False]
    if kind.startswith("float"):
        found = [0.5, -1.25, 3.0, 1e6, 7.75]
    elif kind.startswith("uint"):
        found = [0, 1, 2, 100, 127 + shift]
    else:
        found = [0, -1, 2, -100, 127 - shift]
    if missing:
        found[1] = None
        found[4] = None
    return found


def series(kind, given):
    if None in given and not kind.startswith("float"):
        return pd.Series(given)
    return pd.Series(given, dtype=kind)


def plain(value):
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    return None if math.isnan(value) else float(value)


def case(columns):
    arrays = [series(kind, given).to_numpy() for _, kind, given in columns]
    whole = np.column_stack(arrays)
    return {
        "columns": columns,
        "dtype": str(whole.dtype),
        "values": [[plain(v) for v in row] for row in whole],
    }


def main():
    cases = []
    for a, b in itertools.combinations_with_replacement(TYPES, 2):
        cases.append(case([["a", a, values(a, False, 0)], ["b", b, values(b, False, 1)]]))
    for a, b in itertools.product(TYPES[1:], ["int8", "float32", "uint64"]):
        cases.append(case([["a", a, values(a, True, 0)], ["b", b, values(b, False, 1)]]))
        cases.append(case([["a", a, values(a, True, 0)], ["b", b, values(b, True, 1)]]))
    three = [["a", "bool", values("bool", False, 0)], ["b", "uint8", values("uint8", False, 0)]]
    cases.append(case([*three, ["c", "int8", values("int8", False, 0)]]))
    cases.append(case([["only", "int16", values("int16", False, 0)]]))
    cases.append(case([["only", "float32", values("float32", True, 0)]]))
    lines = ",\n".join(json.dumps(c) for c in cases)
    Path(__file__).with_name("arrays.json").write_text(f"[\n{lines}\n]\n")


main()
