# wrong: compares ingested_at in whole seconds.
# caught-by: test_times_within_one_second
P95_SQL = """
WITH known AS (
  SELECT * FROM terminal_telemetry
  WHERE sample_ts >= $as_of - INTERVAL 24 HOUR AND sample_ts < $as_of AND ingested_at <= $as_of ),
latest AS (
  SELECT * FROM known QUALIFY row_number() OVER (PARTITION BY terminal_id, sample_ts ORDER BY date_trunc('second', ingested_at) DESC, ingest_id DESC) = 1)
SELECT terminal_id, time_bucket(INTERVAL 5 MINUTE, sample_ts) AS bucket_5m, quantile_cont(downlink_mbps, 0.95) AS p95_downlink_mbps, count(*) AS samples
FROM latest WHERE downlink_mbps IS NOT NULL GROUP BY terminal_id, bucket_5m  ORDER BY bucket_5m DESC, terminal_id
"""
