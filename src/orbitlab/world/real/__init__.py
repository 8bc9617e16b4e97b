"""Real measurements, as their authors published them, with units in the column names.

Faults are left in: sentinels, gaps, repeats. Each loader says what its set is not.
Every file is compared with data/SHA256SUMS when it is read.
"""

from __future__ import annotations

from .buildings import OAM_SITES, OamBuildings, oam_buildings, oam_image
from .cml import (
    CML_RSL_SENTINEL_DBM,
    CML_TSL_SENTINEL_DBM,
    CmlRainfade,
    attenuation_5min,
    cml_rainfade,
)
from .constellation import (
    SNAPSHOTS_KEPT,
    StarlinkTle,
    orbital_elements,
    starlink_snapshot,
    starlink_tle,
)
from .ground import gateways, wetlinks_meta
from .itu import ItuValidation, itu_validation
from .oracles import Oracles, Sgp4Vectors, oracles, sgp4_vectors
from .spacecraft import SmapMsl, smap_msl
from .starlink import StarlinkAutobahn, StarlinkRoad, starlink_autobahn, starlink_road

__all__ = [
    "CML_RSL_SENTINEL_DBM",
    "CML_TSL_SENTINEL_DBM",
    "OAM_SITES",
    "SNAPSHOTS_KEPT",
    "CmlRainfade",
    "ItuValidation",
    "OamBuildings",
    "Oracles",
    "Sgp4Vectors",
    "SmapMsl",
    "StarlinkAutobahn",
    "StarlinkRoad",
    "StarlinkTle",
    "attenuation_5min",
    "cml_rainfade",
    "gateways",
    "itu_validation",
    "oam_buildings",
    "oam_image",
    "oracles",
    "orbital_elements",
    "sgp4_vectors",
    "smap_msl",
    "starlink_autobahn",
    "starlink_road",
    "starlink_snapshot",
    "starlink_tle",
    "wetlinks_meta",
]
