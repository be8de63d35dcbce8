"""Space-time separation: how far apart states are, by how far apart in time. It shows which Theiler window is long enough."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRACTIONS = (0.1, 0.3, 0.5, 0.7, 0.9)  # of pairs, a contour each
LOWER = 3  # contours, from the lowest, that must have levelled off
LEVEL = 0.9  # of the distance between unrelated states
N_SEPARATIONS = 40
N_STARTS = 2000  # pairs of one separation
MIN_PAIRS = 50
LONGEST_S = 60.0


@dataclass(frozen=True)
class SpaceTime:
    """Contours of a space-time separation plot.

    Parameters
    ----------
    separations : array, (separation,)
        Of two states of one trial, in samples.
    contours : array, (separation, fraction)
        Distance below which a fraction `FRACTIONS` of the pairs lies; NaN with too few pairs.
    unrelated : array, (fraction,)
        The same for pairs of different trials (in one long trial: of separations over half of its length).
    suggested : float
        Separation, in samples, at which the contours up to the median first reach 90 % of `unrelated`: shorter Theiler windows let in
        pairs that are close only because little time has passed. inf where none does; NaN where there are too few pairs.
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
    """Work out the contours for separations of up to a minute, evenly spaced in log time.

    Parameters
    ----------
    points : array, (time, dim)
    trial, step : array of int, (time,)
        Trial and sample in the trial of each point, in this order.
    generator : numpy.random.Generator
        Which pairs are looked at, at most 2,000 of each separation.

    References
    ----------
    Provenzale et al., Physica D 58, 31 (1992), doi:10.1016/0167-2789(92)90100-2.
    """
    longest = int(np.max(np.bincount(np.unique(trial, return_inverse=True)[1]))) - 1
    longest = min(max(longest, 1), max(1, round(LONGEST_S / dt_s)))
    separations = np.unique(np.geomspace(1, longest, N_SEPARATIONS).round().astype(np.int64))
    contours = np.full((len(separations), len(FRACTIONS)), np.nan)
    for k, apart in enumerate(separations):
        first = np.flatnonzero((trial[apart:] == trial[:-apart]) & (step[apart:] - step[:-apart] == apart))
        if len(first) >= MIN_PAIRS:
            first = generator.permutation(first)[:N_STARTS]
            contours[k] = _quantiles(points, first, first + apart)
    unrelated = _quantiles(points, *_unrelated(trial, step, generator))
    return SpaceTime(separations, contours, unrelated, _suggested(separations, contours, unrelated))


def _unrelated(
    trial: NDArray[np.integer], step: NDArray[np.integer], generator: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw pairs of points that have nothing to do with each other."""
    first, second = generator.integers(0, len(trial), (2, 10 * N_STARTS))
    if len(np.unique(trial)) > 1:
        kept = trial[first] != trial[second]
    else:
        kept = np.abs(step[first] - step[second]) > 0.5 * np.ptp(step)
    return first[kept][:N_STARTS], second[kept][:N_STARTS]


def _quantiles(points: NDArray[np.floating], first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.float64]:
    """Give the distances below which each fraction of some pairs lies."""
    if len(first) < MIN_PAIRS:
        return np.full(len(FRACTIONS), np.nan)
    apart = points[first].astype(np.float64) - points[second]
    return np.quantile(np.sqrt(np.einsum("ij,ij->i", apart, apart)), FRACTIONS)


def _suggested(separations: NDArray[np.int64], contours: NDArray[np.float64], unrelated: NDArray[np.float64]) -> float:
    """Find the first separation at which the lower contours have levelled off."""
    if not np.isfinite(unrelated).all() or not np.isfinite(contours).any():
        return float("nan")
    there = np.flatnonzero(np.all(contours[:, :LOWER] >= LEVEL * unrelated[:LOWER], axis=1))
    return float(separations[there[0]]) if len(there) else float("inf")
