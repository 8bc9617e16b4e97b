"""Satellites, gateways and terminals of Kestrel Orbital."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from . import dice
from .spec import Column, Defect, Recipe, TableSpec

PLANES, SLOTS = 4, 6
# Walker 53°: 24/4/1, so that neighbouring planes are shifted by 360°/24.
PLANE_SHIFT_DEG = 15.0

REGIONS = {"north": "NO", "south": "SO", "islands": "IS"}
PLANS = ("residential", "business", "roam")
TERMINALS = 60

# gateway_id, lat_deg, lon_deg, h_m, min_elev_deg, max_links
_GATEWAYS: tuple[tuple[str, float, float, float, float, int], ...] = (
    ("NO0", 54.32, -3.41, 120.0, 25.0, 8),
    ("NO1", 55.71, 8.93, 15.0, 25.0, 8),
    ("NO2", 52.18, 17.54, 95.0, 30.0, 6),
    ("NO3", 50.47, 27.06, 180.0, 35.0, 6),
    ("SO0", -33.12, -70.88, 640.0, 25.0, 8),
    ("SO1", -38.74, -62.21, 25.0, 30.0, 6),
    ("SO2", -34.59, -57.93, 20.0, 25.0, 8),
    ("SO3", -45.83, -67.45, 60.0, 35.0, 6),
    ("IS0", -9.44, 159.97, 35.0, 20.0, 4),
    ("IS1", -13.82, -171.77, 10.0, 20.0, 4),
    ("IS2", -21.19, -175.21, 12.0, 30.0, 4),
    ("IS3", -16.65, 179.9, 8.0, 20.0, 4),
)

GATEWAY_IDS = tuple(row[0] for row in _GATEWAYS)
_REGION_OF_PREFIX = {prefix: region for region, prefix in REGIONS.items()}


def region_of(gateway_id: str) -> str:
    """Return the region of a gateway: north, south or islands."""
    return _REGION_OF_PREFIX[gateway_id[:2]]


def terminal_regions() -> list[str]:
    """Return the region of each terminal in the order of its id, 20 per region."""
    return [list(REGIONS)[i * len(REGIONS) // TERMINALS] for i in range(TERMINALS)]


def terminal_plans() -> list[str]:
    """Return the plan of each terminal in the order of its id."""
    return [PLANS[int(i)] for i in dice.integers("terminals/plan", TERMINALS, 0, 2)]


def satellite_columns() -> dict[str, Any]:
    """Return the columns of the table satellites."""
    plane, slot = np.divmod(np.arange(PLANES * SLOTS), SLOTS)
    return {
        "sat_id": [f"K-{i + 1:02d}" for i in range(PLANES * SLOTS)],
        "plane": plane,
        "slot": slot,
        "incl_deg": np.full(PLANES * SLOTS, 53.0),
        "alt_km": np.full(PLANES * SLOTS, 550.0),
        "raan_deg": plane * (360.0 / PLANES),
        "phase_deg": (slot * (360.0 / SLOTS) + plane * PLANE_SHIFT_DEG) % 360.0,
    }


def gateway_columns() -> dict[str, Any]:
    """Return the columns of the table gateways."""
    ids, lat, lon, height, elevation, links = zip(*_GATEWAYS, strict=True)
    return {
        "gateway_id": list(ids),
        "region": [region_of(g) for g in ids],
        "lat_deg": list(lat),
        "lon_deg": list(lon),
        "h_m": list(height),
        "min_elev_deg": list(elevation),
        "max_links": list(links),
    }


def _terminals() -> dict[str, Any]:
    regions = terminal_regions()
    near = dice.integers("terminals/near", TERMINALS, 0, 3)
    by_id = {row[0]: row for row in _GATEWAYS}
    homes = [by_id[f"{REGIONS[r]}{int(k)}"] for r, k in zip(regions, near, strict=True)]
    # A terminal stands within about two degrees of one gateway; 0.001° is about 100 m.
    d_lat = dice.integers("terminals/lat", TERMINALS, -2000, 2000)
    d_lon = dice.integers("terminals/lon", TERMINALS, -2000, 2000)
    lat = [(round(h[1] * 1000) + int(d)) / 1000 for h, d in zip(homes, d_lat, strict=True)]
    lon_milli = [round(h[2] * 1000) + int(d) for h, d in zip(homes, d_lon, strict=True)]
    return {
        "terminal_id": [1001 + i for i in range(TERMINALS)],
        "region": regions,
        "lat": lat,
        "lon": [((m + 180_000) % 360_000 - 180_000) / 1000 for m in lon_milli],
        "plan": terminal_plans(),
    }


def _at_antimeridian(t: pd.DataFrame) -> int:
    return int(((t["gateway_id"] == "IS3") & (t["lon_deg"] == 179.9)).sum())


RECIPES = (
    Recipe(
        TableSpec(
            name="satellites",
            grain="one satellite",
            rows=PLANES * SLOTS,
            order="sat_id",
            columns=(
                Column("sat_id", "VARCHAR", "K-01 … K-24", "satellite"),
                Column("plane", "BIGINT", "0 … 3", "orbital plane"),
                Column("slot", "BIGINT", "0 … 5", "place within the plane"),
                Column("incl_deg", "DOUBLE", "degrees", "inclination, 53 for all"),
                Column("alt_km", "DOUBLE", "km", "altitude above the equator's radius, 550"),
                Column("raan_deg", "DOUBLE", "degrees", "right ascension of the ascending node"),
                Column("phase_deg", "DOUBLE", "degrees", "argument of latitude at the epoch"),
            ),
            notes=("The epoch is 2026-01-05T00:00:00Z; orbits are circular (Walker 24/4/1).",),
        ),
        satellite_columns,
    ),
    Recipe(
        TableSpec(
            name="gateways",
            grain="one gateway",
            rows=len(_GATEWAYS),
            order="region as north, south, islands, then gateway_id",
            columns=(
                Column("gateway_id", "VARCHAR", "NO0–3, SO0–3, IS0–3", "gateway"),
                Column("region", "VARCHAR", "north, south, islands", "region"),
                Column("lat_deg", "DOUBLE", "degrees, WGS-84", "geodetic latitude"),
                Column("lon_deg", "DOUBLE", "degrees, WGS-84", "longitude in [−180, 180)"),
                Column("h_m", "DOUBLE", "m", "height above the ellipsoid"),
                Column("min_elev_deg", "DOUBLE", "degrees", "lowest elevation it may use"),
                Column("max_links", "BIGINT", "count", "satellites it can serve at once"),
            ),
            defects=(
                Defect(
                    "antimeridian",
                    "IS3 sits at longitude 179.9, IS1 and IS2 beyond the date line",
                    _at_antimeridian,
                    1,
                    1,
                ),
            ),
            notes=("The sites are fictional.",),
        ),
        gateway_columns,
    ),
    Recipe(
        TableSpec(
            name="terminals",
            grain="one customer terminal",
            rows=TERMINALS,
            order="terminal_id",
            columns=(
                Column("terminal_id", "BIGINT", "1001 … 1060", "terminal"),
                Column("region", "VARCHAR", "north, south, islands", "region"),
                Column("lat", "DOUBLE", "degrees, WGS-84", "latitude"),
                Column("lon", "DOUBLE", "degrees, WGS-84", "longitude in [−180, 180)"),
                Column("plan", "VARCHAR", "residential, business, roam", "data plan"),
            ),
            notes=("The terminals are fictional and stand near one of their region's gateways.",),
        ),
        _terminals,
    ),
)
