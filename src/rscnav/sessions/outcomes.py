"""Behavioural outcome of a trial: the choice of an observer, correct or not."""

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.encounters import Trajectory
from rscnav.sessions.geometry import wrap

OUTCOMES = np.array(["none", "incorrect", "correct"])  # index: 1 + the values that the functions below return


def ring_choices(encounters: NDArray, belief: NDArray, behaviour: Trajectory) -> NDArray[np.int8]:
    """Return for each trial whether the observer identifies the second new landmark when it comes into view.

    The choice at the first step of that encounter is the landmark within whose visibility radius the belief has the most
    probability. Valid for any belief over bins on the ring: of a network, of the filter, of a simulated animal.

    Parameters
    ----------
    encounters : array
        Table of `find_encounters`.
    belief : array, (time, bin)
        Belief over equal bins of [-π, π).

    Returns
    -------
    array, (trials,)
        1 correct, 0 incorrect, -1 without a second landmark.
    """
    right = np.full(len(behaviour.landmarks), -1, np.int8)
    second = encounters[encounters["order"] == 2]
    if not len(second):
        return right
    onset = np.searchsorted(behaviour.time, second["onset_s"])
    places = behaviour.landmarks[second["trial"], :, 0]  # (encounter, landmark)
    mass = np.sum(belief[onset][:, None] * _fraction_in_view(places, behaviour.radius, belief.shape[1]), axis=2)
    named = np.array(behaviour.names)[np.argmax(np.where(np.isfinite(places), mass, -1.0), axis=1)]
    right[second["trial"]] = named == second["landmark"]
    return right


def port_choices(belief: NDArray, target: NDArray[np.integer], resolved: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return for each trial whether the port with the highest belief at its end is the rewarded port.

    Parameters
    ----------
    belief : array, (trials, port)
        Belief at the end of each trial.
    target : array, (trials,)
        Rewarded port.
    resolved : array, (trials,)
        Whether both landmarks were encountered; other trials have no outcome.

    Returns
    -------
    array, (trials,)
        1 correct, 0 incorrect, -1 none.
    """
    return np.where(resolved, np.argmax(belief, axis=1) == target, -1).astype(np.int8)


def _fraction_in_view(places: NDArray, radius: float, n_bins: int) -> NDArray[np.float64]:
    """Return the fraction of each of equal bins over [-π, π) within a radius of `places` (...): (..., bin); 0 where a place is NaN."""
    width = 2 * np.pi / n_bins
    centre = -np.pi + (np.arange(n_bins) + 0.5) * width
    away = np.abs(wrap(centre - np.nan_to_num(places)[..., None]))
    fraction = np.clip((radius - away) / width + 0.5, 0, 1)
    return np.where(np.isfinite(places)[..., None], fraction, 0.0)
