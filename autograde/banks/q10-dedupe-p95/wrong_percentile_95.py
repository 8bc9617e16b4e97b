# wrong: p5: the percentile is taken from the wrong end.
# caught-by: test_percentile_is_continuous
P95_SQL = """
WITH ranked AS (
    SELECT terminal_id, sample_ts, downlink_mbps,
           ROW_NUMBER() OVER (
               PARTITION BY terminal_id, sample_ts
               ORDER BY ingested_at DESC, ingest_id DESC
           ) AS version
    FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of
)
SELECT terminal_id,
       date_bin(INTERVAL '5 minutes', sample_ts, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps DESC) AS p95_downlink_mbps,
       COUNT(*) AS samples
FROM ranked
WHERE version = 1
  AND downlink_mbps IS NOT NULL
GROUP BY terminal_id, bucket_5m
ORDER BY bucket_5m DESC, terminal_id
"""
