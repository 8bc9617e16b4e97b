"""verify finds what is missing, altered, or no longer wrong in the right way."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from world_homes import doctor, relist

from orbitlab.world import assets, tables, verify_data
from orbitlab.world.catalogue import ASSETS, built_files
from orbitlab.world.parquet import connect, read_frame, read_parts
from orbitlab.world.story_checks import story_problems
from orbitlab.world.verify import table_problems

Files = dict[str, bytes]

KEY = ["terminal_id", "sample_ts"]
END = pd.Timestamp("2026-01-07", tz="UTC")
BEAT = pd.Timedelta(seconds=30)


def test_freshly_built_data_has_no_problem_and_is_left_alone(built: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in built.rglob("*")}
    report = verify_data(built)
    assert {p: p.stat().st_mtime_ns for p in built.rglob("*")} == before
    assert report.ok
    assert report.problems == []
    assert set(built_files()) <= set(report.files)


HARMED = {
    "world/heartbeats.parquet": "orbitlab data build",
    "world/question_mix.parquet": "orbitlab data build",
    "world/raw_health/20260105T0120Z_rf.parquet": "orbitlab data build",
    "world/scenes.npz": "orbitlab data build",
    "world/manifests/roof-model.yaml": "orbitlab data build",
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
    # What lies in several files is named as a whole when its content is what is wrong.
    whole = ("data/world/raw_health ", "data/world/manifests ")
    assert all(
        any(f"data/{relative} " in p for relative in HARMED) or p.startswith(whole)
        for p in problems
    )


Change = Callable[[pd.DataFrame], pd.DataFrame]


@cache
def loaded_world(home: Path) -> dict[str, Any]:
    """Return what verify looks at, by name."""
    data = home / "data"
    with connect() as connection:
        loaded: dict[str, Any] = {}
        for spec in tables():
            paths = [data / relative for relative in spec.relatives]
            many = bool(spec.parts)
            loaded[spec.name] = (
                read_parts(connection, paths) if many else read_frame(connection, paths[0])
            )
    for recipe in ASSETS:
        files = {f: (data / "world" / f).read_bytes() for f in recipe.spec.files}
        loaded[recipe.spec.name] = recipe.load(files)
    return loaded


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


def without(wrong: Callable[[pd.DataFrame], pd.Series]) -> Change:
    """Return a change that drops the rows for which `wrong` is true."""
    return lambda t: t[~wrong(t)]


def zero_nan(*columns: str) -> Change:
    return lambda t: t.assign(**{c: t[c].fillna(0.0) for c in columns})


def punctual(t: pd.DataFrame) -> pd.DataFrame:
    held = t.groupby(["gateway_id", "arrival_ts"])["seq"].transform("size") > 20
    late = (t["arrival_ts"] - t["event_ts"] >= 57) & ~held
    return t.assign(arrival_ts=t["arrival_ts"].where(~late, t["event_ts"] + 2))


def refill(longest: int, shortest: int = 2) -> Change:
    """Return a change that adds a message wherever so many in a row are missing."""

    def change(t: pd.DataFrame) -> pd.DataFrame:
        extra = []
        for _, rows in t.drop_duplicates("event_id").sort_values("seq").groupby("gateway_id"):
            step = rows["seq"].diff()
            hit = rows[(step >= shortest) & (step <= longest)]
            for seq, missing in zip(hit["seq"], step[hit.index].astype(int) - 1, strict=True):
                some = pd.concat([hit[hit["seq"] == seq]] * missing)
                numbers = np.arange(seq - missing, seq)
                extra.append(some.assign(seq=numbers, event_id=[f"{seq}/{n}" for n in numbers]))
        return pd.concat([t, *extra], ignore_index=True)

    return change


def right_clocks(t: pd.DataFrame) -> pd.DataFrame:
    """Move each gateway's stamps so that its fastest message took one second."""
    off = (t["arrival_ts"] - t["event_ts"]).groupby(t["gateway_id"]).transform("min") - 1
    return t.assign(event_ts=t["event_ts"] + off)


def unglitched(t: pd.DataFrame) -> pd.DataFrame:
    calm = t.groupby("gateway_id")["snr_db"].transform("median")
    return t.assign(snr_db=t["snr_db"].where(t["snr_db"] > calm - 6, calm))


def undrifted(t: pd.DataFrame) -> pd.DataFrame:
    hours = (t["event_ts"] - t["event_ts"].min()) / 3600
    return t.assign(snr_db=t["snr_db"] + hours.where(t["gateway_id"] == "NO1", 0.0))


