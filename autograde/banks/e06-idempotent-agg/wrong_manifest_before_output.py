# The manifest goes first and vouches for an output that may never come.
# caught-by: test_crash_in_the_first_run
import numpy as np
import pandas as pd


def aggregate(store, metric_version, width_s=3600):
    notes = f"state/{metric_version}/windows"  # what a file touches; says nothing about done
    keys = {}
    for key in store.list("raw/"):
        keys.setdefault(store.etag(key), key)
    touches = store.get_json(notes) if store.exists(notes) else {}
    cache = {}

    def rows_of(etag):
        if etag not in cache:
            table = store.get_table(keys[etag])
            table = table[np.isfinite(table["value"].to_numpy())]
            cache[etag] = table.assign(w=table["event_ts"] // width_s * width_s)
        return cache[etag]

    unseen = [etag for etag in keys if etag not in touches]
    for etag in unseen:
        touches[etag] = [int(w) for w in rows_of(etag)["w"].unique()]
    if unseen:
        store.put_json(notes, touches)
    wanted = {}
    for etag, windows in touches.items():
        for w in windows:
            wanted.setdefault(w, []).append(etag)
    for w, inputs in wanted.items():
        manifest = f"manifest/v={metric_version}/w={w}.json"
        inputs.sort()
        if store.exists(manifest) and store.get_json(manifest)["inputs"] == inputs:
            continue
        rows = pd.concat([rows_of(etag) for etag in inputs])
        rows = rows[rows["w"] == w]
        order = ["sat_id", "sensor_id", "event_ts", "seq", "ingested_at", "value"]
        rows = rows.sort_values(order)
        rows = rows.groupby(order[:4], as_index=False).last()
        out = rows.groupby("sat_id")["value"].agg(["size", "mean", "max"]).reset_index()
        out = pd.DataFrame(
            {
                "sat_id": out["sat_id"],
                "window_start": w,
                "window_end": w + width_s,
                "metric_version": metric_version,
                "n": out["size"],
                "mean": out["mean"],
                "max": out["max"],
            }
        )
        etag = store.put_table("state/scratch", out)  # only to learn its etag
        record = {"window_start": w, "inputs": inputs, "output_etag": etag}
        store.put_json(manifest, record)
        store.put_table(f"agg/v={metric_version}/w={w}.parquet", out)
