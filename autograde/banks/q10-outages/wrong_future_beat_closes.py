# wrong: LEAD looks at all beats: one from the future closes the open outage.
# caught-by: test_future_beat_closes_nothing
OUTAGES_SQL = """
WITH beats AS (
    SELECT DISTINCT gateway_id, beat_ts FROM heartbeats
), steps AS (
    SELECT gateway_id, beat_ts,
           LEAD(beat_ts) OVER (PARTITION BY gateway_id ORDER BY beat_ts) AS next_beat
    FROM beats
)
SELECT gateway_id, beat_ts AS outage_start, next_beat AS outage_end,
       CAST(EXTRACT(EPOCH FROM COALESCE(next_beat, $as_of) - beat_ts) AS BIGINT) AS seconds
FROM steps
WHERE beat_ts <= $as_of AND COALESCE(next_beat, $as_of) - beat_ts > INTERVAL '90 seconds'
ORDER BY gateway_id, outage_start
"""
