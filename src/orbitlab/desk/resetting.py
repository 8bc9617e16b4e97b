"""Starting one exercise afresh."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orbitlab.desk.workspace import (
    Cell,
    backup,
    chapter_of,
    grade_id_of,
    published,
    read_notebook,
    without_outputs,
    work_notebook,
    write_notebook,
)


@dataclass(frozen=True)
class Reset:
    """What a reset did; `backup` is None when there was no answer to keep."""

    exercise: str
    notebook: Path
    backup: Path | None


def reset(home: Path, exercise: str) -> Reset:
    """Put the stub of `exercise` back into the learner's notebook; the old answer is kept.

    The panel of its check is cleared as well, because it speaks of the old answer. If the learner
    has deleted the answer cell, it comes back where the chapter has it.

    Raises
    ------
    UnknownNameError
        If there is no such exercise.
    MissingNotebookError, BrokenNotebookError, UnwritableError
        If the learner's notebook is not there, is not a notebook, or cannot be written.
    """
    chapter = chapter_of(home, exercise)
    fresh = read_notebook(published(home)[chapter])["cells"]
    stub = without_outputs(next(cell for cell in fresh if grade_id_of(cell) == exercise))
    path = work_notebook(home, chapter)
    notebook = read_notebook(path)
    cells: list[Cell] = notebook["cells"]
    places = [i for i, cell in enumerate(cells) if grade_id_of(cell) == exercise]
    kept = None
    if not places:
        cells.insert(_place_of(exercise, fresh, cells), stub)
    else:
        old = cells[places[0]]
        if old["source"] == stub["source"]:
            return Reset(exercise, path, None)
        suffix = ".py" if old["cell_type"] == "code" else ".md"
        kept = backup(home, exercise, suffix, (old["source"].rstrip("\n") + "\n").encode())
        cells[places[0]] = {**stub, "id": old.get("id", stub.get("id"))}
    for i, cell in enumerate(cells):
        if grade_id_of(cell) == f"{exercise}-check":
            cells[i] = without_outputs(cell)
    write_notebook(path, notebook)
    return Reset(exercise, path, kept)


def _place_of(exercise: str, fresh: list[Cell], cells: list[Cell]) -> int:
    # After the nearest earlier cell that the learner still has.
    ids = [cell.get("id") for cell in cells]
    before = next(i for i, cell in enumerate(fresh) if grade_id_of(cell) == exercise)
    for cell in reversed(fresh[:before]):
        if cell.get("id") in ids:
            return ids.index(cell.get("id")) + 1
    return 0
