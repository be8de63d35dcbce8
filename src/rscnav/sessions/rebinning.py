"""Wider time bins: a session at the time step of the analyses, without ever holding its activity at the finer one.

Rates are averaged over the wider bin, which is what counting spikes in it would have given, and keeps fast activity from
folding into slow. The low-pass filter runs after that: at a tenth of the cost, and with a boxcar's edge for company (at
0.5 Hz and bins of 0.1 s the average alone has a gain of 0.996).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.schema import ARRAYS
from rscnav.sessions.session import Session, contiguous_stretches

_AVERAGED = ("activity", "velocity", "head_loss", "head_bayes_loss", "observer_loss", "observer_kl_divergence")
_ROWS = 1 << 14  # samples read at once; of 1,000 units 64 MB


@dataclass(frozen=True)
class Rebinning:
    """Bins of `width` samples each, none over the edge of a trial or a gap.

    Parameters
    ----------
    start : array, (bin,)
        First sample of each.
    width : int
    """

    start: NDArray[np.intp]
    width: int

    @property
    def middle(self) -> NDArray[np.intp]:
        """The last sample that has begun by the bin's centre: what the bin is said to be of (place, phase)."""
        return self.start + self.width // 2

    def averaged(
        self, rows: Callable[[slice], NDArray], first: int = 0, stop: int | None = None
    ) -> NDArray[np.floating]:
        """Average over each bin what `rows(slice)` gives of (time, ...), reading a stretch of time after the other.

        Of all bins, or of those from `first` up to, not including, `stop`.
        """
        starts = self.start[first:stop]
        parts = []
        for k in range(0, len(starts), max(1, _ROWS // self.width)):
            start = starts[k : k + max(1, _ROWS // self.width)]
            values = rows(slice(int(start[0]), int(start[-1]) + self.width))
            at = start - start[0]
            total = values[at].astype(np.float64)
            side_by_side = np.array_equal(at, np.arange(len(at)) * self.width)
            for later in range(1, self.width):
                total += values[later :: self.width] if side_by_side else values[at + later]
            parts.append((total / self.width).astype(values.dtype))
        return np.concatenate(parts) if parts else rows(slice(0, 0))


def wide_bins(time: NDArray, trial: NDArray, dt_s: float, to_dt_s: float) -> Rebinning | None:
    """Cut contiguous stretches of samples into bins of `to_dt_s`; None where the samples are as wide as that already.

    A stretch's last samples, too few for a bin, are left out. A width that is no multiple of `dt_s` is rounded down.
    """
    width = int(to_dt_s / dt_s + 1e-6)
    if width < 2:
        return None
    starts = [np.arange(s.start, s.stop - width + 1, width) for s in contiguous_stretches(time, trial, dt_s)]
    return Rebinning(np.concatenate([*starts, np.empty(0, np.intp)]), width)


def rebin(session: Session, to_dt_s: float) -> Session:
    """Give a session in time bins of `to_dt_s` (s), or itself where its bins are as wide as that already.

    Activity, velocity and losses are averages over a bin; everything else is as in its middle. Tables stay as they are.
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
    """Bring one field (time, ...), an array or a dataset of a file, to wide bins."""
    if name == "time":
        return array[:][bins.start] + 0.5 * (bins.width - 1) * dt_s
    if name in _AVERAGED:
        return bins.averaged(lambda rows: array[rows])
    return array[:][bins.middle]
