"""The catalogue: chapters and exercises as their masters declare them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from orbitlab.editions.masters import pair_of, read_master
from orbitlab.editions.nbgraderly import course_config, grade_id, stub_of
from orbitlab.errors import OrbitlabError, UnknownNameError
from orbitlab.running import chapters

_MARKS = re.compile(r"^\s*### (BEGIN|END) SOLUTION\s*$")


class BrokenMaster(OrbitlabError):
    """A master lacks what its metadata promises; fields `chapter` and `reason`."""

    def __init__(self, chapter: str, reason: str) -> None:
        self.chapter, self.reason = chapter, reason
        super().__init__(f"source/{chapter}/{chapter}.py: {reason}")


@dataclass(frozen=True)
class Exercise:
    """One exercise: what its prompt declares and the text of its cells.

    `points` are those of the check (0 for a purely manual one), `written_points` those of the
    manual part. `answer` is the answer cell with its marks, `reference` without them, `stub` what
    nbgrader leaves of it.
    """

    id: str
    chapter: str
    title: str
    section: str
    difficulty: str
    minutes: int
    points: int
    written_points: int
    rounds: tuple[str, ...]
    topics: tuple[str, ...]
    prompt: str
    written_prompt: str
    answer: str
    stub: str
    check: str
    sample: str

    @property
    def reference(self) -> str:
        """The reference answer: the answer cell without nbgrader's marks."""
        return without_marks(self.answer)


@dataclass(frozen=True)
class Chapter:
    """One chapter: its master as a notebook, its setup cells and its exercises in order."""

    id: str
    notebook: NotebookNode

    @cached_property
    def title(self) -> str:
        """The text of the first heading."""
        return str(self.notebook.cells[0].source).splitlines()[0].lstrip("# ").strip()

    @property
    def setup(self) -> tuple[str, ...]:
        """Sources of the locked setup cells."""
        named = [c for c in self.notebook.cells if (grade_id(c) or "").startswith("setup-")]
        return tuple(str(c.source) for c in named)


def chapter_ids(home: Path) -> list[str]:
    """Return the ids of all chapters that have a master, in order."""
    return [name for name in chapters(home) if pair_of(home, name).text.is_file()]


def chosen_chapters(home: Path, wanted: list[str] | None) -> list[str]:
    """Return `wanted` (or all chapters) after checking that they exist.

    Raises
    ------
    UnknownNameError
        For an id that no chapter has.
    """
    known = chapter_ids(home)
    for name in wanted or []:
        if name not in known:
            raise UnknownNameError("chapter", name, known)
    return list(wanted) if wanted else known


def read_chapter(home: Path, chapter: str) -> Chapter:
    """Read one chapter's master."""
    return Chapter(chapter, read_master(home, chapter))


def exercises_of(home: Path, chapter: Chapter) -> list[Exercise]:
    """Return the exercises of a chapter in their order.

    Raises
    ------
    BrokenMaster
        If an exercise lacks its answer, check or declaration.
    """
    config = course_config(home)
    cells = {grade_id(c): c for c in chapter.notebook.cells if grade_id(c)}
    found = []
    for position, cell in enumerate(chapter.notebook.cells):
        declared = cell.metadata.get("orbitlab", {})
        if "exercise" in declared:
            found.append(_exercise(chapter, position, declared, cells, config))
    return found


def catalogue(home: Path) -> list[Exercise]:
    """Return all exercises of the course in chapter order."""
    read = [read_chapter(home, name) for name in chapter_ids(home)]
    return [exercise for chapter in read for exercise in exercises_of(home, chapter)]


def chosen_exercises(home: Path, wanted: list[str] | None) -> list[Exercise]:
    """Return the named exercises (or all) in chapter order; raises `UnknownNameError`."""
    everything = catalogue(home)
    known = [e.id for e in everything]
    for name in wanted or []:
        if name not in known:
            raise UnknownNameError("exercise", name, known)
    return [e for e in everything if not wanted or e.id in wanted]


def without_marks(source: str) -> str:
    """Return an answer cell's text without nbgrader's solution marks."""
    return "\n".join(line for line in source.splitlines() if not _MARKS.match(line))


def _exercise(
    chapter: Chapter,
    position: int,
    declared: dict[str, Any],
    cells: dict[str | None, NotebookNode],
    config: Any,
) -> Exercise:
    name = str(declared["exercise"])
    keys = ("title", "section", "difficulty", "minutes", "points", "rounds", "topics")
    lacking = [key for key in keys if key not in declared]
    if lacking:
        reason = f"the prompt of {name} does not declare {', '.join(lacking)}."
        raise BrokenMaster(chapter.id, reason)
    answer, check = cells.get(name), cells.get(f"{name}-check")
    written = cells.get(f"{name}-written")
    if written is None and (answer is None or check is None):
        raise BrokenMaster(chapter.id, f"{name} has no answer cell or no check cell.")
    written_prompt = cells.get(f"{name}-written-prompt")
    return Exercise(
        id=name,
        chapter=chapter.id,
        title=str(declared["title"]),
        section=str(declared["section"]),
        difficulty=str(declared["difficulty"]),
        minutes=int(declared["minutes"]),
        points=int(check.metadata.nbgrader.points) if check else 0,
        written_points=int(written.metadata.nbgrader.points) if written else 0,
        rounds=tuple(declared["rounds"]),
        topics=tuple(declared["topics"]),
        prompt=str(chapter.notebook.cells[position].source),
        written_prompt=str(written_prompt.source) if written_prompt else "",
        answer=str(answer.source) if answer else "",
        stub=stub_of(answer, config) if answer else "",
        check=str(check.source) if check else "",
        sample=_sample_after(chapter.notebook.cells, position),
    )


def _sample_after(cells: list[NotebookNode], position: int) -> str:
    """Return the sample answers between this prompt and the next one, joined."""
    samples = []
    for cell in cells[position + 1 :]:
        if "exercise" in cell.metadata.get("orbitlab", {}):
            break
        if "sample-answer" in cell.metadata.get("tags", []):
            samples.append(str(cell.source))
    return "\n\n".join(samples)
