"""How a table of the world is declared: the one source for verify and the dictionary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name
        column name.
    type
        DuckDB type as DESCRIBE prints it.
    unit
        unit or domain of the values.
    meaning
        one line.
    nullable
        whether NULL may occur.
    """

    name: str
    type: str
    unit: str
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Defect:
    """One fault that is in the table on purpose.

    Attributes
    ----------
    name
        short name.
    meaning
        what the fault is.
    count
        counts it in the table (never in the recipe that made it).
    least
        smallest count that is right.
    most
        largest count that is right.
    """

    name: str
    meaning: str
    count: Callable[[pd.DataFrame], int]
    least: int
    most: int

    @property
    def expected(self) -> str:
        """The right count as text: a number or a closed range."""
        return f"{self.least:,}" if self.least == self.most else f"{self.least:,}–{self.most:,}"


@dataclass(frozen=True)
class TableSpec:
    """One table.

    Attributes
    ----------
    name
        table name; the file is data/world/<name>.parquet.
    grain
        what one row is.
    rows
        exact number of rows.
    order
        what the rows are sorted by in the file.
    columns
        in file order.
    defects
        injected faults, each of which is counted by verify.
    notes
        what a reader must know beside the columns, one sentence each.
    """

    name: str
    grain: str
    rows: int
    order: str
    columns: tuple[Column, ...]
    defects: tuple[Defect, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def relative(self) -> str:
        """Path of the file relative to data/."""
        return f"world/{self.name}.parquet"


@dataclass(frozen=True)
class Recipe:
    """A declared table together with the function that makes it.

    Attributes
    ----------
    spec
        the declaration.
    make
        returns {column: array or list}; columns of type TIMESTAMPTZ hold whole
        seconds UTC since 1970, NULL is a masked element.
    """

    spec: TableSpec
    make: Callable[[], dict[str, Any]]
