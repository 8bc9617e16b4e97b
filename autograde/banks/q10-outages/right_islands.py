# right: Islands by a running count of breaks, then from each island's end to the next one's start.
OUTAGES_SQL = """
WITH beats AS (
    SELECT DISTINCT gateway_id, beat_ts FROM heartbeats WHERE beat_ts <= $as_of
), flagged AS (
    SELECT *, CASE WHEN beat_ts - lag(beat_ts) OVER w > INTERVAL '90 seconds' THEN 1 ELSE 0 END AS brk
    FROM beats WINDOW w AS (PARTITION BY gateway_id ORDER BY beat_ts)
), islands AS (
    SELECT gateway_id, min(beat_ts) AS first_beat, max(beat_ts) AS last_beat
    FROM (SELECT *, sum(brk) OVER (PARTITION BY gateway_id ORDER BY beat_ts) AS island FROM flagged)
    GROUP BY gateway_id, island
), pairs AS (
    SELECT gateway_id, last_beat AS outage_start,
           lead(first_beat) OVER (PARTITION BY gateway_id ORDER BY first_beat) AS outage_end
    FROM islands
)
SELECT *, date_diff('second', outage_start, COALESCE(outage_end, $as_of)) AS seconds
FROM pairs
WHERE outage_end IS NOT NULL OR date_diff('second', outage_start, $as_of) > 90
ORDER BY gateway_id, outage_start
"""
