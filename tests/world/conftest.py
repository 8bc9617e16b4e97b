"""A home with freshly built data, and a copy of it to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest
from world_homes import copy_home, new_home

from orbitlab.world import build_data


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with built data that no test changes."""
    home = new_home(tmp_path_factory.mktemp("built"))
    report = build_data(home)
    assert report.ok, report.problems
    return home


@pytest.fixture
def spoilt(built: Path, tmp_path: Path) -> Path:
    """A copy of the built home for one test to spoil."""
    home = tmp_path / "home"
    copy_home(built, home)
    return home
