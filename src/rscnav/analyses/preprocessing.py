"""Preprocessing that all analyses share: selection of trials, low-pass filter, masks of phases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.lowpass_filter import lowpass_rows
from rscnav.analyses.settings import Common
from rscnav.errors import InvalidValueError
from rscnav.sessions.geometry import ring_bin_centres
from rscnav.sessions.posteriors import PositionBins
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

LOW_ERROR_RAD = 0.5  # limit of the position error in a low-error trial on the ring; in the plane: the visibility radius
LOW_ERROR_AFTER = 5  # steps after the second landmark from which on the limit holds


@dataclass(frozen=True)
class Prepared:
    """Low-pass filtered activity of the selected trials.

    Parameters
    ----------
    activity : array, (time, unit), float32
        Selected samples only. The array is not shared, so it may be modified in place.
    trial : array, (time,)
    step : array, (time,)
        Bins since the start of the trial.
    phase : array, (time,), or None
        As in the session.
    samples : array, (time,)
        Indices of these samples in the session.
    trials : str
        Description of the selected trials.
    """

    activity: NDArray[np.floating]
    trial: NDArray[np.integer]
    step: NDArray[np.integer]
    phase: NDArray[np.integer] | None
    samples: NDArray[np.intp]
    trials: str

    def phase_masks(self) -> dict[str, NDArray[np.bool_]]:
        """Return a mask (time,) of the samples of each phase; if phases are not known, one mask named ``all``."""
        if self.phase is None or not np.any(self.phase < len(PHASES)):
            return {"all": np.ones(len(self.trial), bool)}
        return {name: self.phase == number for number, name in enumerate(PHASES)}


def prepare(session: Session, common: Common) -> Prepared:
    """Low-pass filter the activity within contiguous stretches, and select the samples of the trials in `common.trials`."""
    samples, words = chosen_samples(session, common.trials)
    filtered = lowpass_rows(
        session.activity,
        session.dt_s,
        common.cutoff_hz,
        causal=common.causal,
        stretches=session.segments(),
        kept=samples,
    )
    start = session.trials["start_s"][session.trial[samples]]
    step = np.floor((session.time[samples] - start) / session.dt_s + 1e-6).astype(np.int64)
    phase = None if session.phase is None else session.phase[samples]
    return Prepared(filtered, session.trial[samples], step, phase, samples, words)


def chosen_samples(session: Session, which: str) -> tuple[NDArray[np.intp], str]:
    """Return the samples of the trials selected by `chosen_trials`, and its description."""
    chosen, words = chosen_trials(session, which)
    return np.flatnonzero(np.append(chosen, False)[session.trial]), words  # the appended element is for trial -1


def why_insufficient(activity: NDArray[np.floating], min_samples: int) -> str:
    """Return the reason why activity (time, unit) is too small for a principal component analysis; '' if it is sufficient."""
    if len(activity) < min_samples:
        return f"{len(activity)} samples are too few; at least {min_samples} are needed"
    varies = int(np.sum(np.ptp(activity, axis=0) > 0))
    if varies < 2:
        return f"{varies} of {activity.shape[1]} units vary; at least 2 are needed"
    return ""


def chosen_trials(session: Session, which: str) -> tuple[NDArray[np.bool_], str]:
    """Return a mask (trial,) of the trials that analyses use, and a description.

    ``low_error`` selects trials in which the position error of the belief stays below 0.5 rad (in the plane: below the visibility
    radius) from five steps after the second landmark to the end. It needs a belief: without one, all trials are selected.
    """
    everything = np.ones(len(session.trials), bool)
    if which == "all":
        return everything, "all"
    if session.belief is None or session.position is None or session.phase is None:
        return everything, "all (low_error needs a belief, a position and phases)"
    places = belief_places(session)
    error = places.error(session.belief, session.position)
    limit = LOW_ERROR_RAD if session.is_circular else places.radius
    settled = session.phase == 2
    settled[LOW_ERROR_AFTER:] &= session.phase[:-LOW_ERROR_AFTER] == 2
    settled[LOW_ERROR_AFTER:] &= session.trial[LOW_ERROR_AFTER:] == session.trial[:-LOW_ERROR_AFTER]
    settled[:LOW_ERROR_AFTER] = False
    inside = settled & (session.trial >= 0)
    chosen = np.zeros(len(session.trials), bool)
    chosen[session.trial[inside]] = True
    chosen[session.trial[inside & (error >= limit)]] = False
    return chosen, f"low error ({chosen.sum()} of {len(chosen)})"


def belief_places(session: Session) -> PositionBins:
    """Return the position bins of the session's belief; default on the ring: equal bins over [-π, π).

    Raises
    ------
    InvalidValueError
        If the positions are in the plane and the session has no ``bin_centres``.
    """
    centres = session.bin_centres
    if centres is None and session.is_circular:
        centres = ring_bin_centres(session.require("belief").shape[1])[:, None]
    if centres is None:
        raise InvalidValueError(
            f"session '{session.name}': bin_centres is missing; a belief over positions in the plane needs it"
        )
    return PositionBins(centres, session.is_circular, float(session.visibility_radius or 0.0))
