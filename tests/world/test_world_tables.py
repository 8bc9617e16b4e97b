"""The tables say what the story says, and loading them is safe."""

from __future__ import annotations

import sys
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from orbitlab.cli import main
from orbitlab.errors import OrbitlabError
from orbitlab.world import (
    DataAltered,
    DataMissing,
    HomeNotFound,
    UnknownTable,
    WorldError,
    assets,
    dice,
    home,
    host_bundles,
    manifests,
    plans,
    raw_health,
    scenes,
    stream,
    table,
    tables,
)
from orbitlab.world.gw_telemetry import story_stream
from orbitlab.world.rounding import settled
from orbitlab.world.store import Store
from orbitlab.world.story import SILENT_IN_SOUTH, silences


@pytest.fixture(autouse=True)
def at_built(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBITLAB_HOME", str(built))


def test_splitmix64_gives_the_published_sequence() -> None:
    assert [int(w) for w in dice.splitmix64(1234567, 5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_dice_stay_in_range_and_have_the_right_spread() -> None:
    drawn = dice.integers("test", 20_000, -3, 3)
    assert set(drawn.tolist()) == set(range(-3, 4))
    bell = dice.bell("test", 50_000, 1000)
    assert abs(bell.mean()) < 20
    assert abs(bell.std() - 1000) < 20
    picked = dice.choose("test", 1000, 400)
    assert len(set(picked.tolist())) == 400
    assert picked.min() >= 0
    assert picked.max() < 1000


def test_rounding_refuses_what_another_processor_could_round_otherwise() -> None:
    assert settled([0.024, 0.026, -0.024, 3.0], 100).tolist() == [2, 3, -2, 300]
    for near in (0.025, 0.0250000001, -0.015, 1.005):
        with pytest.raises(ValueError, match="not settled"):
            settled([0.5, near], 100)
    assert dice.words("x", 3, seed=2**127).tolist() != dice.words("x", 3, seed=2**127 + 1).tolist()


def test_every_table_loads_with_its_columns_and_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for spec in tables():
            frame = table(spec.name)
            names = [c.name for c in spec.columns]
            assert list(frame.columns) == (["file", *names] if spec.parts else names)
            assert len(frame) == spec.rows
            for c in spec.columns:
                if c.type == "TIMESTAMP WITH TIME ZONE":
                    assert str(frame[c.name].dtype) == "datetime64[us, UTC]"
                    assert (frame[c.name].dt.microsecond == 0).all()


def test_row_counts_are_those_of_the_contract() -> None:
    rows = {spec.name: spec.rows for spec in tables()}
    assert rows["satellites"] == 24
    assert rows["gateways"] == 12
    assert rows["terminals"] == 60
    assert rows["question_mix"] == 7
    assert rows["incidents"] == 9
    assert rows["guide_compensation"] == 5
    assert rows["guide_rounds"] == 6
    assert rows["guide_claims"] == 18
    assert rows["calibration"] == 14
    assert rows["control_points"] == 400
    assert rows["isl_links"] == 60
    assert rows["model_scores"] == 8_000
    assert rows["detections"] == 5_000
    assert rows["frames"] == 20_000
    assert 1_450 <= rows["passes"] < 1_600
    assert 25_000 <= rows["gw_telemetry"] < 26_500
    assert 103_500 <= rows["raw_health"] < 104_500
    assert {a.name: a.entries for a in assets()} == {
        "scenes": 12,
        "host_bundles": 8,
        "plans": 4,
        "manifests": 6,
    }
    assert 220_500 <= rows["terminal_telemetry"] < 221_500
    assert 68_500 <= rows["heartbeats"] < 69_500


def test_a_table_is_fresh_each_time() -> None:
    mine = table("question_mix")
    mine.loc[0, "percent"] = 99
    assert table("question_mix").loc[0, "percent"] == 20


def test_constellation() -> None:
    satellites = table("satellites")
    assert list(satellites["sat_id"]) == [f"K-{i:02d}" for i in range(1, 25)]
    assert satellites[["plane", "slot"]].drop_duplicates().shape == (24, 2)
    assert satellites[["raan_deg", "phase_deg"]].drop_duplicates().shape == (24, 2)
    gateways = table("gateways").set_index("gateway_id")
    assert list(gateways.index) == [f"{r}{i}" for r in ("NO", "SO", "IS") for i in range(4)]
    assert gateways.loc["IS3", "lon_deg"] == 179.9
    terminals = table("terminals")
    assert list(terminals["terminal_id"]) == list(range(1001, 1061))
    assert (terminals["region"].value_counts() == 20).all()
    assert terminals["lon"].between(-180, 180, inclusive="left").all()
    assert (terminals.loc[terminals["region"] == "north", "lat"] > 45).all()
    assert (terminals.loc[terminals["region"] == "south", "lat"] < -25).all()


def test_telemetry_is_sorted_by_unique_id_and_at_most_six_hours_late() -> None:
    t = table("terminal_telemetry")
    assert list(t["ingest_id"]) == list(range(1, len(t) + 1))
    assert (t["ingested_at"] - t["sample_ts"]).max() == pd.Timedelta(hours=6)
    clean = t[t["sample_ts"] < pd.Timestamp("2026-01-06T06:00Z")].drop_duplicates(
        ["terminal_id", "sample_ts"]
    )
    assert len(clean) == 60 * 3600
    value = t["downlink_mbps"].dropna()
    assert value.min() > 0
    assert np.array_equal(value, np.round(value, 1))


def test_meaning_changes_with_each_careless_reading() -> None:
    """The defects matter: every shortcut moves what is known at the as-of time."""
    t = table("terminal_telemetry")
    as_of = pd.Timestamp("2026-01-06T06:00Z")
    key = ["terminal_id", "sample_ts"]
    known = t[
        (t["ingested_at"] <= as_of)
        & (t["sample_ts"] >= as_of - pd.Timedelta(hours=24))
        & (t["sample_ts"] < as_of)
    ].sort_values(["ingested_at", "ingest_id"])
    right = known.groupby(key)["downlink_mbps"].last(skipna=False)
    by_id = known.sort_values("ingest_id").groupby(key)["downlink_mbps"].last(skipna=False)
    wrong_tie = known.sort_values(["ingested_at", "ingest_id"], ascending=[True, False])
    assert (right.isna()).sum() > 100
    assert not right.equals(by_id)
    assert not right.equals(wrong_tie.groupby(key)["downlink_mbps"].last(skipna=False))
    assert not right.equals(known.groupby(key)["downlink_mbps"].last())
    assert ((t["ingested_at"] > as_of) & (t["sample_ts"] < as_of)).sum() > 100
    assert ((t["ingested_at"] <= as_of) & (t["sample_ts"] >= as_of)).sum() == 48


def test_the_south_falls_during_its_outage_and_only_the_south() -> None:
    t = table("terminal_telemetry").merge(table("terminals"), on="terminal_id")
    inside = t["sample_ts"].between(
        pd.Timestamp("2026-01-05T14:00Z"), pd.Timestamp("2026-01-05T14:25Z"), inclusive="left"
    )
    before = t["sample_ts"].between(
        pd.Timestamp("2026-01-05T13:30Z"), pd.Timestamp("2026-01-05T14:00Z"), inclusive="left"
    )
    ratio = (
        t[inside].groupby("region")["downlink_mbps"].median()
        / t[before].groupby("region")["downlink_mbps"].median()
    )
    assert 0.25 < ratio["south"] < 0.35
    assert 0.9 < ratio["north"] < 1.1
    assert 0.9 < ratio["islands"] < 1.1


def test_heartbeats_show_exactly_the_silences_of_the_incidents() -> None:
    beats = table("heartbeats").drop_duplicates()
    incidents = table("incidents")
    truth: set[tuple[str, int]] = set()
    for row in incidents.itertuples():
        if row.kind == "gateway_outage":
            truth.add((row.target, row.start_ts))
        elif row.kind == "region_outage":
            truth |= {(g, row.start_ts) for g in SILENT_IN_SOUTH}
    end = pd.Timestamp("2026-01-07T00:00Z")
    seen: set[tuple[str, int]] = set()
    for gateway, times in beats.groupby("gateway_id")["beat_ts"]:
        ordered = [*times, end]
        for before, after in pairwise(ordered):
            if (after - before).total_seconds() > 90:
                # The last beat lies less than one period before the silence began.
                start = next(
                    s for g, s, _ in silences() if g == gateway and 0 < s - before.timestamp() <= 30
                )
                seen.add((str(gateway), start))
    assert seen == truth
    assert len(truth) == 6


def test_the_outage_of_the_south_is_partial() -> None:
    beats = table("heartbeats")
    inside = beats["beat_ts"].between(
        pd.Timestamp("2026-01-05T14:00Z"), pd.Timestamp("2026-01-05T14:25Z"), inclusive="left"
    )
    south = {f"SO{i}" for i in range(4)}
    assert south & set(beats.loc[inside, "gateway_id"]) == {"SO2"}


def test_incidents_tell_the_story() -> None:
    incidents = table("incidents")
    assert (incidents["start_ts"] < incidents["end_ts"]).all()
    pairs = set(zip(incidents["kind"], incidents["target"], strict=True))
    assert {
        ("firmware", "south"),
        ("mislabel", "SO2"),
        ("region_outage", "south"),
        ("drift", "NO1"),
        ("backlog", "IS1"),
        ("contractor_shift", "C2"),
    } < pairs
    outage = incidents[incidents["kind"] == "region_outage"].iloc[0]
    assert pd.Timestamp(outage["start_ts"], unit="s") == pd.Timestamp("2026-01-05 14:00")


def test_question_mix() -> None:
    mix = table("question_mix").set_index("area")
    assert mix["percent"].to_dict() == {
        "design": 20,
        "pipelines": 16,
        "applied": 18,
        "production": 16,
        "ml_coding": 12,
        "sql": 10,
        "cloud": 8,
    }
    guide = mix["source"].str.startswith("the guide says")
    assert list(mix.index[guide]) == ["applied"]
    assert mix.loc[~guide, "source"].str.contains("assumption").all()


def test_gw_telemetry_is_what_the_simulator_sends() -> None:
    t = table("gw_telemetry")
    pd.testing.assert_frame_equal(t, story_stream().frame(), check_dtype=False)
    assert stream.score(story_stream(), []).missed[0].target == "south"
    # Clocks run ahead here and there, so some messages seem to come before they were sent.
    assert (t["event_ts"] > t["arrival_ts"]).any()


def test_raw_health_files_fit_into_a_store() -> None:
    files = raw_health()
    assert len(files) == 56
    assert list(files) == sorted(files)
    assert all(key.startswith("raw/") for key in files)
    columns = ["sat_id", "sensor_id", "event_ts", "seq", "value", "ingested_at"]
    assert all(list(frame.columns) == columns for frame in files.values())
    store = Store.holding(files)
    assert len({store.etag(key) for key in store.list("raw/")}) == 55
    whole = pd.concat(files.values(), ignore_index=True)
    pd.testing.assert_frame_equal(whole, table("raw_health").drop(columns="file"))
    key = ["sat_id", "sensor_id", "event_ts", "seq"]
    assert 101_000 < len(whole.drop_duplicates(key)) < 103_680
    # A plain sum over all rows counts readings twice.
    assert len(whole) - len(whole.drop_duplicates(key)) > 2_000


def test_calibration_has_a_tie_that_only_the_version_decides() -> None:
    t = table("calibration")
    tied = t[t.duplicated(["sensor_id", "valid_from"], keep=False)]
    assert tied["version"].tolist() == [2, 3]
    assert set(t["sensor_id"]) == set(table("raw_health")["sensor_id"])


def test_frames_blame_one_station_under_one_firmware() -> None:
    t = table("frames")
    rates = t.groupby(["station", "firmware"])["bad"].mean()
    assert rates.idxmax() == ("SO2", "fw8")
    assert rates[("SO2", "fw8")] == pytest.approx(0.02, abs=0.003)
    assert rates.drop(("SO2", "fw8")).max() < 0.005
    # Neither dimension alone says it: the station was sound, and others run fw8.
    assert rates[("SO2", "fw7")] < 0.002
    assert set(t.loc[t["firmware"] == "fw8", "station"]) == {"SO0", "SO1", "SO2", "SO3"}
    assert (t["hour"] == (t["ts"] - 1_767_571_200) // 3600).all()


def test_scenes_hold_what_the_chapter_needs() -> None:
    s = scenes()
    assert len(s) == 12
    assert s.masks.shape == (12, 5, 128, 128)
    assert s.before.dtype == np.float64
    assert all(a.dtype == bool for a in (s.valid, s.truth, s.changed, s.masks))

    def iou(a: np.ndarray, b: np.ndarray) -> float:
        return float((a & b).sum() / (a | b).sum())

    # The two models share their IoU, though one of them misses whole roofs.
    raster = np.mean([iou(s.pred_raster[i], s.truth[i]) for i in range(12)])
    polygon = np.mean([iou(s.pred_polygon[i], s.truth[i]) for i in range(12)])
    assert raster == pytest.approx(polygon, abs=0.02)
    lost = s.truth & ~s.pred_polygon
    assert lost.any(axis=(1, 2)).all()
    assert not (s.pred_polygon & ~s.truth).any()
    assert (s.changed & ~s.truth).sum() == 0
    brighter = s.after[s.changed & s.valid].mean() - s.before[s.changed & s.valid].mean()
    assert brighter > 150
    fresh = scenes()
    fresh.truth[:] = False
    assert scenes().truth.any()


def test_host_bundles_plans_and_manifests() -> None:
    bundles = host_bundles()
    assert set(bundles["so0-edge"]) == {"df_P", "df_Pi", "dmesg", "chronyc", "fd"}
    assert "invoked oom-killer" in bundles["so0-edge"]["dmesg"]
    for plan in plans().values():
        assert {"Node Type", "Plan Rows", "Actual Rows", "Actual Loops"} <= set(plan)
        assert inclusive(plan)
    for text in manifests().values():
        kinds = [d["kind"] for d in yaml.safe_load_all(text)]
        assert "Deployment" in kinds
        assert "&id" not in text


def inclusive(node: dict[str, Any]) -> bool:
    """Whether a node's time holds that of its children."""
    children = node.get("Plans", [])
    spent = sum(c["Actual Total Time"] * c["Actual Loops"] for c in children)
    fits = spent <= node["Actual Total Time"] * node["Actual Loops"]
    return fits and all(inclusive(c) for c in children)


def test_guide_tables_keep_silence_and_conflicts() -> None:
    pay = table("guide_compensation").set_index("level_no")
    assert pay["total_k"].tolist() == [155, 165, 245, 350, 420]
    assert pay["lo_k"].isna().tolist() == [False, True, True, True, True]
    assert pay["hi_k"].fillna(-1).tolist() == [200, -1, 320, 500, 600]
    assert pay["base_k"].fillna(-1).tolist() == [140, -1, -1, -1, 235]
    rounds = table("guide_rounds")
    assert rounds["minutes"].fillna(-1).tolist() == [30, -1, 180, 60, -1, -1]
    assert (rounds["title"].isna() == rounds["inferred_title"].notna()).all()
    claims = table("guide_claims")
    assert (claims["lo"] <= claims["hi"]).all()
    ends = claims.groupby("topic").agg(lo=("lo", "max"), hi=("hi", "min"), n=("lo", "size"))
    apart = set(ends.index[ends["lo"] > ends["hi"]])
    assert apart == {"rounds", "weeks", "degree", "quarter_2026"}
    assert (ends["n"] == 1).any()
    for name in ("guide_compensation", "guide_rounds", "guide_claims"):
        assert table(name)["source"].str.startswith("the guide says (March 2026): ").all()


def test_a_world_error_is_one_sentence_of_the_command_line(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORBITLAB_HOME", str(spoilt / "nowhere"))
    with pytest.raises(SystemExit) as caught:
        main(["data", "verify"])
    assert caught.value.code == 1
    out = capsys.readouterr()
    assert out.err.count("\n") == 1
    assert "ORBITLAB_HOME" in out.err
    assert issubclass(WorldError, OrbitlabError)


def test_a_table_that_does_not_exist() -> None:
    with pytest.raises(UnknownTable) as caught:
        table("heartbeat")
    assert caught.value.name == "heartbeat"
    assert "heartbeats" in caught.value.known
    assert "'heartbeat'" in str(caught.value)


def test_a_missing_table_names_the_file_and_the_command(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORBITLAB_HOME", str(spoilt))
    path = spoilt / "data" / "world" / "heartbeats.parquet"
    path.unlink()
    with pytest.raises(DataMissing) as caught:
        table("heartbeats")
    assert caught.value.path == path
    assert caught.value.command == "orbitlab data build"
    assert str(path) in str(caught.value)
    assert "`orbitlab data build`" in str(caught.value)


def test_an_altered_table_is_never_returned(spoilt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBITLAB_HOME", str(spoilt))
    path = spoilt / "data" / "world" / "heartbeats.parquet"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataAltered) as caught:
        table("heartbeats")
    assert caught.value.expected != caught.value.actual
    assert len(caught.value.actual) == 64
    assert "`orbitlab data build`" in str(caught.value)


def test_a_missing_list_is_named(spoilt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBITLAB_HOME", str(spoilt))
    (spoilt / "data" / "SHA256SUMS").unlink()
    with pytest.raises(DataMissing) as caught:
        table("heartbeats")
    assert caught.value.name == "data/SHA256SUMS"


def test_home_is_the_variable_else_the_repository(
    monkeypatch: pytest.MonkeyPatch, built: Path, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert home() == built.resolve()
    monkeypatch.delenv("ORBITLAB_HOME")
    assert home() == Path(__file__).resolve().parents[2]
    monkeypatch.setenv("ORBITLAB_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(HomeNotFound) as caught:
        home()
    assert caught.value.tried == ((tmp_path / "nowhere").resolve(),)
    assert "ORBITLAB_HOME" in str(caught.value)


@pytest.mark.parametrize("marker", ["nbgrader_config.py", "pyproject.toml", ""])
def test_home_is_found_above_the_package_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, marker: str
) -> None:
    monkeypatch.delenv("ORBITLAB_HOME")
    package = tmp_path / "course" / "src" / "orbitlab" / "world"
    package.mkdir(parents=True)
    monkeypatch.setattr(sys.modules["orbitlab.world.home"], "__file__", str(package / "home.py"))
    if not marker:
        with pytest.raises(HomeNotFound):
            home()
        return
    (tmp_path / "course" / marker).write_text("", encoding="utf-8")
    if marker == "pyproject.toml":
        with pytest.raises(HomeNotFound):
            home()
        (tmp_path / "course" / "data").mkdir()
    assert home() == (tmp_path / "course").resolve()
