# A file is known once any window manifest names it.
# caught-by: test_crash_with_a_late_file
import numpy as np
import pandas as pd


def aggregate(store, metric_version, width_s=3600):
    keys = {store.etag(key): key for key in store.list("raw/")}
    prefix = f"manifest/v={metric_version}/"
    inputs_of = {}
    for key in store.list(prefix):
        manifest = store.get_json(key)
        inputs_of[manifest["window_start"]] = set(manifest["inputs"])
    nothing = f"state/v={metric_version}/nothing-finite"
    empty = set(store.get_json(nothing)) if store.exists(nothing) else set()
    known = set().union(empty, *inputs_of.values())
    cache = {}

    def rows_of(etag):
        if etag not in cache:
            table = store.get_table(keys[etag])
            table = table[np.isfinite(table["value"])]
            cache[etag] = table.assign(window_start=table["event_ts"] // width_s * width_s)
        return cache[etag]

    touched = set()
    for etag in keys.keys() - known:
        starts = set(rows_of(etag)["window_start"].tolist())
        if not starts:
            empty.add(etag)
        for start in starts:
            inputs_of.setdefault(start, set()).add(etag)
        touched |= starts
    for start in sorted(touched):
        inputs = sorted(inputs_of[start])
        rows = pd.concat([rows_of(etag) for etag in inputs])
        rows = rows[rows["window_start"] == start].sort_values(["ingested_at", "value"])
        rows = rows.drop_duplicates(["sat_id", "sensor_id", "event_ts", "seq"], keep="last")
        out = rows.groupby(["sat_id", "window_start"], as_index=False)["value"]
        out = out.agg(n="count", mean="mean", max="max")
        out.insert(2, "window_end", start + width_s)
        out.insert(3, "metric_version", metric_version)
        etag = store.put_table(f"agg/v={metric_version}/w={start}.parquet", out)
        manifest = {"window_start": start, "inputs": inputs, "output_etag": etag}
        store.put_json(f"{prefix}w={start}.json", manifest)
    if empty - known:
        store.put_json(nothing, sorted(empty))
    return {}
