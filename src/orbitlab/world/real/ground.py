"""Ground stations of a real constellation, and what its dishes said about themselves."""

from __future__ import annotations

import pandas as pd

from .reading import read_csv


def gateways() -> pd.DataFrame:
    """Load the ground stations of Starlink as enthusiasts list them, state of 2026-03-20.

    Returns
    -------
    name, latitude_deg, longitude_deg, status ("operational" or "planned"), kind ("gateway"
    or "pop", a point of presence); 357 rows. 307 are gateways, 214 of them operational.

    What it is not: an official list. Positions are the map's, heights are not given, and a
    station that stands in the list may be out of use.

    Raises
    ------
    DataMissing, DataAltered
        the file is absent or not the published one.
    """
    raw = read_csv("real/gateways/ground_stations.csv")
    return raw.rename(columns={"lat": "latitude_deg", "lon": "longitude_deg", "type": "kind"})


def wetlinks_meta() -> pd.DataFrame:
    """Load the software versions that two dishes reported, September 2023 to March 2024.

    Returns
    -------
    site ("Enschede" or "Osnabruck"), observed_at (no zone given), hardware_version,
    software_version; 55 rows, one per change seen, 30 distinct versions. 40 of 55 fall
    into the hours 02 and 03.

    Faults left in: versions go back as well as forward, one dish is replaced by another
    generation, and a change is seen when the dish is asked, not when it happens.

    What it is not: a record of the operator's releases; two dishes are no sample.

    Raises
    ------
    DataMissing, DataAltered
        the file is absent or not the published one.
    """
    raw = read_csv("real/wetlinks_meta/dish_firmware_events.csv")
    return raw.assign(observed_at=pd.to_datetime(raw["observed_at"]))
