"""The simulated constellation Kestrel Orbital and the real data beside it.

`table(name)` loads a table of the world, `tables()` declares them; `raw_health`, `scenes`,
`host_bundles`, `plans` and `manifests` load what lies in files of another kind. `real` loads the
real sets. `stream`, `store` and `frames` are the simulators; `geodesy`, `orbits`, `link`, `rain`
and `mercator` the physics. `build_data` and `verify_data` make and prove data/.
"""

from __future__ import annotations

from . import frames, geodesy, link, mercator, orbits, real, store, stream
from .build import BuildReport, build_data
from .catalogue import assets, tables
from .errors import DataAltered, DataMissing, HomeNotFound, UnknownTable, WorldError
from .home import home
from .loading import host_bundles, manifests, plans, raw_health, scenes, table
from .rain import rain_coefficients, rain_specific_attenuation
from .scene_arrays import Scenes
from .spec import AssetSpec, Column, Defect, TableSpec
from .verify import VerifyReport, verify_data

__all__ = [
    "AssetSpec",
    "BuildReport",
    "Column",
    "DataAltered",
    "DataMissing",
    "Defect",
    "HomeNotFound",
    "Scenes",
    "TableSpec",
    "UnknownTable",
    "VerifyReport",
    "WorldError",
    "assets",
    "build_data",
    "frames",
    "geodesy",
    "home",
    "host_bundles",
    "link",
    "manifests",
    "mercator",
    "orbits",
    "plans",
    "rain_coefficients",
    "rain_specific_attenuation",
    "raw_health",
    "real",
    "scenes",
    "store",
    "stream",
    "table",
    "tables",
    "verify_data",
]
