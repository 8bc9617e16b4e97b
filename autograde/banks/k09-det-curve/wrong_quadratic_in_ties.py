# Wrong: walks over all rows of the same score for every row.
# caught-by: test_scales
import math


def detector_curve(y, score):
    y, score = list(y), [float(v) for v in score]
    if len(y) != len(score) or any(v != v for v in score) or any(v not in (0, 1) for v in y):
        raise ValueError("bad input")
    rows = sorted(zip(score, map(int, y)), reverse=True)
    P = sum(b for _, b in rows)
    N = len(rows) - P
    tp, ap, wins = 0, 0.0, 0.0
    for i, (s, b) in enumerate(rows):
        j = i
        ahead = tp
        while j < len(rows) and rows[j][0] == s:
            ahead += rows[j][1]
            j += 1
        if b:
            ap += ahead / j / P
        else:
            k, beside = i - 1, 0
            while k >= 0 and rows[k][0] == s:
                beside += rows[k][1]
                k -= 1
            wins += tp - beside + (beside + ahead - tp) / 2
        tp += b
    return (ap if P else math.nan), (wins / P / N if P and N else math.nan)
