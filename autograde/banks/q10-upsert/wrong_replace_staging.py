# wrong: INSERT OR REPLACE from staging alone: the last batch wins.
# caught-by: test_batches_in_both_orders
UPSERT_SQL = """
INSERT OR REPLACE INTO latest
SELECT * FROM staging
QUALIFY row_number() OVER (
    PARTITION BY terminal_id, sample_ts ORDER BY ingested_at DESC, ingest_id DESC
) = 1
"""
