"""Calibrations of the three health sensors: what turns counts into values, and from when."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .spec import Column, Defect, Recipe, TableSpec
from .story import at

# sensor_id, valid_from, gain, offset, version; the ground calibrations come first.
_ROWS: tuple[tuple[str, int, float, float, int], ...] = (
    ("power", at(0, 0) - 90 * 86_400, 0.005, 0.0, 1),
    ("power", at(0, 0) - 20 * 86_400, 0.0051, -0.02, 2),
    ("power", at(0, 9), 0.005, 0.05, 3),
    ("power", at(0, 18, 20), 0.0051, 0.01, 4),
    ("rf", at(0, 0) - 60 * 86_400, 0.01, 0.0, 1),
    ("rf", at(0, 6), 0.01, 1.25, 2),
    # The correction of version 2 was published for the same instant.
    ("rf", at(0, 6), 0.0102, 0.75, 3),
    ("rf", at(0, 14, 25), 0.0102, 0.5, 4),
    ("rf", at(2, 0), 0.0099, 0.25, 5),
    # The temperature sensors were calibrated in orbit: nothing is valid before.
    ("temp", at(0, 1, 30), 0.0625, -40.0, 1),
    ("temp", at(0, 8), 0.0625, -39.5, 2),
    ("temp", at(0, 16), 0.0631, -39.75, 3),
    ("temp", at(1, 4), 0.0629, -39.5, 4),
    ("temp", at(3, 12), 0.0627, -39.5, 5),
)


def _make() -> dict[str, Any]:
    sensor, valid_from, gain, offset, version = zip(*_ROWS, strict=True)
    return {
        "sensor_id": list(sensor),
        "valid_from": list(valid_from),
        "gain": list(gain),
        "offset": list(offset),
        "version": list(version),
    }


def _ties(t: pd.DataFrame) -> int:
    return int(t.duplicated(["sensor_id", "valid_from"]).sum())


def _uncovered(t: pd.DataFrame) -> int:
    return int((t.groupby("sensor_id")["valid_from"].min() > at(0, 0)).sum())


RECIPES = (
    Recipe(
        TableSpec(
            name="calibration",
            grain="one version of the calibration of one kind of sensor",
            rows=len(_ROWS),
            order="sensor_id, valid_from, version",
            columns=(
                Column("sensor_id", "VARCHAR", "power, rf, temp", "sensor"),
                Column("valid_from", "BIGINT", "s UTC since 1970", "first second it holds"),
                Column("gain", "DOUBLE", "unit per count", "value = gain · counts + offset"),
                Column("offset", "DOUBLE", "temp °C, power V, rf dBHz", "as above"),
                Column("version", "BIGINT", "1 …", "the larger one wins on one instant"),
            ),
            defects=(
                Defect("tie", "two versions on one instant", _ties, 1, 1),
                Defect(
                    "uncovered start",
                    "sensors whose first calibration comes after the day began",
                    _uncovered,
                    1,
                    1,
                ),
            ),
        ),
        _make,
    ),
)
