# wrong: One tail for the whole table: only the gateway silent the longest.
# caught-by: test_open_tail
OUTAGES_SQL = """
WITH beats AS (
    SELECT DISTINCT gateway_id, beat_ts
    FROM heartbeats
    WHERE beat_ts <= $as_of
), steps AS (
    SELECT gateway_id, beat_ts,
           LEAD(beat_ts) OVER (PARTITION BY gateway_id ORDER BY beat_ts) AS next_beat
    FROM beats
)
SELECT gateway_id, beat_ts AS outage_start, next_beat AS outage_end,
       CAST(EXTRACT(EPOCH FROM COALESCE(next_beat, $as_of) - beat_ts) AS BIGINT) AS seconds
FROM steps
WHERE COALESCE(next_beat, $as_of) - beat_ts > INTERVAL '90 seconds'
  AND (next_beat IS NOT NULL OR beat_ts = (SELECT MIN(m) FROM (SELECT MAX(beat_ts) AS m FROM beats GROUP BY gateway_id) AS t))
ORDER BY gateway_id, outage_start
"""
