# wrong: A plain INSERT stops at the first known key.
# caught-by: test_example
UPSERT_SQL = """
INSERT INTO latest SELECT * FROM staging
"""
