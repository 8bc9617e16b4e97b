# Takes negatives as 1 - y with a minus sign in front of y, which numpy refuses for bool labels.
# caught-by: test_label_types
import numpy as np


def detector_curve(y, score):
    y, score = np.asarray(y), np.asarray(score, dtype=np.float64)
    if y.shape != score.shape or np.isnan(score).any() or not np.isin(y, (0, 1)).all():
        raise ValueError("y and score must be equally long, without NaN, with labels 0 or 1")
    order = np.lexsort((-y, -score))
    labels, ordered = y[order], score[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], y.size > 0))
    tp = np.cumsum(labels)[last]
    fp = last + 1.0 - tp
    n_pos, n_neg = labels.sum(), labels.size - labels.sum()
    recall_steps = np.diff(np.append(0, tp))
    ap = auc = float("nan")
    if n_pos:
        ap = float((recall_steps * tp / (tp + fp)).sum() / n_pos)
    if n_pos and n_neg:
        auc = float((np.diff(np.append(0, fp)) * (tp - recall_steps / 2)).sum() / (n_pos * n_neg))
    return ap, auc
