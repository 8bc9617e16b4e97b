# Descending argsort; the last row of each run of equal scores closes a level.
import numpy as np


def detector_curve(y, score):
    y = np.array(y, dtype=np.float64)
    score = np.array(score, dtype=np.float64)
    if len(y) != len(score):
        raise ValueError("lengths differ")
    if np.isnan(score).any() or np.any((y != 0) & (y != 1)):
        raise ValueError("bad score or label")
    order = np.argsort(score, kind="stable")[::-1]
    y, score = y[order], score[order]
    n_pos = y.sum()
    n_neg = len(y) - n_pos
    if n_pos == 0:
        return [float("nan"), float("nan")]
    last = np.flatnonzero(np.append(score[1:] != score[:-1], True))
    tp = np.cumsum(y)[last]
    fp = 1 + last - tp
    recall = np.concatenate([[0.0], tp / n_pos])
    ap = np.dot(np.diff(recall), tp / (tp + fp))
    if n_neg == 0:
        return [ap, float("nan")]
    fpr = np.concatenate([[0.0], fp / n_neg])
    return [ap, np.sum(np.diff(fpr) * (recall[1:] + recall[:-1]) / 2)]
