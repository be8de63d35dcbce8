"""Clock check: cross-correlation of firing rates and speed by lag, with circular shifts as null distribution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.intervals import percentile_band
from rscnav.recordings.time_checks.clock_findings import Check
from rscnav.sessions.lazy import Activity, LazyRows, rows_per_block

MAX_LAG_S = 5.0
STEP_S = 0.1  # narrower bins are averaged
LEVEL = 0.05
ALARM = 0.01  # p of a finding; at LEVEL one in twenty recordings with aligned clocks would have one
LATE_S = 1.0
_FAR_S = 20.0  # smallest circular shift of the null


@dataclass(frozen=True)
class LagCorrelation:
    """Cross-correlation of firing rates and speed by lag, with a maximum-statistic test.

    Parameters
    ----------
    lag_s : array, (lag,)
        Lag (s); positive: rates follow the movement.
    strength : array, (lag,)
        Squared correlation, averaged over units.
    threshold : float
        Critical value of the maximum over lags (family-wise error 0.05). The null distribution is the maximum in disjoint windows of
        equally many lags, with the speed shifted circularly by at least 20 s.
    band : (float, float)
        95 % band of `strength` at single lags of at least 20 s.
    p : float
        Family-wise p-value of the maximum over lags.
    n_windows : int
        Count of windows in the null distribution; the smallest possible `p` is 1 / (1 + `n_windows`).
    """

    lag_s: NDArray[np.float64]
    strength: NDArray[np.float64]
    threshold: float
    band: tuple[float, float]
    p: float
    n_windows: int

    @property
    def best_s(self) -> float:
        """Lag of the largest correlation (s)."""
        return float(self.lag_s[np.argmax(self.strength)])

    @property
    def found(self) -> bool:
        """Whether the largest correlation is significant at 0.05."""
        return bool(self.strength.max() > self.threshold)

    def check(self) -> Check:
        """Return the verdict on the clocks."""
        if not self.found:
            words = (
                "the correlation of rates and speed is not significant at any lag, so that the clocks cannot be checked"
            )
            return Check("clocks", "not checked", words)
        words = (
            f"the correlation of rates and speed is largest at a lag of {self.best_s:+.1f} s "
            f"(positive: rates follow; p = {self.p:.2g})"
        )
        if abs(self.best_s) <= LATE_S:
            return Check("clocks", "ok", words)
        if self.p > max(ALARM, 1 / (1 + self.n_windows)):
            return Check("clocks", "ok", f"{words}; this is too weak for a warning")
        return Check("clocks", "look", f"{words}; are the clocks aligned?")


def coupling(rates: Activity, speed: NDArray[np.floating], dt_s: float) -> LagCorrelation | None:
    """Compute the correlation of each unit's rate with the speed at lags within 5 s, and its maximum-statistic test.

    Parameters
    ----------
    rates : array, (time, unit), or lazy rows
        Firing rates; some units are read at a time. Samples are treated as contiguous.
    speed : array, (time,)
    dt_s : float
        Width of the bins (s). Bins narrower than 0.1 s are averaged.

    Returns
    -------
    LagCorrelation or None
        None if speed or all rates are constant, or the recording is too short (four minutes) for 19 windows of the null distribution.
    """
    fold = max(1, int(STEP_S / dt_s + 1e-6))
    speed, dt_s = _averaged(speed, fold), dt_s * fold
    n, far, width = len(speed), int(_FAR_S / dt_s), int(MAX_LAG_S / dt_s)
    n_windows = (n - 2 * far) // (2 * width + 1)
    if n_windows < 1 / LEVEL - 1 or not np.std(speed) > 0:
        return None
    strength = _strength(rates, speed, fold)
    if strength is None:
        return None
    lags = np.arange(-width, width + 1)
    centres = far + width + (2 * width + 1) * np.arange(n_windows)
    null = np.sort([strength[(centre + lags) % n].max() for centre in centres])
    threshold = float(null[-int(LEVEL * (n_windows + 1))])
    kept = strength[lags % n]
    p = (1 + int(np.sum(null >= kept.max()))) / (1 + n_windows)
    low, high = percentile_band(strength[far : n - far]).tolist()
    return LagCorrelation((lags * dt_s).astype(np.float64), kept, threshold, (low, high), p, n_windows)


def _strength(rates: Activity, speed: NDArray[np.floating], fold: int) -> NDArray[np.float64] | None:
    """Return the squared correlation at every circular lag, averaged over units, (lag,); None if all units are constant."""
    v = np.conj(np.fft.rfft((speed - speed.mean()) / speed.std()))[:, None]
    total, n_units = np.zeros(len(speed)), 0
    n_read, n_together = rows_per_block(rates.shape[0]), rows_per_block(8 * len(speed))
    for first in range(0, rates.shape[1], n_read):
        some = slice(first, first + n_read)
        read = _averaged(rates.units(some) if isinstance(rates, LazyRows) else rates[:, some], fold)
        for k in range(0, read.shape[1], n_together):
            values = read[:, k : k + n_together]
            values = values[:, np.std(values, axis=0) > 0]
            z = (values - values.mean(axis=0)) / values.std(axis=0)
            # Correlation at all circular lags: inverse Fourier transform of the cross-spectrum.
            crossed = np.fft.irfft(np.fft.rfft(z, axis=0) * v, len(speed), axis=0) / len(speed)
            total += np.sum(crossed**2, axis=1, dtype=np.float64)
            n_units += values.shape[1]
    return total / n_units if n_units else None


def _averaged(values: NDArray[np.floating], fold: int) -> NDArray[np.floating]:
    """Return means of `fold` successive samples (time, ...); a remainder at the end is left out."""
    whole = len(values) // fold * fold
    return values if fold == 1 else values[:whole].reshape(-1, fold, *values.shape[1:]).mean(axis=1)
