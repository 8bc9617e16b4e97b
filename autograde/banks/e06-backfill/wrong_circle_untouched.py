# Sees a circle only where late data leads into it.
# caught-by: test_circles_anywhere
def plan_backfill(late, width_s, deps, horizon_ts):
    for parents in deps.values():
        for parent in parents:
            if parent != "raw" and parent not in deps:
                raise KeyError(parent)
    children = {}
    for table, parents in deps.items():
        for parent in parents:
            children.setdefault(parent, []).append(table)
    touched = {"raw": set()}
    depth = {"raw": 0}
    for lo, hi in late:
        touched["raw"] |= {k for k in range(lo // width_s, hi // width_s + 1)}

    def visit(parent, level):
        if level > len(deps):
            raise ValueError("circle")
        for table in children.get(parent, []):
            back = deps[table][parent]
            new = {k + d for k in touched[parent] for d in range(back + 1)}
            touched[table] = touched.get(table, set()) | new
            depth[table] = max(depth.get(table, 0), level + 1)
            visit(table, level + 1)

    visit("raw", 0)
    found = [
        (depth[t], t, k * width_s)
        for t in deps
        for k in touched.get(t, ())
        if k * width_s < horizon_ts
    ]
    return [(t, start) for _, t, start in sorted(found)]