def unheld(t: pd.DataFrame) -> pd.DataFrame:
    held = t.groupby(["gateway_id", "arrival_ts"])["seq"].transform("size") > 20
    return t.assign(arrival_ts=t["arrival_ts"].where(~held, t["event_ts"] + 2))


def no_overlap(t: pd.DataFrame) -> pd.DataFrame:
    latest = t.groupby("gateway_id")["los_ts"].transform(lambda c: c.cummax().shift()).fillna(0)
    return t.assign(
        aos_ts=t["aos_ts"].where(t["aos_ts"] >= latest, latest.astype("int64")),
        los_ts=np.maximum(t["los_ts"], latest.astype("int64") + 1),
    )


HEALTH_KEY = ["sat_id", "sensor_id", "event_ts", "seq"]


def unhurried(t: pd.DataFrame) -> pd.DataFrame:
    after = t.groupby("file")["event_ts"].transform("max") + 300
    return t.assign(ingested_at=after)


def one_hour(t: pd.DataFrame) -> pd.DataFrame:
    start = t.groupby("file")["event_ts"].transform("min") // 3600 * 3600
    return t.assign(event_ts=start + t["event_ts"] % 3600)


def unbiased(t: pd.DataFrame) -> pd.DataFrame:
    return t.assign(lat_pred_deg=t["lat_pred_deg"] + 7.3 / 111_195)


def mixed_sites(t: pd.DataFrame) -> pd.DataFrame:
    return t.assign(f3=np.roll(t["f3"].to_numpy(), 1) * np.where(t.index % 2, 1, -1))


def unshifted(t: pd.DataFrame) -> pd.DataFrame:
    late = t["day"] >= 5
    return t.assign(f2=t["f2"].where(~late, t["f2"] - 0.7))


DOCTORS: dict[tuple[str, str], Change] = {
    ("gateways", "antimeridian"): lambda t: t.assign(lon_deg=t["lon_deg"].clip(upper=17.9)),
    ("passes", "overlaps"): no_overlap,
    ("passes", "zero length"): lambda t: t.assign(
        los_ts=t["los_ts"].where(t["los_ts"] > t["aos_ts"], t["aos_ts"] + 1)
    ),
    ("gw_telemetry", "duplicates"): lambda t: t.drop_duplicates("event_id"),
    ("gw_telemetry", "late"): punctual,
    ("gw_telemetry", "lost"): refill(59),
    ("gw_telemetry", "NaN"): zero_nan("snr_db"),
    ("gw_telemetry", "glitches"): unglitched,
    ("gw_telemetry", "skewed clocks"): right_clocks,
    ("gw_telemetry", "drift"): undrifted,
    ("gw_telemetry", "outage"): refill(2000, 61),
    ("gw_telemetry", "backlog"): unheld,
    ("raw_health", "late files"): unhurried,
    ("raw_health", "copy"): lambda t: t.assign(
        ingested_at=t["ingested_at"] + t["file"].str.endswith("_1.parquet") * 1
    ),
    ("raw_health", "resend"): lambda t: t[~t["file"].str.contains("resend")],
    ("raw_health", "ties"): lambda t: t.assign(
        ingested_at=t["ingested_at"] + t["file"].str.contains("resend") * 1
    ),
    ("raw_health", "NaN"): zero_nan("value"),
    ("raw_health", "straddling"): one_hour,
    ("calibration", "tie"): lambda t: t.drop_duplicates(["sensor_id", "valid_from"]),
    ("calibration", "uncovered start"): lambda t: t.assign(valid_from=t["valid_from"] - 86_400),
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
    ("frames", "SO2 under fw8"): lambda t: t.assign(bad=t["bad"] & (t["station"] != "SO2")),
    ("frames", "elsewhere"): lambda t: t.assign(bad=t["bad"] & (t["firmware"] == "fw8")),
    ("control_points", "bias"): unbiased,
    ("control_points", "antimeridian"): lambda t: t.assign(
        lon_pred_deg=t["lon_pred_deg"].where(t["lon_true_deg"].abs() < 179.999, t["lon_true_deg"])
    ),
    ("control_points", "NaN"): zero_nan("lat_pred_deg"),
    ("model_scores", "site leakage"): mixed_sites,
    ("model_scores", "over-confidence"): lambda t: t.assign(logit=t["logit"] / 2.2),
    ("model_scores", "shift"): unshifted,
    ("model_scores", "missing features"): zero_nan("f1", "f2", "f3", "f4"),
    ("detections", "beyond the map"): lambda t: t.assign(lat=t["lat"].clip(-85.05112878, 85)),
    ("detections", "on the edge of the map"): lambda t: t.assign(lat=t["lat"] * 0.999),
    ("detections", "antimeridian"): lambda t: t.assign(lon=t["lon"] * 0.999),
    ("detections", "wrapped longitude"): lambda t: t.assign(lon=(t["lon"] + 180) % 360 - 180),
    ("detections", "NaN"): zero_nan("lon", "lat", "score"),
    ("detections", "unordered"): lambda t: t.sort_values("t"),
    ("detections", "newest is ignored"): lambda t: t.assign(t=t["t"].clip(upper=1_767_592_000)),
    ("isl_links", "parallel links"): without(lambda t: t["kind"] == "spare"),
    ("isl_links", "self-loop"): without(lambda t: t["sat_a"] == t["sat_b"]),
    ("guide_compensation", "silence"): lambda t: t.assign(base_k=t["base_k"].fillna(0)),
    ("guide_rounds", "absent rounds"): lambda t: t.assign(title=t["title"].fillna("round")),
    ("guide_claims", "conflicts"): lambda t: t.assign(hi=t["hi"].where(t["topic"] != "degree", 3)),
}


