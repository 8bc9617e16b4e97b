"""Starlink on a moving car: the data sets of the road and of the motorway."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .reading import read_csv, read_parquet


@dataclass(frozen=True)
class StarlinkRoad:
    """A dish on a car around Osnabrück; see `starlink_road`.

    Attributes
    ----------
    iperf
        one second: timestamp_start, timestamp_end, server, ip_protocol,
        transport_protocol, download_bps, upload_bps, priority (0 or 1, as
        published), average_speed_kmh, download_mbps, upload_mbps (17,478 rows).
    ping
        one burst of 250 packets: timestamp_start, timestamp_end, target,
        ip_protocol, packet_loss_pct, packets_sent, ping_avg_ms, ping_worst_ms,
        ping_best_ms, ping_stddev_ms, average_speed_kmh (1,190 rows).
    power
        one second: timestamp_start, timestamp_end, power_w, download_mbps,
        upload_mbps, average_speed_kmh, temperature_c (518 rows).
    """

    iperf: pd.DataFrame
    ping: pd.DataFrame
    power: pd.DataFrame


def starlink_road() -> StarlinkRoad:
    """Load Starlink-on-the-Road: throughput, ping and power of a moving dish, early 2024.

    Faults left in: gaps between drives, NaN where one direction or the speed was not
    measured, one best ping of 0 ms in a burst that was answered. Times carry no zone.
    Speeds have no unit in the source; as m/s the fastest would be 420 km/h, so km/h.

    What it is not: positions are not published, and one car in one city is no coverage
    map. The source's own table counts one row more per file (the header).

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """
    speed = {"average_speed": "average_speed_kmh"}
    iperf = {"download": "download_bps", "upload": "upload_bps"}
    pings = {f"ping_{x}": f"ping_{x}_ms" for x in ("avg", "worst", "best", "stddev")}
    ping = {"packet_loss": "packet_loss_pct", "packets_send": "packets_sent"}
    power = {"power": "power_w", "temp": "temperature_c"}
    folder = "real/starlink_road"
    return StarlinkRoad(
        iperf=read_parquet(f"{folder}/iperf.parquet").rename(columns=speed | iperf),
        ping=read_parquet(f"{folder}/ping.parquet").rename(columns=speed | pings | ping),
        power=read_parquet(f"{folder}/power.parquet").rename(columns=speed | power),
    )


@dataclass(frozen=True)
class StarlinkAutobahn:
    """A dish on the motorway; see `starlink_autobahn`.

    Attributes
    ----------
    throughput
        one second: timestamp_start_dl, timestamp_end_dl, download_mbps,
        timestamp_start_ul, timestamp_end_ul, upload_mbps, timestamp_gps, elapsed_s,
        latitude_deg, longitude_deg, horizontal_accuracy_m, altitude_m,
        vertical_accuracy_m, speed_m_s, course_deg (−1: unknown), true_heading_deg,
        magnetic_heading_deg, heading_accuracy_deg, speed_kmh,
        nearest_bridge_distance_m, nearest_bridge_id, nearest_bridge_line_distance_m
        (4,861 rows, by time).
    bridges
        one bridge over the road: bridge_id (as nearest_bridge_id),
        start_latitude_deg, start_longitude_deg, end_latitude_deg, end_longitude_deg,
        motorway, width_m, length_m, area_m2, material (German, as published) (99 rows).
    """

    throughput: pd.DataFrame
    bridges: pd.DataFrame


_AUTOBAHN = {
    "download": "download_mbps",
    "upload": "upload_mbps",
    "timestamp_gmt_iphone": "timestamp_gps",
    "Time(sec)": "elapsed_s",
    "Latitude": "latitude_deg",
    "Longitude": "longitude_deg",
    "Horizontal Accuracy(m)": "horizontal_accuracy_m",
    "Altitude(m)": "altitude_m",
    "Vertical Accuracy(m)": "vertical_accuracy_m",
    "Speed(m/s)": "speed_m_s",
    "Course(deg)": "course_deg",
    "True Heading(deg)": "true_heading_deg",
    "Magnetic Heading(deg)": "magnetic_heading_deg",
    "Heading Accuracy(deg)": "heading_accuracy_deg",
    "Speed(km/h)": "speed_kmh",
    "nearest_bridge_distance": "nearest_bridge_distance_m",
    "nearest_bridge_line_distance": "nearest_bridge_line_distance_m",
}


def starlink_autobahn() -> StarlinkAutobahn:
    """Load Starlink-on-the-Autobahn: throughput second by second on 2024-04-19.

    Definitions behind the figures of field lab 10, all on throughput in file order:
        4,861 rows; median of download_mbps 218;
        near a bridge: nearest_bridge_line_distance_m < 30 (to the bridge's line, not to
        its nearest end point): median 132 Mbps, elsewhere 221 Mbps;
        low run: unbroken rows with download_mbps < 5: 24 runs;
        gap: timestamp_start_dl more than 2 s after the row before: 72 gaps;
        repeat: timestamp_start_dl equal to the row before: 1 (the whole row is repeated).

    Faults left in: the repeated second, the gaps, course_deg −1. Times carry no zone; the
    source calls the phone's clock GMT and the others agree with it to the second.

    What it is not: one car on one day; a dip near a bridge shows that they go together,
    and distances depend on the phone's position (about 5 m).

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """
    throughput = read_parquet("real/starlink_autobahn/throughput_bridges.parquet")
    raw = read_csv("real/starlink_autobahn/bridges.csv")
    start = raw["Start Koordinate"].str.split(",", expand=True).astype("float64")
    end = raw["End Koordinate"].str.split(",", expand=True).astype("float64")

    def number(column: str) -> pd.Series:
        # Decimal commas, except in columns that were read as numbers already.
        text = raw[column].astype("str").str.replace(",", ".", regex=False)
        return pd.to_numeric(text, errors="raise")

    bridges = pd.DataFrame(
        {
            "bridge_id": raw.index,
            "start_latitude_deg": start[0],
            "start_longitude_deg": start[1],
            "end_latitude_deg": end[0],
            "end_longitude_deg": end[1],
            "motorway": raw["Autobahn"].str.replace(r"A\s*(\d+)", r"A \1", regex=True),
            "width_m": number("Breite"),
            "length_m": number("Laenge"),
            "area_m2": number("Flaeche"),
            "material": raw["Baustoffklasse"],
        }
    )
    return StarlinkAutobahn(throughput=throughput.rename(columns=_AUTOBAHN), bridges=bridges)
