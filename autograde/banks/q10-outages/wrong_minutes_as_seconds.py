# wrong: seconds are minutes times 60.
# caught-by: test_whole_seconds
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
       60 * date_diff('minute', beat_ts, COALESCE(next_beat, $as_of)) AS seconds
FROM steps
WHERE COALESCE(next_beat, $as_of) - beat_ts > INTERVAL '90 seconds'
ORDER BY gateway_id, outage_start
"""
