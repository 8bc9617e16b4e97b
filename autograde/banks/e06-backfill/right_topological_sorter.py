# graphlib for the order; starts in seconds instead of numbers.
from graphlib import CycleError, TopologicalSorter


def plan_backfill(late, width_s, deps, horizon_ts):
    known = set(deps) | {"raw"}
    for table in deps:
        for parent in deps[table]:
            if parent not in known:
                raise KeyError(f"{table} reads {parent}")
    try:
        order = list(TopologicalSorter({t: set(p) for t, p in deps.items()}).static_order())
    except CycleError as error:
        raise ValueError("circle") from error
    starts, depth = {"raw": set()}, {"raw": 0}
    for lo, hi in late:
        start = lo - lo % width_s
        while start <= hi and start < horizon_ts:
            starts["raw"].add(start)
            start += width_s
    for table in order:
        if table == "raw":
            continue
        depth[table] = max(depth[p] for p in deps[table]) + 1
        own = set()
        for parent, back in deps[table].items():
            for start in starts[parent]:
                own.update(start + i * width_s for i in range(back + 1))
        starts[table] = {s for s in own if s < horizon_ts}
    plan = [(t, s) for t in deps for s in starts[t]]
    return sorted(plan, key=lambda item: (depth[item[0]], item))
