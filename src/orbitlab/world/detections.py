"""Detections on the map, in the order in which they came in, with all that can be wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from . import dice
from .constellation import gateway_columns
from .spec import Column, Defect, Recipe, TableSpec
from .story import WEEK_START

ROWS = 5_000
SPAN_S = 6 * 3600
# The edge of Web Mercator as the guide's question states it.
LIMIT_DEG = 85.05112878

FAR_NORTH = 60
FAR_SOUTH = 40
AT_LIMIT = 4
AT_180 = 12
BEYOND_180 = 24
NAN = 45


def _make() -> dict[str, Any]:
    t = WEEK_START + dice.integers("detections/t", ROWS, 0, SPAN_S - 1)
    sites = gateway_columns()
    near = dice.integers("detections/near", ROWS, 0, len(sites["gateway_id"]) - 1)
    # Half a degree around the gateways, in steps of 1e-5 degrees (about 1 m).
    lat = np.round(np.array(sites["lat_deg"]) * 100_000).astype(np.int64)[near]
    lon = np.round(np.array(sites["lon_deg"]) * 100_000).astype(np.int64)[near]
    lat = lat + dice.bell("detections/lat", ROWS, 20_000)
    lon = lon + dice.bell("detections/lon", ROWS, 20_000)
    lon = (lon + 18_000_000) % 36_000_000 - 18_000_000
    score = dice.integers("detections/score", ROWS, -200, 1000)

    picked = dice.choose(
        "detections/defects", ROWS, FAR_NORTH + FAR_SOUTH + 2 * AT_LIMIT + AT_180 + BEYOND_180 + NAN
    )
    # Chosen rows come in ascending order; deal them round, so that each fault is spread.
    picked = picked[np.argsort(dice.words("detections/deal", picked.size), kind="stable")]
    ends = np.cumsum([FAR_NORTH, FAR_SOUTH, AT_LIMIT, AT_LIMIT, AT_180, BEYOND_180, NAN])
    north, south, top, bottom, edge, beyond, broken = np.split(picked, ends[:-1])
    lat[north] = 8_600_000 + dice.integers("detections/north", FAR_NORTH, 0, 400_000)
    lat[south] = -8_600_000 - dice.integers("detections/south", FAR_SOUTH, 0, 400_000)
    lat_deg, lon_deg = lat / 100_000, lon / 100_000
    lat_deg[top], lat_deg[bottom] = LIMIT_DEG, -LIMIT_DEG
    lon_deg[edge] = np.where(np.arange(AT_180) % 2 == 0, 180.0, -180.0)
    # A sender that is one turn ahead.
    lon_deg[beyond] += 360.0
    score_out = score / 1000
    lat_deg[broken[0::3]] = np.nan
    lon_deg[broken[1::3]] = np.nan
    score_out[broken[2::3]] = np.nan
    # The newest stamp of all belongs to a row that has to be ignored.
    t[north[0]] = WEEK_START + SPAN_S + 90
    return {"t": t, "lon": lon_deg, "lat": lat_deg, "score": score_out}


def _unordered(t: pd.DataFrame) -> int:
    return int((t["t"].diff() < 0).sum())


def _ignored_newest(t: pd.DataFrame) -> int:
    newest = t.loc[t["t"].idxmax()]
    return int(abs(newest["lat"]) > LIMIT_DEG)


RECIPES = (
    Recipe(
        TableSpec(
            name="detections",
            grain="one detection",
            rows=ROWS,
            order="nothing: as they came in",
            columns=(
                Column("t", "BIGINT", "s UTC since 1970", "when it was detected"),
                Column("lon", "DOUBLE", "degrees", "longitude, some off [−180, 180)", nan=True),
                Column("lat", "DOUBLE", "degrees", "latitude", nan=True),
                Column("score", "DOUBLE", "−0.2 … 1, steps of 0.001", "of the detector", nan=True),
            ),
            defects=(
                Defect(
                    "beyond the map",
                    "|lat| above 85.05112878",
                    lambda t: int((t["lat"].abs() > LIMIT_DEG).sum()),
                    FAR_NORTH + FAR_SOUTH,
                    FAR_NORTH + FAR_SOUTH,
                ),
                Defect(
                    "on the edge of the map",
                    "|lat| exactly 85.05112878",
                    lambda t: int((t["lat"].abs() == LIMIT_DEG).sum()),
                    2 * AT_LIMIT,
                    2 * AT_LIMIT,
                ),
                Defect(
                    "antimeridian",
                    "lon exactly 180 or −180",
                    lambda t: int((t["lon"].abs() == 180).sum()),
                    AT_180,
                    AT_180,
                ),
                Defect(
                    "wrapped longitude",
                    "lon above 180",
                    lambda t: int((t["lon"] > 180).sum()),
                    BEYOND_180,
                    BEYOND_180,
                ),
                Defect(
                    "NaN",
                    "rows with NaN in lon, lat or score",
                    lambda t: int(t.isna().any(axis=1).sum()),
                    NAN,
                    NAN,
                ),
                Defect("unordered", "rows older than the row before", _unordered, 2519, 2519),
                Defect(
                    "newest is ignored",
                    "whether the newest row lies beyond the map (1: yes)",
                    _ignored_newest,
                    1,
                    1,
                ),
            ),
        ),
        _make,
    ),
)
