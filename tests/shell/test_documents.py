"""What README, CHANGELOG and LICENSE say is what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from orbitlab.cli import app


@pytest.fixture
def readme(repository: Path) -> str:
    return (repository / "README.md").read_text()


def command_paths() -> list[str]:
    group: Any = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in inner] if inner else [name]
    return found


@pytest.mark.parametrize("path", command_paths())
def test_every_command_stands_in_readme(readme: str, path: str) -> None:
    assert re.search(rf"^\| `orbitlab {path}\b", readme, re.MULTILINE)


def test_readme_names_no_command_that_does_not_exist(readme: str) -> None:
    known = command_paths()
    for words in re.findall(r"`orbitlab ((?:[a-z]+ ?)+)", readme):
        assert any(words.strip().startswith(each) for each in known), words


def test_readme_begins_with_the_picture_and_the_two_commands(readme: str, repository: Path) -> None:
    picture, _, *block = readme.splitlines()[:6]
    name = re.fullmatch(r"!\[.+\]\((docs/.+\.png)\)", picture)
    assert name is not None
    assert (repository / name[1]).is_file(), f"{name[1]} is missing: make it with the browser test"
    assert [line.partition("#")[0].strip() for line in block] == [
        "```",
        "make lab",
        "make test",
        "```",
    ]


def test_every_file_that_readme_places_is_there(readme: str, repository: Path) -> None:
    plan = readme.partition("## What is where")[2].partition("```\n")[2].partition("```")[0]
    names = [line.split()[0] for line in plan.splitlines()]
    assert len(names) > 10
    for name in names:
        assert name == "work/" or (repository / name).exists(), name


def test_readme_says_that_the_course_is_independent(readme: str) -> None:
    assert "not affiliated" in readme


def test_the_newest_entry_of_the_changelog_is_the_version(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    newest = re.search(r"^## (\S+)", (repository / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == project["version"]


def test_the_changelog_names_every_exercise(repository: Path) -> None:
    changelog = (repository / "CHANGELOG.md").read_text()
    banks = [path.name for path in (repository / "autograde" / "banks").iterdir()]
    assert banks
    assert [name for name in banks if f"- {name}: " not in changelog] == []


def test_the_licence_covers_code_chapters_and_data(repository: Path) -> None:
    licence = (repository / "LICENSE").read_text()
    assert "Copyright (c) 2026, The Orbitlab authors" in licence
    assert "Neither the name of the copyright holder" in licence
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in licence
    for folder in ("source/", "release/", "notebooks/", "data/real/"):
        assert folder in licence


def test_ci_runs_the_test_command_of_readme_and_skips_nothing(repository: Path) -> None:
    script = (repository / ".ci" / "run").read_text()
    assert "set -euo pipefail" in script
    assert "export ORBITLAB_REQUIRE=all" in script
    assert re.search(r"^make test\b", script, re.MULTILINE)
    assert (repository / ".ci" / "run").stat().st_mode & 0o111
