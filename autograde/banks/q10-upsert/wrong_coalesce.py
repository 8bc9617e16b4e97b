# wrong: COALESCE keeps the old value when the new one is NULL.
# caught-by: test_null_wins_like_a_value
UPSERT_SQL = """
INSERT INTO latest (terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps)
SELECT terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps
FROM (
    SELECT terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps,
           ROW_NUMBER() OVER (
               PARTITION BY terminal_id, sample_ts
               ORDER BY ingested_at DESC, ingest_id DESC
           ) AS version
    FROM staging
) AS ranked
WHERE version = 1
ON CONFLICT (terminal_id, sample_ts) DO UPDATE
SET ingested_at = excluded.ingested_at,
    ingest_id = excluded.ingest_id,
    downlink_mbps = COALESCE(excluded.downlink_mbps, latest.downlink_mbps)
WHERE (excluded.ingested_at, excluded.ingest_id)
    > (latest.ingested_at, latest.ingest_id)
"""
