"""Means over trials with their intervals, and the shape of a return."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.analyses.statistics.resampling import jackknife_interval

BANDS = ("value", "low", "high")


def mean_interval(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean over trials and its 95 % interval by Student's t: values (trial, ...) -> (value/low/high, ...).

    Trials whose value is NaN are left out; with fewer than two there is no interval.
    """
    from scipy.special import stdtrit

    known = np.isfinite(values)
    n = known.sum(axis=0)
    filled = np.where(known, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / n
        squares = np.sum(np.where(known, values - mean, 0.0) ** 2, axis=0)
        half = stdtrit(n - 1.0, 0.975) * np.sqrt(squares / (n - 1) / n)
    half = np.where(n > 1, half, np.nan)
    return np.stack([mean, mean - half, mean + half])


def jackknifed(
    statistic: Callable[[NDArray[np.bool_]], float], n_trials: int, n_groups: int, generator: np.random.Generator
) -> tuple[float, float, float]:
    """Give a statistic of trials and its jackknife interval.

    Parameters
    ----------
    statistic : callable
        Takes a mask of the trials that count, (trial,).
    n_trials : int
    n_groups : int
        Groups of trials that are left out in turn.
    generator : numpy.random.Generator
        Deals the trials out.

    Returns
    -------
    value, low, high : float
    """
    group = generator.permutation(np.arange(n_trials) % min(n_groups, max(n_trials, 1)))
    value = statistic(np.ones(n_trials, bool))
    without = [statistic(group != k) for k in np.unique(group)]
    return (value, *jackknife_interval(value, without))


def add_band(result: Result, name: str, band: NDArray[np.float64], unit: str = "", dims: tuple[str, ...] = ()) -> None:
    """Add NAME/value, NAME/low and NAME/high."""
    for part, values in zip(BANDS, band, strict=True):
        result.add(f"{name}/{part}", values, unit, dims)


def fit_exponential_decay(time: NDArray[np.float64], left: NDArray[np.float64]) -> tuple[float, float]:
    """Fit what is left of a perturbation, (1 - c) exp(-t/τ) + c, by least squares.

    Parameters
    ----------
    time : array, (lag,)
        From 0 (s).
    left : array, (lag,)
        Share of the distance at time 0.

    Returns
    -------
    tau : float
        Time constant (s); NaN where less than a twentieth goes away, or the fit ends at the edge of what the time axis can tell.
    stays : float
        c, between 0 and 1: the share that does not return within this time.
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
    told = 0 < best < len(grid) - 1 and stays < 0.95
    return (tau if told else np.nan), stays
