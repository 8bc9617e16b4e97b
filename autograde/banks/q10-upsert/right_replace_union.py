# right: INSERT OR REPLACE from the union of latest and staging.
UPSERT_SQL = """
INSERT OR REPLACE INTO latest
SELECT * FROM (SELECT * FROM latest UNION ALL SELECT * FROM staging)
QUALIFY row_number() OVER (
    PARTITION BY terminal_id, sample_ts ORDER BY ingested_at DESC, ingest_id DESC
) = 1
"""
