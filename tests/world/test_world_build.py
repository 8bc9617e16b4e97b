"""data/ is the same bytes wherever and however often it is built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from world_homes import REPO, new_home

from orbitlab.world import build_data, tables, verify_data
from orbitlab.world.checksums import sha256_of


def fingerprints(home: Path) -> dict[str, str]:
    data = home / "data"
    names = ["README.md", "SHA256SUMS", *(spec.relative for spec in tables())]
    return {name: sha256_of(data / name) for name in names}


def test_two_builds_in_two_homes_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    other = new_home(tmp_path)
    assert build_data(other).ok
    assert fingerprints(other) == fingerprints(built)


def test_building_again_over_old_data_changes_no_byte(spoilt: Path) -> None:
    before = fingerprints(spoilt)
    assert build_data(spoilt).ok
    assert fingerprints(spoilt) == before


def test_time_zone_hash_seed_and_working_directory_do_not_matter(
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
    assert sum(p.stat().st_size for p in (REPO / "data" / "world").iterdir()) < 3_000_000


def test_the_list_is_in_the_format_of_sha256sum(built: Path) -> None:
    lines = (built / "data" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines, key=lambda line: line[66:])
    for line in lines:
        digest, name = line[:64], line[66:]
        assert sha256_of(built / "data" / name) == digest


def test_report_lists_what_was_built_and_nothing_else_is_left(spoilt: Path) -> None:
    report = build_data(spoilt)
    assert report.files == [spec.relative for spec in tables()] + ["README.md", "SHA256SUMS"]
    assert sorted(p.name for p in (spoilt / "data").iterdir()) == [
        "README.md",
        "SHA256SUMS",
        "real",
        "world",
    ]


def test_build_never_blesses_an_altered_real_file(spoilt: Path) -> None:
    victim = spoilt / "data" / "real" / "starlink_autobahn" / "bridges.csv"
    victim.write_bytes(victim.read_bytes() + b"\n")
    report = build_data(spoilt)
    assert not report.ok
    assert report.problems == [
        "data/real/starlink_autobahn/bridges.csv is not the published file; "
        "run `git checkout -- data/real`."
    ]
    assert not verify_data(spoilt).ok


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

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("orbitlab.world.build.dictionary_text", full_disk)
    report = build_data(spoilt)
    assert "No space left on device" in report.problems[0]
    assert fingerprints(spoilt) == before
    assert not list((spoilt / "data").glob(".building-*"))


def test_the_dictionary_names_every_column_and_defect(built: Path) -> None:
    page = (built / "data" / "README.md").read_text(encoding="utf-8")
    for spec in tables():
        section = page.split(f"## {spec.name}\n")[1].split("\n## ")[0]
        for column in spec.columns:
            assert f"| {column.name} | {column.type}" in section
        for defect in spec.defects:
            assert f"| {defect.name} |" in section
            assert f"| {defect.expected} |" in section
