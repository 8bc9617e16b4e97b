# wrong: UPDATE … FROM: new keys are never inserted.
# caught-by: test_example
UPSERT_SQL = """
UPDATE latest
SET ingested_at = s.ingested_at, ingest_id = s.ingest_id, downlink_mbps = s.downlink_mbps
FROM (
    SELECT * FROM staging QUALIFY row_number() OVER (
        PARTITION BY terminal_id, sample_ts ORDER BY ingested_at DESC, ingest_id DESC) = 1
) AS s
WHERE s.terminal_id = latest.terminal_id AND s.sample_ts = latest.sample_ts
  AND (s.ingested_at, s.ingest_id) > (latest.ingested_at, latest.ingest_id)
"""
