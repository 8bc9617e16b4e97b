"""Specific attenuation by rain after Recommendation ITU-R P.838-3 (2005)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class _Curve(NamedTuple):
    """A sum of Gaussians in log10 f plus a line: tables 1 to 4 of the Recommendation."""

    a: tuple[float, ...]
    b: tuple[float, ...]
    c: tuple[float, ...]
    slope: float
    offset: float


_K_H = _Curve(
    (-5.33980, -0.35351, -0.23789, -0.94158),
    (-0.10008, 1.26970, 0.86036, 0.64552),
    (1.13098, 0.45400, 0.15354, 0.16817),
    -0.18961,
    0.71147,
)
_K_V = _Curve(
    (-3.80595, -3.44965, -0.39902, 0.50167),
    (0.56934, -0.22911, 0.73042, 1.07319),
    (0.81061, 0.51059, 0.11899, 0.27195),
    -0.16398,
    0.63297,
)
_ALPHA_H = _Curve(
    (-0.14318, 0.29591, 0.32177, -5.37610, 16.1721),
    (1.82442, 0.77564, 0.63773, -0.96230, -3.29980),
    (-0.55187, 0.19822, 0.13164, 1.47828, 3.43990),
    0.67849,
    -1.95537,
)
_ALPHA_V = _Curve(
    (-0.07771, 0.56727, -0.20238, -48.2991, 48.5833),
    (2.33840, 0.95545, 1.14520, 0.791669, 0.791459),
    (-0.76284, 0.54039, 0.26809, 0.116226, 0.116479),
    -0.053739,
    0.83433,
)

Floats = NDArray[np.float64]


def _evaluate(curve: _Curve, log_f: Floats) -> Floats:
    total = curve.slope * log_f + curve.offset
    for a, b, c in zip(curve.a, curve.b, curve.c, strict=True):
        total = total + a * np.exp(-(((log_f - b) / c) ** 2))
    return total


def rain_coefficients(
    frequency_ghz: ArrayLike, elevation_deg: ArrayLike, tilt_deg: ArrayLike
) -> tuple[Any, Any]:
    """Return (k, alpha) of Recommendation ITU-R P.838-3, formulas (2) to (5).

    log10 k_H, log10 k_V, alpha_H and alpha_V are sums of Gaussians in log10 f plus a
    line. With u = cos² elevation · cos 2·tilt the path has
    k = (k_H + k_V + (k_H − k_V)·u) / 2 and
    alpha = (k_H·alpha_H + k_V·alpha_V + (k_H·alpha_H − k_V·alpha_V)·u) / (2k).

    Parameters
    ----------
    frequency_ghz
        frequency in GHz, 1 to 1000.
    elevation_deg
        elevation of the path in degrees, 0 for a terrestrial link.
    tilt_deg
        tilt of the polarization against the horizontal in degrees: 0
        horizontal, 90 vertical, 45 circular.

    Returns
    -------
    Two float arrays of the broadcast shape, or two floats for scalars.

    Raises
    ------
    ValueError
        a frequency is outside 1 to 1000 GHz or an angle is not finite.
    """
    f = np.asarray(frequency_ghz, dtype=np.float64)
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    tilt = np.asarray(tilt_deg, dtype=np.float64)
    if not np.all((f >= 1.0) & (f <= 1000.0)):
        raise ValueError("frequency_ghz must lie between 1 and 1000 GHz")
    if not (np.all(np.isfinite(elevation)) and np.all(np.isfinite(tilt))):
        raise ValueError("elevation_deg and tilt_deg must be finite")
    log_f = np.log10(f)
    k_h, k_v = 10.0 ** _evaluate(_K_H, log_f), 10.0 ** _evaluate(_K_V, log_f)
    ka_h, ka_v = k_h * _evaluate(_ALPHA_H, log_f), k_v * _evaluate(_ALPHA_V, log_f)
    u = np.cos(np.radians(elevation)) ** 2 * np.cos(2 * np.radians(tilt))
    k = (k_h + k_v + (k_h - k_v) * u) / 2
    alpha = (ka_h + ka_v + (ka_h - ka_v) * u) / (2 * k)
    return (k, alpha) if np.ndim(k) else (float(k), float(alpha))


def rain_specific_attenuation(
    frequency_ghz: ArrayLike,
    rain_rate_mm_h: ArrayLike,
    elevation_deg: ArrayLike,
    tilt_deg: ArrayLike,
) -> Any:
    """Return the attenuation by rain in dB per km: gamma = k · R^alpha.

    Source: Recommendation ITU-R P.838-3, formula (1); k and alpha as in
    `rain_coefficients`. All arguments broadcast.

    Parameters
    ----------
    frequency_ghz
        frequency in GHz, 1 to 1000.
    rain_rate_mm_h
        rain rate in mm/h, 0 or more; NaN gives NaN.
    elevation_deg
        elevation of the path in degrees, 0 for a terrestrial link.
    tilt_deg
        tilt of the polarization in degrees: 0 horizontal, 90 vertical, 45
        circular.

    Returns
    -------
    A float array of the broadcast shape in dB/km, or a float for scalars.

    Raises
    ------
    ValueError
        a rain rate is negative or infinite, a frequency is outside 1 to
        1000 GHz, or an angle is not finite.
    """
    rate = np.asarray(rain_rate_mm_h, dtype=np.float64)
    if np.any(rate < 0) or np.any(np.isinf(rate)):
        raise ValueError("rain_rate_mm_h must be finite and not negative")
    k, alpha = rain_coefficients(frequency_ghz, elevation_deg, tilt_deg)
    gamma = k * np.power(rate, alpha)
    return gamma if np.ndim(gamma) else float(gamma)
