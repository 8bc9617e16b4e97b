"""Sim B: an object store with atomic puts, logs, and crashes on demand."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .errors import WorldError

_TABLE, _JSON = "table", "json"


class StoreCrash(BaseException):
    """The process died at a put; no answer can catch it as an Exception.

    Attributes
    ----------
    key
        what was being put.
    after
        whether the put had taken effect.
    """

    def __init__(self, key: str, after: bool) -> None:
        self.key, self.after = key, after
        super().__init__(f"crashed {'after' if after else 'before'} the put of {key}")


class NoSuchKey(WorldError, KeyError):
    """The store has no object under that key.

    Attributes
    ----------
    key
        what was asked for.
    """

    def __init__(self, key: object) -> None:
        self.key = key
        super().__init__(key)

    def __str__(self) -> str:
        return f"The store has no object {self.key!r}."


class Store:
    """An object store that lives in memory: whole objects, no rename, no append, no delete.

    Objects are bytes, so what comes out is always a fresh copy of what went in. `puts` and
    `reads` log the keys of puts that took effect and of get_table, in order; all other calls
    are free. A put is atomic: the object is there as a whole or not at all.

    Parameters
    ----------
    crash_at
        the n-th put from now (1 is the next one) raises StoreCrash, once; None for never.
    crash_after
        whether that crash comes just after the put took effect, or just before.
    """

    def __init__(self, crash_at: int | None = None, crash_after: bool = False) -> None:
        self._objects: dict[str, tuple[str, bytes]] = {}
        self.puts: list[str] = []
        self.reads: list[str] = []
        self.crash_at = crash_at
        self.crash_after = crash_after

    @classmethod
    def holding(cls, tables: Mapping[str, pd.DataFrame]) -> Store:
        """Return a store with these tables in it and empty logs."""
        store = cls()
        for key, table in tables.items():
            store.put_table(key, table)
        store.clear_logs()
        return store

    @property
    def crash_at(self) -> int | None:
        """Puts until the crash, None when none is set; it is unset by the crash itself."""
        return self._crash_at

    @crash_at.setter
    def crash_at(self, n: int | None) -> None:
        if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 1):
            raise ValueError("crash_at must be None or an integer of 1 or more")
        self._crash_at = n

    def copy(self) -> Store:
        """Return a store with the same objects, empty logs and no crash set."""
        other = Store()
        other._objects = dict(self._objects)
        return other

    def clear_logs(self) -> None:
        """Empty `puts` and `reads`."""
        self.puts.clear()
        self.reads.clear()

    def list(self, prefix: str = "") -> list[str]:
        """Return the keys that start with prefix, sorted."""
        return sorted(key for key in self._objects if key.startswith(prefix))

    def exists(self, key: str) -> bool:
        """Whether there is an object under key."""
        return key in self._objects

    def etag(self, key: str) -> str:
        """Return the SHA-256 of the object's content in hex; equal content, equal etag.

        Raises
        ------
        NoSuchKey
            nothing is there.
        """
        return hashlib.sha256(self._content(key)[1]).hexdigest()

    def get_table(self, key: str) -> pd.DataFrame:
        """Return a table as a fresh DataFrame with a plain index, and log the read.

        Raises
        ------
        NoSuchKey
            nothing is there.
        TypeError
            the object is JSON.
        """
        content = self._content(key, _TABLE)
        self.reads.append(key)
        frame: pd.DataFrame = pq.read_table(io.BytesIO(content[1]), use_threads=False).to_pandas()
        return frame

    def get_json(self, key: str) -> Any:
        """Return a JSON object, freshly parsed.

        Raises
        ------
        NoSuchKey
            nothing is there.
        TypeError
            the object is a table.
        """
        return json.loads(self._content(key, _JSON)[1])

    def put_table(self, key: str, df: pd.DataFrame) -> str:
        """Put a table (its index is not kept) and return its etag.

        Raises
        ------
        TypeError
            key is no text or df no DataFrame; nothing was put.
        ValueError
            key is empty, or a column cannot be stored; nothing was put.
        StoreCrash
            the crash that was set.
        """
        if not isinstance(df, pd.DataFrame):
            raise TypeError(f"put_table takes a DataFrame, not a {type(df).__name__}")
        try:
            table = pa.Table.from_pandas(df, preserve_index=False).replace_schema_metadata(None)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise ValueError(f"the table for {key!r} cannot be stored: {error}") from error
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="none", store_schema=True)
        return self._put(key, _TABLE, buffer.getvalue())

    def put_json(self, key: str, obj: Any) -> str:
        """Put a JSON-able object and return its etag; the order of keys does not matter.

        Raises
        ------
        TypeError
            key is no text, or obj holds something JSON has no word for; nothing was put.
        ValueError
            key is empty; nothing was put.
        StoreCrash
            the crash that was set.
        """
        text = json.dumps(obj, sort_keys=True, separators=(",", ":"), default=_plain)
        return self._put(key, _JSON, text.encode())

    def _content(self, key: str, kind: str | None = None) -> tuple[str, bytes]:
        if key not in self._objects:
            raise NoSuchKey(key)
        found = self._objects[key]
        if kind is not None and found[0] != kind:
            raise TypeError(f"{key!r} holds {found[0]}, not {kind}")
        return found

    def _put(self, key: str, kind: str, content: bytes) -> str:
        if not isinstance(key, str):
            raise TypeError(f"a key is a text, not a {type(key).__name__}")
        if not key:
            raise ValueError("a key is not empty")
        crash = False
        if self._crash_at is not None:
            self._crash_at -= 1
            crash = self._crash_at == 0
        if crash:
            self._crash_at = None
            if not self.crash_after:
                raise StoreCrash(key, after=False)
        self._objects[key] = (kind, content)
        self.puts.append(key)
        if crash:
            raise StoreCrash(key, after=True)
        return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> Any:
    # A numpy scalar is the number it holds; anything else is the caller's mistake.
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} is not JSON")
