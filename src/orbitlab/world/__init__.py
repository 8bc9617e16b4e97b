"""The simulated constellation Kestrel Orbital and the real data beside it.

`table(name)` loads a table of the world, `tables()` declares them, `real` loads the real
sets, `build_data` and `verify_data` make and prove data/.
"""

from __future__ import annotations

from . import real
from .build import BuildReport, build_data
from .catalogue import tables
from .errors import DataAltered, DataMissing, HomeNotFound, UnknownTable, WorldError
from .home import home
from .loading import table
from .rain import rain_coefficients, rain_specific_attenuation
from .spec import Column, Defect, TableSpec
from .verify import VerifyReport, verify_data

__all__ = [
    "BuildReport",
    "Column",
    "DataAltered",
    "DataMissing",
    "Defect",
    "HomeNotFound",
    "TableSpec",
    "UnknownTable",
    "VerifyReport",
    "WorldError",
    "build_data",
    "home",
    "rain_coefficients",
    "rain_specific_attenuation",
    "real",
    "table",
    "tables",
    "verify_data",
]
