# Lists a window once for every way that leads to it.
# caught-by: test_diamonds_give_no_duplicates
def plan_backfill(
    late: list[tuple[int, int]],
    width_s: int,
    deps: dict[str, dict[str, int]],
    horizon_ts: int,
) -> list[tuple[str, int]]:
    """Return the (table, window start) pairs to compute again, parents before children."""
    for parents in deps.values():
        for parent in parents:
            if parent != "raw" and parent not in deps:
                raise KeyError(parent)
    depth = {"raw": 0}  # a dict keeps the order in which tables become ready
    waiting = set(deps)
    while waiting:
        ready = {table for table in waiting if deps[table].keys() <= depth.keys()}
        if not ready:
            raise ValueError("the tables depend on each other in a circle")
        for table in ready:
            depth[table] = 1 + max(depth[parent] for parent in deps[table])
        waiting -= ready
    windows = -(-horizon_ts // width_s)  # numbers below this one start before the horizon
    spans = [range(lo // width_s, hi // width_s + 1) for lo, hi in late]  # closed at both ends
    touched = {"raw": sorted({k for span in spans for k in span if k < windows})}
    for table in list(depth)[1:]:
        touched[table] = [
            k
            for parent, lookback in deps[table].items()
            for j in touched[parent]
            for k in range(
                j, min(j + lookback + 1, windows)
            )  # window k looks back, so j reaches on
        ]
    plan = [(depth[t], t, k * width_s) for t in deps for k in touched[t]]
    return [(table, start) for _, table, start in sorted(plan)]
