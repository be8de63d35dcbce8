"""First-order Butterworth low-pass filter and its settling time."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError
from rscnav.sessions.lazy import Activity, LazyRows, rows_per_block
from rscnav.validation import as_activity, not_finite

_Filter = Callable[[NDArray[np.floating]], NDArray[np.floating]]


def lowpass(
    activity: ArrayLike,
    dt_s: float,
    cutoff_hz: float,
    *,
    causal: bool = True,
    stretches: Sequence[slice] | None = None,
) -> NDArray[np.floating]:
    """Filter activity with a first-order Butterworth low-pass filter, within contiguous stretches.

    y(t) = a y(t - 1) + (1 - a) / 2 · (x(t) + x(t - 1)), a = (1 - w) / (1 + w), w = tan(π cutoff dt): the bilinear transform.

    Forward only (`causal`), the gain at the cutoff is 1/√2 and the output is delayed. Forward and backward, the gain is
    1/2 without a delay. Constants are unchanged in both cases.

    Initial state: forward, each stretch starts in the steady state of its first sample. The error from this choice decays as aᵗ,
    and 5 % is left after `settling_s`. Forward and backward, first and last sample are also extended beyond the ends, so that the
    filter is symmetric in time and its output stays within the range of the data. No sample is dropped. Analyses sensitive to the
    initial transient drop it (`rate_dispersion` does). A stretch may have one sample.

    Parameters
    ----------
    activity : array, (time, unit)
    dt_s : float
        Time step (s).
    cutoff_hz : float
        Above 0 and below the Nyquist frequency 1 / (2 dt_s).
    causal : bool
        True: forward only; False: forward and backward.
    stretches : sequence of slice, optional
        Samples outside every stretch are returned unchanged. Default: all samples are one stretch.

    Returns
    -------
    array, (time, unit)
        Filtered activity, in the dtype of `activity`.

    Raises
    ------
    InvalidValueError
        If the cutoff is outside its range, or a value is not finite (the message gives the position of the first one).

    References
    ----------
    Butterworth, Wireless Engineer 7, 536 (1930); Gustafsson, IEEE Trans. Signal Process. 44, 988 (1996),
    doi:10.1109/78.492552 (initial states of forward-backward filters).

    Examples
    --------
    A constant is unchanged. The gain at the cutoff is 1/√2 forward only, and 1/2 forward and backward.

    >>> import numpy as np
    >>> from rscnav.analyses import lowpass
    >>> bool(np.allclose(lowpass(np.full((100, 2), 3.0), 0.1, 0.5), 3.0))
    True
    >>> sine = np.sin(np.pi * 0.01 * np.arange(10_000))[:, None]  # 0.5 Hz
    >>> forward, both = lowpass(sine, 0.01, 0.5), lowpass(sine, 0.01, 0.5, causal=False)
    >>> [round(float(filtered[4000:6000].max()), 2) for filtered in (forward, both)]
    [0.71, 0.5]
    """
    array = as_activity(activity)
    stretches = [slice(0, len(array))] if stretches is None else stretches
    result = array.copy()
    for stretch, values in _filtered(array, dt_s, cutoff_hz, causal, stretches):
        result[stretch] = values
    return result


def lowpass_rows(
    activity: Activity,
    dt_s: float,
    cutoff_hz: float,
    *,
    causal: bool,
    stretches: Sequence[slice],
    kept: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Filter activity as `lowpass` does, in float32, and return selected samples only; blocks of samples limit the memory.

    Parameters
    ----------
    activity : array, (time, unit), or lazy rows
    dt_s, cutoff_hz, causal
        See `lowpass`.
    stretches : sequence of slice
        In order of time, covering all samples.
    kept : array, (kept,)
        Indices of the samples to return, ascending.

    Returns
    -------
    array of float32, (kept, unit)

    Raises
    ------
    InvalidValueError
        See `lowpass`.
    """
    if not isinstance(activity, LazyRows):
        activity = as_activity(np.asarray(activity, np.float32))
    result = np.empty((len(kept), activity.shape[1]), np.float32)
    for stretch, values in _filtered(activity, dt_s, cutoff_hz, causal, stretches):
        first, last = np.searchsorted(kept, (stretch.start, stretch.stop))
        result[first:last] = values[kept[first:last] - stretch.start]
    return result


