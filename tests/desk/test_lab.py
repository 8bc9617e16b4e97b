from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from orbitlab.desk import lab, lab_command
from orbitlab.desk.lab import OccupiedPortError, require_free, require_writable
from orbitlab.errors import UnwritableError

from .notebooks import load, save


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_occupied_port_is_named_with_a_free_one_and_nothing_is_written(
    home: Path, taken: int
) -> None:
    with pytest.raises(OccupiedPortError) as caught:
        lab(home, open_browser=False, port=taken)
    error = caught.value
    assert error.exit_code == 1
    assert f"Port {taken} cannot be used (Address already in use)" in str(error)
    assert f"--port {error.free}" in str(error)
    assert error.free is not None
    require_free(error.free)
    assert not (home / "work").exists()


def test_a_work_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableError, match=r"Cannot write to .*file/work"):
        require_writable(tmp_path / "file" / "work")


def test_the_start_page_opens_when_there_is_one(home: Path) -> None:
    assert "--LabApp.default_url=/lab/tree/work" in lab_command(home, True, 8888)
    (home / "work").mkdir()
    (home / "work" / "00_start_here.ipynb").write_text("{}")
    start = "--LabApp.default_url=/lab/tree/work/00_start_here.ipynb"
    assert start in lab_command(home, True, 8888)


@pytest.mark.slow
def test_jupyterlab_opens_the_start_page_without_news_and_touches_no_settings(
    home: Path, tmp_path: Path
) -> None:
    _give_a_table(home / "notebooks" / "09_mini.ipynb")
    person = tmp_path / "person"
    person.mkdir()
    port = free_port()
    program = (
        "import sys; from pathlib import Path; from orbitlab.desk import lab; "
        "lab(Path(sys.argv[1]), open_browser=False, port=int(sys.argv[2]))"
    )
    mine = {name: value for name, value in os.environ.items() if "JUPYTER" not in name}
    log = tmp_path / "log"
    with log.open("wb") as said:
        server = subprocess.Popen(
            [sys.executable, "-c", program, str(home), str(port)],
            env={**mine, "HOME": str(person)},
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
        )
    try:
        url = _wait_for(log, rf"http://127\.0\.0\.1:{port}\S*token=\w+", server)
        assert "/lab/tree/work/00_start_here.ipynb?" in url
        page = urllib.request.urlopen(url, timeout=60).read().decode()
        found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)
        assert found is not None
        assert json.loads(found[1])["news"] == {"disabled": True}
        token = url.rpartition("=")[2]
        notebook = f"http://127.0.0.1:{port}/api/contents/work/09_mini.ipynb?token={token}"
        served = json.load(urllib.request.urlopen(notebook, timeout=60))
        code = [cell for cell in served["content"]["cells"] if cell["cell_type"] == "code"]
        assert all(cell["metadata"]["trusted"] for cell in code)
    finally:
        server.terminate()
        server.wait(30)
    assert not list(person.rglob("*.jupyterlab-settings"))
    assert not list(person.rglob("*config.py"))


def _give_a_table(path: Path) -> None:
    # Jupyter shows HTML only in a notebook that it trusts.
    cells = load(path)
    table = {"output_type": "display_data", "data": {"text/html": "<table>"}, "metadata": {}}
    next(cell for cell in cells if cell["id"] == "hole")["outputs"] = [table]
    save(path, cells)


def _wait_for(log: Path, pattern: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        found = re.search(pattern, log.read_text())
        if found is not None:
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start: {log.read_text()}")
