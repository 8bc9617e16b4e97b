# Wrong: rates nodes that never ran.
# caught-by: test_never_executed_nodes_are_skipped
def plan_findings(plan, max_parts):
    def children(node):
        return node.get("Plans") or []

    def walk(node):
        yield node
        for child in children(node):
            yield from walk(child)

    def label(node):
        return (node["Node Type"], node.get("Relation Name"))

    def inclusive(node):
        return node["Actual Total Time"] * node["Actual Loops"]

    def self_ms(node):
        return inclusive(node) - sum(inclusive(child) for child in children(node))

    def ratio(node):
        a, p = max(node["Actual Rows"], 1), max(node["Plan Rows"], 1)
        return max(a / p, p / a)

    nodes = list(walk(plan))
    ran = [node for node in nodes]
    hot, worst = max(nodes, key=self_ms), max(ran, key=ratio)
    flags = set()
    for node in nodes:
        kind, loops = node["Node Type"], node["Actual Loops"]
        removed = node.get("Rows Removed by Filter", 0)
        if kind == "Seq Scan" and removed >= 10 * max(node["Actual Rows"], 1):
            flags.add(("SEQ_DISCARD", node["Relation Name"]))
        if node.get("Sort Space Type") == "Disk" or node.get("Hash Batches", 0) > 1:
            flags.add(("SPILL", kind))
        if kind == "Append" and len(children(node)) > max_parts:
            flags.add(("NO_PRUNE", kind))
        if loops > 1000:
            flags.add(("LOOP_BOMB", kind))
    return {
        "hotspot": (label(hot), self_ms(hot)),
        "worst": (label(worst), ratio(worst)),
        "flags": sorted(flags),
    }
