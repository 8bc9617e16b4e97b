"""Element sets of a real constellation: one day in full, and eight months of 240 satellites."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .reading import read_bytes, read_csv, read_parquet

SNAPSHOTS_KEPT = ("2025-12-20", "2025-12-21", "2026-05-21")


@dataclass(frozen=True)
class StarlinkTle:
    """Two-line element sets of Starlink; see `starlink_tle`.

    Attributes
    ----------
    latest
        every satellite on 2026-05-21: name, norad_id, line1, line2 (10,359 rows).
    history
        snapshot_date, norad_id, name, line1, line2: 240 satellites in 240 daily
        snapshots (47,507 rows).
    manifest
        one snapshot file: snapshot_date, file, size_bytes, sha256, crlf (line
        ends), satellites, same_bytes_as_previous (240 rows).
    daily
        one inclination and day, whole archive: snapshot_date, inclination_deg (rounded
        class), satellites, altitude_p05_km, altitude_p50_km, altitude_p95_km,
        below_350_km (satellites), age_p50_h (of the elements) (1,070 rows).
    """

    latest: pd.DataFrame
    history: pd.DataFrame
    manifest: pd.DataFrame
    daily: pd.DataFrame


def starlink_tle() -> StarlinkTle:
    """Load element sets of Starlink from a daily archive, 2025-09-20 to 2026-05-21.

    Faults left in: four days are missing (2025-11-20, 2025-11-21, 2025-12-07, 2026-05-14);
    line ends go from CRLF to LF on 2025-12-21 and back on 2026-05-09; many snapshots repeat
    the element set of the day before; some elements are days old; satellites appear and
    decay. The 53° shell has two heights, and its median goes from 540 to 475 km.

    What it is not: a random sample. The 240 are 40 that decayed, 40 that were raised since
    their launch, and 40 seen throughout of each of four inclinations.

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """
    folder = "real/starlink_tle"
    latest = read_parquet(f"{folder}/full_2026-05-21.parquet")
    latest.insert(1, "norad_id", latest["line1"].str[2:7].str.strip())
    history = read_parquet(f"{folder}/history_240sats_240days.parquet")
    manifest = read_csv(f"{folder}/manifest_240_snapshots.csv")
    daily = read_csv(f"{folder}/daily_by_inclination.csv")
    for frame in (history, manifest, daily):
        frame["snapshot_date"] = pd.to_datetime(frame["snapshot_date"]).astype("datetime64[s]")
    return StarlinkTle(
        latest=latest,
        history=history.rename(columns={"norad": "norad_id"}),
        manifest=manifest.rename(columns={"bytes": "size_bytes", "n_sats": "satellites"}).astype(
            {"crlf": "bool"}
        ),
        daily=daily.rename(
            columns={
                "shell": "inclination_deg",
                "n": "satellites",
                "n_below_350": "below_350_km",
                "age_h_p50": "age_p50_h",
            }
            | {f"alt_p{p}": f"altitude_p{p}_km" for p in ("05", "50", "95")}
        ),
    )


def starlink_snapshot(date: str) -> bytes:
    """Return one snapshot file byte for byte, unpacked: three lines a satellite.

    2025-12-20 and 2025-12-21 lie on both sides of the first change of line ends.

    Parameters
    ----------
    date
        2025-12-20, 2025-12-21 or 2026-05-21, the snapshots that are kept whole.

    Raises
    ------
    ValueError
        another date.
    DataMissing, DataAltered
        the file is absent or not the published one.
    """
    if date not in SNAPSHOTS_KEPT:
        raise ValueError(f"only the snapshots of {', '.join(SNAPSHOTS_KEPT)} are kept whole")
    year, month, day = date.split("-")
    return gzip.decompress(read_bytes(f"real/starlink_tle/{day}-{month}-{year}.tle.gz"))


def orbital_elements(element_sets: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers in two-line element sets, one row each, with the same index.

    Parameters
    ----------
    element_sets
        columns line1 and line2.

    Returns
    -------
    epoch (UTC without zone), inclination_deg, raan_deg, eccentricity, mean_motion_rev_day,
    altitude_km: mean altitude above the equator's radius, from the mean motion by
    Kepler's third law (μ 398600.8 km³/s² and 6378.135 km, the constants of WGS-72).
    """
    line1, line2 = element_sets["line1"].str, element_sets["line2"].str
    year = line1[18:20].astype("int64")
    start = pd.to_datetime((year + np.where(year < 57, 2000, 1900)).astype("str"), format="%Y")
    microseconds = ((line1[20:32].astype("float64") - 1) * 86_400e6).round()
    motion = line2[52:63].astype("float64")
    radius = (398_600.8 / (motion * 2 * np.pi / 86_400) ** 2) ** (1 / 3)
    return pd.DataFrame(
        {
            "epoch": start.astype("datetime64[us]") + pd.to_timedelta(microseconds, unit="us"),
            "inclination_deg": line2[8:16].astype("float64"),
            "raan_deg": line2[17:25].astype("float64"),
            "eccentricity": ("0." + line2[26:33]).astype("float64"),
            "mean_motion_rev_day": motion,
            "altitude_km": radius - 6378.135,
        }
    )
