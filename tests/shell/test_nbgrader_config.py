"""What nbgrader makes of nbgrader_config.py: nothing leaks, nothing of a submission is lost."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

REPOSITORY = Path(__file__).parents[2]
CHAPTER = "01_mini"


def marked(grade_id: str, **kind: Any) -> dict[str, Any]:
    mark = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {**mark, "grade_id": grade_id, "schema_version": 3, **kind}}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("nbgrader") / "course"
    chapter = home / "source" / CHAPTER
    chapter.mkdir(parents=True)
    shutil.copy(REPOSITORY / "nbgrader_config.py", home)
    answer = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    hidden = "### BEGIN HIDDEN TESTS\nassert double(2) == 4\n### END HIDDEN TESTS"
    check = f"import helper\nassert helper.SEEN\n{hidden}"
    notebook = new_notebook(
        cells=[
            new_markdown_cell("The sample answer", metadata={"tags": ["sample-answer"]}),
            new_code_cell(answer, metadata=marked("m01-double", solution=True)),
            new_code_cell(check, metadata=marked("m01-check", grade=True, locked=True, points=2)),
            new_markdown_cell("A lesson", metadata={"tags": ["kept"]}),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, chapter / f"{CHAPTER}.ipynb")
    (chapter / f"{CHAPTER}.py").write_text("the master, with the answers")
    (chapter / "figure.txt").write_text("goes along")
    return home


def config_of(course: Path) -> Config:
    return PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()


def convert(course: Path, step: Any) -> None:
    config = config_of(course)
    directory = CourseDirectory(config=config)
    directory.assignment_id = CHAPTER
    step(coursedir=directory, config=config).start()


@pytest.fixture(scope="module")
def released(course: Path) -> Iterator[Path]:
    elsewhere = course.parent / "elsewhere"
    elsewhere.mkdir()
    (course / "autograde").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(elsewhere)
        # nbgrader starts alembic by its bare name.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        convert(course, GenerateAssignment)
        yield course / "release" / CHAPTER


@pytest.mark.slow
def test_the_master_stays_behind_and_other_files_go_along(released: Path) -> None:
    assert sorted(path.name for path in released.iterdir()) == [f"{CHAPTER}.ipynb", "figure.txt"]


@pytest.mark.slow
def test_a_release_has_no_sample_answer_no_solution_and_no_hidden_test(released: Path) -> None:
    notebook = nbformat.read(released / f"{CHAPTER}.ipynb", as_version=4)
    answer, check, lesson = notebook.cells
    assert answer.source == "def double(x):\n    # YOUR CODE HERE\n    pass"
    assert check.source == "import helper\nassert helper.SEEN"
    assert lesson.source == "A lesson"


@pytest.mark.slow
def test_the_gradebook_lies_in_the_course_wherever_nbgrader_is_started(released: Path) -> None:
    assert (released.parents[1] / "autograde" / "gradebook.db").is_file()


@pytest.mark.slow
def test_grading_keeps_the_helper_files_of_a_submission(released: Path, course: Path) -> None:
    submitted = course / "autograde" / "submitted" / "ada" / CHAPTER
    submitted.mkdir(parents=True)
    notebook = nbformat.read(released / f"{CHAPTER}.ipynb", as_version=4)
    notebook.cells[0].source = "def double(x):\n    return x + x"
    nbformat.write(notebook, submitted / f"{CHAPTER}.ipynb")
    (submitted / "helper.py").write_text("SEEN = True\n")
    convert(course, Autograde)
    graded = course / "autograde" / "graded" / "ada" / CHAPTER
    assert (graded / "helper.py").read_text() == "SEEN = True\n"
    outputs = nbformat.read(graded / f"{CHAPTER}.ipynb", as_version=4).cells[1].outputs
    assert outputs == [], "the check imports the helper and passes"


def test_nbgraders_own_defaults_are_extended_not_replaced(course: Path) -> None:
    config = config_of(course)
    ignored = CourseDirectory.class_traits()["ignore"].default()
    assert config.CourseDirectory.ignore == [*ignored, "[0-9][0-9]_*.py"]
    steps = [each.__name__ for each in config.GenerateAssignment.preprocessors]
    assert steps.index("TagRemovePreprocessor") == steps.index(ClearSolutions.__name__) - 1
    steps.remove("TagRemovePreprocessor")
    default = GenerateAssignment.class_traits()["preprocessors"].default()
    assert steps == [each.__name__ for each in default]


def test_everything_nbgrader_writes_while_grading_stays_on_the_desk(course: Path) -> None:
    config = config_of(course)
    directory = CourseDirectory(config=config)
    desk = str(course / "autograde")
    assert directory.root == str(course)
    for step in ("submitted", "autograded", "feedback"):
        folder = getattr(directory, f"{step}_directory")
        assert directory.format_path(folder, "ada", CHAPTER).startswith(desk)
    assert directory.db_url == f"sqlite:///{desk}/gradebook.db"
    assert config.Exchange.root.startswith(desk)


def test_the_exchange_folder_that_formgrader_looks_for_is_there(repository: Path) -> None:
    assert Path(config_of(repository).Exchange.root).is_dir()
