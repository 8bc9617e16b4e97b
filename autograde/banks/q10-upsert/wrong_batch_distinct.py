# wrong: DISTINCT removes equal rows only, not older versions.
# caught-by: test_in_batch_duplicates
UPSERT_SQL = """
INSERT INTO latest (terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps)
SELECT terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps
FROM (SELECT DISTINCT * FROM staging) AS batch
WHERE TRUE
ON CONFLICT (terminal_id, sample_ts) DO UPDATE
SET ingested_at = excluded.ingested_at,
    ingest_id = excluded.ingest_id,
    downlink_mbps = excluded.downlink_mbps
WHERE (excluded.ingested_at, excluded.ingest_id)
    > (latest.ingested_at, latest.ingest_id)
"""
