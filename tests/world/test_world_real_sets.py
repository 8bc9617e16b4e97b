"""The figures of the field labs 02, 05, 06, 07, 08, 11 and 13 come out of the files in git."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from orbitlab.world import DataMissing, geodesy, mercator, orbits, real


@pytest.fixture(scope="module")
def tle() -> real.StarlinkTle:
    return real.starlink_tle()


def test_gateways() -> None:
    stations = real.gateways()
    assert list(stations) == ["name", "latitude_deg", "longitude_deg", "status", "kind"]
    assert len(stations) == 357
    gateways = stations[stations["kind"] == "gateway"]
    assert len(gateways) == 307
    assert (gateways["status"] == "operational").sum() == 214
    assert stations["latitude_deg"].between(-90, 90).all()
    assert stations["longitude_deg"].between(-180, 180).all()


SITES = {
    "Redmond": (geodesy.Site(47.674, -122.1215), 79),
    "Punta Arenas": (geodesy.Site(-53.1638, -70.9171), 51),
    "Nairobi": (geodesy.Site(-1.29, 36.82), 40),
    "Tromsø": (geodesy.Site(69.6496, 18.956), 17),
}


def test_the_whole_constellation_above_four_sites(tle: real.StarlinkTle) -> None:
    """An hour, every five minutes; the mean moves by several satellites from hour to hour."""
    assert len(tle.latest) == 10_359
    assert tle.latest["norad_id"].is_unique
    start = pd.Timestamp("2026-05-20T15:30").timestamp()
    ts = start + np.arange(0, 3600, 300)
    found = orbits.propagate(tle.latest["line1"], tle.latest["line2"], ts)
    assert (found.error == 0).all()
    means = {
        name: (site.sky(found.ecef_km).elevation_deg > 25).sum(axis=0).mean()
        for name, (site, _) in SITES.items()
    }
    for name, (_, expected) in SITES.items():
        assert means[name] == pytest.approx(expected, abs=3)
    ordered = sorted(means, key=lambda name: -means[name])
    assert ordered == list(SITES)


def test_history_manifest_and_snapshots(tle: real.StarlinkTle) -> None:
    history, manifest = tle.history, tle.manifest
    assert len(history) == 47_507
    assert history["norad_id"].nunique() == 240
    assert not history.duplicated(["snapshot_date", "norad_id"]).any()
    assert history.duplicated(["line1", "line2"]).sum() > 1_000
    days = pd.DatetimeIndex(manifest["snapshot_date"])
    assert len(days) == history["snapshot_date"].nunique() == 240
    missing = pd.date_range(days.min(), days.max()).difference(days)
    assert [f"{d:%Y-%m-%d}" for d in missing] == [
        *("2025-11-20", "2025-11-21", "2025-12-07", "2026-05-14"),
    ]
    flips = manifest["crlf"] != manifest["crlf"].shift(fill_value=True)
    changed = manifest.loc[flips, ["snapshot_date", "crlf"]]
    assert [f"{d:%Y-%m-%d}" for d in changed["snapshot_date"]] == ["2025-12-21", "2026-05-09"]
    assert changed["crlf"].tolist() == [False, True]
    for date in real.SNAPSHOTS_KEPT:
        content = real.starlink_snapshot(date)
        listed = manifest.set_index("snapshot_date").loc[pd.Timestamp(date)]
        assert hashlib.sha256(content).hexdigest() == listed["sha256"]
        assert len(content) == listed["size_bytes"]
        assert (b"\r\n" in content) == listed["crlf"]
    with pytest.raises(ValueError, match="kept whole"):
        real.starlink_snapshot("2025-12-22")


def test_the_53_degree_shell_has_two_heights_and_its_median_jumps(tle: real.StarlinkTle) -> None:
    shell = tle.daily[tle.daily["inclination_deg"] == 53]
    assert round(shell["altitude_p50_km"].iloc[0]) == 540
    assert round(shell["altitude_p50_km"].iloc[-1]) == 475
    now = real.orbital_elements(tle.latest)
    in_shell = now[now["inclination_deg"].between(52.5, 53.5)]
    assert len(in_shell) == shell["satellites"].iloc[-1]
    assert in_shell["altitude_km"].median() == pytest.approx(
        shell["altitude_p50_km"].iloc[-1], abs=0.05
    )
    low = in_shell["altitude_km"].between(465, 490).mean()
    high = in_shell["altitude_km"].between(530, 555).mean()
    between = in_shell["altitude_km"].between(495, 525).mean()
    assert min(low, high) > 5 * between


def test_orbital_elements_are_those_of_sgp4(tle: real.StarlinkTle) -> None:
    from sgp4.api import Satrec

    rows = tle.history.iloc[::5000]
    elements = real.orbital_elements(rows)
    assert elements.index.equals(rows.index)
    for row, found in zip(rows.itertuples(), elements.itertuples(), strict=True):
        satellite = Satrec.twoline2rv(row.line1, row.line2)
        assert found.inclination_deg == pytest.approx(np.degrees(satellite.inclo))
        assert found.raan_deg == pytest.approx(np.degrees(satellite.nodeo))
        assert found.eccentricity == pytest.approx(satellite.ecco)
        days = satellite.jdsatepoch - 2_440_587.5 + satellite.jdsatepochF
        assert found.epoch.timestamp() == pytest.approx(days * 86_400, abs=1e-3)
        # SGP4's own mean motion has the effect of the bulge taken out: below 0.1 %.
        assert found.altitude_km == pytest.approx(
            (satellite.a - 1) * satellite.radiusearthkm, abs=7
        )


def test_smap_msl() -> None:
    found = real.smap_msl()
    values, sequences = found.values, found.sequences
    assert len(values) == 706_971
    assert values["channel"].nunique() == 82
    test = values[values["split"] == "test"]
    share = 100 * test.groupby("spacecraft")["anomaly"].mean()
    assert share["SMAP"] == pytest.approx(12.8, abs=0.05)
    assert share["MSL"] == pytest.approx(10.5, abs=0.05)
    assert (values.groupby("channel")["value"].nunique() <= 2).sum() == 7
    assert sequences["label_row"].nunique() == 82
    rows = sequences.groupby("channel")["label_row"].nunique()
    assert rows[rows > 1].to_dict() == {"P-2": 2}
    assert set(sequences["kind"]) == {"point", "contextual"}
    assert (sequences["first_t"] <= sequences["last_t"]).all()
    assert not values.loc[values["split"] == "train", "anomaly"].any()


def test_oam_buildings() -> None:
    found = real.oam_buildings()
    assert len(found.tiles) == 325
    assert len(found.footprints) == 618
    assert set(found.tiles["site"]) == set(found.footprints["site"]) == set(real.OAM_SITES)
    zanzibar = found.tiles.query("site == 'zanzibar' and zoom == 20")
    assert len(zanzibar) == 184
    assert (zanzibar["building_share"] == 0).sum() == 81
    assert found.footprints["osm_id"].isna().groupby(found.footprints["site"]).sum().to_dict() == {
        "banepa": 23,
        "catanduanes": 0,
        "kampala": 105,
        "zanzibar": 0,
    }
    # Every footprint touches a tile of its site.
    for row in found.footprints.itertuples():
        assert (row.ring[0] == row.ring[-1]).all()
    tiles = found.tiles.query("site == 'kampala' and zoom == 19")
    edges = [mercator.tile_bounds(19, x, y) for x, y in zip(tiles["x"], tiles["y"], strict=True)]
    rings = found.footprints.loc[found.footprints["site"] == "kampala", "ring"]
    inside = [
        any(
            (
                (r[:, 0] >= b.west)
                & (r[:, 0] <= b.east)
                & (r[:, 1] >= b.south)
                & (r[:, 1] <= b.north)
            ).any()
            for b in edges
        )
        for r in rings
    ]
    assert np.mean(inside) > 0.8


def test_oam_images() -> None:
    tile = real.oam_buildings().tiles.iloc[0]
    pixels = real.oam_image(tile["site"], tile["zoom"], tile["x"], tile["y"])
    assert pixels.shape == (256, 256, 3)
    assert pixels.dtype == np.uint8
    assert pixels.std() > 5
    with pytest.raises(DataMissing, match=r"1_1\.jpg"):
        real.oam_image("kampala", 20, 1, 1)


def test_wetlinks_meta() -> None:
    events = real.wetlinks_meta()
    assert len(events) == 55
    assert events["site"].nunique() == 2
    assert events["software_version"].nunique() == 30
    assert events["observed_at"].dt.hour.isin([2, 3]).sum() == 40


def test_oracles() -> None:
    found = real.oracles()
    assert len(found.geodesics) == 100
    assert found.tiles[["zoom", "x", "y"]].to_numpy().tolist() == [[9, 285, 193], [1, 1, 1]]
    assert len(found.postgres) == 8
    assert found.postgres["result"].iloc[3] == "6.699999999999999"
