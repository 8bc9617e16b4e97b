"""A Python that pretends, and a process that may not write: what fresh machines are like."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

_PRETENDER = """
import runpy, sys
{lie}
arguments = sys.argv[1:]
if arguments[0] == "-c":
    exec(arguments[1], {{"__name__": "__main__"}})
else:
    sys.argv = arguments
    runpy.run_path(arguments[0], run_name="__main__")
"""


@pytest.fixture
def bootstrap(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", repository / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fresh_clone(repository: Path, tmp_path: Path) -> Path:
    """The files that set-up reads, in a folder without .venv."""
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("Makefile", "bootstrap.py", "requirements.lock", "pyproject.toml"):
        (clone / name).write_bytes((repository / name).read_bytes())
    return clone


@pytest.fixture
def pretending_python(tmp_path: Path) -> Callable[[str], Path]:
    """Make a folder whose only program is a python3 that first runs the given lie."""

    def make(lie: str) -> Path:
        folder = tmp_path / "only-python"
        folder.mkdir()
        (folder / "pretender.py").write_text(_PRETENDER.format(lie=lie))
        python = folder / "python3"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} {folder}/pretender.py "$@"\n')
        python.chmod(0o755)
        return folder

    return make


@pytest.fixture
def read_only() -> Callable[[Path, list[str]], subprocess.CompletedProcess[str]]:
    """Run a command that meets `folder` without write permission, also when the tests are root."""

    def run(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
        folder.chmod(0o555)
        try:
            return subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                preexec_fn=_obey_mode_bits if os.geteuid() == 0 else None,
            )
        finally:
            folder.chmod(0o755)

    return run


def _obey_mode_bits() -> None:
    # PR_CAPBSET_DROP of CAP_DAC_OVERRIDE: after exec, root is held to the mode bits like anyone.
    if ctypes.CDLL(None).prctl(24, 1, 0, 0, 0) != 0:
        raise OSError("the capability could not be dropped")
