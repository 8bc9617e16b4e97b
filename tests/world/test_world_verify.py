"""verify finds what is missing, altered, or no longer wrong in the right way."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from world_homes import doctor, relist

from orbitlab.world import tables, verify_data

KEY = ["terminal_id", "sample_ts"]
END = pd.Timestamp("2026-01-07", tz="UTC")
BEAT = pd.Timedelta(seconds=30)


def test_freshly_built_data_has_no_problem(built: Path) -> None:
    report = verify_data(built)
    assert report.ok
    assert report.problems == []
    assert {spec.relative for spec in tables()} <= set(report.files)


HARMED = {
    "world/heartbeats.parquet": "orbitlab data build",
    "world/question_mix.parquet": "orbitlab data build",
    "real/cml_rainfade/cml_60links_1min.parquet": "git checkout -- data/real",
    "real/starlink_road/ATTRIBUTION.md": "git checkout -- data/real",
}


@pytest.mark.parametrize("harm", ["flipped", "truncated", "missing"])
def test_each_harmed_file_is_named_with_the_way_out_and_no_other(spoilt: Path, harm: str) -> None:
    for relative in HARMED:
        path = spoilt / "data" / relative
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        if harm == "truncated":
            del content[len(content) // 2 :]
        path.write_bytes(content)
        if harm == "missing":
            path.unlink()
    problems = verify_data(spoilt).problems
    for relative, way_out in HARMED.items():
        named = [p for p in problems if f"data/{relative} " in p]
        assert named
        assert all(way_out in p for p in named)
    assert all(any(f"data/{relative} " in p for relative in HARMED) for p in problems)


def test_a_truncated_table_is_found_even_when_the_list_agrees(spoilt: Path) -> None:
    path = spoilt / "data" / "world" / "heartbeats.parquet"
    path.write_bytes(path.read_bytes()[:5000])
    relist(spoilt, "world/heartbeats.parquet")
    assert verify_data(spoilt).problems == [
        "data/world/heartbeats.parquet cannot be read as Parquet; run `orbitlab data build`."
    ]


def drop_duplicate_samples(t: pd.DataFrame) -> pd.DataFrame:
    retracted = t["downlink_mbps"].isna().groupby([t[k] for k in KEY]).transform("any")
    return t[retracted | ~t.duplicated(KEY)]


def untie(t: pd.DataFrame) -> pd.DataFrame:
    tied = t.duplicated([*KEY, "ingested_at"])
    return t.assign(ingested_at=t["ingested_at"].where(~tied, t["ingested_at"] + BEAT))


def drop_restatements(t: pd.DataFrame) -> pd.DataFrame:
    retracted = t["downlink_mbps"].isna().groupby([t[k] for k in KEY]).transform("any")
    values = t["downlink_mbps"].notna()
    again = retracted & values & t[values].duplicated(KEY).reindex(t.index, fill_value=False)
    return t[~again]


def hurry(t: pd.DataFrame) -> pd.DataFrame:
    latest = t["sample_ts"] + pd.Timedelta(seconds=59)
    return t.assign(ingested_at=t["ingested_at"].where(t["ingested_at"] < latest, latest))


def under_six_hours(t: pd.DataFrame) -> pd.DataFrame:
    hit = t["ingested_at"] - t["sample_ts"] == pd.Timedelta(hours=6)
    earlier = t["ingested_at"] - pd.Timedelta(seconds=1)
    return t.assign(ingested_at=t["ingested_at"].where(~hit, earlier))


def no_future(t: pd.DataFrame) -> pd.DataFrame:
    ahead = t["sample_ts"] > t["ingested_at"]
    return t.assign(sample_ts=t["sample_ts"].where(~ahead, t["ingested_at"] - BEAT))


def renumber(t: pd.DataFrame) -> pd.DataFrame:
    ordered = t.sort_values(["ingested_at", "ingest_id"])
    return ordered.assign(ingest_id=np.arange(1, len(t) + 1))


def fill(wanted: Callable[[pd.Timedelta], bool]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a change that closes every gap whose length is wanted with beats."""

    def change(t: pd.DataFrame) -> pd.DataFrame:
        extra: list[tuple[str, pd.Timestamp]] = []
        for gateway, beats in t.groupby("gateway_id")["beat_ts"]:
            known = [*sorted(beats.unique()), END]
            for before, after in pairwise(known):
                if after - before > BEAT and wanted(after - before):
                    missing = pd.date_range(before, after, freq=BEAT, inclusive="neither")
                    extra += [(gateway, beat) for beat in missing]
        added = pd.DataFrame(extra, columns=["gateway_id", "beat_ts"])
        return pd.concat([t, added.astype(t.dtypes.to_dict())], ignore_index=True)

    return change


def seconds(low: int, high: int) -> Callable[[pd.Timedelta], bool]:
    return lambda gap: low <= gap.total_seconds() <= high


