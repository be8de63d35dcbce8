"""Low-pass filter, and how long it remembers where it started."""

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.checks import as_activity


def lowpass(
    activity: ArrayLike,
    dt_s: float,
    cutoff_hz: float,
    *,
    causal: bool = True,
    stretches: Sequence[slice] | None = None,
) -> NDArray[np.floating]:
    """First-order Butterworth low-pass filter, run within contiguous stretches only.

    y(t) = a y(t - 1) + (1 - a) / 2 · (x(t) + x(t - 1)), a = (1 - w) / (1 + w), w = tan(π cutoff dt): the bilinear transform.

    Forward only (`causal`), the gain at the cutoff is 1/√2 and the output lags; run forward and backward, it is 1/2 and
    nothing is shifted. A constant stays constant in both.

    What was before a stretch is not known. Forward, a stretch starts in the steady state of its first sample, as if that
    had gone on forever before. The mistake in this fades as aᵗ: after `settling_s` 5 % of it are left. Forward and backward,
    the last sample goes on after the stretch, too, so that time has no direction and no value leaves the range of the data.
    No sample is dropped; an analysis that cannot bear the start leaves it out (`dispersion` does). A stretch may have one sample.

    Parameters
    ----------
    activity : array, (time, unit)
    dt_s : float
        Time step (s).
    cutoff_hz : float
        Above 0 and below the Nyquist frequency 1 / (2 dt_s).
    causal : bool
        Forward only, or forward and backward.
    stretches : sequence of slice, optional
        Samples outside every stretch are returned as they are. Default: all samples are one stretch.

    Returns
    -------
    array, (time, unit)
        Filtered; the dtype of `activity`.

    Raises
    ------
    ValueError
        For a cutoff outside its range, or a value that is not finite (the first one's place is named).

    References
    ----------
    Butterworth, Wireless Engineer 7, 536 (1930); Gustafsson, IEEE Trans. Signal Process. 44, 988 (1996),
    doi:10.1109/78.492552 (where to start forward-backward filters).
    """
    from scipy import signal  # takes longer to import than most analyses to start

    array = as_activity(activity)
    _check_cutoff(dt_s, cutoff_hz)
    b, a = signal.butter(1, cutoff_hz, fs=1 / dt_s)
    zi = signal.lfilter_zi(b, a)
    extension = math.ceil(settling_s(dt_s, cutoff_hz, left=1e-4) / dt_s)
    by_length: dict[int, list[slice]] = defaultdict(list)
    for stretch in stretches if stretches is not None else [slice(0, len(array))]:
        by_length[stretch.stop - stretch.start].append(stretch)
    result = array.copy()
    for length, group in by_length.items():
        stacked = np.stack([array[stretch] for stretch in group])  # (stretch, step, unit)
        if causal:
            filtered, _ = signal.lfilter(b, a, stacked, axis=1, zi=zi * stacked[:, :1])
        else:
            wider = np.pad(stacked, ((0, 0), (extension, extension), (0, 0)), mode="edge")
            filtered = signal.filtfilt(b, a, wider, axis=1, padlen=0)[:, extension : extension + length]
        for stretch, values in zip(group, filtered, strict=True):
            result[stretch] = values
    return result


def settling_s(dt_s: float, cutoff_hz: float, left: float = 0.05) -> float:
    """Give the time after which a share `left` of a wrong start is left in the low-pass filter's output (s).

    t = dt ln(left) / ln(a), with a the filter's pole (see `lowpass`): 0.94 s for 0.5 Hz, steps of 0.1 s and 5 %; for
    short steps ln(1 / left) / (2π cutoff).

    Parameters
    ----------
    dt_s : float
        Time step (s).
    cutoff_hz : float
    left : float
        Between 0 and 1.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For a cutoff or a share outside its range.
    """
    _check_cutoff(dt_s, cutoff_hz)
    if not 0 < left < 1:
        raise ValueError(f"left: {left} will not do; a share between 0 and 1 is needed")
    tangent = math.tan(math.pi * cutoff_hz * dt_s)
    pole = (1 - tangent) / (1 + tangent)
    return dt_s * math.log(left) / math.log(abs(pole)) if abs(pole) > 1e-12 else 0.0  # no memory at half of Nyquist


def _check_cutoff(dt_s: float, cutoff_hz: float) -> None:
    nyquist = 0.5 / dt_s
    if not 0 < cutoff_hz < nyquist:
        raise ValueError(
            f"cutoff_hz: {cutoff_hz} Hz must lie between 0 and {nyquist:g} Hz, half the rate of dt_s={dt_s} s"
        )
