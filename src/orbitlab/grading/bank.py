"""The bank of an exercise: named right and wrong answers, and those that make themselves."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from orbitlab.editions import Exercise

_CAUGHT_BY = re.compile(r"^# caught-by: (?P<test>\w+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class BankAnswer:
    """One answer of a bank: `kind` is "right" or "wrong", `caught_by` a test's name or empty."""

    name: str
    kind: str
    text: str
    caught_by: str = ""


def read_bank(folder: Path, exercise: str) -> list[BankAnswer]:
    """Return the answers in `folder/<exercise>/`, by name; a missing folder is an empty bank."""
    answers = []
    for path in sorted((folder / exercise).glob("*.py")):
        kind, _, _ = path.stem.partition("_")
        if kind in ("right", "wrong"):
            text = path.read_text(encoding="utf-8")
            found = _CAUGHT_BY.search(text)
            answers.append(BankAnswer(path.stem, kind, text, found["test"] if found else ""))
    return answers


def do_nothing(exercise: Exercise) -> str:
    """Return the reference's signatures with bodies that return None (DESIGN section 4)."""
    tree = ast.parse(exercise.reference)
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            body.append(node)
        elif isinstance(node, ast.FunctionDef):
            body.append(_emptied(node))
        elif isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            node.body = [_emptied(m) for m in methods] or [ast.Pass()]
            body.append(node)
        elif isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets):
            node.value = ast.Constant(None)
            body.append(node)
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))


def _emptied(node: ast.FunctionDef) -> ast.FunctionDef:
    node.body = [ast.Return(ast.Constant(None))]
    return node
