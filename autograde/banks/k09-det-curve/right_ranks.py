# AUC from midranks (Mann-Whitney), AP from searchsorted on the sorted scores.
import numpy as np


def detector_curve(y, score):
    y, score = np.asarray(y), np.asarray(score, dtype=np.float64)
    if y.shape != score.shape or np.isnan(score).any() or not np.isin(y, (0, 1)).all():
        raise ValueError("y and score must be equally long, without NaN, with labels 0 or 1")
    y = y.astype(bool)
    ordered = np.sort(score)
    positives = score[y]
    n_pos, n_neg = positives.size, y.size - positives.size
    if n_pos == 0:
        return float("nan"), float("nan")
    # For each positive: how many rows, and how many positives, score at least as high.
    rows = y.size - np.searchsorted(ordered, positives, side="left")
    own = n_pos - np.searchsorted(np.sort(positives), positives, side="left")
    ap = float(np.mean(own / rows))
    if n_neg == 0:
        return ap, float("nan")
    low = np.searchsorted(ordered, positives, side="left")
    high = np.searchsorted(ordered, positives, side="right")
    midranks = (low + high + 1) / 2
    return ap, float((midranks.sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg))
