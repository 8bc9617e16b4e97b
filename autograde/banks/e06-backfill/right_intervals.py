# Merged intervals of window numbers instead of sets.
def _merge(spans):
    merged = []
    for lo, hi in sorted(spans):
        if merged and lo <= merged[-1][1] + 1:
            merged[-1][1] = max(merged[-1][1], hi)
        else:
            merged.append([lo, hi])
    return merged


def plan_backfill(late, width_s, deps, horizon_ts):
    for parents in deps.values():
        missing = [p for p in parents if p != "raw" and p not in deps]
        if missing:
            raise KeyError(missing[0])
    colour, order = {"raw": 2}, []

    def walk(root):
        stack = [(root, iter(deps[root]))]
        colour[root] = 1
        while stack:
            table, parents = stack[-1]
            for parent in parents:
                if colour.get(parent) == 1:
                    raise ValueError("circle")
                if parent not in colour:
                    colour[parent] = 1
                    stack.append((parent, iter(deps[parent])))
                    break
            else:
                colour[table] = 2
                order.append(table)
                stack.pop()

    for table in deps:
        if table not in colour:
            walk(table)
    depth = {"raw": 0}
    spans = {"raw": _merge((lo // width_s, hi // width_s) for lo, hi in late)}
    for table in order:
        depth[table] = 1 + max(depth[p] for p in deps[table])
        spans[table] = _merge(
            (lo, hi + back) for parent, back in deps[table].items() for lo, hi in spans[parent]
        )
    plan = []
    for table in sorted(deps, key=lambda t: (depth[t], t)):
        for lo, hi in spans[table]:
            k = lo
            while k <= hi and k * width_s < horizon_ts:
                plan.append([table, k * width_s])
                k += 1
    return [tuple(item) for item in plan]
