"""Checks of spike times: order, restarts, refractory period, drift of rates."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.activity.units import restarts
from rscnav.recordings.time_checks.clock_findings import Check

REFRACTORY_S = 0.002


def order(trains: Sequence[NDArray[np.floating]]) -> Check:
    """Check that the spike times of each unit ascend, and do not restart.

    Parameters
    ----------
    trains : sequence of array, (spike,)
        Spike times (s) of each unit, unsorted as in the file.

    Returns
    -------
    Check
        ``wrong`` if the spike times of most of the unsorted units restart, ``look`` if they are in another order.
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
            f"spike times restart in {len(restarting)} of {len(trains)} units (unit {k} after {at:.1f} s): are these several recordings, "
            "each on its own clock? Write each into its own file, or add the duration of the earlier recordings to its times"
        )
        return Check(name, "wrong", words)
    words = f"spike times of {len(unsorted)} of {len(trains)} units are not sorted; they are sorted when they are read"
    return Check(name, "look", words)


def refractory(trains: Sequence[NDArray[np.floating]]) -> tuple[Check, NDArray[np.float64]]:
    """Compute the fraction of each unit's inter-spike intervals shorter than 2 ms (refractory period violations).

    Parameters
    ----------
    trains : sequence of array, (spike,)
        Spike times (s) of each unit, ascending.

    Returns
    -------
    check : Check
        ``look`` if the fraction of any unit exceeds 1 %.
    fraction : array, (unit,)
        NaN for units with fewer than two spikes.
    """
    fraction = np.array([np.mean(np.diff(t) < REFRACTORY_S) if len(t) > 1 else np.nan for t in trains])
    if not np.isfinite(fraction).any():
        return Check("refractory period", "not checked", "no unit has two spikes"), fraction
    many = int(np.sum(fraction > 0.01))
    words = f"{many} of {len(fraction)} units have more than 1 % of their inter-spike intervals below 2 ms"
    return Check("refractory period", "look" if many else "ok", words), fraction


def drift(trains: Sequence[NDArray[np.floating]], extent: tuple[float, float]) -> Check:
    """Compare each unit's rate in the first and the last third of the recording.

    Parameters
    ----------
    trains : sequence of array, (spike,)
        Spike times (s) of each unit, ascending.
    extent : (float, float)
        Start and stop of the recording (s).

    Returns
    -------
    Check
        ``look`` if the rate differs by a factor above 3 in more than 20 % of the units with at least 30 spikes.
    """
    third = (extent[1] - extent[0]) / 3
    first = np.array([np.sum(t < extent[0] + third) for t in trains], float)
    last = np.array([np.sum(t >= extent[1] - third) for t in trains], float)
    enough = first + last >= 30
    if not enough.any():
        words = "no unit has 30 spikes in the first and the last third of the recording together"
        return Check("drift of rates", "not checked", words)
    ratio = np.maximum(first, last)[enough] / np.maximum(np.minimum(first, last)[enough], 1)
    changed = int(np.sum(ratio > 3))
    n_units = int(enough.sum())
    words = (
        f"the rate of {changed} of {n_units} units (with at least 30 spikes) changes by more than a factor of 3 from the first to the "
        "last third of the recording"
    )
    return Check("drift of rates", "look" if changed > 0.2 * n_units else "ok", words)
