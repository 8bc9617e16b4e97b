"""Real measurements, as their authors published them, with units in the column names.

Faults are left in: sentinels, gaps, repeats. Each loader says what its set is not.
Every file is compared with data/SHA256SUMS when it is read.
"""

from __future__ import annotations

from .cml import (
    CML_RSL_SENTINEL_DBM,
    CML_TSL_SENTINEL_DBM,
    CmlRainfade,
    attenuation_5min,
    cml_rainfade,
)
from .itu import ItuValidation, itu_validation
from .starlink import StarlinkAutobahn, StarlinkRoad, starlink_autobahn, starlink_road

__all__ = [
    "CML_RSL_SENTINEL_DBM",
    "CML_TSL_SENTINEL_DBM",
    "CmlRainfade",
    "ItuValidation",
    "StarlinkAutobahn",
    "StarlinkRoad",
    "attenuation_5min",
    "cml_rainfade",
    "itu_validation",
    "starlink_autobahn",
    "starlink_road",
]
