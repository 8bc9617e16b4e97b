# right: NOT EXISTS a better version; integer epoch arithmetic in microseconds.
P95_SQL = """
WITH known AS (
    SELECT * FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of
)
SELECT a.terminal_id,
       make_timestamptz(epoch_us(a.sample_ts) // 300000000 * 300000000) AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY a.downlink_mbps) AS p95_downlink_mbps,
       COUNT(*) AS samples
FROM known AS a
WHERE a.downlink_mbps IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM known AS b
      WHERE b.terminal_id = a.terminal_id AND b.sample_ts = a.sample_ts
        AND (b.ingested_at > a.ingested_at
             OR (b.ingested_at = a.ingested_at AND b.ingest_id > a.ingest_id))
  )
GROUP BY a.terminal_id, bucket_5m
ORDER BY bucket_5m DESC, a.terminal_id
"""
