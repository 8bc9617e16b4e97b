# Right: a table of nodes in pandas; idxmax keeps the first of equals.
import pandas as pd


def plan_findings(plan, max_parts):
    rows = []

    def visit(node, parent):
        at = len(rows)
        rows.append(
            {
                "parent": parent,
                "kind": node["Node Type"],
                "relation": node.get("Relation Name"),
                "total": float(node["Actual Total Time"]) * node["Actual Loops"],
                "loops": node["Actual Loops"],
                "a": max(1, node["Actual Rows"]),
                "p": max(1, node["Plan Rows"]),
                "removed": node.get("Rows Removed by Filter", 0),
                "spill": node.get("Sort Space Type") == "Disk" or node.get("Hash Batches", 1) > 1,
                "children": len(node.get("Plans", [])),
            }
        )
        for child in node.get("Plans", []):
            visit(child, at)

    visit(plan, -1)
    t = pd.DataFrame(rows)
    t["own"] = t.total - t.groupby("parent").total.sum().reindex(t.index).fillna(0.0)
    t["ratio"] = (t.a / t.p).combine(t.p / t.a, max)
    hot, worst = t.own.idxmax(), t.ratio[t.loops > 0].idxmax()

    def label(k):
        return (rows[k]["kind"], rows[k]["relation"])

    flags = {
        ("SEQ_DISCARD", r) for r in t.relation[(t.kind == "Seq Scan") & (t.removed >= 10 * t.a)]
    }
    flags |= {("SPILL", k) for k in t.kind[t.spill]}
    flags |= {("NO_PRUNE", k) for k in t.kind[(t.kind == "Append") & (t.children > max_parts)]}
    flags |= {("LOOP_BOMB", k) for k in t.kind[t.loops > 1000]}
    return {
        "hotspot": (label(hot), t.own[hot]),
        "worst": (label(worst), t.ratio[worst]),
        "flags": sorted(flags),
    }
