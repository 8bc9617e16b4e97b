"""Where the course lives on disk."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import HomeNotFound


def home() -> Path:
    """Return the folder that holds data/.

    ORBITLAB_HOME wins when it is set; else the nearest folder above this package that
    holds nbgrader_config.py, or pyproject.toml beside a data folder. The working
    directory plays no part, because one chapter runs from several folders.

    Raises
    ------
    HomeNotFound
        ORBITLAB_HOME is no folder, or nothing above the package fits.
    """
    wanted = os.environ.get("ORBITLAB_HOME")
    if wanted:
        folder = Path(wanted).expanduser().resolve()
        if not folder.is_dir():
            raise HomeNotFound([folder])
        return folder
    parents = Path(__file__).resolve().parents
    for folder in parents:
        if (folder / "nbgrader_config.py").is_file():
            return folder
        if (folder / "pyproject.toml").is_file() and (folder / "data").is_dir():
            return folder
    raise HomeNotFound(parents)
