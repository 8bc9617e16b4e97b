"""Downlink of 60 terminals as a collector received it: late, twice, and taken back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from . import dice
from .constellation import TERMINALS, terminal_plans, terminal_regions
from .spec import Column, Defect, Recipe, TableSpec
from .story import INCIDENTS, WEEK_START

CADENCE_S = 30
SPAN_S = 30 * 3600
SAMPLES = SPAN_S // CADENCE_S
END = WEEK_START + SPAN_S
CLEAN = TERMINALS * SAMPLES

DUPLICATES = CLEAN * 2 // 100
RETRACTIONS = CLEAN * 2 // 1000
RESTATEMENTS = 24
FUTURE = 48
LATE = CLEAN * 3 // 100
TIED_DUPLICATES = 1_440
TIED_RETRACTIONS = 60
MAX_LATE_S = 6 * 3600
RESEND_S = 120
ROWS = CLEAN + DUPLICATES + RETRACTIONS + RESTATEMENTS + FUTURE

_MEAN_TENTHS = {"residential": 1400, "business": 2400, "roam": 900}


def _clean_tenths(terminal: dice.Ints, sample: dice.Ints) -> dice.Ints:
    """Return the true downlink in 0.1 Mbps (the resolution of the meter), shape (N,)."""
    mean = np.array([_MEAN_TENTHS[p] for p in terminal_plans()])[terminal]
    # Busy hour at 20:00Z: a parabola over the day, 25 % down at the peak and up off it.
    hours_off = np.abs((sample // 3600 % 24) - 20)
    hours_off = np.minimum(hours_off, 24 - hours_off)
    permille = 750 + 250 * hours_off * hours_off // 72
    noise = dice.bell("telemetry/noise", sample.size, 120)
    # Something stands in the beam now and then: half a percent of samples lose most.
    blocked = dice.integers("telemetry/blocked", sample.size, 0, 999) < 5
    left = np.where(blocked, dice.integers("telemetry/left", sample.size, 50, 400), 1000)
    south = np.array([r == "south" for r in terminal_regions()])[terminal]
    for event in INCIDENTS:
        if event.kind == "region_outage":
            inside = south & (sample >= event.start_ts) & (sample < event.end_ts)
            left = np.where(inside, left * 3 // 10, left)
    value: dice.Ints = mean * permille // 1000 * (1000 + noise) // 1000 * left // 1000
    return value.clip(min=1)


def _delay_s() -> dice.Ints:
    """Return how long after its sample each clean row came in, in seconds, shape (CLEAN,)."""
    delay = dice.integers("telemetry/delay", CLEAN, 1, 5)
    late = dice.choose("telemetry/late", CLEAN, LATE)
    # Squaring makes minutes common and hours rare. A resend may follow, hence the room.
    u = dice.integers("telemetry/late_s", LATE, 0, 1000)
    delay[late] = 60 + (MAX_LATE_S - RESEND_S - 60) * u * u // 1_000_000
    delay[late[0]] = MAX_LATE_S
    return delay


def _make() -> dict[str, Any]:
    terminal = np.tile(np.arange(TERMINALS), SAMPLES)
    sample = WEEK_START + np.repeat(np.arange(SAMPLES) * CADENCE_S, TERMINALS)
    tenths = _clean_tenths(terminal, sample)
    delay = _delay_s()
    ingested = sample + delay

    # Repeats and retractions hit different samples, so that each can be counted.
    on_time = np.flatnonzero(delay < MAX_LATE_S)
    dup = on_time[dice.choose("telemetry/dup", on_time.size, DUPLICATES)]
    free = np.setdiff1d(np.flatnonzero(delay < 60), dup)
    gone = free[dice.choose("telemetry/gone", free.size, RETRACTIONS)]
    back = gone[dice.choose("telemetry/back", RETRACTIONS, RESTATEMENTS)]

    dup_after = dice.integers("telemetry/dup_after", DUPLICATES, 1, RESEND_S)
    dup_after[dice.choose("telemetry/dup_tie", DUPLICATES, TIED_DUPLICATES)] = 0
    # Two in five resends repeat the value; the others carry a correction.
    factor = dice.integers("telemetry/dup_factor", DUPLICATES, 700, 1250)
    factor[dice.choose("telemetry/dup_same", DUPLICATES, DUPLICATES * 2 // 5)] = 1000
    gone_after = dice.integers("telemetry/gone_after", RETRACTIONS, 600, 14_400)
    gone_after[dice.choose("telemetry/gone_tie", RETRACTIONS, TIED_RETRACTIONS)] = 0
    back_after = 14_400 + dice.integers("telemetry/back_after", RESTATEMENTS, 60, 3600)

    ahead = dice.integers("telemetry/future", FUTURE, 1, 600)
    future_terminal = dice.integers("telemetry/future_who", FUTURE, 0, TERMINALS - 1)
    future_sample = END + (ahead + np.arange(FUTURE) * 601 % 7) * CADENCE_S
    future_ingested = END - dice.integers("telemetry/future_in", FUTURE, 60, 3600)

    who = np.concatenate([terminal, terminal[dup], terminal[gone], terminal[back], future_terminal])
    when = np.concatenate([sample, sample[dup], sample[gone], sample[back], future_sample])
    came = np.concatenate(
        [
            ingested,
            ingested[dup] + dup_after,
            ingested[gone] + gone_after,
            ingested[back] + back_after,
            future_ingested,
        ]
    )
    value = np.concatenate(
        [
            tenths,
            tenths[dup] * factor // 1000,
            np.zeros(RETRACTIONS, dtype=np.int64),
            tenths[back] * 9 // 10,
            _clean_tenths(future_terminal, future_sample),
        ]
    )
    null = np.zeros(who.size, dtype=bool)
    null[CLEAN + DUPLICATES : CLEAN + DUPLICATES + RETRACTIONS] = True

    # Ids are handed out on receipt by several collectors, ingested_at is stamped on
    # commit: the two orders agree only roughly, so neither can stand for the other.
    jitter = dice.integers("telemetry/receipt", who.size, 0, 30)
    receipt = np.lexsort((dice.words("telemetry/tiebreak", who.size), came - jitter))
    return {
        "terminal_id": 1001 + who[receipt],
        "sample_ts": when[receipt],
        "ingested_at": came[receipt],
        "ingest_id": np.arange(1, who.size + 1),
        "downlink_mbps": np.ma.MaskedArray(value[receipt] / 10, mask=null[receipt]),
    }


_KEY = ["terminal_id", "sample_ts"]


def _extra_values(t: pd.DataFrame, retracted: bool) -> int:
    """Count second and later values per sample, of samples with or without a NULL row."""
    several = t[t.duplicated(_KEY, keep=False)]
    per = several.groupby(_KEY)["downlink_mbps"].agg(["size", "count"])
    hit = (per["size"] > per["count"]) == retracted
    return int((per["count"] - 1)[hit & (per["count"] > 1)].sum())


def _ties(t: pd.DataFrame) -> int:
    return int(t.duplicated([*_KEY, "ingested_at"]).sum())


def _late_samples(t: pd.DataFrame) -> int:
    first = t.groupby(_KEY)["ingested_at"].min().reset_index()
    return int((first["ingested_at"] - first["sample_ts"] >= pd.Timedelta(seconds=60)).sum())


def _six_hours(t: pd.DataFrame) -> int:
    return int((t["ingested_at"] - t["sample_ts"] == pd.Timedelta(hours=6)).sum())


def _inversions(t: pd.DataFrame) -> int:
    """Count rows that came after the row before them of the same sample, by a smaller id."""
    dup = t[t.duplicated(_KEY, keep=False)].sort_values([*_KEY, "ingested_at", "ingest_id"])
    same = (dup["terminal_id"].diff() == 0) & (dup["sample_ts"].diff() == pd.Timedelta(0))
    return int((same & (dup["ingest_id"].diff() < 0)).sum())


_DEFECTS = (
    Defect(
        "duplicates",
        "samples sent again (2 %), three in five with a corrected value",
        lambda t: _extra_values(t, retracted=False),
        DUPLICATES,
        DUPLICATES,
    ),
    Defect(
        "ties",
        "rows that share terminal, sample and ingested_at with another: only ingest_id decides",
        _ties,
        TIED_DUPLICATES + TIED_RETRACTIONS,
        TIED_DUPLICATES + TIED_RETRACTIONS,
    ),
    Defect(
        "retractions",
        "rows with NULL downlink_mbps (0.2 %) that take their sample back",
        lambda t: int(t["downlink_mbps"].isna().sum()),
        RETRACTIONS,
        RETRACTIONS,
    ),
    Defect(
        "restatements",
        "retracted samples that later get a value again",
        lambda t: _extra_values(t, retracted=True),
        RESTATEMENTS,
        RESTATEMENTS,
    ),
    Defect(
        "late samples",
        "samples whose first row came 60 s to 6 h after the measurement (3 %)",
        _late_samples,
        LATE,
        LATE,
    ),
    Defect("six hours late", "rows that are exactly 6 h late, the latest of all", _six_hours, 1, 1),
    Defect(
        "future rows",
        "rows measured after they came in, by a clock that runs ahead",
        lambda t: int((t["sample_ts"] > t["ingested_at"]).sum()),
        FUTURE,
        FUTURE,
    ),
    Defect(
        "id inversions",
        "later rows of a sample with a smaller ingest_id than the row before them",
        _inversions,
        1,
        DUPLICATES,
    ),
)

RECIPES = (
    Recipe(
        TableSpec(
            name="terminal_telemetry",
            grain="one message about one sample of one terminal",
            rows=ROWS,
            order="ingest_id",
            columns=(
                Column("terminal_id", "BIGINT", "1001 … 1060", "terminal that was measured"),
                Column(
                    "sample_ts",
                    "TIMESTAMP WITH TIME ZONE",
                    "whole seconds UTC",
                    "when it was measured, by the terminal's clock",
                ),
                Column(
                    "ingested_at",
                    "TIMESTAMP WITH TIME ZONE",
                    "whole seconds UTC",
                    "when the message was stored",
                ),
                Column("ingest_id", "BIGINT", "1 … rows", "unique number of the message"),
                Column(
                    "downlink_mbps",
                    "DOUBLE",
                    "Mbps, steps of 0.1",
                    "measured downlink; NULL takes the sample back",
                    nullable=True,
                ),
            ),
            defects=_DEFECTS,
            notes=(
                "Samples cover [2026-01-05T00:00Z, 2026-01-06T06:00Z), 30 h at 30 s.",
                "A good $as_of is 2026-01-06T06:00:00Z: late rows are then still on their way, "
                "and the future rows lie behind it.",
                "From 14:00Z to 14:25Z on 2026-01-05 the south's terminals fall to 30 %.",
            ),
        ),
        _make,
    ),
)
