# The statistics in SQL, one run journal committed last.
import duckdb
import pandas as pd


def aggregate(store, metric_version, width_s=3600):
    done_key = f"state/{metric_version}.json"
    done = store.get_json(done_key) if store.exists(done_key) else {"files": {}}
    raw = {store.etag(key): key for key in store.list("raw/")}
    new = sorted(set(raw) - set(done["files"]))
    con = duckdb.connect(config={"threads": "1"})
    con.execute(
        "CREATE TABLE r (etag TEXT, sat_id TEXT, sensor_id TEXT, event_ts BIGINT, seq BIGINT,"
        " value DOUBLE, ingested_at BIGINT, w BIGINT)"
    )
    loaded = set()

    def load(etag):
        if etag in loaded:
            return
        loaded.add(etag)
        part = store.get_table(raw[etag])
        con.register("part", part)
        con.execute(
            "INSERT INTO r SELECT $e, sat_id, sensor_id, event_ts, seq, value, ingested_at,"
            " event_ts // $w * $w FROM part WHERE isfinite(value)",
            {"e": etag, "w": width_s},
        )
        con.unregister("part")

    for etag in new:
        load(etag)
        found = con.execute("SELECT DISTINCT w FROM r WHERE etag = $e", {"e": etag}).fetchall()
        done["files"][etag] = sorted(w for (w,) in found)
    todo = sorted({w for etag in new for w in done["files"][etag]})
    for w in todo:
        inputs = sorted(e for e, ws in done["files"].items() if w in ws)
        for etag in inputs:
            load(etag)
        rows = con.execute(
            "SELECT sat_id, count(*), avg(value), max(value) FROM (SELECT * FROM r WHERE w = $w"
            " QUALIFY row_number() OVER (PARTITION BY sat_id, sensor_id, event_ts, seq"
            " ORDER BY ingested_at DESC, value DESC) = 1) GROUP BY sat_id ORDER BY sat_id",
            {"w": w},
        ).fetchall()
        out = pd.DataFrame(
            [(sat, w, w + width_s, metric_version, n, mean, top) for sat, n, mean, top in rows],
            columns=["sat_id", "window_start", "window_end", "metric_version", "n", "mean", "max"],
        )
        name = f"v={metric_version}/w={w}"
        etag = store.put_table(f"agg/{name}.parquet", out)
        store.put_json(
            f"manifest/{name}.json", {"window_start": w, "inputs": inputs, "output_etag": etag}
        )
    if new:
        store.put_json(done_key, done)
    con.close()
    return {}
