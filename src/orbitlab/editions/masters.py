"""A chapter's master text and its paired notebook."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from orbitlab.editions.nbgraderly import grade_id
from orbitlab.errors import BrokenNotebookError, MissingNotebookError, OrbitlabError

FORMAT = "py:percent"
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class PairConflict(OrbitlabError):
    """Text and notebook of a chapter changed both; fields `text` and `notebook` are their paths."""

    def __init__(self, text: Path, notebook: Path) -> None:
        self.text, self.notebook = text, notebook
        super().__init__(
            f"Both {text} and {notebook} changed since they were last paired: "
            f"carry one's change over into the other, delete {notebook.name} and build again."
        )


@dataclass(frozen=True)
class Pair:
    """Paths of a chapter's master text and of its paired notebook."""

    text: Path
    notebook: Path


def pair_of(home: Path, chapter: str) -> Pair:
    """Return the two paths of a chapter."""
    folder = home / "source" / chapter
    return Pair(folder / f"{chapter}.py", folder / f"{chapter}.ipynb")


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file.

    Raises
    ------
    MissingNotebookError
        If there is no such file.
    BrokenNotebookError
        If it is not JSON or not in notebook format.
    """
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except FileNotFoundError as error:
        raise MissingNotebookError(path, "run `orbitlab build`") from error
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        reason = str(error).splitlines()[0][:120] or type(error).__name__
        raise BrokenNotebookError(path, reason) from error
    return notebook


def read_master(home: Path, chapter: str) -> NotebookNode:
    """Return the notebook that a chapter's master text stands for, with derived cell ids."""
    text = pair_of(home, chapter).text.read_text(encoding="utf-8")
    return paired(chapter, text)


def paired(chapter: str, text: str) -> NotebookNode:
    """Return the notebook of a master text: no outputs, derived ids, a digest of both sides."""
    notebook: NotebookNode = jupytext.reads(text, fmt=FORMAT)
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(_KERNEL), language_info=NotebookNode(name="python")
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        # jupytext's memory of blank lines is of no use to anybody who reads the notebook.
        cell.metadata.pop("lines_to_next_cell", None)
    set_cell_ids(chapter, notebook)
    digests = {"text": _digest(text), "cells": cells_digest(notebook)}
    notebook.metadata["orbitlab"] = NotebookNode(digests)
    return notebook


def sync_pair(home: Path, chapter: str) -> bool:
    """Bring text and notebook of a chapter into agreement; return whether a file was written.

    Only the notebook changed: the text is written from it. Otherwise the notebook is written
    from the text.

    Raises
    ------
    PairConflict
        If both changed since they last agreed.
    """
    pair = pair_of(home, chapter)
    text = pair.text.read_text(encoding="utf-8")
    if pair.notebook.exists():
        notebook = read_notebook(pair.notebook)
        last = notebook.metadata.get("orbitlab", {})
        if cells_digest(notebook) != last.get("cells"):
            if _digest(text) != last.get("text"):
                raise PairConflict(pair.text, pair.notebook)
            text = _as_text(notebook)
            pair.text.write_text(text, encoding="utf-8")
    return write_if_changed(pair.notebook, dumps(paired(chapter, text)))


def set_cell_ids(chapter: str, notebook: NotebookNode) -> None:
    """Derive every cell id from the chapter and its grade_id, or from its text and ordinal."""
    number = chapter[:2]
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        name = grade_id(cell) or _digest(cell.cell_type + cell.source)[:12]
        seen[name] = seen.get(name, 0) + 1
        ordinal = f"-{seen[name]}" if seen[name] > 1 else ""
        cell.id = f"{number}-{name}{ordinal}"[:64]


def cells_digest(notebook: NotebookNode) -> str:
    """Return a digest of type, source and metadata of all cells."""
    cells = [[c.cell_type, c.source, c.metadata] for c in notebook.cells]
    return _digest(json.dumps(cells, sort_keys=True))


def dumps(notebook: NotebookNode) -> str:
    """Return the text of a notebook file, the same for the same notebook."""
    return str(nbformat.writes(notebook, version=4))


def write_if_changed(path: Path, text: str) -> bool:
    """Write `text` to `path` in one step unless it stands there already."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return True


def _as_text(notebook: NotebookNode) -> str:
    copy = NotebookNode(notebook)
    metadata: dict[str, Any] = {"kernelspec": _KERNEL}
    metadata["jupytext"] = {"notebook_metadata_filter": "kernelspec,-all"}
    copy.metadata = NotebookNode(metadata)
    return str(jupytext.writes(copy, fmt=FORMAT))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
