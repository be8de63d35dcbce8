"""Hidden states as rates of neurons."""

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.sessions.lazy import row_blocks
from rscnav.sessions.session import Session

CONSTANT = 1e-9  # a unit whose states span less than this says nothing


def varying(states: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Mark the units of states (time, unit) that are not constant."""
    return np.ptp(states, axis=0) > CONSTANT


def rates_from_states(states: NDArray[np.floating], mean_hz: NDArray[np.floating]) -> NDArray[np.float64]:
    """Turn hidden states into rates: each unit's lowest state is no spike at all, its mean the given rate.

        rate(t) = mean_hz · (h(t) - min h) / mean(h - min h)

    A unit's rate is thus its state, shifted and scaled: distances between states change by scale only, unit by unit.

    Parameters
    ----------
    states : array, (time, unit)
        None of them constant.
    mean_hz : array, (unit,)

    Returns
    -------
    array, (time, unit)
        Hz, at least 0.
    """
    above = np.asarray(states, np.float64) - np.min(states, axis=0)
    return above * (mean_hz / above.mean(axis=0))


def mean_rates(recording: Session, n_units: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Draw mean rates (Hz) of so many units from those of a recording's units, each used as evenly as can be.

    Raises
    ------
    InvalidValueError
        Where the recording's activity is not in Hz.
    """
    if recording.activity_unit != "Hz":
        raise InvalidValueError(
            f"match_recording: activity of '{recording.name}' is in '{recording.activity_unit}', which gives no rates of spikes; give rate_hz"
        )
    activity = recording.activity
    found = sum(activity[block].sum(axis=0, dtype=np.float64) for block in row_blocks(activity.shape)) / len(activity)
    rounds = [generator.permutation(found) for _ in range(-(-n_units // len(found)))]
    return np.concatenate(rounds)[:n_units]
