"""JupyterLab as `orbitlab lab` starts it, on a copy of the course and with settings of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_START_LIMIT_S = 60
_STOP_LIMIT_S = 20


@dataclass(frozen=True)
class LabServer:
    """A running server: its process, the learner's course, and what it says."""

    process: subprocess.Popen[bytes]
    home: Path
    log: Path
    port: int

    def start_url(self) -> str:
        """Wait for the address that the desk prints, token included, and return it."""
        until = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < until:
            said = self.log.read_text(errors="replace")
            found = re.search(rf"{re.escape(self.origin)}/\S*token=\w+", said)
            if found:
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"`orbitlab lab` printed no address:\n{self.log.read_text()}")

    @property
    def origin(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def token(self) -> str:
        """Return the token out of the printed address."""
        return parse_qs(urlsplit(self.start_url()).query)["token"][0]

    def chapter_url(self, chapter: str) -> str:
        """Return the address of a chapter in work/, with a fresh workspace."""
        return f"{self.origin}/lab/tree/work/{chapter}.ipynb?reset&token={self.token()}"

    def stop(self) -> None:
        """End the server as a person does, and whatever outlives it."""
        kernels = _children(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        until = time.monotonic() + 5
        while any(map(_alive, kernels)) and time.monotonic() < until:
            time.sleep(0.1)
        for kernel in filter(_alive, kernels):
            os.kill(kernel, signal.SIGKILL)


def start(course: Path, folder: Path) -> LabServer:
    """Copy what a learner has of `course` into `folder` and start `orbitlab lab` on it."""
    home = folder / "course"
    shutil.copytree(course / "notebooks", home / "notebooks")
    for given in ("data", "nbgrader_config.py"):
        if (course / given).exists():
            (home / given).symlink_to(course / given)
    port = _free_port()
    log = folder / "lab.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*_orbitlab(), "lab", "--no-browser", "--port", str(port)],
            env=_environment(home, folder / "person"),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # A group of its own: Ctrl-C on the tests ends it through `stop`, not half way.
            start_new_session=True,
        )
    return LabServer(process, home, log, port)


def _orbitlab() -> list[str]:
    return [sys.executable, "-m", "orbitlab.cli"]


def _environment(home: Path, person: Path) -> dict[str, str]:
    # Nobody's own settings, kernels or signatures are read or written. HOME stays, so that
    # matplotlib finds its list of fonts.
    mine = {name: value for name, value in os.environ.items() if "JUPYTER" not in name}
    return {
        **mine,
        "ORBITLAB_HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(person / "config"),
        "JUPYTER_DATA_DIR": str(person / "data"),
        "JUPYTER_RUNTIME_DIR": str(person / "runtime"),
        "IPYTHONDIR": str(person / "ipython"),
        "NO_PROXY": "127.0.0.1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []  # no such list on this system; the server ends its kernels itself
    return [int(child) for child in listed.split()]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
