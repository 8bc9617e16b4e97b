"""Six submissions of a chapter, made from its banks."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from orbitlab.editions import Exercise
from orbitlab.grading.bank import read_bank

STUDENTS = ("right", "wrong", "unanswered", "endless", "syntax", "stderr")

_LOOPING = """

_calls = []


def _loop_once(call):
    def looping(*args, **kwargs):
        _calls.append(1)
        while len(_calls) == 2:
            pass
        return call(*args, **kwargs)

    return looping


"""

_LOUD = """

import logging as _logging
import os as _os
import sys as _sys
import warnings as _warnings


def _loud(call):
    def louder(*args, **kwargs):
        print("from print", file=_sys.stderr)
        _os.write(2, b"from descriptor 2\\n")
        _warnings.warn("from a warning")
        _logging.basicConfig()
        _logging.warning("from a handler")
        return call(*args, **kwargs)

    return louder


"""


def answers_of(student: str, exercises: list[Exercise], banks: Path) -> dict[str, str]:
    """Return exercise id → text of the answer cell of one of the six students.

    The endless loop and the syntax error stand in the first exercise that asks for a function.
    """
    spoiled = next(e.id for e in exercises if _functions(e.reference))
    return {e.id: _answer(student, e, banks, spoiled) for e in exercises if e.check}


def submission(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """Return the released notebook with the given answers filled in."""
    copy: NotebookNode = nbformat.from_dict(release)
    for cell in copy.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    return copy


def _answer(student: str, exercise: Exercise, banks: Path, spoiled: str) -> str:
    if student in ("right", "wrong"):
        return next(a.text for a in read_bank(banks, exercise.id) if a.kind == student)
    if student == "unanswered":
        return exercise.stub
    if student == "stderr":
        return _wrapped(exercise.reference, _LOUD, "_loud")
    if exercise.id == spoiled and student == "endless":
        return _wrapped(exercise.reference, _LOOPING, "_loop_once")
    if exercise.id == spoiled and student == "syntax":
        return exercise.reference + "\n\ndef broken(:\n"
    return exercise.reference


def _wrapped(reference: str, helper: str, wrapper: str) -> str:
    names = _functions(reference)
    if not names:
        return reference + '\nimport sys\nprint("from print", file=sys.stderr)\n'
    return reference + helper + f"{names[-1]} = {wrapper}({names[-1]})\n"


def _functions(reference: str) -> list[str]:
    return [n.name for n in ast.parse(reference).body if isinstance(n, ast.FunctionDef)]
