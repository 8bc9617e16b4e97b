# wrong: Neither contest: the plain upsert.
# caught-by: test_in_batch_duplicates
UPSERT_SQL = """
INSERT INTO latest (terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps)
SELECT terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps
FROM staging
WHERE TRUE
ON CONFLICT (terminal_id, sample_ts) DO UPDATE
SET ingested_at = excluded.ingested_at,
    ingest_id = excluded.ingest_id,
    downlink_mbps = excluded.downlink_mbps
"""
