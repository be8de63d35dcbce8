"""Fixed points and slow points of a network without input.

q(h) = |F(h) - h|² / 2 is minimised from many initial states by the Levenberg-Marquardt method. A minimum with q = 0 is a fixed point;
at other minima the flow is slowest (slow points).

The search is restricted to the range of each unit over the session's states, extended by a tenth of it on both sides. Without bounds it
leaves this range in gated networks: it ends where all gates are closed, where the flow is slow, but which the network does not reach.

References
----------
Sussillo & Barak, Neural Comput. 25, 626 (2013), doi:10.1162/NECO_a_00409; Golub & Sussillo, J. Open Source Softw. 3, 1003
(2018), doi:10.21105/joss.01003 (exclusion of points far from the initial states).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rscnav.dynamics.system import System

MARGIN = 0.1  # extension of the range of a unit, as a fraction of it
SETTLED = 1e-3  # highest |gradient of q| / |F - h| at a minimum
CELLS = 4_000_000  # entries of Jacobians in memory at once


class Box(NamedTuple):
    """Bounds of a search, (state,) each."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def box_of(states: NDArray[np.floating]) -> Box:
    """Return the range of states (time, state), extended by `MARGIN` of it on both sides."""
    low, high = states.min(axis=0).astype(np.float64), states.max(axis=0).astype(np.float64)
    return Box(low - MARGIN * (high - low), high + MARGIN * (high - low))


class SpeedMinima(NamedTuple):
    """Minima of q: states (start, state), their q (start,), and whether the search converged (start,)."""

    states: NDArray[np.float64]
    q: NDArray[np.float64]
    settled: NDArray[np.bool_]


def minima(system: System, starts: NDArray[np.float64], box: Box, fixed: float, n_steps: int) -> SpeedMinima:
    """Minimise q from each start by the Levenberg-Marquardt method on F(h) - h, within bounds.

    Parameters
    ----------
    starts : array, (start, state)
        Initial states.
    box : Box
        Bounds; a dimension on its bound whose step points outside stays on it.
    fixed : float
        q up to which a point counts as fixed; below it the search stops if a step lowers q by less than 90 %.
    n_steps : int
        Highest number of steps.

    References
    ----------
    Marquardt, J. Soc. Ind. Appl. Math. 11, 431 (1963), doi:10.1137/0111030.
    """
    size = max(1, CELLS // system.n_states**2)
    parts = [_minima(system, starts[k : k + size], box, fixed, n_steps) for k in range(0, len(starts), size)]
    return SpeedMinima(*map(np.concatenate, zip(*parts, strict=True)))


def _minima(system: System, starts: NDArray[np.float64], box: Box, fixed: float, n_steps: int) -> SpeedMinima:
    one = np.eye(system.n_states)
    states = np.clip(starts, *box)
    q = 0.5 * np.sum((system.step(states) - states) ** 2, axis=1)
    damping, ratio = np.full(len(q), 1e-3), np.full(len(q), np.inf)
    going = q > 0
    for _ in range(n_steps):
        if not going.any():
            break
        rows = np.flatnonzero(going)
        here = states[rows]
        off = system.step(here) - here
        slope_of = system.jacobian(here) - one
        slope = np.einsum("nij,ni->nj", slope_of, off)
        free = ~(((here <= box.low) & (slope > 0)) | ((here >= box.high) & (slope < 0)))
        ratio[rows] = np.linalg.norm(slope * free, axis=1) / np.sqrt(2 * q[rows])
        slope_of = slope_of * free[:, None]
        matrix = np.swapaxes(slope_of, 1, 2) @ slope_of + damping[rows, None, None] * one
        tried = np.clip(here - np.linalg.solve(matrix, (slope * free)[..., None])[..., 0], *box)
        after = 0.5 * np.sum((system.step(tried) - tried) ** 2, axis=1)
        better = after < q[rows]
        gained = np.where(better, 1 - after / q[rows], 0.0)
        states[rows[better]], q[rows[better]] = tried[better], after[better]
        damping[rows] = np.clip(np.where(better, damping[rows] / 5, damping[rows] * 5), 1e-12, None)
        ended = (better & (gained < 1e-7)) | (damping[rows] > 1e8) | ((q[rows] <= fixed) & (gained < 0.9))
        going[rows[ended | (q[rows] == 0)]] = False
    return SpeedMinima(states, q, (q <= fixed) | (ratio <= SETTLED))


def merge_minima(
    states: NDArray[np.float64], q: NDArray[np.float64], min_distance: float
) -> tuple[NDArray, NDArray[np.intp]]:
    """Merge states into points: a state nearer than `min_distance` to a slower point belongs to this point.

    Parameters
    ----------
    states : array, (state, dim)
    q : array, (state,)
    min_distance : float
        Lowest distance between points.

    Returns
    -------
    kept : array, (point,)
        Indices of the states that represent the points, by ascending q.
    point : array, (state,)
        Index of the point of each state.
    """
    kept: list[int] = []
    point = np.full(len(q), -1)
    for k in np.argsort(q, kind="stable").tolist():
        distance = np.linalg.norm(states[kept] - states[k], axis=1) if kept else np.empty(0)
        if len(kept) and distance.min() < min_distance:
            point[k] = int(np.argmin(distance))
        else:
            point[k] = len(kept)
            kept.append(k)
    return np.array(kept, np.intp), point
