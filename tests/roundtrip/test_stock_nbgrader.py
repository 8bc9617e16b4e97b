"""Stock nbgrader on the real chapters: generate, autograde, feedback, export.

`golden_grades.csv` is the table that must come out; `pytest tests/roundtrip --write-golden`
rewrites it.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from orbitlab.editions import chapter_ids, exercises_of, read_chapter
from orbitlab.editions.compare import drift
from orbitlab.grading import Case, LocalJudge
from tests.roundtrip.submissions import STUDENTS, answers_of, submission

GOLDEN = Path(__file__).with_name("golden_grades.csv")
FIELDS = ("chapter", "student", "exercise", "score", "max")
Row = tuple[str, str, str, float, float]


def nbgrader(home: Path, *args: str) -> str:
    """Run stock nbgrader in a course; its `alembic` must be found on PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *args],
        cwd=home,
        env={**os.environ, "PATH": path, "ORBITLAB_HOME": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    """A course in which six students handed in every chapter and stock nbgrader graded them."""
    repository = Path(__file__).parents[2]
    home = tmp_path_factory.mktemp("course")
    shutil.copy(repository / "nbgrader_config.py", home)
    (home / "autograde").mkdir()
    for name in chapter_ids(repository):
        shutil.copytree(repository / "source" / name, home / "source" / name)
        nbgrader(home, "generate_assignment", name)
        released = nbformat.read(home / "release" / name / f"{name}.ipynb", as_version=4)
        exercises = exercises_of(repository, read_chapter(repository, name))
        for student in STUDENTS:
            answers = answers_of(student, exercises, repository / "autograde" / "banks")
            target = home / "autograde" / "submitted" / student / name / f"{name}.ipynb"
            target.parent.mkdir(parents=True)
            nbformat.write(submission(released, answers), target)
        nbgrader(home, "autograde", name)
        nbgrader(home, "generate_feedback", name)
    return home


@pytest.fixture(scope="module")
def grades(graded) -> list[Row]:
    from nbgrader.api import Gradebook

    rows = []
    with Gradebook(f"sqlite:///{graded / 'autograde' / 'gradebook.db'}") as book:
        for assignment in book.assignments:
            for handed_in in book.assignment_submissions(assignment.name):
                for notebook in handed_in.notebooks:
                    rows += [
                        (
                            assignment.name,
                            handed_in.student_id,
                            grade.name.removesuffix("-check"),
                            float(grade.score),
                            float(grade.max_score),
                        )
                        for grade in notebook.grades
                        if grade.name.endswith("-check")
                    ]
    return sorted(rows)


@pytest.mark.slow
def test_nbgrader_makes_the_release_that_is_checked_in(graded, repository):
    for name in chapter_ids(repository):
        made = nbformat.read(graded / "release" / name / f"{name}.ipynb", as_version=4)
        kept = nbformat.read(repository / "release" / name / f"{name}.ipynb", as_version=4)
        made.metadata.pop("orbitlab", None)
        assert drift(kept, made) is None
        beside = {p.name for p in (graded / "release" / name).iterdir()}
        assert beside == {f"{name}.ipynb"}


@pytest.mark.slow
def test_the_grades_are_the_golden_ones(grades, request):
    if request.config.getoption("--write-golden"):
        with GOLDEN.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([FIELDS, *grades])
    with GOLDEN.open(newline="") as file:
        golden = [
            (r["chapter"], r["student"], r["exercise"], float(r["score"]), float(r["max"]))
            for r in csv.DictReader(file)
        ]
    assert grades == golden


@pytest.mark.slow
def test_right_is_full_unanswered_is_zero_and_stderr_costs_nothing(grades):
    for _, student, exercise, score, maximum in grades:
        if student in ("right", "stderr"):
            assert score == maximum, (student, exercise)
        elif student == "unanswered":
            assert score == 0, exercise
        elif student == "wrong":
            assert score < maximum, exercise


@pytest.mark.slow
def test_an_endless_loop_or_a_syntax_error_costs_one_exercise(grades, repository):
    for name in chapter_ids(repository):
        for student in ("endless", "syntax"):
            own = [r for r in grades if r[0] == name and r[1] == student]
            lost = [r for r in own if r[3] < r[4]]
            assert len(lost) == 1, (name, student)
            # A syntax error leaves no answer at all; a loop loses the test that it hung in.
            assert (lost[0][3] == 0) == (student == "syntax"), (name, student)


@pytest.mark.slow
def test_the_judge_gives_the_same_scores(grades, repository):
    table = {(student, exercise): score for _, student, exercise, score, _ in grades}
    for name in chapter_ids(repository):
        chapter = read_chapter(repository, name)
        exercises = [e for e in exercises_of(repository, chapter) if e.check]
        keys, cases = [], []
        for student in STUDENTS:
            answers = answers_of(student, exercises, repository / "autograde" / "banks")
            for exercise in exercises:
                keys.append((student, exercise.id))
                cases.append(Case(exercise, chapter.setup, answers[exercise.id]))
        for index, judged in LocalJudge().judge(cases):
            assert judged.score == pytest.approx(table[keys[index]], abs=1e-9), keys[index]


@pytest.mark.slow
def test_feedback_and_export_are_there(graded, repository):
    for name in chapter_ids(repository):
        for student in STUDENTS:
            page = graded / "autograde" / "feedback" / student / name / f"{name}.html"
            assert page.stat().st_size > 10_000
    nbgrader(graded, "export", "--to", str(graded / "grades.csv"))
    with (graded / "grades.csv").open(newline="") as file:
        exported = list(csv.DictReader(file))
    assert len(exported) == len(STUDENTS) * len(chapter_ids(repository))
