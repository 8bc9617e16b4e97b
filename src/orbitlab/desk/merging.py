"""A three-way merge of notebooks: the chapter as it was, as the learner has it, as it is now."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from orbitlab.desk.workspace import Cell, Notebook, grade_id_of, is_answer


def merge(
    seeded: Notebook | None, mine: Notebook, new: Notebook
) -> tuple[Notebook, tuple[str, ...]]:
    """Return `new` with everything in it that the learner wrote, and the ids of kept answers.

    Parameters
    ----------
    seeded: notebook or None
        The version that the learner started from; None if it is not known, in which case every
        answer counts as written by the learner.
    mine: notebook
        The learner's notebook.
    new: notebook
        The new version; its order, text, checks and metadata win.
    """
    old_cells = _by_key(seeded["cells"] if seeded else [])
    new_cells = _by_key(new["cells"])
    mine_cells = _by_key(mine["cells"])
    extras: dict[str | None, list[Cell]] = defaultdict(list)
    anchor: str | None = None
    for cell in mine["cells"]:
        key = _key(cell)
        if key in new_cells and mine_cells[key] is cell:
            anchor = key
        elif _is_the_learners(cell, old_cells.get(key), known=seeded is not None):
            extras[anchor].append(_freed(cell))
    kept = []
    cells = list(extras[None])
    for cell in new["cells"]:
        key = _key(cell)
        theirs = mine_cells.get(key)
        if theirs is not None and new_cells[key] is cell:
            cell, written = _joined(old_cells.get(key), theirs, cell)
            if written and is_answer(cell):
                kept.append(str(grade_id_of(cell)))
        cells += [cell, *extras.pop(key, [])]
    return {**new, "cells": _with_own_ids(cells, new["cells"])}, tuple(kept)


def _key(cell: Cell) -> str:
    # nbgrader's id where there is one: it outlives a change of the cell's text, its id need not.
    grade_id = grade_id_of(cell)
    return f"grade:{grade_id}" if grade_id else f"cell:{cell.get('id')}"


def _by_key(cells: list[Cell]) -> dict[str, Cell]:
    # The first wins: a copied cell carries the same ids and comes after.
    found: dict[str, Cell] = {}
    for cell in cells:
        found.setdefault(_key(cell), cell)
    return found


def _is_the_learners(cell: Cell, old: Cell | None, known: bool) -> bool:
    if old is not None:
        return bool(cell["source"] != old["source"])
    if not known and not is_answer(cell):
        # Without the old version, a cell with nbgrader's mark is the chapter's own.
        return grade_id_of(cell) is None and bool(cell["source"].strip())
    return bool(cell["source"].strip())


def _joined(old: Cell | None, theirs: Cell, new: Cell) -> tuple[Cell, bool]:
    locked = new["metadata"].get("nbgrader", {}).get("locked", False)
    touched = theirs["source"] != (old["source"] if old else None)
    unchanged = old is not None and old["source"] == new["source"]
    keep = touched and not locked and (is_answer(new) or unchanged)
    source = theirs["source"] if keep else new["source"]
    joined = {**new, "source": source}
    if new["cell_type"] == theirs["cell_type"] == "code" and source == theirs["source"]:
        joined["outputs"] = theirs.get("outputs", [])
        joined["execution_count"] = theirs.get("execution_count")
    return joined, keep and source != new["source"]


def _freed(cell: Cell) -> Cell:
    # nbgrader must not meet an answer that the chapter no longer asks for, or one twice.
    metadata = {key: value for key, value in cell["metadata"].items() if key != "nbgrader"}
    return {**cell, "metadata": metadata}


def _with_own_ids(cells: list[Cell], chapter: list[Cell]) -> list[Cell]:
    # Cell ids must be unique; the chapter's own keep theirs.
    taken: set[Any] = {cell.get("id") for cell in chapter}
    seen: set[Any] = set()
    unique = []
    for cell in cells:
        if "id" in cell and cell["id"] in seen:
            number = 1
            while f"kept-{number}" in taken:
                number += 1
            cell = {**cell, "id": f"kept-{number}"}
        taken.add(cell.get("id"))
        seen.add(cell.get("id"))
        unique.append(cell)
    return unique
