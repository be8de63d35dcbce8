"""How well a class is decoded: balanced accuracy, what permuted labels give, and an interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.decoding.ridge_classifier import cross_val_classify
from rscnav.analyses.statistics.intervals import t_quantile


@dataclass(frozen=True)
class DecodingResult:
    """Held-out decoding of one label, and of permutations of it.

    Parameters
    ----------
    accuracy : float
        Balanced accuracy: the mean of the shares correct of the two classes; chance is 0.5.
    low, high : float
        95 % interval of the accuracy that the fitted readouts would have on any number of new trials.
    null : array, (draw,)
        Balanced accuracy with the labels permuted.
    correct : array, (case,)
        1 and 0 where a case was put in its class or not; NaN where a case was not there to be decoded.
    variance_inflation : float
        How much wider than that of so many tosses of a coin the interval is.
    n : int
        Cases.
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
    """Decode labels from features, each fold from the others.

    Parameters
    ----------
    features : array, (case, feature)
    there : array, (case,)
        Cases to use.
    labels : array, (case, 1 + draw)
        As observed, then permuted.
    fold : array, (case,)
    needed : int
        Cases that each class needs; with fewer all is NaN.
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
    """95 % interval of the mean of two shares, from Wilson's intervals of either.

    mean ± ½ √(d₀² + d₁²), with d the distance of a share from its own interval's end on that side, times `variance_inflation`.

    Parameters
    ----------
    shares : array, (2,)
    n : array, (2,)
        Cases of either class.

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 22, 209 (1927), doi:10.1080/01621459.1927.10502953; Newcombe, Stat. Med. 17, 873 (1998)
    (two shares).
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
    """Balanced accuracy of the first less that of the second, over the cases that both decoded, with its 95 % interval.

    The interval is of differences between paired shares, with two cases added to either class, half a case for each way in
    which the two can be right or wrong, so that it does not vanish where the two agree in every case.

    References
    ----------
    Agresti & Min, Stat. Med. 24, 729 (2005), doi:10.1002/sim.1781.
    """
    apart = first.correct - second.correct
    sides = [apart[np.isfinite(apart) & (label == side)] for side in (False, True)]
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
    """Tell how much wider than a binomial one the interval must be.

    Readouts that were fitted to overlapping folds err together, so the accuracy of permuted labels spreads more than tosses of a
    coin do. That holds as far as the readouts depend on which cases they were fitted to: in proportion to how much they
    disagree, compared with those of permuted labels.
    """
    coin = 0.5 * np.sqrt(np.sum(0.25 / n_class))
    typical = disagreement[1:].mean()
    excess = max(0.0, float(np.var(null)) / coin**2 - 1) if len(null) > 1 else 0.0
    return float(np.sqrt(1 + excess * disagreement[0] / typical)) if typical > 0 else 1.0
