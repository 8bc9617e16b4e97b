# right: MERGE INTO … USING (columns), with UPDATE and INSERT by position.
UPSERT_SQL = """
MERGE INTO latest
USING (
    SELECT DISTINCT ON (terminal_id, sample_ts) * FROM staging
    ORDER BY terminal_id, sample_ts, ingested_at DESC, ingest_id DESC
) AS s
USING (terminal_id, sample_ts)
WHEN MATCHED AND (s.ingested_at, s.ingest_id) > (latest.ingested_at, latest.ingest_id) THEN UPDATE
WHEN NOT MATCHED THEN INSERT
"""
