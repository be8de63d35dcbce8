"""Checks of spike times: order, restarts, intervals of observation, refractory periods, drift of rates."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.activity.units import restarts
from rscnav.recordings.time_checks.clock_findings import Check

REFRACTORY_S = 0.002


def order(trains: Sequence[NDArray[np.floating]]) -> Check:
    """Tell whether spike times go back, here and there or to the beginning.

    Parameters
    ----------
    trains : sequence of array, (spike,)
        Times (s) of each unit, as they stand in the file.
    """
    name = "order of spikes"
    if not any(len(times) > 1 for times in trains):
        return Check(name, "not checked", "no unit has two spikes")
    back = [np.flatnonzero(np.diff(times) < 0) for times in trains]
    unsorted = [k for k, steps in enumerate(back) if len(steps)]
    if not unsorted:
        return Check(name, "ok", "the spike times of every unit ascend")
    restarting = [k for k in unsorted if restarts(trains[k])]
    if len(restarting) > 0.5 * len(unsorted):
        k = restarting[0]
        at = float(trains[k][back[k][0]])
        words = (
            f"spike times start again in {len(restarting)} of {len(trains)} units (unit {k} after {at:.1f} s): several recordings "
            "one after the other, each on its own clock? Give each its own file, or add what went before to its times"
        )
        return Check(name, "wrong", words)
    words = f"spike times of {len(unsorted)} of {len(trains)} units are in no order: sorted on reading"
    return Check(name, "look", words)


def refractory(trains: Sequence[NDArray[np.floating]]) -> tuple[Check, NDArray[np.float64]]:
    """Give the share of each unit's intervals between spikes that are shorter than 2 ms, and a verdict.

    Parameters
    ----------
    trains : sequence of array, (spike,)
        Times (s), ascending.

    Returns
    -------
    check : Check
    share : array, (unit,)
        NaN for units with fewer than two spikes.
    """
    share = np.array([np.mean(np.diff(t) < REFRACTORY_S) if len(t) > 1 else np.nan for t in trains])
    if not np.isfinite(share).any():
        return Check("refractory period", "not checked", "no unit has two spikes"), share
    many = int(np.sum(share > 0.01))
    words = f"{many} of {len(share)} units have more than 1 % of their intervals below 2 ms"
    return Check("refractory period", "look" if many else "ok", words), share


def drift(trains: Sequence[NDArray[np.floating]], extent: tuple[float, float]) -> Check:
    """Compare each unit's rate in the first and the last third of the recording; look where many differ threefold."""
    third = (extent[1] - extent[0]) / 3
    first = np.array([np.sum(t < extent[0] + third) for t in trains], float)
    last = np.array([np.sum(t >= extent[1] - third) for t in trains], float)
    enough = first + last >= 30
    if not enough.any():
        words = "no unit has 30 spikes in the first and the last third of the recording"
        return Check("drift of rates", "not checked", words)
    ratio = np.maximum(first, last)[enough] / np.maximum(np.minimum(first, last)[enough], 1)
    changed = int(np.sum(ratio > 3))
    n_units = int(enough.sum())
    words = (
        f"the rate of {changed} of {n_units} units (with 30 spikes) changes threefold from the first to the last third"
    )
    return Check("drift of rates", "look" if changed > 0.2 * n_units else "ok", words)
