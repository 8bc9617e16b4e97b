"""One JupyterLab tab, worked as a learner works it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .lab_server import LabServer

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page

READY_MS = 45_000
RUN_MS = 45_000
# The indicator above the notebook says idle before there is a kernel at all; the status bar waits.
_IDLE = '#jp-bottom-panel .jp-StatusBar-TextItem:has-text("| Idle")'
_FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_TAB = "#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current"
_ACTIVE = f"{_FRONT} .jp-Cell.jp-mod-active"
_DRAWN = """
([front, number]) => {
  const notebook = document.querySelector(`${front} .jp-Notebook`);
  const texts = [...notebook.querySelectorAll(".jp-MarkdownCell")];
  const images = [...notebook.querySelectorAll("img")];
  return notebook.querySelectorAll(".jp-Cell").length === number
    && texts.every((cell) => cell.querySelector(".jp-RenderedHTMLCommon > *"))
    && images.every((image) => image.complete && !image.src.startsWith("attachment:"));
}
"""
# What must never stand between a learner and a chapter.
_IN_THE_WAY = ".jp-Dialog, .Toastify__toast"


@dataclass
class LabPage:
    """A browser tab with a chapter in it; `errors` is what the console complained of."""

    page: Page
    work: Path
    pictures: Path
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        # JupyterLab draws a picture attached to a cell twice: with the name that markdown gives
        # it, which no browser can load, and then with its content.
        if said.type == "error" and not said.location["url"].startswith("attachment:"):
            self.errors.append(said.text)

    def open(self, url: str) -> None:
        """Open an address and wait until its chapter is there."""
        self.page.goto(url, timeout=READY_MS)
        self.page.wait_for_selector(_ACTIVE, timeout=READY_MS)

    def wait_for_kernel(self) -> None:
        """Wait until the chapter in front can run cells."""
        self.page.wait_for_selector(_IDLE, timeout=READY_MS)

    def in_the_way(self) -> list[str]:
        """Return the text of every dialog and pop-up."""
        return self.page.locator(_IN_THE_WAY).all_inner_texts()

    def wait_for_title(self, title: str) -> None:
        """Wait until the tab in front has this title."""
        label = self.page.locator(f"{_TAB} .lm-TabBar-tabLabel")
        label.get_by_text(title, exact=True).wait_for(timeout=READY_MS)

    def bring_to_front(self, title: str) -> None:
        """Choose an open tab of JupyterLab by its title."""
        tabs = self.page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")
        tabs.get_by_text(title, exact=True).click()
        self.wait_for_title(title)

    def notebook(self) -> Locator:
        """Return the chapter in front."""
        return self.page.locator(f"{_FRONT} .jp-Notebook")

    def cell(self, index: int) -> Locator:
        """Return a cell of the chapter in front by its place, counted from 0."""
        return self.notebook().locator(".jp-Cell").nth(index)

    def wait_for_cells(self, number: int) -> None:
        """Wait until all cells of the chapter in front are drawn, with texts and pictures."""
        self.page.wait_for_function(_DRAWN, arg=[_FRONT, number], timeout=READY_MS)

    def active(self) -> int:
        """Return the place of the active cell."""
        found = self.page.locator(_ACTIVE).get_attribute("data-windowed-list-index")
        assert found is not None
        return int(found)

    def go_to(self, index: int) -> None:
        """Move to a cell with the keyboard alone."""
        keyboard = self.page.keyboard
        keyboard.press("Escape")
        until = time.monotonic() + RUN_MS / 1000
        while time.monotonic() < until:
            place = self.active()
            if place == index:
                return
            # One step at a time: past a cell with hidden code the focus may take two.
            keyboard.press("j" if place < index else "k")
        raise AssertionError(f"the keyboard does not reach cell {index}, only {self.active()}")

    def click(self, index: int) -> None:
        """Go to a cell with the mouse, at its number on the left."""
        self.cell(index).locator(".jp-InputPrompt").click()

    def press_run(self) -> None:
        """Run the active cell with the button above the chapter, and go on to the next one."""
        self.page.locator(f"{_FRONT} .jp-Toolbar [data-command^='notebook:run-cell']").click()

    def write(self, text: str) -> None:
        """Replace the text of the active cell, from the keyboard's side."""
        keyboard = self.page.keyboard
        keyboard.press("Enter")
        keyboard.press("ControlOrMeta+a")
        # As a paste does: whole, so that the editor closes no bracket by itself.
        keyboard.insert_text(text)

    def run(self) -> None:
        """Run the active cell and go on to the next one."""
        self.page.keyboard.press("Shift+Enter")

    def save(self, chapter: str) -> list[dict[str, Any]]:
        """Save with the keyboard, wait for the file, and return its cells."""
        path = self.work / f"{chapter}.ipynb"
        before = path.stat().st_mtime_ns
        self.page.keyboard.press("ControlOrMeta+s")
        until = time.monotonic() + RUN_MS / 1000
        while path.stat().st_mtime_ns == before or self.is_dirty():
            assert time.monotonic() < until, "the chapter was not saved"
            self.page.wait_for_timeout(50)
        cells: list[dict[str, Any]] = json.loads(path.read_text())["cells"]
        return cells

    def is_dirty(self) -> bool:
        """Say whether the tab in front shows unsaved changes."""
        return self.page.locator(f"{_TAB}.jp-mod-dirty").count() > 0

    def command(self, name: str) -> None:
        """Run a command of JupyterLab by its name, with the keyboard alone."""
        self.page.keyboard.press("ControlOrMeta+Shift+c")
        self.page.locator(".lm-CommandPalette-input").wait_for(timeout=READY_MS)
        self.page.keyboard.type(name)
        chosen = self.page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=name)
        chosen.wait_for(timeout=READY_MS)
        self.page.keyboard.press("Enter")
        chosen.wait_for(timeout=READY_MS, state="hidden")

    def set_theme(self, dark: bool) -> None:
        """Choose JupyterLab's dark or light theme by its name."""
        page = self.page
        if (page.locator("body").get_attribute("data-jp-theme-light") == "false") == dark:
            return
        self.command(f"Use Theme: JupyterLab {'Dark' if dark else 'Light'}")
        wanted = "false" if dark else "true"
        page.wait_for_selector(
            f'body[data-jp-theme-light="{wanted}"]', timeout=READY_MS, state="attached"
        )

    def close_kernels(self, server: LabServer) -> None:
        """End every kernel of the server."""
        request = self.page.request
        headers = {"Authorization": f"token {server.token()}"}
        sessions = f"{server.origin}/api/sessions"
        for session in request.get(sessions, headers=headers).json():
            request.delete(f"{sessions}/{session['id']}", headers=headers)

    def shoot(self, name: str) -> Path:
        """Keep a picture of the tab outside git."""
        path = self.pictures / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled", caret="initial")
        return path
