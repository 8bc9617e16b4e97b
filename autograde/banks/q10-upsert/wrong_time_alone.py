# wrong: The conflict is decided by ingested_at alone: ties never replace.
# caught-by: test_tie_with_latest
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
    downlink_mbps = excluded.downlink_mbps
WHERE excluded.ingested_at > latest.ingested_at
"""
