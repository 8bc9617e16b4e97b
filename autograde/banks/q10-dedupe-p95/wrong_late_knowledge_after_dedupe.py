# wrong: The bound on ingested_at comes after the dedupe: a late version hides the known one.
# caught-by: test_late_knowledge
P95_SQL = """
WITH ranked AS (
    SELECT *, ROW_NUMBER() OVER (
                  PARTITION BY terminal_id, sample_ts ORDER BY ingested_at DESC, ingest_id DESC
              ) AS version
    FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours' AND sample_ts < $as_of
)
SELECT terminal_id, date_bin(INTERVAL '5 minutes', sample_ts, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps) AS p95_downlink_mbps, COUNT(*) AS samples
FROM ranked
WHERE version = 1 AND downlink_mbps IS NOT NULL AND ingested_at <= $as_of
GROUP BY 1, 2 ORDER BY 2 DESC, 1
"""
