"""When each gateway saw each satellite: 48 hours of passes on two-body orbits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import constellation, dice
from .geodesy import site_ecef_km
from .orbits import circular_ecef_km
from .rounding import settled
from .spec import Column, Defect, Recipe, TableSpec
from .story import DAY, WEEK_START

SPAN_S = 2 * DAY
STEP_S = 30
HALF_S = 300
ZERO_LENGTH = 3
OVERLAPS = 23
ROWS = 1566

Floats = NDArray[np.float64]


def _sine(positions: Floats, place: Floats, up: Floats) -> Floats:
    """Return the sine of the elevation of positions (…, 3) above places (…, 3)."""
    away = positions - place
    height = (away * up).sum(axis=-1)
    sine: Floats = height / np.sqrt((away * away).sum(axis=-1))
    return sine


class _Watch:
    """Elevations of all satellites above all gateways."""

    def __init__(self) -> None:
        self.satellites = pd.DataFrame(constellation.satellite_columns())
        gateways = pd.DataFrame(constellation.gateway_columns())
        lat, lon = gateways["lat_deg"].to_numpy(), gateways["lon_deg"].to_numpy()
        self.place = site_ecef_km(lat, lon, gateways["h_m"].to_numpy())
        # Up is normal to the ellipsoid: the direction of the geodetic latitude.
        self.up = site_ecef_km(lat, lon, 1e6) - site_ecef_km(lat, lon, 0.0)
        self.up /= np.sqrt((self.up**2).sum(axis=-1, keepdims=True))
        self.limit = np.sin(np.radians(gateways["min_elev_deg"].to_numpy()))
        self.gateway_id = gateways["gateway_id"].to_numpy()

    def coarse(self) -> Floats:
        """Return the sine of the elevation every STEP_S, shape (satellites, gateways, T)."""
        ts = WEEK_START + np.arange(0, SPAN_S + STEP_S, STEP_S)
        positions = circular_ecef_km(self.satellites, ts)
        return np.stack(
            [_sine(positions, p, u) for p, u in zip(self.place, self.up, strict=True)], axis=1
        )

    def at(self, sat: dice.Ints, gateway: dice.Ints, ts: dice.Ints) -> Floats:
        """Return the sine of the elevation for N pairs at times of shape (N, K)."""
        out = np.empty(ts.shape)
        for s in np.unique(sat):
            rows = np.flatnonzero(sat == s)
            position = circular_ecef_km(self.satellites.iloc[[s]], ts[rows].ravel())[0]
            position = position.reshape(rows.size, ts.shape[1], 3)
            place, up = self.place[gateway[rows]][:, None], self.up[gateway[rows]][:, None]
            out[rows] = _sine(position, place, up)
        return out


def _above(sine: Floats, limit: Floats) -> NDArray[np.bool_]:
    """Return where the elevation is above the limit, shape (N, K).

    Raises
    ------
    ValueError
        a second lies so near to the limit that another processor could see it otherwise, or
        a pass is longer than was looked at.
    """
    gap = sine - limit[:, None]
    if np.any(np.abs(gap) < 1e-10) or np.any(gap[:, -1] > 0):
        raise ValueError("a pass is not settled; change min_elev_deg or HALF_S")
    return gap > 0


def _make() -> dict[str, Any]:
    watch = _Watch()
    sine = watch.coarse()
    limit = watch.limit[None, :, None]
    # A pass shows as a peak of the coarse elevations, even if it fits between two steps.
    middle = sine[..., 1:-1]
    peak = (middle >= sine[..., :-2]) & (middle > sine[..., 2:])
    near = peak & (middle > limit - 0.05)
    sat, gateway, k = (x.astype(np.int64) for x in np.nonzero(near))
    # Passes that reach over either end of the table are left out.
    seconds = WEEK_START + (k[:, None] + 1) * STEP_S + np.arange(-STEP_S, STEP_S + 1)
    fine = watch.at(sat, gateway, seconds)
    best = fine.argmax(axis=1)
    top = fine[np.arange(best.size), best]
    top_ts = seconds[np.arange(best.size), best]
    seen = top > watch.limit[gateway]

    # Half a pass lasts less than HALF_S: the first and the last second above the limit.
    s, g, t = sat[seen], gateway[seen], top_ts[seen]
    before = _above(watch.at(s, g, t[:, None] - np.arange(HALF_S)), watch.limit[g])
    after = _above(watch.at(s, g, t[:, None] + np.arange(HALF_S)), watch.limit[g])
    aos = t - before.argmin(axis=1) + 1
    los = t + after.argmin(axis=1)
    whole = (aos >= WEEK_START) & (los <= WEEK_START + SPAN_S)

    # Three more came to the limit and never above it: logged, but without length.
    missed = np.flatnonzero(~seen)
    grazing = missed[np.argsort((watch.limit[gateway] - top)[missed])[:ZERO_LENGTH]]
    who_s = np.concatenate([s[whole], sat[grazing]])
    who_g = np.concatenate([g[whole], gateway[grazing]])
    start = np.concatenate([aos[whole], top_ts[grazing]])
    end = np.concatenate([los[whole], top_ts[grazing]])
    height = np.degrees(np.arcsin(np.concatenate([top[seen][whole], top[grazing]])))
    order = np.lexsort((who_s, who_g, start))
    return {
        "pass_id": np.arange(1, order.size + 1),
        "sat_id": watch.satellites["sat_id"].to_numpy()[who_s[order]],
        "gateway_id": watch.gateway_id[who_g[order]],
        "aos_ts": start[order],
        "los_ts": end[order],
        "max_elev_deg": settled(height, 100)[order] / 100,
    }


def _overlaps(t: pd.DataFrame) -> int:
    """Count passes that begin while the gateway still sees a satellite."""
    found = 0
    for _, rows in t.sort_values(["aos_ts", "los_ts"]).groupby("gateway_id"):
        latest = rows["los_ts"].cummax().shift()
        found += int((rows["aos_ts"] < latest).sum())
    return found


RECIPES = (
    Recipe(
        TableSpec(
            name="passes",
            grain="one pass of one satellite over one gateway",
            rows=ROWS,
            order="aos_ts, gateway as in gateways, sat_id",
            columns=(
                Column("pass_id", "BIGINT", "1 … rows", "unique number"),
                Column("sat_id", "VARCHAR", "K-01 … K-24", "satellite"),
                Column("gateway_id", "VARCHAR", "NO0–3, SO0–3, IS0–3", "gateway that sees it"),
                Column(
                    "aos_ts",
                    "BIGINT",
                    "s UTC since 1970",
                    "first second above the gateway's min_elev_deg",
                ),
                Column("los_ts", "BIGINT", "s UTC since 1970", "first second below it again"),
                Column(
                    "max_elev_deg", "DOUBLE", "degrees, steps of 0.01", "highest elevation of it"
                ),
            ),
            defects=(
                Defect(
                    "overlaps",
                    "passes that begin while the gateway still sees another satellite",
                    _overlaps,
                    OVERLAPS,
                    OVERLAPS,
                ),
                Defect(
                    "zero length",
                    "passes that reached the limit and never rose above it: aos_ts = los_ts",
                    lambda t: int((t["aos_ts"] == t["los_ts"]).sum()),
                    ZERO_LENGTH,
                    ZERO_LENGTH,
                ),
            ),
            notes=(
                "Two-body, circular, 48 h from 2026-01-05T00:00Z; passes that reach over either "
                "end are left out.",
                "Elevations are geometric, above the horizon of the ellipsoid.",
            ),
        ),
        _make,
    ),
)
