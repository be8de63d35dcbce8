"""Sign-flip test and confidence interval of one value per session."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rscnav.analyses.statistics.intervals import mean_interval

MIN_SESSIONS = 6  # with fewer, the smallest possible two-sided p of a sign-flip test exceeds 0.05


@dataclass(frozen=True)
class GroupTest:
    """Mean of one value per session, with interval and test against 0.

    Parameters
    ----------
    n : int
        Sessions with a value.
    mean : float
    low, high : float
        95 % interval of the mean, by Student's t; NaN with fewer than `MIN_SESSIONS`.
    p : float
        Two-sided, by sign flips; NaN with fewer than `MIN_SESSIONS`.
    """

    n: int
    mean: float
    low: float
    high: float
    p: float


def over_sessions(values: ArrayLike, generator: np.random.Generator) -> GroupTest:
    """Test whether the mean of one value per session is 0, by a sign-flip permutation test.

    Signs are flipped at random, or in all 2ⁿ ways if n is at most 13. The test assumes that values are symmetric around
    0 under the null hypothesis. With fewer than six sessions p is NaN, because no p below 0.05 is possible.

    Parameters
    ----------
    values : array, (session,)
        For example differences. NaN values are left out.
    generator : numpy.random.Generator

    Returns
    -------
    GroupTest

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
