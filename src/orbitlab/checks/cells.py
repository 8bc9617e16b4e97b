"""Reading a check cell: which tests it holds, which are hidden, what each is worth."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from orbitlab.checks.marks import DEFAULT_LIMIT_S
from orbitlab.checks.verdicts import CheckCellError

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"
_HEADER = re.compile(r"^%%check\s+(?P<id>[\w-]+)\s+--points\s+(?P<points>\d+)\s*$")


@dataclass(frozen=True)
class Test:
    """One test function of a check cell; `needs` are the answers it takes, by name."""

    __test__ = False

    name: str
    sentence: str
    hidden: bool
    needs: tuple[str, ...]
    worth: Fraction
    gate: bool
    limit: float
    function: Callable[..., Any]


@dataclass(frozen=True)
class CheckCell:
    """A parsed check cell of `exercise`, worth `maximum` points."""

    exercise: str
    maximum: Fraction
    tests: tuple[Test, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The answers that the tests take, each once, in order of appearance."""
        return tuple(dict.fromkeys(name for test in self.tests for name in test.needs))


def split_header(cell: str) -> tuple[str, int, str]:
    """Return exercise id, points and the body of a cell that starts with `%%check`.

    Raises
    ------
    CheckCellError
        If the first line is not `%%check <exercise-id> --points <n>`.
    """
    header, _, body = cell.partition("\n")
    found = _HEADER.match(header)
    if found is None:
        reason = "its first line must be `%%check <exercise-id> --points <n>`."
        raise CheckCellError(header.removeprefix("%%check").strip() or "a cell", reason)
    return found["id"], int(found["points"]), body


def read_check(cell: str) -> CheckCell:
    """Run the text of a check cell in a fresh namespace and return its tests.

    Raises
    ------
    CheckCellError
        If the cell is malformed, holds no test, or hands out more points than it has.
    """
    exercise, points, body = split_header(cell)
    filename = f"<check {exercise}>"
    # Without its text in the line cache a failing test could not show its own lines.
    linecache.cache[filename] = (len(body), None, body.splitlines(keepends=True), filename)
    hidden = _hidden_lines(body)
    namespace: dict[str, Any] = {"__name__": f"check_{exercise.replace('-', '_')}"}
    exec(compile(body, filename, "exec"), namespace)  # noqa: S102  (this is what a check is)
    order = [
        node
        for node in ast.parse(body).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    if not order:
        raise CheckCellError(exercise, "it defines no function whose name starts with test_.")
    if len({node.name for node in order}) != len(order):
        raise CheckCellError(exercise, "two of its tests have the same name.")
    functions = [namespace[node.name] for node in order]
    shares = _shares(exercise, functions, points, complete=bool(hidden))
    tests = tuple(
        Test(
            name=node.name,
            sentence=inspect.cleandoc(function.__doc__ or node.name),
            hidden=node.lineno in hidden,
            needs=tuple(inspect.signature(function).parameters),
            worth=share,
            gate=getattr(function, "_orbitlab_gate", False),
            limit=getattr(function, "_orbitlab_limit", DEFAULT_LIMIT_S),
            function=function,
        )
        for node, function, share in zip(order, functions, shares, strict=True)
    )
    return CheckCell(exercise, Fraction(points), tests)


def _hidden_lines(body: str) -> set[int]:
    lines: set[int] = set()
    inside = False
    for number, line in enumerate(body.splitlines(), start=1):
        if BEGIN_HIDDEN in line:
            inside = True
        elif END_HIDDEN in line:
            inside = False
        elif inside:
            lines.add(number)
    return lines


def _shares(
    exercise: str, functions: list[Callable[..., Any]], points: int, *, complete: bool
) -> list[Fraction]:
    # Without its hidden tests a cell may hand out less than its points: nothing is graded by it.
    marked = [getattr(f, "_orbitlab_worth", None) for f in functions]
    rest = Fraction(points) - sum(Fraction(m) for m in marked if m is not None)
    unmarked = marked.count(None)
    if rest < 0 or (complete and rest > 0 and not unmarked):
        given = sum(m for m in marked if m is not None)
        raise CheckCellError(exercise, f"its tests hand out {given} of {points} points.")
    return [Fraction(m) if m is not None else rest / unmarked for m in marked]
