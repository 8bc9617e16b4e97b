# wrong: Only the value is replaced; the old pair decides the next batch.
# caught-by: test_whole_row_is_replaced
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
SET downlink_mbps = excluded.downlink_mbps
WHERE (excluded.ingested_at, excluded.ingest_id)
    > (latest.ingested_at, latest.ingest_id)
"""
