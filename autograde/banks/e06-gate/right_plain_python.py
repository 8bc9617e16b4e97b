# Column by column in plain Python lists.
def quality_gate(df, rules, now):
    cells = {name: [None if v != v else v for v in df[name].tolist()] for name in df.columns}
    n = len(df)
    status, failed, aside = 0, [], set()
    for rule in rules:
        kind = rule["kind"]
        if kind not in ("null_frac", "range", "unique", "freshness", "min_rows"):
            raise ValueError(kind)
        names = {"unique": rule.get("columns", []), "min_rows": []}.get(kind, [rule.get("column")])
        bad = not all(name in cells for name in names)
        values = [] if bad or not names else [v for v in cells[names[0]] if v is not None]
        if bad:
            pass
        elif kind == "null_frac":
            bad = n > 0 and (n - len(values)) / n > rule["max"]
        elif kind == "unique":
            rows = list(zip(*(cells[name] for name in names), strict=True))
            bad = len(rows) != len(set(rows))
        elif kind == "freshness":
            bad = len(values) == 0 or now - max(values) > rule["max_age_s"]
        elif kind == "min_rows":
            bad = n < rule["n"]
        else:
            out = [
                i
                for i, v in enumerate(cells[names[0]])
                if v is not None and not (rule["lo"] <= v <= rule["hi"])
            ]
            aside |= set(out)
            bad = bool(values) and len(out) / len(values) > rule["max_frac"]
        if bad:
            failed.append(rule["name"])
            status = max(status, {"warn": 1, "block": 2}[rule["severity"]])
    return {
        "status": ("pass", "warn", "block")[status],
        "failed": tuple(failed),
        "quarantine": sorted(aside),
    }
