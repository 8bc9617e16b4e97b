"""Makes the README's picture: `.venv/bin/python -m tests.browser.picture`.

Shown is a wrong answer in chapter 09: what the check says about it, and what a right one shows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from orbitlab.world import home

from .chromium import ARGUMENTS, chromium
from .exercise import Places, places
from .lab_page import RUN_MS, LabPage
from .lab_server import start

REPOSITORY = Path(__file__).parents[2]
PICTURE = REPOSITORY / "docs" / "orbitlab-in-jupyterlab.png"
CHAPTER = "09_ml_coding"
EXERCISE = "k09-tiled"
ANSWER = "wrong_not_cropped"
# 1600 × 1000 pixels with text a little larger than usual, since a README shows it smaller.
VIEW = {"width": 1454, "height": 909}
SCALE = 1.1
LIMIT_BYTES = 400_000


def make(target: Path) -> None:
    """Write the picture to `target`.

    Raises
    ------
    RuntimeError
        If there is no Chromium, or the picture is too heavy for a README.
    """
    program = chromium()
    if program is None:
        raise RuntimeError("The picture needs Chromium (Debian: apt install chromium).")
    from playwright.sync_api import sync_playwright

    course = home()
    answer = course / "autograde" / "banks" / EXERCISE / f"{ANSWER}.py"
    found = places(course / "notebooks" / f"{CHAPTER}.ipynb", EXERCISE)
    with tempfile.TemporaryDirectory(prefix="orbitlab-picture-") as folder:
        server = start(course, Path(folder))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
                page = browser.new_page(viewport=VIEW, device_scale_factor=SCALE)
                tab = LabPage(page, server.home / "work", target.parent)
                tab.open(server.chapter_url(CHAPTER))
                tab.wait_for_kernel()
                _arrange(tab, found, _without_comments(answer.read_text(encoding="utf-8")))
                tab.save(CHAPTER)
                target.parent.mkdir(parents=True, exist_ok=True)
                tab.shoot(target.stem)
                browser.close()
        finally:
            server.stop()
    if target.stat().st_size > LIMIT_BYTES:
        raise RuntimeError(f"{target} has {target.stat().st_size} bytes; {LIMIT_BYTES} are allowed")


def _arrange(tab: LabPage, exercise: Places, answer: str) -> None:
    tab.page.keyboard.press("ControlOrMeta+b")
    for setup in exercise.setup:
        tab.click(setup)
        tab.run()
    tab.click(exercise.answer)
    tab.write(answer)
    tab.run()
    tab.run()
    tab.cell(exercise.check).locator(".orbitlab-wrong").wait_for(timeout=RUN_MS)
    # The code of the tests and of the try-out folds away, as a click on its blue bar does.
    for index in (exercise.check, exercise.check + 1):
        tab.click(index)
        tab.command("Collapse Selected Code")
    tab.click(exercise.answer)
    tab.page.mouse.move(VIEW["width"] / 2, VIEW["height"] - 5)
    preview = tab.cell(exercise.check + 2)
    # Not clicked, so that the answer stays the cell in hand.
    preview.locator("details").evaluate("fold => { fold.open = true; }")
    # The last thing to be seen is the picture, the first one a whole line of the answer.
    preview.evaluate(
        """(cell) => {
          const pane = cell.closest(".jp-WindowedPanel-outer");
          cell.scrollIntoView({ block: "end" });
          pane.scrollBy(0, -50);
          const top = pane.getBoundingClientRect().top;
          const lines = [...pane.querySelectorAll(".cm-line")];
          const first = lines.map((l) => l.getBoundingClientRect().top).find((y) => y >= top);
          if (first - top < 30) pane.scrollBy(0, first - top - 2);
        }"""
    )


def _without_comments(answer: str) -> str:
    lines = answer.rstrip("\n").split("\n")
    while lines[0].startswith("#"):
        del lines[0]
    return "\n".join(lines)


if __name__ == "__main__":
    make(PICTURE)
    print(f"wrote {PICTURE} ({PICTURE.stat().st_size} bytes)")
    sys.exit()
