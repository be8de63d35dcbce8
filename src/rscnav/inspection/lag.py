"""The clocks of spikes and video: the lag at which rates and movement go together best, against chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.inspection.verdicts import Check

MAX_LAG_S = 5.0
LEVEL = 0.05
ALARM = 0.01  # a lag that may be chance once in twenty recordings is no reason to doubt the clocks
LATE_S = 1.0
_FAR_S = 20.0  # shifts of the null are at least this far


@dataclass(frozen=True)
class Coupling:
    """How rates and speed go together by lag.

    Parameters
    ----------
    lag_s : array, (lag,)
        Positive: rates follow the movement.
    strength : array, (lag,)
        Mean over units of the squared correlation.
    threshold : float
        What the strongest coupling must exceed (at 0.05): rank among the strongest within windows of lags as wide as this
        one, none overlapping, with speed shifted in a circle by at least 20 s.
    band : (float, float)
        The middle 95 % of couplings at lags of at least 20 s: what a lag has by chance.
    p : float
        How often the strongest of a window is as strong with speed shifted so.
    n_windows : int
        Of shifted speed; `p` cannot be below 1 / (1 + `n_windows`).
    """

    lag_s: NDArray[np.float64]
    strength: NDArray[np.float64]
    threshold: float
    band: tuple[float, float]
    p: float
    n_windows: int

    @property
    def best_s(self) -> float:
        """The lag of the strongest coupling (s)."""
        return float(self.lag_s[np.argmax(self.strength)])

    @property
    def found(self) -> bool:
        """Whether it is stronger than by chance (at 0.05)."""
        return bool(self.strength.max() > self.threshold)

    def check(self) -> Check:
        """Give the verdict."""
        if not self.found:
            return Check(
                "clocks",
                "ok",
                "rates and speed do not go together more than by chance: nothing can be said of the clocks",
            )
        late = abs(self.best_s) > LATE_S
        words = f"rates and speed go together best at a lag of {self.best_s:+.1f} s (positive: rates follow; p = {self.p:.2g})"
        if not late:
            return Check("clocks", "ok", words)
        if self.p > max(ALARM, 1 / (1 + self.n_windows)):
            return Check("clocks", "ok", f"{words}: too weak to doubt the clocks by")
        return Check("clocks", "look", f"{words}; are the clocks aligned?")


def coupling(rates: NDArray[np.floating], speed: NDArray[np.floating], dt_s: float) -> Coupling | None:
    """Correlate each unit's rate with the speed at lags within 5 s.

    Parameters
    ----------
    rates : array, (time, unit)
        In bins without a gap.
    speed : array, (time,)
    dt_s : float
        Width of the bins (s).

    Returns
    -------
    Coupling or None
        None where nothing varies, or the recording is too short (four minutes) for 19 windows of shifts.
    """
    n, far, width = len(speed), int(_FAR_S / dt_s), int(MAX_LAG_S / dt_s)
    n_windows = (n - 2 * far) // (2 * width + 1)
    varies = np.std(rates, axis=0) > 0
    if n_windows < 1 / LEVEL - 1 or not np.any(varies) or not np.std(speed) > 0:
        return None
    z = (rates[:, varies] - rates[:, varies].mean(axis=0)) / rates[:, varies].std(axis=0)
    v = (speed - speed.mean()) / speed.std()
    # All circular lags at once: the inverse transform of the cross-spectrum.
    crossed = np.fft.irfft(np.fft.rfft(z, axis=0) * np.conj(np.fft.rfft(v))[:, None], n, axis=0) / n
    strength: NDArray[np.float64] = np.mean(crossed**2, axis=1, dtype=np.float64)
    lags = np.arange(-width, width + 1)
    centres = far + width + (2 * width + 1) * np.arange(n_windows)
    null = np.sort([strength[(centre + lags) % n].max() for centre in centres])
    threshold = float(null[-int(LEVEL * (n_windows + 1))])
    kept = strength[lags % n]
    p = (1 + int(np.sum(null >= kept.max()))) / (1 + n_windows)
    low, high = np.quantile(strength[far : n - far], [0.025, 0.975]).tolist()
    return Coupling((lags * dt_s).astype(np.float64), kept, threshold, (low, high), p, n_windows)