def test_every_declared_defect_has_a_doctor() -> None:
    declared = {(spec.name, defect.name) for spec in tables() for defect in spec.defects}
    assert set(DOCTORS) == declared


@pytest.mark.parametrize(("name", "defect"), DOCTORS, ids=lambda x: x)
def test_a_removed_defect_is_missed(built: Path, name: str, defect: str) -> None:
    """Each count looks at the table itself: without the defect it comes out wrong."""
    frame = loaded_world(built)[name]
    spec = next(spec for spec in tables() if spec.name == name)
    declared = next(d for d in spec.defects if d.name == defect)
    assert declared.least <= declared.count(frame) <= declared.most
    assert not declared.least <= declared.count(DOCTORS[name, defect](frame)) <= declared.most


def spoil_json(name: str, change: Callable[[Any], Any]) -> Callable[[Files], Files]:
    return lambda files: {name: json.dumps(change(json.loads(files[name]))).encode()}


def spoil_text(name: str, old: str, new: str) -> Callable[[Files], Files]:
    path = f"manifests/{name}.yaml"
    return lambda files: files | {path: files[path].replace(old.encode(), new.encode())}


def spoil_scenes(**changes: Callable[[Any], Any]) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        with np.load(io.BytesIO(files["scenes.npz"])) as found:
            arrays = {name: changes.get(name, lambda a: a)(found[name]) for name in found}
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        return {"scenes.npz": buffer.getvalue()}

    return change


