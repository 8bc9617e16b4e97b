"""Telemetry of two spacecraft with labelled anomalies (SMAP and MSL)."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import pandas as pd

from .reading import read_csv, read_parquet


@dataclass(frozen=True)
class SmapMsl:
    """Telemetry channels of SMAP and MSL; see `smap_msl`.

    Attributes
    ----------
    values
        one sample: spacecraft, channel, split ("train" or "test"), t (index within
        channel and split), value (scaled by the authors, no unit), cmd_bits (one bit per
        command sent), anomaly (706,971 rows).
    sequences
        one labelled sequence: label_row (0 to 81, a row of the authors' list),
        channel, spacecraft, first_t, last_t (both inside), kind ("point" or
        "contextual"), test_length (105 rows).
    """

    values: pd.DataFrame
    sequences: pd.DataFrame


def smap_msl() -> SmapMsl:
    """Load 82 telemetry channels of the SMAP satellite and the MSL rover with expert labels.

    Of the test points of SMAP 12.8 % are labelled anomalous, of MSL 10.5 %.

    Faults left in: channel P-2 stands twice in the list of labels with different sequences;
    7 channels hold at most two distinct values; one channel has no label and names no
    spacecraft ("NA"); train and test are scaled together; time is an index, not a clock.

    What it is not: a fair benchmark. Many sequences can be found by a single threshold, and
    long ones reward methods that alarm late or at random.

    Raises
    ------
    DataMissing, DataAltered
        a file is absent or not the published one.
    """
    values = read_parquet("real/smap_msl/smap_msl.parquet")
    for column in ("spacecraft", "channel", "split"):
        values[column] = values[column].astype("str")
    values["value"] = values["value"].astype("float64").round(6)
    values = values.astype({"t": "int64"})
    listed = read_csv("real/smap_msl/labeled_anomalies.csv").rename(columns={"class": "kinds"})
    rows = [
        {
            "label_row": row,
            "channel": entry.chan_id,
            "spacecraft": entry.spacecraft,
            "first_t": first,
            "last_t": last,
            "kind": kind.strip(),
            "test_length": entry.num_values,
        }
        for row, entry in enumerate(listed.itertuples())
        for (first, last), kind in zip(
            ast.literal_eval(entry.anomaly_sequences),
            entry.kinds.strip("[]").split(","),
            strict=True,
        )
    ]
    return SmapMsl(values=values, sequences=pd.DataFrame(rows))
