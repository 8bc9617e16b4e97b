"""Reading the text of a cell: whether an answer was attempted, what it binds and imports."""

from __future__ import annotations

import ast


def is_stub(source: str) -> bool:
    """Return whether the text of an answer cell holds nothing but its stub.

    A stub holds imports, signatures, docstrings, `pass` and `...`; every value is `...`. Comments
    and blank lines do not matter. Text that is not Python (yet) is an attempt.
    """
    try:
        tree = ast.parse(_without_magics(source))
    except SyntaxError:
        return False
    return all(_empty(node) for node in tree.body)


def defined_names(source: str) -> set[str]:
    """Return the names that a cell binds at its top level by def, class, import or assignment."""
    try:
        tree = ast.parse(_without_magics(source))
    except SyntaxError:
        return set()
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        names.update(
            found.id
            for found in ast.walk(node)
            if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)
        )
    return names


def imported_modules(source: str) -> set[str]:
    """Return the modules that a cell imports anywhere, `from` imports by their module."""
    try:
        tree = ast.parse(_without_magics(source))
    except SyntaxError:
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return found


def _without_magics(source: str) -> str:
    lines = source.splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def _empty(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return _is_ellipsis(node.value)
    if isinstance(node, ast.AnnAssign):
        return node.value is None or _is_ellipsis(node.value)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return all(_empty(inner) for inner in node.body)
    return False


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis
