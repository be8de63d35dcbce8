"""Averaging into wider time bins, block by block: the fine activity is never in memory as a whole.

Rates are averaged over the wider bin. This equals the rate from spike counts in it, and limits aliasing. The low-pass filter
runs afterwards, at a tenth of the cost, plus the attenuation of the boxcar (at 0.5 Hz and bins of 0.1 s the
boxcar has a gain of 0.996).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.schema import ARRAYS
from rscnav.sessions.session import Session, contiguous_stretches

_AVERAGED = ("activity", "velocity", "head_loss", "head_bayes_loss", "observer_loss", "observer_kl_divergence")
_ROWS = 1 << 14  # samples read at once; 64 MB for 1,000 units


@dataclass(frozen=True)
class Rebinning:
    """Bins of `width` samples each; none crosses the edge of a trial or a gap.

    Parameters
    ----------
    start : array, (bin,)
        First sample of each bin.
    width : int
    """

    start: NDArray[np.intp]
    width: int

    @property
    def middle(self) -> NDArray[np.intp]:
        """Last sample that starts at or before the centre of each bin; it gives the position and phase of the bin."""
        return self.start + self.width // 2

    def averaged(
        self, rows: Callable[[slice], NDArray], first: int = 0, stop: int | None = None
    ) -> NDArray[np.floating]:
        """Return the average over each bin of the samples (time, ...) that `rows(slice)` reads, block by block.

        For bins from `first` to before `stop`; default: all bins.
        """
        starts = self.start[first:stop]
        parts = []
        for k in range(0, len(starts), max(1, _ROWS // self.width)):
            start = starts[k : k + max(1, _ROWS // self.width)]
            values = rows(slice(int(start[0]), int(start[-1]) + self.width))
            at = start - start[0]
            total = values[at].astype(np.float64)
            is_contiguous = np.array_equal(at, np.arange(len(at)) * self.width)
            for later in range(1, self.width):
                total += values[later :: self.width] if is_contiguous else values[at + later]
            parts.append((total / self.width).astype(values.dtype))
        return np.concatenate(parts) if parts else rows(slice(0, 0))


def wide_bins(time: NDArray, trial: NDArray, dt_s: float, to_dt_s: float) -> Rebinning | None:
    """Divide contiguous stretches of samples into bins of `to_dt_s` (s); return None if the samples already have this width.

    Last samples of a stretch that do not fill a bin are dropped. A width that is not a multiple of `dt_s` is rounded down.
    """
    width = int(to_dt_s / dt_s + 1e-6)
    if width < 2:
        return None
    starts = [np.arange(s.start, s.stop - width + 1, width) for s in contiguous_stretches(time, trial, dt_s)]
    return Rebinning(np.concatenate([*starts, np.empty(0, np.intp)]), width)


def rebin(session: Session, to_dt_s: float) -> Session:
    """Return the session in time bins of `to_dt_s` (s), or unchanged if its bins already have this width.

    Activity, velocity and losses are averaged over a bin; other fields are taken at its centre. Tables are unchanged.
    """
    bins = wide_bins(session.time, session.trial, session.dt_s, to_dt_s)
    if bins is None:
        return session
    values: dict[str, Any] = {"dt_s": session.dt_s * bins.width}
    for spec in ARRAYS:
        array = getattr(session, spec.name)
        if array is not None and spec.dims[0] == "time":
            values[spec.name] = in_bins(spec.name, array, bins, session.dt_s)
    return replace(session, **values)


def in_bins(name: str, array: Any, bins: Rebinning, dt_s: float) -> NDArray:
    """Return one field (time, ...), an array or a dataset of a file, in wide bins."""
    if name == "time":
        return array[:][bins.start] + 0.5 * (bins.width - 1) * dt_s
    if name in _AVERAGED:
        return bins.averaged(lambda rows: array[rows])
    return array[:][bins.middle]