def dark(after: Any) -> Any:
    return (after // 2).astype("<u2")


def contractor(k: int, with_k: int) -> Callable[[Any], Any]:
    def change(masks: Any) -> Any:
        masks = masks.copy()
        masks[:, k] = masks[:, with_k]
        return masks

    return change


def calm_host(command: str, *hosts: str) -> Callable[[Files], Files]:
    """Give hosts the output that a host without that fault has."""

    def change(bundles: Any) -> Any:
        donor = next(b for h, b in bundles.items() if h not in hosts and h.startswith("so"))
        for host in hosts:
            bundles[host][command] = donor[command]
        return bundles

    return spoil_json("host_bundles.json", change)


def drop_plan(name: str) -> Callable[[Files], Files]:
    def change(plans: Any) -> Any:
        other = next(n for n in plans if n != name)
        return {n: plans[other] if n == name else p for n, p in plans.items()}

    return spoil_json("plans.json", change)


NO_SNAP = spoil_json(
    "host_bundles.json",
    lambda bundles: {
        h: b | {"df_P": b["df_P"].replace("100% /snap", "97% /snap")} for h, b in bundles.items()
    },
)

ASSET_DOCTORS: dict[tuple[str, str], Callable[[Files], Files]] = {
    ("scenes", "gain shift"): spoil_scenes(after=dark),
    ("scenes", "clouds"): spoil_scenes(valid=lambda v: np.ones_like(v)),
    ("scenes", "contractor shift"): spoil_scenes(masks=contractor(2, 0)),
    ("scenes", "contractor dilate"): spoil_scenes(masks=contractor(3, 0)),
    ("scenes", "contractor omit"): spoil_scenes(masks=contractor(4, 0)),
    ("host_bundles", "disk full, data"): calm_host("df_P", "no0-edge"),
    ("host_bundles", "disk full, root"): calm_host("df_P", "is3-edge"),
    ("host_bundles", "no inodes"): calm_host("df_Pi", "no1-edge"),
    ("host_bundles", "out of memory"): calm_host("dmesg", "so0-edge"),
    ("host_bundles", "clock slow"): calm_host("chronyc", "so2-edge"),
    ("host_bundles", "clock fast"): calm_host("chronyc", "is1-edge"),
    ("host_bundles", "no descriptors"): calm_host("fd", "so3-edge"),
    ("host_bundles", "false lead"): NO_SNAP,
    ("plans", "thrown away"): drop_plan("p95_last_day"),
    ("plans", "spill"): drop_plan("dedupe_window"),
    ("plans", "no pruning"): drop_plan("one_terminal"),
    ("plans", "loops"): drop_plan("beats_by_region"),
    ("manifests", "no tag"): spoil_text(
        "roof-model", "roof-model\n        env", "m:1\n        env"
    ),
    ("manifests", "no memory limit"): spoil_text(
        "frame-ingest", "limits: {}", "limits: {memory: 1}"
    ),
    ("manifests", "no readiness"): spoil_text(
        "snr-scorer", "        resources", "        readinessProbe: {}\n        resources"
    ),
    ("manifests", "secret in the open"): spoil_text("tile-export", "not-a-real-key", "x"),
    ("manifests", "may run as root"): spoil_text(
        "pass-tracker", "        securityContext:\n          runAsNonRoot: false\n", ""
    ),
    ("manifests", "large canary"): spoil_text("roof-canary", "replicas: 3", "replicas: 2"),
}


def test_every_declared_defect_of_what_is_no_table_has_a_doctor() -> None:
    declared = {(spec.name, defect.name) for spec in assets() for defect in spec.defects}
    assert set(ASSET_DOCTORS) == declared


@pytest.mark.parametrize(("name", "defect"), ASSET_DOCTORS, ids=lambda x: x)
def test_a_removed_defect_of_what_is_no_table_is_missed(
    built: Path, name: str, defect: str
) -> None:
    """On the loaded content, as verify does: building 23 homes would only cost time."""
    recipe = next(r for r in ASSETS if r.spec.name == name)
    files = {f: (built / "data" / "world" / f).read_bytes() for f in recipe.spec.files}
    spoilt = files | ASSET_DOCTORS[name, defect](files)
    assert spoilt != files
    declared = next(d for d in recipe.spec.defects if d.name == defect)
    assert declared.least <= declared.count(recipe.load(files)) <= declared.most
    assert not declared.least <= declared.count(recipe.load(spoilt)) <= declared.most


def test_bad_content_is_found_even_when_the_list_agrees(spoilt: Path) -> None:
    world = spoilt / "data" / "world"
    (world / "heartbeats.parquet").write_bytes((world / "heartbeats.parquet").read_bytes()[:5000])
    power = spoilt / "data" / "real" / "starlink_road" / "power.parquet"
    power.write_bytes(power.read_bytes()[:-1])
    (world / "plans.json").write_text("[]", encoding="utf-8")
    bundles = json.loads((world / "host_bundles.json").read_text(encoding="utf-8"))
    del bundles["so3-edge"]
    (world / "host_bundles.json").write_text(json.dumps(bundles), encoding="utf-8")
    (world / "scenes.npz").write_bytes(b"PK no archive")
    (world / "manifests" / "roof-model.yaml").write_text("kind: [", encoding="utf-8")
    changed = ["heartbeats.parquet", "plans.json", "host_bundles.json", "scenes.npz"]
    for name in (*changed, "manifests/roof-model.yaml"):
        relist(spoilt, f"world/{name}")
    relist(spoilt, "real/starlink_road/power.parquet")
    problems = verify_data(spoilt).problems
    rebuild = "; run `orbitlab data build`."
    assert problems == [
        "data/world/heartbeats.parquet cannot be read as Parquet" + rebuild,
        "data/world/scenes.npz cannot be read" + rebuild,
        "data/world/host_bundles.json has 7 entries instead of 8" + rebuild,
        "data/world/host_bundles.json has 0 of the injected defect 'no descriptors' instead of 1"
        + rebuild,
        "data/world/host_bundles.json has 7 of the injected defect 'false lead' instead of 8"
        + rebuild,
        "data/world/plans.json cannot be read" + rebuild,
        "data/world/manifests cannot be read" + rebuild,
        "data/real/starlink_road/power.parquet is not the published file; "
        "run `git checkout -- data/real`.",
        "data/SHA256SUMS does not list data/real/starlink_road/power.parquet with its published "
        "sum" + rebuild,
    ]


def shift_incident(kind: str, seconds: int) -> Change:
    def change(t: pd.DataFrame) -> pd.DataFrame:
        hit = t["kind"] == kind
        return t.assign(start_ts=t["start_ts"] + hit * seconds, end_ts=t["end_ts"] + hit * seconds)

    return change


def move_incident(kind: str, target: str) -> Change:
    return lambda t: t.assign(target=t["target"].where(t["kind"] != kind, target))


UNTRUE: dict[str, Change] = {
    "gateway_outage": shift_incident("gateway_outage", 600),
    "region_outage": shift_incident("region_outage", -3600),
    "drift": move_incident("drift", "SO1"),
    "backlog": move_incident("backlog", "IS2"),
    "firmware": move_incident("firmware", "islands"),
    "mislabel": move_incident("mislabel", "SO1"),
    "contractor_shift": move_incident("contractor_shift", "C3"),
}


@pytest.mark.parametrize("kind", UNTRUE)
def test_incidents_that_the_tables_do_not_show_are_found(built: Path, kind: str) -> None:
    loaded = loaded_world(built)
    assert story_problems(loaded) == []
    assert kind in set(loaded["incidents"]["kind"])
    problems = story_problems(loaded | {"incidents": UNTRUE[kind](loaded["incidents"])})
    assert problems
    assert all(f"incidents tells of {kind} at " in p for p in problems)
    assert all(p.endswith("run `orbitlab data build`.") for p in problems)


def test_verify_says_when_the_story_is_untrue(spoilt: Path) -> None:
    doctor(spoilt, "incidents", UNTRUE["mislabel"])
    assert verify_data(spoilt).problems == [
        "data/world: incidents tells of mislabel at SO1, but its labels are not wrong there and "
        "only there; run `orbitlab data build`."
    ]


WRONG_SHAPES: list[tuple[Change, str]] = [
    (lambda t: t.iloc[:-1], "has 8 rows instead of 9"),
    (lambda t: t.drop(columns="target"), "(lacks target)"),
    (lambda t: t.assign(cause="rain"), "(has cause too much)"),
    (lambda t: t.assign(end_ts=t["end_ts"] * 1.0), "(end_ts is DOUBLE, not BIGINT)"),
    (lambda t: t[["target", "kind", "start_ts", "end_ts"]], "columns in another order"),
    (lambda t: t.assign(target=t["target"].where(t["target"] != "C2")), "1 NULL in target"),
]


def test_rows_columns_types_nulls_and_defects(spoilt: Path) -> None:
    """Each wrong shape on the table of incidents, judged as verify judges a table."""
    world = spoilt / "data" / "world"
    right = (world / "incidents.parquet").read_bytes()
    spec = next(spec for spec in tables() if spec.name == "incidents")
    for change, sentence in WRONG_SHAPES:
        (world / "incidents.parquet").write_bytes(right)
        doctor(spoilt, "incidents", change)
        with connect() as connection:
            problems = table_problems(connection, spec, spoilt / "data", {}, {})
        assert len(problems) == 1
        assert sentence in problems[0]
        assert problems[0].startswith("data/world/incidents.parquet ")
    doctor(spoilt, "detections", lambda t: t.iloc[:0])
    removed = [
        ("heartbeats", "dead tail"),
        ("terminal_telemetry", "retractions"),
        ("passes", "zero length"),
    ]
    for name, defect in removed:
        doctor(spoilt, name, DOCTORS[name, defect])
    problems = verify_data(spoilt).problems
    assert any("1 NULL in target" in p for p in problems)
    assert any("'newest is ignored' could be counted" in p for p in problems)
    for name, defect in removed:
        thing = f"data/world/{name}.parquet has "
        found = [p for p in problems if thing in p and f"injected defect '{defect}'" in p]
        assert len(found) == 1
        assert found[0].endswith("run `orbitlab data build`.")
    assert not any("is not the file listed" in p for p in problems)
    wrong = {"incidents", "detections", *(name for name, _ in removed)}
    assert all(p.split(".parquet")[0].removeprefix("data/world/") in wrong for p in problems)


def test_a_missing_list_is_one_problem(spoilt: Path) -> None:
    (spoilt / "data" / "SHA256SUMS").unlink()
    problems = verify_data(spoilt).problems
    assert len(problems) == 1
    assert "data/SHA256SUMS is missing" in problems[0]
    assert "orbitlab data build" in problems[0]


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
