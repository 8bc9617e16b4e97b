"""The tables say what the story says, and loading them is safe."""

from __future__ import annotations

import sys
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orbitlab.world import (
    DataAltered,
    DataMissing,
    HomeNotFound,
    UnknownTable,
    dice,
    home,
    table,
    tables,
)
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


def test_every_table_loads_with_its_columns_and_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for spec in tables():
            frame = table(spec.name)
            assert list(frame.columns) == [c.name for c in spec.columns]
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
