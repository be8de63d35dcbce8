"""numpy arrays -> `Session`, without a file or a mapping."""

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
    test_fraction: float = 0.8,
    seeds: Seeds | None = None,
) -> Session:
    """Return a `Session` of numpy arrays; only `activity` and `dt_s` are required.

    Parameters
    ----------
    activity : array, (time, unit)
        Firing rates (spike counts divided by `dt_s`), or hidden states of a network.
    dt_s : float
        Width of the time bins (s).
    name, kind, subject : str
        `kind` is ``recording`` or ``network``; `subject` defaults to the name.
    activity_unit : str, optional
        Default: ``Hz`` for recordings, no unit for networks.
    time : array, (time,), optional
        Bin centres (s). Default: consecutive bins from 0 on.
    trial : array of int, (time,), optional
        Trial of each sample, as any number ≥ 0; -1 between trials. Default: stretches are divided into pieces of `trial_s`, and
        analyses that need trials are not applicable.
    outcome : sequence of str, (trial,), optional
        ``correct``, ``incorrect`` or ``none``, in the order of the trials. Default: ``none``.
    position : array, (time,) or (time, dim), optional
        In the landmark frame; angles (rad) are wrapped to [-π, π).
    position_unit : str
        ``rad`` (one angle), ``m`` or ``px``.
    heading : array, (time,), optional
        Head direction (rad); NaN where it is unknown.
    phase : array of int, (time,), optional
        0, 1, 2 for LM0, LM1, LM2; 255 where it is undefined. Default: computed from `landmarks`.
    landmarks : dict, optional
        Position of each landmark, (dim,), or its position in each trial, (trial, dim). Encounters, phases and hypotheses are computed
        from it; this needs `position` and `visibility_radius`.
    visibility_radius : float, optional
        Distance within which a landmark is in view (unit of `position`).
    units : dict of array, (unit,), optional
        Columns of the table of units. Default: ``id`` from 0 on.
    spikes : sequence of array, optional
        Spike times of each unit (s).
    encounters : Encounters, optional
        Definition of an encounter. Default: the defaults of the configuration.
    trial_s, test_fraction : float
        Length of the pieces (s); fraction of the trials used for testing. With two or more trials there is at least one of each kind.
    seeds : Seeds, optional
        Seeds for the random draw of test trials. Default: root seed 0.

    Returns
    -------
    Session

    Raises
    ------
    InvalidValueError
        If shapes do not match, values are not finite, a trial is not contiguous, or an outcome is not valid.

    Examples
    --------
    One lap past landmarks a and b on the ring, with the activity of two units that are tuned to the position:

    >>> import numpy as np
    >>> from rscnav.recordings import session_from_arrays
    >>> angle = np.linspace(-1, 3, 80)
    >>> rates = 10 * np.exp(np.cos(angle[:, None] - [0.0, 2.0]) - 1)
    >>> session = session_from_arrays(
    ...     rates, 0.1, trial=np.zeros(80, int), outcome=["correct"], position=angle, position_unit="rad",
    ...     landmarks={"a": [0.0], "b": [2.0]}, visibility_radius=0.25,
    ... )
    >>> session.encounters["landmark"].tolist(), session.encounters["order"].tolist()
    (['a', 'b'], [1, 2])
    >>> np.unique(session.phase).tolist()
    [0, 1, 2]
    """
    rates = np.asarray(activity, np.float32)
    if rates.ndim != 2:
        raise InvalidValueError(f"activity: shape {rates.shape} is not valid; expected (time, unit)")
    if not np.isfinite(rates).all():
        at, unit = np.argwhere(~np.isfinite(rates))[0]
        raise InvalidValueError(f"activity: not finite at sample {at}, unit {unit}; remove such samples or units")
    centres = np.asarray(dt_s * (np.arange(len(rates)) + 0.5) if time is None else time, np.float64)
    of_trial, spans = _cut(centres, dt_s, trial_s) if trial is None else _numbered(centres, dt_s, np.asarray(trial))
    place = None if position is None else _places(np.asarray(position, np.float64), position_unit)
    of_units = {name: np.asarray(column) for name, column in (units or {"id": np.arange(rates.shape[1])}).items()}
    given = {} if activity_unit is None else {"activity_unit": activity_unit}
    session = Session(
        name=name,
        kind=kind,
        subject=subject or name,
        dt_s=dt_s,
        activity=rates,
        time=centres,
        trial=of_trial,
        trials=_trials(spans, outcome, draw_split(len(spans), test_fraction, seeds or Seeds(0, ("read", name)))),
        units=structured(of_units, len(next(iter(of_units.values())))),
        position=place,
        heading=None if heading is None else np.asarray(heading, np.float64),
        phase=None if phase is None else np.asarray(phase, np.uint8),
        spikes=None if spikes is None else [np.sort(np.asarray(times, np.float64)) for times in spikes],
        landmark_names=tuple(landmarks or ()),
        visibility_radius=visibility_radius,
        position_unit=position_unit,
        attributes={**given, "trials_cut": trial is None, "notes": ""},
    )
    if place is not None:
        session.velocity = _velocity(session, place)
    if landmarks is not None:
        _add_landmarks(session, landmarks, encounters or Encounters(), phase is None)
    return session


