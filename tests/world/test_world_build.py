"""data/ is the same bytes wherever and however often it is built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from world_homes import REPO, new_home

from orbitlab.world import TableSpec, assets, build_data, tables, verify_data
from orbitlab.world.catalogue import built_files
from orbitlab.world.checksums import sha256_of
from orbitlab.world.parquet import write_table


def fingerprints(home: Path) -> dict[str, str]:
    data = home / "data"
    names = ["README.md", "SHA256SUMS", *built_files()]
    return {name: sha256_of(data / name) for name in names}


def test_building_again_changes_no_byte_and_never_blesses_an_altered_real_file(
    spoilt: Path,
) -> None:
    before = fingerprints(spoilt)
    victim = spoilt / "data" / "real" / "starlink_autobahn" / "bridges.csv"
    victim.write_bytes(victim.read_bytes() + b"\n")
    report = build_data(spoilt)
    assert fingerprints(spoilt) == before
    assert report.files == [*built_files(), "README.md", "SHA256SUMS"]
    assert sorted(p.name for p in (spoilt / "data").iterdir()) == [
        "README.md",
        "SHA256SUMS",
        "real",
        "world",
    ]
    assert not report.ok
    assert report.problems == [
        "data/real/starlink_autobahn/bridges.csv is not the published file; "
        "run `git checkout -- data/real`."
    ]
    assert verify_data(spoilt).problems[0] == report.problems[0]


def test_home_time_zone_hash_seed_and_working_directory_do_not_matter(
    built: Path, tmp_path: Path
) -> None:
    home = new_home(tmp_path / "home")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = "from orbitlab.world import build_data; assert build_data().ok"
    env = os.environ | {
        "ORBITLAB_HOME": str(home),
        "TZ": "Pacific/Auckland",
        "PYTHONHASHSEED": "4711",
    }
    subprocess.run([sys.executable, "-c", code], env=env, cwd=elsewhere, check=True)
    assert fingerprints(home) == fingerprints(built)


def test_the_data_in_git_is_what_the_build_makes(built: Path) -> None:
    assert fingerprints(REPO) == fingerprints(built)
    assert verify_data(REPO).problems == []


def test_world_stays_small() -> None:
    def size(folder: Path) -> int:
        return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())

    assert size(REPO / "data" / "world") < 25_000_000
    assert size(REPO / "data") < 60_000_000


def test_the_list_is_in_the_format_of_sha256sum(built: Path) -> None:
    lines = (built / "data" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines, key=lambda line: line[66:])
    for line in lines:
        digest, name = line[:64], line[66:]
        assert sha256_of(built / "data" / name) == digest


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    report = build_data(tmp_path)
    assert not report.ok
    assert len(report.problems) == 1
    assert str(tmp_path / "data") in report.problems[0]
    assert (tmp_path / "data").read_text(encoding="utf-8") == "in the way"


def test_a_build_that_dies_half_way_leaves_the_old_files(
    spoilt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprints(spoilt)

    written = 0

    def full_disk(connection: Any, spec: TableSpec, values: dict[str, Any], data: Path) -> None:
        nonlocal written
        if written == 3:
            raise OSError(28, "No space left on device")
        written += 1
        write_table(connection, spec, values, data)

    monkeypatch.setattr("orbitlab.world.build.write_table", full_disk)
    report = build_data(spoilt)
    assert "No space left on device" in report.problems[0]
    assert fingerprints(spoilt) == before
    assert not list((spoilt / "data").glob(".building-*"))


def test_the_dictionary_names_every_column_and_defect(built: Path) -> None:
    page = (built / "data" / "README.md").read_text(encoding="utf-8")
    for spec in (*tables(), *assets()):
        section = page.split(f"## {spec.name}\n")[1].split("\n## ")[0]
        for column in spec.columns:
            assert f"| {column.name} | {column.kind} |" in section
        for defect in spec.defects:
            assert f"| {defect.name} |" in section
            assert f"| {defect.expected} |" in section
