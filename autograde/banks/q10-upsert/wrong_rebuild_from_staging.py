# wrong: The table is rebuilt from the batch: bystanders vanish.
# caught-by: test_bystanders_stay
UPSERT_SQL = """
CREATE OR REPLACE TABLE latest AS
SELECT * FROM staging
QUALIFY row_number() OVER (
    PARTITION BY terminal_id, sample_ts ORDER BY ingested_at DESC, ingest_id DESC
) = 1
"""
