"""What a test may do with an answer; it means the same in the kernel and in the judge."""

from __future__ import annotations

import contextlib
import copy
import pickle
import reprlib
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from orbitlab.checks.equality import Tolerance, difference, record
from orbitlab.checks.verdicts import Mismatch

_EXACT = Tolerance(rtol=0.0, atol=0.0)
# A tuple is here for what it may hold.
_MUTABLE = (list, dict, set, tuple, np.ndarray, pd.DataFrame)


class Raised(Mismatch):
    """The answer raised where it should not have; fields as `Mismatch`, plus `type_name`."""

    def __init__(self, error: BaseException, *, call: str = "", expected: str = "") -> None:
        name = type(error).__name__
        super().__init__(f"raised {name}", call=call, expected=expected, got=f"{name}: {error}")
        self.type_name = name


class raises:  # noqa: N801  (reads as a word in `expect(f, args, raises(ValueError))`)
    """The expectation that a call raises `kind` or a subclass of it (rule G4).

    Use it as the expected value of `expect`, or as a context manager. Classes are compared by
    name along the inheritance, so an exception that the answer defines is named by a string.

    Attributes after the body: `type_names` (most specific first), `fields`, `text`.

    Raises
    ------
    Mismatch
        If nothing was raised, or something else.
    """

    def __init__(self, kind: type[BaseException] | str) -> None:
        self.name = kind if isinstance(kind, str) else kind.__name__
        self.type_names: tuple[str, ...] = ()
        self.fields: dict[str, Any] = {}
        self.text = ""

    def __repr__(self) -> str:
        return f"raises {self.name}"

    def __enter__(self) -> raises:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> bool:
        if error is None:
            raise Mismatch(f"no {self.name} was raised", expected=repr(self), got="no exception")
        self.type_names = tuple(c.__name__ for c in type(error).__mro__)
        if self.name not in self.type_names:
            if isinstance(error, Exception) and not isinstance(error, Mismatch):
                raise Raised(error, expected=repr(self)) from error
            return False
        self.fields, self.text = dict(vars(error)), str(error)
        return True


def expect(
    answer: Callable[..., Any],
    args: Sequence[Any],
    expected: Any,
    *,
    kwargs: Mapping[str, Any] | None = None,
    tolerance: Tolerance | None = None,
) -> Any:
    """Call `answer(*args, **kwargs)`, compare with `expected` by G2 and G3, and return the result.

    `expected` may be `raises(SomeError)`. The call must leave its inputs as they were (G1).

    Raises
    ------
    Mismatch
        With the call, expected and got as text; the panel shows them for visible tests only.
    """
    named = dict(kwargs or {})
    call = describe_call(answer, args, named)
    before = [_copied(a) for a in (*args, *named.values())]
    if isinstance(expected, raises):
        _expect_error(answer, args, named, expected, call)
        got = None
    else:
        try:
            got = answer(*args, **named)
        except Exception as error:
            raise Raised(error, call=call, expected=shorten(expected)) from error
        found = difference(expected, got, tolerance)
        if found:
            raise Mismatch(
                found.finding,
                where=f"result{found.where}" if found.where else "",
                call=call,
                expected=shorten(expected),
                got=shorten(got),
            )
    unchanged(before, (*args, *named.values()), call)
    return got


def unchanged(before: Sequence[Any], after: Sequence[Any], call: str = "") -> None:
    """Raise `Mismatch` if an input is not what it was before the call (G1)."""
    for was, now in zip(before, after, strict=True):
        if isinstance(was, _MUTABLE) and difference(was, now, _EXACT):
            finding = "an input was changed; inputs are never mutated (G1)"
            raise Mismatch(finding, call=call, expected=shorten(was), got=shorten(now))


def drive(obj: Any, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
    """Make the method calls `(name, args)` on `obj` in order and return their results.

    One message to the judge's worker however many calls there are.
    """
    return [getattr(obj, name)(*args) for name, args in calls]


@contextlib.contextmanager
def warns() -> Iterator[list[str]]:
    """Collect the category names of the warnings that the body gives rise to."""
    seen: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield seen
    seen.extend(w.category.__name__ for w in caught)


def pickled(obj: Any) -> bytes:
    """Return `obj` as pickle bytes; raises `Mismatch` when it cannot be pickled."""
    try:
        return pickle.dumps(obj)
    except Exception as error:
        finding = "cannot be pickled; its class must stand at the top level of the cell"
        raise Mismatch(finding, got=f"{type(error).__name__}: {error}") from error


def same_object(a: Any, b: Any) -> bool:
    """Whether `a` and `b` are one object or share memory."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return bool(np.shares_memory(a, b))
    return a is b


def describe_call(answer: Any, args: Sequence[Any], named: Mapping[str, Any]) -> str:
    """Return the call as a learner would type it, long values shortened."""
    shown = [shorten(a) for a in args] + [f"{k}={shorten(v)}" for k, v in named.items()]
    return f"{getattr(answer, '__name__', 'answer')}({', '.join(shown)})"


def shorten(value: Any, limit: int = 400) -> str:
    """Return a readable text of `value`, at most about `limit` characters."""
    if isinstance(value, pd.DataFrame):
        return str(value.to_string(max_rows=8, max_cols=12))
    if isinstance(value, np.ndarray):
        return np.array2string(value, separator=", ", threshold=20, max_line_width=90)
    if isinstance(value, record):
        return ", ".join(f"{k}={shorten(v, limit // 4)}" for k, v in vars(value).items())
    if callable(value) and not isinstance(value, raises):
        return str(getattr(value, "__name__", type(value).__name__))
    if isinstance(value, np.generic):
        return repr(value.item())
    text = repr(value)
    if len(text) > limit and not isinstance(value, str):
        text = reprlib.repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _expect_error(
    answer: Callable[..., Any],
    args: Sequence[Any],
    named: Mapping[str, Any],
    expected: raises,
    call: str,
) -> None:
    try:
        with expected:
            got = answer(*args, **named)
            raise Mismatch(
                f"no {expected.name} was raised",
                call=call,
                expected=repr(expected),
                got=shorten(got),
            )
    except Raised as found:
        found.call = call
        raise


def _copied(value: Any) -> Any:
    if not isinstance(value, _MUTABLE):
        return value
    try:
        return copy.deepcopy(value)
    except (TypeError, copy.Error):
        # A container of generators or the like has no copy to compare with.
        return value
