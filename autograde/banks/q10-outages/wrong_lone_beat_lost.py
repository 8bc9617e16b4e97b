# wrong: An inner self-join loses gateways with a single beat.
# caught-by: test_open_tail
OUTAGES_SQL = """
WITH beats AS (
    SELECT DISTINCT gateway_id, beat_ts FROM heartbeats WHERE beat_ts <= $as_of
), steps AS (
    SELECT b.gateway_id, b.beat_ts,
           LEAD(b.beat_ts) OVER (PARTITION BY b.gateway_id ORDER BY b.beat_ts) AS next_beat
    FROM beats AS b
    JOIN (SELECT gateway_id FROM beats GROUP BY gateway_id HAVING COUNT(*) > 1) AS g
      ON g.gateway_id = b.gateway_id
)
SELECT gateway_id, beat_ts AS outage_start, next_beat AS outage_end,
       CAST(EXTRACT(EPOCH FROM COALESCE(next_beat, $as_of) - beat_ts) AS BIGINT) AS seconds
FROM steps
WHERE COALESCE(next_beat, $as_of) - beat_ts > INTERVAL '90 seconds'
ORDER BY gateway_id, outage_start
"""
