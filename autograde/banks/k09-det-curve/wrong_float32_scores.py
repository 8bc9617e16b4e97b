# Keeps the scores in float32, where near neighbours become ties.
# caught-by: test_close_scores_are_distinct
import numpy as np


def detector_curve(y, score):
    y, score = np.asarray(y), np.asarray(score, dtype=np.float64)
    if y.shape != score.shape or np.isnan(score).any() or not np.isin(y, (0, 1)).all():
        raise ValueError("y and score must be equally long, without NaN, with labels 0 or 1")
    score = score.astype(np.float32)
    _, level = np.unique(score, return_inverse=True)
    hits = np.bincount(level, weights=y.astype(float))[::-1] if y.size else np.zeros(0)
    total = np.bincount(level)[::-1] if y.size else np.zeros(0)
    tp, seen = np.cumsum(hits), np.cumsum(total)
    n_pos, n_neg = hits.sum(), (total - hits).sum()
    ap = float((hits * tp / seen).sum() / n_pos) if n_pos else float("nan")
    auc = float("nan")
    if n_pos and n_neg:
        auc = float(((total - hits) * (tp - hits / 2)).sum() / (n_pos * n_neg))
    return ap, auc
