"""The commands. Each one hands over to a room and prints what comes back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from orbitlab.errors import OrbitlabError, UsageError

# Rooms are imported inside the commands: `orbitlab --help` must not wait for pandas.

app = typer.Typer(
    name="orbitlab",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Interview practice for machine-learning engineers, in notebooks that grade honestly.",
)
data_app = typer.Typer(no_args_is_help=True, help="The world's tables and the real data sets.")
app.add_typer(data_app, name="data")


class Edition(StrEnum):
    """What `orbitlab run` can execute."""

    SOURCE = "source"
    RELEASE = "release"
    NOTEBOOKS = "notebooks"
    ALL = "all"


Chapters = Annotated[
    list[str] | None, typer.Argument(metavar="CHAPTER...", help="Chapter ids; none for all.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; `--debug` may stand anywhere in it."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    _own_programs_first()
    try:
        app(args=[each for each in given if each != "--debug"], prog_name="orbitlab")
    except OrbitlabError as error:
        if debug:
            raise
        _fail(str(error), error.exit_code)
    except OSError as error:
        if debug:
            raise
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or error}; check that the place exists and is yours.", 1)
    except Exception as error:  # the last line of defence: one sentence, never a wall of text
        if debug:
            raise
        _fail(
            f"Orbitlab itself went wrong ({type(error).__name__}: {error}); "
            "run the same command with --debug to see where.",
            1,
        )


def _own_programs_first() -> None:
    # nbgrader starts alembic by its bare name, and nobody has to have activated .venv.
    own = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "").split(os.pathsep)
    if own not in path:
        os.environ["PATH"] = os.pathsep.join([own, *path])


def _fail(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(code)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"orbitlab {version('orbitlab')}")
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    # Both are handled elsewhere: --version by its callback, --debug by main.
    del show_version, debug


@app.command()
def lab(
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of this machine.")] = 8888,
) -> None:
    """Copy new chapters to work/ and open JupyterLab on the start page."""
    from orbitlab.desk import lab as open_lab

    raise typer.Exit(open_lab(_home(), open_browser=browser, port=port))


@app.command()
def build(
    chapters: Chapters = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; say what is out of date.")
    ] = False,
) -> None:
    """Make all derived notebooks from their masters, or prove that they are current."""
    from orbitlab import editions

    home = _home()
    if check:
        with _bar("checking") as heard:
            problems = editions.check(home, chapters or None, heard)
        _say_what_was_found("All derived files are current.", problems)
        return
    with _bar("building") as heard:
        report = editions.build(home, chapters or None, heard)
    for path in report.written:
        print(f"wrote {_short(path, home)}")
    print(f"{len(report.written)} files written, {len(report.current)} were current.")


@app.command()
def run(
    chapters: Chapters = None,
    edition: Annotated[Edition, typer.Option(help="Which edition to execute.")] = Edition.ALL,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Notebooks at a time; one per core by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Execute notebooks with papermill; copies and a summary go to build/run/."""
    from orbitlab.running import run as run_notebooks

    home = _home()
    report = run_notebooks(
        edition.value,
        chapters or None,
        workers,
        home / "build" / "run",
        home=home,
        heard=None if as_json else lambda result: print(result.line(), flush=True),
    )
    print(json.dumps(report.as_json(), indent=1) if as_json else report.summary())
    if not report.ok:
        raise typer.Exit(1)


@app.command()
def audit(
    exercises: Annotated[
        list[str] | None,
        typer.Argument(metavar="EXERCISE...", help="Exercise ids; none for all."),
    ] = None,
    bank: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Another bank: DIR/<exercise>/{right,wrong}_*.py.",
        ),
    ] = None,
    as_json: AsJson = False,
    write: Annotated[bool, typer.Option("--write", help="Renew the published table.")] = False,
    seeds: Annotated[
        bool, typer.Option("--seeds", help="Judge the alerter's hidden seeds.")
    ] = False,
) -> None:
    """Run every bank against its tests: right answers full, wrong ones caught."""
    from orbitlab import grading

    home = _home()
    if write and (exercises or bank or seeds):
        raise UsageError("--write renews the table of the whole course: name no exercise, no bank.")
    report: grading.AuditReport | grading.SeedReport
    if seeds:
        report = grading.admit_seeds(home, grading.stored_seeds(home))
    else:
        with _bar("auditing") as heard:
            report = grading.audit(home, exercises or None, bank, heard=heard)
        if write and report.ok:
            grading.publish(home, report)
    if as_json:
        print(json.dumps(report.as_json(), indent=1))
    else:
        for line in report.lines():
            print(line)
    if not report.ok:
        raise typer.Exit(1)


@app.command()
def reset(exercise: Annotated[str, typer.Argument(help="Exercise id.")]) -> None:
    """Put an exercise's stub back into work/; the old answer is kept beside."""
    from orbitlab.desk import reset as reset_exercise

    home = _home()
    done = reset_exercise(home, exercise)
    notebook = _short(done.notebook, home)
    kept = f"; the old answer is in {_short(done.backup, home)}" if done.backup else ""
    print(f"{exercise} is blank in {notebook}{kept}.")
    print("If the notebook is open in JupyterLab, reload it from disk (File menu).")


@app.command()
def update() -> None:
    """Bring new versions of chapters to work/ and keep every answer."""
    from orbitlab.desk import update as update_work

    home = _home()
    for step in update_work(home):
        text = f"{step.change:<8} {step.chapter}"
        if step.backup:
            text += f" ({len(step.kept)} answers kept; as it was: {_short(step.backup, home)})"
        print(text)


@app.command()
def submit(
    chapter: Annotated[str, typer.Argument(help="Chapter id.")],
    student: Annotated[
        str | None, typer.Option(help="Student id; the login name by default.")
    ] = None,
) -> None:
    """Put the notebook of a chapter from work/ where the grading desk finds it."""
    from orbitlab.desk import submit as submit_chapter

    home = _home()
    print(f"submitted as {_short(submit_chapter(home, chapter, student), home)}")


@data_app.command("build")
def data_build() -> None:
    """Make data/world/ from its seed and write data/SHA256SUMS."""
    from orbitlab.world import build_data

    report = build_data(_home())
    _say_what_was_found(f"{len(report.files)} files built.", report.problems)


@data_app.command("verify")
def data_verify() -> None:
    """Prove that every data file is the one that data/SHA256SUMS lists."""
    from orbitlab.world import verify_data

    report = verify_data(_home())
    _say_what_was_found(f"{len(report.files)} files verified.", report.problems)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show a progress bar on a terminal's stderr; yield what moves it on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(what, total=None)

        def move(done: int, total: int, last: str) -> None:
            progress.update(task, completed=done, total=total, description=f"{what} · {last}")

        yield move


def _say_what_was_found(done: str, problems: Sequence[str]) -> None:
    for problem in problems:
        print(problem)
    if problems:
        raise typer.Exit(1)
    print(done)


def _home() -> Path:
    from orbitlab.world import home

    return home()


def _short(path: Path, home: Path) -> Path:
    return path.relative_to(home) if path.is_relative_to(home) else path


if __name__ == "__main__":
    main()
