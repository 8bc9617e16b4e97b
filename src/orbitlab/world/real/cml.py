"""Commercial microwave links in rain, from the example data of pycomlink."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .reading import read_csv, read_parquet

CML_RSL_SENTINEL_DBM = -99.9
CML_TSL_SENTINEL_DBM = 255.0


@dataclass(frozen=True)
class CmlRainfade:
    """Commercial microwave links in rain; see `cml_rainfade`.

    Attributes
    ----------
    links
        the 60 links that have measurements: cml_id, length_km, frequency_1_ghz,
        frequency_2_ghz, polarization ("H" or "V"), fake_site_a_lat_deg,
        fake_site_a_lon_deg, fake_site_b_lat_deg, fake_site_b_lon_deg, rain_total_mm,
        rain_max_mm_5min, nan_share, sentinel_share.
    signal
        one minute of one channel of one link: cml_id, channel (1 or 2, sent at
        frequency_1_ghz and frequency_2_ghz), time, rsl_dbm (received), tsl_dbm (sent).
    rain
        five minutes of one link: cml_id, time (start), rain_mm_5min (path average).
    all_links
        the same columns as links for all 500 links of the source.
    """

    links: pd.DataFrame
    signal: pd.DataFrame
    rain: pd.DataFrame
    all_links: pd.DataFrame


def cml_rainfade() -> CmlRainfade:
    """Load 60 commercial microwave links, 2018-05-10 to 2018-05-20, with reference rain.

    signal has 1,900,800 rows (1 min, both channels), rain 190,080 (5 min). rsl_dbm is
    rounded to the 0.1 dB of the instrument, so that the sentinel equals −99.9 in float64.

    Faults left in: rsl_dbm −99.9 (417 rows) and tsl_dbm 255 (417 other rows) mean "no
    value", and NaN are missing minutes. Times carry no zone and the source names none.

    What it is not: the links are terrestrial, not satellite links, and their coordinates
    are fake (they lie in the North Sea). 60 of the source's 500 links were kept, all above
    10 GHz and chosen for rain, sentinels and gaps: no random sample.

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """
    described = read_csv("real/cml_rainfade/links_500.csv").rename(
        columns={
            "freq1_ghz": "frequency_1_ghz",
            "freq2_ghz": "frequency_2_ghz",
            "pol": "polarization",
            "nan_frac": "nan_share",
            "sent_frac": "sentinel_share",
        }
        | {f"site_{s}_{x}": f"fake_site_{s}_{x}_deg" for s in "ab" for x in ("lat", "lon")}
    )
    signal = read_parquet("real/cml_rainfade/cml_60links_1min.parquet")
    rain = read_parquet("real/cml_rainfade/rain_60links_5min.parquet")
    for column in ("rsl_dbm", "tsl_dbm"):
        signal[column] = signal[column].astype("float64").round(1)
    signal = signal.astype({"cml_id": "int64", "channel": "int64"})
    rain = rain.astype({"cml_id": "int64", "rain_mm_5min": "float64"})
    measured = described["cml_id"].isin(signal["cml_id"].unique())
    return CmlRainfade(
        links=described[measured].reset_index(drop=True),
        signal=signal,
        rain=rain,
        all_links=described,
    )


def attenuation_5min(cml: CmlRainfade) -> pd.DataFrame:
    """Return the attenuation above baseline of every link, channel and five minutes.

    The total loss of a minute is tsl_dbm − rsl_dbm; a minute with a sentinel or NaN on
    either side has none. Minutes are averaged over the five minutes of the rain table
    (windows without any valid minute are NaN); a channel's baseline is the median of its
    five-minute losses over the eleven days, and attenuation is loss minus baseline.

    Figures of field lab 09: the median of attenuation_db where rain_mm_5min > 0.5
    (6 mm/h) is 6.7 dB; where it is 0 the median of |attenuation_db| is 0.2 dB.

    Returns
    -------
    cml_id, channel, time (start), loss_db, attenuation_db, rain_mm_5min; one row per
    link, channel and five minutes (380,160), in that order.
    """
    signal = cml.signal
    valid = (signal["rsl_dbm"] != CML_RSL_SENTINEL_DBM) & (
        signal["tsl_dbm"] != CML_TSL_SENTINEL_DBM
    )
    loss = (signal["tsl_dbm"] - signal["rsl_dbm"]).where(valid)
    keys = ["cml_id", "channel", "time"]
    start = signal["time"].dt.floor("5min")
    five = signal[["cml_id", "channel"]].assign(time=start, loss_db=loss)
    out = five.groupby(keys, sort=True)["loss_db"].mean().reset_index()
    baseline = out.groupby(["cml_id", "channel"])["loss_db"].transform("median")
    out["attenuation_db"] = out["loss_db"] - baseline
    return out.merge(cml.rain, on=["cml_id", "time"], how="left", validate="many_to_one")
