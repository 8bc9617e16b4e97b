"""Fixtures that several rooms share."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
TINY = "00_tiny"


@pytest.fixture(autouse=True)
def _own_programs_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader starts alembic by its bare name, and nobody has to have activated .venv."""
    own = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([own, os.environ["PATH"]]))


@pytest.fixture
def repository() -> Path:
    return REPOSITORY


@pytest.fixture
def tiny_course(tmp_path: Path) -> Path:
    """A course of one chapter with one exercise, in a folder of its own."""
    home = tmp_path / "course"
    chapter = home / "source" / TINY
    chapter.mkdir(parents=True)
    shutil.copy(REPOSITORY / "tests" / "editions" / "tiny_chapter.py", chapter / f"{TINY}.py")
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    return home


def pytest_addoption(parser: pytest.Parser) -> None:
    # It stands here since pytest reads options only from the conftest files it starts with.
    parser.addoption("--write-golden", action="store_true", help="rewrite the golden grade table")
