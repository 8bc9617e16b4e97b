# wrong: compares ingested_at in whole seconds.
# caught-by: test_times_within_one_second
UPSERT_SQL = """
INSERT INTO latest (terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps)
SELECT terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps
FROM staging
QUALIFY ROW_NUMBER() OVER (PARTITION BY terminal_id, sample_ts
    ORDER BY date_trunc('second', ingested_at) DESC, ingest_id DESC) = 1
ON CONFLICT (terminal_id, sample_ts) DO UPDATE
SET ingested_at = excluded.ingested_at,
    ingest_id = excluded.ingest_id,
    downlink_mbps = excluded.downlink_mbps
WHERE (date_trunc('second', excluded.ingested_at), excluded.ingest_id)
    > (date_trunc('second', latest.ingested_at), latest.ingest_id)
"""
