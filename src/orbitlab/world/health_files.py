"""A day of satellite health as it was uploaded: 56 files, some late, one twice, one resent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from . import dice
from .constellation import PLANES, SLOTS
from .spec import Column, Defect, Recipe, TableSpec
from .story import DAY, WEEK_START

SATS = PLANES * SLOTS
CADENCE_S = 60
MINUTES = DAY // CADENCE_S
SENSORS = ("temp", "power", "rf")
# A file holds 80 minutes of one sensor, so that files and hours do not line up.
SLOT_MIN = 80
SLOTS_A_DAY = MINUTES // SLOT_MIN

LOST_PERMILLE = 20
NAN_PERMILLE = 4
LATE_FILES = ((5, 0), (9, 2), (14, 1))  # (slot, sensor)
COPIED = (3, 1)
RESENT = (6, 2)
RESENT_MIN = 25
ROWS = 104_089

# centre, amplitude over an orbit, noise and step, all in hundredths of the unit
_SHAPES = {"temp": (2100, 900, 60), "power": (2850, 240, 35), "rf": (4300, 150, 80)}


def _file_name(slot: int, sensor: int, note: str = "") -> str:
    start = datetime.fromtimestamp(WEEK_START + slot * SLOT_MIN * 60, UTC)
    return f"{start:%Y%m%dT%H%MZ}_{SENSORS[sensor]}{note}.parquet"


PARTS = tuple(
    sorted(
        [
            *(_file_name(s, k) for s in range(SLOTS_A_DAY) for k in range(len(SENSORS))),
            _file_name(*COPIED, "_1"),
            _file_name(*RESENT, "_resend"),
        ]
    )
)


def _values(sensor: dice.Ints, sat: dice.Ints, minute: dice.Ints) -> dice.Ints:
    """Return the measured values in hundredths, shape (N,)."""
    noise = dice.bell("health/noise", sensor.size, 100)
    out = np.zeros(sensor.size, dtype=np.int64)
    for k, name in enumerate(SENSORS):
        centre, amplitude, sd = _SHAPES[name]
        # Sun and shade of an orbit of 96 min: two parabolas, shifted from satellite to satellite.
        x = (minute + 4 * sat) % 96 * 2000 // 96 - 1000
        wave = amplitude * 4 * x * (1000 - np.abs(x)) // 1_000_000
        own = (sat * 37 % 11 - 5) * sd // 2
        out = np.where(sensor == k, centre + wave + own + noise * sd // 100, out)
    return out


def _make() -> dict[str, Any]:
    grid = np.indices((len(SENSORS), MINUTES, SATS)).reshape(3, -1)
    kept = dice.integers("health/lost", grid.shape[1], 0, 999) >= LOST_PERMILLE
    sensor, minute, sat = (x[kept].astype(np.int64) for x in grid)
    n = sensor.size
    hundredths = _values(sensor, sat, minute)
    nan = dice.integers("health/nan", n, 0, 999) < NAN_PERMILLE
    # Each satellite's clock beats at its own second of the minute.
    event = WEEK_START + minute * CADENCE_S + sat * 7 % CADENCE_S
    slot = minute // SLOT_MIN
    # A file comes in 2 to 9 min after its end; three come hours later.
    delay = dice.integers("health/delay", SLOTS_A_DAY * len(SENSORS), 120, 540)
    delay = delay.reshape(SLOTS_A_DAY, len(SENSORS))
    for s, k in LATE_FILES:
        delay[s, k] += 5 * 3600
    ingested = WEEK_START + (slot + 1) * SLOT_MIN * 60 + delay[slot, sensor]
    names = np.array([[_file_name(s, k) for k in range(len(SENSORS))] for s in range(SLOTS_A_DAY)])
    file = names[slot, sensor]

    copied = np.flatnonzero((slot == COPIED[0]) & (sensor == COPIED[1]))
    # The resend repeats the file's last minutes: most values corrected, some as they were,
    # and a third of them under the ingestion time that the first copy had.
    first_minute = (RESENT[0] + 1) * SLOT_MIN - RESENT_MIN
    resent = np.flatnonzero((slot == RESENT[0]) & (sensor == RESENT[1]) & (minute >= first_minute))
    change = dice.integers("health/change", resent.size, -60, 60)
    tied = dice.integers("health/tied", resent.size, 0, 2) == 0
    again = ingested[resent] + np.where(tied, 0, 3 * 3600)

    rows = np.concatenate([np.arange(n), copied, resent])
    value = hundredths[rows] / 100
    value[nan[rows]] = np.nan
    value[n + copied.size :] = (hundredths[resent] + change) / 100
    came = ingested[rows]
    came[n + copied.size :] = again
    where = file[rows].astype(object)
    where[n : n + copied.size] = _file_name(*COPIED, "_1")
    where[n + copied.size :] = _file_name(*RESENT, "_resend")
    order = np.lexsort((sat[rows], event[rows], where.astype(str)))
    return {
        "file": where.astype(str)[order],
        "sat_id": np.array([f"K-{i + 1:02d}" for i in range(SATS)])[sat[rows]][order],
        "sensor_id": np.array(SENSORS)[sensor[rows]][order],
        "event_ts": event[rows][order],
        "seq": minute[rows][order],
        "value": value[order],
        "ingested_at": came[order],
    }


_KEY = ["sat_id", "sensor_id", "event_ts", "seq"]


def _late_files(t: pd.DataFrame) -> int:
    regular = t[~t["file"].str.contains("resend")]
    wait = regular.groupby("file").apply(
        lambda f: f["ingested_at"].min() - f["event_ts"].max(), include_groups=False
    )
    return int((wait > 3600).sum())


def _copies(t: pd.DataFrame) -> int:
    seen: list[bytes] = []
    for _, rows in t.groupby("file"):
        plain = rows.drop(columns="file")
        seen.append(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
    return len(seen) - len(set(seen))


def _resent(t: pd.DataFrame) -> int:
    return int(t.drop_duplicates([*_KEY, "value", "ingested_at"]).duplicated(_KEY).sum())


def _ties(t: pd.DataFrame) -> int:
    rows = t.drop_duplicates([*_KEY, "value", "ingested_at"])
    return int(rows.duplicated([*_KEY, "ingested_at"]).sum())


def _straddling(t: pd.DataFrame) -> int:
    hours = (t["event_ts"] // 3600).groupby(t["file"]).nunique()
    return int((hours > 1).sum())


RECIPES = (
    Recipe(
        TableSpec(
            name="raw_health",
            grain="one reading of one sensor of one satellite, as it lies in one file",
            rows=ROWS,
            order="file, event_ts, sat_id",
            columns=(
                Column("sat_id", "VARCHAR", "K-01 … K-24", "satellite"),
                Column("sensor_id", "VARCHAR", "temp, power, rf", "sensor"),
                Column("event_ts", "BIGINT", "s UTC since 1970", "when it was read, on board"),
                Column("seq", "BIGINT", "0 … 1439", "number of the reading within the day"),
                Column(
                    "value",
                    "DOUBLE",
                    "temp °C, power V, rf dBHz; steps of 0.01",
                    "reading",
                    nan=True,
                ),
                Column("ingested_at", "BIGINT", "s UTC since 1970", "when its file came in"),
            ),
            defects=(
                Defect("late files", "files that came five hours late", _late_files, 3, 3),
                Defect("copy", "files that are another file byte for byte", _copies, 1, 1),
                Defect(
                    "resend",
                    "readings sent again in an overlapping file, with other values",
                    _resent,
                    583,
                    583,
                ),
                Defect(
                    "ties",
                    "resent readings with the ingested_at of the first copy: the larger value wins",
                    _ties,
                    173,
                    173,
                ),
                Defect(
                    "NaN",
                    "readings without a value",
                    lambda t: int(t["value"].isna().sum()),
                    391,
                    391,
                ),
                Defect(
                    "straddling",
                    "files that reach into more than one hour",
                    _straddling,
                    len(PARTS),
                    len(PARTS),
                ),
            ),
            notes=(
                "2026-01-05, 24 h at 60 s, 2 % of the readings never came.",
                "A file holds 80 minutes of one sensor; `raw_health()` gives the files one by one.",
                "As values the sensors are calibrated; the table calibration turns counts into "
                "values.",
            ),
            parts=PARTS,
        ),
        _make,
    ),
)
