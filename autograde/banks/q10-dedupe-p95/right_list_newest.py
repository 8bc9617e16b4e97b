# right: first(… ORDER BY …) keeps NULL; the parameter is read once in a CTE.
P95_SQL = """
WITH p AS (SELECT $as_of::TIMESTAMPTZ AS t),
newest AS (
    SELECT terminal_id, sample_ts,
           first(downlink_mbps ORDER BY ingested_at DESC, ingest_id DESC) AS downlink_mbps
    FROM terminal_telemetry, p
    WHERE sample_ts < t AND t <= sample_ts + INTERVAL 24 HOURS AND NOT ingested_at > t
    GROUP BY terminal_id, sample_ts
)
SELECT terminal_id, time_bucket(INTERVAL '5 minutes', sample_ts, 'UTC') AS bucket_5m,
       quantile_cont(downlink_mbps, 0.95) AS p95_downlink_mbps, sum(1) AS samples
FROM newest WHERE downlink_mbps IS NOT NULL
GROUP BY 1, 2 ORDER BY bucket_5m DESC, terminal_id
"""
