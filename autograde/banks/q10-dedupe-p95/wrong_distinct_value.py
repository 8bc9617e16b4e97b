# wrong: DISTINCT over the value: corrected samples count twice.
# caught-by: test_equal_values_are_not_duplicates
P95_SQL = """
SELECT terminal_id, date_bin(INTERVAL '5 minutes', sample_ts, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps) AS p95_downlink_mbps, COUNT(*) AS samples
FROM (
    SELECT DISTINCT terminal_id, sample_ts, downlink_mbps FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of
) AS d
WHERE downlink_mbps IS NOT NULL
GROUP BY 1, 2 ORDER BY 2 DESC, 1
"""
