# right: arg_max over a struct, so that a NULL value can win; epoch arithmetic for the bucket.
P95_SQL = """
SELECT terminal_id,
       to_timestamp(floor(epoch(sample_ts) / 300) * 300) AS bucket_5m,
       quantile_cont(newest.mbps, 0.95) AS p95_downlink_mbps,
       count(*)::INTEGER AS samples
FROM (
    SELECT terminal_id, sample_ts,
           arg_max({'mbps': downlink_mbps}, {'at': ingested_at, 'id': ingest_id}) AS newest
    FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of
    GROUP BY terminal_id, sample_ts
)
WHERE newest.mbps IS NOT NULL
GROUP BY 1, 2
ORDER BY 2 DESC, 1
"""
