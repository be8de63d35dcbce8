"""Firing rates from hidden states."""

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.sessions.lazy import row_blocks
from rscnav.sessions.session import Session

CONSTANT = 1e-9  # a unit whose states span a smaller range is constant


def varying(states: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which units of states (time, unit) are not constant, (unit,)."""
    return np.ptp(states, axis=0) > CONSTANT


def rates_from_states(states: NDArray[np.floating], mean_hz: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return firing rates from hidden states: the lowest state of each unit becomes 0 Hz, its mean the given rate.

        rate(t) = mean_hz · (h(t) - min h) / mean(h - min h)

    The rate of a unit is its state, shifted and scaled, so that distances between states change only by a scale for each unit.

    Parameters
    ----------
    states : array, (time, unit)
        Hidden states; no unit may be constant.
    mean_hz : array, (unit,)
        Mean rate of each unit (Hz).

    Returns
    -------
    array, (time, unit)
        Firing rates (Hz), at least 0.
    """
    above = np.asarray(states, np.float64) - np.min(states, axis=0)
    return above * (mean_hz / above.mean(axis=0))


def mean_rates(recording: Session, n_units: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Draw mean rates (Hz) for `n_units` units from those of a recording's units, without replacement until all are used.

    Raises
    ------
    InvalidValueError
        If the recording's activity is not in Hz.
    """
    if recording.activity_unit != "Hz":
        raise InvalidValueError(
            f"match_recording: activity of '{recording.name}' is in '{recording.activity_unit}', from which no firing rates follow; give rate_hz"
        )
    activity = recording.activity
    sums = [activity[block].sum(axis=0, dtype=np.float64) for block in row_blocks(activity.shape)]
    found = sum(sums, np.zeros(activity.shape[1])) / len(activity)
    rounds = [generator.permutation(found) for _ in range(-(-n_units // len(found)))]
    return np.concatenate(rounds)[:n_units]
