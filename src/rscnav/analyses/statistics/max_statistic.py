"""One test at each of many lags: p at each, p corrected for all of them, and from when on."""

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
    """Tests at all lags.

    Parameters
    ----------
    p : array, (lag,)
        At each lag by itself; NaN where nothing was measured.
    p_corrected : array, (lag,)
        Family-wise: with nothing at any lag, the chance that the least of them is at most 0.05 is at most 0.05.
    mean, low, high : array, (lag,)
        Mean and 2.5 and 97.5 percentiles of the null.
    threshold : array, (lag,)
        What p_corrected falls to 0.05 at.
    """

    p: NDArray[np.float64]
    p_corrected: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    threshold: NDArray[np.float64]


def max_statistic_test(observed: NDArray[np.floating], null: NDArray[np.floating]) -> MaxStatTest:
    """Compare what was observed at each lag with draws of the null, at each lag and at all of them together.

    The corrected p compares z, the value less its lag's mean in units of its lag's sd, both over the draws and what was
    observed, with the largest z of each draw at any lag. So each lag counts alike, and the test stays exact.

    Parameters
    ----------
    observed : array, (lag,)
        Large values speak against the null. NaN where nothing was measured.
    null : array, (draw, lag)
        A draw holds for all lags at once (one permutation of the labels, used at every lag). NaN, where a draw has no value,
        counts as the lag's mean.

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
    # So many draws may reach the threshold, the observed value among them.
    allowed = int(LEVEL * (1 + len(draws)) + 1e-9)
    if allowed:
        found.threshold[known] = mean + sd * np.sort(largest)[-allowed]
    return found


def add_tests(result: Result, name: str, dim: str, tests: MaxStatTest, run_length: int) -> None:
    """Add the tests of `name` at all lags (dimension `dim`), the least corrected p, and the time from which on there is a difference.

    The result holds ``time``. An onset needs `run_length` lags in a row.
    """
    result.add_each(f"{name}/control_", BAND, (tests.mean, tests.low, tests.high), "", (dim,))
    ends = "threshold", "p", "p_corrected"
    result.add_each(f"{name}/", ends, (tests.threshold, tests.p, tests.p_corrected), "", (dim,))
    known = tests.p_corrected[np.isfinite(tests.p_corrected)]
    result.add(f"{name}_p", known.min() if len(known) else np.nan)
    onset = first_run(tests.p_corrected, run_length)
    result.add(f"{name}_onset_s", result["time"][onset] if onset >= 0 else np.nan, "s")


def first_run(p: NDArray[np.floating], length: int) -> int:
    """Give the first index from which on p (lag,) is at most 0.05 at `length` lags in a row; -1 where there is none.

    NaN ends a run.

    Raises
    ------
    InvalidValueError
        For a length below 1.
    """
    if length < 1:
        raise InvalidValueError(f"length: {length} lags in a row will not do; at least 1")
    run = 0
    for lag, low in enumerate((p <= LEVEL).tolist()):
        run = run + 1 if low else 0
        if run == length:
            return lag - length + 1
    return -1
