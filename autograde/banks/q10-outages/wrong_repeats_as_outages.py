# wrong: Self-join without DISTINCT: a repeated beat reports its outage twice.
# caught-by: test_repeated_beats
OUTAGES_SQL = """
SELECT a.gateway_id, a.beat_ts AS outage_start, b.beat_ts AS outage_end,
       date_diff('second', a.beat_ts, COALESCE(b.beat_ts, $as_of)) AS seconds
FROM heartbeats AS a
LEFT JOIN heartbeats AS b
  ON b.gateway_id = a.gateway_id AND b.beat_ts <= $as_of
 AND b.beat_ts = (SELECT MIN(c.beat_ts) FROM heartbeats AS c
                  WHERE c.gateway_id = a.gateway_id AND c.beat_ts > a.beat_ts)
WHERE a.beat_ts <= $as_of AND COALESCE(b.beat_ts, $as_of) - a.beat_ts > INTERVAL '90 seconds'
ORDER BY 1, 2
"""
