# One function per kind; numpy numbers in the result.
import numpy as np


def _null_frac(df, rule, now):
    return df[rule["column"]].isnull().mean() > rule["max"]


def _outside(df, rule):
    x = df[rule["column"]]
    return ((x < rule["lo"]) | (x > rule["hi"])).to_numpy()


def _range(df, rule, now):
    present = df[rule["column"]].count()
    return present > 0 and _outside(df, rule).sum() > rule["max_frac"] * present


def _unique(df, rule, now):
    return len(df[rule["columns"]].drop_duplicates()) < len(df)


def _freshness(df, rule, now):
    x = df[rule["column"]].dropna()
    return x.empty or x.max() < now - rule["max_age_s"]


def _min_rows(df, rule, now):
    return df.shape[0] < rule["n"]


KINDS = {
    "null_frac": _null_frac,
    "range": _range,
    "unique": _unique,
    "freshness": _freshness,
    "min_rows": _min_rows,
}


def quality_gate(df, rules, now):
    bad_rules, rows = [], []
    for rule in rules:
        if rule["kind"] not in KINDS:
            raise ValueError(f"unknown kind of rule: {rule['kind']}")
        try:
            if KINDS[rule["kind"]](df, rule, now):
                bad_rules.append(rule)
            if rule["kind"] == "range":
                rows.append(np.flatnonzero(_outside(df, rule)))
        except KeyError:
            bad_rules.append(rule)
    levels = {rule["severity"] for rule in bad_rules}
    return {
        "quarantine": list(np.unique(np.concatenate(rows))) if rows else [],
        "failed": [rule["name"] for rule in bad_rules],
        "status": next((s for s in ("block", "warn") if s in levels), "pass"),
    }
