# Skips a rule whose column is missing.
# caught-by: test_missing_column_fails
import numpy as np
import pandas as pd


def quality_gate(df: pd.DataFrame, rules: list[dict], now: int) -> dict:
    """Judge a batch by its rules: status, names of failed rules, positions to quarantine."""
    known = {"null_frac", "range", "unique", "freshness", "min_rows"}
    if any(rule["kind"] not in known for rule in rules):
        raise ValueError("a rule has an unknown kind")
    failed, severities = [], set()
    outside_any = np.zeros(len(df), dtype=bool)
    for rule in rules:
        wrong, outside = _judge(df, rule, now)
        outside_any |= outside  # also of a rule that passes
        if wrong:
            failed.append(rule["name"])
            severities.add(rule["severity"])
    status = "block" if "block" in severities else "warn" if severities else "pass"
    quarantine = np.flatnonzero(outside_any).tolist()
    return {"status": status, "failed": failed, "quarantine": quarantine}


def _judge(df: pd.DataFrame, rule: dict, now: int) -> tuple[bool, np.ndarray]:
    """Return whether one rule fails, and which rows lie outside its range."""
    nowhere = np.zeros(len(df), dtype=bool)
    if rule["kind"] == "min_rows":
        return len(df) < rule["n"], nowhere
    columns = rule["columns"] if rule["kind"] == "unique" else [rule["column"]]
    if not set(columns) <= set(df.columns):
        return False, nowhere
    if rule["kind"] == "unique":
        return bool(df.duplicated(columns).any()), nowhere
    column = df[columns[0]]
    present = column.notna().to_numpy()
    if rule["kind"] == "null_frac":
        return len(df) > 0 and (~present).sum() / len(df) > rule["max"], nowhere
    if rule["kind"] == "freshness":
        return not present.any() or now - column.max() > rule["max_age_s"], nowhere
    outside = present & ~column.between(rule["lo"], rule["hi"]).to_numpy(dtype=bool)
    return bool(present.any()) and outside.sum() / present.sum() > rule["max_frac"], outside
