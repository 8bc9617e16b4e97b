# Adds a small number to the deviation: a constant column explodes in serving.
# caught-by: test_population_deviation
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
    scale = scale + 1e-2
    model = Model(fill, filled.mean(axis=0), scale, np.zeros(X.shape[1]), 0.0)
    Z = np.column_stack([np.ones(len(X)), model.standardise(X)])
    penalty = np.full(Z.shape[1], float(l2))
    penalty[0] = 0.0
    v = np.zeros(Z.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(Z @ v, -500, 500)))
        gradient = Z.T @ (p - y) / len(y) + penalty * v
        hessian = (Z.T * (p * (1 - p))) @ Z / len(y) + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        v = v - step / max(1.0, np.abs(Z @ step).max() / 2)
    model.b, model.w = v[0], v[1:]
    return model
