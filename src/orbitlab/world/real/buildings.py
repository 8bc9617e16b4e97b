"""Building footprints over aerial imagery of four places."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .reading import read_bytes, read_csv, read_text

OAM_SITES = ("zanzibar", "kampala", "banepa", "catanduanes")
_FOLDER = "real/oam_buildings"


@dataclass(frozen=True)
class OamBuildings:
    """Building footprints and tiles; see `oam_buildings`.

    Attributes
    ----------
    tiles
        one image of 256×256 pixels: site, zoom (19 or 20), x, y (Web Mercator tile),
        building_share (of its area, by the labels), size_bytes (325 rows).
    footprints
        one building: site, osm_id (NULL where it was drawn for the
        labels), ring: the outer ring as an array of (longitude_deg, latitude_deg), closed
        (618 rows).
    """

    tiles: pd.DataFrame
    footprints: pd.DataFrame


def oam_buildings() -> OamBuildings:
    """Load 325 image tiles and 618 building footprints of four sites.

    Faults left in: 81 of Zanzibar's 184 tiles at zoom 20 hold no building; labels are as
    good as their volunteers; a tile at zoom 19 shows the same ground as four at zoom 20;
    some images end in black.

    What it is not: a random sample of the world. The terms of single images could not be
    looked up; OpenAerialMap states CC BY 4.0 for all.

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """
    tiles = read_csv(f"{_FOLDER}/tiles.csv").rename(
        columns={"z": "zoom", "label_cover": "building_share", "bytes": "size_bytes"}
    )
    rows = [
        {
            "site": site,
            "osm_id": feature["properties"]["osm_id"],
            "ring": np.array(feature["geometry"]["coordinates"][0], dtype=float),
        }
        for site in OAM_SITES
        for feature in json.loads(read_text(f"{_FOLDER}/{site}/labels.geojson"))["features"]
    ]
    footprints = pd.DataFrame(rows)
    footprints["osm_id"] = footprints["osm_id"].astype("Int64")
    return OamBuildings(tiles=tiles, footprints=footprints)


def oam_image(site: str, zoom: int, x: int, y: int) -> NDArray[np.uint8]:
    """Return the pixels of one tile, (256, 256, 3): red, green, blue.

    Raises
    ------
    DataMissing, DataAltered
        there is no such tile, or its file is not the published one.
    """
    from matplotlib.image import imread

    content = read_bytes(f"{_FOLDER}/{site}/z{zoom}/{x}_{y}.jpg")
    pixels: NDArray[np.uint8] = imread(io.BytesIO(content), format="jpg")
    return pixels
