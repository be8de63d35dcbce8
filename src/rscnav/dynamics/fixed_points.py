"""Fixed points and slow points of a network without input.

The speed q(h) = |F(h) - h|² / 2 is lowered to its minimum from many states at once, by damped Newton steps: where they gain nothing they
shorten and turn into steps down the gradient. A minimum at 0 is a fixed point; at another one the flow is slowest.

The search stays within the range of each unit over the session's states, and a tenth of it beyond: without bounds it runs away, in
networks with gates, to where all gates are shut, which no state of the network ever reaches and where everything is slow.

References
----------
Sussillo & Barak, Neural Comput. 25, 626 (2013), doi:10.1162/NECO_a_00409; Golub & Sussillo, J. Open Source Softw. 3, 1003
(2018), doi:10.21105/joss.01003 (points far from the states that were started from left out).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rscnav.dynamics.system import System

MARGIN = 0.1  # of a unit's range, beyond it
SETTLED = 1e-3  # |slope of q| / |F - h| of a minimum
CELLS = 4_000_000  # numbers of the Jacobians held at once: bounds the memory


class Box(NamedTuple):
    """Bounds of a search, (state,) each."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def box_of(states: NDArray[np.floating]) -> Box:
    """Give the range of states (time, state), and a tenth of it beyond."""
    low, high = states.min(axis=0).astype(np.float64), states.max(axis=0).astype(np.float64)
    return Box(low - MARGIN * (high - low), high + MARGIN * (high - low))


class SpeedMinima(NamedTuple):
    """Minima of q: states (start, state), their q (start,), and whether the search came to its end (start,)."""

    states: NDArray[np.float64]
    q: NDArray[np.float64]
    settled: NDArray[np.bool_]


def minima(system: System, starts: NDArray[np.float64], box: Box, fixed: float, n_steps: int) -> SpeedMinima:
    """Lower q to a minimum by damped Gauss-Newton steps on F(h) - h (Levenberg & Marquardt), within bounds.

    Parameters
    ----------
    starts : array, (start, state)
    box : Box
        A number on its bound that would leave it is held there.
    fixed : float
        q at which a point counts as fixed; from there on it is left alone once q no longer falls by much.
    n_steps : int
        Steps at most.

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


def merge_minima(states: NDArray[np.float64], q: NDArray[np.float64], apart: float) -> tuple[NDArray, NDArray[np.intp]]:
    """Take states nearer than `apart` to a slower one for the same point.

    Returns
    -------
    kept : array, (point,)
        Which states stand for the points, by rising q.
    point : array, (state,)
        The point that each state belongs to.
    """
    kept: list[int] = []
    point = np.full(len(q), -1)
    for k in np.argsort(q, kind="stable").tolist():
        distance = np.linalg.norm(states[kept] - states[k], axis=1) if kept else np.empty(0)
        if len(kept) and distance.min() < apart:
            point[k] = int(np.argmin(distance))
        else:
            point[k] = len(kept)
            kept.append(k)
    return np.array(kept, np.intp), point
