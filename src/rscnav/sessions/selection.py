"""Selection of trials, units, phases and time bins of a session."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError, did_you_mean
from rscnav.sessions.lazy import LazyRows, LazySpikeTrains, Trains, row_blocks
from rscnav.sessions.schema import ARRAYS, PHASES
from rscnav.sessions.session import Session
from rscnav.settings.object_repr import clipped

SPLITS = ("train", "test")


class SelectedRows(LazyRows):
    """Some samples and units of a lazy activity, read on access.

    Parameters
    ----------
    source : LazyRows
    samples : array of int, (time,)
        Increasing.
    units : array of int, (unit,)
    """

    def __init__(self, source: LazyRows, samples: NDArray[np.integer], units: NDArray[np.integer]) -> None:
        super().__init__(len(samples), len(units))
        self.source, self.samples, self.chosen_units = source, samples, units

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Read the samples from `start` to before `stop`."""
        at = self.samples[start:stop]
        found = np.empty((len(at), len(self.chosen_units)), np.float32)
        for block in row_blocks((len(at), self.source.shape[1])):
            found[block] = self.source[at[block]][:, self.chosen_units]
        return found


def select(
    session: Session, trials: Any = None, units: Any = None, phase: str | Sequence[str] | None = None
) -> Session:
    """Return a session with some trials, units and phases only; see `Session.select`."""
    n_trials = len(session.trials)
    of_units = np.arange(session.n_units) if units is None else _indices(units, session.n_units, "units")
    of_trials = np.arange(n_trials) if trials is None else np.sort(_trial_indices(session, trials))
    inside = np.ones(len(session.time), bool) if trials is None else np.isin(session.trial, of_trials)
    if phase is not None:
        inside &= np.isin(session.require("phase"), _phase_numbers(phase))
        of_trials = of_trials[np.isin(of_trials, session.trial[inside])]
    if not len(of_units):
        raise InvalidValueError("units: the selection is empty; select at least one unit")
    if not inside.any() and not (trials is None and phase is None):
        raise InvalidValueError(
            f"the selection is empty: session '{session.name}' has no time bin in these trials and phases"
        )
    part = restricted(session, inside, of_units, of_trials)
    if phase is not None and part.encounters is not None:
        part.encounters = part.encounters[_in_view(part, part.encounters)]
    if part.spikes is not None and not inside.all():
        part.spikes = _cut_spikes(part)
    return part


def restricted(
    session: Session, samples: NDArray[np.bool_], units: NDArray[np.integer], trials: NDArray[np.integer]
) -> Session:
    """Return a session with some time bins, units and trials only; trials are renumbered from 0.

    Encounters of other trials are dropped. Spike times of the units are not cut. Lazy activity and spikes stay lazy.

    Parameters
    ----------
    session : Session
    samples : mask, (time,)
        Time bins; those in trials must be of `trials`.
    units : array of int
    trials : array of int
        Increasing.
    """
    at: dict[str, Any] = {"time": np.flatnonzero(samples), "unit": units, "trials": trials}
    changed: dict[str, Any] = {"trials": session.trials[trials], "units": session.units[units]}
    for spec in ARRAYS:
        values = getattr(session, spec.name)
        if values is None:
            continue
        if isinstance(values, LazyRows):
            changed[spec.name] = SelectedRows(values, at["time"], units)
            continue
        for axis, dim in enumerate(spec.dims):
            if dim in at:
                values = np.take(values, at[dim], axis)
        changed[spec.name] = values
    new = np.append(np.full(len(session.trials), -1), -1)  # the last entry is for trial -1
    new[trials] = np.arange(len(trials))
    changed["trial"] = new[changed["trial"]].astype(session.trial.dtype)
    if session.encounters is not None:
        table = session.encounters[np.isin(session.encounters["trial"], trials)]
        table["trial"] = new[table["trial"]]
        changed["encounters"] = table
    if session.spikes is not None:
        changed["spikes"] = _trains_of(session.spikes, units)
    return replace(session, **changed, attributes=dict(session.attributes))


