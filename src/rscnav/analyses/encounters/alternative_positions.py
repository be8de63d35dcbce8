"""The wrong places that fit the last landmark met: what the belief puts there, and what the state shows there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.decoding.baseline_features import time_code
from rscnav.analyses.events import last_encounter
from rscnav.analyses.preprocessing import belief_places
from rscnav.sessions.lazy import row_blocks
from rscnav.sessions.posteriors import alternative_positions
from rscnav.sessions.session import Session

BUMPS = 24  # around the ring
WIDTH_RAD = 0.4  # of a bump
PENALTY = 0.01  # of the ridge, in units of the variance of a z-scored unit
MIN_SAMPLES = 200  # that a readout is fitted to


@dataclass(frozen=True)
class PlaceReadout:
    """A linear readout of the place on the ring, as a population code of bumps.

    Parameters
    ----------
    mean : array, (unit,)
    weights : array, (unit, bump)
    base : array, (bump,)
        The code's mean.
    """

    mean: NDArray[np.float64]
    weights: NDArray[np.float64]
    base: NDArray[np.float64]

    def at(self, states: NDArray[np.floating], place: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give how much of a bump states (sample, unit) show at places (sample,).

        1 where the whole code is that of this place; about 0 where it is that of a place far from it.
        """
        code = (states - self.mean) @ self.weights + self.base
        return np.sum(code * von_mises_basis(place), axis=-1) / np.sum(von_mises_basis(np.zeros(1)) ** 2)


def von_mises_basis(place: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give places (sample,) in rad as bumps of height 1 around the ring, (sample, bump)."""
    centres = np.linspace(-np.pi, np.pi, BUMPS, endpoint=False)
    return np.exp((np.cos(place[..., None] - centres) - 1) / WIDTH_RAD**2)


def fit_place_readout(states: NDArray[np.floating], place: NDArray[np.floating]) -> PlaceReadout:
    """Fit a ridge regression of the place's code on z-scored states (sample, unit)."""
    code = von_mises_basis(place)
    mean, base = states.mean(axis=0, dtype=np.float64), code.mean(axis=0)
    x = states - mean
    ridge = PENALTY * len(x) * np.eye(x.shape[1])
    return PlaceReadout(mean, np.linalg.solve(x.T @ x + ridge, x.T @ (code - base)), base)


def regress_out_time(
    z: NDArray[np.float32], time_s: NDArray[np.floating], out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Take from states (sample, unit) what goes with the time in the trial (sample,) alone, by least squares on a code of it.

    The result goes into `out`, which may be `z`, or into a new array.
    """
    code = np.column_stack([time_code(time_s), time_s, np.ones(len(time_s))]).astype(np.float32)
    products = code.T.astype(np.float64) @ code
    weights = np.linalg.lstsq(products, (code.T @ z).astype(np.float64), rcond=1e-10)[0]
    out = np.empty_like(z) if out is None else out
    for block in row_blocks(z.shape):
        np.subtract(z[block], code[block] @ weights.astype(np.float32), out=out[block])
    return out


def states_at(z: NDArray[np.float32], index: NDArray[np.intp], at: NDArray[np.intp]) -> NDArray[np.float32]:
    """Give the states z[index[at]], (sample, unit); NaN where the index is -1."""
    rows = index[at]
    states = z[rows]
    states[rows < 0] = np.nan
    return states


def wrong_places(session: Session, at: NDArray[np.intp]) -> tuple[NDArray[np.bool_], list[NDArray[np.floating]]]:
    """Mark the samples `at` that are there (not -1); give the wrong places (sample, 1) that fit the last landmark met before those.

    One for each landmark that the last one could be taken for; NaN where there is none, and before the first landmark.
    """
    known = at >= 0
    at = at[known]
    row = last_encounter(session)[at]
    table = session.require("encounters")[row]
    met = np.array([session.landmark_names.index(name) for name in table["landmark"]], np.int64)
    met = np.where(row >= 0, met, -1)
    landmarks = session.require("landmarks")[session.trial[at]]
    return known, alternative_positions(session.require("position")[at], landmarks, met, ring=True)


def mass_at_wrong_places(session: Session, belief: NDArray[np.floating], at: NDArray[np.intp]) -> NDArray[np.float64]:
    """Belief in the wrong places, at samples of any shape; NaN where `at` is -1, or there is no wrong place."""
    known, places = wrong_places(session, at)
    bins = belief_places(session)
    return _summed([bins.mass_at(belief[at[known]], place) for place in places], known)


def decoded_alternative_evidence(
    session: Session,
    readout: PlaceReadout,
    z: NDArray[np.floating],
    index: NDArray[np.intp],
    at: NDArray[np.intp],
    of: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Give what states z[index] show of places, at samples of any shape: of those that are wrong at the samples `of`."""
    known, places = wrong_places(session, np.where(at >= 0, of, -1))
    states = states_at(z, index, at[known])
    return _summed([readout.at(states, place[:, 0]) for place in places], known)


def _summed(values: list[NDArray[np.floating]], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Sum over wrong places; NaN where none is known."""
    stacked = np.stack(values)
    there = np.isfinite(stacked)
    result = np.full(known.shape, np.nan)
    result[known] = np.where(there.any(axis=0), np.where(there, stacked, 0.0).sum(axis=0), np.nan)
    return result
