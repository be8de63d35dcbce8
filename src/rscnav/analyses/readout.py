"""Linear decoding of two classes, held out, for many labellings at once."""

import numpy as np
from numpy.typing import NDArray

PENALTIES = 10.0 ** np.arange(-4, 2)  # of the ridge, in units of the mean variance of a z-scored feature
_MOST_DF = 0.9  # no penalty so small that the fit takes up more of the cases than this


def held_out_accuracy(
    features: NDArray[np.floating], labels: NDArray[np.bool_], fold: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Share of held-out cases that a linear readout puts in the right class, for each class.

    Ridge regression of the labels (±1) on the features, z-scored in training; the penalty is chosen for each labelling
    in training by generalised cross-validation. A case belongs to the class whose side of the threshold it falls on; the
    threshold is midway between the classes' mean leave-one-out scores in training, so that a rare class costs nothing.

    Parameters
    ----------
    features : array, (case, feature)
    labels : array, (case, target)
        Each target is one labelling of the cases: the observed one, permutations of it.
    fold : array, (case,)
        Each fold is predicted from all others.

    Returns
    -------
    array, (target, 2)
        Share right among the cases labelled False, and True; NaN where there are none. The balanced accuracy is the mean.

    References
    ----------
    Golub, Heath & Wahba, Technometrics 21, 215 (1979), doi:10.1080/00401706.1979.10489751.
    """
    predicted = np.zeros(labels.shape, bool)
    for number in np.unique(fold):
        test = fold == number
        predicted[test] = _predict(features[~test], labels[~test], features[test])
    right = predicted == labels
    shares = np.full((labels.shape[1], 2), np.nan)
    for side, mask in enumerate((~labels, labels)):
        n = mask.sum(axis=0)
        shares[n > 0, side] = (right & mask).sum(axis=0)[n > 0] / n[n > 0]
    return shares


def _predict(train: NDArray[np.floating], labels: NDArray[np.bool_], test: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Fit on the training cases, predict the others: (case, target)."""
    n = len(train)
    sd = train.std(axis=0, dtype=np.float64)
    mean, sd = train.mean(axis=0, dtype=np.float64), np.where(sd > 1e-9 * np.abs(train).max(axis=0), sd, np.inf)
    x = (train - mean) / sd
    y = 2.0 * labels - 1.0
    y_mean = y.mean(axis=0)
    y -= y_mean
    values, vectors = np.linalg.eigh(x.T @ x / n)
    kept = values > 1e-10 * max(values[-1], 1e-300)
    values, vectors = values[kept], vectors[:, kept]
    if not len(values):  # every feature is constant
        return np.zeros((len(test), labels.shape[1]), bool)
    scores = x @ (vectors / np.sqrt(values))  # uncorrelated, variance 1: (case, component)
    slope = scores.T @ y / n  # (component, target)
    shrink = values / (values + PENALTIES[:, None] * values.sum() / x.shape[1])  # (penalty, component)
    best = _penalty(slope, shrink, np.mean(y**2, axis=0), n)  # (target,)
    weights = shrink[best].T * slope
    fitted = scores @ weights
    leverage = (1 + scores**2 @ shrink.T)[:, best] / n
    left_out = y - (y - fitted) / np.maximum(1 - leverage, 1e-3)
    threshold = 0.5 * (_class_mean(left_out, labels) + _class_mean(left_out, ~labels))
    z = ((test - mean) / sd) @ (vectors / np.sqrt(values))
    return z @ weights > threshold


def _penalty(
    slope: NDArray[np.float64], shrink: NDArray[np.float64], variance: NDArray[np.float64], n: int
) -> NDArray[np.intp]:
    """Choose each target's penalty by generalised cross-validation."""
    explained = (2 * shrink - shrink**2) @ slope**2  # (penalty, target)
    df = 1 + shrink.sum(axis=1)
    allowed = df < _MOST_DF * n
    allowed[-1] = True
    gcv = np.maximum(variance - explained, 0) / np.maximum(1 - df / n, 1e-6)[:, None] ** 2
    return np.argmin(np.where(allowed[:, None], gcv, np.inf), axis=0)


def _class_mean(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean score (target,) of the cases with the label; 0 where there are none."""
    return np.sum(scores * labels, axis=0) / np.maximum(labels.sum(axis=0), 1)
