"""Executing one notebook with papermill, inside a worker process."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from orbitlab.errors import BrokenNotebookError, MissingNotebookError, OrbitlabError
from orbitlab.running.chapters import Job
from orbitlab.running.failures import cell_name, last_words, shorten, shortfalls
from orbitlab.running.report import NotebookResult

# The limit of one cell, as in nbgrader_config.py.
CELL_SECONDS = 300
_START_SECONDS = 120
# sockaddr_un holds 104 bytes on macOS and 108 on Linux; a kernel's socket name takes 12.
_LONGEST_SOCKET_FOLDER = 80


class CellFailedError(OrbitlabError):
    """A cell raised, ran over its limit or killed its kernel; `index` is None if none is known."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(where, what)
        self.where = where
        self.what = what

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class ShortCheckError(OrbitlabError):
    """Checks of the source edition that are not full."""

    def __init__(self, shortfalls: list[str]) -> None:
        super().__init__(shortfalls)
        self.shortfalls = shortfalls

    def __str__(self) -> str:
        return "; ".join(self.shortfalls)


def prepare(scratch: str, home: str, log: str) -> None:
    """Set the environment of a worker process and so of its kernels.

    One thread per kernel, because the notebooks themselves run side by side; no settings of the
    person who runs it; the data of this course, whatever the working directory; and what workers
    and kernels themselves print goes to the file `log`, since stdout may be a JSON document.
    """
    with Path(log).open("ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    os.environ["ORBITLAB_HOME"] = home
    os.environ["IPYTHONDIR"] = str(Path(scratch) / "ipython")
    runtime = Path(scratch) / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["JUPYTER_RUNTIME_DIR"] = str(runtime)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    os.environ.pop("NBGRADER_EXECUTION", None)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def execute(
    job: Job, home: Path, executed: Path, cell_seconds: int, scratch: str
) -> NotebookResult:
    """Execute `job`, keep the executed copy at `executed`, and never raise for a notebook's fault.

    The tracked notebook is only read: papermill works on a copy, in an empty folder in `scratch`.
    """
    begun = time.perf_counter()
    error = None
    try:
        cells = _execute(job, executed, cell_seconds, scratch)
        if job.edition == "source" and (found := shortfalls(cells)):
            raise ShortCheckError(found)
    except CellFailedError as failure:
        error = f"{_relative(job.path, home)}, {failure}"
    except ShortCheckError as failure:
        error = f"{_relative(job.path, home)}: {failure}"
    except OrbitlabError as failure:
        error = str(failure)
    return NotebookResult(job.edition, job.chapter, time.perf_counter() - begun, error)


def _execute(job: Job, executed: Path, cell_seconds: int, scratch: str) -> list[dict[str, Any]]:
    text = _read(job)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        # A chapter may start a server as another user, which must be able to stand here.
        Path(folder).chmod(0o755)
        # papermill reads braces in a path as parameters: it gets names that have none.
        given, made = Path(folder) / "given.ipynb", Path(folder) / "made.ipynb"
        empty = Path(folder) / "cwd"
        empty.mkdir()
        given.write_text(text, encoding="utf-8")
        try:
            _papermill(given, made, empty, cell_seconds)
        finally:
            if made.exists():
                _keep(made, executed)
        cells: list[dict[str, Any]] = json.loads(made.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    return cells


def _papermill(given: Path, made: Path, cwd: Path, cell_seconds: int) -> None:
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill import PapermillExecutionError, execute_notebook
    from papermill.engines import NBClientEngine, papermill_engines
    from traitlets.config import Config

    class NamingEngine(NBClientEngine):  # type: ignore[misc]
        """papermill's own engine, which also says in which cell a kernel hung or died."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
            try:
                super().execute_managed_notebook(nb_man, kernel_name, **options)
            except CellTimeoutError as error:
                what = f"it took longer than {cell_seconds} s"
                raise CellFailedError(_last_started(nb_man.nb.cells), what) from error
            except DeadKernelError as error:
                what = "the kernel died (out of memory, or the cell ended its own process)"
                raise CellFailedError(_last_started(nb_man.nb.cells), what) from error

    papermill_engines.register("orbitlab", NamingEngine)
    try:
        execute_notebook(
            str(given),
            str(made),
            engine_name="orbitlab",
            kernel_name="python3",
            cwd=str(cwd),
            progress_bar=False,
            request_save_on_cell_execute=False,
            start_timeout=_START_SECONDS,
            execution_timeout=cell_seconds,
            config=Config({"KernelManager": _transport()}),
        )
    except PapermillExecutionError as error:
        cells = json.loads(given.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            cell["source"] = "".join(cell["source"])
        reason = error.evalue or last_words(json.loads(made.read_text(encoding="utf-8"))["cells"])
        what = shorten(f"{error.ename}: {reason}") if reason else error.ename
        raise CellFailedError(cell_name(cells, error.cell_index), what) from error
    except RuntimeError as error:
        raise CellFailedError(
            "before its first cell", f"no kernel ({shorten(str(error))})"
        ) from error


def _last_started(cells: list[Any]) -> str:
    started = [i for i, cell in enumerate(cells) if cell.metadata.papermill.get("start_time")]
    return cell_name(cells, started[-1]) if started else "before its first cell"


def _transport() -> dict[str, str]:
    # Kernels on TCP pick a free port and lose it to a neighbour now and then; sockets in a folder
    # of their own cannot collide. They need POSIX and a short path.
    folder = os.environ.get("JUPYTER_RUNTIME_DIR", "")
    if os.name != "posix" or not 0 < len(folder) <= _LONGEST_SOCKET_FOLDER:
        return {"transport": "tcp"}
    return {"transport": "ipc", "ip": f"{folder}/k{secrets.token_hex(4)}"}


def _read(job: Job) -> str:
    try:
        text = job.path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        remedy = f"run `orbitlab build {job.chapter}`"
        raise MissingNotebookError(job.path, remedy) from error
    except UnicodeDecodeError as error:
        raise BrokenNotebookError(job.path, "not UTF-8 text") from error
    try:
        notebook = json.loads(text)
    except ValueError as error:
        raise BrokenNotebookError(job.path, f"not JSON: {error}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise BrokenNotebookError(job.path, "JSON without a list of cells")
    return text


def _keep(made: Path, executed: Path) -> None:
    executed.parent.mkdir(parents=True, exist_ok=True)
    unfinished = executed.with_suffix(".unfinished")
    unfinished.write_bytes(made.read_bytes())
    unfinished.replace(executed)


def _relative(path: Path, home: Path) -> Path:
    return path.relative_to(home) if path.is_relative_to(home) else path
