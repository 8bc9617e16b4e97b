"""The linter: chapters keep to the templates and their limits (TEACHING)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from nbformat import NotebookNode

from orbitlab.checks import CheckCellError, imported_modules, is_stub, read_check
from orbitlab.editions.catalogue import Chapter, Exercise
from orbitlab.editions.prose import (
    bullets,
    code_lines,
    folds,
    rule_rows,
    sections,
    unfolded,
    word_count,
)
from orbitlab.editions.syllabus import planned

PART_LEADS = ("Question", "Predict", "Run", "Why", "Worked example", "Your turn", "Say it")
PROMPT_LEADS = ("Situation", "Task", "Signature", "Example", "Rules", "Target")
SAMPLE_LEADS = ("Say first", "Code", "Walk-through", "Rejected", "Cost", "Tests", "Follow-up")
HINTS = ("Hint 1 (idea)", "Hint 2 (skeleton)")
RULES = "Exact rules"
LAST_RULE = "Anything else is not tested."
# What an answer and a lesson may import, and what a check cell may: the judge has no more.
LESSON_MODULES = {"numpy", "pandas", "matplotlib", "duckdb", "yaml", "orbitlab"}
CHECK_MODULES = {"numpy", "pandas", "duckdb", "orbitlab"}
LESSON_ROOMS = {"orbitlab.world", "orbitlab.checks", "orbitlab.desk"}
CHECK_ROOMS = {"orbitlab.world", "orbitlab.checks"}
_FOLD_COUNT = re.compile(r"<summary>")


def lint(chapter: Chapter, exercises: list[Exercise]) -> list[str]:
    """Return one sentence for each template or limit that a chapter breaks."""
    problems = [*_cells(chapter), *_parts(chapter, exercises)]
    for exercise in exercises:
        problems += [f"{exercise.id}: {p}" for p in _exercise(exercise)]
    return [f"source/{chapter.id}: {p}" for p in problems]


def _exercise(e: Exercise) -> Iterator[str]:
    yield from _agreement(e)
    if e.check:
        yield from _prompt(e)
        yield from _rows(e)
        if not is_stub(e.stub):
            yield "what nbgrader leaves of the answer cell is more than a stub"
    yield from _sample(e)
    if e.written_points:
        yield from _written(e)


def _agreement(e: Exercise) -> Iterator[str]:
    plan = planned().get(e.id)
    if plan is None:
        yield "is not in the syllabus"
        return
    if (e.points, e.written_points) != plan.points:
        yield f"has {e.points}+{e.written_points} points, the syllabus {plan.points}"
    if (e.title, e.minutes, e.difficulty) != (plan.title, plan.minutes, plan.difficulty):
        declared = f"{e.title!r}, {e.minutes} min, {e.difficulty}"
        fixed = f"{plan.title!r}, {plan.minutes} min, {plan.difficulty}"
        yield f"declares {declared}; the syllabus {fixed}"
    total = e.points + e.written_points
    for part in ("`" + e.id + "`", f"{e.minutes} min", f"{e.points or total} points"):
        if part not in e.prompt.split("\n\n", 2)[1]:
            yield f"the line below its title does not say {part}"


def _prompt(e: Exercise) -> Iterator[str]:
    if not e.prompt.startswith("### "):
        yield "the prompt does not start with `### Title`"
    open_part, hidden = unfolded(e.prompt), folds(e.prompt)
    if word_count(open_part) > 160:
        yield f"the visible prompt has {word_count(open_part)} words, more than 160"
    found = sections(open_part)
    yield from _leads("the prompt", tuple(found), PROMPT_LEADS)
    rules = bullets(found.get("Rules", ""))
    if not 1 <= len(rules) <= 5:
        yield f"Rules has {len(rules)} bullets, not 1 to 5"
    for rule in rules:
        if word_count(rule) > 12:
            yield f"a rule has more than 12 words: {rule!r}"
    for name in (RULES, *HINTS):
        if word_count(hidden.get(name, "")) + code_lines(hidden.get(name, "")) < 3:
            yield f"the fold `{name}` is missing or empty"
    if code_lines(hidden.get(HINTS[1], "")) > 6:
        yield "the skeleton of hint 2 has more than 6 lines"
    if not hidden.get(RULES, "").endswith(LAST_RULE):
        yield f"the exact rules do not end with {LAST_RULE!r}"


def _rows(e: Exercise) -> Iterator[str]:
    rows = rule_rows(folds(e.prompt).get(RULES, ""))
    if not 1 <= len(rows) <= 10 or rows != [f"R{i}" for i in range(1, len(rows) + 1)]:
        yield f"the exact rules are not R1 to at most R10 in order: {rows}"
    yield from _imports("the check cell", e.check, CHECK_MODULES, CHECK_ROOMS)
    try:
        tests = read_check(e.check).tests
    except CheckCellError as error:
        yield error.reason
        return
    cited: set[str] = set()
    for test in tests:
        head = re.match(r"(R\d+(?:, R\d+)*): \S", test.sentence)
        if head is None:
            yield f"{test.name} does not cite its row (`R1: …`)"
            continue
        own = head[1].split(", ")
        cited.update(own)
        for row in set(own) - set(rows):
            yield f"{test.name} cites {row}, which is no row"
    for row in sorted(set(rows) - cited):
        yield f"{row} has no test"
    if all(t.hidden for t in tests) or not any(t.hidden for t in tests):
        yield "needs visible and hidden tests"


def _sample(e: Exercise) -> Iterator[str]:
    if not e.sample:
        yield "has no sample answer"
        return
    if not e.check:
        return
    if "Sample answer" not in folds(e.sample):
        yield "the sample answer is not folded under `Sample answer`"
    found = sections(e.sample)
    yield from _leads("the sample answer", tuple(found), SAMPLE_LEADS)
    if word_count(found.get("Say first", "")) > 40:
        yield "Say first has more than 40 words"
    if f"<!-- answer: {e.id} -->" not in e.sample and code_lines(found.get("Code", "")) > 40:
        yield "the sample code has more than 40 lines"
    length = sum(1 for line in e.reference.splitlines() if line.strip())
    if length > 60:
        yield f"the reference has {length} lines; a learner must be able to read it"
    walk = bullets(found.get("Walk-through", ""))
    if not 3 <= len(walk) <= 5 or not all(re.search(r"\bR\d", b) for b in walk):
        yield "the walk-through is not 3 to 5 bullets that each name a row"
    if len(bullets(found.get("Rejected", ""))) < 2:
        yield "Rejected names fewer than 2 tempting answers"
    if len(bullets(found.get("Tests", ""))) < 3:
        yield "Tests names fewer than 3 tests to speak"


def _written(e: Exercise) -> Iterator[str]:
    found = sections(e.written_prompt)
    for lead in ("Task", "Rubric"):
        if lead not in found:
            yield f"the written prompt has no **{lead}.**"
    points = [int(p) for p in re.findall(r"\((\d+)\)\s*$", found.get("Rubric", ""), re.MULTILINE)]
    if sum(points) != e.written_points:
        yield f"the rubric's bullets give {sum(points)} of {e.written_points} points"
    for grade in ("weak", "middle", "strong"):
        if grade not in e.sample.lower():
            yield f"the written sample has no {grade} excerpt"


def _parts(chapter: Chapter, exercises: list[Exercise]) -> Iterator[str]:
    for slug, cells in _runs(chapter.notebook.cells):
        prose = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
        found = sections(prose)
        yield from (f"part {slug}: {p}" for p in _leads("it", tuple(found), PART_LEADS))
        if word_count(unfolded(prose)) > 250:
            yield f"part {slug}: {word_count(unfolded(prose))} words of prose, more than 250"
        if word_count(found.get("Why", "")) > 80:
            yield f"part {slug}: Why has more than 80 words"
        for cell in cells:
            lines = sum(bool(line.strip()) for line in cell.source.splitlines())
            if cell.cell_type == "code" and lines > 15:
                yield f"part {slug}: a code cell has {lines} lines, more than 15"
    cards = [
        name
        for cell in chapter.notebook.cells
        for name in cell.metadata.get("orbitlab", {}).get("card", {}).get("exercises", [])
    ]
    for exercise in exercises:
        if exercise.difficulty in ("medium", "hard") and exercise.id not in cards:
            yield f"{exercise.id} is {exercise.difficulty} and no lesson part prepares it"


def _cells(chapter: Chapter) -> Iterator[str]:
    for cell in chapter.notebook.cells:
        orbit = cell.metadata.get("orbitlab", {})
        lacking = {"prompt", "answer", "topic", "exercises"} - set(orbit.get("card", {}))
        if "part" in orbit and lacking:
            yield f"part {orbit['part']}: its card lacks {', '.join(sorted(lacking))}"
        if cell.cell_type == "code":
            draws, shows = cell.source.count("canvas("), cell.source.count("picture(")
            if draws > shows:
                yield f"a cell draws a figure that no picture(…, alt=…) shows: {cell.id}"
            yield from _imports(f"cell {cell.id}", cell.source, LESSON_MODULES, LESSON_ROOMS)
            if re.search(r"\bplt\.|pyplot", cell.source):
                yield f"cell {cell.id} uses pyplot; use canvas and picture of orbitlab.desk"
        elif len(_FOLD_COUNT.findall(cell.source)) != len(re.findall("</details>", cell.source)):
            yield f"cell {cell.id} has a fold that is not closed"
    if not chapter.id.startswith(("00", "01", "14", "15")):
        text = "\n".join(c.source for c in chapter.notebook.cells if c.cell_type == "markdown")
        if "say it aloud" not in text.lower():
            yield "it does not end with five lines to say aloud"


def _imports(where: str, source: str, modules: set[str], rooms: set[str]) -> Iterator[str]:
    for name in sorted(imported_modules(source)):
        top = name.partition(".")[0]
        allowed = name in rooms if top == "orbitlab" else top in modules | sys.stdlib_module_names
        if not allowed:
            yield f"{where} imports {name}"


def _runs(cells: list[NotebookNode]) -> Iterator[tuple[str, list[NotebookNode]]]:
    """Yield each lesson part: its slug and its cells up to the next part, prompt or heading."""
    slug = ""
    run: list[NotebookNode] = []
    for cell in cells:
        orbit = cell.metadata.get("orbitlab", {})
        heading = cell.cell_type == "markdown" and re.match(r"#{1,3} ", cell.source)
        if slug and ("part" in orbit or "lab" in orbit or "exercise" in orbit or heading):
            yield slug, run
            slug, run = "", []
        if "part" in orbit:
            slug = str(orbit["part"])
        if slug:
            run.append(cell)
    if slug:
        yield slug, run


def _leads(where: str, found: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[str]:
    missing = [w for w in wanted if w not in found]
    if missing:
        yield f"{where} lacks " + ", ".join(f"**{w}.**" for w in missing)
    elif [w for w in found if w in wanted] != list(wanted):
        yield f"{where} has its parts in another order than {', '.join(wanted)}"
