"""Distributions and maps of decoding errors, and errors of the observers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.preprocessing import belief_places
from rscnav.analyses.result import INTERVAL, Result
from rscnav.analyses.statistics.jackknife import MIN_TRIALS, jackknife_interval
from rscnav.sessions.geometry import distance, wrap
from rscnav.sessions.session import Session

N_BINS = 36  # bins of errors, and of positions along a line
N_SIDE = 10  # spatial bins along each side of the plane, for the map of the error


def add_observers(
    result: Result,
    name: str,
    session: Session,
    at: NDArray[np.intp],
    trial: NDArray[np.integer],
    group: NDArray[np.integer],
) -> None:
    """Add the mean position errors of the network's belief and of the exact filter, with 95 % intervals over trials.

    The error is the distance from the belief's best position to the true one, at the samples `at` of the session that
    are decoded.

    Parameters
    ----------
    result : Result
    name : str
        Prefix of the keys.
    session : Session
    at, trial, group : array, (sample,)
        Samples of the session, their trials and their groups of trials.
    """
    if session.belief is None or session.bayes_posterior is None:
        return
    places = belief_places(session)
    for which, belief in (("network", session.belief), ("bayes", session.bayes_posterior)):
        error = places.error(belief[at], session.require("position")[at])
        value = float(error.mean())
        sums, counts = np.bincount(group, error), np.bincount(group)
        used = counts > 0
        without = (sums.sum() - sums[used]) / np.maximum(counts.sum() - counts[used], 1)
        enough = len(np.unique(trial)) >= MIN_TRIALS
        low, high = jackknife_interval(value, without) if enough else (np.nan, np.nan)
        result.add_each(f"{name}/{which}_error", INTERVAL, (value, low, high), session.position_unit)


def add_histograms(
    result: Result, name: str, position: NDArray[np.floating], decoded: NDArray[np.floating],
    chance: Sequence[NDArray[np.floating]], ring: bool, unit: str,
) -> None:  # fmt: skip
    """Add the distribution of decoding errors, that of chance, and decoded against true positions (in the plane: a map of the mean error).

    On the ring errors are signed, decoded minus true, in [-π, π); elsewhere they are distances. The joint histogram has
    the true position along its first axis and sums to 1 over decoded positions.

    Parameters
    ----------
    result : Result
    name : str
        Prefix of the keys.
    position, decoded : array, (sample, dim)
    chance : sequence of array, (sample, dim)
        Decoded positions after permutations.
    ring : bool
    unit : str
    """
    if ring:
        edges = np.linspace(-np.pi, np.pi, N_BINS + 1)
        errors = [wrap(places - position)[:, 0] for places in (decoded, *chance)]
    else:
        errors = [distance(places, position, False) for places in (decoded, *chance)]
        edges = np.linspace(0, max(float(values.max()) for values in errors) + 1e-9, N_BINS + 1)
    shares = [np.histogram(values, edges)[0] / len(values) for values in errors]
    result.add(f"{name}/error_edges", edges, unit, ("edge",))
    result.add(f"{name}/error_histogram", shares[0], "", ("bin",))
    result.add(f"{name}/chance_histogram", np.mean(shares[1:], axis=0), "", ("bin",))
    if position.shape[1] == 1:
        sides = np.linspace(-np.pi, np.pi, N_BINS + 1) if ring else _edges(position[:, 0], N_BINS)
        counts = np.histogram2d(wrap(position[:, 0]) if ring else position[:, 0], decoded[:, 0], [sides, sides])[0]
        rows = counts.sum(axis=1, keepdims=True)
        joint = np.where(rows > 0, counts / np.maximum(rows, 1), np.nan)
        result.add(f"{name}/joint", joint, "", ("true place", "decoded place"))
        result.add(f"{name}/place_edges", sides, unit, ("place edge",))
    else:
        x, y = position[:, 0], position[:, 1]
        x_edges, y_edges = _edges(x, N_SIDE), _edges(y, N_SIDE)
        total = np.histogram2d(x, y, [x_edges, y_edges], weights=errors[0])[0]
        visits = np.histogram2d(x, y, [x_edges, y_edges])[0]
        error_map = np.where(visits > 0, total / np.maximum(visits, 1), np.nan)
        result.add(f"{name}/error_map", error_map, unit, ("x", "y"))
        result.add(f"{name}/x_edges", x_edges, unit, ("x edge",))
        result.add(f"{name}/y_edges", y_edges, unit, ("y edge",))


def _edges(values: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Return the edges of n equal bins from the minimum to the maximum of values."""
    low, high = float(values.min()), float(values.max())
    return np.linspace(low, high if high > low else low + 1, n + 1)
