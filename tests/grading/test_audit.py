"""The audit on a tiny bank: what it accepts, what it calls a problem, and its forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbitlab.editions import chosen_exercises
from orbitlab.errors import UnknownNameError
from orbitlab.grading import Case, LocalJudge, audit, publish, table
from orbitlab.grading.bank import do_nothing, read_bank

ID = "s00-study-plan"
GUARD = "    if x < 0:\n        raise ValueError\n"
RIGHT = {
    "right_shift": f"# Shifts the bits.\ndef double(x):\n{GUARD}    return x << 1\n",
    "right_times": f"# Multiplies.\ndef double(x):\n{GUARD}    return x * 2\n",
}
WRONG = {
    "wrong_square": ("test_example", f"def double(x):\n{GUARD}    return x**2 + 1\n"),
    "wrong_no_guard": ("test_negative_is_refused", "def double(x):\n    return 2 * x\n"),
    "wrong_float": (
        "test_large_numbers_of_every_size",
        f"def double(x):\n{GUARD}    return min(2 * x, 99)\n",
    ),
    "wrong_none": ("test_example", "def double(x):\n    return 'four'\n"),
    "wrong_raises": ("test_example", "def double(x):\n    raise ValueError\n"),
}


@pytest.fixture
def bank(tiny_course: Path) -> Path:
    folder = tiny_course / "autograde" / "banks"
    (folder / ID).mkdir(parents=True)
    for name, text in RIGHT.items():
        (folder / ID / f"{name}.py").write_text(text)
    for name, (test, text) in WRONG.items():
        (folder / ID / f"{name}.py").write_text(f"# Wrong.\n# caught-by: {test}\n{text}")
    return folder


def problems(home: Path) -> list[str]:
    return audit(home, None).exercises[0].problems


def test_a_good_bank_has_no_problem(tiny_course, bank):
    report = audit(tiny_course, [ID])
    assert report.ok, report.lines()
    assert (report.kill_rate, report.false_rejects) == (1.0, 0)
    document = report.as_json()["exercises"][0]
    assert document["stub"] == {"score": 0.0, "attempted": False}
    assert document["reference"]["score"] == document["max"] == 3.0
    assert [a["score"] for a in document["right"]] == [3.0, 3.0]
    assert all(a["caught"] and a["by"] for a in document["wrong"])


def test_a_wrong_answer_that_passes_is_a_problem(tiny_course, bank):
    text = RIGHT["right_times"].replace("# Multiplies.", "# Wrong.\n# caught-by: test_example")
    (bank / ID / "wrong_right.py").write_text(text)
    assert any("no test rejects it" in p for p in problems(tiny_course))


def test_a_right_answer_that_fails_is_a_problem(tiny_course, bank):
    (bank / ID / "right_wrong.py").write_text("# Right?\ndef double(x):\n    return 4\n")
    assert any("is right but fails" in p for p in problems(tiny_course))
    assert audit(tiny_course, None).false_rejects == 1


def test_the_wrong_test_catching_is_a_problem(tiny_course, bank):
    test, text = WRONG["wrong_no_guard"]
    moved = f"# Wrong.\n# caught-by: test_example\n{text}"
    (bank / ID / "wrong_no_guard.py").write_text(moved)
    assert any("passes test_example; what fails is " + test in p for p in problems(tiny_course))


def test_a_poor_bank_is_a_problem(tiny_course, bank):
    for path in list((bank / ID).iterdir())[:4]:
        path.unlink()
    assert any("fewer than" in p for p in problems(tiny_course))
    (bank / ID / "wrong_unlabelled.py").write_text("def double(x):\n    return 1\n")
    assert any("no `# caught-by:`" in p for p in problems(tiny_course))
    assert any("first line" in p for p in problems(tiny_course))


def test_another_bank_needs_no_labels(tiny_course, bank, tmp_path):
    other = tmp_path / "other" / ID
    other.mkdir(parents=True)
    (other / "wrong_one.py").write_text("def double(x):\n    return 1\n")
    report = audit(tiny_course, [ID], other.parent)
    assert report.ok, report.lines()
    assert [a.name for a in report.exercises[0].answers] == ["wrong_one"]


def test_an_unknown_exercise_is_named(tiny_course):
    with pytest.raises(UnknownNameError, match=ID):
        audit(tiny_course, ["s00-study-plann"])


def judged(home: Path, text: str):
    exercise = chosen_exercises(home, [ID])[0]
    (_, outcome), *_ = LocalJudge().judge([Case(exercise, (), text)])
    return outcome


def test_an_answer_that_kills_its_process_costs_only_itself(tiny_course):
    outcome = judged(tiny_course, "import os\ndef double(x):\n    os._exit(3)\n")
    assert (outcome.score, outcome.note) == (0.0, "its process died")


def test_an_answer_that_does_not_compile_is_not_attempted(tiny_course):
    outcome = judged(tiny_course, "def double(x:\n")
    assert (outcome.score, outcome.attempted) == (0.0, False)


def test_classes_of_an_answer_can_be_pickled(tiny_course):
    text = (
        "import pickle\n\n\nclass Box:\n    pass\n\n\n"
        "def double(x):\n    if x < 0:\n        raise ValueError\n"
        "    return 2 * x if pickle.dumps(Box()) else 0\n"
    )
    assert judged(tiny_course, text).full


def test_a_do_nothing_answer_keeps_signatures(tiny_course):
    exercise = chosen_exercises(tiny_course, [ID])[0]
    assert do_nothing(exercise) == "def double(x: int) -> int:\n    return None"


def test_a_missing_bank_is_empty(tmp_path):
    assert read_bank(tmp_path, ID) == []


def test_the_table_is_published_between_its_marks(tiny_course, bank):
    report = audit(tiny_course, [ID])
    page = tiny_course / "autograde" / "README.md"
    page.write_text("Before.\n<!-- audit: begin -->\nold\n<!-- audit: end -->\nAfter.\n")
    assert publish(tiny_course, report) is True
    assert publish(tiny_course, report) is False
    text = page.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert table(report) in text
    assert "| s00-study-plan | 3 | 0 | 0 | 3 | 5 of 5 | 2 of 2 |" in text
