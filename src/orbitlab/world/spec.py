"""How a table of the world is declared: the one source for verify and the dictionary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


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
    nan
        whether NaN, which is no NULL, may occur.
    """

    name: str
    type: str
    unit: str
    meaning: str
    nullable: bool = False
    nan: bool = False

    @property
    def kind(self) -> str:
        """Type and what may be missing, as the dictionary says it."""
        missing = [word for word, may in (("NULL", self.nullable), ("NaN", self.nan)) if may]
        return f"{self.type}, may be {' or '.join(missing)}" if missing else self.type


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
        counts it in what was loaded (never in the recipe that made it).
    least
        smallest count that is right.
    most
        largest count that is right.
    """

    name: str
    meaning: str
    count: Callable[[Any], int]
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
    parts
        names of the files when the table lies in several, in data/world/<name>/; loading
        then puts the file's name in front, as the column file.
    """

    name: str
    grain: str
    rows: int
    order: str
    columns: tuple[Column, ...]
    defects: tuple[Defect, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def relatives(self) -> tuple[str, ...]:
        """Paths of the files relative to data/."""
        if self.parts:
            return tuple(f"world/{self.name}/{part}" for part in self.parts)
        return (f"world/{self.name}.parquet",)

    @property
    def thing(self) -> str:
        """The file or folder as messages name it."""
        return f"data/world/{self.name}" if self.parts else f"data/world/{self.name}.parquet"


@dataclass(frozen=True)
class AssetSpec:
    """Data of the world that is no table: arrays, texts, JSON.

    Attributes
    ----------
    name
        the name; it is loaded by the function of the same name.
    grain
        what one entry is.
    entries
        exact number of entries.
    files
        in data/world/.
    columns
        the fields of an entry.
    defects
        injected faults, each of which is counted by verify.
    notes
        what a reader must know beside the fields, one sentence each.
    """

    name: str
    grain: str
    entries: int
    files: tuple[str, ...]
    columns: tuple[Column, ...]
    defects: tuple[Defect, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def relatives(self) -> tuple[str, ...]:
        """Paths of the files relative to data/."""
        return tuple(f"world/{name}" for name in self.files)


@dataclass(frozen=True)
class Recipe:
    """A declared table together with the function that makes it.

    Attributes
    ----------
    spec
        the declaration.
    make
        returns {column: array or list}; columns of type TIMESTAMPTZ hold whole
        seconds UTC since 1970, NULL is a masked element. For a table in parts there is a
        further column file.
    """

    spec: TableSpec
    make: Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class AssetRecipe:
    """Declared data that is no table, with what makes and what reads it.

    Attributes
    ----------
    spec
        the declaration.
    make
        returns {file: content} for every file of the declaration.
    load
        turns {file: content} into what the loading function returns; raises ValueError,
        KeyError or TypeError when the content is not what it should be.
    count
        number of entries in what was loaded.
    """

    spec: AssetSpec
    make: Callable[[], dict[str, bytes]]
    load: Callable[[dict[str, bytes]], Any]
    count: Callable[[Any], int] = len
