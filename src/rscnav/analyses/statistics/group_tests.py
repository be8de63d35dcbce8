"""Tests of one value for each session, over sessions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rscnav.analyses.statistics.intervals import mean_interval

MIN_SESSIONS = 6  # with fewer, the smallest two-sided p of a sign test lies above 0.05


@dataclass(frozen=True)
class GroupTest:
    """One number a session, tested against 0 over sessions.

    Parameters
    ----------
    n : int
        Sessions with a value.
    low, high : float
        95 % interval of the mean, by Student's t; NaN with fewer than `MIN_SESSIONS`.
    p : float
        Two-sided, from turning round the signs of the sessions; NaN with fewer than `MIN_SESSIONS`.
    """

    n: int
    mean: float
    low: float
    high: float
    p: float


def over_sessions(values: ArrayLike, generator: np.random.Generator) -> GroupTest:
    """Test whether a number that each session gives once (a difference, mostly) is 0 on average.

    The test turns round signs at random (all 2ⁿ ways where n is at most 13), so it holds for values that are as likely to lie as
    far above 0 as below. With fewer than six sessions no p below 0.05 is possible and none is given.

    Parameters
    ----------
    values : array, (session,)
        Sessions whose value is NaN are left out.

    References
    ----------
    Fisher, The Design of Experiments (1935), §21.
    """
    from scipy import stats

    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    mean, low, high = mean_interval(known).tolist()
    if len(known) < MIN_SESSIONS:
        return GroupTest(len(known), mean, np.nan, np.nan, np.nan)
    test = stats.permutation_test(
        (known,), np.mean, permutation_type="samples", n_resamples=9999, vectorized=True, rng=generator
    )
    return GroupTest(len(known), mean, low, high, float(test.pvalue))
