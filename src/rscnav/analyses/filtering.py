"""Low-pass filter."""

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

    Digital by the bilinear transform. Forward only (`causal`), the gain at the cutoff is 1/√2 and the output lags; run
    forward and backward, it is 1/2 and nothing is shifted. Each stretch starts as if its first sample had gone on
    forever before (and, backward, its last sample forever after, by an odd extension), so that a constant stays constant.

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
    doi:10.1109/78.492552 (the forward-backward run).
    """
    from scipy import signal  # takes longer to import than most analyses to start

    array = as_activity(activity)
    nyquist = 0.5 / dt_s
    if not 0 < cutoff_hz < nyquist:
        raise ValueError(
            f"cutoff_hz: {cutoff_hz} Hz must lie between 0 and {nyquist:g} Hz, half the rate of dt_s={dt_s} s"
        )
    b, a = signal.butter(1, cutoff_hz, fs=1 / dt_s)
    zi = signal.lfilter_zi(b, a)
    by_length: dict[int, list[slice]] = defaultdict(list)
    for stretch in stretches if stretches is not None else [slice(0, len(array))]:
        by_length[stretch.stop - stretch.start].append(stretch)
    result = array.copy()
    for length, group in by_length.items():
        stacked = np.stack([array[stretch] for stretch in group])  # (stretch, step, unit)
        if causal:
            filtered, _ = signal.lfilter(b, a, stacked, axis=1, zi=zi * stacked[:, :1])
        else:
            filtered = signal.filtfilt(b, a, stacked, axis=1, padlen=min(3 * max(len(a), len(b)), length - 1))
        for stretch, values in zip(group, filtered, strict=True):
            result[stretch] = values
    return result
