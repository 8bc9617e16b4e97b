# wrong: Any NULL version takes the sample back, although a later value restates it.
# caught-by: test_retraction_can_be_restated
P95_SQL = """
WITH known AS (
    SELECT * FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of
), ranked AS (
    SELECT *, ROW_NUMBER() OVER (
                  PARTITION BY terminal_id, sample_ts ORDER BY ingested_at DESC, ingest_id DESC
              ) AS version,
              bool_or(downlink_mbps IS NULL) OVER (PARTITION BY terminal_id, sample_ts) AS gone
    FROM known
)
SELECT terminal_id, date_bin(INTERVAL '5 minutes', sample_ts, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps) AS p95_downlink_mbps, COUNT(*) AS samples
FROM ranked WHERE version = 1 AND NOT gone
GROUP BY 1, 2 ORDER BY 2 DESC, 1
"""
