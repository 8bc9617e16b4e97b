"""A course with a published chapter, small enough to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from .notebooks import answer, check, code, save, text

CHAPTER = "09_mini"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "course"
    (home / "source").mkdir(parents=True)
    save(
        home / "notebooks" / f"{CHAPTER}.ipynb",
        [
            text("title", "# Mini"),
            code("hole", "PREDICT = None"),
            answer("k09-first", "def first(x):\n    ..."),
            check("k09-first", "%%check k09-first\nassert first"),
            text("between", "And then"),
            answer("k09-second", "def second(x):\n    ..."),
            check("k09-second", "%%check k09-second\nassert second"),
            text("end", "Done"),
        ],
    )
    save(home / "notebooks" / "00_start_here.ipynb", [text("hello", "# Start here")])
    return home


@pytest.fixture
def chapter() -> str:
    return CHAPTER
