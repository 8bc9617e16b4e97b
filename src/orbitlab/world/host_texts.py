"""What eight hosts said over SSH, each with one thing wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .spec import AssetRecipe, AssetSpec, Column, Defect

FILE = "host_bundles.json"
COMMANDS = ("df_P", "df_Pi", "dmesg", "chronyc", "fd")


def _df(head: str, rows: list[tuple[str, int, int, str]]) -> str:
    lines = [head]
    for filesystem, size, used, mount in rows:
        share = -(-100 * used // size)
        lines.append(
            f"{filesystem:<20} {size:>10} {used:>10} {size - used:>10} {share:>4}% {mount}"
        )
    return "\n".join(lines) + "\n"


_HEAD_P = "Filesystem           1024-blocks       Used  Available Capacity Mounted on"
_HEAD_PI = "Filesystem               Inodes      IUsed      IFree IUse% Mounted on"
# Snap images are always full: nothing is wrong with them.
_SNAP = ("/dev/loop3", 65_536, 65_536, "/snap/core20/2015")


def _disks(root: int = 41, data: int = 63, mount: str = "/data") -> str:
    return _df(
        _HEAD_P,
        [
            ("/dev/nvme0n1p2", 50_000_000, 500_000 * root, "/"),
            ("tmpfs", 8_000_000, 12_000, "/run"),
            ("/dev/nvme1n1", 400_000_000, 4_000_000 * data, mount),
            _SNAP,
        ],
    )


def _inodes(root: int = 12, data: int = 8, mount: str = "/data") -> str:
    text = _df(
        _HEAD_PI,
        [
            ("/dev/nvme0n1p2", 3_200_000, 32_000 * root, "/"),
            ("/dev/nvme1n1", 26_000_000, 260_000 * data, mount),
            ("/dev/loop3", 11_778, 11_778, "/snap/core20/2015"),
        ],
    )
    return text + "/dev/nvme0n1p1                0          0          0     - /boot/efi\n"


def _chrony(seconds: str = "0.000041237", way: str = "slow") -> str:
    return (
        "Reference ID    : C0A80101 (ntp1.kestrel.example)\n"
        "Stratum         : 3\n"
        f"System time     : {seconds} seconds {way} of NTP time\n"
        "Last offset     : -0.000012345 seconds\n"
        "Leap status     : Normal\n"
    )


def _fds(rows: list[tuple[int, int, int]]) -> str:
    return "pid limit-check\n" + "".join(f"{pid} {used} {limit}\n" for pid, used, limit in rows)


_CALM_FDS = [(1, 88, 1_048_576), (812, 143, 1024), (2207, 512, 65_536)]
_BOOT = (
    "[    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)\n"
    "[    4.113872] EXT4-fs (nvme0n1p2): mounted filesystem with ordered data mode\n"
)
_OOM = (
    "[81233.410027] ingestd invoked oom-killer: gfp_mask=0x140cca, order=0, oom_score_adj=0\n"
    "[81233.411890] Out of memory: Killed process 2207 (ingestd) total-vm:9118204kB\n"
)
_CGROUP_OOM = (
    "[51900.771204] Memory cgroup out of memory: Killed process 4410 (tile worker) "
    "total-vm:4194304kB\n"
)


def _bundle(**changed: str) -> dict[str, str]:
    calm = {
        "df_P": _disks(),
        "df_Pi": _inodes(),
        "dmesg": _BOOT,
        "chronyc": _chrony(),
        "fd": _fds(_CALM_FDS),
    }
    return calm | changed


def _make() -> dict[str, bytes]:
    bundles = {
        "no0-edge": _bundle(df_P=_disks(data=99, mount="/data/frames in")),
        "no1-edge": _bundle(df_Pi=_inodes(data=100)),
        "so0-edge": _bundle(dmesg=_BOOT + _OOM),
        "so2-edge": _bundle(chronyc=_chrony("2.748113000", "slow")),
        "so3-edge": _bundle(fd=_fds([*_CALM_FDS, (3310, 1019, 1024)])),
        "is0-edge": _bundle(dmesg=_BOOT + _CGROUP_OOM),
        "is1-edge": _bundle(chronyc=_chrony("0.912004000", "fast")),
        "is3-edge": _bundle(df_P=_disks(root=98)),
    }
    return {FILE: (json.dumps(bundles, indent=1, sort_keys=True) + "\n").encode()}


def _load(files: dict[str, bytes]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(files[FILE])
    if any(set(bundle) != set(COMMANDS) for bundle in found.values()):
        raise ValueError("a bundle lacks a command")
    return found


def _having(command: str, *signs: str) -> Callable[[Any], int]:
    """Return a count of the bundles whose output of a command has a line with all signs."""

    def count(bundles: dict[str, dict[str, str]]) -> int:
        return sum(
            any(all(sign in line for sign in signs) for line in bundle[command].splitlines())
            for bundle in bundles.values()
        )

    return count


def _nearly_out(bundles: dict[str, dict[str, str]]) -> int:
    found = 0
    for bundle in bundles.values():
        rows = [line.split() for line in bundle["fd"].splitlines()[1:]]
        found += any(int(used) * 100 >= int(limit) * 95 for _, used, limit in rows)
    return found


RECIPES = (
    AssetRecipe(
        AssetSpec(
            name="host_bundles",
            grain="one host of a ground station: what five commands printed there",
            entries=8,
            files=(FILE,),
            columns=(
                Column("df_P", "text", "df -P", "space of the file systems"),
                Column("df_Pi", "text", "df -Pi", "inodes of the file systems"),
                Column("dmesg", "text", "dmesg", "the kernel's messages"),
                Column("chronyc", "text", "chronyc tracking", "the clock"),
                Column("fd", "text", "pid, open, limit", "descriptors of the processes"),
            ),
            defects=(
                Defect("disk full, data", "a data disk at 99 %", _having("df_P", " 99% "), 1, 1),
                Defect("disk full, root", "a root disk at 98 %", _having("df_P", " 98% /"), 1, 1),
                Defect(
                    "no inodes", "a disk without inodes", _having("df_Pi", "nvme1n1", "100% "), 1, 1
                ),
                Defect(
                    "out of memory",
                    "a process killed for the host's memory or for its group's",
                    _having("dmesg", "ut of memory: Killed process"),
                    2,
                    2,
                ),
                Defect(
                    "clock slow", "a clock 2.7 s behind", _having("chronyc", " 2.", "slow of"), 1, 1
                ),
                Defect(
                    "clock fast", "a clock 0.9 s ahead", _having("chronyc", " 0.9", "fast of"), 1, 1
                ),
                Defect("no descriptors", "a process at its limit", _nearly_out, 1, 1),
                Defect(
                    "false lead",
                    "hosts with a full snap image, which is as it should be",
                    _having("df_P", "/dev/loop", "100% /snap"),
                    8,
                    8,
                ),
            ),
            notes=("Each host has exactly one cause; the host is the key.",),
        ),
        _make,
        _load,
    ),
)
