"""Giving the learner their own copy of every chapter."""

from __future__ import annotations

from pathlib import Path

from orbitlab.desk.workspace import (
    published,
    read_notebook,
    seeded_notebook,
    work_notebook,
    write_whole,
)


def seed(home: Path) -> list[str]:
    """Copy each chapter of notebooks/ that work/ lacks and return the ids of those copied.

    A file that is already in work/ is never touched. All chapters are read before the first one
    is written, so that a broken one leaves nothing half done.

    Raises
    ------
    MissingNotebookError, BrokenNotebookError
        If notebooks/ is empty or holds a file that is not a notebook.
    UnwritableError
        If work/ cannot be written.
    """
    wanted = {}
    for chapter, path in published(home).items():
        if not work_notebook(home, chapter).exists():
            read_notebook(path)
            wanted[chapter] = path.read_bytes()
    for chapter, content in wanted.items():
        write_whole(seeded_notebook(home, chapter), content)
        write_whole(work_notebook(home, chapter), content)
    return list(wanted)
