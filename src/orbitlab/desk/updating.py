"""Bringing a new version of a chapter to a learner who has already worked in the old one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orbitlab.desk.merging import merge
from orbitlab.desk.workspace import (
    Notebook,
    backup,
    published,
    read_notebook,
    seeded_notebook,
    work_notebook,
    write_notebook,
    write_whole,
)


@dataclass(frozen=True)
class Updated:
    """What happened to one chapter; `kept` names the answers that were carried over."""

    chapter: str
    change: str
    kept: tuple[str, ...] = ()
    backup: Path | None = None


def update(home: Path) -> list[Updated]:
    """Bring every chapter in work/ to the version in notebooks/ and keep what the learner wrote.

    Answers stay by grade_id, added and edited cells stay near the cell they followed, and the
    notebook as it was goes to work/backups/. Chapters that work/ lacks are copied. All merges are
    made before the first file is written, so that a broken notebook leaves nothing half done.

    Returns
    -------
    list of Updated
        One per chapter: "new", "updated" or "current".

    Raises
    ------
    MissingNotebookError, BrokenNotebookError, UnwritableError
        See :func:`orbitlab.desk.seed`.
    """
    planned: list[tuple[Updated, Notebook | None]] = []
    for chapter, path in published(home).items():
        planned.append(_plan(home, chapter, read_notebook(path)))
    return [_carry_out(home, step, merged) for step, merged in planned]


def _plan(home: Path, chapter: str, new: Notebook) -> tuple[Updated, Notebook | None]:
    mine_path, seeded_path = work_notebook(home, chapter), seeded_notebook(home, chapter)
    if not mine_path.exists():
        return Updated(chapter, "new"), None
    mine = read_notebook(mine_path)
    seeded = read_notebook(seeded_path) if seeded_path.exists() else None
    if new == seeded:
        return Updated(chapter, "current"), None
    merged, kept = merge(seeded, mine, new)
    return Updated(chapter, "updated", kept), merged


def _carry_out(home: Path, step: Updated, merged: Notebook | None) -> Updated:
    if step.change == "current":
        return step
    fresh = published(home)[step.chapter].read_bytes()
    mine = work_notebook(home, step.chapter)
    copy = None
    if merged is None:
        write_whole(mine, fresh)
    else:
        copy = backup(home, step.chapter, ".ipynb", mine.read_bytes())
        write_notebook(mine, merged)
    # Last, so that an update cut short is simply done again.
    write_whole(seeded_notebook(home, step.chapter), fresh)
    return Updated(step.chapter, step.change, step.kept, copy)
