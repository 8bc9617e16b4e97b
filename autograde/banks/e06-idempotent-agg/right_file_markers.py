# Plain Python rows, and one marker per file after all windows.
import math

import pandas as pd


def aggregate(store, metric_version, width_s=3600):
    files = {store.etag(key): key for key in reversed(store.list("raw/"))}
    mark = "state/" + metric_version + "/{}.json"
    windows = {}
    seen = {}

    def load(etag):
        if etag not in seen:
            seen[etag] = [
                row
                for row in store.get_table(files[etag]).to_dict("records")
                if math.isfinite(row["value"])
            ]
        return seen[etag]

    fresh = []
    for etag in files:
        if store.exists(mark.format(etag)):
            windows[etag] = store.get_json(mark.format(etag))
        else:
            fresh.append(etag)
            windows[etag] = sorted({row["event_ts"] // width_s * width_s for row in load(etag)})
    for start in sorted({w for etag in fresh for w in windows[etag]}):
        inputs = sorted(etag for etag, own in windows.items() if start in own)
        best = {}
        for etag in inputs:
            for row in load(etag):
                if start <= row["event_ts"] < start + width_s:
                    key = (row["sat_id"], row["sensor_id"], row["event_ts"], row["seq"])
                    rank = (row["ingested_at"], row["value"])
                    best[key] = max(best.get(key, rank), rank)
        by_sat = {}
        for (sat, *_), (_, value) in best.items():
            by_sat.setdefault(sat, []).append(value)
        table = pd.DataFrame(
            [
                [sat, start, start + width_s, metric_version, len(v), sum(v) / len(v), max(v)]
                for sat, v in sorted(by_sat.items())
            ],
            columns="sat_id window_start window_end metric_version n mean max".split(),
        )
        name = f"v={metric_version}/w={start}"
        done = store.put_table(f"agg/{name}.parquet", table)
        manifest = dict(output_etag=done, inputs=inputs, window_start=start)
        store.put_json(f"manifest/{name}.json", manifest)
    for etag in fresh:  # a marker per file, once all windows are written
        store.put_json(mark.format(etag), windows[etag])
    return {"fresh": len(fresh)}
