"""No public function solves an exercise: references live in source/ and banks only."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import orbitlab
from orbitlab.checks import BEGIN_HIDDEN, END_HIDDEN, run_check
from orbitlab.editions import Exercise, catalogue

ROOMS = ("world", "checks", "desk")


def public_callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public function and class of the rooms that chapters import."""
    for room in ROOMS:
        package = importlib.import_module(f"orbitlab.{room}")
        names = [m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        for module in [package, *map(importlib.import_module, names)]:
            for name, member in inspect.getmembers(module, callable):
                own = getattr(member, "__module__", "") or ""
                if own.startswith(orbitlab.__name__) and not name.startswith("_"):
                    yield f"{own}.{name}", member


def could_take(member: Callable[..., Any], parameters: int) -> bool:
    """Whether a call with that many plain values is possible and touches nobody's files."""
    try:
        signature = inspect.signature(member)
        signature.bind(*range(parameters))
    except (TypeError, ValueError):
        return False
    return not {"home", "out", "root", "path"} & set(signature.parameters)


def visible_part(check: str) -> str:
    before, begun, rest = check.partition(BEGIN_HIDDEN)
    assert begun
    return before + rest.partition(END_HIDDEN)[2]


def exercises_with_functions(repository) -> list[tuple[Exercise, str, int]]:
    found = []
    for exercise in catalogue(repository):
        nodes = ast.parse(exercise.reference).body if exercise.check else []
        for node in nodes:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found.append((exercise, node.name, len(node.args.args)))
    return found


@pytest.mark.slow
def test_no_public_function_passes_an_exercise(repository, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    members = dict(public_callables())
    assert len(members) > 50
    tried = 0
    for exercise, name, parameters in exercises_with_functions(repository):
        for where, member in members.items():
            if could_take(member, parameters):
                tried += 1
                result = run_check(visible_part(exercise.check), {name: member}, None)
                assert not result.full, f"{where} passes the visible tests of {exercise.id}"
    assert tried > 20