DOCTORS: dict[tuple[str, str], Callable[[pd.DataFrame], pd.DataFrame]] = {
    ("gateways", "antimeridian"): lambda t: t.assign(lon_deg=t["lon_deg"].clip(upper=17.9)),
    ("terminal_telemetry", "duplicates"): drop_duplicate_samples,
    ("terminal_telemetry", "ties"): untie,
    ("terminal_telemetry", "retractions"): lambda t: t[t["downlink_mbps"].notna()],
    ("terminal_telemetry", "restatements"): drop_restatements,
    ("terminal_telemetry", "late samples"): hurry,
    ("terminal_telemetry", "six hours late"): under_six_hours,
    ("terminal_telemetry", "future rows"): no_future,
    ("terminal_telemetry", "id inversions"): renumber,
    ("heartbeats", "duplicates"): lambda t: t.drop_duplicates(),
    ("heartbeats", "single losses"): fill(seconds(60, 60)),
    ("heartbeats", "double losses"): fill(seconds(90, 90)),
    ("heartbeats", "outages"): fill(seconds(91, 7200)),
    ("heartbeats", "dead tail"): fill(seconds(7201, 172_800)),
}


def test_every_declared_defect_has_a_doctor() -> None:
    declared = {(spec.name, defect.name) for spec in tables() for defect in spec.defects}
    assert set(DOCTORS) == declared


def rounds() -> list[list[tuple[str, str]]]:
    """Deal the defects into rounds of one per table, so that one verify judges several."""
    tables_left = {name: [d for t, d in DOCTORS if t == name] for name, _ in DOCTORS}
    longest = max(len(defects) for defects in tables_left.values())
    return [
        [(name, defects[i]) for name, defects in tables_left.items() if i < len(defects)]
        for i in range(longest)
    ]


@pytest.mark.parametrize("removed", rounds(), ids=lambda r: "+".join(d for _, d in r))
def test_a_removed_defect_is_missed(spoilt: Path, removed: list[tuple[str, str]]) -> None:
    for name, defect in removed:
        doctor(spoilt, name, DOCTORS[name, defect])
    problems = verify_data(spoilt).problems
    for name, defect in removed:
        thing = f"data/world/{name}.parquet has "
        found = [p for p in problems if thing in p and f"injected defect '{defect}'" in p]
        assert len(found) == 1
        assert found[0].endswith("run `orbitlab data build`.")
    assert not any("is not the file listed" in p for p in problems)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.iloc[:-1], "has 8 rows instead of 9"),
        (lambda t: t.drop(columns="target"), "(lacks target)"),
        (lambda t: t.assign(cause="rain"), "(has cause too much)"),
        (lambda t: t.assign(end_ts=t["end_ts"] * 1.0), "(end_ts is DOUBLE, not BIGINT)"),
        (lambda t: t[["target", "kind", "start_ts", "end_ts"]], "columns in another order"),
        (lambda t: t.assign(target=t["target"].where(t["target"] != "C2")), "1 NULL in target"),
    ],
)
def test_rows_columns_types_and_nulls(
    spoilt: Path, change: Callable[[pd.DataFrame], pd.DataFrame], sentence: str
) -> None:
    doctor(spoilt, "incidents", change)
    problems = verify_data(spoilt).problems
    assert len(problems) == 1
    assert sentence in problems[0]
    assert problems[0].startswith("data/world/incidents.parquet ")


def test_a_missing_list_is_one_problem(spoilt: Path) -> None:
    (spoilt / "data" / "SHA256SUMS").unlink()
    problems = verify_data(spoilt).problems
    assert len(problems) == 1
    assert "data/SHA256SUMS is missing" in problems[0]
    assert "orbitlab data build" in problems[0]


def test_a_real_file_relisted_with_another_sum_is_found(spoilt: Path) -> None:
    relative = "real/starlink_road/power.parquet"
    path = spoilt / "data" / relative
    path.write_bytes(path.read_bytes()[:-1])
    relist(spoilt, relative)
    problems = verify_data(spoilt).problems
    assert len(problems) == 2
    assert all(f"data/{relative}" in p for p in problems)


def test_strays_and_leftovers_are_named(spoilt: Path) -> None:
    data = spoilt / "data"
    (data / "world" / "passes_old.parquet").write_bytes(b"x")
    (data / ".building-abc").mkdir()
    with (data / "SHA256SUMS").open("a", encoding="utf-8") as stream:
        stream.write(f"{'0' * 64}  world/ghost.parquet\n")
    (data / "README.md").write_text("# other\n", encoding="utf-8")
    problems = " ".join(verify_data(spoilt).problems)
    for thing in ("world/passes_old.parquet", ".building-abc", "world/ghost.parquet", "README.md"):
        assert f"data/{thing}" in problems or thing in problems


def test_nothing_there_at_all(tmp_path: Path) -> None:
    report = verify_data(tmp_path)
    assert not report.ok
    assert all("run `" in problem for problem in report.problems)


def test_verify_changes_nothing(built: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in built.rglob("*")}
    verify_data(built)
    assert {p: p.stat().st_mtime_ns for p in built.rglob("*")} == before
