# Right: an explicit stack, one pass, the first of equals kept by a strict comparison.
def plan_findings(plan, max_parts):
    hot = worst = None
    flags = []
    stack = [plan]
    while stack:
        node = stack.pop()
        below = node["Plans"] if "Plans" in node else []
        stack.extend(below[::-1])
        kind, where = node["Node Type"], node.get("Relation Name", None)
        loops, rows = node["Actual Loops"], node["Actual Rows"]
        own = node["Actual Total Time"] * loops
        for child in below:
            own -= child["Actual Total Time"] * child["Actual Loops"]
        if hot is None or own > hot[1]:
            hot = [[kind, where], own]
        if loops:
            low, high = sorted([rows or 1, node["Plan Rows"] or 1])
            if worst is None or high / low > worst[1]:
                worst = [[kind, where], high / low]
        checks = {
            ("SEQ_DISCARD", where): kind == "Seq Scan"
            and node.get("Rows Removed by Filter", 0) >= 10 * (rows or 1),
            ("SPILL", kind): node.get("Sort Space Type", "") == "Disk"
            or node.get("Hash Batches", 1) > 1,
            ("NO_PRUNE", kind): kind == "Append" and len(below) > max_parts,
            ("LOOP_BOMB", kind): loops > 1000,
        }
        flags += [flag for flag, raised in checks.items() if raised and flag not in flags]
    return {"flags": sorted(flags), "worst": worst, "hotspot": hot}
