# right: QUALIFY picks the version, time_bucket the bucket, quantile_cont the percentile (DuckDB spelling).
P95_SQL = """
WITH newest AS (
    FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL 1 DAY AND sample_ts < $as_of AND ingested_at <= $as_of
    QUALIFY row_number() OVER (
        PARTITION BY terminal_id, sample_ts ORDER BY ingested_at DESC, ingest_id DESC
    ) = 1
)
SELECT terminal_id, time_bucket(INTERVAL '5 minutes', sample_ts) AS bucket_5m,
       quantile_cont(downlink_mbps, 0.95) AS p95_downlink_mbps, count(downlink_mbps) AS samples
FROM newest
GROUP BY ALL
HAVING count(downlink_mbps) > 0
ORDER BY bucket_5m DESC, terminal_id;
"""
