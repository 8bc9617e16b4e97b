# Adds the figures of each new file to those that are there.
# caught-by: test_late_file_replaces_its_windows
import numpy as np
import pandas as pd


def aggregate(store, metric_version, width_s=3600):
    marks = f"state/v={metric_version}/"
    fresh = {store.etag(key): key for key in store.list("raw/")}
    fresh = {etag: key for etag, key in fresh.items() if not store.exists(f"{marks}{etag}")}
    for etag, key in sorted(fresh.items()):
        rows = store.get_table(key)
        rows = rows[np.isfinite(rows["value"])].sort_values(["ingested_at", "value"])
        reading = ["sat_id", "sensor_id", "event_ts", "seq"]
        rows = rows.drop_duplicates(reading, keep="last")
        rows = rows.assign(window_start=rows["event_ts"] // width_s * width_s)
        for start, part in rows.groupby("window_start"):
            name = f"v={metric_version}/w={start}"
            new = part.groupby("sat_id", as_index=False)["value"].agg(["count", "sum", "max"])
            new.columns = ["sat_id", "n", "total", "max"]
            inputs = [etag]
            if store.exists(f"agg/{name}.parquet"):
                old = store.get_table(f"agg/{name}.parquet")
                old = old.assign(total=old["n"] * old["mean"])
                new = pd.concat([old[["sat_id", "n", "total", "max"]], new])
                new = new.groupby("sat_id", as_index=False).agg(
                    n=("n", "sum"), total=("total", "sum"), max=("max", "max")
                )
            if store.exists(f"manifest/{name}.json"):
                inputs = sorted({etag, *store.get_json(f"manifest/{name}.json")["inputs"]})
            out = pd.DataFrame({"sat_id": new["sat_id"], "window_start": int(start)})
            out["window_end"] = int(start) + width_s
            out["metric_version"] = metric_version
            out["n"], out["mean"], out["max"] = new["n"], new["total"] / new["n"], new["max"]
            written = store.put_table(f"agg/{name}.parquet", out.sort_values("sat_id"))
            manifest = {"window_start": int(start), "inputs": inputs, "output_etag": written}
            store.put_json(f"manifest/{name}.json", manifest)
        store.put_json(f"{marks}{etag}", True)
    return {}
