"""Six hours of gateway telemetry out of the simulator, on the afternoon of the story."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .constellation import GATEWAY_IDS
from .dice import SEED
from .spec import Column, Defect, Recipe, TableSpec
from .story import INCIDENTS, SILENT_IN_SOUTH, at
from .stream.generating import Stream, generate
from .stream.scenarios import Backlog, Outage, Scenario

START = at(0, 12)
# Of the next few seeds the first whose clocks are off both ways.
STREAM_SEED = SEED + 3
ROWS = 25_230


def story_stream() -> Stream:
    """Return the stream of 2026-01-05, 12:00Z to 18:00Z, as the incidents tell it."""
    outage = next(i for i in INCIDENTS if i.kind == "region_outage")
    backlog = next(i for i in INCIDENTS if i.kind == "backlog")
    drift = next(i for i in INCIDENTS if i.kind == "drift")
    return generate(
        Scenario(
            seed=STREAM_SEED,
            name="story",
            start_ts=START,
            late_frac=0.05,
            skew_s=3,
            drift_db_per_h=-1.0,
            drifting=(drift.target,),
            outages=(
                Outage(
                    outage.target,
                    outage.start_ts - START,
                    outage.end_ts - outage.start_ts,
                    len(SILENT_IN_SOUTH),
                    SILENT_IN_SOUTH,
                ),
            ),
            backlogs=(
                Backlog(
                    backlog.target,
                    backlog.start_ts - START,
                    backlog.end_ts - backlog.start_ts,
                    6.0,
                ),
            ),
        )
    )


def _make() -> dict[str, Any]:
    frame = story_stream().frame()
    return {name: frame[name].to_numpy() for name in frame.columns}


def _first(t: pd.DataFrame) -> pd.DataFrame:
    return t.drop_duplicates("event_id")


def _late(t: pd.DataFrame) -> int:
    """Count late messages outside the backlog: 57 s leave room for the clocks."""
    return int((_delay(t) >= 57).sum())


def _delay(t: pd.DataFrame) -> pd.Series:
    first = _first(t)
    held = first["arrival_ts"].duplicated(keep=False) & (
        first.groupby(["gateway_id", "arrival_ts"])["seq"].transform("size") > 20
    )
    delay: pd.Series = (first["arrival_ts"] - first["event_ts"])[~held]
    return delay


def _held(t: pd.DataFrame) -> int:
    burst = _first(t).groupby(["gateway_id", "arrival_ts"]).size()
    return int(burst[burst > 20].sum())


def _lost(t: pd.DataFrame) -> int:
    """Count numbers missing within each gateway's sequence, runs of 60 and more left out."""
    found = 0
    for _, seq in _first(t).groupby("gateway_id")["seq"]:
        gap = np.diff(np.sort(seq.to_numpy())) - 1
        found += int(gap[gap < 60].sum())
    return found


def _silences(t: pd.DataFrame) -> int:
    """Count gateways with 60 or more messages missing in a row."""
    return sum(
        bool((np.diff(np.sort(seq.to_numpy())) > 60).any())
        for _, seq in _first(t).groupby("gateway_id")["seq"]
    )


def _skewed(t: pd.DataFrame) -> int:
    """Count gateways whose usual delay says that their clock is off: it should be 1 to 4 s."""
    usual = _first(t).assign(d=_delay(t)).query("d < 57").groupby("gateway_id")["d"]
    return int(((usual.min() != 1) | (usual.max() != 4)).sum())


def _glitches(t: pd.DataFrame) -> int:
    """Count single samples more than 6 dB below both neighbours of their gateway."""
    found = 0
    for _, rows in _first(t).dropna().sort_values("seq").groupby("gateway_id"):
        snr = rows["snr_db"].to_numpy()
        found += int(((snr[1:-1] < snr[:-2] - 6) & (snr[1:-1] < snr[2:] - 6)).sum())
    return found


def slopes_db_per_h(t: pd.DataFrame) -> dict[str, float]:
    """Return the trend of each gateway: the last hour's median less the first's, per hour."""
    hour = (t["event_ts"] - START) // 3600
    median = t.groupby(["gateway_id", hour])["snr_db"].median().unstack()
    slope = (median[5] - median[0]) / 5
    return {g: float(slope[g]) for g in GATEWAY_IDS}


RECIPES = (
    Recipe(
        TableSpec(
            name="gw_telemetry",
            grain="one message as the collector received it",
            rows=ROWS,
            order="arrival_ts, gateway_id, seq",
            columns=(
                Column("event_id", "VARCHAR", "text", "unique per message; a repeat keeps it"),
                Column("gateway_id", "VARCHAR", "NO0–3, SO0–3, IS0–3", "sender"),
                Column("region", "VARCHAR", "north, south, islands", "its region"),
                Column("seq", "BIGINT", "0 … 2159", "number of the message within its gateway"),
                Column("event_ts", "BIGINT", "s UTC since 1970", "by the gateway's clock"),
                Column("arrival_ts", "BIGINT", "s UTC since 1970", "by the collector's clock"),
                Column("snr_db", "DOUBLE", "dB, steps of 0.01", "signal to noise", nan=True),
            ),
            defects=(
                Defect(
                    "duplicates",
                    "messages received twice (1 %)",
                    lambda t: int(t.duplicated("event_id").sum()),
                    236,
                    236,
                ),
                Defect("late", "messages that came 60 to 600 s late (5 %)", _late, 1307, 1307),
                Defect("lost", "messages that never came (2 %)", _lost, 476, 476),
                Defect(
                    "NaN",
                    "messages without a value",
                    lambda t: int(t["snr_db"].isna().sum()),
                    49,
                    49,
                ),
                Defect("glitches", "single samples far below both neighbours", _glitches, 103, 103),
                Defect("skewed clocks", "gateways whose clock is off by 1 to 3 s", _skewed, 11, 11),
                Defect(
                    "drift",
                    "gateways that lose more than 0.8 dB/h",
                    lambda t: sum(s < -0.8 for s in slopes_db_per_h(t).values()),
                    1,
                    1,
                ),
                Defect("outage", "gateways with 10 min or more of silence", _silences, 3, 3),
                Defect("backlog", "messages withheld and let go in one second", _held, 120, 120),
            ),
            notes=(
                f"From `stream`, 2026-01-05 12:00Z to 18:00Z (first second {START}), cadence 10 s.",
                "NO1 drifts by −1 dB/h, the south's SO0, SO1 and SO3 are silent from 14:00Z to "
                "14:25Z; IS1's messages of 15:30Z to 15:50Z come at 15:50Z, an old dip among them.",
            ),
        ),
        _make,
    ),
)
