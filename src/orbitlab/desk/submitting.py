"""Handing a chapter in."""

from __future__ import annotations

import getpass
import re
from datetime import UTC, datetime
from pathlib import Path

from orbitlab.desk.workspace import published, read_notebook, work_notebook, write_whole
from orbitlab.errors import MissingNotebookError, UnknownNameError, UsageError

# A student id names a folder and stands in nbgrader's database and reports.
_STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class StudentIdError(UsageError):
    """A student id that cannot name a folder."""

    def __init__(self, student: str) -> None:
        super().__init__(student)
        self.student = student

    def __str__(self) -> str:
        return (
            f"{self.student!r} cannot be a student id; use letters, digits, dots, hyphens, "
            "underscores and @, at most 64, a letter or digit first (--student ID)."
        )


def submit(
    home: Path, chapter: str, student: str | None = None, now: datetime | None = None
) -> Path:
    """Put the learner's notebook of `chapter` where nbgrader looks for submissions.

    Parameters
    ----------
    student: str or None
        Student id; None for the login name.
    now: datetime or None
        Time of submission for nbgrader's timestamp.txt, tz-aware; None for the clock's.

    Returns
    -------
    Path
        autograde/submitted/<student>/<chapter>/<chapter>.ipynb; an earlier one is replaced.

    Raises
    ------
    UnknownNameError, StudentIdError
        If there is no such chapter, or the id cannot name a folder.
    MissingNotebookError, BrokenNotebookError, UnwritableError
        If the notebook is not in work/, is not a notebook, or the place cannot be written.
    """
    known = published(home)
    if chapter not in known:
        raise UnknownNameError("chapter", chapter, known)
    name = _login_name() if student is None else student
    if not _STUDENT.fullmatch(name):
        raise StudentIdError(name)
    path = work_notebook(home, chapter)
    if not path.exists():
        raise MissingNotebookError(path, "open the chapter with `orbitlab lab` and answer it first")
    read_notebook(path)
    target = home / "autograde" / "submitted" / name / chapter / f"{chapter}.ipynb"
    write_whole(target, path.read_bytes())
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    stamp = f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC\n"
    write_whole(target.parent / "timestamp.txt", stamp.encode())
    return target


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise UsageError("Nobody is logged in by name here; say --student ID.") from error