def _cut(time: NDArray[np.float64], dt_s: float, trial_s: float) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Divide contiguous stretches into pieces; return the piece of each sample, (time,), and the spans, (piece, 2) in s."""
    stretches = contiguous_stretches(time, np.zeros(len(time), np.int32), dt_s)
    whole = [(time[s.start] - dt_s / 2, time[s.stop - 1] + dt_s / 2) for s in stretches]
    spans, _ = cut_spans(np.array(whole).reshape(-1, 2), trial_s)
    if not len(spans):
        raise InvalidValueError(f"trial_s: no stretch is at least half of {trial_s:g} s long; set a shorter trial_s")
    piece = np.searchsorted(spans[:, 0], time, side="right") - 1
    return np.where((piece >= 0) & (time < spans[piece, 1]), piece, -1).astype(np.int32), spans


def _numbered(time: NDArray[np.float64], dt_s: float, trial: NDArray) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Renumber the trials from 0; return the trial of each sample, (time,), and the spans, (trial, 2) in s."""
    if trial.shape != time.shape:
        raise InvalidValueError(
            f"trial: shape {trial.shape} is not valid; expected ({len(time)},), one value for each sample"
        )
    starts = np.flatnonzero(np.append(True, trial[1:] != trial[:-1])) if len(trial) else np.empty(0, np.intp)
    stops = np.append(starts[1:], len(trial))
    real = trial[starts] >= 0
    names = trial[starts[real]]
    if len(np.unique(names)) < len(names):
        twice = next(name for name in names.tolist() if np.sum(names == name) > 1)
        raise InvalidValueError(
            f"trial: {twice} occurs again after another trial; the samples of a trial must be contiguous"
        )
    if not len(names):
        raise InvalidValueError("trial: no sample is in a trial; expected numbers ≥ 0, and -1 between trials")
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
            raise InvalidValueError(f"outcome: expected one of {', '.join(known)} for each of the {len(trials)} trials")
        trials["outcome"] = list(map(str, outcome))
    return trials


def _places(position: NDArray[np.float64], unit: str) -> NDArray[np.floating]:
    if unit not in ("rad", "m", "px"):
        raise InvalidValueError(f"position_unit: '{unit}' is not valid; expected one of rad, m, px")
    place = position[:, None] if position.ndim == 1 else position
    if unit == "rad" and place.shape[1] != 1:
        raise InvalidValueError(
            f"position_unit: rad is valid for a single angle only, but position has {place.shape[1]} coordinates"
        )
    return wrap(place) if unit == "rad" else place


def _velocity(session: Session, place: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the velocity by central differences within stretches: signed for one coordinate, the speed in the plane."""
    velocity = np.zeros(len(place))
    for stretch in session.segments():
        if stretch.stop - stretch.start > 1:
            here = np.unwrap(place[stretch], axis=0) if session.is_circular else place[stretch]
            change = np.gradient(here, session.dt_s, axis=0)
            velocity[stretch] = change.squeeze(1) if place.shape[1] == 1 else np.linalg.norm(change, axis=1)
    return velocity


def _add_landmarks(session: Session, landmarks: Mapping[str, ArrayLike], rule: Encounters, phases: bool) -> None:
    """Add landmark positions and encounters to the session, and with `phases` also phases and hypotheses."""
    position, radius = session.require("position"), session.visibility_radius
    if radius is None:
        raise InvalidValueError("visibility_radius: required with landmarks; set it in the unit of position")
    shape = (len(session.trials), position.shape[1])
    for name, place in landmarks.items():
        if np.shape(place) not in ((), shape[1:], shape):
            raise InvalidValueError(
                f"landmarks: '{name}' has shape {np.shape(place)}, which is not valid; expected {shape[1:]} or {shape}"
            )
    of_trial: list[Any] = [np.broadcast_to(np.asarray(place, np.float64), shape) for place in landmarks.values()]
    session.landmarks = np.stack(of_trial, axis=1)
    if session.attributes["trials_cut"]:
        return
    found = encounters_of(session, rule, position, session.landmarks)
    session.encounters = found.table
    if phases:
        session.phase, session.n_hypotheses = found.phase, found.n_hypotheses
