"""Reading a published file after its checksum was compared."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ..checksums import checked_path
from ..errors import RESTORE_COMMAND
from ..home import home
from ..parquet import connect, read_frame


def _path(relative: str) -> Path:
    return checked_path(home() / "data", relative, f"data/{relative}", RESTORE_COMMAND)


def read_bytes(relative: str) -> bytes:
    """Return data/<relative> as it is."""
    return _path(relative).read_bytes()


def read_text(relative: str) -> str:
    """Return data/<relative>, a text in UTF-8."""
    return read_bytes(relative).decode("utf-8")


def read_parquet(relative: str) -> pd.DataFrame:
    """Return data/<relative>, a Parquet file, as a DataFrame."""
    path = _path(relative)
    with connect() as connection:
        return read_frame(connection, path)


def read_csv(relative: str, encoding: str = "utf-8", units_row: bool = False) -> pd.DataFrame:
    """Return data/<relative>, a CSV file, as a DataFrame; a second row of units is left out."""
    return pd.read_csv(_path(relative), encoding=encoding, skiprows=[1] if units_row else None)