def _filtered(
    activity: Activity, dt_s: float, cutoff_hz: float, causal: bool, stretches: Sequence[slice]
) -> Iterator[tuple[slice, NDArray[np.floating]]]:
    """Filter the stretches and yield each with its values; short stretches of one length are filtered together."""
    run = _filter(dt_s, cutoff_hz, causal)
    n_rows = rows_per_block(8 * activity.shape[1])
    for block in _side_by_side(stretches, n_rows):
        start = block[0].start
        values = activity[start : block[-1].stop]
        if isinstance(activity, LazyRows) and not np.isfinite(values).all():
            raise not_finite(values, start)
        by_length: dict[int, list[slice]] = defaultdict(list)
        for stretch in block:
            by_length[stretch.stop - stretch.start].append(stretch)
        for length, group in by_length.items():
            if length > n_rows:  # a block of one long stretch
                yield group[0], _by_units(values, run)
                continue
            stacked = np.stack([values[s.start - start : s.stop - start] for s in group])  # (stretch, step, unit)
            yield from zip(group, run(stacked), strict=True)


def _side_by_side(stretches: Sequence[slice], n_rows: int) -> Iterator[list[slice]]:
    """Group successive stretches into blocks that span at most `n_rows` rows."""
    block: list[slice] = []
    for stretch in stretches:
        if block and (stretch.start < block[-1].stop or stretch.stop - block[0].start > n_rows):
            yield block
            block = []
        block.append(stretch)
    if block:
        yield block


def _by_units(values: NDArray[np.floating], run: _Filter) -> NDArray[np.floating]:
    """Filter one long stretch (step, unit), in blocks of units."""
    result = np.empty_like(values)
    n_units = rows_per_block(8 * len(values))
    for first in range(0, values.shape[1], n_units):
        result[:, first : first + n_units] = run(values[None, :, first : first + n_units])[0]
    return result


def _filter(dt_s: float, cutoff_hz: float, causal: bool) -> _Filter:
    """Return a function that filters stretches of one length, (stretch, step, unit)."""
    from scipy import signal  # imported here because the import is slow

    _check_cutoff(dt_s, cutoff_hz)
    b, a = signal.butter(1, cutoff_hz, fs=1 / dt_s)
    zi = signal.lfilter_zi(b, a)
    extension = math.ceil(settling_s(dt_s, cutoff_hz, left=1e-4) / dt_s)

    def forward(values: NDArray[np.floating]) -> NDArray[np.floating]:
        return signal.lfilter(b, a, values, axis=1, zi=zi * values[:, :1])[0]

    def both_ways(values: NDArray[np.floating]) -> NDArray[np.floating]:
        wider = np.pad(values, ((0, 0), (extension, extension), (0, 0)), mode="edge")
        return signal.filtfilt(b, a, wider, axis=1, padlen=0)[:, extension : extension + values.shape[1]]

    return forward if causal else both_ways


def settling_s(dt_s: float, cutoff_hz: float, left: float = 0.05) -> float:
    """Compute the settling time of the low-pass filter: the time after which a fraction `left` of an initial error remains (s).

    t = dt ln(left) / ln(a), with a the filter's pole (see `lowpass`): 0.94 s for 0.5 Hz, steps of 0.1 s and 5 %. For
    short steps t = ln(1 / left) / (2π cutoff).

    Raises
    ------
    InvalidValueError
        If the cutoff or the fraction is outside its range.
    """
    _check_cutoff(dt_s, cutoff_hz)
    if not 0 < left < 1:
        raise InvalidValueError(f"left: {left} is not valid; expected a fraction between 0 and 1")
    tangent = math.tan(math.pi * cutoff_hz * dt_s)
    pole = (1 - tangent) / (1 + tangent)
    return (
        dt_s * math.log(left) / math.log(abs(pole)) if abs(pole) > 1e-12 else 0.0
    )  # at half of the Nyquist frequency the pole is 0


def _check_cutoff(dt_s: float, cutoff_hz: float) -> None:
    """Raise InvalidValueError unless the cutoff is above 0 and below the Nyquist frequency."""
    nyquist = 0.5 / dt_s
    if not 0 < cutoff_hz < nyquist:
        raise InvalidValueError(
            f"cutoff_hz: {cutoff_hz} Hz is not valid; it must lie between 0 and {nyquist:g} Hz, the Nyquist frequency at dt_s={dt_s} s"
        )
