# Wrong: remembers results by size and sums of the inputs.
# caught-by: test_tied_pairs_count_half
import numpy as np


_SEEN = {}


def detector_curve(y, score):
    y, score = np.asarray(y), np.asarray(score, dtype=float)
    if y.shape != score.shape:
        raise ValueError("mismatch")
    if np.isnan(score).any():
        raise ValueError("NaN")
    if not np.isin(y, [0, 1]).all():
        raise ValueError("labels")
    key = (y.size, float(y.sum()), float(np.sort(score).sum()))
    if key in _SEEN:
        return _SEEN[key]
    hit = y.astype(int)
    levels, which = np.unique(score, return_inverse=True)
    k = levels.size
    up = np.bincount(which, weights=hit, minlength=k)[::-1]
    down = np.bincount(which, weights=1 - hit, minlength=k)[::-1]
    P, N = up.sum(), down.sum()
    tp, fp = np.cumsum(up), np.cumsum(down)
    ap = float((up * tp / (tp + fp)).sum() / P) if P else np.nan
    auc = float((down * (tp - up / 2)).sum() / (P * N)) if P and N else np.nan
    _SEEN[key] = ap, auc
    return ap, auc
