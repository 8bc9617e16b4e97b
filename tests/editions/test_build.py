"""The build loop on a tiny course: pair, release, self-study, check, linter, leaks."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from orbitlab.editions import build, check, exercises_of, read_chapter
from orbitlab.editions.compare import drift
from orbitlab.editions.leaks import leaks, secrets_of, stray_files
from orbitlab.editions.lint import lint
from orbitlab.editions.masters import PairConflict, dumps, pair_of, read_master, sync_pair
from orbitlab.editions.release import release_of
from orbitlab.editions.selfstudy import blank_selfstudy
from orbitlab.errors import BrokenNotebookError, UnknownNameError

TINY = "00_tiny"


def notebook(home: Path, edition: str):
    path = home / edition / TINY / f"{TINY}.ipynb"
    if edition == "notebooks":
        path = home / edition / f"{TINY}.ipynb"
    return nbformat.read(path, as_version=4)


@pytest.mark.slow
def test_the_loop_builds_editions_that_check_as_current(tiny_course):
    report = build(tiny_course, None)
    assert len(report.written) == 3
    assert check(tiny_course, None) == []

    release = notebook(tiny_course, "release")
    everything = dumps(release)
    assert "twice_the_number" not in everything
    assert "Large numbers" not in everything
    assert "sample-answer" not in everything
    assert all(not c.get("outputs") for c in release.cells)

    study = notebook(tiny_course, "notebooks")
    by_id = {c.id: c for c in study.cells}
    assert "# YOUR CODE HERE" in by_id["00-s00-study-plan"].source
    panel = by_id["00-s00-study-plan-check"].outputs[0].data
    assert panel["application/vnd.orbitlab.check+json"]["attempted"] is False
    assert any("image/png" in o.get("data", {}) for c in study.cells for o in c.get("outputs", []))
    sample = next(c for c in study.cells if "sample-answer" in c.metadata.get("tags", []))
    assert "twice_the_number = x + x" in sample.source
    preview = next(c for c in study.cells if "preview" in c.metadata.get("tags", []))
    assert "42" in preview.source

    edited = tiny_course / "notebooks" / f"{TINY}.ipynb"
    edited.write_text(edited.read_text().replace("A line rises", "A line falls"))
    (tiny_course / "release" / TINY / "notes.txt").write_text("mine")
    problems = check(tiny_course, None)
    assert len(problems) == 2
    assert "out of date" in problems[0]
    assert "notes.txt" in problems[1]


def test_only_the_notebook_changed_is_written_back(tiny_course):
    sync_pair(tiny_course, TINY)
    pair = pair_of(tiny_course, TINY)
    edited = nbformat.read(pair.notebook, as_version=4)
    edited.cells[0].source = "# 00 · Renamed in JupyterLab"
    edited.cells[1].outputs = []
    nbformat.write(edited, pair.notebook)
    sync_pair(tiny_course, TINY)
    assert "# # 00 · Renamed in JupyterLab" in pair.text.read_text()
    assert sync_pair(tiny_course, TINY) is False


def test_writing_back_loses_nothing(tiny_course):
    before = read_master(tiny_course, TINY)
    sync_pair(tiny_course, TINY)
    pair = pair_of(tiny_course, TINY)
    edited = nbformat.read(pair.notebook, as_version=4)
    edited.cells[0].source += "\n\nMore."
    nbformat.write(edited, pair.notebook)
    sync_pair(tiny_course, TINY)
    after = read_master(tiny_course, TINY)
    assert [c.metadata for c in after.cells] == [c.metadata for c in before.cells]
    assert [c.source for c in after.cells[1:]] == [c.source for c in before.cells[1:]]


def test_both_changed_stops_and_names_both(tiny_course):
    sync_pair(tiny_course, TINY)
    pair = pair_of(tiny_course, TINY)
    pair.text.write_text(pair.text.read_text() + "\n# %% [markdown]\n# New.\n")
    edited = nbformat.read(pair.notebook, as_version=4)
    edited.cells[0].source = "# Other"
    nbformat.write(edited, pair.notebook)
    with pytest.raises(PairConflict) as caught:
        sync_pair(tiny_course, TINY)
    assert pair.text.name in str(caught.value)
    assert pair.notebook.name in str(caught.value)
    assert "# Other" in pair.notebook.read_text()


def test_a_broken_pair_is_one_sentence(tiny_course):
    pair_of(tiny_course, TINY).notebook.write_text("{broken")
    with pytest.raises(BrokenNotebookError):
        sync_pair(tiny_course, TINY)


def test_an_unknown_chapter_is_named(tiny_course):
    with pytest.raises(UnknownNameError, match="00_tiny"):
        build(tiny_course, ["00_tinny"])


def test_cell_ids_are_the_same_each_time(tiny_course):
    first, second = (read_master(tiny_course, TINY) for _ in range(2))
    assert [c.id for c in first.cells] == [c.id for c in second.cells]
    assert len({c.id for c in first.cells}) == len(first.cells)


def test_drift_sees_cells_and_masks_machines(tiny_course):
    def with_output(text):
        made = read_master(tiny_course, TINY)
        made.cells[2].outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
        return made

    one = with_output("<object at 0x7f00> in 12.5 ms")
    assert drift(one, with_output("<object at 0x7fff> in 99 ms")) is None
    assert "outputs" in drift(one, with_output("something else"))
    changed = with_output("<object at 0x7f00> in 12.5 ms")
    changed.cells[0].source += "!"
    assert "source of cell 1" in drift(one, changed)


def test_a_leak_is_found_wherever_it_hides(tiny_course):
    master = read_master(tiny_course, TINY)
    secrets = secrets_of(master)
    assert "twice_the_number = x + x" in secrets.solutions
    assert any("power in (10, 40, 80)" in line for line in secrets.hidden)

    release = release_of(tiny_course, TINY, master)
    assert leaks(secrets, release, samples_allowed=False) == []
    study = blank_selfstudy(tiny_course, TINY, master)
    assert leaks(secrets, study, samples_allowed=True) == []
    assert leaks(secrets, study, samples_allowed=False) != []

    release.cells[2].metadata["note"] = {"deep": ["twice_the_number = x + x"]}
    assert len(leaks(secrets, release, samples_allowed=False)) == 1
    hidden = next(line for line in secrets.hidden)
    study.cells[2].outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{hidden}\n")]
    assert len(leaks(secrets, study, samples_allowed=True)) == 1


def test_a_line_that_reference_and_hidden_test_share_may_stand_in_the_sample(tiny_course):
    path = pair_of(tiny_course, TINY).text
    path.write_text(
        path.read_text().replace(
            "    for power in", "    twice_the_number = x + x\n    for power in"
        )
    )
    master = read_master(tiny_course, TINY)
    secrets = secrets_of(master)
    assert "twice_the_number = x + x" in secrets.hidden
    study = blank_selfstudy(tiny_course, TINY, master)
    assert leaks(secrets, study, samples_allowed=True) == []
    study.cells[0].source = "twice_the_number = x + x"
    assert len(leaks(secrets, study, samples_allowed=True)) == 1


def test_stray_files_are_named(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.ipynb").write_text("{}")
    (tmp_path / "a" / "answers.py").write_text("")
    assert [s.split()[0].endswith("answers.py") for s in stray_files(tmp_path, {"a/a.ipynb"})] == [
        True
    ]


def problems_after(tiny_course, old, new):
    path = pair_of(tiny_course, TINY).text
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    chapter = read_chapter(tiny_course, TINY)
    return lint(chapter, exercises_of(tiny_course, chapter))


def test_the_tiny_chapter_is_clean(tiny_course):
    chapter = read_chapter(tiny_course, TINY)
    assert lint(chapter, exercises_of(tiny_course, chapter)) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"minutes": 15', '"minutes": 16', "declares"),
        ("· 15 min ·", "· 14 min ·", "does not say 15 min"),
        ("Double them.", "Double " + "them " * 160, "more than 160"),
        ("The result is an int.", "The result " + "is " * 12 + "an int.", "more than 12 words"),
        ("# **Task.** Double them.\n#\n", "", "lacks **Task.**"),
        ("# | R2 | negative | -1 | ValueError |\n", "", "cites R2, which is no row"),
        ("# | R2 |", "# | R3 |", "are not R1 to"),
        ('"""R2: A negative', '"""A negative', "does not cite its row"),
        ('"""R2: A negative', '"""R1: A negative', "R2 has no test"),
        ("# Anything else is not tested.\n", "", "do not end with"),
        ("# Think of adding it to itself.\n", "", "Hint 1 (idea)"),
        ("# return x + ...\n", "# a\n" * 7, "more than 6 lines"),
        ("# - Squaring: 3 gives 9.\n", "", "fewer than 2 tempting"),
        ("# - R2 refuses.\n", "# - It refuses.\n", "each name a row"),
        ("# **Cost.** O(1).\n", "", "lacks **Cost.**"),
        ('picture(fig, alt="A line from zero to one.")', "fig", "no picture("),
        ("fig, ax = canvas(4, 2)", "import matplotlib.pyplot as plt", "pyplot"),
        ("# Fill in the rest.\n#\n# </details>\n", "# Fill in the rest.\n", "not closed"),
        ("canvas, picture\n", "canvas, picture\nimport scipy\n", "imports scipy"),
        ("import expect, raises\n", "import expect, raises\nimport matplotlib\n", "imports matpl"),
        ("import expect, raises\n", "import expect, raises\nimport orbitlab.grading\n", "grading"),
        ("### BEGIN HIDDEN TESTS\n", "", "needs visible and hidden tests"),
        ("    ### BEGIN SOLUTION\n", "    y = 1\n    ### BEGIN SOLUTION\n", "more than a stub"),
    ],
)
def test_the_linter_holds_the_templates(tiny_course, old, new, words):
    assert any(words in p for p in problems_after(tiny_course, old, new))
