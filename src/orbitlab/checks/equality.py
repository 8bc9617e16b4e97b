"""Value equality by the rules G2 (numbers) and G3 (containers) of the SYLLABUS."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

RTOL = 1e-9
ATOL = 1e-12


@dataclass(frozen=True)
class Tolerance:
    """How close two floats must be: |got - expected| <= atol + rtol * |expected|."""

    rtol: float = RTOL
    atol: float = ATOL


@dataclass(frozen=True)
class Difference:
    """Where and how two values differ.

    `finding` names the kind of difference without any value, `where` the path into the value.
    """

    finding: str
    where: str = ""


class record(types.SimpleNamespace):  # noqa: N801  (reads as a call: `record(n=3, mean=2.0)`)
    """An expected object that is compared field by field, never by its class."""


def difference(
    expected: Any, got: Any, tolerance: Tolerance | None = None, where: str = ""
) -> Difference | None:
    """Return how `got` differs from `expected`, or None if they are the same value (G2, G3).

    Numpy scalars count as Python scalars, lists and tuples are interchangeable, NaN equals NaN,
    dict order is ignored, DataFrames compare column names, order, dtype family and rows.
    """
    tol = tolerance or Tolerance()
    if isinstance(expected, pd.DataFrame):
        return _frame(expected, got, tol, where)
    if isinstance(expected, np.ndarray):
        return _array(expected, got, tol, where)
    if isinstance(expected, record):
        return _fields(vars(expected), got, tol, where)
    if dataclasses.is_dataclass(expected) and not isinstance(expected, type):
        names = [f.name for f in dataclasses.fields(expected)]
        return _fields({n: getattr(expected, n) for n in names}, got, tol, where)
    if isinstance(expected, Mapping):
        return _mapping(expected, got, tol, where)
    if isinstance(expected, (list, tuple)):
        return _sequence(expected, got, tol, where)
    if isinstance(expected, Set):
        ok = isinstance(got, Set) and set(expected) == set(got)
        return None if ok else Difference("not the right set", where)
    return _scalar(expected, got, tol, where)


def _scalar(expected: Any, got: Any, tol: Tolerance, where: str) -> Difference | None:
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got.item()
    if expected is None:
        return None if got is None else Difference("a value where None is expected", where)
    if got is None:
        return Difference("None where a value is expected", where)
    if isinstance(expected, (bool, np.bool_)):
        if not isinstance(got, (bool, np.bool_)):
            return Difference(f"{_kind(got)} where a bool is expected", where)
        return None if bool(expected) == bool(got) else Difference("wrong truth value", where)
    if isinstance(expected, (int, float, np.integer, np.floating)):
        return _number(expected, got, tol, where)
    if isinstance(expected, (str, bytes, date, datetime, timedelta)):
        family: type | tuple[type, ...] = str if isinstance(expected, str) else type(expected)
        if isinstance(expected, datetime):
            family = datetime
        if not isinstance(got, family):
            wanted = _kind(expected)
            return Difference(f"{_kind(got)} where {wanted} is expected", where)
    return None if bool(expected == got) else Difference("wrong value", where)


def _number(expected: Any, got: Any, tol: Tolerance, where: str) -> Difference | None:
    numeric = isinstance(got, (int, float, np.integer, np.floating))
    if not numeric or isinstance(got, (bool, np.bool_)):
        return Difference(f"{_kind(got)} where a number is expected", where)
    if isinstance(expected, (int, np.integer)):
        return None if int(expected) == got else Difference("wrong number", where)
    want, have = float(expected), float(got)
    if math.isnan(want) or math.isnan(have):
        if math.isnan(want) and math.isnan(have):
            return None
        what = "NaN where a number is expected" if math.isnan(have) else "a number instead of NaN"
        return Difference(what, where)
    if want == have or abs(have - want) <= tol.atol + tol.rtol * abs(want) < math.inf:
        return None
    return Difference("wrong number", where)


def _array(expected: np.ndarray, got: Any, tol: Tolerance, where: str) -> Difference | None:
    if not isinstance(got, (np.ndarray, list, tuple, pd.Series)):
        return Difference(f"{_kind(got)} where an array is expected", where)
    try:
        have = np.asarray(got)
    except ValueError:
        return Difference("a ragged list where an array is expected", where)
    if have.shape != expected.shape:
        return Difference("an array of the wrong shape", where)
    if expected.dtype.kind in "iuf":
        if have.dtype.kind not in "iuf" and have.size:
            return Difference("an array of the wrong type", where)
        want, have = expected.astype(np.float64), have.astype(np.float64)
        if expected.dtype.kind in "iu":
            same = want == have
        else:
            same = np.isclose(have, want, rtol=tol.rtol, atol=tol.atol, equal_nan=True)
    else:
        if expected.dtype.kind == "b" and have.dtype.kind != "b" and have.size:
            return Difference("an array of the wrong type", where)
        same = np.asarray(have == expected)
    if bool(np.all(same)):
        return None
    first = tuple(int(i) for i in np.argwhere(~same)[0])
    return Difference("wrong values in the array", f"{where}[{', '.join(map(str, first))}]")


def _sequence(expected: Any, got: Any, tol: Tolerance, where: str) -> Difference | None:
    if not isinstance(got, (list, tuple, np.ndarray)):
        return Difference(f"{_kind(got)} where a list or tuple is expected", where)
    if len(got) != len(expected):
        return Difference("wrong number of items", where)
    for i, (want, have) in enumerate(zip(expected, got, strict=True)):
        found = difference(want, have, tol, f"{where}[{i}]")
        if found:
            return found
    return None


def _mapping(
    expected: Mapping[Any, Any], got: Any, tol: Tolerance, where: str
) -> Difference | None:
    if not isinstance(got, Mapping):
        return Difference(f"{_kind(got)} where a dict is expected", where)
    if set(expected) - set(got):
        return Difference("a key is missing", where)
    if set(got) - set(expected):
        return Difference("a key too many", where)
    for key, want in expected.items():
        found = difference(want, got[key], tol, f"{where}[{key!r}]")
        if found:
            return found
    return None


def _fields(expected: dict[str, Any], got: Any, tol: Tolerance, where: str) -> Difference | None:
    for name, want in expected.items():
        if not hasattr(got, name):
            return Difference(f"the field {name} is missing", where)
        found = difference(want, getattr(got, name), tol, f"{where}.{name}")
        if found:
            return found
    return None


def _frame(expected: pd.DataFrame, got: Any, tol: Tolerance, where: str) -> Difference | None:
    if not isinstance(got, pd.DataFrame):
        return Difference(f"{_kind(got)} where a DataFrame is expected", where)
    want_names, have_names = list(expected.columns), list(got.columns)
    if want_names != have_names:
        missing = [c for c in want_names if c not in have_names]
        if missing:
            return Difference(f"column {missing[0]} is missing", where)
        surplus = [c for c in have_names if c not in want_names]
        if surplus:
            return Difference(f"column {surplus[0]} is too many", where)
        return Difference("the columns stand in the wrong order", where)
    if len(expected) != len(got):
        finding = "too many rows" if len(got) > len(expected) else "too few rows"
        return Difference(finding, where)
    for name in want_names:
        if len(expected) and family(expected[name]) != family(got[name]):
            finding = f"column {name} is {family(got[name])}, not {family(expected[name])}"
            return Difference(finding, where)
    wrong = _first_wrong_column(expected, got, tol)
    if wrong is None:
        return None
    keys = want_names
    if _first_wrong_column(_sorted(expected, keys), _sorted(got, keys), tol) is None:
        return Difference("the right rows in the wrong order", where)
    return Difference(f"wrong values in column {wrong}", where)


def family(column: pd.Series) -> str:
    """Return the dtype family of a column: int, float, bool, UTC timestamp, text or object."""
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind):
        return "bool"
    if pd.api.types.is_integer_dtype(kind):
        return "int"
    if pd.api.types.is_float_dtype(kind):
        return "float"
    if isinstance(kind, pd.DatetimeTZDtype):
        return "UTC timestamp"
    if pd.api.types.is_datetime64_any_dtype(kind):
        return "timestamp without zone"
    if pd.api.types.is_timedelta64_dtype(kind):
        return "interval"
    present = column.dropna()
    if pd.api.types.is_string_dtype(kind) or all(isinstance(v, str) for v in present):
        return "text"
    return "object"


def _first_wrong_column(expected: pd.DataFrame, got: pd.DataFrame, tol: Tolerance) -> str | None:
    for name in expected.columns:
        want, have = expected[name].reset_index(drop=True), got[name].reset_index(drop=True)
        if family(want) == "float":
            left = want.to_numpy(dtype=np.float64, na_value=np.nan)
            right = have.to_numpy(dtype=np.float64, na_value=np.nan)
            same = np.isclose(right, left, rtol=tol.rtol, atol=tol.atol, equal_nan=True)
        else:
            both_null = (want.isna() & have.isna()).to_numpy(dtype=bool)
            equal = (want == have).to_numpy(dtype=bool, na_value=False)
            same = both_null | equal
        if not bool(np.all(same)):
            return str(name)
    return None


def _sorted(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return frame.sort_values(keys, kind="stable", ignore_index=True)


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
