"""Which chapters there are, and where each edition keeps its notebook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orbitlab.errors import NotACourseError, UnknownNameError

EDITIONS = ("source", "release", "notebooks")
_CHAPTER = re.compile(r"\d\d_[a-z0-9_]+")


@dataclass(frozen=True)
class Job:
    """One notebook to execute."""

    edition: str
    chapter: str
    path: Path


def chapters(home: Path) -> tuple[str, ...]:
    """Return the ids of all chapters that have a source folder, in order.

    Raises
    ------
    NotACourseError
        If `home` has no source/.
    """
    source = home / "source"
    if not source.is_dir():
        raise NotACourseError(home)
    return tuple(
        sorted(
            folder.name
            for folder in source.iterdir()
            if _CHAPTER.fullmatch(folder.name)
            and any((folder / f"{folder.name}{end}").exists() for end in (".py", ".ipynb"))
        )
    )


def notebook_path(home: Path, edition: str, chapter: str) -> Path:
    """Return where `edition` keeps the notebook of `chapter`, whether it is there or not."""
    if edition == "notebooks":
        return home / "notebooks" / f"{chapter}.ipynb"
    return home / edition / chapter / f"{chapter}.ipynb"


def jobs(home: Path, edition: str, wanted: Sequence[str] | None) -> tuple[Job, ...]:
    """Return the notebooks of `edition` ("all": of every edition) and of the `wanted` chapters.

    Raises
    ------
    UnknownNameError
        If the edition or a chapter does not exist; nothing is run then.
    """
    if edition != "all" and edition not in EDITIONS:
        raise UnknownNameError("edition", edition, [*EDITIONS, "all"])
    known = chapters(home)
    for name in wanted or ():
        if name not in known:
            raise UnknownNameError("chapter", name, known)
    chosen = [each for each in known if not wanted or each in wanted]
    return tuple(
        Job(each, chapter, notebook_path(home, each, chapter))
        for each in (EDITIONS if edition == "all" else (edition,))
        for chapter in chosen
    )
