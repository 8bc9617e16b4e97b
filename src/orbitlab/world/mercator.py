"""Web Mercator (EPSG:3857): the square world of map tiles.

The forward projection is the sphere's, with radius 6378137 m, on geodetic coordinates; the
world is the square up to ±85.0511287798066° of latitude.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

RADIUS_M = 6_378_137.0


class Bounds(NamedTuple):
    """The edges of a tile, degrees."""

    west: float
    south: float
    east: float
    north: float


def mercator_m(lat_deg: ArrayLike, lon_deg: ArrayLike) -> NDArray[np.float64]:
    """Return EPSG:3857 coordinates (x east, y north) in m, shape (…, 2)."""
    lat, lon = np.radians(np.asarray(lat_deg, float)), np.radians(np.asarray(lon_deg, float))
    x, y = np.broadcast_arrays(RADIUS_M * lon, RADIUS_M * np.arcsinh(np.tan(lat)))
    return np.stack([x, y], axis=-1)


def tile_bounds(zoom: int, x: int, y: int) -> Bounds:
    """Return the edges of tile (x, y) of a zoom; y counts from the north.

    Raises
    ------
    ValueError
        the zoom is negative or has no such tile.
    """
    n = 2**zoom if zoom >= 0 else 0
    if not (0 <= x < n and 0 <= y < n):
        raise ValueError(f"there is no tile {x}/{y} at zoom {zoom}")

    def latitude(edge: int) -> float:
        return float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * edge / n)))))

    return Bounds(x / n * 360 - 180, latitude(y + 1), (x + 1) / n * 360 - 180, latitude(y))
