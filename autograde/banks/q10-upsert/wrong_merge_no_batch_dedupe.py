# wrong: MERGE without a contest inside the batch.
# caught-by: test_in_batch_duplicates
UPSERT_SQL = """
MERGE INTO latest AS l USING staging AS s
ON l.terminal_id = s.terminal_id AND l.sample_ts = s.sample_ts
WHEN MATCHED AND (s.ingested_at, s.ingest_id) > (l.ingested_at, l.ingest_id)
    THEN UPDATE SET ingested_at = s.ingested_at, ingest_id = s.ingest_id,
                    downlink_mbps = s.downlink_mbps
WHEN NOT MATCHED
    THEN INSERT VALUES (s.terminal_id, s.sample_ts, s.ingested_at, s.ingest_id, s.downlink_mbps)
"""
