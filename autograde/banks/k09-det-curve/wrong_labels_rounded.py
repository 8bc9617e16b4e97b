# Wrong: rounds labels that are almost 0 or 1.
# caught-by: test_bad_labels
import numpy as np


def detector_curve(y, score):
    y, score = np.asarray(y), np.asarray(score, dtype=float)
    if y.shape != score.shape:
        raise ValueError("mismatch")
    if np.isnan(score).any():
        raise ValueError("NaN")
    if not (np.minimum(abs(y * 1.0), abs(y - 1.0)) < 1e-2).all():
        raise ValueError("labels")
    hit = np.round(y.astype(float)).astype(int)
    levels, which = np.unique(score, return_inverse=True)
    k = levels.size
    up = np.bincount(which, weights=hit, minlength=k)[::-1]
    down = np.bincount(which, weights=1 - hit, minlength=k)[::-1]
    P, N = up.sum(), down.sum()
    tp, fp = np.cumsum(up), np.cumsum(down)
    ap = float((up * tp / (tp + fp)).sum() / P) if P else np.nan
    auc = float((down * (tp - up / 2)).sum() / (P * N)) if P and N else np.nan
    return ap, auc
