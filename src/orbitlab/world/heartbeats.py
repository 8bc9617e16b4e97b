"""Heartbeats of the gateways: one beat every 30 s, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from . import dice
from .constellation import GATEWAY_IDS
from .spec import Column, Defect, Recipe, TableSpec
from .story import DAY, WEEK_START, silences

CADENCE_S = 30
SPAN_S = 2 * DAY
BEATS = SPAN_S // CADENCE_S
END = WEEK_START + SPAN_S

DUPLICATES = 690
SINGLE_LOSSES = 240
DOUBLE_LOSSES = 60
# Losses are placed in blocks of eight beats, at most one loss per block and never at its
# rim, so that two of them can never join into a longer gap by chance.
_BLOCK = 8


def _grid() -> tuple[dice.Ints, dice.Ints]:
    """Return (gateway index, beat second) of every beat that was due, shape (G·B,)."""
    gateway = np.repeat(np.arange(len(GATEWAY_IDS)), BEATS)
    # Each gateway beats at its own second of the half minute.
    beat = WEEK_START + np.tile(np.arange(BEATS) * CADENCE_S, len(GATEWAY_IDS))
    return gateway, beat + gateway * 7 % CADENCE_S


def _kept(gateway: dice.Ints, beat: dice.Ints) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which due beats were sent and received, shape (G·B,)."""
    kept = np.ones(gateway.size, dtype=bool)
    for name, start, end in silences():
        kept &= ~((gateway == GATEWAY_IDS.index(name)) & (beat >= start) & (beat < end))
    whole = np.flatnonzero(kept.reshape(-1, _BLOCK).all(axis=1))
    picked = whole[dice.choose("heartbeats/loss", whole.size, SINGLE_LOSSES + DOUBLE_LOSSES)]
    double = dice.choose("heartbeats/double", picked.size, DOUBLE_LOSSES)
    kept[picked * _BLOCK + 3] = False
    kept[picked[double] * _BLOCK + 4] = False
    return kept


def _make() -> dict[str, Any]:
    gateway, beat = _grid()
    kept = np.flatnonzero(_kept(gateway, beat))
    rows = np.concatenate([kept, kept[dice.choose("heartbeats/dup", kept.size, DUPLICATES)]])
    rows = rows[np.lexsort((gateway[rows], beat[rows]))]
    return {
        "gateway_id": np.array(GATEWAY_IDS)[gateway[rows]],
        "beat_ts": beat[rows],
    }


def _gaps(t: pd.DataFrame) -> dict[str, dice.Ints]:
    """Return the seconds between successive distinct beats of each gateway."""
    out: dict[str, dice.Ints] = {}
    for name, beats in t.groupby("gateway_id", sort=True)["beat_ts"]:
        seconds = beats.dt.as_unit("s").astype("int64").to_numpy()
        out[str(name)] = np.diff(np.unique(seconds))
    return out


def _count_gaps(t: pd.DataFrame, low: int, high: int) -> int:
    return sum(int(((g >= low) & (g <= high)).sum()) for g in _gaps(t).values())


def _dead_tails(t: pd.DataFrame) -> int:
    last = t.groupby("gateway_id")["beat_ts"].max()
    return int((pd.Timestamp(END, unit="s", tz="UTC") - last > pd.Timedelta(seconds=90)).sum())


# Silences start and end on whole half minutes, so each costs one beat per 30 s.
_SILENT_BEATS = sum((min(end, END) - start) // CADENCE_S for _, start, end in silences())
_CLOSED_SILENCES = sum(end <= END for _, _, end in silences())
_OPEN_SILENCES = sum(end > END for _, _, end in silences())
ROWS = len(GATEWAY_IDS) * BEATS - _SILENT_BEATS - SINGLE_LOSSES - 2 * DOUBLE_LOSSES + DUPLICATES

RECIPES = (
    Recipe(
        TableSpec(
            name="heartbeats",
            grain="one received beat of one gateway",
            rows=ROWS,
            order="beat_ts, gateway_id",
            columns=(
                Column("gateway_id", "VARCHAR", "NO0–3, SO0–3, IS0–3", "gateway that beat"),
                Column(
                    "beat_ts",
                    "TIMESTAMP WITH TIME ZONE",
                    "whole seconds UTC",
                    "when it beat, by the gateway's own clock",
                ),
            ),
            defects=(
                Defect(
                    "duplicates",
                    "the same beat received twice",
                    lambda t: int(t.duplicated().sum()),
                    DUPLICATES,
                    DUPLICATES,
                ),
                Defect(
                    "single losses",
                    "one beat lost: a gap of 60 s, which is no outage",
                    lambda t: _count_gaps(t, 60, 60),
                    SINGLE_LOSSES,
                    SINGLE_LOSSES,
                ),
                Defect(
                    "double losses",
                    "two beats lost: a gap of exactly 90 s, the limit and not above it",
                    lambda t: _count_gaps(t, 90, 90),
                    DOUBLE_LOSSES,
                    DOUBLE_LOSSES,
                ),
                Defect(
                    "outages",
                    "gaps above 90 s that end within the table, all told by incidents",
                    lambda t: _count_gaps(t, 91, SPAN_S),
                    _CLOSED_SILENCES,
                    _CLOSED_SILENCES,
                ),
                Defect(
                    "dead tail",
                    "a gateway that falls silent and is still silent when the table ends",
                    _dead_tails,
                    _OPEN_SILENCES,
                    _OPEN_SILENCES,
                ),
            ),
            notes=(
                "The table covers [2026-01-05T00:00Z, 2026-01-07T00:00Z), 48 h at 30 s.",
                "A good $as_of is 2026-01-07T00:00:00Z.",
            ),
        ),
        _make,
    ),
)
