# wrong: does not subtract the time of init plans.
# caught-by: test_init_plans_are_children_too
def plan_findings(plan, max_parts):
    hot, worst, flags = None, None, set()

    def visit(node):
        nonlocal hot, worst
        kids = node.get("Plans", [])
        kind, relation = node["Node Type"], node.get("Relation Name")
        loops, rows = node["Actual Loops"], node["Actual Rows"]
        own = node["Actual Total Time"] * loops
        own -= sum(
            kid["Actual Total Time"] * kid["Actual Loops"]
            for kid in kids
            if kid.get("Parent Relationship") != "InitPlan"
        )
        if hot is None or own > hot[1]:
            hot = ((kind, relation), own)
        if loops:
            a, p = max(rows, 1), max(node["Plan Rows"], 1)
            ratio = max(a / p, p / a)
            if worst is None or ratio > worst[1]:
                worst = ((kind, relation), ratio)
        if kind == "Seq Scan" and node.get("Rows Removed by Filter", 0) >= 10 * max(rows, 1):
            flags.add(("SEQ_DISCARD", relation))
        if node.get("Sort Space Type") == "Disk" or node.get("Hash Batches", 1) > 1:
            flags.add(("SPILL", kind))
        if kind == "Append" and len(kids) > max_parts:
            flags.add(("NO_PRUNE", "Append"))
        if loops > 1000:
            flags.add(("LOOP_BOMB", kind))
        for kid in kids:
            visit(kid)

    visit(plan)
    return {"hotspot": hot, "worst": worst, "flags": sorted(flags)}
