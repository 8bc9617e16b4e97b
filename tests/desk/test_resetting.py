from __future__ import annotations

from pathlib import Path

import pytest

from orbitlab.desk import reset, seed
from orbitlab.errors import BrokenNotebookError, MissingNotebookError, UnknownNameError

from .notebooks import load, save, sources, write_in

MINE = "def first(x):\n    return x"
STUB = "def first(x):\n    ..."


@pytest.fixture
def mine(home: Path) -> Path:
    seed(home)
    path = home / "work" / "09_mini.ipynb"
    write_in(path, "k09-first", MINE)
    write_in(path, "k09-second", "def second(x):\n    return 2")
    write_in(path, "k09-first-check", "%%check k09-first\nassert first", says="3 of 3")
    return path


def test_one_stub_comes_back_and_the_rest_stays(home: Path, mine: Path) -> None:
    before = sources(mine)
    done = reset(home, "k09-first")
    after = sources(mine)
    assert after[2] == STUB
    assert [*after[:2], *after[3:]] == [*before[:2], *before[3:]]
    assert done.backup == home / "work" / "backups" / "k09-first-1.py"
    assert done.backup.read_text() == MINE + "\n"


def test_the_panel_that_spoke_of_the_old_answer_is_cleared(home: Path, mine: Path) -> None:
    reset(home, "k09-first")
    panels = {cell["id"]: cell.get("outputs") for cell in load(mine)}
    assert panels["k09-first-check"] == []
    assert panels["k09-second-check"] != []


def test_every_old_answer_is_kept(home: Path, mine: Path) -> None:
    reset(home, "k09-first")
    write_in(mine, "k09-first", "# a second try")
    second = reset(home, "k09-first").backup
    assert second is not None
    assert second.read_text() == "# a second try\n"
    assert (second.parent / "k09-first-1.py").read_text() == MINE + "\n"


def test_a_blank_exercise_leaves_no_backup(home: Path, mine: Path) -> None:
    reset(home, "k09-first")
    unchanged = mine.read_bytes()
    assert reset(home, "k09-first").backup is None
    assert mine.read_bytes() == unchanged


def test_a_deleted_answer_cell_comes_back_in_its_place(home: Path, mine: Path) -> None:
    cells = load(mine)
    save(mine, [cell for cell in cells if cell["id"] != "k09-first"])
    reset(home, "k09-first")
    names = [cell["id"] for cell in load(mine)]
    assert names == [cell["id"] for cell in cells]
    assert sources(mine)[2] == STUB


def test_an_unknown_exercise_is_refused_with_the_nearest_names(home: Path, mine: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean k09-first") as caught:
        reset(home, "k09-fist")
    assert caught.value.exit_code == 2


def test_a_chapter_that_is_not_in_work_is_named(home: Path) -> None:
    with pytest.raises(MissingNotebookError, match=r"work/09_mini\.ipynb is missing"):
        reset(home, "k09-first")


@pytest.mark.parametrize("content", ["not JSON", "[]", '{"cells": 3}', '{"cells": []}', "\xff"])
def test_a_broken_notebook_is_named_and_left_alone(home: Path, mine: Path, content: str) -> None:
    mine.write_bytes(content.encode("latin-1"))
    with pytest.raises(BrokenNotebookError, match=r"work/09_mini\.ipynb is not a notebook"):
        reset(home, "k09-first")
    assert mine.read_bytes() == content.encode("latin-1")
