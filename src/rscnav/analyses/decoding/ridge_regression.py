"""Cross-validated ridge regression of many targets, computed from sums of products to be fast enough for permutations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PENALTIES = 10.0 ** np.arange(-4, 4)  # ridge penalties, in units of the mean variance of a feature


@dataclass(frozen=True)
class RidgeDecoders:
    """One linear decoder per fold, fitted to all other folds.

    Parameters
    ----------
    weights : array, (fold, 1 + feature, target)
        The first row is the intercept.
    penalty : array, (fold, target)
        Indices into `PENALTIES`.
    """

    weights: NDArray[np.float64]
    penalty: NDArray[np.intp]

    def predict(self, features: NDArray[np.floating], fold: NDArray[np.integer]) -> NDArray[np.float32]:
        """Predict (time, target) from features (time, feature), each sample by the decoder not fitted to its fold."""
        weights = self.weights.astype(np.float32)
        predicted = np.empty((len(features), weights.shape[2]), np.float32)
        for number, weight in enumerate(weights):
            rows = fold == number
            predicted[rows] = features[rows] @ weight[1:] + weight[0]
        return predicted


def fit_cross_validated(
    features: NDArray[np.floating],
    targets: NDArray[np.floating],
    fold: NDArray[np.integer],
    n_folds: int,
    penalty: NDArray[np.intp] | None = None,
) -> RidgeDecoders:
    """Fit one ridge regression per fold; penalties are chosen by the held-out errors of the other folds, for each target.

    One-standard-error rule: the largest penalty whose error exceeds the smallest error by at most one standard error of the
    difference. A target that the features do not predict is then replaced by its mean and adds no noise.

    Parameters
    ----------
    features : array, (time, feature)
        Centred on 0, of similar variance.
    targets : array, (time, target)
    fold : array, (time,)
        0 to n_folds - 1; the decoder of a fold without samples is fitted to all samples.
    n_folds : int
    penalty : array, (fold, target), optional
        Fixed choice of penalties.

    Returns
    -------
    RidgeDecoders

    References
    ----------
    Hoerl & Kennard, Technometrics 12, 55 (1970), doi:10.1080/00401706.1970.10488634; one-standard-error rule: Breiman,
    Friedman, Olshen & Stone, Classification and Regression Trees (1984), §3.4.3.
    """
    joined = np.concatenate([np.ones((len(features), 1), np.float32), features], axis=1)
    grams, crossed, squares = [], [], []
    for number in range(n_folds):
        rows = fold == number
        part, wanted = joined[rows], targets[rows]
        grams.append((part.T @ part).astype(np.float64))
        crossed.append((part.T @ wanted).astype(np.float64))
        squares.append(np.sum(wanted.astype(np.float64) ** 2, axis=0))
    gram, cross = np.sum(grams, axis=0), np.sum(crossed, axis=0)
    all_weights = []  # (fold, penalty, 1 + feature, target)
    errors = np.empty((n_folds, len(PENALTIES), cross.shape[1]))  # squared, of the held-out fold
    for number in range(n_folds):
        weights = _ridge(gram - grams[number], cross - crossed[number])
        fitted = np.sum(weights * crossed[number], axis=1)
        size = np.sum(weights * (grams[number] @ weights), axis=1)
        errors[number] = squares[number] - 2 * fitted + size
        all_weights.append(weights)
    targets_of = np.arange(cross.shape[1])
    if penalty is None:
        penalty = np.stack([_largest_as_good(np.delete(errors, number, axis=0)) for number in range(n_folds)])
    chosen = [weights[own, :, targets_of].T for weights, own in zip(all_weights, penalty, strict=True)]
    return RidgeDecoders(np.stack(chosen), penalty)


def _largest_as_good(errors: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose each target's penalty (target,) by the one-standard-error rule from errors (fold, penalty, target)."""
    best = np.argmin(errors.sum(axis=0), axis=0)
    excess = errors - np.take_along_axis(errors, best[None, None, :], axis=1)
    se = excess.std(axis=0, ddof=1) / np.sqrt(len(excess)) if len(excess) > 1 else np.zeros(excess.shape[1:])
    as_good = excess.mean(axis=0) <= se
    return np.asarray(len(as_good) - 1 - np.argmax(as_good[::-1], axis=0))


def _ridge(gram: NDArray[np.float64], cross: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve for every penalty, (penalty, 1 + feature, target), from sums of products whose first feature is constant."""
    n = gram[0, 0]
    mean, target = gram[0, 1:] / n, cross[0] / n
    covariance = gram[1:, 1:] - n * np.outer(mean, mean)
    scale = np.trace(covariance) / len(covariance)
    penalties = PENALTIES[:, None, None] * max(scale, 1e-300) * np.eye(len(covariance))
    slopes = np.linalg.solve(covariance + penalties, cross[1:] - n * np.outer(mean, target))
    return np.concatenate([(target - mean @ slopes)[:, None], slopes], axis=1)
