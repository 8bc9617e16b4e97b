# Wrong: raises a small l2 to a floor of 0.001.
# caught-by: test_optimum
import numpy as np


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1 + e)


class Model:
    def __init__(self, X, y, l2):
        n, d = X.shape
        known = ~np.isnan(X)
        self.fill = np.array(
            [np.median(X[known[:, j], j]) if known[:, j].any() else 0.0 for j in range(d)]
        )
        F = np.where(known, X, self.fill)
        self.mean = F.mean(axis=0)
        sd = F.std(axis=0)
        self.sd = np.where(sd == 0, 1.0, sd)
        A = self.design(X)
        pen = np.append(0.0, np.full(d, l2))
        w = np.zeros(d + 1)
        for _ in range(200):
            p = sigmoid(A @ w)
            g = A.T @ (p - y) / n + pen * w
            if np.abs(g).max() < 1e-11:
                break
            H = (A.T * (p * (1 - p))) @ A / n + np.diag(pen)
            step = np.linalg.solve(H + 1e-13 * np.eye(d + 1), g)
            move = np.abs(A @ step).max()
            w = w - step * min(1.0, 1.0 / move)
        self.w = w

    def design(self, X):
        Z = (np.where(np.isnan(X), self.fill, X) - self.mean) / self.sd
        return np.column_stack([np.ones(len(X)), Z])

    def predict_proba(self, X):
        X = np.asarray(X, dtype=float)
        return sigmoid(self.design(X) @ self.w)


def fit_logreg(X, y, l2):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    if X.ndim != 2 or X.shape[0] == 0 or not np.isin(y, [0, 1]).all():
        raise ValueError("bad input")
    return Model(X, y, max(l2, 1e-3))
