"""G2 and G3: what counts as the same value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbitlab.checks import Tolerance, difference, record

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_every_value_equals_itself(value):
    assert difference(value, value) is None


@given(st.lists(SCALARS, max_size=5))
def test_lists_and_tuples_are_interchangeable(items):
    assert difference(items, tuple(items)) is None
    assert difference(tuple(items), items) is None


@given(st.integers(-(2**53), 2**53))
def test_numpy_scalars_count_as_python_scalars(n):
    assert difference(n, np.int64(n)) is None
    assert difference(float(n), np.float64(n)) is None


@given(st.integers(-(2**70), 2**70))
def test_integers_compare_exactly(n):
    assert difference(n, n + 1) is not None


@given(st.dictionaries(st.text(max_size=3), st.integers(), min_size=2, max_size=5))
def test_dict_order_is_ignored(table):
    assert difference(table, dict(reversed(list(table.items())))) is None


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (True, 1),
        (1, True),
        (1.0, "1.0"),
        (float("nan"), 0.0),
        (0.0, float("nan")),
        (1.0, 1.0 + 1e-8),
        (1.0, None),
        (None, 0),
        ("a", b"a"),
        ([1, 2], [2, 1]),
        ([1, 2], [1, 2, 3]),
        ([1], {1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        (float("inf"), 1e308),
        (float("inf"), float("-inf")),
    ],
)
def test_different_values_differ(expected, got):
    assert difference(expected, got) is not None


def test_floats_within_tolerance_are_equal():
    assert difference(1.0, 1.0 + 1e-10) is None
    assert difference(1.0, 1.05, Tolerance(rtol=0.1)) is None
    assert difference(float("nan"), float("nan")) is None


def test_an_integral_float_is_a_fine_integer():
    assert difference(3, 3.0) is None
    assert difference(3, 3.5) is not None


def test_arrays_compare_shape_and_values_with_nan():
    expected = np.array([1.0, np.nan])
    assert difference(expected, [1.0, float("nan")]) is None
    assert difference(expected, np.array([[1.0, np.nan]])).finding == "an array of the wrong shape"
    assert difference(expected, np.array([1.0, 2.0])).where == "[1]"
    assert difference(np.array([True, False]), np.array([1, 0])) is not None
    assert difference(np.array([1, 2]), np.array([1.0, 2.0])) is None


def test_objects_compare_by_fields_not_by_class():
    @dataclass
    class Theirs:
        n: int
        mean: float

    assert difference(record(n=2, mean=1.5), Theirs(2, 1.5)) is None
    assert difference(record(n=2, mean=1.5), Theirs(2, 1.0)).where == ".mean"
    assert "median is missing" in difference(record(median=1.0), Theirs(2, 1.0)).finding


FRAME = pd.DataFrame({"name": ["a", "b"], "n": [1, 2], "x": [0.5, np.nan]})


@pytest.mark.parametrize(
    ("got", "finding"),
    [
        (FRAME.drop(columns="n"), "column n is missing"),
        (FRAME.assign(extra=1), "column extra is too many"),
        (FRAME[["n", "name", "x"]], "the columns stand in the wrong order"),
        (FRAME.iloc[:1], "too few rows"),
        (FRAME.iloc[::-1], "the right rows in the wrong order"),
        (FRAME.assign(n=[1.0, 2.0]), "column n is float, not int"),
        (FRAME.assign(n=[1, 3]), "wrong values in column n"),
        (FRAME.assign(x=[0.5, 0.0]), "wrong values in column x"),
        ([1], "a list where a DataFrame is expected"),
    ],
)
def test_a_frame_gets_a_diagnosis(got, finding):
    assert difference(FRAME, got).finding == finding


def test_a_frame_ignores_its_index():
    assert difference(FRAME, FRAME.set_index(pd.Index([7, 8]))) is None


def test_timestamps_need_a_zone():
    aware = pd.DataFrame({"t": pd.to_datetime(["2026-01-05"], utc=True)})
    naive = pd.DataFrame({"t": pd.to_datetime(["2026-01-05"])})
    assert difference(aware, aware.astype("datetime64[ns, UTC]")) is None
    assert "timestamp without zone" in difference(aware, naive).finding