def select_units_and_trials(session: Session, units: NDArray[np.integer], trials: NDArray[np.integer]) -> Session:
    """Return a session with some units and trials only (`restricted`); time bins outside these trials are dropped.

    Parameters
    ----------
    session : Session
    units, trials : array of int
        Indices in increasing order.
    """
    return restricted(session, np.isin(session.trial, trials), units, trials)


def _trains_of(spikes: Trains, units: NDArray[np.integer]) -> Trains:
    """Return the spikes of some units; lazy trains stay lazy."""
    if isinstance(spikes, LazySpikeTrains):
        return LazySpikeTrains(spikes.counts[units], lambda k: spikes[int(units[k])])
    return [spikes[int(unit)] for unit in units]


def _cut_spikes(session: Session) -> Trains:
    """Return the spikes within the time bins; lazy trains are read once to count them, and stay lazy."""
    trains, half = session.spikes or (), session.dt_s / 2
    stretches = session.segments()
    start = session.time[[s.start for s in stretches]] - half
    stop = session.time[[s.stop - 1 for s in stretches]] + half

    def inside(k: int) -> NDArray[np.float64]:
        times = np.asarray(trains[k], np.float64)
        at = np.searchsorted(start, times, side="right") - 1
        return times[(at >= 0) & (times < stop[at])]

    if isinstance(trains, LazySpikeTrains):
        counts = np.array([len(inside(k)) for k in range(len(trains))], np.int64)
        return LazySpikeTrains(counts, inside)
    return [inside(k) for k in range(len(trains))]


def _in_view(session: Session, encounters: NDArray) -> NDArray[np.bool_]:
    """Return a mask of the encounters during which the session has a time bin of the same trial."""
    first = np.searchsorted(session.time, encounters["onset_s"])
    last = np.searchsorted(session.time, encounters["offset_s"])
    trial = session.trial
    pairs = zip(first, last, encounters["trial"], strict=True)
    return np.array([bool(np.any(trial[a:b] == number)) for a, b, number in pairs], bool)


def _phase_numbers(phase: str | Sequence[str]) -> list[int]:
    """Return the numbers of phases given by name."""
    names = [phase] if isinstance(phase, str) else list(phase)
    for name in names:
        if name not in PHASES:
            raise InvalidValueError(
                f"phase: {name!r} is not valid; expected one of {', '.join(PHASES)}, or a list of them"
                f"{did_you_mean(name, PHASES)}"
            )
    return [PHASES.index(name) for name in names]


def _trial_indices(session: Session, trials: Any) -> NDArray[np.intp]:
    """Return the indices of selected trials: of a split, a mask, indices or a slice."""
    if isinstance(trials, str):
        if trials not in SPLITS:
            raise InvalidValueError(
                f"trials: '{trials}' is not valid; expected 'train', 'test', a mask, indices or a slice"
                f"{did_you_mean(trials, SPLITS)}"
            )
        return np.flatnonzero(session.trials["split"] == trials)
    return _indices(trials, len(session.trials), "trials")


def _indices(chosen: Any, n: int, what: str) -> NDArray[np.intp]:
    """Return the indices of a mask, indices or a slice.

    Raises
    ------
    InvalidValueError
        If they are of another kind, out of range, or repeated.
    """
    if isinstance(chosen, slice):
        return np.arange(n)[chosen]
    array = np.atleast_1d(np.asarray(chosen))
    if array.dtype == bool:
        if array.shape != (n,):
            raise InvalidValueError(f"{what}: a mask of shape {array.shape} is not valid; expected ({n},)")
        return np.flatnonzero(array)
    if not array.size:
        return np.empty(0, np.intp)
    if array.dtype.kind not in "iu" or array.ndim != 1:
        raise InvalidValueError(f"{what}: {clipped(repr(chosen))} is not valid; expected a mask, indices or a slice")
    outside = array[(array < 0) | (array >= n)]
    if len(outside):
        valid = f"0 to {n - 1}" if n else f"none, the session has no {what}"
        raise InvalidValueError(f"{what}: index {outside[0]} is out of range; valid are {valid}")
    values, counts = np.unique(array, return_counts=True)
    if np.any(counts > 1):
        raise InvalidValueError(f"{what}: index {values[counts > 1][0]} is given more than once; give each index once")
    return array.astype(np.intp)
