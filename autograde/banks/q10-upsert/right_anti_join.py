# right: Only rows that nothing in staging or latest beats are inserted.
UPSERT_SQL = """
INSERT OR REPLACE INTO latest BY NAME
SELECT DISTINCT s.* FROM staging AS s
WHERE NOT EXISTS (
    SELECT 1 FROM (SELECT * FROM staging UNION ALL SELECT * FROM latest) AS o
    WHERE o.terminal_id = s.terminal_id AND o.sample_ts = s.sample_ts
      AND (o.ingested_at, o.ingest_id) > (s.ingested_at, s.ingest_id)
)
"""
