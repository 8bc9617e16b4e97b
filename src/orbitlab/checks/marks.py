"""Marks that a test function may carry: its points, its limit, whether it is a gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])

DEFAULT_LIMIT_S = 10.0


def worth(points: int) -> Callable[[Test], Test]:
    """Give a test `points` points; tests without it share the rest equally. 0 is allowed."""
    return _marked("_orbitlab_worth", points)


def limit(seconds: float) -> Callable[[Test], Test]:
    """Give a test `seconds` of CPU time instead of 10 (scaling tests: 20)."""
    return _marked("_orbitlab_limit", seconds)


def gate(test: Test) -> Test:
    """Mark a test whose failure makes the whole exercise 0."""
    return _marked("_orbitlab_gate", True)(test)


def _marked(name: str, value: object) -> Callable[[Test], Test]:
    def mark(test: Test) -> Test:
        setattr(test, name, value)
        return test

    return mark
