"""Trial matching: trials of the network in place of the trials of a recording, with their start and length."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.binning import Bins
from rscnav.sampling.occupancy_matching import Chosen, choose_trials, shared_cells, shares
from rscnav.sampling.settings import SampledNetwork
from rscnav.sessions.session import Session

TOLERANCE = 1e-6  # against rounding errors, of a time step or in s


@dataclass(frozen=True)
class MatchingPlan:
    """Slots of a new session and the trials that fill them.

    Parameters
    ----------
    chosen : Chosen
        Trial of the network for each slot.
    start_s, length_s : array, (slot,)
        Start and length of each slot (s).
    split : array of str, (slot,)
        ``train`` or ``test``.
    wanted_s : float
        Total time of the recording's trials (s).
    matched : str
        Variables of the matched occupancy, in words; '' without matching.
    """

    chosen: Chosen
    start_s: NDArray[np.float64]
    length_s: NDArray[np.float64]
    split: NDArray[np.str_]
    wanted_s: float
    matched: str

    @property
    def spans(self) -> NDArray[np.float64]:
        """Start and stop of each slot (s), (slot, 2)."""
        return np.stack([self.start_s, self.start_s + self.length_s], axis=1)

    def samples_at(self, network: Session, bins: Bins) -> NDArray[np.int64]:
        """Return the index of the network's sample at the centre of each time bin of `spans`."""
        first = np.searchsorted(network.trial, self.chosen.trials)
        step = np.floor((bins.centre - self.start_s[bins.span]) / network.dt_s + TOLERANCE).astype(np.int64)
        return np.asarray(first[bins.span] + step)


def plan_trials(
    network: Session, settings: SampledNetwork, draw: np.random.Generator, like: Session | None
) -> MatchingPlan:
    """Select test trials of the network, at the times of the recording's trials, or one after another without recording.

    Raises
    ------
    InvalidValueError
        If the network has fewer test trials, or the recording fewer trials, than requested.
    """
    pool = np.flatnonzero(network.trials["split"] == "test")
    if like is None:
        return _back_to_back(network, pool, settings.n_trials or len(pool), draw)
    steps = np.bincount(like.trial[like.trial >= 0], minlength=len(like.trials))
    rows = np.flatnonzero(steps)
    n = settings.n_trials or len(rows)
    if n > len(rows):
        raise InvalidValueError(
            f"n_trials: {n} trials are requested, but '{like.name}' has {len(rows)}; use {len(rows)} or less"
        )
    _check_enough(network, pool, n)
    rows = np.sort(draw.permutation(rows)[:n])
    recorded_s = steps[rows] * like.dt_s
    length_s = np.minimum(recorded_s, _trial_s(network))
    used = np.floor(length_s / network.dt_s + TOLERANCE).astype(np.int64)
    shared = shared_cells(network, like)
    chosen = choose_trials(
        by_trial(network, shared.network),
        pool,
        used,
        shares(shared.recording, shared.n) if shared.words else None,
        draw,
        at_random=not settings.match_occupancy,
    )
    return MatchingPlan(
        chosen,
        np.asarray(like.trials["start_s"][rows], np.float64),
        np.asarray(length_s, np.float64),
        like.trials["split"][rows],
        float(recorded_s.sum()),
        shared.words if settings.match_occupancy else "",
    )


def by_trial(network: Session, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return values (time,) of a session as (trial, step); -1 after the end of a trial."""
    first = np.searchsorted(network.trial, np.arange(len(network.trials)))
    laid = np.full((len(network.trials), round(_trial_s(network) / network.dt_s)), -1)
    laid[network.trial, np.arange(len(network.trial)) - first[network.trial]] = values
    return laid


def _back_to_back(network: Session, pool: NDArray[np.int64], n: int, draw: np.random.Generator) -> MatchingPlan:
    _check_enough(network, pool, n)
    whole_s = _trial_s(network)
    chosen = Chosen(draw.permutation(pool)[:n], float("nan"), float("nan"))
    start_s = whole_s * np.arange(n, dtype=np.float64)
    return MatchingPlan(chosen, start_s, np.full(n, whole_s), np.full(n, "test", "U5"), n * whole_s, "")


def _check_enough(network: Session, pool: NDArray[np.int64], n: int) -> None:
    if n > len(pool):
        raise InvalidValueError(
            f"session '{network.name}' has {len(pool)} test trials, fewer than the {n} that are requested; "
            f"give rollout.test_trials: {n} or more, or n_trials: {len(pool)} or less"
        )


def _trial_s(network: Session) -> float:
    return float(np.bincount(network.trial).max() * network.dt_s)
