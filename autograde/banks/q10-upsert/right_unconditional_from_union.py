# right: The union decides both contests, so the update needs no condition.
UPSERT_SQL = """
INSERT INTO latest
SELECT newest.* FROM (
    SELECT max({'a': ingested_at, 'b': ingest_id, 't': terminal_id, 's': sample_ts,
                'm': downlink_mbps}) AS w
    FROM (FROM latest UNION ALL FROM staging)
    GROUP BY terminal_id, sample_ts
), LATERAL (SELECT w.t, w.s, w.a, w.b, w.m) AS newest
ON CONFLICT DO UPDATE
SET ingested_at = excluded.ingested_at, ingest_id = excluded.ingest_id,
    downlink_mbps = excluded.downlink_mbps
"""
