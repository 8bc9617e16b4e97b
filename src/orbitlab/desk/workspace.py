"""The learner's files: notebooks as plain JSON, whole writes, numbered backups.

Plain JSON and not nbformat: chapters import this room, and nbformat alone takes half a second.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orbitlab.errors import (
    BrokenNotebookError,
    MissingNotebookError,
    UnknownNameError,
    UnwritableError,
)

Cell = dict[str, Any]
Notebook = dict[str, Any]


def work_folder(home: Path) -> Path:
    """Return the folder of the learner's own copies."""
    return home / "work"


def work_notebook(home: Path, chapter: str) -> Path:
    """Return the learner's copy of a chapter, whether it is there or not."""
    return work_folder(home) / f"{chapter}.ipynb"


def seeded_notebook(home: Path, chapter: str) -> Path:
    """Return the chapter as the learner last got it: what their changes are measured against."""
    return work_folder(home) / ".orbitlab" / "seeded" / f"{chapter}.ipynb"


def published(home: Path) -> dict[str, Path]:
    """Return the self-study edition, chapter id to notebook, in order.

    Raises
    ------
    MissingNotebookError
        If notebooks/ holds none.
    """
    found = {path.stem: path for path in sorted((home / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
    if not found:
        raise MissingNotebookError(home / "notebooks", "run `orbitlab build` to make the chapters")
    return found


def exercises(home: Path) -> dict[str, str]:
    """Return every exercise of the self-study edition, id to chapter."""
    return {
        grade_id: chapter
        for chapter, path in published(home).items()
        for cell in read_notebook(path)["cells"]
        if is_answer(cell) and (grade_id := grade_id_of(cell)) is not None
    }


def chapter_of(home: Path, exercise: str) -> str:
    """Return the chapter that `exercise` belongs to, or raise UnknownNameError."""
    known = exercises(home)
    if exercise not in known:
        raise UnknownNameError("exercise", exercise, known)
    return known[exercise]


def read_notebook(path: Path) -> Notebook:
    """Return a notebook as JSON with every source as one string.

    Raises
    ------
    MissingNotebookError
        If there is no such file.
    BrokenNotebookError
        If it is not JSON, or not a notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingNotebookError(path, "`orbitlab lab` makes a fresh copy") from error
    except UnicodeDecodeError as error:
        raise BrokenNotebookError(path, "not UTF-8 text") from error
    except ValueError as error:
        raise BrokenNotebookError(path, f"not JSON: {error}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise BrokenNotebookError(path, "JSON without a list of cells")
    if notebook.get("nbformat") != 4:
        raise BrokenNotebookError(path, f"notebook format {notebook.get('nbformat')}, not 4")
    for cell in notebook["cells"]:
        if not isinstance(cell, dict) or not isinstance(cell.get("source"), str | list):
            raise BrokenNotebookError(path, "a cell without source")
        cell["source"] = "".join(cell["source"])
        cell.setdefault("metadata", {})
    return notebook


def write_notebook(path: Path, notebook: Notebook) -> None:
    """Write a notebook in Jupyter's own layout, whole or not at all."""
    cells = [{**cell, "source": cell["source"].splitlines(True)} for cell in notebook["cells"]]
    text = json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(path, (text + "\n").encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old one or the new one.

    Raises
    ------
    UnwritableError
        If the folder or the file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise UnwritableError(path.parent, error.strerror or str(error)) from error


def backup(home: Path, name: str, suffix: str, content: bytes) -> Path:
    """Keep `content` as work/backups/<name>-<n><suffix>, n the next free number."""
    folder = work_folder(home) / "backups"
    number = 1
    while (folder / f"{name}-{number}{suffix}").exists():
        number += 1
    path = folder / f"{name}-{number}{suffix}"
    write_whole(path, content)
    return path


def grade_id_of(cell: Cell) -> str | None:
    """Return the nbgrader id of a cell, or None."""
    grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return grade_id if isinstance(grade_id, str) else None


def is_answer(cell: Cell) -> bool:
    """Say whether a cell is an answer: the one kind of cell that belongs to the learner."""
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def without_outputs(cell: Cell) -> Cell:
    """Return a copy of a cell that has not been run."""
    if cell["cell_type"] != "code":
        return dict(cell)
    return {**cell, "outputs": [], "execution_count": None}
