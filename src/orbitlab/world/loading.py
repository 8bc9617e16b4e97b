"""Loading one table of the world."""

from __future__ import annotations

import pandas as pd

from .catalogue import tables
from .checksums import checked_path
from .errors import BUILD_COMMAND, UnknownTable
from .home import home
from .parquet import connect, read_frame


def table(name: str) -> pd.DataFrame:
    """Return a table of the world as a fresh DataFrame, rows in file order.

    Times come as datetime64[us, UTC], NULL as NaN, text as str.

    Raises
    ------
    UnknownTable
        no table has that name.
    DataMissing
        data/world/<name>.parquet or data/SHA256SUMS is absent.
    DataAltered
        the file is not the one listed in data/SHA256SUMS.
    HomeNotFound
        the folder of the course was not found.
    """
    known = {spec.name: spec for spec in tables()}
    if name not in known:
        raise UnknownTable(name, sorted(known))
    relative = known[name].relative
    path = checked_path(home() / "data", relative, f"data/{relative}", BUILD_COMMAND)
    with connect() as connection:
        return read_frame(connection, path)
