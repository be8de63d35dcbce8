"""Balanced accuracy, its permutation null distribution, and its interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.decoding.ridge_classifier import cross_val_classify
from rscnav.analyses.statistics.intervals import t_quantile


@dataclass(frozen=True)
class DecodingResult:
    """Cross-validated decoding of one label, and of its permutations.

    Parameters
    ----------
    accuracy : float
        Balanced accuracy: the mean of the fractions correct of the two classes; chance is 0.5.
    low, high : float
        95 % interval of the accuracy that the fitted decoders would have on new trials.
    null : array, (draw,)
        Balanced accuracy with permuted labels.
    correct : array, (case,)
        1 if a case was classified correctly, else 0; NaN for cases that were not decoded.
    variance_inflation : float
        Width of the interval relative to a binomial interval with the same counts.
    n : int
        Count of decoded cases.
    """

    accuracy: float
    low: float
    high: float
    null: NDArray[np.float64]
    correct: NDArray[np.float64]
    variance_inflation: float
    n: int


def decode(
    features: NDArray[np.floating],
    there: NDArray[np.bool_],
    labels: NDArray[np.bool_],
    fold: NDArray[np.integer],
    needed: int,
) -> DecodingResult:
    """Decode labels from features; each fold is predicted by a decoder fitted to the other folds.

    Parameters
    ----------
    features : array, (case, feature)
    there : array, (case,)
        Mask of the cases to use.
    labels : array, (case, 1 + draw)
        Observed labels, then permuted ones.
    fold : array, (case,)
    needed : int
        Smallest count of cases in each class; with fewer all values are NaN.

    Returns
    -------
    DecodingResult
    """
    nan = float("nan")
    correct = np.full(len(labels), nan)
    used = labels[there]
    n_class = np.array([np.sum(~used[:, 0]), np.sum(used[:, 0])])
    if n_class.min() < needed:
        return DecodingResult(nan, nan, nan, np.full(labels.shape[1] - 1, nan), correct, nan, int(there.sum()))
    found = cross_val_classify(features[there].astype(np.float64), used, fold[there])
    correct[there] = found.correct[:, 0]
    null = found.accuracy[1:]
    variance_inflation = _variance_inflation(null, found.disagreement, n_class)
    low, high = accuracy_interval(found.shares[0], n_class, variance_inflation)
    return DecodingResult(float(found.accuracy[0]), low, high, null, correct, variance_inflation, int(there.sum()))


def accuracy_interval(
    shares: NDArray[np.float64], n: NDArray[np.integer], variance_inflation: float
) -> tuple[float, float]:
    """Compute the 95 % interval of the mean of two fractions, from Wilson intervals of each (Newcombe's method).

    mean ± ½ √(d₀² + d₁²), with d the distance of a fraction to the end of its own interval on that side; this width is
    multiplied by `variance_inflation`.

    Parameters
    ----------
    shares : array, (2,)
        Fractions correct of the two classes.
    n : array, (2,)
        Cases of each class.
    variance_inflation : float

    Returns
    -------
    low, high : float

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 22, 209 (1927), doi:10.1080/01621459.1927.10502953; Newcombe, Stat. Med. 17, 873 (1998)
    (two fractions).
    """
    from scipy.special import ndtri

    z = float(ndtri(0.975))
    centre = (shares + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(shares * (1 - shares) / n + z**2 / (4 * n**2))
    mean = float(shares.mean())
    below, above = (
        0.5 * variance_inflation * float(np.hypot(*side)) for side in (shares - centre + half, centre + half - shares)
    )
    return max(0.0, mean - below), min(1.0, mean + above)


def accuracy_gain(
    first: DecodingResult, second: DecodingResult, label: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Compute the accuracy gain: balanced accuracy of the first decoder minus that of the second, with a 95 % interval.

    Cases decoded by both are used.

    The interval is that of a difference between paired fractions, with two cases added to each class: half a case for
    each combination of right and wrong. It therefore does not vanish if both decoders agree in every case.

    Parameters
    ----------
    first, second : DecodingResult
    label : array, (case,)
        Observed labels.

    Returns
    -------
    value, low, high : float
        NaN if a class has fewer than two cases.

    References
    ----------
    Agresti & Min, Stat. Med. 24, 729 (2005), doi:10.1002/sim.1781.
    """
    difference = first.correct - second.correct
    sides = [difference[np.isfinite(difference) & (label == side)] for side in (False, True)]
    fewest = min(len(side) for side in sides)
    if fewest < 2:
        return float("nan"), float("nan"), float("nan")
    value = 0.5 * sum(float(side.mean()) for side in sides)
    centre = variance = 0.0
    for side in sides:
        n = len(side) + 2
        more, less = (float(np.sum(side == way) + 0.5) / n for way in (1, -1))
        centre += 0.5 * (more - less)
        variance += 0.25 * (more + less - (more - less) ** 2) / n
    half = max(first.variance_inflation, second.variance_inflation) * float(t_quantile(fewest)) * np.sqrt(variance)
    return value, centre - half, centre + half


def _variance_inflation(
    null: NDArray[np.float64], disagreement: NDArray[np.float64], n_class: NDArray[np.integer]
) -> float:
    """Return the ratio of the width of the interval to that of a binomial interval.

    Decoders fitted to overlapping folds make correlated errors, so that the accuracy of permuted labels varies more
    than the binomial variance. This excess variance scales with the disagreement between the decoders of different
    folds, relative to that with permuted labels.
    """
    binomial_sd = 0.5 * np.sqrt(np.sum(0.25 / n_class))
    typical = disagreement[1:].mean()
    excess = max(0.0, float(np.var(null)) / binomial_sd**2 - 1) if len(null) > 1 else 0.0
    return float(np.sqrt(1 + excess * disagreement[0] / typical)) if typical > 0 else 1.0
