"""The commands: exit codes, one sentence per error, one document with --json."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orbitlab.cli import app, main
from orbitlab.errors import OrbitlabError, UnknownNameError, nearest_names

Orbitlab = Callable[..., "Ended"]


class Ended(SimpleNamespace):
    code: int
    out: str
    err: str


@pytest.fixture
def home(tiny_course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORBITLAB_HOME", str(tiny_course))
    return tiny_course


@pytest.fixture
def orbitlab(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Orbitlab:
    monkeypatch.setenv("PATH", os.environ["PATH"])

    def call(*arguments: str) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        code = ended.value.code
        return Ended(code=0 if code is None else code, out=said.out, err=said.err)

    return call


def publish(home: Path) -> Path:
    """Give the tiny course a self-study notebook with one exercise."""
    mark = {"grade_id": "t00-add", "solution": True, "grade": False, "locked": False}
    answer: dict[str, Any] = {
        "cell_type": "code",
        "id": "answer",
        "metadata": {"nbgrader": mark},
        "source": "...",
        "outputs": [],
        "execution_count": None,
    }
    notebook = {"cells": [answer], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = home / "notebooks" / "00_tiny.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook))
    return path


def one_sentence(ended: Ended) -> str:
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1
    assert "Traceback" not in ended.err
    return ended.err


def test_version_is_that_of_the_package(orbitlab: Orbitlab) -> None:
    from importlib.metadata import version

    assert orbitlab("--version").out == f"orbitlab {version('orbitlab')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "00_tinny"],
        ["build", "00_tinny"],
        ["build", "--check", "00_tinny"],
        ["submit", "00_tinny"],
    ],
)
def test_an_unknown_chapter_exits_2_with_the_nearest_names(
    orbitlab: Orbitlab, home: Path, arguments: list[str]
) -> None:
    publish(home)
    ended = orbitlab(*arguments)
    assert ended.code == 2
    assert one_sentence(ended) == "There is no chapter '00_tinny'; did you mean 00_tiny?\n"


def test_an_unknown_exercise_exits_2_with_the_nearest_names(orbitlab: Orbitlab, home: Path) -> None:
    publish(home)
    ended = orbitlab("reset", "t00-ad")
    assert ended.code == 2
    assert one_sentence(ended) == "There is no exercise 't00-ad'; did you mean t00-add?\n"


def test_an_audit_of_an_unknown_exercise_exits_2(orbitlab: Orbitlab) -> None:
    ended = orbitlab("audit", "nosuch")
    assert ended.code == 2
    assert "There is no exercise 'nosuch'" in one_sentence(ended)


def test_missing_notebooks_exit_1_in_one_document(orbitlab: Orbitlab) -> None:
    ended = orbitlab("run", "--json")
    assert ended.code == 1
    document = json.loads(ended.out)
    assert ended.err == ""
    assert [each["ok"] for each in document["notebooks"]] == [False] * 3
    assert "orbitlab build 00_tiny" in document["notebooks"][0]["error"]


def test_without_json_there_is_a_line_per_notebook_and_a_summary(orbitlab: Orbitlab) -> None:
    ended = orbitlab("run", "--edition", "release")
    assert ended.code == 1
    assert ended.out.startswith("FAILED ")
    assert ended.out.splitlines()[-1].startswith("0 of 1 notebooks ran clean")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["run", "--edition", "nosuch"],
        ["run", "--workers", "0"],
        ["lab", "--port", "70000"],
        ["audit", "--bank", "/no/such/folder"],
        ["reset"],
    ],
)
def test_wrong_usage_exits_2(orbitlab: Orbitlab, arguments: list[str]) -> None:
    assert orbitlab(*arguments).code == 2


def test_a_folder_that_is_no_course_is_named(
    orbitlab: Orbitlab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORBITLAB_HOME", str(tmp_path))
    ended = orbitlab("run")
    assert ended.code == 2
    assert "set ORBITLAB_HOME" in one_sentence(ended)


def test_reset_update_and_submit_say_what_they_did(orbitlab: Orbitlab, home: Path) -> None:
    published = publish(home)
    assert orbitlab("update").out == "new      00_tiny\n"
    mine = home / "work" / "00_tiny.ipynb"
    mine.write_text(mine.read_text().replace('"..."', '"mine"'))
    published.write_text(published.read_text().replace('"..."', '"new"'))
    assert orbitlab("update").out == (
        "updated  00_tiny (1 answers kept; as it was: work/backups/00_tiny-1.ipynb)\n"
    )
    assert orbitlab("reset", "t00-add").out.splitlines()[0] == (
        "t00-add is blank in work/00_tiny.ipynb; the old answer is in work/backups/t00-add-1.py."
    )
    ended = orbitlab("submit", "00_tiny", "--student", "ada")
    assert ended.out == "submitted as autograde/submitted/ada/00_tiny/00_tiny.ipynb\n"
    assert ended.code == 0


class FakeReport(SimpleNamespace):
    """What the rooms behind build, audit and data hand back."""

    def lines(self) -> list[str]:
        return ["one line"]

    def as_json(self) -> dict[str, Any]:
        return {"kill_rate": 1.0}


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_audit_exits_1_when_a_bank_was_found_wanting(
    orbitlab: Orbitlab, home: Path, monkeypatch: pytest.MonkeyPatch, ok: bool, code: int
) -> None:
    asked = []

    def audit(*arguments: object, heard: object) -> FakeReport:
        asked.append(arguments)
        return FakeReport(ok=ok)

    monkeypatch.setattr("orbitlab.grading.audit", audit)
    assert vars(orbitlab("audit", "a", "b")) == {"code": code, "out": "one line\n", "err": ""}
    ended = orbitlab("audit", "--bank", str(home), "--json")
    assert json.loads(ended.out) == {"kill_rate": 1.0}
    assert asked == [(home, ["a", "b"], None), (home, None, home)]


@pytest.mark.parametrize("command", [["build", "--check"], ["data", "verify"], ["data", "build"]])
@pytest.mark.parametrize(("problems", "code"), [([], 0), (["x is old."], 1)])
def test_what_is_found_wanting_is_listed_and_exits_1(
    orbitlab: Orbitlab,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    problems: list[str],
    code: int,
) -> None:
    report = FakeReport(files=["a", "b"], problems=problems)
    monkeypatch.setattr("orbitlab.editions.check", lambda *_: problems)
    monkeypatch.setattr("orbitlab.world.verify_data", lambda *_: report)
    monkeypatch.setattr("orbitlab.world.build_data", lambda *_: report)
    ended = orbitlab(*command)
    assert ended.code == code
    assert len(ended.out.splitlines()) == 1
    assert not problems or ended.out == "x is old.\n"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OrbitlabError("The thing is so; do that."), 1, "The thing is so; do that.\n"),
        (UnknownNameError("round", "x", []), 2, "no round was found at all"),
        (PermissionError(13, "Permission denied", "/some/place"), 1, "/some/place: Permission"),
        (KeyError("nosuch"), 1, "went wrong (KeyError: 'nosuch'); run the same command with"),
    ],
)
def test_an_error_is_one_sentence_and_with_debug_a_traceback(
    orbitlab: Orbitlab,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: int,
    said: str,
) -> None:
    def raises(*_: object) -> None:
        raise error

    monkeypatch.setattr("orbitlab.desk.update", raises)
    ended = orbitlab("update")
    assert ended.code == code
    assert said in one_sentence(ended)
    for arguments in (["--debug", "update"], ["update", "--debug"]):
        with pytest.raises(type(error)):
            main(arguments)


def test_lab_hands_browser_and_port_over(
    orbitlab: Orbitlab, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def lab(folder: Path, open_browser: bool, port: int) -> int:
        asked.append((folder, open_browser, port))
        return 0

    monkeypatch.setattr("orbitlab.desk.lab", lab)
    assert orbitlab("lab").code == 0
    assert orbitlab("lab", "--no-browser", "--port", "9999").code == 0
    assert asked == [(home, True, 8888), (home, False, 9999)]


def test_programs_of_the_environment_are_found_without_activating_it(
    orbitlab: Orbitlab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    orbitlab("--version")
    assert os.environ["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}/usr/bin"


def test_help_waits_for_no_heavy_library() -> None:
    program = (
        "import sys, contextlib, orbitlab.cli\n"
        "with contextlib.suppress(SystemExit): orbitlab.cli.main(['--help'])\n"
        "sys.exit(' '.join({'pandas', 'duckdb', 'papermill', 'nbformat'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.stderr.strip() == ""


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        ("09", ("09_ml_coding",)),
        ("ml-coding", ("09_ml_coding",)),
        ("10_sql_and_database", ("10_sql_and_databases",)),
        ("SQL", ("10_sql_and_databases",)),
        ("", ()),
        ("quaternions", ()),
    ],
)
def test_nearest_names_are_what_a_person_meant(wanted: str, nearest: tuple[str, ...]) -> None:
    known = ["00_start_here", "09_ml_coding", "10_sql_and_databases"]
    assert nearest_names(wanted, known) == nearest


def test_every_command_explains_itself() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert command.callback.__doc__
