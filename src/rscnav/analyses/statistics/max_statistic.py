"""Max-statistic permutation test over lags (family-wise error 0.05), and the onset of an effect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import BAND, Result
from rscnav.analyses.statistics.intervals import null_band
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.errors import InvalidValueError

LEVEL = 0.05


@dataclass(frozen=True)
class MaxStatTest:
    """Permutation tests at all lags.

    Parameters
    ----------
    p : array, (lag,)
        p-value at each lag, not corrected; NaN where the statistic is NaN.
    p_corrected : array, (lag,)
        Max-statistic p-values, family-wise error controlled at 0.05 over lags.
    mean, low, high : array, (lag,)
        Mean, 2.5 and 97.5 percentiles of the null distribution.
    threshold : array, (lag,)
        Value of the statistic at which p_corrected is 0.05.
    """

    p: NDArray[np.float64]
    p_corrected: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    threshold: NDArray[np.float64]


def max_statistic_test(observed: NDArray[np.floating], null: NDArray[np.floating]) -> MaxStatTest:
    """Test a statistic at each lag against a null distribution, with max-statistic correction over lags.

    Observed values and draws are z-scored at each lag, with mean and standard deviation over both. The corrected p
    compares the observed z with the maximum of each draw over all lags. The z-score gives all lags the same weight, and
    the test remains exact.

    Parameters
    ----------
    observed : array, (lag,)
        Upper-tailed: large values are evidence against the null hypothesis. NaN for lags without a value.
    null : array, (draw, lag)
        One permutation per draw, the same at all lags. NaN is replaced by the mean of the lag.

    Returns
    -------
    MaxStatTest

    References
    ----------
    Westfall & Young, Resampling-Based Multiple Testing (1993); Nichols & Holmes, Hum. Brain Mapp. 15, 1 (2002),
    doi:10.1002/hbm.1058.
    """
    found = MaxStatTest(*np.full((6, len(observed)), np.nan))
    known = np.flatnonzero(np.isfinite(observed))
    if not len(known) or not len(null):
        return found
    draws = null[:, known]
    counted = np.isfinite(draws)
    n = np.maximum(counted.sum(axis=0), 1)
    draws = np.where(counted, draws, np.where(counted, draws, 0.0).sum(axis=0) / n)
    everything = np.concatenate([observed[None, known], draws])
    mean, sd = everything.mean(axis=0), everything.std(axis=0)
    z = (everything - mean) / np.where(sd > 1e-12, sd, np.inf)
    largest = z[1:].max(axis=1)
    found.p[known] = permutation_p(draws, observed[known])
    found.p_corrected[known] = permutation_p(largest[:, None], z[0])
    found.mean[known], found.low[known], found.high[known] = null_band(draws)
    # Largest count of values, the observed one included, that may reach the threshold at p <= LEVEL.
    allowed = int(LEVEL * (1 + len(draws)) + 1e-9)
    if allowed:
        found.threshold[known] = mean + sd * np.sort(largest)[-allowed]
    return found


def add_tests(result: Result, name: str, dim: str, tests: MaxStatTest, run_length: int) -> None:
    """Add tests over lags to a result: null band, threshold, p, smallest corrected p and onset.

    Parameters
    ----------
    result : Result
        Contains ``time``, (lag,).
    name : str
        Prefix of the keys.
    dim : str
        Name of the dimension of lags.
    tests : MaxStatTest
    run_length : int
        Successive lags with a corrected p of at most 0.05 that define an onset.
    """
    result.add_each(f"{name}/control_", BAND, (tests.mean, tests.low, tests.high), "", (dim,))
    ends = "threshold", "p", "p_corrected"
    result.add_each(f"{name}/", ends, (tests.threshold, tests.p, tests.p_corrected), "", (dim,))
    known = tests.p_corrected[np.isfinite(tests.p_corrected)]
    result.add(f"{name}_p", known.min() if len(known) else np.nan)
    onset = first_run(tests.p_corrected, run_length)
    result.add(f"{name}_onset_s", result["time"][onset] if onset >= 0 else np.nan, "s")


def first_run(p: NDArray[np.floating], length: int) -> int:
    """Return the first index at which p (lag,) is at most 0.05 for `length` successive lags; -1 if there is none.

    NaN counts as not significant.

    Raises
    ------
    InvalidValueError
        If `length` is below 1.
    """
    if length < 1:
        raise InvalidValueError(f"length: {length} is not valid; expected at least 1 successive lag")
    run = 0
    for lag, low in enumerate((p <= LEVEL).tolist()):
        run = run + 1 if low else 0
        if run == length:
            return lag - length + 1
    return -1
