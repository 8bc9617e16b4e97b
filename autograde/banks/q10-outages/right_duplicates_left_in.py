# right: LEAD over undeduplicated beats: the last of equal beats alone sees the gap.
OUTAGES_SQL = """
SELECT gateway_id, beat_ts AS outage_start, next_beat AS outage_end,
       (epoch_ms(COALESCE(next_beat, $as_of)) - epoch_ms(beat_ts)) // 1000 AS seconds
FROM (
    SELECT *, lead(beat_ts) OVER (PARTITION BY gateway_id ORDER BY beat_ts) AS next_beat
    FROM heartbeats
    WHERE beat_ts <= $as_of
)
WHERE COALESCE(next_beat, $as_of) > beat_ts + INTERVAL 90 SECONDS
ORDER BY gateway_id, outage_start
"""
