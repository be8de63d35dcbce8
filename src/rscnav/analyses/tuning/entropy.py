"""Entropies of tuning curves and of rates, in bits: plug-in, and corrected for the bias that few samples make."""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.analyses.statistics.intervals import mean_and_se
from rscnav.analyses.tuning.tuning_curves import tuning_curves
from rscnav.errors import InvalidValueError
from rscnav.validation import as_activity


def tuning_entropy(
    activity: ArrayLike, angle: ArrayLike, n_bins: int = 6, *, floor: Literal["min"] | None = None
) -> NDArray[np.float64]:
    """Entropy of each unit's tuning to an angle: low where a unit is tuned, log₂ n_bins where it is flat.

    H = -Σ p_k log₂ p_k, where p_k is the unit's mean rate in bin k of `n_bins` equal bins over (-π, π], divided by the sum
    of its mean rates over the visited bins. Bins without a sample are left out, so with v visited bins H is at most log₂ v.

    Parameters
    ----------
    activity : array, (time, unit)
        Rates, not negative unless `floor` says what to do.
    angle : array, (time,)
        Radians within [-π, π] (-π counts as π); samples whose angle is NaN are left out.
    n_bins : int
        At least 2.
    floor : {'min'}, optional
        Of a unit that is negative somewhere, take its lowest value in `activity` off first. Default: refuse it.

    Returns
    -------
    array, (unit,)
        Bits; NaN for a unit whose mean rates do not have a positive sum.

    Raises
    ------
    InvalidValueError
        For shapes that do not fit, angles beyond ±π, activity that is not finite, or negative without `floor`.

    References
    ----------
    Voigts et al., Nat. Neurosci. 28, 1293 (2025), doi:10.1038/s41593-025-01944-z.
    """
    array = as_activity(activity)
    if floor == "min":
        array, _ = subtract_minimum(array)
    elif floor is not None:
        raise InvalidValueError(f"floor: '{floor}' will not do; 'min' or None")
    elif array.min() < 0:
        row, unit = np.argwhere(array < 0)[0]
        raise InvalidValueError(
            f"activity: {array[row, unit]} at sample {row}, unit {unit} is negative, and no rate is; "
            "floor='min' takes each such unit's lowest value off first"
        )
    rates, _ = tuning_curves(array, angle, n_bins)
    return curve_entropy(rates)


def subtract_minimum(activity: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Take its lowest value off every unit that is negative somewhere; give the result and which units these were."""
    lowest = activity.min(axis=0)
    negative = lowest < 0
    return (activity - np.where(negative, lowest, 0) if negative.any() else activity), negative


def entropy_bits(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy -Σ p log₂ p (bits) of distributions (..., bin); NaN where a value is NaN."""
    logs = np.log2(p, out=np.zeros(p.shape), where=p > 0)
    return np.where(np.isnan(p).any(axis=-1), np.nan, -np.sum(p * logs, axis=-1)) + 0.0


def curve_entropy(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy (bits) of tuning curves (..., bin) scaled to sum 1; NaN rates are left out, no positive sum gives NaN."""
    known = np.where(np.isfinite(rates), rates, 0.0)
    total = known.sum(axis=-1, keepdims=True)
    p = np.divide(known, total, out=np.full(rates.shape, np.nan), where=total > 0)
    return entropy_bits(p)


def histogram_entropy(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Plug-in entropy (bits) of histograms (..., bin): H = -Σ p_k log₂ p_k with p_k = n_k / N; NaN for an empty one."""
    total = counts.sum(axis=-1, keepdims=True).astype(np.float64)
    return entropy_bits(np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0))


def miller_madow(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Give what Miller and Madow add to the plug-in entropy of histograms (..., bin), in bits: (K - 1) / (2 N ln 2).

    K is the number of bins with a count, N the number of counts. It holds for independent counts, so not for tuning curves, whose
    p_k are no frequencies.

    References
    ----------
    Miller, in Information Theory in Psychology (ed. Quastler), 95 (1955); Paninski, Neural Comput. 15, 1191 (2003),
    doi:10.1162/089976603321780272.
    """
    occupied = np.count_nonzero(counts, axis=-1)
    return np.maximum(occupied - 1, 0) / (2 * math.log(2) * np.maximum(counts.sum(axis=-1), 1))


def shuffle_corrected(
    plugin: NDArray[np.float64], shuffled: NDArray[np.float64], truth_of_shuffled: ArrayLike
) -> NDArray[np.float64]:
    """Take off an entropy the mean bias that is seen in shuffled data.

    H = H_plugin - (mean over shuffles of H_shuffled - H₀), where H₀ is what the shuffled entropy would be without bias: shuffling
    leaves as many samples in every bin and takes away what they could tell, so H₀ is known. It is log₂ of the number of bins
    for a tuning curve (flat), and the entropy of the rates at all places together for the rates at one place.

    Parameters
    ----------
    plugin : array, (...)
    shuffled : array, (shuffle, ...)
        Plug-in entropies after shuffling; NaN ones are left out.
    truth_of_shuffled : array, (...)
        H₀.

    Returns
    -------
    array, (...)
        NaN without any shuffle. It can lie a little above the highest entropy there is.

    References
    ----------
    Optican, Gawne, Richmond & Joseph, Biol. Cybern. 65, 305 (1991), doi:10.1007/BF00216963; Panzeri, Senatore, Montemurro
    & Petersen, J. Neurophysiol. 98, 1064 (2007), doi:10.1152/jn.00559.2007.
    """
    mean = mean_and_se(shuffled)[0]
    return np.asarray(plugin - (mean - np.asarray(truth_of_shuffled)), np.float64)


def jackknife_corrected(plugin: NDArray[np.float64], without: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take off an estimate (...) the bias that falls as 1 / samples, by the estimates `without` each group (group, ...).

    g θ - (g - 1) · mean of θ_j, with θ_j the estimate without group j of g; NaN with fewer than two groups, or where an estimate
    is NaN.

    References
    ----------
    Quenouille, Biometrika 43, 353 (1956), doi:10.1093/biomet/43.3-4.353.
    """
    n = len(without)
    return np.asarray(n * plugin - (n - 1) * np.mean(without, axis=0) if n > 1 else np.full_like(plugin, np.nan))
