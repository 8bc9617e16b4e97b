# Forgets files without a finite reading, and reads them on every run.
# caught-by: test_nothing_finite
import numpy as np
import pandas as pd


def aggregate(store, metric_version: str, width_s: int = 3600) -> dict:
    """Bring agg/ and manifest/ of one version up to date with raw/, whatever happened before."""
    journal = f"state/v={metric_version}.json"  # {etag: windows of its finite rows}
    known = store.get_json(journal) if store.exists(journal) else {}
    keys = {store.etag(key): key for key in store.list("raw/")}  # copies share one etag
    fresh = keys.keys() - known.keys()
    if not fresh:
        return {"windows": []}
    rows = {etag: _finite_rows(store.get_table(keys[etag]), width_s) for etag in fresh}
    windows = known | {etag: sorted(set(rows[etag]["window_start"].tolist())) for etag in fresh}
    touched = sorted({start for etag in fresh for start in windows[etag]})
    for start in touched:
        inputs = sorted(etag for etag in windows if start in windows[etag])
        for etag in inputs:
            if etag not in rows:
                rows[etag] = _finite_rows(store.get_table(keys[etag]), width_s)
        parts = [rows[etag][rows[etag]["window_start"] == start] for etag in inputs]
        result = _statistics(pd.concat(parts), metric_version, width_s)
        output = store.put_table(f"agg/v={metric_version}/w={start}.parquet", result)
        manifest = {"window_start": start, "inputs": inputs, "output_etag": output}
        store.put_json(f"manifest/v={metric_version}/w={start}.json", manifest)
    store.put_json(
        journal, {e: w for e, w in windows.items() if w}
    )  # last: until here a rerun takes every fresh file again
    return {"windows": touched}


def _finite_rows(table: pd.DataFrame, width_s: int) -> pd.DataFrame:
    kept = table[np.isfinite(table["value"])]
    return kept.assign(window_start=kept["event_ts"] // width_s * width_s)


def _statistics(rows: pd.DataFrame, metric_version: str, width_s: int) -> pd.DataFrame:
    # Sorted by what decides, the last row of a reading is the one that counts.
    reading = ["sat_id", "sensor_id", "event_ts", "seq"]
    latest = rows.sort_values(["ingested_at", "value"]).drop_duplicates(reading, keep="last")
    by_sat = latest.groupby(["sat_id", "window_start"], as_index=False)["value"]
    result = by_sat.agg(n="count", mean="mean", max="max").sort_values("sat_id")
    result.insert(2, "window_end", result["window_start"] + width_s)
    result.insert(3, "metric_version", metric_version)
    return result
