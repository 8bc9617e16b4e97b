# wrong: DO NOTHING: whatever came first stays.
# caught-by: test_batches_in_both_orders
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
ON CONFLICT (terminal_id, sample_ts) DO NOTHING
"""
