"""Validation examples of ITU-R Recommendations, from ITU-Rpy."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .reading import read_csv


@dataclass(frozen=True)
class ItuValidation:
    """Validation examples of ITU-R Recommendations; see `itu_validation`.

    Attributes
    ----------
    p838
        elevation_deg, frequency_ghz, rain_rate_mm_h, tilt_deg, k, alpha,
        specific_attenuation_db_km (64 rows).
    p618_13_rain, p618_14_rain
        latitude_deg, longitude_deg, height_km, frequency_ghz,
        elevation_deg, tilt_deg, exceeded_pct, rain_probability, rain_rate_001_mm_h,
        slant_path_km, antenna_m, efficiency, probability_pct, n_wet,
        rain_attenuation_db, rain_probability_pct, scintillation_db, at_p (64 rows
        each; at_p is the column "AT (p)", published without a unit).
    p618_13_total
        latitude_deg, longitude_deg, height_km, frequency_ghz,
        elevation_deg, antenna_m, efficiency, tilt_deg, exceeded_pct, gas_db, gas_1_db,
        clouds_db, clouds_1_db, rain_attenuation_db, scintillation_db,
        total_attenuation_db (64 rows).
    p676_13_gas
        frequency_ghz, elevation_deg, water_vapour_g_m3, pressure_hpa,
        temperature_k, gas_db (10 rows).
    p837_7_rain_rate
        latitude_deg, longitude_deg, exceeded_pct, rain_rate_mm_h
        (8 rows).
    p839_4_rain_height
        latitude_deg, longitude_deg, isotherm_0_km, rain_height_km
        (8 rows).
    """

    p838: pd.DataFrame
    p618_13_rain: pd.DataFrame
    p618_14_rain: pd.DataFrame
    p618_13_total: pd.DataFrame
    p676_13_gas: pd.DataFrame
    p837_7_rain_rate: pd.DataFrame
    p839_4_rain_height: pd.DataFrame


_PLACE = ["latitude_deg", "longitude_deg"]
_PATH = [*_PLACE, "height_km", "frequency_ghz", "elevation_deg"]
_P618_RAIN = [
    *_PATH,
    *("tilt_deg", "exceeded_pct", "rain_probability", "rain_rate_001_mm_h", "slant_path_km"),
    *("antenna_m", "efficiency", "probability_pct", "n_wet", "rain_attenuation_db"),
    *("rain_probability_pct", "scintillation_db", "at_p"),
]
_P618_TOTAL = [
    *_PATH,
    *("antenna_m", "efficiency", "tilt_deg", "exceeded_pct", "gas_db", "gas_1_db", "clouds_db"),
    *("clouds_1_db", "rain_attenuation_db", "scintillation_db", "total_attenuation_db"),
]
_P838 = [
    *("elevation_deg", "frequency_ghz", "rain_rate_mm_h", "tilt_deg", "k", "alpha"),
    "specific_attenuation_db_km",
]
_P676 = [
    *("frequency_ghz", "elevation_deg", "water_vapour_g_m3", "pressure_hpa", "temperature_k"),
    "gas_db",
]


def itu_validation() -> ItuValidation:
    """Load validation examples for rain, gas and total attenuation on Earth-space paths.

    Values are as published with the examples; the row of units in each file has moved
    into the column names. `rain_specific_attenuation` agrees with p838 to 1e-6 dB/km.

    What it is not: a measurement. These are computed reference values.

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """

    def load(stem: str, columns: list[str]) -> pd.DataFrame:
        frame = read_csv(f"real/itu_validation/ITURP{stem}.csv", "latin-1", units_row=True)
        return frame.set_axis(columns, axis="columns").astype("float64")

    return ItuValidation(
        p838=load("838-3_rain_specific_attenuation", _P838),
        p618_13_rain=load("618-13_A_rain", _P618_RAIN),
        p618_14_rain=load("618-14_A_rain", _P618_RAIN),
        p618_13_total=load("618-13_A_total", _P618_TOTAL),
        p676_13_gas=load("676-13_A_gas", _P676),
        p837_7_rain_rate=load(
            "837-7_rainfall_rate_R001", [*_PLACE, "exceeded_pct", "rain_rate_mm_h"]
        ),
        p839_4_rain_height=load("839-4_rain_height", [*_PLACE, "isotherm_0_km", "rain_height_km"]),
    )
