"""What a test must know of an exercise before it can tell what the page ought to show.

Nothing here uses the machinery of `%%check`: test functions are called as plain Python.
"""

from __future__ import annotations

import ast
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orbitlab.grading.bank import read_bank


@dataclass(frozen=True)
class Surprise:
    """What a wrong answer does in a visible test: the sentence and both values, as text."""

    sentence: str
    expected: str
    got: str


@dataclass(frozen=True)
class Places:
    """Where the cells of an exercise stand in its notebook, counted from 0."""

    setup: tuple[int, ...]
    answer: int
    check: int


@dataclass(frozen=True)
class Exercise:
    """An exercise of a notebook: the places of its cells, its visible tests, two answers."""

    places: Places
    sentences: tuple[str, ...]
    wrong: str
    surprise: Surprise
    right: str


def read_exercise(home: Path, notebook: Path, exercise: str) -> Exercise:
    """Return an exercise of `notebook` with a right and a wrong answer out of its bank.

    The wrong one gives another value than a visible test expects, so that the panel has both to
    show.
    """
    place = places(notebook, exercise)
    body = _check(notebook, place)
    bank = read_bank(home / "autograde" / "banks", exercise)
    right = next(each.text for each in bank if each.kind == "right")
    wrong = (each.text for each in bank if each.kind == "wrong")
    text, surprise = next(
        (text, found) for text in wrong if (found := _surprise(body, text)) is not None
    )
    return Exercise(place, sentences(notebook, exercise), text, surprise, right)


def places(notebook: Path, exercise: str) -> Places:
    """Return where the cells of an exercise stand; setup cells are the chapter's own."""
    names = [c["metadata"].get("nbgrader", {}).get("grade_id", "") for c in _cells(notebook)]
    setup = tuple(i for i, name in enumerate(names) if name.startswith("setup-"))
    return Places(setup, names.index(exercise), names.index(f"{exercise}-check"))


def sentences(notebook: Path, exercise: str) -> tuple[str, ...]:
    """Return the sentence of each visible test of an exercise."""
    body = _check(notebook, places(notebook, exercise))
    return tuple(ast.get_docstring(test) or "" for test in _tests(body))


def _check(notebook: Path, place: Places) -> str:
    # Without its first line, which is the magic.
    return "".join(_cells(notebook)[place.check]["source"]).partition("\n")[2]


def _cells(notebook: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return cells


def _surprise(body: str, answer: str) -> Surprise | None:
    given: dict[str, Any] = {}
    exec(answer, given)
    for test in _tests(body):
        calls: list[tuple[Any, Any]] = []

        def expect(
            answer: Callable[..., Any], args: tuple[Any, ...], expected: Any, **_: Any
        ) -> None:
            # An expected error is a class of the checks, and tells nothing about values.
            if not type(expected).__module__.startswith("orbitlab"):
                calls.append((expected, answer(*args)))  # noqa: B023  (called in this round only)

        cell: dict[str, Any] = {}
        exec(body, cell)
        cell["expect"] = expect
        # A wrong answer may raise whatever it likes; what it returned before still counts.
        with contextlib.suppress(Exception):
            cell[test.name](*(given[each.arg] for each in test.args.args))
        for expected, got in calls:
            if expected != got:
                return Surprise(ast.get_docstring(test) or "", repr(expected), repr(got))
    return None


def _tests(body: str) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.parse(body).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
