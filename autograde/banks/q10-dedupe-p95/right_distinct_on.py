# right: PostgreSQL's DISTINCT ON and date_bin with a text step.
P95_SQL = """
SELECT terminal_id,
       date_bin('5 minutes', sample_ts, TIMESTAMPTZ 'epoch') AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps) AS p95_downlink_mbps,
       COUNT(*) AS samples
FROM (
    SELECT DISTINCT ON (terminal_id, sample_ts) terminal_id, sample_ts, downlink_mbps
    FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of
    ORDER BY terminal_id, sample_ts, ingested_at DESC, ingest_id DESC
) AS newest
WHERE downlink_mbps IS NOT NULL
GROUP BY 1, 2
ORDER BY 2 DESC, 1
"""
