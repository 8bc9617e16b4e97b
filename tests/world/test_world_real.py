"""The figures of the field labs come out of the files as they lie in git."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orbitlab.world import (
    DataAltered,
    DataMissing,
    rain_coefficients,
    rain_specific_attenuation,
    real,
)


@pytest.fixture(scope="module")
def cml() -> real.CmlRainfade:
    return real.cml_rainfade()


@pytest.fixture(scope="module")
def autobahn() -> real.StarlinkAutobahn:
    return real.starlink_autobahn()


def test_sixty_links_over_eleven_days(cml: real.CmlRainfade) -> None:
    assert len(cml.links) == 60
    assert len(cml.all_links) == 500
    assert set(cml.signal["cml_id"]) == set(cml.rain["cml_id"]) == set(cml.links["cml_id"])
    assert len(cml.signal) == 60 * 2 * 11 * 1440
    assert len(cml.rain) == 60 * 11 * 288
    assert set(cml.links["polarization"]) <= {"H", "V"}
    assert (cml.links["frequency_1_ghz"] > 10).all()
    assert any(c.startswith("fake_") for c in cml.links.columns)


def test_the_sentinels_are_left_in(cml: real.CmlRainfade) -> None:
    rsl = cml.signal["rsl_dbm"] == -99.9
    tsl = cml.signal["tsl_dbm"] == 255
    assert rsl.sum() == 417
    assert tsl.sum() == 417
    assert not (rsl & tsl).any()
    assert real.CML_RSL_SENTINEL_DBM == -99.9
    assert real.CML_TSL_SENTINEL_DBM == 255


def test_attenuation_in_rain_and_in_dry_weather(cml: real.CmlRainfade) -> None:
    signal_before = cml.signal.copy()
    out = real.attenuation_5min(cml)
    assert list(out.columns) == [
        *("cml_id", "channel", "time", "loss_db", "attenuation_db", "rain_mm_5min"),
    ]
    assert len(out) == 60 * 2 * 11 * 288
    assert out["rain_mm_5min"].notna().all()
    wet = out.loc[out["rain_mm_5min"] > 0.5, "attenuation_db"]
    dry = out.loc[out["rain_mm_5min"] == 0, "attenuation_db"]
    assert wet.median() == pytest.approx(6.7, abs=0.05)
    assert dry.abs().median() == pytest.approx(0.2, abs=0.05)
    assert dry.median() == pytest.approx(0.0, abs=0.05)
    # Sentinels would show as losses far outside what a link can have.
    assert out["loss_db"].max() < 120
    assert out["loss_db"].min() > 0
    pd.testing.assert_frame_equal(cml.signal, signal_before)


def test_attenuation_of_a_small_link_by_hand() -> None:
    time = pd.date_range("2020-01-01", periods=15, freq="1min")
    rsl = [-50.0] * 5 + [-99.9, -52.0, -54.0, np.nan, -54.0] + [-50.0] * 5
    tsl = [10.0] * 9 + [255.0] + [10.0] * 5
    signal = pd.DataFrame({"cml_id": 1, "channel": 1, "time": time, "rsl_dbm": rsl, "tsl_dbm": tsl})
    rain = pd.DataFrame({"cml_id": 1, "time": time[::5], "rain_mm_5min": [0.0, 1.0, 0.0]})
    out = real.attenuation_5min(real.CmlRainfade(rain, signal, rain, rain))
    assert out["loss_db"].tolist() == [60.0, 63.0, 60.0]
    assert out["attenuation_db"].tolist() == [0.0, 3.0, 0.0]


def test_p838_agrees_with_the_validation_table() -> None:
    p838 = real.itu_validation().p838
    assert len(p838) == 64
    gamma = rain_specific_attenuation(
        p838["frequency_ghz"], p838["rain_rate_mm_h"], p838["elevation_deg"], p838["tilt_deg"]
    )
    assert np.abs(gamma - p838["specific_attenuation_db_km"]).max() < 1e-6
    k, alpha = rain_coefficients(p838["frequency_ghz"], p838["elevation_deg"], p838["tilt_deg"])
    assert np.abs(k - p838["k"]).max() < 1e-7
    assert np.abs(alpha - p838["alpha"]).max() < 1e-7


@pytest.mark.parametrize(
    ("frequency", "k_h", "alpha_h", "k_v", "alpha_v"),
    [
        (1, 0.0000259, 0.9691, 0.0000308, 0.8592),
        (10, 0.01217, 1.2571, 0.01129, 1.2156),
        (30, 0.2403, 0.9485, 0.2291, 0.9129),
        (100, 1.3671, 0.6815, 1.3680, 0.6765),
    ],
)
def test_p838_agrees_with_table_5_of_the_recommendation(
    frequency: float, k_h: float, alpha_h: float, k_v: float, alpha_v: float
) -> None:
    assert rain_coefficients(frequency, 0, 0) == pytest.approx((k_h, alpha_h), rel=3e-3)
    assert rain_coefficients(frequency, 0, 90) == pytest.approx((k_v, alpha_v), rel=3e-3)


def test_p838_shapes_and_errors() -> None:
    one = rain_specific_attenuation(12.0, 10.0, 0.0, 90.0)
    assert isinstance(one, float)
    grid = rain_specific_attenuation([[12.0], [30.0]], [0.0, 10.0, np.nan], 0.0, 45.0)
    assert grid.shape == (2, 3)
    assert (grid[:, 0] == 0).all()
    assert np.isnan(grid[:, 2]).all()
    # Towards the zenith the polarization no longer matters.
    assert rain_specific_attenuation(20, 30, 90, 0) == pytest.approx(
        rain_specific_attenuation(20, 30, 90, 90)
    )
    for bad in [(0.5, 1, 0, 0), (np.nan, 1, 0, 0), (12, -1, 0, 0), (12, np.inf, 0, 0)]:
        with pytest.raises(ValueError, match="must"):
            rain_specific_attenuation(*bad)
    with pytest.raises(ValueError, match="finite"):
        rain_specific_attenuation(12, 1, np.nan, 0)


def test_itu_tables_are_tidy() -> None:
    itu = real.itu_validation()
    shapes = {name: frame.shape for name, frame in vars(itu).items()}
    assert shapes == {
        "p838": (64, 7),
        "p618_13_rain": (64, 18),
        "p618_14_rain": (64, 18),
        "p618_13_total": (64, 16),
        "p676_13_gas": (10, 6),
        "p837_7_rain_rate": (8, 4),
        "p839_4_rain_height": (8, 4),
    }
    for frame in vars(itu).values():
        assert (frame.dtypes == "float64").all()
        assert frame.notna().all(axis=None)
    # The rain height is 0.36 km above the 0 °C isotherm.
    height = itu.p839_4_rain_height
    assert np.allclose(height["rain_height_km"] - height["isotherm_0_km"], 0.36)


def test_autobahn_throughput_and_bridges(autobahn: real.StarlinkAutobahn) -> None:
    t = autobahn.throughput
    assert len(t) == 4861
    assert round(t["download_mbps"].median()) == 218
    near = t["nearest_bridge_line_distance_m"] < 30
    assert round(t.loc[near, "download_mbps"].median()) == 132
    assert round(t.loc[~near, "download_mbps"].median()) == 221


def test_autobahn_runs_gaps_and_the_repeated_second(autobahn: real.StarlinkAutobahn) -> None:
    t = autobahn.throughput
    low = t["download_mbps"] < 5
    assert (low & ~low.shift(fill_value=False)).sum() == 24
    step = t["timestamp_start_dl"].diff()
    assert (step > pd.Timedelta(seconds=2)).sum() == 72
    assert (step == pd.Timedelta(0)).sum() == 1
    assert t.duplicated().sum() == 1
    assert (step.dropna() >= pd.Timedelta(0)).all()


def test_autobahn_bridge_ids_lead_to_the_bridges(autobahn: real.StarlinkAutobahn) -> None:
    bridges = autobahn.bridges.set_index("bridge_id")
    assert len(bridges) == 99
    close = autobahn.throughput[autobahn.throughput["nearest_bridge_distance_m"] < 20]
    at = bridges.loc[close["nearest_bridge_id"]].reset_index()
    d_lat = (at["start_latitude_deg"] + at["end_latitude_deg"]) / 2 - close[
        "latitude_deg"
    ].to_numpy()
    assert d_lat.abs().max() * 111_195 < 60
    assert bridges[["width_m", "length_m", "area_m2"]].notna().all(axis=None)
    assert set(bridges["motorway"]) == {"A 30", "A 30 / A 31", "A 31"}


def test_road_tables() -> None:
    road = real.starlink_road()
    assert (len(road.iperf), len(road.ping), len(road.power)) == (17_478, 1_190, 518)
    assert np.allclose(
        road.iperf["download_bps"] / 1e6, road.iperf["download_mbps"], equal_nan=True
    )
    assert road.iperf["download_mbps"].isna().sum() == 113
    assert road.ping["packet_loss_pct"].between(0, 100).all()
    for frame in vars(road).values():
        assert "average_speed_kmh" in frame.columns
        assert frame["timestamp_start"].is_monotonic_increasing


def test_an_altered_or_missing_real_file_is_refused(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORBITLAB_HOME", str(spoilt))
    folder = spoilt / "data" / "real" / "starlink_road"
    (folder / "ping.parquet").write_bytes((folder / "iperf.parquet").read_bytes())
    with pytest.raises(DataAltered, match="git checkout"):
        real.starlink_road()
    (folder / "ping.parquet").unlink()
    with pytest.raises(DataMissing, match=r"ping\.parquet"):
        real.starlink_road()


def test_every_set_keeps_licence_and_source() -> None:
    data = Path(__file__).resolve().parents[2] / "data"
    sources = (data / "SOURCES.md").read_text(encoding="utf-8")
    sets = sorted(p.name for p in (data / "real").iterdir())
    for name in sets:
        assert f"## real/{name}\n" in sources
        texts = {p.name for p in (data / "real" / name).glob("*")}
        assert any(t.startswith(("LICENSE", "ATTRIBUTION")) for t in texts)
    for name in ("starlink_road", "starlink_autobahn"):
        text = (data / "real" / name / "ATTRIBUTION.md").read_text(encoding="utf-8")
        assert "https://creativecommons.org/licenses/by-sa/4.0/" in text
        assert "Changes:" in text
