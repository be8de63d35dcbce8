"""Cross-validated linear classification of two classes, for many labellings at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PENALTIES = 10.0 ** np.arange(-4, 2)  # ridge penalties, in units of the mean variance of a z-scored feature
_MOST_DF = 0.9  # largest effective degrees of freedom of a fit, as a fraction of the count of cases


@dataclass(frozen=True)
class HeldOut:
    """Predictions for held-out cases.

    Parameters
    ----------
    correct : array, (case, target)
        Whether the case was classified correctly.
    shares : array, (target, 2)
        Fractions correct of the cases labelled False, and True; NaN if there are none.
    disagreement : array, (target,)
        Disagreement between the decoders of the folds over all cases: 1 - mean over cases of the squared mean of their
        ±1 answers.
    """

    correct: NDArray[np.bool_]
    shares: NDArray[np.float64]
    disagreement: NDArray[np.float64]

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Balanced accuracy (target,): the mean of the fractions correct of the two classes."""
        return self.shares.mean(axis=1)


def cross_val_classify(features: NDArray[np.floating], labels: NDArray[np.bool_], fold: NDArray[np.integer]) -> HeldOut:
    """Classify each case with a linear discriminant that was fitted to the other folds.

    Ridge regression of the labels (±1) on features that are z-scored in training: a linear discriminant with a shrunken
    covariance. The penalty is chosen for each labelling in training by generalised cross-validation. The threshold is
    midway between the mean leave-one-out scores of the two classes in training, so that unequal counts of the classes
    do not bias it.

    Parameters
    ----------
    features : array, (case, feature)
    labels : array, (case, target)
        Each target is one labelling of the cases, observed or permuted.
    fold : array, (case,)
        Each fold is predicted from all others.

    Returns
    -------
    HeldOut

    References
    ----------
    Golub, Heath & Wahba, Technometrics 21, 215 (1979), doi:10.1080/00401706.1979.10489751.
    """
    names = np.unique(fold)
    answer = np.zeros(labels.shape, bool)
    votes = np.zeros(labels.shape, np.int16)
    for number in names:
        test = fold == number
        of_train, of_test = _predict(features[~test], labels[~test], features[test])
        answer[test] = of_test
        votes[test] += of_test
        votes[~test] += of_train
    correct = answer == labels
    shares = np.full((labels.shape[1], 2), np.nan)
    for side, mask in enumerate((~labels, labels)):
        n = mask.sum(axis=0)
        shares[n > 0, side] = (correct & mask).sum(axis=0)[n > 0] / n[n > 0]
    disagreement = 1 - np.mean((2 * votes / len(names) - 1) ** 2, axis=0)
    return HeldOut(correct, shares, disagreement)


def _predict(
    train: NDArray[np.floating], labels: NDArray[np.bool_], test: NDArray[np.floating]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Fit on the training cases; return the predicted classes of training and test cases, (case, target) each."""
    n, n_features = train.shape
    sd = train.std(axis=0, dtype=np.float64)
    mean, sd = train.mean(axis=0, dtype=np.float64), np.where(sd > 1e-9 * np.abs(train).max(axis=0), sd, np.inf)
    x, x_test = (train - mean) / sd, (test - mean) / sd
    y = 2.0 * labels - 1.0
    y -= y.mean(axis=0)
    values, scores, test_scores = _components(x, x_test)
    if not len(values):  # every feature is constant
        return np.zeros(labels.shape, bool), np.zeros((len(test), labels.shape[1]), bool)
    slope = scores.T @ y / n  # (component, target)
    shrink = values / (values + PENALTIES[:, None] * values.sum() / n_features)  # (penalty, component)
    best = _penalty(slope, shrink, np.mean(y**2, axis=0), n)  # (target,)
    weights = shrink[best].T * slope
    fitted = scores @ weights
    leverage = (1 + scores**2 @ shrink.T) / n  # (case, penalty)
    # Leave-one-out score: y - (y - fitted) / (1 - leverage); only its mean over each class is needed.
    left_out = y - (y - fitted) * (1 / np.maximum(1 - leverage, 1e-3))[:, best]
    threshold = 0.5 * (_class_mean(left_out, labels) + _class_mean(left_out, ~labels))
    return fitted > threshold, test_scores @ weights > threshold


def _components(
    x: NDArray[np.float64], x_test: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Compute principal components: variances, and scores of unit variance of training and test cases.

    They are computed from the covariance of features or, with fewer cases than features, from the products of cases.
    """
    n, n_features = x.shape
    few = n < n_features
    values, vectors = np.linalg.eigh(x @ x.T / n if few else x.T @ x / n)
    kept = values > 1e-10 * max(values[-1], 1e-300)
    values, vectors = values[kept], vectors[:, kept]
    if few:
        return values, vectors * np.sqrt(n), (x_test @ x.T) @ vectors / (np.sqrt(n) * values)
    vectors = vectors / np.sqrt(values)
    return values, x @ vectors, x_test @ vectors


def _penalty(
    slope: NDArray[np.float64], shrink: NDArray[np.float64], variance: NDArray[np.float64], n: int
) -> NDArray[np.intp]:
    """Return the index of each target's penalty, chosen by generalised cross-validation."""
    explained = (2 * shrink - shrink**2) @ slope**2  # (penalty, target)
    df = 1 + shrink.sum(axis=1)
    allowed = df < _MOST_DF * n
    allowed[-1] = True
    gcv = np.maximum(variance - explained, 0) / np.maximum(1 - df / n, 1e-6)[:, None] ** 2
    return np.argmin(np.where(allowed[:, None], gcv, np.inf), axis=0)


def _class_mean(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Compute the mean score (target,) of the cases with the label; 0 if there are none."""
    return np.sum(scores * labels, axis=0) / np.maximum(labels.sum(axis=0), 1)
