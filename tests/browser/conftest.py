"""One JupyterLab server and one Chromium for all tests of this folder, and a tab for each test."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orbitlab.world import home

from .chromium import ARGUMENTS, chromium
from .lab_page import LabPage
from .lab_server import LabServer, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

PICTURES = Path(__file__).parents[2] / "build" / "browser"
_skipped: set[str] = set()


def require(there: object, install: str) -> None:
    """Skip what needs something that is not `there`, or fail where nothing may be skipped."""
    if there:
        return
    sentence = f"browser tests need {install}"
    if os.environ.get("ORBITLAB_REQUIRE") == "all":
        pytest.fail(f"{sentence}, and ORBITLAB_REQUIRE=all allows no skip", pytrace=False)
    _skipped.add(sentence)
    pytest.skip(sentence)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what is missing in one line, since `-q` shows a skip as a letter only."""
    for sentence in sorted(_skipped):
        terminalreporter.write_line(f"SKIPPED: {sentence}", yellow=True)


@pytest.fixture(scope="package")
def course() -> Path:
    """The course under test: ORBITLAB_HOME where it is set, else this repository."""
    return home()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    require(importlib.util.find_spec("playwright"), "playwright (pip install playwright)")
    program = chromium()
    require(program, "Chromium (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def server(
    browser: Browser, course: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LabServer]:
    """JupyterLab on a learner's fresh copy of the course."""
    server = start(course, tmp_path_factory.mktemp("lab"))
    try:
        server.start_url()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="package")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One window for all tabs: JupyterLab's own files are loaded once."""
    window = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")
    yield window
    window.close()


@pytest.fixture
def tab(
    window: BrowserContext, server: LabServer, request: pytest.FixtureRequest
) -> Iterator[LabPage]:
    """A new browser tab, on chapters that nobody has touched.

    What it shows at the end is kept in build/browser/.
    """
    for chapter in (server.home / "notebooks").glob("*.ipynb"):
        shutil.copy(chapter, server.home / "work")
    PICTURES.mkdir(parents=True, exist_ok=True)
    tab = LabPage(window.new_page(), server.home / "work", PICTURES)
    yield tab
    tab.shoot(f"end-of-{request.node.name}".replace("[", "-").replace("]", ""))
    # One kernel at a time is enough for a small machine.
    tab.close_kernels(server)
    tab.page.close()
