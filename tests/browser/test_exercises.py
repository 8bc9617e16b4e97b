"""A learner answers an exercise wrongly and then rightly; the panel and the file say so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from orbitlab.desk import exercises

from .exercise import Places, places, read_exercise, sentences
from .lab_page import RUN_MS, LabPage
from .lab_server import LabServer
from .readable import hard_to_read

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.slow

EXERCISE = "s00-study-plan"
SQL_EXERCISE, SQL_ANSWER = "q10-dedupe-p95", "wrong_no_dedupe"
RESULT_MIME = "application/vnd.orbitlab.check+json"


def test_an_exercise_is_answered_with_the_keyboard_alone(
    course: Path, server: LabServer, tab: LabPage
) -> None:
    chapter = exercises(course)[EXERCISE]
    exercise = read_exercise(course, server.home / "notebooks" / f"{chapter}.ipynb", EXERCISE)
    tab.open(server.chapter_url(chapter))
    tab.wait_for_kernel()

    for setup in exercise.places.setup:
        tab.go_to(setup)
        tab.run()
    tab.go_to(exercise.places.check)
    tab.run()
    # The chapter comes with a panel for its stub; this one knows that not even the stub has run.
    panel = _panel(tab, EXERCISE, exercise.places, "not-attempted", "is not defined")
    _is_readable_in_both_themes(tab, panel, "1-not-attempted")

    _answer(tab, exercise.places, exercise.wrong)
    panel = _panel(tab, EXERCISE, exercise.places, "wrong")
    surprise = exercise.surprise
    failed = panel.locator("li").filter(has_text=surprise.sentence)
    assert "✘ failed" in failed.inner_text()
    shown = dict(
        zip(
            failed.locator("dt").all_inner_texts(),
            failed.locator("dd").all_inner_texts(),
            strict=True,
        )
    )
    assert shown["expected"] == surprise.expected
    # The place of the difference may follow the value.
    assert shown["got"].startswith(surprise.got)
    for sentence in exercise.sentences:
        assert panel.locator("li").filter(has_text=sentence).count() == 1
    _is_readable_in_both_themes(tab, panel, "2-wrong")
    saved = tab.save(chapter)
    assert _source(saved[exercise.places.answer]) == exercise.wrong.rstrip("\n")
    verdict = _output(saved[exercise.places.check])
    assert verdict[RESULT_MIME]["attempted"] is True
    assert surprise.sentence in verdict[RESULT_MIME]["failed"]
    assert surprise.sentence in "".join(verdict["text/plain"])

    _answer(tab, exercise.places, exercise.right)
    panel = _panel(tab, EXERCISE, exercise.places, "right")
    assert f"All {len(exercise.sentences)} visible tests pass" in panel.inner_text()
    assert panel.get_by_text("✔ passed").count() == len(exercise.sentences)
    assert "✘" not in panel.inner_text()
    _is_readable_in_both_themes(tab, panel, "3-right")
    saved = tab.save(chapter)
    assert _source(saved[exercise.places.answer]) == exercise.right.rstrip("\n")
    verdict = _output(saved[exercise.places.check])[RESULT_MIME]
    assert verdict["failed"] == []
    assert verdict["score"] == verdict["max"] > 0

    assert tab.errors == []
    assert tab.in_the_way() == []


def test_with_the_mouse_a_wrong_statement_shows_rows_and_dollars_stay_dollars(
    course: Path, server: LabServer, tab: LabPage
) -> None:
    chapter = exercises(course)[SQL_EXERCISE]
    notebook = server.home / "notebooks" / f"{chapter}.ipynb"
    place = places(notebook, SQL_EXERCISE)
    answer = course / "autograde" / "banks" / SQL_EXERCISE / f"{SQL_ANSWER}.py"
    tab.open(server.chapter_url(chapter))
    tab.wait_for_kernel()
    for setup in place.setup:
        tab.click(setup)
        tab.press_run()
    tab.click(place.answer)
    tab.write(answer.read_text(encoding="utf-8"))
    tab.press_run()
    tab.press_run()
    panel = _panel(tab, SQL_EXERCISE, place, "wrong")
    # JupyterLab typesets what stands between two dollar signs a moment later.
    tab.page.wait_for_timeout(1500)
    shown = panel.inner_text()
    for sentence in sentences(notebook, SQL_EXERCISE):
        assert sentence in shown
    values = panel.locator("pre")
    assert values.filter(has_text="p95_downlink_mbps").count() >= 2
    lines = values.evaluate_all(
        "all => all.map((pre) => [pre.textContent.trimEnd().split('\\n').length,"
        " Math.round(pre.getBoundingClientRect().height"
        " / parseFloat(getComputedStyle(pre).lineHeight))])"
    )
    assert [each for each in lines if each[0] != each[1]] == []
    tab.shoot("4-rows")
    assert tab.errors == []


def _answer(tab: LabPage, place: Places, text: str) -> None:
    tab.go_to(place.answer)
    tab.write(text.rstrip("\n"))
    tab.run()
    # The check stands right below its answer, so a second Shift+Enter runs it.
    assert tab.active() == place.check
    tab.run()


def _panel(
    tab: LabPage, exercise: str, place: Places, state: str, text: str = "tests pass"
) -> Locator:
    panel = tab.cell(place.check).locator(f".orbitlab-check.orbitlab-{state}", has_text=text)
    panel.wait_for(timeout=RUN_MS)
    assert tab.cell(place.check).locator(".orbitlab-check").count() == 1
    assert panel.get_attribute("role") == "status"
    assert panel.get_attribute("aria-label") == f"Check {exercise}"
    return panel


def _is_readable_in_both_themes(tab: LabPage, panel: Locator, name: str) -> None:
    found = []
    for theme in ("dark", "light"):
        tab.set_theme(dark=theme == "dark")
        panel.scroll_into_view_if_needed()
        tab.shoot(f"{name}-{theme}")
        found += [f"{theme}: {each}" for each in hard_to_read(panel)]
    assert found == []


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _output(cell: dict[str, Any]) -> dict[str, Any]:
    (output,) = cell["outputs"]
    data: dict[str, Any] = output["data"]
    return data
