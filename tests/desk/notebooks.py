"""Notebooks as the learner's side sees them: JSON on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Cell = dict[str, Any]


def text(name: str, source: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def code(name: str, source: str, says: str = "") -> Cell:
    said = [{"output_type": "stream", "name": "stdout", "text": says}] if says else []
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "source": source,
        "outputs": said,
        "execution_count": 1 if says else None,
    }


def answer(exercise: str, source: str) -> Cell:
    return _marked(code(exercise, source), exercise, solution=True)


def check(exercise: str, source: str, says: str = "not attempted") -> Cell:
    cell = code(f"{exercise}-check", source, says)
    return _marked(cell, f"{exercise}-check", grade=True, locked=True, points=3)


def _marked(cell: Cell, grade_id: str, **kind: Any) -> Cell:
    mark = {"grade": False, "solution": False, "locked": False, "task": False}
    cell["metadata"] = {"nbgrader": {**mark, "grade_id": grade_id, "schema_version": 3, **kind}}
    return cell


def save(path: Path, cells: list[Cell]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> list[Cell]:
    cells: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    return cells


def sources(path: Path) -> list[str]:
    return [cell["source"] for cell in load(path)]


def write_in(path: Path, name: str, source: str, says: str = "") -> None:
    """Do what a learner does: type into the cell `name` and run it."""
    cells = load(path)
    cell = next(each for each in cells if each["id"] == name)
    cell["source"] = source
    if says:
        cell["outputs"] = code(name, source, says)["outputs"]
    save(path, cells)
