"""Running many notebooks side by side."""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from orbitlab.errors import UnwritableError, UsageError
from orbitlab.running.chapters import Job, jobs
from orbitlab.running.execute import CELL_SECONDS, execute, prepare
from orbitlab.running.report import NotebookResult, RunReport

Listener = Callable[[NotebookResult], None]


def run(
    edition: str,
    chapters: Sequence[str] | None,
    workers: int | None,
    out: Path,
    *,
    home: Path,
    heard: Listener | None = None,
    cell_seconds: int = CELL_SECONDS,
) -> RunReport:
    """Execute notebooks with papermill in parallel and keep what came out.

    Parameters
    ----------
    edition: str
        "source", "release", "notebooks" or "all".
    chapters: list of str or None
        Chapter ids; None or empty for all.
    workers: int or None
        Notebooks at a time; None for one per core.
    out: Path
        Gets `<edition>/<chapter>.ipynb`, the executed copies, `<edition>/summary.json`, and
        workers.log: what workers and kernels printed themselves.
    home: Path
        The course folder; its notebooks are only read.
    heard: callable or None
        Called with each result as it comes, in this process.
    cell_seconds: int
        The limit of one cell, in seconds.

    Raises
    ------
    UsageError
        For an unknown edition or chapter, or fewer than one worker; nothing is run then.
    UnwritableError
        If `out` cannot be written.
    """
    return run_jobs(
        jobs(home, edition, chapters),
        workers,
        out,
        home=home,
        heard=heard,
        cell_seconds=cell_seconds,
    )


def run_jobs(
    todo: Sequence[Job],
    workers: int | None,
    out: Path,
    *,
    home: Path,
    heard: Listener | None = None,
    cell_seconds: int = CELL_SECONDS,
) -> RunReport:
    """Execute the given notebooks, wherever they lie; everything else is as for :func:`run`."""
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers run nothing; ask for at least one.")
    _clear(out, todo)
    begun = time.perf_counter()
    results: dict[Job, NotebookResult] = {}
    with tempfile.TemporaryDirectory(prefix="orbitlab-", ignore_cleanup_errors=True) as scratch:
        Path(scratch).chmod(0o755)
        for job, result in _results(todo, workers or _cores(), out, home, scratch, cell_seconds):
            results[job] = result
            if heard is not None:
                heard(result)
    report = RunReport(time.perf_counter() - begun, tuple(results[job] for job in todo))
    _write_summaries(report, out)
    return report


def _results(
    todo: Sequence[Job], workers: int, out: Path, home: Path, scratch: str, cell_seconds: int
) -> Iterator[tuple[Job, NotebookResult]]:
    lost: list[Job] = []
    log = out / "workers.log"
    with _pool(min(workers, max(1, len(todo))), scratch, home, log) as pool:
        futures = {
            pool.submit(execute, job, home, _copy_of(job, out), cell_seconds, scratch): job
            for job in todo
        }
        try:
            for future in as_completed(futures):
                job = futures[future]
                result = _outcome(future)
                if result is None:
                    lost.append(job)
                else:
                    yield job, result
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    # A worker that dies takes every notebook of its pool with it: the innocent ones run again,
    # each in a pool of its own, and only the guilty one is reported.
    for job in lost:
        with _pool(1, scratch, home, log) as pool:
            future = pool.submit(execute, job, home, _copy_of(job, out), cell_seconds, scratch)
            result = _outcome(future)
        yield (
            job,
            result
            or NotebookResult(
                job.edition,
                job.chapter,
                0.0,
                f"{job.path}: the process that ran it died (out of memory?); run it alone with "
                f"`orbitlab run --edition {job.edition} {job.chapter}`.",
            ),
        )


def _outcome(future: Future[NotebookResult]) -> NotebookResult | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _pool(workers: int, scratch: str, home: Path, log: Path) -> ProcessPoolExecutor:
    # Spawned, not forked: papermill starts event loops and threads of its own.
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=prepare,
        initargs=(scratch, str(home), str(log)),
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _copy_of(job: Job, out: Path) -> Path:
    return out / job.edition / f"{job.chapter}.ipynb"


def _clear(out: Path, todo: Sequence[Job]) -> None:
    # A copy of an earlier run would pass for one of this run if this one cannot write its own.
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "workers.log").write_bytes(b"")
        for job in todo:
            copy = _copy_of(job, out)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            (copy.parent / "summary.json").unlink(missing_ok=True)
    except OSError as error:
        raise UnwritableError(out, error.strerror or str(error)) from error


def _write_summaries(report: RunReport, out: Path) -> None:
    for edition in dict.fromkeys(notebook.edition for notebook in report.notebooks):
        own = tuple(each for each in report.notebooks if each.edition == edition)
        document = RunReport(report.seconds, own).as_json()
        target = out / edition / "summary.json"
        unfinished = target.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(target)
