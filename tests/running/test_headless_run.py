"""Headless runs: what is executed, what is kept, what is said about a failure."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from orbitlab.errors import NotACourseError, UnknownNameError, UnwritableError, UsageError
from orbitlab.running import NotebookResult, RunReport, chapters, notebook_path, run

CHECK = '''%%check k01-double --points 1
def test_double(double):
    """Twice the number."""
    assert double(2) == 4
'''
QUIET_CHECK = "%%check k01-double\ndef test_double(double): ..."
LOAD = "%load_ext orbitlab.checks"
NOTEBOOKS = {
    "01_good": [
        "import os, pathlib",
        "print(os.listdir(), os.environ['ORBITLAB_HOME'], os.environ['OPENBLAS_NUM_THREADS'])",
        "pathlib.Path('left.txt').write_text('behind')",
    ],
    "02_raises": ["x = 1", "# divide\ny = x / 0"],
    "03_dies": ["import os", "os._exit(3)"],
    "07_magic": ["%%nosuchmagic\n1"],
    "08_full": [LOAD, "def double(x): return 2 * x", CHECK],
    "09_short": [LOAD, "def double(x): return x", CHECK],
    "10_silent": [
        "get_ipython().register_magic_function(lambda a, b: None, 'cell', 'check')",
        QUIET_CHECK,
    ],
}


def save(path: Path, sources: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [new_markdown_cell("# A chapter"), *map(new_code_cell, sources)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    nbformat.write(new_notebook(cells=cells), path)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Braces in a path are parameters to papermill; spaces are what people have.
    home = tmp_path_factory.mktemp("a {course}")
    for chapter, sources in NOTEBOOKS.items():
        save(notebook_path(home, "source", chapter), sources)
    broken = notebook_path(home, "source", "05_broken")
    broken.parent.mkdir()
    broken.write_text('{"cells": [')
    master_only = home / "source" / "06_unbuilt" / "06_unbuilt.py"
    master_only.parent.mkdir()
    master_only.write_text("")
    (home / "source" / "notes").mkdir()
    save(notebook_path(home, "notebooks", "09_short"), NOTEBOOKS["09_short"])
    return home


class Ran:
    """One run of the source edition, made once for many questions."""

    def __init__(self, home: Path, out: Path) -> None:
        self.out = out
        self.before = digests(home / "source")
        self.heard: list[NotebookResult] = []
        self.report = run("source", None, 2, out, home=home, heard=self.heard.append)
        self.after = digests(home / "source")

    def error(self, chapter: str) -> str:
        found = next(each for each in self.report.notebooks if each.chapter == chapter)
        assert found.error is not None
        return found.error


@pytest.fixture(scope="module")
def ran(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return Ran(home, tmp_path_factory.mktemp("run"))


slow = pytest.mark.slow


@slow
def test_every_chapter_has_a_result_in_order_and_each_is_heard_once(ran: Ran) -> None:
    names = [each.chapter for each in ran.report.notebooks]
    assert names == sorted([*NOTEBOOKS, "05_broken", "06_unbuilt"])
    assert sorted(each.chapter for each in ran.heard) == names
    assert not ran.report.ok


@slow
def test_good_notebooks_are_ok(ran: Ran) -> None:
    assert {each.chapter for each in ran.report.notebooks if each.ok} == {"01_good", "08_full"}


@slow
def test_the_tracked_notebooks_are_only_read(ran: Ran) -> None:
    assert ran.after == ran.before


@slow
def test_a_notebook_runs_in_an_empty_folder_with_one_thread_and_knows_its_course(
    ran: Ran, home: Path
) -> None:
    executed = nbformat.read(ran.out / "source" / "01_good.ipynb", as_version=4)
    assert executed.cells[2].outputs[0].text == f"[] {home} 1\n"


@slow
def test_a_raising_cell_is_named_with_its_error(ran: Ran) -> None:
    assert ran.error("02_raises") == (
        "source/02_raises/02_raises.ipynb, cell 3 (cell-2: # divide): "
        "ZeroDivisionError: division by zero"
    )


@slow
def test_a_failed_notebook_is_kept_up_to_its_error(ran: Ran) -> None:
    executed = nbformat.read(ran.out / "source" / "02_raises.ipynb", as_version=4)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    assert [output.ename for output in outputs] == ["ZeroDivisionError"]


@slow
def test_a_cell_that_kills_its_kernel_is_named(ran: Ran) -> None:
    assert "cell 3 (cell-2: os._exit(3)): the kernel died" in ran.error("03_dies")


@slow
def test_an_endless_loop_ends_at_the_cells_limit_and_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    save(notebook_path(home, "source", "04_hangs"), ["while True: pass"])
    (result,) = run("source", None, 1, tmp_path / "out", home=home, cell_seconds=3).notebooks
    assert result.error is not None
    assert "cell 2 (cell-1: while True: pass): it took longer than 3 s" in result.error


@slow
def test_a_notebook_that_is_not_json_is_named(ran: Ran) -> None:
    assert "05_broken.ipynb is not a notebook (not JSON: " in ran.error("05_broken")


@slow
def test_a_missing_notebook_is_named_with_the_way_out(ran: Ran) -> None:
    error = ran.error("06_unbuilt")
    assert "06_unbuilt.ipynb is missing; run `orbitlab build 06_unbuilt`." in error


@slow
def test_an_unknown_magic_is_a_failure_with_its_words(ran: Ran) -> None:
    assert "Cell magic `%%nosuchmagic` not found" in ran.error("07_magic")


@slow
def test_a_reference_answer_that_does_not_get_full_points_is_a_failure(ran: Ran) -> None:
    error = ran.error("09_short")
    assert "k01-double gives its reference answer 0 of 1 points" in error
    assert "Twice the number." in error


@slow
def test_a_check_that_says_nothing_is_a_failure(ran: Ran) -> None:
    assert "cell 3 (cell-2: %%check k01-double) published no result" in ran.error("10_silent")


@slow
def test_outside_the_source_edition_a_wrong_answer_is_no_failure(
    home: Path, tmp_path: Path
) -> None:
    report = run("notebooks", ["09_short"], 1, tmp_path, home=home)
    assert [each.error for each in report.notebooks] == [None]


@slow
def test_the_summary_has_the_promised_form(ran: Ran) -> None:
    summary = json.loads((ran.out / "source" / "summary.json").read_text())
    assert summary == ran.report.as_json()
    assert set(summary) == {"ok", "seconds", "notebooks"}
    for entry in summary["notebooks"]:
        assert set(entry) == {"edition", "chapter", "ok", "seconds", "error"}
        assert entry["ok"] is (entry["error"] is None)


@slow
def test_a_killed_worker_costs_only_its_own_notebook(tmp_path: Path) -> None:
    home = tmp_path / "home"
    killer = "import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)"
    save(notebook_path(home, "source", "01_killer"), [killer])
    save(notebook_path(home, "source", "02_victim"), ["1 + 1"])
    out = tmp_path / "out"
    killed, victim = run("source", None, 1, out, home=home).notebooks
    assert "the process that ran it died" in str(killed.error)
    assert victim.ok


def test_a_copy_of_an_earlier_run_does_not_pass_for_a_new_one(home: Path, tmp_path: Path) -> None:
    stale = tmp_path / "source" / "06_unbuilt.ipynb"
    stale.parent.mkdir()
    stale.write_text("old")
    run("source", ["06_unbuilt"], 1, tmp_path, home=home)
    assert not stale.exists()


@pytest.mark.parametrize("wanted", ["09", "9_short", "09_shrot"])
def test_an_unknown_chapter_is_refused_with_the_nearest_and_nothing_runs(
    home: Path, tmp_path: Path, wanted: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(UnknownNameError) as caught:
        run("source", ["01_good", wanted], 1, out, home=home)
    assert caught.value.exit_code == 2
    assert "09_short" in caught.value.nearest
    assert not out.exists()


def test_an_unknown_edition_and_too_few_workers_are_wrong_usage(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no edition 'relaese'; did you mean release"):
        run("relaese", None, 1, tmp_path, home=home)
    with pytest.raises(UsageError, match="at least one"):
        run("source", None, 0, tmp_path, home=home)


def test_a_folder_that_is_no_course_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotACourseError, match="has no source/"):
        chapters(tmp_path)


def test_a_place_for_the_copies_that_cannot_be_written_is_named(home: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UnwritableError, match=r"Cannot write to .*out"):
        run("source", ["01_good"], 1, tmp_path / "out", home=home)


def test_all_editions_of_a_chapter_are_wanted_even_where_one_is_missing(
    home: Path, tmp_path: Path
) -> None:
    report = run("all", ["05_broken"], 1, tmp_path, home=home)
    assert [each.edition for each in report.notebooks] == ["source", "release", "notebooks"]
    assert [each.ok for each in report.notebooks] == [False, False, False]


def test_a_line_names_verdict_time_edition_chapter_and_error() -> None:
    good = NotebookResult("release", "09_ml_coding", 3.21, None)
    bad = NotebookResult("source", "10_sql", 12.0, "source/…, cell 3: boom")
    assert good.line() == "ok         3.2 s  release    09_ml_coding"
    assert bad.line().splitlines() == [
        "FAILED    12.0 s  source     10_sql",
        "        source/…, cell 3: boom",
    ]
    assert RunReport(9.04, (good, bad)).summary() == "1 of 2 notebooks ran clean in 9.0 s"
