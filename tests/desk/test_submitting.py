from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from nbgrader.utils import parse_utc

from orbitlab.desk import seed, submit
from orbitlab.errors import BrokenNotebookError, MissingNotebookError, UnknownNameError, UsageError

from .notebooks import write_in


@pytest.fixture
def mine(home: Path) -> Path:
    seed(home)
    return home / "work" / "09_mini.ipynb"


def test_the_notebook_lies_where_nbgrader_looks(home: Path, mine: Path) -> None:
    target = submit(home, "09_mini", "ada")
    assert target == home / "autograde" / "submitted" / "ada" / "09_mini" / "09_mini.ipynb"
    assert target.read_bytes() == mine.read_bytes()


def test_a_later_submission_replaces_the_earlier_one(home: Path, mine: Path) -> None:
    submit(home, "09_mini", "ada")
    write_in(mine, "k09-first", "def first(x):\n    return x")
    assert submit(home, "09_mini", "ada").read_bytes() == mine.read_bytes()


def test_nbgrader_can_read_when_it_was_submitted(home: Path, mine: Path) -> None:
    summer = timezone(timedelta(hours=2))
    target = submit(home, "09_mini", "ada", now=datetime(2026, 7, 1, 12, 30, tzinfo=summer))
    stamp = (target.parent / "timestamp.txt").read_text().strip()
    assert parse_utc(stamp) == datetime(2026, 7, 1, 10, 30)


@pytest.mark.parametrize("student", ["../ada", "a/b", "", ".", "-x", "a" * 65, "a b", "a+b"])
def test_an_id_that_cannot_name_a_folder_is_refused(home: Path, mine: Path, student: str) -> None:
    with pytest.raises(UsageError, match="cannot be a student id") as caught:
        submit(home, "09_mini", student)
    assert caught.value.exit_code == 2
    assert not (home / "autograde").exists()


def test_the_login_name_stands_in_for_the_id(
    home: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "grace")
    assert submit(home, "09_mini").parts[-3] == "grace"


def test_an_unknown_chapter_is_refused_with_the_nearest_names(home: Path, mine: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 09_mini"):
        submit(home, "09", "ada")


def test_a_chapter_that_was_never_opened_is_named(home: Path) -> None:
    with pytest.raises(MissingNotebookError, match="open the chapter with `orbitlab lab`"):
        submit(home, "09_mini", "ada")


def test_a_notebook_that_is_not_json_is_not_submitted(home: Path, mine: Path) -> None:
    mine.write_text("{")
    with pytest.raises(BrokenNotebookError):
        submit(home, "09_mini", "ada")
    assert not (home / "autograde").exists()
