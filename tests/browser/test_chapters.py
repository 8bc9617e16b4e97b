"""A learner opens the start page and walks through every chapter: all there, nothing in the way."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from orbitlab.world import home

from .lab_page import LabPage
from .lab_server import LabServer

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.slow

CHAPTERS = sorted(path.stem for path in (home() / "notebooks").glob("[0-9][0-9]_*.ipynb"))

# What markdown looks like when it was not understood, for instance inside a fold.
_RAW = ("```", "|---", "**", "](", "attachment:", "<details", "<summary")

_IMAGES = """
(root) => [...root.querySelectorAll(".jp-Cell img")].map((image) => ({
  source: image.src.slice(0, 60),
  alt: image.alt,
  width: image.naturalWidth,
  preview: image.closest(".jp-MarkdownCell") !== null,
}))
"""
# Opens every fold by a click and returns what it shows; all are clicked before one is measured.
_FOLDS = """
(root) => {
  const folds = [...root.querySelectorAll(".jp-Cell details")];
  const closed = folds.map((fold) => !fold.open);
  const summaries = folds.map((fold) => fold.querySelector("summary"));
  summaries.forEach((summary) => summary.click());
  return folds.map((fold, i) => {
    // Code may hold anything; the prose around it may not.
    const prose = fold.cloneNode(true);
    prose.querySelectorAll("summary, pre, code, img").forEach((each) => each.remove());
    return {
      title: summaries[i].textContent.trim(),
      toggled: closed[i] && fold.open,
      height: fold.getBoundingClientRect().height - summaries[i].getBoundingClientRect().height,
      prose: prose.textContent,
    };
  });
}
"""


def test_a_learner_walks_from_the_start_page_through_every_chapter(
    server: LabServer, tab: LabPage
) -> None:
    start = CHAPTERS[0]
    assert f"/work/{start}.ipynb?" in server.start_url()
    tab.open(server.start_url())
    tab.wait_for_title(f"{start}.ipynb")
    tab.wait_for_kernel()
    # A pop-up comes a moment after the page.
    tab.page.wait_for_timeout(1500)
    assert tab.in_the_way() == []
    tab.shoot("start-page")
    found = _faults(tab, start, _cells(server, start))

    targets = _links(tab).evaluate_all(
        "links => links.map((a) => a.getAttribute('data-commandlinker-args') ?? a.href)"
    )
    linked = {name for target in targets for name in re.findall(r"\d\d_\w+(?=\.ipynb)", target)}
    assert sorted(linked) == CHAPTERS[1:]
    for chapter in CHAPTERS[1:]:
        _links(tab).filter(has_text=chapter[:2]).first.click()
        tab.wait_for_title(f"{chapter}.ipynb")
        found += _faults(tab, chapter, _cells(server, chapter))
        tab.shoot(chapter)
        tab.bring_to_front(f"{start}.ipynb")
    assert found == []
    assert tab.in_the_way() == []
    assert tab.errors == []


def _faults(tab: LabPage, chapter: str, cells: list[dict[str, Any]]) -> list[str]:
    """Return what a reader of the chapter in front would find broken."""
    tab.wait_for_cells(len(cells))
    notebook = tab.notebook()
    found = [f"a dialog: {text}" for text in tab.in_the_way()]

    images = notebook.evaluate(_IMAGES)
    if len(images) != _images_in(cells):
        found.append(f"{len(images)} pictures instead of {_images_in(cells)}")
    found += [f"an empty picture: {each['source']}" for each in images if each["width"] == 0]
    unnamed = [each for each in images if each["preview"] and not each["alt"]]
    found += [f"a preview without words: {each['source']}" for each in unnamed]

    # No chapter writes TeX: what is typeset is prose caught between two dollar signs.
    found += [f"typeset: {text}" for text in notebook.locator("mjx-container").all_inner_texts()]

    panels = notebook.locator(".orbitlab-check.orbitlab-not-attempted").count()
    checks = sum(_is_check(cell) for cell in cells)
    if panels != checks:
        found.append(f"{panels} panels say that nothing was attempted, of {checks}")

    # One fold with the mouse, as a learner does; then all of them.
    first = notebook.locator(".jp-Cell details").first
    first.locator("summary").click()
    if not first.evaluate("fold => fold.open"):
        found.append("the first fold does not open with the mouse")
    first.locator("summary").click()
    folds = notebook.evaluate(_FOLDS)
    written = json.dumps(cells).count("<details")
    if len(folds) != written:
        found.append(f"{len(folds)} folds instead of {written}")
    for fold in folds:
        if not fold["toggled"]:
            found.append(f"{fold['title']} does not open")
        if fold["height"] < 10:
            found.append(f"{fold['title']} is empty")
        found += [f"{fold['title']} shows raw {sign}" for sign in _RAW if sign in fold["prose"]]
    return [f"{chapter}: {each}" for each in found]


def _links(tab: LabPage) -> Locator:
    return tab.notebook().locator(".jp-MarkdownCell a:not(.jp-InternalAnchorLink)")


def _cells(server: LabServer, chapter: str) -> list[dict[str, Any]]:
    text = (server.home / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8")
    cells: list[dict[str, Any]] = json.loads(text)["cells"]
    return cells


def _images_in(cells: list[dict[str, Any]]) -> int:
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    drawn = sum("image/png" in output.get("data", {}) for output in outputs)
    return drawn + sum(len(cell.get("attachments", {})) for cell in cells)


def _is_check(cell: dict[str, Any]) -> bool:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", "")).endswith("-check")
