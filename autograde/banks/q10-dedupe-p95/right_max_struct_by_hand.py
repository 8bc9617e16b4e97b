# right: The largest struct carries its value along; the percentile is interpolated by hand.
P95_SQL = """
WITH newest AS (
    SELECT terminal_id, sample_ts,
           max({'at': ingested_at, 'id': ingest_id, 'mbps': downlink_mbps}).mbps AS mbps
    FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'
      AND sample_ts < $as_of
      AND ingested_at <= $as_of
    GROUP BY ALL
), numbered AS (
    SELECT terminal_id, mbps,
           date_trunc('hour', sample_ts)
               + floor(extract(minute FROM sample_ts) / 5)::INTEGER * INTERVAL 5 MINUTE AS bucket,
           row_number() OVER w - 1 AS place,
           count(*) OVER (PARTITION BY terminal_id, bucket) AS n,
           lead(mbps) OVER w AS next_mbps
    FROM newest
    WHERE mbps IS NOT NULL
    WINDOW w AS (PARTITION BY terminal_id, bucket ORDER BY mbps)
)
SELECT terminal_id, bucket AS bucket_5m,
       mbps + (0.95 * (n - 1) - place) * (COALESCE(next_mbps, mbps) - mbps) AS p95_downlink_mbps,
       n AS samples
FROM numbered
WHERE place = floor(0.95 * (n - 1))
ORDER BY bucket_5m DESC, terminal_id
"""
