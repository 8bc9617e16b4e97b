"""One lock for everyone: pip, uv and conda install the same versions."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name


@pytest.fixture
def project(repository: Path) -> dict[str, Any]:
    document = tomllib.loads((repository / "pyproject.toml").read_text())
    return dict(document["project"])


@pytest.fixture
def lock(repository: Path) -> list[str]:
    lines = (repository / "requirements.lock").read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.fixture
def conda(repository: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((repository / "environment.yml").read_text()))


def pip_lines(conda: dict[str, Any]) -> list[str]:
    return next(each["pip"] for each in conda["dependencies"] if isinstance(each, dict))


def test_every_line_of_the_lock_pins_one_version_and_names_no_index(lock: list[str]) -> None:
    for line in lock:
        requirement = Requirement(line)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", line
        assert requirement.url is None, line


@pytest.mark.parametrize("python", ["3.11.9", "3.12.9", "3.13.5"])
def test_the_lock_satisfies_every_requirement_of_the_package(
    project: dict[str, Any], lock: list[str], python: str
) -> None:
    machine = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
    }
    pinned = {}
    for line in lock:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(machine):
            name = canonicalize_name(requirement.name)
            assert name not in pinned, f"{name} is pinned twice for Python {python}"
            pinned[name] = next(iter(requirement.specifier)).version
    for wanted in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        requirement = Requirement(wanted)
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in requirements.lock"
        assert requirement.specifier.contains(version), f"{wanted}, but {version} is locked"


def test_conda_takes_the_same_lock_and_nothing_else_from_pip(conda: dict[str, Any]) -> None:
    assert pip_lines(conda) == ["-r requirements.lock", "-e ."]
    assert [each for each in conda["dependencies"] if isinstance(each, str)] == [
        "python=3.11",
        "pip",
    ]


def test_condas_python_satisfies_the_package(
    conda: dict[str, Any], project: dict[str, Any]
) -> None:
    version = conda["dependencies"][0].partition("=")[2]
    assert SpecifierSet(project["requires-python"]).contains(version)


def test_set_up_and_the_package_want_the_same_python(
    bootstrap: Any, project: dict[str, Any]
) -> None:
    assert project["requires-python"] == ">={}.{}".format(*bootstrap.MINIMUM)
