"""`orbitlab build`: every derived file from the masters; `--check` proves them current."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from orbitlab.editions.catalogue import chapter_ids, chosen_chapters, exercises_of, read_chapter
from orbitlab.editions.compare import drift
from orbitlab.editions.leaks import leaks, secrets_of, stray_files
from orbitlab.editions.lint import lint
from orbitlab.editions.masters import dumps, pair_of, paired, sync_pair, write_if_changed
from orbitlab.editions.release import release_of
from orbitlab.editions.selfstudy import blank_selfstudy, tidy, with_previews
from orbitlab.errors import OrbitlabError
from orbitlab.running import Job, NotebookResult, notebook_path, run_jobs

# Hears how many notebooks are executed, of how many, and which one was the last.
Listener = Callable[[int, int, str], None]


class NotExecutable(OrbitlabError):
    """A chapter does not run; field `errors` holds one sentence per notebook."""

    def __init__(self, errors: list[str]) -> None:
        self.errors = errors
        super().__init__("; ".join(errors))


@dataclass(frozen=True)
class Built:
    """The derived notebooks of one chapter, ready to be written or compared."""

    chapter: str
    release: NotebookNode
    selfstudy: NotebookNode


@dataclass
class BuildReport:
    """What a build did: files written, files that were current already."""

    written: list[Path] = field(default_factory=list)
    current: list[Path] = field(default_factory=list)


def build(home: Path, chapters: list[str] | None, heard: Listener | None = None) -> BuildReport:
    """Rebuild pairs, release/ and notebooks/ of the given chapters (None: all).

    A file is written only when `check` would call it out of date, so an executed notebook keeps
    its pictures on a machine with other fonts.

    Raises
    ------
    UnknownNameError, PairConflict, BrokenMaster, NotExecutable, ReleaseFailed
        Before any derived notebook of the failing step is written.
    """
    wanted = chosen_chapters(home, chapters)
    report = BuildReport()
    for chapter in wanted:
        changed = sync_pair(home, chapter)
        (report.written if changed else report.current).append(pair_of(home, chapter).notebook)
    for built in _made(home, wanted, heard):
        for edition, notebook in (("release", built.release), ("notebooks", built.selfstudy)):
            path = notebook_path(home, edition, built.chapter)
            if _out_of_date(path, notebook) is None:
                report.current.append(path)
            else:
                write_if_changed(path, dumps(notebook))
                report.written.append(path)
    return report


def check(home: Path, chapters: list[str] | None, heard: Listener | None = None) -> list[str]:
    """Return one sentence for everything that is out of date, leaks or breaks a template."""
    wanted = chosen_chapters(home, chapters)
    problems: list[str] = []
    for chapter in wanted:
        read = read_chapter(home, chapter)
        problems += lint(read, exercises_of(home, read))
        problems += _stale_pair(home, chapter)
    for built in _made(home, wanted, heard):
        secrets = secrets_of(read_chapter(home, built.chapter).notebook)
        for edition, notebook in (("release", built.release), ("notebooks", built.selfstudy)):
            path = notebook_path(home, edition, built.chapter)
            where = _out_of_date(path, notebook)
            if where:
                problems.append(f"{path} is out of date ({where}): run `orbitlab build`.")
            for found in leaks(secrets, notebook, samples_allowed=edition == "notebooks"):
                problems.append(f"{path} leaks: {found}.")
    if not chapters:
        known = chapter_ids(home)
        problems += stray_files(home / "release", {f"{c}/{c}.ipynb" for c in known})
        problems += stray_files(home / "notebooks", {f"{c}.ipynb" for c in known})
    return problems


def _made(home: Path, chapters: list[str], heard: Listener | None) -> list[Built]:
    masters = {name: read_chapter(home, name).notebook for name in chapters}
    with tempfile.TemporaryDirectory(prefix="orbitlab-build-") as folder:
        scratch = Path(folder)
        todo = []
        for name, master in masters.items():
            given = {"source": master, "notebooks": blank_selfstudy(home, name, master)}
            for edition, notebook in given.items():
                path = scratch / "given" / edition / f"{name}.ipynb"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(dumps(notebook), encoding="utf-8")
                todo.append(Job(edition, name, path))
        executed_so_far = itertools.count(1)

        def tell(result: NotebookResult) -> None:
            if heard is not None:
                heard(next(executed_so_far), len(todo), f"{result.edition} {result.chapter}")

        report = run_jobs(todo, None, scratch / "made", home=home, heard=tell)
        errors = [r.error for r in report.notebooks if r.error]
        if errors:
            raise NotExecutable([e.replace(f"{scratch}/given/", "") for e in errors])
        built = []
        for name, master in masters.items():
            solved, executed = (
                nbformat.read(scratch / "made" / edition / f"{name}.ipynb", as_version=4)
                for edition in ("source", "notebooks")
            )
            selfstudy = with_previews(name, tidy(executed), solved)
            built.append(Built(name, release_of(home, name, master), selfstudy))
    return built


def _out_of_date(path: Path, notebook: NotebookNode) -> str | None:
    if not path.exists():
        return "it is missing"
    try:
        committed = nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError):
        return "it is not a notebook"
    # What nbformat writes and reads back is what the comparison must see on both sides.
    return drift(committed, nbformat.reads(dumps(notebook), as_version=4))


def _stale_pair(home: Path, chapter: str) -> list[str]:
    pair = pair_of(home, chapter)
    expected = dumps(paired(chapter, pair.text.read_text(encoding="utf-8")))
    if pair.notebook.exists() and pair.notebook.read_text(encoding="utf-8") == expected:
        return []
    return [f"{pair.notebook} is out of date: run `orbitlab build`."]
