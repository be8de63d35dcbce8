"""Arrays that are in Python already -> `Session`, without a file and a mapping."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.binning import cut_spans
from rscnav.seeds import Seeds
from rscnav.sessions.encounters import encounters_of
from rscnav.sessions.geometry import wrap
from rscnav.sessions.hdf5_tables import structured
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session, contiguous_stretches
from rscnav.sessions.settings import Encounters
from rscnav.sessions.train_test_split import draw_split


def session_from_arrays(
    activity: ArrayLike,
    dt_s: float,
    *,
    name: str = "session",
    kind: str = "recording",
    subject: str | None = None,
    activity_unit: str | None = None,
    time: ArrayLike | None = None,
    trial: ArrayLike | None = None,
    outcome: Sequence[str] | None = None,
    position: ArrayLike | None = None,
    position_unit: str = "",
    heading: ArrayLike | None = None,
    phase: ArrayLike | None = None,
    landmarks: Mapping[str, ArrayLike] | None = None,
    visibility_radius: float | None = None,
    units: Mapping[str, ArrayLike] | None = None,
    spikes: Sequence[NDArray[np.floating]] | None = None,
    encounters: Encounters | None = None,
    trial_s: float = 10.0,
    test_share: float = 0.8,
    seeds: Seeds | None = None,
) -> Session:
    """Make a session of arrays; a matrix of rates alone will do.

    Parameters
    ----------
    activity : array, (time, unit)
        Rates (counts over `dt_s`), or a network's hidden states.
    dt_s : float
        Width of the time bins (s).
    name, kind, subject : str
        `kind` is ``recording`` or ``network``; `subject` defaults to the name.
    activity_unit : str, optional
        Default: ``Hz``; of a network's states none.
    time : array, (time,), optional
        Bin centres (s). Default: without a gap from 0 on.
    trial : array of int, (time,), optional
        Which trial each sample is of, any number from 0 on; -1 between trials. Default: stretches are cut into pieces of `trial_s`,
        and what needs real trials is not applicable.
    outcome : sequence of str, (trial,), optional
        ``correct``, ``incorrect`` or ``none``, in the order of the trials. Default: none.
    position : array, (time,) or (time, dim), optional
        In the landmarks' frame; angles in rad are brought into [-π, π).
    position_unit : str
        ``rad`` (one angle), ``m`` or ``px``.
    heading : array, (time,), optional
        Rad; NaN where unknown.
    phase : array of int, (time,), optional
        0, 1, 2 for LM0 to LM2, 255 where there is none. Default: from `landmarks`.
    landmarks : dict, optional
        Place of each landmark, (dim,), or its place in each trial, (trial, dim). With `position` and `visibility_radius`
        encounters, phases and hypotheses follow.
    visibility_radius : float, optional
        A landmark is in view nearer than this (the position's unit).
    units : dict of array, (unit,), optional
        What is known of the units, by column. Default: their numbers.
    spikes : sequence of array, optional
        Spike times of each unit (s).
    encounters : Encounters, optional
        What counts as meeting a landmark. Default: the defaults of the configuration.
    trial_s, test_share : float
        Length of pieces (s); share of the trials kept for testing.
    seeds : Seeds, optional
        Where the draw of test trials comes from. Default: root seed 0.

    Returns
    -------
    Session

    Raises
    ------
    InvalidValueError
        For arrays that do not fit each other; values that are not finite; a trial in two places; outcomes that are none.
    """
    rates = np.asarray(activity, np.float32)
    if rates.ndim != 2:
        raise InvalidValueError(f"activity: shape {rates.shape} will not do; (time, unit) is needed")
    if not np.isfinite(rates).all():
        at, unit = np.argwhere(~np.isfinite(rates))[0]
        raise InvalidValueError(f"activity: not finite at sample {at}, unit {unit}; leave out such samples or units")
    centres = np.asarray(dt_s * (np.arange(len(rates)) + 0.5) if time is None else time, np.float64)
    of_trial, spans = _cut(centres, dt_s, trial_s) if trial is None else _numbered(centres, dt_s, np.asarray(trial))
    place = None if position is None else _places(np.asarray(position, np.float64), position_unit)
    of_units = {name: np.asarray(column) for name, column in (units or {"id": np.arange(rates.shape[1])}).items()}
    said = {} if activity_unit is None else {"activity_unit": activity_unit}
    session = Session(
        name=name,
        kind=kind,
        subject=subject or name,
        dt_s=dt_s,
        activity=rates,
        time=centres,
        trial=of_trial,
        trials=_trials(spans, outcome, draw_split(len(spans), test_share, seeds or Seeds(0, ("read", name)))),
        units=structured(of_units, len(next(iter(of_units.values())))),
        position=place,
        heading=None if heading is None else np.asarray(heading, np.float64),
        phase=None if phase is None else np.asarray(phase, np.uint8),
        spikes=None if spikes is None else [np.sort(np.asarray(times, np.float64)) for times in spikes],
        landmark_names=tuple(landmarks or ()),
        visibility_radius=visibility_radius,
        position_unit=position_unit,
        attributes={**said, "trials_cut": trial is None, "notes": ""},
    )
    if place is not None:
        session.velocity = _velocity(session, place)
    if landmarks is not None:
        _meet(session, landmarks, encounters or Encounters(), phase is None)
    return session


def _cut(time: NDArray[np.float64], dt_s: float, trial_s: float) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Cut stretches without a gap into pieces: the piece of each sample, (time,), and their spans, (piece, 2)."""
    stretches = contiguous_stretches(time, np.zeros(len(time), np.int32), dt_s)
    whole = [(time[s.start] - dt_s / 2, time[s.stop - 1] + dt_s / 2) for s in stretches]
    spans, _ = cut_spans(np.array(whole).reshape(-1, 2), trial_s)
    if not len(spans):
        raise InvalidValueError(f"trial_s: no stretch is half as long as {trial_s:g} s; give a shorter trial_s")
    piece = np.searchsorted(spans[:, 0], time, side="right") - 1
    return np.where((piece >= 0) & (time < spans[piece, 1]), piece, -1).astype(np.int32), spans


def _numbered(time: NDArray[np.float64], dt_s: float, trial: NDArray) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Give each sample the number of its trial, from 0 on in their order, (time,); and the trials' spans, (trial, 2)."""
    if trial.shape != time.shape:
        raise InvalidValueError(f"trial: shape {trial.shape}, but there are {len(time)} samples")
    starts = np.flatnonzero(np.append(True, trial[1:] != trial[:-1])) if len(trial) else np.empty(0, np.intp)
    stops = np.append(starts[1:], len(trial))
    real = trial[starts] >= 0
    names = trial[starts[real]]
    if len(np.unique(names)) < len(names):
        twice = next(name for name in names.tolist() if np.sum(names == name) > 1)
        raise InvalidValueError(f"trial: {twice} comes back after another trial; samples of a trial must lie together")
    if not len(names):
        raise InvalidValueError("trial: no sample is in a trial; numbers from 0 on are needed")
    numbers = np.full(len(trial), -1, np.int32)
    for k, (a, b) in enumerate(zip(starts[real], stops[real], strict=True)):
        numbers[a:b] = k
    return numbers, np.stack([time[starts[real]] - dt_s / 2, time[stops[real] - 1] + dt_s / 2], axis=1)


def _trials(spans: NDArray[np.float64], outcome: Sequence[str] | None, split: NDArray[np.str_]) -> NDArray:
    trials = np.zeros(len(spans), TRIALS)
    trials["start_s"], trials["stop_s"] = spans.T
    trials["split"], trials["outcome"] = split, "none"
    if outcome is not None:
        known = ("correct", "incorrect", "none")
        if len(outcome) != len(trials) or not set(map(str, outcome)) <= set(known):
            raise InvalidValueError(f"outcome: one of {', '.join(known)} is needed for each of {len(trials)} trials")
        trials["outcome"] = list(map(str, outcome))
    return trials


def _places(position: NDArray[np.float64], unit: str) -> NDArray[np.floating]:
    if unit not in ("rad", "m", "px"):
        raise InvalidValueError(f"position_unit: '{unit}' will not do; one of rad, m, px")
    place = position[:, None] if position.ndim == 1 else position
    if unit == "rad" and place.shape[1] != 1:
        raise InvalidValueError(f"position_unit: rad is for one angle, but position has {place.shape[1]} coordinates")
    return wrap(place) if unit == "rad" else place


def _velocity(session: Session, place: NDArray[np.floating]) -> NDArray[np.floating]:
    """Give central differences within stretches: signed on a ring or a line, the speed in the plane."""
    velocity = np.zeros(len(place))
    for stretch in session.segments():
        if stretch.stop - stretch.start > 1:
            here = np.unwrap(place[stretch], axis=0) if session.is_circular else place[stretch]
            change = np.gradient(here, session.dt_s, axis=0)
            velocity[stretch] = change.squeeze(1) if place.shape[1] == 1 else np.linalg.norm(change, axis=1)
    return velocity


def _meet(session: Session, landmarks: Mapping[str, ArrayLike], rule: Encounters, phases: bool) -> None:
    """Place the landmarks; find encounters and, where they are not given, phases and hypotheses."""
    position, radius = session.require("position"), session.visibility_radius
    if radius is None:
        raise InvalidValueError("visibility_radius: needed where there are landmarks")
    shape = (len(session.trials), position.shape[1])
    for name, place in landmarks.items():
        if np.shape(place) not in ((), shape[1:], shape):
            raise InvalidValueError(
                f"landmarks: '{name}' has shape {np.shape(place)}; {shape[1:]} or {shape} is needed"
            )
    of_trial: list[Any] = [np.broadcast_to(np.asarray(place, np.float64), shape) for place in landmarks.values()]
    session.landmarks = np.stack(of_trial, axis=1)
    if session.attributes["trials_cut"]:
        return
    met = encounters_of(session, rule, position, session.landmarks)
    session.encounters = met.table
    if phases:
        session.phase, session.n_hypotheses = met.phase, met.n_hypotheses
