# right: MERGE INTO with the batch's winners.
UPSERT_SQL = """
MERGE INTO latest AS l
USING (
    SELECT * FROM staging
    QUALIFY row_number() OVER (
        PARTITION BY terminal_id, sample_ts ORDER BY ingested_at DESC, ingest_id DESC
    ) = 1
) AS s
ON l.terminal_id = s.terminal_id AND l.sample_ts = s.sample_ts
WHEN MATCHED AND (s.ingested_at > l.ingested_at
                  OR (s.ingested_at = l.ingested_at AND s.ingest_id > l.ingest_id))
    THEN UPDATE SET ingested_at = s.ingested_at, ingest_id = s.ingest_id,
                    downlink_mbps = s.downlink_mbps
WHEN NOT MATCHED
    THEN INSERT (terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps)
         VALUES (s.terminal_id, s.sample_ts, s.ingested_at, s.ingest_id, s.downlink_mbps);
"""
