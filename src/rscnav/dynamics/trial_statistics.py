"""Estimates with confidence intervals in results, and the fit of an exponential decay."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import Result


def add_band(result: Result, name: str, band: NDArray[np.float64], unit: str = "", dims: tuple[str, ...] = ()) -> None:
    """Add an estimate and the ends of its interval to a result, as NAME/value, NAME/low and NAME/high."""
    result.add_each(f"{name}/", ("value", "low", "high"), band, unit, dims)


def fit_exponential_decay(time: NDArray[np.float64], left: NDArray[np.float64]) -> tuple[float, float]:
    """Fit an exponential decay to a constant, (1 - c) exp(-t/τ) + c, by least squares.

    Parameters
    ----------
    time : array, (lag,)
        Time after the perturbation (s), from 0.
    left : array, (lag,)
        Fraction of the distance at time 0.

    Returns
    -------
    tau : float
        Time constant τ (s); NaN if the distance decays by less than a twentieth, or τ is outside the range that the times resolve.
    stays : float
        c, between 0 and 1: the fraction that does not decay within this time.
    """
    from scipy.optimize import minimize_scalar

    def stays_of(tau: float) -> float:
        gone = 1 - np.exp(-time / tau)
        return float(np.clip(1 - gone @ (1 - left) / (gone @ gone), 0, 1))

    def off(log_tau: float) -> float:
        tau = float(np.exp(log_tau))
        c = stays_of(tau)
        return float(np.sum(((1 - c) * np.exp(-time / tau) + c - left) ** 2))

    if len(time) < 3 or not np.isfinite(left).all():
        return np.nan, np.nan
    low, high = np.log(time[1] / 10), np.log(10 * time[-1])
    grid = np.linspace(low, high, 60)
    best = int(np.argmin([off(value) for value in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    tau = float(np.exp(minimize_scalar(off, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x))
    stays = stays_of(tau)
    resolved = 0 < best < len(grid) - 1 and stays < 0.95
    return (tau if resolved else np.nan), stays
