from __future__ import annotations

from pathlib import Path

import pytest

from orbitlab.desk import seed
from orbitlab.errors import BrokenNotebookError, MissingNotebookError, UnwritableError


def test_every_published_chapter_is_copied_as_it_is(home: Path) -> None:
    assert seed(home) == ["00_start_here", "09_mini"]
    for path in (home / "notebooks").iterdir():
        assert (home / "work" / path.name).read_bytes() == path.read_bytes()


def test_a_file_that_is_there_is_never_touched(home: Path) -> None:
    mine = home / "work" / "09_mini.ipynb"
    mine.parent.mkdir()
    mine.write_text("whatever the learner has")
    assert seed(home) == ["00_start_here"]
    assert mine.read_text() == "whatever the learner has"
    assert seed(home) == []


def test_nothing_unfinished_is_left_in_work(home: Path) -> None:
    seed(home)
    names = {path.name for path in (home / "work").rglob("*") if path.is_file()}
    assert names == {"00_start_here.ipynb", "09_mini.ipynb"}


def test_a_broken_chapter_is_named_and_nothing_is_copied(home: Path) -> None:
    (home / "notebooks" / "09_mini.ipynb").write_text('{"cells": [')
    with pytest.raises(BrokenNotebookError, match=r"09_mini\.ipynb is not a notebook \(not JSON"):
        seed(home)
    assert not (home / "work").exists()


def test_without_any_chapter_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingNotebookError, match="run `orbitlab build`"):
        seed(tmp_path)


def test_a_place_that_cannot_be_written_is_named(home: Path) -> None:
    (home / "work").write_text("a file where the folder should be")
    with pytest.raises(UnwritableError, match=r"Cannot write to .*work"):
        seed(home)
