# Iteratively reweighted least squares; the model is a namespace with a closure.
import types
import warnings

import numpy as np


def fit_logreg(X, y, l2):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2:
        raise ValueError("X must be two-dimensional")
    if X.shape[0] == 0:
        raise ValueError("no rows")
    if not set(np.asarray(y).tolist()) <= {0, 1}:
        raise ValueError("labels must be 0 or 1")
    y = np.asarray(y, dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        medians = np.nan_to_num(np.nanmedian(X, axis=0), nan=0.0)
    filled = np.where(np.isnan(X), medians, X)
    mu, sigma = filled.mean(0), filled.std(0)
    sigma = np.where(sigma > 0, sigma, 1.0)

    def features(rows):
        rows = np.where(np.isnan(rows), medians, rows)
        return np.hstack([(rows - mu) / sigma, np.ones((len(rows), 1))])

    def logistic(z):
        return np.exp(np.minimum(z, 0)) / (np.exp(np.minimum(z, 0)) + np.exp(np.minimum(-z, 0)))

    A = features(X)
    ridge = np.sqrt(l2 * len(y)) * np.eye(A.shape[1])[:-1]
    beta = np.zeros(A.shape[1])
    for _ in range(200):
        z = A @ beta
        p = logistic(z)
        weight = np.maximum(p * (1 - p), 1e-9)
        root = np.sqrt(weight)[:, None]
        target = z + (y - p) / weight
        lhs = np.vstack([root * A, ridge])
        rhs = np.concatenate([root[:, 0] * target, np.zeros(len(ridge))])
        new = np.linalg.lstsq(lhs, rhs, rcond=None)[0]
        move = new - beta
        beta = beta + move * min(1.0, 3.0 / max(np.abs(A @ move).max(), 1e-12))
        if np.abs(move).max() < 1e-12:
            break

    def predict_proba(rows):
        return logistic(features(np.asarray(rows, dtype=float)) @ beta)

    return types.SimpleNamespace(predict_proba=predict_proba)
