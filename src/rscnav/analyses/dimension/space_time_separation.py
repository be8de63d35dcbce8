"""Space-time separation plot: quantiles of the distance between two states of one trial, by their time separation.

It shows which Theiler window is long enough (Provenzale et al. 1992).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRACTIONS = (0.1, 0.3, 0.5, 0.7, 0.9)  # of pairs; one contour for each
LOWER = 3  # lowest contours, up to the median, that determine the suggested Theiler window
LEVEL = 0.9  # fraction of the distance between unrelated states that they must reach
N_SEPARATIONS = 40
N_STARTS = 2000  # pairs of each separation
MIN_PAIRS = 50
LONGEST_S = 60.0


@dataclass(frozen=True)
class SpaceTime:
    """Contours of a space-time separation plot.

    Parameters
    ----------
    separations : array, (separation,)
        Time separation of two states of one trial (samples).
    contours : array, (separation, fraction)
        Quantiles `FRACTIONS` of the distance; NaN with fewer than 50 pairs.
    unrelated : array, (fraction,)
        Quantiles for pairs of different trials. With a single trial: for separations above half of its length.
    suggested : float
        Suggested Theiler window (samples): first separation at which the contours up to the median reach 90 % of `unrelated`.
        Shorter windows include pairs that are close only in time. inf if no separation is long enough; NaN with too few pairs.
    """

    separations: NDArray[np.int64]
    contours: NDArray[np.float64]
    unrelated: NDArray[np.float64]
    suggested: float


def space_time(
    points: NDArray[np.floating],
    trial: NDArray[np.integer],
    step: NDArray[np.integer],
    dt_s: float,
    generator: np.random.Generator,
) -> SpaceTime:
    """Compute the contours of a space-time separation plot for up to 60 s, evenly spaced in log time.

    Parameters
    ----------
    points : array, (time, dim)
    trial, step : array of int, (time,)
        Trial, and sample within the trial, of each point; points are sorted by both.
    dt_s : float
        Time step (s).
    generator : numpy.random.Generator
        Random choice of at most 2,000 pairs of each separation.

    Returns
    -------
    SpaceTime

    References
    ----------
    Provenzale et al., Physica D 58, 31 (1992), doi:10.1016/0167-2789(92)90100-2.
    """
    longest = int(np.max(np.bincount(np.unique(trial, return_inverse=True)[1]))) - 1
    longest = min(max(longest, 1), max(1, round(LONGEST_S / dt_s)))
    separations = np.unique(np.geomspace(1, longest, N_SEPARATIONS).round().astype(np.int64))
    contours = np.full((len(separations), len(FRACTIONS)), np.nan)
    for k, lag in enumerate(separations):
        first = np.flatnonzero((trial[lag:] == trial[:-lag]) & (step[lag:] - step[:-lag] == lag))
        if len(first) >= MIN_PAIRS:
            first = generator.permutation(first)[:N_STARTS]
            contours[k] = _quantiles(points, first, first + lag)
    unrelated = _quantiles(points, *_unrelated(trial, step, generator))
    return SpaceTime(separations, contours, unrelated, _suggested(separations, contours, unrelated))


def _unrelated(
    trial: NDArray[np.integer], step: NDArray[np.integer], generator: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw pairs of points of different trials; with a single trial, separated by more than half of its length."""
    first, second = generator.integers(0, len(trial), (2, 10 * N_STARTS))
    if len(np.unique(trial)) > 1:
        kept = trial[first] != trial[second]
    else:
        kept = np.abs(step[first] - step[second]) > 0.5 * np.ptp(step)
    return first[kept][:N_STARTS], second[kept][:N_STARTS]


def _quantiles(points: NDArray[np.floating], first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the quantiles `FRACTIONS` of the distance of some pairs, given by the indices of their points."""
    if len(first) < MIN_PAIRS:
        return np.full(len(FRACTIONS), np.nan)
    difference = points[first].astype(np.float64) - points[second]
    return np.quantile(np.sqrt(np.einsum("ij,ij->i", difference, difference)), FRACTIONS)


def _suggested(separations: NDArray[np.int64], contours: NDArray[np.float64], unrelated: NDArray[np.float64]) -> float:
    """Return the first separation at which the lower contours reach 90 % of the distances between unrelated states."""
    if not np.isfinite(unrelated).all() or not np.isfinite(contours).any():
        return float("nan")
    there = np.flatnonzero(np.all(contours[:, :LOWER] >= LEVEL * unrelated[:LOWER], axis=1))
    return float(separations[there[0]]) if len(there) else float("inf")
