# right: ASOF join to the next beat; strictly later, so repeats do not matter.
OUTAGES_SQL = """
WITH beats AS (SELECT DISTINCT * FROM heartbeats WHERE beat_ts <= $as_of)
SELECT a.gateway_id, a.beat_ts AS outage_start, b.beat_ts AS outage_end,
       date_diff('second', a.beat_ts, COALESCE(b.beat_ts, $as_of)) AS seconds
FROM beats AS a
ASOF LEFT JOIN beats AS b ON a.gateway_id = b.gateway_id AND a.beat_ts < b.beat_ts
WHERE COALESCE(b.beat_ts, $as_of) - a.beat_ts > INTERVAL '90' SECOND
ORDER BY ALL
"""
