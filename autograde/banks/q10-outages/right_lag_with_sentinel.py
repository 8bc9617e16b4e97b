# right: LAG from the far side: $as_of joins the beats as a sentinel and is taken out again.
OUTAGES_SQL = """
WITH marks AS (
    SELECT gateway_id, beat_ts, FALSE AS sentinel FROM heartbeats WHERE beat_ts <= $as_of
    UNION
    SELECT gateway_id, $as_of, TRUE FROM heartbeats WHERE beat_ts <= $as_of
), steps AS (
    SELECT *, lag(beat_ts) OVER (PARTITION BY gateway_id ORDER BY beat_ts, sentinel) AS before
    FROM marks
)
SELECT gateway_id, before AS outage_start, CASE WHEN NOT sentinel THEN beat_ts END AS outage_end,
       CAST(epoch(beat_ts - before) AS INTEGER) AS seconds
FROM steps WHERE beat_ts - before > to_seconds(90)
ORDER BY gateway_id, before
"""
