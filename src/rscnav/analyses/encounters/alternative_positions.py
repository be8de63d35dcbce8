"""Alternative positions, the belief in them, and evidence for them decoded from the state.

An alternative position is a wrong position that is consistent with the last landmark encountered.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.decoding.baseline_features import time_code
from rscnav.analyses.events import last_encounter
from rscnav.analyses.preprocessing import belief_places
from rscnav.sessions.lazy import row_blocks
from rscnav.sessions.posteriors import alternative_positions
from rscnav.sessions.session import Session

BUMPS = 24  # count of bumps around the ring
WIDTH_RAD = 0.4  # width of a bump
PENALTY = 0.01  # ridge penalty, in units of the variance of a z-scored unit
MIN_SAMPLES = 200  # smallest count of samples for a fit


@dataclass(frozen=True)
class PlaceReadout:
    """Linear decoder of the position on the ring, as a population code of bumps.

    Parameters
    ----------
    mean : array, (unit,)
    weights : array, (unit, bump)
    base : array, (bump,)
        Mean of the code.
    """

    mean: NDArray[np.float64]
    weights: NDArray[np.float64]
    base: NDArray[np.float64]

    def at(self, states: NDArray[np.floating], place: NDArray[np.floating]) -> NDArray[np.float64]:
        """Compute the evidence (sample,) in states (sample, unit) for positions (sample,) in rad.

        It is 1 if the decoded code is that of the position, and about 0 if it is that of a distant position.
        """
        code = (states - self.mean) @ self.weights + self.base
        return np.sum(code * von_mises_basis(place), axis=-1) / np.sum(von_mises_basis(np.zeros(1)) ** 2)


def von_mises_basis(place: NDArray[np.floating]) -> NDArray[np.float64]:
    """Compute von Mises bumps of height 1 around the ring at positions (sample,) in rad: (sample, bump)."""
    centres = np.linspace(-np.pi, np.pi, BUMPS, endpoint=False)
    return np.exp((np.cos(place[..., None] - centres) - 1) / WIDTH_RAD**2)


def fit_place_readout(states: NDArray[np.floating], place: NDArray[np.floating]) -> PlaceReadout:
    """Fit a ridge regression of the position's code on z-scored states (sample, unit).

    Parameters
    ----------
    states : array, (sample, unit)
    place : array, (sample,)
        Position in rad.

    Returns
    -------
    PlaceReadout
    """
    code = von_mises_basis(place)
    mean, base = states.mean(axis=0, dtype=np.float64), code.mean(axis=0)
    x = states - mean
    ridge = PENALTY * len(x) * np.eye(x.shape[1])
    return PlaceReadout(mean, np.linalg.solve(x.T @ x + ridge, x.T @ (code - base)), base)


def regress_out_time(
    z: NDArray[np.float32], time_s: NDArray[np.floating], out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Subtract from states the part that the time in the trial predicts, by linear regression on a population code of time.

    Parameters
    ----------
    z : array, (sample, unit)
    time_s : array, (sample,)
    out : array, (sample, unit), optional
        Output array, which may be `z`; default: a new array.

    Returns
    -------
    array, (sample, unit)
    """
    code = np.column_stack([time_code(time_s), time_s, np.ones(len(time_s))]).astype(np.float32)
    products = code.T.astype(np.float64) @ code
    weights = np.linalg.lstsq(products, (code.T @ z).astype(np.float64), rcond=1e-10)[0]
    out = np.empty_like(z) if out is None else out
    for block in row_blocks(z.shape):
        np.subtract(z[block], code[block] @ weights.astype(np.float32), out=out[block])
    return out


def states_at(z: NDArray[np.float32], index: NDArray[np.intp], at: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the states z[index[at]], (sample, unit); NaN where the index is -1."""
    rows = index[at]
    states = z[rows]
    states[rows < 0] = np.nan
    return states


def wrong_places(session: Session, at: NDArray[np.intp]) -> tuple[NDArray[np.bool_], list[NDArray[np.floating]]]:
    """Return the alternative positions at samples `at`, of the last landmark encountered before each.

    Returns
    -------
    known : array
        Mask of `at`: True where it is not -1.
    places : list of array, (sample, 1)
        Positions at the known samples, one array for each landmark with which the last one could be confused. NaN if there is
        none, and before the first landmark.
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
    """Compute the mass of a belief at the alternative positions, at samples `at` of any shape.

    Values are NaN where `at` is -1, and where there is no alternative position.
    """
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
    """Compute the alternative evidence: evidence in states at samples `at` for the alternative positions at samples `of`.

    Parameters
    ----------
    session : Session
    readout : PlaceReadout
    z : array, (row, unit)
    index : array
        Row of `z` of each sample of the session; -1 for none.
    at, of : array
        Samples, both of any one shape; -1 for none.

    Returns
    -------
    array, in the shape of `at`
        NaN where there is no alternative position.
    """
    known, places = wrong_places(session, np.where(at >= 0, of, -1))
    states = states_at(z, index, at[known])
    return _summed([readout.at(states, place[:, 0]) for place in places], known)


def _summed(values: list[NDArray[np.floating]], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Sum over alternative positions, in the shape of `known`; NaN if there is none."""
    stacked = np.stack(values)
    there = np.isfinite(stacked)
    result = np.full(known.shape, np.nan)
    result[known] = np.where(there.any(axis=0), np.where(there, stacked, 0.0).sum(axis=0), np.nan)
    return result
