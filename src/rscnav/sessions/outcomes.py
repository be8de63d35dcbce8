"""What an observer does in the end, and whether it is right: the behavioural outcome of a trial."""

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.encounters import Trajectory
from rscnav.sessions.geometry import wrap

OUTCOMES = np.array(["none", "incorrect", "correct"])  # by 1 + what the functions below give


def ring_choices(encounters: NDArray, belief: NDArray, behaviour: Trajectory) -> NDArray[np.int8]:
    """Tell of each trial whether the observer knows which landmark the second new one is, as it comes into view.

    At the first step of the second new landmark the observer names the landmark within whose visibility its belief has
    most mass. Works for any belief over bins on the ring: a network's, the filter's, a simulated animal's.

    Parameters
    ----------
    encounters : array
        Table of `find_encounters`.
    belief : array, (time, bin)
        Over equal bins of [-π, π).

    Returns
    -------
    array, (trials,)
        1 right, 0 wrong, -1 where no second landmark was met.
    """
    right = np.full(len(behaviour.landmarks), -1, np.int8)
    second = encounters[encounters["order"] == 2]
    if not len(second):
        return right
    onset = np.searchsorted(behaviour.time, second["onset_s"])
    places = behaviour.landmarks[second["trial"], :, 0]  # (encounter, landmark)
    mass = np.sum(belief[onset][:, None] * _share_in_view(places, behaviour.radius, belief.shape[1]), axis=2)
    named = np.array(behaviour.names)[np.argmax(np.where(np.isfinite(places), mass, -1.0), axis=1)]
    right[second["trial"]] = named == second["landmark"]
    return right


def port_choices(belief: NDArray, target: NDArray[np.integer], resolved: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Tell of each trial whether the port of highest belief at its end is the rewarded one.

    Parameters
    ----------
    belief : array, (trials, port)
        At the end of each trial.
    target : array, (trials,)
        The rewarded port.
    resolved : array, (trials,)
        Whether both landmarks were met; a trial without that has no outcome.

    Returns
    -------
    array, (trials,)
        1 right, 0 wrong, -1 none.
    """
    return np.where(resolved, np.argmax(belief, axis=1) == target, -1).astype(np.int8)


def _share_in_view(places: NDArray, radius: float, n_bins: int) -> NDArray[np.float64]:
    """Share of each of equal bins over [-π, π) within a radius of places (...): (..., bin); 0 for no place."""
    width = 2 * np.pi / n_bins
    centre = -np.pi + (np.arange(n_bins) + 0.5) * width
    away = np.abs(wrap(centre - np.nan_to_num(places)[..., None]))
    share = np.clip((radius - away) / width + 0.5, 0, 1)
    return np.where(np.isfinite(places)[..., None], share, 0.0)
