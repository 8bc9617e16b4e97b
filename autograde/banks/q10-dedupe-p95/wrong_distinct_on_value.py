# wrong: DISTINCT ON terminal, bucket and value: equal values of two samples count once.
# caught-by: test_equal_values_are_not_duplicates
P95_SQL = """
SELECT terminal_id, bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps) AS p95_downlink_mbps, COUNT(*) AS samples
FROM (
    SELECT DISTINCT ON (terminal_id, bucket_5m, downlink_mbps)
           terminal_id, date_bin(INTERVAL '5 minutes', sample_ts, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket_5m, downlink_mbps
    FROM (SELECT *, ROW_NUMBER() OVER (
                        PARTITION BY terminal_id, sample_ts
                        ORDER BY ingested_at DESC, ingest_id DESC) AS version
          FROM terminal_telemetry
          WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of) AS ranked
    WHERE version = 1 AND downlink_mbps IS NOT NULL
) AS d
GROUP BY 1, 2 ORDER BY 2 DESC, 1
"""
