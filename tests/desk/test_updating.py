from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from orbitlab.desk import Updated, seed, update
from orbitlab.errors import BrokenNotebookError

from .notebooks import answer, check, code, load, save, sources, text, write_in

MINE = "def first(x):\n    return x"
NEW_STUB = "def second(x, y):\n    ..."


@pytest.fixture
def mine(home: Path) -> Path:
    seed(home)
    return home / "work" / "09_mini.ipynb"


@pytest.fixture
def published(home: Path) -> Path:
    return home / "notebooks" / "09_mini.ipynb"


def new_version(published: Path) -> None:
    """The chapter changes: a lesson, a stub, a check, the order of exercises, a new exercise."""
    save(
        published,
        [
            text("title", "# Mini, second edition"),
            code("hole", "PREDICT = None"),
            answer("k09-second", NEW_STUB),
            check("k09-second", "%%check k09-second\nassert second(1, 2)"),
            text("rewritten", "In other words"),
            answer("k09-first", "def first(x):\n    ..."),
            check("k09-first", "%%check k09-first\nassert first"),
            answer("k09-third", "def third():\n    ..."),
            check("k09-third", "%%check k09-third\nassert third"),
            text("end", "Done"),
        ],
    )


def result_for(home: Path, chapter: str = "09_mini") -> Updated:
    return next(step for step in update(home) if step.chapter == chapter)


def test_an_answer_stays_and_a_blank_one_gets_the_new_stub(
    home: Path, mine: Path, published: Path
) -> None:
    write_in(mine, "k09-first", MINE, says="done")
    new_version(published)
    step = result_for(home)
    assert (step.change, step.kept) == ("updated", ("k09-first",))
    expected = sources(published)
    expected[5] = MINE
    assert sources(mine) == expected
    assert load(mine)[5]["outputs"][0]["text"] == "done"


def test_the_notebook_as_it_was_is_kept(home: Path, mine: Path, published: Path) -> None:
    write_in(mine, "k09-first", MINE)
    before = mine.read_bytes()
    new_version(published)
    kept = result_for(home).backup
    assert kept == home / "work" / "backups" / "09_mini-1.ipynb"
    assert kept.read_bytes() == before


def test_a_panel_stays_only_while_its_check_is_the_same(
    home: Path, mine: Path, published: Path
) -> None:
    write_in(mine, "k09-first-check", "%%check k09-first\nassert first", says="3 of 3")
    write_in(mine, "k09-second-check", "%%check k09-second\nassert second", says="3 of 3")
    new_version(published)
    update(home)
    panels = {cell["id"]: cell.get("outputs", []) for cell in load(mine)}
    assert panels["k09-first-check"][0]["text"] == "3 of 3"
    assert panels["k09-second-check"][0]["text"] == "not attempted"


def test_added_cells_stay_after_the_cell_they_followed(
    home: Path, mine: Path, published: Path
) -> None:
    cells = load(mine)
    cells.insert(4, code("try-out", "first(3)", says="3"))
    cells.insert(0, text("note", "My notes"))
    save(mine, cells)
    new_version(published)
    update(home)
    names = [cell["id"] for cell in load(mine)]
    assert names[0] == "note"
    assert names[names.index("k09-first-check") + 1] == "try-out"
    assert load(mine)[names.index("try-out")]["outputs"][0]["text"] == "3"


def test_a_prediction_in_a_lesson_stays(home: Path, mine: Path, published: Path) -> None:
    write_in(mine, "hole", "PREDICT = 42")
    new_version(published)
    update(home)
    assert sources(mine)[1] == "PREDICT = 42"


def test_an_edited_cell_that_the_chapter_dropped_is_not_lost(
    home: Path, mine: Path, published: Path
) -> None:
    write_in(mine, "between", "And then, as I noted,")
    new_version(published)
    update(home)
    assert "And then, as I noted," in sources(mine)


def test_an_untouched_cell_that_the_chapter_dropped_goes(
    home: Path, mine: Path, published: Path
) -> None:
    new_version(published)
    update(home)
    assert sources(mine) == sources(published)


def test_an_answer_to_a_withdrawn_exercise_is_kept_as_a_plain_cell(
    home: Path, mine: Path, published: Path
) -> None:
    write_in(mine, "k09-first", MINE)
    save(published, [cell for cell in load(published) if "first" not in cell["id"]])
    update(home)
    cell = next(cell for cell in load(mine) if cell["source"] == MINE)
    assert "nbgrader" not in cell["metadata"]


def test_a_copied_answer_cell_neither_replaces_the_answer_nor_is_lost(
    home: Path, mine: Path, published: Path
) -> None:
    write_in(mine, "k09-first", MINE)
    cells = load(mine)
    cells.insert(3, answer("k09-first", "# a copy to play with"))
    save(mine, cells)
    new_version(published)
    update(home)
    after = load(mine)
    ids = [cell["id"] for cell in after]
    assert len(set(ids)) == len(ids)
    marked = [c for c in after if c["metadata"].get("nbgrader", {}).get("grade_id") == "k09-first"]
    assert [cell["source"] for cell in marked] == [MINE]
    assert "# a copy to play with" in [cell["source"] for cell in after]


def test_the_result_is_a_valid_notebook(home: Path, mine: Path, published: Path) -> None:
    write_in(mine, "k09-first", MINE)
    new_version(published)
    update(home)
    nbformat.validate(nbformat.read(mine, as_version=4))


def test_a_second_update_changes_nothing(home: Path, mine: Path, published: Path) -> None:
    write_in(mine, "k09-first", MINE)
    new_version(published)
    update(home)
    before = mine.read_bytes()
    assert {step.change for step in update(home)} == {"current"}
    assert mine.read_bytes() == before


def test_work_on_an_unchanged_chapter_is_left_alone(home: Path, mine: Path) -> None:
    write_in(mine, "k09-first", MINE)
    before = mine.read_bytes()
    assert {step.change for step in update(home)} == {"current"}
    assert mine.read_bytes() == before


def test_answers_stay_even_when_it_is_not_known_what_was_seeded(
    home: Path, mine: Path, published: Path
) -> None:
    write_in(mine, "k09-first", MINE)
    (home / "work" / ".orbitlab" / "seeded" / "09_mini.ipynb").unlink()
    new_version(published)
    assert "k09-first" in result_for(home).kept
    assert sources(mine)[:1] == ["# Mini, second edition"]
    assert MINE in sources(mine)


def test_a_new_chapter_is_copied(home: Path, mine: Path) -> None:
    save(home / "notebooks" / "10_new.ipynb", [text("title", "# New")])
    assert result_for(home, "10_new").change == "new"
    assert sources(home / "work" / "10_new.ipynb") == ["# New"]


def test_a_broken_notebook_stops_the_update_before_anything_is_written(
    home: Path, mine: Path, published: Path
) -> None:
    new_version(published)
    save(home / "notebooks" / "08_earlier.ipynb", [text("title", "# Earlier")])
    mine.write_text("no notebook")
    with pytest.raises(BrokenNotebookError):
        update(home)
    assert mine.read_text() == "no notebook"
    assert not (home / "work" / "08_earlier.ipynb").exists()
    seeded = home / "work" / ".orbitlab" / "seeded" / "09_mini.ipynb"
    assert "second edition" not in json.dumps(load(seeded))
