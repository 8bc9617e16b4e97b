# No numpy: sort, then itertools.groupby over equal scores.
import math
from itertools import groupby
from operator import itemgetter


def detector_curve(y, score):
    labels, scores = [float(v) for v in y], [float(v) for v in score]
    if len(labels) != len(scores):
        raise ValueError("lengths differ")
    if any(math.isnan(s) for s in scores) or any(v not in (0.0, 1.0) for v in labels):
        raise ValueError("NaN score or label other than 0 and 1")
    n_pos = sum(labels)
    n_neg = len(labels) - n_pos
    tp = fp = ap = area = 0.0
    for _, group in groupby(sorted(zip(scores, labels), reverse=True), key=itemgetter(0)):
        rows = list(group)
        hits = sum(label for _, label in rows)
        misses = len(rows) - hits
        if n_pos:
            ap += hits / n_pos * (tp + hits) / (tp + fp + len(rows))
        area += misses * (tp + hits / 2)
        tp, fp = tp + hits, fp + misses
    auc = area / (n_pos * n_neg) if n_pos and n_neg else math.nan
    return (ap if n_pos else math.nan), auc
