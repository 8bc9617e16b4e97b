"""Twenty thousand classified frames of one day: right everywhere but at SO2 under fw8."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from . import dice
from .constellation import GATEWAY_IDS, region_of
from .frames.frame import LABELS
from .spec import Column, Defect, Recipe, TableSpec
from .story import DAY, INCIDENTS, WEEK_START

ROWS = 20_000
MODES = ("normal", "low_power", "burst")
MISLABEL_SHARE = 0.02
ELSEWHERE = 5


def _make() -> dict[str, Any]:
    firmware_from = next(i.start_ts for i in INCIDENTS if i.kind == "firmware")
    liar = next(i.target for i in INCIDENTS if i.kind == "mislabel")
    # Evenly over the day, at any second.
    ts = WEEK_START + np.sort(dice.integers("frames/ts", ROWS, 0, DAY - 1))
    station = np.array(GATEWAY_IDS)[dice.integers("frames/station", ROWS, 0, len(GATEWAY_IDS) - 1)]
    south = np.array([region_of(g) == "south" for g in GATEWAY_IDS])
    in_south = np.isin(station, np.array(GATEWAY_IDS)[south])
    firmware = np.where(in_south & (ts >= firmware_from), "fw8", "fw7")
    mode = np.array(MODES)[dice.integers("frames/mode", ROWS, 0, len(MODES) - 1)]
    truth = dice.integers("frames/truth", ROWS, 0, len(LABELS) - 1)

    at_fault = np.flatnonzero((station == liar) & (firmware == "fw8"))
    count = round(at_fault.size * MISLABEL_SHARE)
    wrong = at_fault[dice.choose("frames/wrong", at_fault.size, count)]
    rest = np.flatnonzero(~np.isin(np.arange(ROWS), at_fault))
    wrong = np.concatenate([wrong, rest[dice.choose("frames/rest", rest.size, ELSEWHERE)]])
    label = truth.copy()
    label[wrong] = (truth[wrong] + dice.integers("frames/other", wrong.size, 1, 3)) % len(LABELS)
    names = np.array(LABELS)
    return {
        "frame_id": [f"F{i:05d}" for i in range(ROWS)],
        "station": station,
        "firmware": firmware,
        "mode": mode,
        "hour": (ts - WEEK_START) // 3600,
        "ts": ts,
        "truth": names[truth],
        "prod_label": names[label],
        "bad": label != truth,
    }


def _at_fault(t: pd.DataFrame) -> pd.DataFrame:
    return t[(t["station"] == "SO2") & (t["firmware"] == "fw8")]


RECIPES = (
    Recipe(
        TableSpec(
            name="frames",
            grain="one downlink frame and its two labels",
            rows=ROWS,
            order="ts",
            columns=(
                Column("frame_id", "VARCHAR", "F00000 …", "frame"),
                Column("station", "VARCHAR", "NO0–3, SO0–3, IS0–3", "gateway that received it"),
                Column("firmware", "VARCHAR", "fw7, fw8", "the station's firmware at that time"),
                Column("mode", "VARCHAR", ", ".join(MODES), "the satellite's mode"),
                Column("hour", "BIGINT", "0 … 23", "hour of the day, UTC"),
                Column("ts", "BIGINT", "s UTC since 1970", "when it was received"),
                Column("truth", "VARCHAR", ", ".join(LABELS), "label of the offline pipeline"),
                Column("prod_label", "VARCHAR", ", ".join(LABELS), "label in production"),
                Column("bad", "BOOLEAN", "true, false", "whether the two differ"),
            ),
            defects=(
                Defect(
                    "SO2 under fw8",
                    "wrong labels at SO2 since fw8: 2 % of its frames",
                    lambda t: int(_at_fault(t)["bad"].sum()),
                    24,
                    24,
                ),
                Defect(
                    "elsewhere",
                    "wrong labels anywhere else",
                    lambda t: int(t["bad"].sum() - _at_fault(t)["bad"].sum()),
                    ELSEWHERE,
                    ELSEWHERE,
                ),
            ),
            notes=("fw8 runs in the south, and only there, from 06:00Z on.",),
        ),
        _make,
    ),
)
