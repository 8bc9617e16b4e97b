"""The link budget of a satellite link: free space, rain, noise.

dBm and dBi throughout. Rain is `rain_specific_attenuation` (ITU-R P.838) times a path length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

SPEED_OF_LIGHT_KM_S = 299_792.458
# Boltzmann's constant, exact since the SI of 2019, J/K.
BOLTZMANN_J_K = 1.380649e-23


def free_space_loss_db(distance_km: ArrayLike, frequency_ghz: ArrayLike) -> Any:
    """Return the loss between isotropic antennas in free space, 20·lg(4πd·f/c), dB.

    Source: Recommendation ITU-R P.525-4, formula (3); its practical form (4),
    32.4 + 20·lg f(MHz) + 20·lg d(km), is this one rounded to 0.1 dB.

    Raises
    ------
    ValueError
        a distance or frequency is not positive.
    """
    d, f = np.asarray(distance_km, float), np.asarray(frequency_ghz, float)
    if np.any(d <= 0) or np.any(f <= 0):
        raise ValueError("distance_km and frequency_ghz must be positive")
    return _number(20 * np.log10(4 * np.pi * d * f * 1e9 / SPEED_OF_LIGHT_KM_S))


def thermal_noise_dbm(bandwidth_mhz: ArrayLike, temperature_k: ArrayLike = 290.0) -> Any:
    """Return the power of thermal noise, 10·lg(k·T·B), dBm.

    Source: Recommendation ITU-R P.372, formula (7) with its reference temperature 290 K, at
    which a bandwidth of 1 Hz has −174 dBm.

    Raises
    ------
    ValueError
        a bandwidth or temperature is not positive.
    """
    b, t = np.asarray(bandwidth_mhz, float), np.asarray(temperature_k, float)
    if np.any(b <= 0) or np.any(t <= 0):
        raise ValueError("bandwidth_mhz and temperature_k must be positive")
    return _number(10 * np.log10(BOLTZMANN_J_K * t * b * 1e6) + 30)


@dataclass(frozen=True)
class LinkBudget:
    """A downlink with fixed ends.

    Attributes
    ----------
    eirp_dbm
        power times antenna gain of the satellite, dBm.
    gain_dbi
        antenna gain on the ground.
    frequency_ghz, bandwidth_mhz
        carrier and noise bandwidth.
    temperature_k
        noise temperature of the receiving system.
    losses_db
        everything fixed: pointing, polarization, cables.
    """

    eirp_dbm: float
    gain_dbi: float
    frequency_ghz: float
    bandwidth_mhz: float
    temperature_k: float = 290.0
    losses_db: float = 0.0

    def received_dbm(self, distance_km: ArrayLike, rain_db: ArrayLike = 0.0) -> Any:
        """Return the power at the receiver: EIRP + gain − free space − rain − losses."""
        loss = free_space_loss_db(distance_km, self.frequency_ghz)
        fixed = self.eirp_dbm + self.gain_dbi - self.losses_db
        return _number(fixed - loss - np.asarray(rain_db, float))

    def snr_db(self, distance_km: ArrayLike, rain_db: ArrayLike = 0.0) -> Any:
        """Return received power over thermal noise, dB; no interference is in it."""
        noise = thermal_noise_dbm(self.bandwidth_mhz, self.temperature_k)
        return _number(np.asarray(self.received_dbm(distance_km, rain_db)) - noise)


def _number(value: Any) -> Any:
    return value if np.ndim(value) else float(value)
