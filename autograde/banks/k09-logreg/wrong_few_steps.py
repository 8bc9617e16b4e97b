# A hundred gradient steps of 0.1.
# caught-by: test_converges
import numpy as np


class Model:
    def __init__(self, fill, mean, scale, w, b):
        self.fill, self.mean, self.scale, self.w, self.b = fill, mean, scale, w, b

    def standardise(self, X):
        X = np.asarray(X, dtype=float)
        return (np.where(np.isnan(X), self.fill, X) - self.mean) / self.scale

    def predict_proba(self, X):
        z = self.standardise(X) @ self.w + self.b
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def column_medians(X):
    return np.array([np.median(c[~np.isnan(c)]) if (~np.isnan(c)).any() else 0.0 for c in X.T])


def fit_logreg(X, y, l2):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or len(X) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("bad X or y")
    fill = column_medians(X)
    filled = np.where(np.isnan(X), fill, X)
    scale = filled.std(axis=0)
    scale[scale == 0] = 1.0
    model = Model(fill, filled.mean(axis=0), scale, np.zeros(X.shape[1]), 0.0)
    Z = model.standardise(X)
    w, b = np.zeros(Z.shape[1]), 0.0
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(Z @ w + b, -60, 60)))
        error = (p - y) / len(y)
        w = w - 0.1 * (Z.T @ error + l2 * w)
        b = b - 0.1 * error.sum()
    model.w, model.b = w, b
    return model
