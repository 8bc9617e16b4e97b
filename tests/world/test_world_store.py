"""Sim B: puts are atomic, copies are fresh, crashes come where they were set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitlab.errors import OrbitlabError
from orbitlab.world import store
from orbitlab.world.store import Store, StoreCrash

FRAME = pd.DataFrame({"a": [1, 2], "s": ["x", None], "v": [1.5, np.nan]})

keys = st.sampled_from(["raw/a", "raw/b", "agg/a", "state/x"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
tables = st.lists(st.integers(-5, 5), max_size=4).map(lambda v: pd.DataFrame({"n": v}))
puts = st.lists(st.tuples(keys, st.one_of(json_values, tables)), min_size=1, max_size=8)


def put(s: Store, key: str, value: Any) -> str:
    if isinstance(value, pd.DataFrame):
        return s.put_table(key, value)
    return s.put_json(key, value)


def same(s: Store, key: str, value: Any) -> bool:
    if isinstance(value, pd.DataFrame):
        return bool(s.get_table(key)["n"].tolist() == value["n"].tolist())
    return bool(s.get_json(key) == value)


@settings(max_examples=60, deadline=None)
@given(puts, st.integers(1, 9), st.booleans())
def test_a_put_takes_effect_as_a_whole_or_not_at_all(
    work: list[tuple[str, Any]], n: int, after: bool
) -> None:
    s = Store(crash_at=n, crash_after=after)
    done = work
    if n <= len(work):
        with pytest.raises(StoreCrash) as caught:
            for key, value in work:
                put(s, key, value)
        done = work[: n if after else n - 1]
        assert (caught.value.key, caught.value.after) == (work[n - 1][0], after)
        assert s.crash_at is None
    else:
        for key, value in work:
            put(s, key, value)
        assert s.crash_at == n - len(work)
    expected = dict(done)
    assert s.puts == [key for key, _ in done]
    assert s.list() == sorted(expected)
    for key, value in expected.items():
        assert s.exists(key)
        assert same(s, key, value)
    # A rerun finds nothing in its way.
    s.crash_at = None
    for key, value in work:
        put(s, key, value)
    assert all(same(s, key, value) for key, value in dict(work).items())


@settings(max_examples=60, deadline=None)
@given(json_values, json_values)
def test_equal_content_means_equal_etag(a: Any, b: Any) -> None:
    s = Store()
    first, second = s.put_json("x", a), s.put_json("y", b)
    assert first == s.etag("x")
    assert (first == second) == (repr(s.get_json("x")) == repr(s.get_json("y"))) or a == b


def test_etag_is_the_content_and_not_the_key_order_or_index() -> None:
    s = Store()
    assert s.put_json("a", {"x": 1, "y": [2]}) == s.put_json("b", {"y": [2], "x": 1})
    assert s.put_json("a", {"x": 1}) != s.put_json("b", {"x": 2})
    moved = FRAME.set_axis([7, 9], axis="index")
    assert s.put_table("a", FRAME) == s.put_table("b", moved) == s.etag("b")
    assert s.put_table("b", FRAME.assign(a=[1, 3])) != s.etag("a")
    assert len(s.etag("a")) == 64


def test_what_comes_out_is_fresh_and_what_went_in_is_not_kept() -> None:
    s = Store()
    frame, document = FRAME.copy(), {"list": [1]}
    s.put_table("t", frame)
    s.put_json("j", document)
    frame.loc[0, "a"] = 99
    document["list"].append(2)
    taken = s.get_table("t")
    taken.loc[0, "a"] = 77
    s.get_json("j")["list"].append(3)
    pd.testing.assert_frame_equal(s.get_table("t"), FRAME)
    assert s.get_json("j") == {"list": [1]}


def test_logs_hold_puts_and_table_reads_only() -> None:
    s = Store.holding({"raw/b": FRAME, "raw/a": FRAME})
    assert (s.puts, s.reads) == ([], [])
    assert s.list("raw/") == ["raw/a", "raw/b"]
    assert s.list("agg/") == []
    s.put_json("state/x", {"n": np.int64(3), "v": np.float64(0.5)})
    assert s.get_json("state/x") == {"n": 3, "v": 0.5}
    s.get_table("raw/a")
    s.etag("raw/b")
    s.exists("raw/c")
    assert s.puts == ["state/x"]
    assert s.reads == ["raw/a"]
    other = s.copy()
    assert other.list() == s.list()
    assert (other.puts, other.reads, other.crash_at) == ([], [], None)
    other.put_json("new", 1)
    assert not s.exists("new")
    s.clear_logs()
    assert (s.puts, s.reads) == ([], [])


def test_a_crash_can_be_set_again_and_counts_from_then() -> None:
    s = Store.holding({"raw/a": FRAME})
    for n, after in [(1, False), (1, True), (2, True)]:
        s.clear_logs()
        s.crash_at, s.crash_after = n, after
        with pytest.raises(StoreCrash):
            for i in range(3):
                s.put_json(f"k{i}", i)
        assert len(s.puts) == n - (not after)
    assert not issubclass(StoreCrash, Exception)
    for bad in (0, -1, True, 1.5):
        with pytest.raises(ValueError, match="crash_at"):
            s.crash_at = bad  # type: ignore[assignment]


def test_misuse_is_named_and_has_no_effect() -> None:
    s = Store.holding({"t": FRAME})
    s.put_json("j", {})
    s.clear_logs()
    for missing in (s.get_table, s.get_json, s.etag):
        with pytest.raises(store.NoSuchKey) as caught:
            missing("nope")
        assert caught.value.key == "nope"
        assert isinstance(caught.value, KeyError)
        assert isinstance(caught.value, OrbitlabError)
        assert str(caught.value) == "The store has no object 'nope'."
    with pytest.raises(TypeError):
        s.get_json("t")
    with pytest.raises(TypeError):
        s.get_table("j")
    with pytest.raises(TypeError):
        s.put_table("x", [1])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        s.put_json("x", {1, 2})
    with pytest.raises(TypeError):
        s.put_json(3, {})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="empty"):
        s.put_json("", {})
    with pytest.raises(ValueError, match="stored"):
        s.put_table("x", pd.DataFrame({"o": [1, "mixed"]}))
    assert (s.puts, s.reads, s.list()) == ([], [], ["j", "t"])
