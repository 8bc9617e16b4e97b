"""Places on the ground: surveyed control points, and a roof model's scores at 400 sites."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from . import dice
from .constellation import gateway_columns
from .rounding import settled
from .spec import Column, Defect, Recipe, TableSpec

POINTS = 400
BIAS_E_CM, BIAS_N_CM, NOISE_CM = 1240, -730, 450
POINT_NAN = 9
METRES_PER_DEG = 6_371_008.8 * np.pi / 180

SITES, PER_SITE, DAYS, SHIFT_DAY = 400, 20, 10, 5
MISSING_PERMILLE = 60
FEATURES = ("f1", "f2", "f3", "f4")
OVERCONFIDENCE_PERCENT = 220


def _wrapped(lon: dice.Ints, turn: int) -> dice.Ints:
    return (lon + turn // 2) % turn - turn // 2


def _around_gateways(name: str, n: int, reach: int) -> tuple[dice.Ints, dice.Ints, dice.Ints]:
    """Return (gateway index, lat, lon in 1e-5 degrees) of n places near the gateways."""
    sites = gateway_columns()
    near = dice.integers(f"{name}/near", n, 0, len(sites["gateway_id"]) - 1)
    lat = np.round(np.array(sites["lat_deg"]) * 100_000).astype(np.int64)[near]
    lon = np.round(np.array(sites["lon_deg"]) * 100_000).astype(np.int64)[near]
    lat = lat + dice.integers(f"{name}/lat", n, -reach, reach)
    lon = lon + dice.integers(f"{name}/lon", n, -reach, reach)
    return near, lat, _wrapped(lon, 36_000_000)


def _control_points() -> dict[str, Any]:
    _, lat, lon = _around_gateways("points", POINTS, 30_000)
    # Four points stand within three metres of the date line, so that their errors cross it.
    lon[:4] = np.array([17_999_999, 17_999_998, 17_999_999, 17_999_997])
    lat[:4] = np.array([-1_664_900, -1_665_100, -1_665_300, -1_664_700])
    east = BIAS_E_CM + dice.bell("points/east", POINTS, NOISE_CM)
    north = BIAS_N_CM + dice.bell("points/north", POINTS, NOISE_CM)
    shrink = np.cos(np.radians(lat / 100_000))
    steps = 10_000_000
    lat_p = lat * 100 + settled(north / 100 / METRES_PER_DEG, steps)
    lon_p = lon * 100 + settled(east / 100 / METRES_PER_DEG / shrink, steps)
    lat_pred, lon_pred = lat_p / steps, _wrapped(lon_p, 360 * steps) / steps
    nan = 4 + dice.choose("points/nan", POINTS - 4, POINT_NAN)
    lat_pred[nan] = np.nan
    lon_pred[nan[::2]] = np.nan
    return {
        "point_id": [f"P{i:03d}" for i in range(POINTS)],
        "lat_pred_deg": lat_pred,
        "lon_pred_deg": lon_pred,
        "lat_true_deg": lat / 100_000,
        "lon_true_deg": lon / 100_000,
    }


def _crossing(t: pd.DataFrame) -> int:
    return int(((t["lon_pred_deg"] - t["lon_true_deg"]).abs() > 180).sum())


def _biased(t: pd.DataFrame) -> int:
    """Whether the median error is 12.4 m east and 7.3 m south, each to 1 m."""
    turn = (t["lon_pred_deg"] - t["lon_true_deg"] + 180) % 360 - 180
    east = turn * METRES_PER_DEG * np.cos(np.radians(t["lat_true_deg"]))
    north = (t["lat_pred_deg"] - t["lat_true_deg"]) * METRES_PER_DEG
    return int(abs(east.median() - 12.4) < 1 and abs(north.median() + 7.3) < 1)


def _model_scores() -> dict[str, Any]:
    near, lat, lon = _around_gateways("sites", SITES, 150_000)
    # One site in four stands a few hundred metres from the site before it.
    beside = np.flatnonzero(np.arange(SITES) % 4 == 3)
    for axis, name in ((lat, "lat"), (lon, "lon")):
        axis[beside] = axis[beside - 1] + dice.integers(
            f"sites/beside_{name}", beside.size, 100, 400
        )
    near[beside] = near[beside - 1]
    lon = _wrapped(lon, 36_000_000)

    n = SITES * PER_SITE
    site = np.repeat(np.arange(SITES), PER_SITE)
    day = np.tile(np.arange(PER_SITE) * DAYS // PER_SITE, SITES)
    after = (day >= SHIFT_DAY).astype(np.int64)
    own = dice.bell("sites/own", SITES, 1000)
    f1, f2 = dice.bell("sites/f1", n, 1000), dice.bell("sites/f2", n, 1000)
    # f3 is a fingerprint of the site: it says nothing about a site never seen.
    f3 = dice.bell("sites/print", SITES, 2000)[site] + dice.bell("sites/f3", n, 40)
    f4 = dice.bell("sites/f4", n, 1000)
    # From day 5 on the images are brighter, and roofs are rarer than the model thinks.
    f2 = f2 + 700 * after
    believed = -1200 + f1 + 7 * f2 // 10 + 13 * own[site] // 10
    true = believed - 1100 * after
    chance = settled(1 / (1 + np.exp(-true / 1000)), 1_000_000)
    y = (dice.integers("sites/y", n, 0, 999_999) < chance).astype(np.int64)
    logit = (believed + dice.bell("sites/model", n, 400)) * OVERCONFIDENCE_PERCENT // 100
    columns = dict(zip(FEATURES, (f1, f2, f3, f4), strict=True))
    features: dict[str, Any] = {}
    for name, values in columns.items():
        features[name] = values / 1000
        gone = dice.integers(f"sites/missing_{name}", n, 0, 999) < MISSING_PERMILLE
        features[name][gone] = np.nan
    ids = gateway_columns()["gateway_id"]
    return {
        "site_id": [f"R{i:03d}" for i in site],
        "gateway_id": [ids[k] for k in near[site]],
        "lat": lat[site] / 100_000,
        "lon": lon[site] / 100_000,
        "day": day,
        **features,
        "logit": logit / 1000,
        "y": y,
    }


def _fingerprints(t: pd.DataFrame) -> int:
    """Count sites whose f3 hardly varies within while it differs between sites."""
    within = t.groupby("site_id")["f3"].std()
    return int((within < 0.1 * t["f3"].std()).sum())


def _overconfident(t: pd.DataFrame) -> int:
    """Whether, before the shift, halving the logits brings them nearer to the truth."""
    early = t[t["day"] < SHIFT_DAY]
    sign = np.where(early["y"] == 1, 1.0, -1.0)

    def loss(temperature: float) -> float:
        return float(np.logaddexp(0, -sign * early["logit"] / temperature).mean())

    return int(loss(2.0) < loss(1.0) - 0.02)


def _shifted(t: pd.DataFrame) -> int:
    """Whether from day 5 on f2 is larger and y rarer for the same logit."""
    late = t["day"] >= SHIFT_DAY
    f2 = t.groupby(late)["f2"].mean()
    band = t["logit"].between(-2, 2)
    y = t[band].groupby(late)["y"].mean()
    return int(f2[True] - f2[False] > 0.5 and y[False] - y[True] > 0.1)


RECIPES = (
    Recipe(
        TableSpec(
            name="control_points",
            grain="one surveyed point, as found by the geolocation and as it is",
            rows=POINTS,
            order="point_id",
            columns=(
                Column("point_id", "VARCHAR", "P000 … P399", "point"),
                Column("lat_pred_deg", "DOUBLE", "degrees", "found latitude", nan=True),
                Column(
                    "lon_pred_deg", "DOUBLE", "degrees, [−180, 180)", "found longitude", nan=True
                ),
                Column("lat_true_deg", "DOUBLE", "degrees", "surveyed latitude"),
                Column("lon_true_deg", "DOUBLE", "degrees, [−180, 180)", "surveyed longitude"),
            ),
            defects=(
                Defect("bias", "12.4 m to the east and 7.3 m to the south (1: yes)", _biased, 1, 1),
                Defect("antimeridian", "points whose error crosses the date line", _crossing, 3, 3),
                Defect(
                    "NaN",
                    "points that were not found",
                    lambda t: int(t["lat_pred_deg"].isna().sum()),
                    POINT_NAN,
                    POINT_NAN,
                ),
            ),
        ),
        _control_points,
    ),
    Recipe(
        TableSpec(
            name="model_scores",
            grain="one image of one site, as a roof model scored it",
            rows=SITES * PER_SITE,
            order="site_id, day",
            columns=(
                Column("site_id", "VARCHAR", "R000 … R399", "site"),
                Column("gateway_id", "VARCHAR", "NO0–3, SO0–3, IS0–3", "nearest gateway"),
                Column("lat", "DOUBLE", "degrees", "latitude of the site"),
                Column("lon", "DOUBLE", "degrees, [−180, 180)", "longitude of the site"),
                Column("day", "BIGINT", "0 … 9", "day of the image"),
                *(
                    Column(f, "DOUBLE", "no unit, steps of 0.001", "feature", nan=True)
                    for f in FEATURES
                ),
                Column("logit", "DOUBLE", "steps of 0.001", "what the model said"),
                Column("y", "BIGINT", "0, 1", "whether there is a roof"),
            ),
            defects=(
                Defect(
                    "site leakage",
                    "sites that f3 gives away: random rows in train and test share them",
                    _fingerprints,
                    SITES,
                    SITES,
                ),
                Defect(
                    "over-confidence",
                    "logits twice too large and more (1: yes)",
                    _overconfident,
                    1,
                    1,
                ),
                Defect("shift", "another world from day 5 on (1: yes)", _shifted, 1, 1),
                Defect(
                    "missing features",
                    "NaN in f1 to f4 (6 %)",
                    lambda t: int(t[list(FEATURES)].isna().sum().sum()),
                    1910,
                    1910,
                ),
            ),
            notes=("One site in four stands a few hundred metres from another.",),
        ),
        _model_scores,
    ),
)
