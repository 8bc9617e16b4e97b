# Finds ties with diff: inf minus inf is NaN, so equal infinities count as distinct.
# caught-by: test_infinite_scores
import numpy as np


def detector_curve(y, score):
    y, score = np.asarray(y), np.asarray(score, dtype=np.float64)
    if y.shape != score.shape or np.isnan(score).any() or not np.isin(y, (0, 1)).all():
        raise ValueError("y and score must be equally long, without NaN, with labels 0 or 1")
    order = np.lexsort((-y.astype(float), -score))
    labels, ordered = y[order].astype(float), score[order]
    with np.errstate(invalid="ignore"):
        last = np.append(np.flatnonzero(np.diff(ordered) != 0), labels.size - 1)
    last = last[last >= 0]
    tp = np.cumsum(labels)[last]
    seen = last + 1.0
    hits, total = np.diff(np.append(0, tp)), np.diff(np.append(0, seen))
    n_pos, n_neg = labels.sum(), labels.size - labels.sum()
    ap = float((hits * tp / seen).sum() / n_pos) if n_pos else float("nan")
    auc = float("nan")
    if n_pos and n_neg:
        auc = float(((total - hits) * (tp - hits / 2)).sum() / (n_pos * n_neg))
    return ap, auc
