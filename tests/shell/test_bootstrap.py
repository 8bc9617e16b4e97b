"""Set-up on a fresh machine: what it does, and what it says when it cannot."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Pretend = Callable[[str], Path]
OLD = "sys.version_info = (3, 9, 18, 'final', 0)"
NO_VENV = "sys.modules['ensurepip'] = None"


def make(clone: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/usr/bin/make", *arguments],
        cwd=clone,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_bootstrap_can_be_read_by_the_pythons_it_refuses(repository: Path) -> None:
    ast.parse((repository / "bootstrap.py").read_text(), feature_version=(3, 6))


def test_too_old_a_python_is_refused_in_one_sentence(
    fresh_clone: Path, pretending_python: Pretend
) -> None:
    ended = subprocess.run(
        [pretending_python(OLD) / "python3", "bootstrap.py"],
        cwd=fresh_clone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "needs Python 3.11 or newer" in ended.stderr
    assert "is Python 3.9.18" in ended.stderr
    assert "make PYTHON=" in ended.stderr
    assert not (fresh_clone / ".venv").exists()


@pytest.mark.parametrize("target", ["lab", "test"])
def test_make_passes_the_sentence_on_and_stops(
    fresh_clone: Path, pretending_python: Pretend, target: str
) -> None:
    ended = make(fresh_clone, pretending_python(OLD), target)
    assert ended.returncode == 2
    assert "needs Python 3.11 or newer" in ended.stderr
    assert not (fresh_clone / ".venv").exists()


def test_make_prefers_a_python_that_is_new_enough(
    fresh_clone: Path, pretending_python: Pretend
) -> None:
    folder = pretending_python(OLD)
    newer = folder / "python3.12"
    newer.write_text('#!/bin/sh\ncase "$1" in -c) exit 0;; *) echo chose 3.12; exit 7;; esac\n')
    newer.chmod(0o755)
    assert "chose 3.12" in make(fresh_clone, folder, "setup").stdout


def test_make_takes_the_python_it_is_told(fresh_clone: Path, pretending_python: Pretend) -> None:
    told = f"PYTHON={pretending_python(OLD) / 'python3'}"
    ended = make(fresh_clone, Path("/usr/bin"), "setup", told)
    assert "is Python 3.9.18" in ended.stderr


def test_make_without_any_python_says_so(fresh_clone: Path, tmp_path: Path) -> None:
    ended = make(fresh_clone, tmp_path / "nothing", "lab")
    assert ended.returncode == 2
    assert "there is no python3 on PATH" in ended.stderr


def test_a_python_without_venv_is_refused_in_one_sentence(
    fresh_clone: Path, pretending_python: Pretend
) -> None:
    ended = subprocess.run(
        [pretending_python(NO_VENV) / "python3", "bootstrap.py"],
        cwd=fresh_clone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "module ensurepip is missing" in ended.stderr
    assert "apt install python3-venv" in ended.stderr
    assert not (fresh_clone / ".venv").exists()


def test_a_folder_without_write_permission_is_refused_in_one_sentence(
    fresh_clone: Path,
    read_only: Callable[[Path, list[str]], subprocess.CompletedProcess[str]],
) -> None:
    ended = read_only(fresh_clone, [sys.executable, "-B", str(fresh_clone / "bootstrap.py")])
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Cannot write to {fresh_clone} (Permission denied);")
    assert len(ended.stderr.splitlines()) == 1
    assert not (fresh_clone / ".venv").exists()


def test_a_missing_lock_is_named(bootstrap: ModuleType, fresh_clone: Path) -> None:
    (fresh_clone / "requirements.lock").unlink()
    with pytest.raises(bootstrap.SetupError, match=r"Cannot read .*requirements\.lock"):
        bootstrap.set_up(fresh_clone)


def test_a_file_in_the_place_of_the_environment_is_named(
    bootstrap: ModuleType, fresh_clone: Path
) -> None:
    (fresh_clone / ".venv").write_text("mine")
    with pytest.raises(bootstrap.SetupError, match=r"could not make .*\.venv"):
        bootstrap.set_up(fresh_clone)
    assert (fresh_clone / ".venv").read_text() == "mine"


class Installer:
    """Stands in for the network: puts an importable package there, or fails."""

    def __init__(self) -> None:
        self.runs = 0
        self.broken = False

    def __call__(self, root: Path, environment: Path) -> None:
        self.runs += 1
        if self.broken:
            raise RuntimeError("no network")
        site = next((environment / "lib").glob("python3.*/site-packages"))
        (site / "orbitlab.py").write_text("")


def test_set_up_runs_once_and_again_only_when_something_changed(
    bootstrap: ModuleType, fresh_clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer = Installer()
    monkeypatch.setattr(bootstrap, "install", installer)
    bootstrap.set_up(fresh_clone)
    bootstrap.set_up(fresh_clone)
    assert installer.runs == 1

    with (fresh_clone / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    installer.broken = True
    with pytest.raises(RuntimeError):
        bootstrap.set_up(fresh_clone)
    installer.broken = False
    bootstrap.set_up(fresh_clone)
    assert installer.runs == 3, "a set-up that was cut short must not pass for finished"

    moved = fresh_clone.rename(fresh_clone.with_name("moved"))
    bootstrap.set_up(moved)
    assert installer.runs == 4, "scripts in .venv point at the old place"
    assert bootstrap.works(moved / ".venv", "import orbitlab")


def commands_of_an_install(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, failing: tuple[str, ...]
) -> list[str]:
    given: list[str] = []

    def pretend(root: Path, command: list[str]) -> bool:
        given.append(" ".join(command[1:]))
        return not any(word in given[-1] for word in failing)

    monkeypatch.setattr(bootstrap, "succeeds", pretend)
    bootstrap.install(Path("/course"), Path("/course/.venv"))
    return given


def test_uv_installs_the_lock_and_the_package_without_its_dependencies(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, lock, package = commands_of_an_install(bootstrap, monkeypatch, failing=())
    assert lock.startswith("-m uv ")
    assert lock.endswith("-r requirements.lock")
    assert package.startswith("-m uv ")
    assert package.endswith("--no-deps --editable .")


@pytest.mark.parametrize("failing", ["install --quiet uv", "-m uv"])
def test_pip_steps_in_where_uv_fails(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    *_, lock, package = commands_of_an_install(bootstrap, monkeypatch, failing=(failing,))
    assert lock.startswith("-m pip ")
    assert lock.endswith("-r requirements.lock")
    assert package.endswith("--no-deps --editable .")


def test_an_install_that_fails_both_ways_says_what_to_do(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(bootstrap.SetupError, match="check the network"):
        commands_of_an_install(bootstrap, monkeypatch, failing=("install",))
