"""The leak scan: no solution and no hidden test in what learners get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from orbitlab.checks import BEGIN_HIDDEN, END_HIDDEN
from orbitlab.editions.selfstudy import SAMPLE

# Shorter lines (`return best`, `else:`) say nothing by themselves.
TELLING = 24
_BEGIN_SOLUTION, _END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Secrets:
    """The telling lines of a chapter's solutions and hidden tests."""

    solutions: frozenset[str]
    hidden: frozenset[str]


def secrets_of(master: NotebookNode) -> Secrets:
    """Return the lines that only the source edition may hold.

    A line that stands in open text too (a worked example, a visible test) is no secret.
    """
    solutions, hidden, open_lines = set(), set(), set()
    for cell in master.cells:
        sample = SAMPLE in cell.metadata.get("tags", [])
        for line, region in _regions(cell.source):
            text = line.strip()
            if region == "solution":
                solutions.add(text)
            elif region == "hidden":
                hidden.add(text)
            elif not sample:
                open_lines.add(text)
    telling = {s for s in solutions | hidden if len(s) >= TELLING} - open_lines
    return Secrets(frozenset(solutions & telling), frozenset(hidden & telling))


def leaks(secrets: Secrets, notebook: NotebookNode, *, samples_allowed: bool) -> list[str]:
    """Return one sentence for each secret line found anywhere in `notebook`.

    Sources, outputs, metadata and attachments are searched. With `samples_allowed` (self-study)
    the sample-answer cells may hold solutions, never hidden tests.
    """
    found = []
    for number, cell in enumerate(notebook.cells, start=1):
        sample = samples_allowed and SAMPLE in cell.metadata.get("tags", [])
        # A line that the reference and a hidden test's oracle share is the sample's own.
        hidden = secrets.hidden - secrets.solutions
        forbidden = hidden if sample else secrets.hidden | secrets.solutions
        lines = {line.strip() for text in _strings(cell) for line in text.splitlines()}
        found += [f"cell {number} shows `{line}`" for line in sorted(lines & forbidden)]
        if SAMPLE in cell.metadata.get("tags", []) and not samples_allowed:
            found.append(f"cell {number} is a sample answer")
    outer = {line.strip() for text in _strings(notebook.metadata) for line in text.splitlines()}
    return found + [f"the metadata shows `{line}`" for line in sorted(outer & secrets.hidden)]


def stray_files(folder: Path, expected: set[str]) -> list[str]:
    """Return a sentence for each file in an edition's folder that does not belong there."""
    return [
        f"{path} does not belong into this edition: delete it."
        for path in sorted(folder.rglob("*"))
        if path.is_file() and str(path.relative_to(folder)) not in expected
    ]


def _regions(source: str) -> Iterator[tuple[str, str]]:
    marks = {BEGIN_HIDDEN: "hidden", _BEGIN_SOLUTION: "solution"}
    region = "open"
    for line in source.splitlines():
        begun = next((name for mark, name in marks.items() if mark in line), None)
        if begun:
            region = begun
        elif END_HIDDEN in line or _END_SOLUTION in line:
            region = "open"
        else:
            yield line, region


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
