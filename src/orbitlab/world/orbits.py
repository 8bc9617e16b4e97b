"""Where satellites are: circular two-body orbits for the world, SGP4 for real element sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from .geodesy import A_KM
from .story import WEEK_START

Floats = NDArray[np.float64]

# Gravitational constant of the Earth (WGS-84 / EGM96), km³/s².
MU_KM3_S2 = 398_600.4418
_UNIX_EPOCH_JD = 2_440_587.5


def sidereal_angle_rad(ts: ArrayLike) -> Floats:
    """Return the Greenwich mean sidereal time (IAU 1982) at UTC seconds since 1970, [0, 2π).

    UT1 is taken as UTC: an error of at most 0.9 s, 0.004°.
    """
    days = np.asarray(ts, float) / 86_400 - (2_451_545.0 - _UNIX_EPOCH_JD)
    t = days / 36_525
    # Whole turns are taken off first: 876600 h are 36525 turns a century.
    seconds = 67_310.548_41 + (8_640_184.812866 + (0.093104 - 6.2e-6 * t) * t) * t
    turns = days % 1.0 + seconds / 86_400
    return 2 * np.pi * (turns % 1.0)


def _to_earth(inertial: Floats, ts: ArrayLike) -> Floats:
    """Turn inertial positions (S, T, 3) into Earth-fixed ones by the sidereal angle."""
    angle = sidereal_angle_rad(ts)
    c, s = np.cos(angle), np.sin(angle)
    x, y, z = inertial[..., 0], inertial[..., 1], inertial[..., 2]
    return np.stack([c * x + s * y, c * y - s * x, z], axis=-1)


def circular_ecef_km(satellites: pd.DataFrame, ts: ArrayLike, epoch_ts: int = WEEK_START) -> Floats:
    """Return Earth-fixed positions on circular two-body orbits, shape (satellites, times, 3), km.

    Parameters
    ----------
    satellites
        columns incl_deg, alt_km, raan_deg, phase_deg as in the table `satellites`; the
        radius is the equator's plus alt_km, the mean motion √(μ/r³).
    ts
        UTC seconds since 1970, shape (times,).
    epoch_ts
        when the argument of latitude is phase_deg.
    """
    times = np.asarray(ts, float)
    radius = A_KM + satellites["alt_km"].to_numpy(float)[:, None]
    motion = np.sqrt(MU_KM3_S2 / radius**3)
    u = np.radians(satellites["phase_deg"].to_numpy(float))[:, None] + motion * (times - epoch_ts)
    tilt = np.radians(satellites["incl_deg"].to_numpy(float))[:, None]
    node = np.radians(satellites["raan_deg"].to_numpy(float))[:, None]
    x = radius * (np.cos(node) * np.cos(u) - np.sin(node) * np.sin(u) * np.cos(tilt))
    y = radius * (np.sin(node) * np.cos(u) + np.cos(node) * np.sin(u) * np.cos(tilt))
    z = radius * np.sin(u) * np.sin(tilt)
    return _to_earth(np.stack([x, y, z], axis=-1), times)


@dataclass(frozen=True)
class Propagated:
    """SGP4 states of S satellites at T times.

    Attributes
    ----------
    ecef_km
        Earth-fixed positions, (S, T, 3); NaN where SGP4 gave up.
    teme_km, teme_km_s
        positions and velocities in SGP4's own frame (true equator, mean equinox).
    error
        SGP4's error code, (S, T); 0 is none, 6 is decayed.
    """

    ecef_km: Floats
    teme_km: Floats
    teme_km_s: Floats
    error: NDArray[np.uint8]


def propagate(line1: Sequence[str], line2: Sequence[str], ts: ArrayLike) -> Propagated:
    """Propagate two-line element sets with SGP4.

    Source: Vallado, Crawford, Hujsak, Kelso, "Revisiting Spacetrack Report #3" (AIAA
    2006-6753), through the package sgp4, with the constants of WGS-72 that element sets are
    made for. Earth-fixed positions leave polar motion out (below 15 m).

    Parameters
    ----------
    line1, line2
        the element sets, S each.
    ts
        UTC seconds since 1970, shape (T,).

    Raises
    ------
    ValueError
        a line is no line of an element set.
    """
    from sgp4.api import Satrec, SatrecArray

    times = np.atleast_1d(np.asarray(ts, float))
    whole = np.floor(times / 86_400)
    jd, fraction = whole + _UNIX_EPOCH_JD, times / 86_400 - whole
    fleet = SatrecArray([Satrec.twoline2rv(a, b) for a, b in zip(line1, line2, strict=True)])
    error, position, velocity = fleet.sgp4(jd, fraction)
    position[error != 0] = np.nan
    return Propagated(
        ecef_km=_to_earth(position, times),
        teme_km=position,
        teme_km_s=velocity,
        error=error,
    )
