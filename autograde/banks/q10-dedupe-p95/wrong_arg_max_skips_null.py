# wrong: arg_max passes over NULL values and falls back to an older version.
# caught-by: test_retraction_has_no_fallback
P95_SQL = """
WITH newest AS (
    SELECT terminal_id, sample_ts,
           arg_max(downlink_mbps, {'at': ingested_at, 'id': ingest_id}) AS downlink_mbps
    FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of
    GROUP BY terminal_id, sample_ts
)
SELECT terminal_id, date_bin(INTERVAL '5 minutes', sample_ts, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps) AS p95_downlink_mbps, COUNT(*) AS samples
FROM newest WHERE downlink_mbps IS NOT NULL
GROUP BY 1, 2 ORDER BY 2 DESC, 1
"""
