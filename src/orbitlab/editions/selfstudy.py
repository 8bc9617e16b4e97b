"""The self-study edition: blank answers, visible checks, folded samples and previews, executed."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from orbitlab.editions.catalogue import without_marks
from orbitlab.editions.masters import set_cell_ids
from orbitlab.editions.nbgraderly import grade_id
from orbitlab.editions.release import release_of

TRY_IT = "try-it"
SAMPLE = "sample-answer"
_ANSWER_HERE = re.compile(r"<!-- answer: (?P<id>[\w-]+) -->")
_FRAME_STYLE = re.compile(r"<style scoped>.*?</style>", re.DOTALL)
_IN_WORDS = "<details><summary>The picture in words"


def blank_selfstudy(home: Path, chapter: str, master: NotebookNode) -> NotebookNode:
    """Return the self-study edition of a chapter before it is executed.

    Each `<!-- answer: ID -->` of a sample answer is replaced by the code of that answer cell.
    """
    notebook = release_of(home, chapter, master, keep_samples=True)
    code = {
        grade_id(cell): without_marks(cell.source)
        for cell in master.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }
    for cell in notebook.cells:
        if SAMPLE in cell.metadata.get("tags", []):
            cell.source = _ANSWER_HERE.sub(lambda m: _fenced(code[m["id"]], "python"), cell.source)
    return notebook


def with_previews(chapter: str, executed: NotebookNode, solved: NotebookNode) -> NotebookNode:
    """Put after each try-it cell of `executed` what it shows in `solved`, the executed source."""
    shown = [c for c in solved.cells if TRY_IT in c.metadata.get("tags", [])]
    cells = []
    for cell in executed.cells:
        cells.append(cell)
        if TRY_IT in cell.metadata.get("tags", []):
            preview = preview_of(shown.pop(0).outputs)
            if preview is not None:
                cells.append(preview)
    executed.cells = cells
    set_cell_ids(chapter, executed)
    return executed


def preview_of(outputs: list[NotebookNode]) -> NotebookNode | None:
    """Return a folded markdown cell with the given outputs, or None when there is none."""
    parts: list[str] = []
    attachments: dict[str, Any] = {}
    for output in outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            parts.append(_fenced(output.text.rstrip(), "text"))
        elif "image/png" in data:
            name = f"shows-{len(attachments) + 1}.png"
            attachments[name] = {"image/png": _one_line(data["image/png"])}
            alt = output.metadata.get("image/png", {}).get("alt", "")
            parts.append(f"![{alt}](attachment:{name})")
        elif "text/html" in data and not data["text/html"].startswith(_IN_WORDS):
            parts.append(_FRAME_STYLE.sub("", data["text/html"]).strip())
        elif "text/plain" in data and "text/html" not in data:
            parts.append(_fenced(data["text/plain"], "text"))
    if not parts:
        return None
    body = "\n\n".join(parts)
    summary = html.escape("What a right answer shows")
    cell: NotebookNode = new_markdown_cell(
        f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>",
        metadata={"tags": ["preview"], "editable": False, "deletable": False},
    )
    if attachments:
        cell["attachments"] = attachments
    return cell


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Remove what execution leaves behind: papermill's and timing metadata, empty tags."""
    notebook.metadata = NotebookNode(
        {k: v for k, v in notebook.metadata.items() if k in ("kernelspec", "language_info")}
    )
    notebook.metadata["language_info"] = NotebookNode(name="python")
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if cell.metadata.get("tags") == []:
            del cell.metadata["tags"]
    return notebook


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def _one_line(data: str) -> str:
    return base64.b64encode(base64.b64decode(data)).decode()
