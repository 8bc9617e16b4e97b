"""Answers that others computed: geodesics, Web Mercator, PostgreSQL, SGP4."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pandas as pd

from .reading import read_text


@dataclass(frozen=True)
class Oracles:
    """Published answers to compare one's own with; see `oracles`.

    Attributes
    ----------
    geodesics
        one geodesic on WGS-84: lat_1_deg, lon_1_deg, azimuth_1_deg, lat_2_deg,
        lon_2_deg, azimuth_2_deg, distance_m, arc_deg, reduced_length_m, area_m2 (100 rows).
    tiles
        the tile of a point: longitude_deg, latitude_deg, zoom, x, y (2 rows).
    tile_bounds
        zoom, x, y, west_deg, south_deg, east_deg, north_deg (1 row).
    projected
        longitude_deg, latitude_deg, x_m, y_m (EPSG:3857, 1 row).
    postgres
        sql, result (as JSON prints it), note: what PostgreSQL 15.18 answered (8 rows).
    """

    geodesics: pd.DataFrame
    tiles: pd.DataFrame
    tile_bounds: pd.DataFrame
    projected: pd.DataFrame
    postgres: pd.DataFrame


_GEODESIC = [
    *("lat_1_deg", "lon_1_deg", "azimuth_1_deg", "lat_2_deg", "lon_2_deg", "azimuth_2_deg"),
    *("distance_m", "arc_deg", "reduced_length_m", "area_m2"),
]


def oracles() -> Oracles:
    """Load Karney's geodesics, mercantile's Web Mercator vectors and answers of PostgreSQL.

    The geodesics are 100 of GeodTest's, near-polar, near-equatorial, nearly antipodal and
    very short ones among them.

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """
    lines = read_text("real/oracles/GeodTest-100.dat").splitlines()
    geodesics = pd.DataFrame([[float(x) for x in line.split()] for line in lines])
    vectors = json.loads(read_text("real/oracles/mercantile_vectors.json"))
    place = {"lng": "longitude_deg", "lat": "latitude_deg", "z": "zoom"}
    edges = {side: f"{side}_deg" for side in ("west", "south", "east", "north")}
    cases = json.loads(read_text("real/oracles/pg15_datebin_percentile.json"))["cases"]
    return Oracles(
        geodesics=geodesics.set_axis(_GEODESIC, axis="columns"),
        tiles=pd.DataFrame(vectors["lnglat_to_tile"]).rename(columns=place)[
            ["longitude_deg", "latitude_deg", "zoom", "x", "y"]
        ],
        tile_bounds=pd.DataFrame(vectors["bounds"]).rename(columns=place | edges)[
            ["zoom", "x", "y", *edges.values()]
        ],
        projected=pd.DataFrame(vectors["xy"]).rename(columns=place | {"mx": "x_m", "my": "y_m"}),
        postgres=pd.DataFrame(
            {
                "sql": [c["sql"] for c in cases],
                "result": [json.dumps(c["out"]) for c in cases],
                "note": [c.get("note", "") for c in cases],
            }
        ),
    )


@dataclass(frozen=True)
class Sgp4Vectors:
    """Verification cases of SGP4; see `sgp4_vectors`.

    Attributes
    ----------
    elements
        one case: case, norad_id, line1, line2.
    states
        one state: case, norad_id, minutes (since the epoch), x_km, y_km, z_km,
        vx_km_s, vy_km_s, vz_km_s (TEME).
    """

    elements: pd.DataFrame
    states: pd.DataFrame


def sgp4_vectors() -> Sgp4Vectors:
    """Load the verification cases of "Revisiting Spacetrack Report #3" and their states.

    Faults left in: the last cases are made to fail (decayed, eccentricity out of range), so
    their states end early.

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """
    text = read_text("real/sgp4_vectors/SGP4-VER.TLE")
    lines = [line for line in text.splitlines() if line[:2] in ("1 ", "2 ")]
    pairs = list(zip(lines[::2], lines[1::2], strict=True))
    elements = pd.DataFrame(
        {
            "case": range(len(pairs)),
            "norad_id": [int(a[2:7]) for a, _ in pairs],
            "line1": [a[:69] for a, _ in pairs],
            "line2": [b[:69] for _, b in pairs],
        }
    )
    rows: list[list[float]] = []
    case = -1
    for line in read_text("real/sgp4_vectors/tcppver.out").splitlines():
        if re.fullmatch(r"\s*\d+ xx\s*", line):
            case += 1
        elif line.strip():
            rows.append([case, *map(float, line.split()[:7])])
    names = ["case", "minutes", "x_km", "y_km", "z_km", "vx_km_s", "vy_km_s", "vz_km_s"]
    states = pd.DataFrame(rows, columns=names).astype({"case": "int64"})
    states.insert(1, "norad_id", elements["norad_id"].to_numpy()[states["case"]])
    return Sgp4Vectors(elements=elements, states=states)
