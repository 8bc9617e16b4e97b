"""Opening the course in JupyterLab."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from orbitlab.desk.seeding import seed
from orbitlab.desk.workspace import work_folder, work_notebook
from orbitlab.errors import OrbitlabError, UnwritableError

DEFAULT_PORT = 8888
_ADDRESS = "127.0.0.1"
_START = "00_start_here"


class OccupiedPortError(OrbitlabError):
    """The port that JupyterLab was to use cannot be had; `free` is one that can, or None."""

    def __init__(self, port: int, reason: str, free: int | None) -> None:
        super().__init__(port, reason, free)
        self.port = port
        self.reason = reason
        self.free = free

    def __str__(self) -> str:
        other = self.free or "N"
        return (
            f"Port {self.port} cannot be used ({self.reason}); close the program that holds it or "
            f"take another port: `orbitlab lab --port {other}` "
            f"(with make: `make lab ARGS='--port {other}'`)."
        )


def lab(home: Path, open_browser: bool = True, port: int = DEFAULT_PORT) -> int:
    """Seed work/ and become JupyterLab on the start page; return its exit code where it returns.

    Raises
    ------
    OccupiedPortError
        If the port is taken; nothing is written then.
    MissingNotebookError, BrokenNotebookError, UnwritableError
        See :func:`orbitlab.desk.seed`.
    """
    require_free(port)
    new = seed(home)
    require_writable(work_folder(home))
    trust(work_notebook(home, chapter) for chapter in new)
    command = lab_command(home, open_browser, port)
    environment = {**os.environ, "ORBITLAB_HOME": str(home), "JUPYTER_PREFER_ENV_PATH": "1"}
    if os.name == "posix":
        # Become the server, so that Ctrl-C and signals reach it and nobody else.
        os.execve(command[0], command, environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(command, env=environment)


def lab_command(home: Path, open_browser: bool, port: int) -> list[str]:
    """Return the command line that serves `home`, opens the start page and touches no settings.

    The root is the whole course, so that formgrader and nbgrader's other pages work for an
    instructor; the page that opens lies in work/.
    """
    start = f"/{_START}.ipynb" if work_notebook(home, _START).exists() else ""
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={home}",
        f"--ServerApp.ip={_ADDRESS}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.open_browser={open_browser}",
        f"--LabApp.default_url=/lab/tree/work{start}",
        # No question about news and no look for new versions: a chapter is the first thing seen.
        # The page asks as long as its own setting says so, whatever the server's news_url is.
        f"--LabApp.app_settings_dir={Path(__file__).parent / 'jupyterlab'}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        # The address and what goes wrong, not thirty lines about extensions.
        "--log-level=WARN",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Jupyter refuses root; it listens on this machine alone and asks for a token.
        command.append("--allow-root")
    return command


def require_free(port: int) -> None:
    """Raise OccupiedPortError unless a server may listen on `port` of this machine."""
    reason = _why_not(port)
    if reason is not None:
        following = range(port + 1, min(port + 50, 65536))
        free = next((other for other in following if _why_not(other) is None), None)
        raise OccupiedPortError(port, reason, free)


def require_writable(folder: Path) -> None:
    """Raise UnwritableError unless files in `folder` can be made (a mode bit is not proof)."""
    probe = folder / ".orbitlab-writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UnwritableError(folder, error.strerror or str(error)) from error


def trust(notebooks: Iterable[Path]) -> None:
    """Sign fresh copies as Jupyter does on saving, so that their pictures and tables are shown."""
    paths = list(notebooks)
    if not paths:
        return
    import nbformat
    from jupyter_core.paths import jupyter_data_dir
    from nbformat.sign import NotebookNotary

    # Without a place for signatures JupyterLab still opens the notebook, only plainer.
    with contextlib.suppress(OSError, sqlite3.Error):
        Path(jupyter_data_dir()).mkdir(parents=True, exist_ok=True)
        notary = NotebookNotary(data_dir=jupyter_data_dir())
        for path in paths:
            notary.sign(nbformat.read(path, as_version=4))
        notary.store.close()


def _why_not(port: int) -> str | None:
    with socket.socket() as probe:
        if os.name == "posix":
            # As the server itself does: a connection that has just ended does not block.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_ADDRESS, port))
            probe.listen(1)
        except OSError as error:
            return error.strerror or str(error)
    return None
