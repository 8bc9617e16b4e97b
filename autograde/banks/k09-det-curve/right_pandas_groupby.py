# pandas groupby over the scores; ROC area by trapezoids, which is right for AUC.
import numpy as np
import pandas as pd


def detector_curve(y, score):
    if len(y) != len(score):
        raise ValueError("lengths differ")
    if np.isnan(score).any():
        raise ValueError("NaN score")
    if not set(np.unique(y).tolist()) <= {0, 1}:
        raise ValueError("labels must be 0 or 1")
    frame = pd.DataFrame({"y": np.asarray(y, dtype=float), "score": score})
    table = frame.groupby("score", sort=True)["y"].agg(["sum", "count"])[::-1]
    tp = np.r_[0.0, table["sum"].cumsum().to_numpy()]
    fp = np.r_[0.0, (table["count"] - table["sum"]).cumsum().to_numpy()]
    n_pos, n_neg = tp[-1], fp[-1]
    if n_pos == 0:
        return np.nan, np.nan
    ap = np.sum(np.diff(tp) / n_pos * tp[1:] / (tp[1:] + fp[1:]))
    auc = np.trapezoid(tp / n_pos, fp / n_neg) if n_neg else np.nan
    return ap, auc
