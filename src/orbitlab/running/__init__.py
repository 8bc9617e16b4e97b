"""Headless execution: every chapter of every edition through papermill, in parallel."""

from orbitlab.running.batch import run, run_jobs
from orbitlab.running.chapters import EDITIONS, Job, chapters, notebook_path
from orbitlab.running.report import NotebookResult, RunReport

__all__ = [
    "EDITIONS",
    "Job",
    "NotebookResult",
    "RunReport",
    "chapters",
    "notebook_path",
    "run",
    "run_jobs",
]
