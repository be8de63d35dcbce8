"""Entropies of tuning curves and of rates, in bits: plug-in and bias-corrected."""

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
    """Compute the entropy of each unit's tuning curve over an angle: low for sharp tuning, log₂ n_bins for a flat curve.

    H = -Σ p_k log₂ p_k, where p_k is the unit's mean rate in bin k of `n_bins` equal bins over (-π, π], divided by the sum
    of its mean rates over the visited bins. Bins without samples are left out, so that H is at most log₂ v with v visited bins.

    Parameters
    ----------
    activity : array, (time, unit)
        Rates; not negative unless `floor` is set.
    angle : array, (time,)
        Radians within [-π, π] (-π counts as π); samples with NaN are left out.
    n_bins : int
        At least 2.
    floor : {'min'}, optional
        'min': subtract from each unit with negative values its minimum over `activity`. Default: raise an error.

    Returns
    -------
    array, (unit,)
        Entropy in bits; NaN for a unit whose mean rates have no positive sum.

    Raises
    ------
    InvalidValueError
        If shapes do not match, an angle is beyond ±π, or activity is not finite, or negative without `floor`.

    References
    ----------
    Voigts et al., Nat. Neurosci. 28, 1293 (2025), doi:10.1038/s41593-025-01944-z.

    Examples
    --------
    Entropy of a flat tuning curve (log₂ 6 bits), of a unit that is active in two of six bins (1.0 bits), and in one (0.0 bits):

    >>> import numpy as np
    >>> from rscnav.analyses import tuning_entropy
    >>> angle = np.linspace(-np.pi, np.pi, 600, endpoint=False) + 0.001
    >>> sector = np.floor((angle + np.pi) / (np.pi / 3))
    >>> rates = np.stack([np.ones(600), sector < 2, sector < 1], axis=1)
    >>> tuning_entropy(rates, angle).round(3).tolist()
    [2.585, 1.0, 0.0]
    """
    array = as_activity(activity)
    if floor == "min":
        array, _ = subtract_minimum(array)
    elif floor is not None:
        raise InvalidValueError(f"floor: '{floor}' is not valid; expected 'min' or None")
    elif array.min() < 0:
        row, unit = np.argwhere(array < 0)[0]
        raise InvalidValueError(
            f"activity: {array[row, unit]} at sample {row}, unit {unit} is negative; rates must be 0 or larger. "
            "Set floor='min' to subtract its minimum from each such unit"
        )
    rates, _ = tuning_curves(array, angle, n_bins)
    return curve_entropy(rates)


def subtract_minimum(activity: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Subtract its minimum from each unit with negative values; return the activity and the mask of these units."""
    lowest = activity.min(axis=0)
    negative = lowest < 0
    return (activity - np.where(negative, lowest, 0) if negative.any() else activity), negative


def entropy_bits(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the entropy -Σ p log₂ p (bits) of distributions (..., bin); NaN if a value is NaN."""
    logs = np.log2(p, out=np.zeros(p.shape), where=p > 0)
    return np.where(np.isnan(p).any(axis=-1), np.nan, -np.sum(p * logs, axis=-1)) + 0.0


def curve_entropy(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the entropy (bits) of tuning curves (..., bin), divided by their sum.

    NaN rates are left out. A curve without a positive sum yields NaN.
    """
    known = np.where(np.isfinite(rates), rates, 0.0)
    total = known.sum(axis=-1, keepdims=True)
    p = np.divide(known, total, out=np.full(rates.shape, np.nan), where=total > 0)
    return entropy_bits(p)


def histogram_entropy(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Compute the plug-in entropy (bits) of histograms (..., bin): H = -Σ p_k log₂ p_k with p_k = n_k / N; NaN for an empty one."""
    total = counts.sum(axis=-1, keepdims=True).astype(np.float64)
    return entropy_bits(np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0))


def miller_madow(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Compute the Miller-Madow bias correction of the plug-in entropy of histograms (..., bin), in bits: (K - 1) / (2 N ln 2).

    It is added to the plug-in entropy. K is the count of occupied bins, N the sum of counts. The correction assumes
    independent counts. It does not apply to tuning curves, whose p_k are not relative frequencies.

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
    """Compute the shuffle-corrected entropy: the plug-in entropy minus the mean bias of shuffled data.

    H = H_plugin - (mean over shuffles of H_shuffled - H₀), with H₀ the unbiased entropy of shuffled data. Shuffling
    preserves the count of samples in every bin and removes their information, so that H₀ is known: log₂ of the count of
    bins for a tuning curve, which becomes flat, and the entropy of the rates at all positions together for the rates at
    one position.

    Parameters
    ----------
    plugin : array, (...)
    shuffled : array, (shuffle, ...)
        Plug-in entropies of shuffled data; NaN is left out.
    truth_of_shuffled : array, (...)
        H₀.

    Returns
    -------
    array, (...)
        NaN without shuffles. Values can slightly exceed the largest possible entropy.

    References
    ----------
    Optican, Gawne, Richmond & Joseph, Biol. Cybern. 65, 305 (1991), doi:10.1007/BF00216963; Panzeri, Senatore, Montemurro
    & Petersen, J. Neurophysiol. 98, 1064 (2007), doi:10.1152/jn.00559.2007.
    """
    mean = mean_and_se(shuffled)[0]
    return np.asarray(plugin - (mean - np.asarray(truth_of_shuffled)), np.float64)


def jackknife_corrected(plugin: NDArray[np.float64], without: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the jackknife bias correction of an estimate, which removes the bias of order 1 / n: g θ - (g - 1) · mean of θ_j.

    Parameters
    ----------
    plugin : array, (...)
        Estimate θ from all g groups.
    without : array, (group, ...)
        Estimates θ_j without group j.

    Returns
    -------
    array, (...)
        NaN with fewer than two groups, or if an estimate is NaN.

    References
    ----------
    Quenouille, Biometrika 43, 353 (1956), doi:10.1093/biomet/43.3-4.353.
    """
    n = len(without)
    return np.asarray(n * plugin - (n - 1) * np.mean(without, axis=0) if n > 1 else np.full_like(plugin, np.nan))
