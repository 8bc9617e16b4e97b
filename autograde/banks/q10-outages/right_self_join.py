# right: Self-join: the earliest later beat; UNION ALL adds the tails.
OUTAGES_SQL = """
WITH beats AS (
    SELECT DISTINCT gateway_id, beat_ts FROM heartbeats WHERE beat_ts <= $as_of
), gaps AS (
    SELECT a.gateway_id, a.beat_ts AS outage_start, MIN(b.beat_ts) AS outage_end
    FROM beats AS a JOIN beats AS b ON b.gateway_id = a.gateway_id AND b.beat_ts > a.beat_ts
    GROUP BY a.gateway_id, a.beat_ts
    UNION ALL
    SELECT gateway_id, MAX(beat_ts), NULL FROM beats GROUP BY gateway_id
)
SELECT gateway_id, outage_start, outage_end,
       date_diff('second', outage_start, COALESCE(outage_end, $as_of)) AS seconds
FROM gaps
WHERE date_diff('second', outage_start, COALESCE(outage_end, $as_of)) > 90
ORDER BY 1, 2;
"""
