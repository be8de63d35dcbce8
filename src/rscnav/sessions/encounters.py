"""Geometry -> encounters, non-encounters, phases, hypotheses.

An *encounter* is a stretch of visibility of at least a minimum duration; stretches of one landmark that lie close
together in time are one encounter. A *non-encounter* is the stretch in LM1 in which a landmark would be in view under a
hypothesis that is still open, and is not: from its end on there is one hypothesis fewer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.geometry import distance, wrap
from rscnav.sessions.schema import ENCOUNTERS, NO_PHASE
from rscnav.sessions.session import Session
from rscnav.sessions.settings import Encounters


@dataclass(frozen=True)
class Trajectory:
    """Where the animal was and when: what encounters are found from.

    Parameters
    ----------
    position : array, (time, dim)
    time : array, (time,)
        Bin centres (s).
    trial : array, (time,)
        Index of the trial, -1 between trials.
    landmarks : array, (trials, landmark, dim)
        Places in the unit of `position`; NaN where a landmark is not there.
    names : tuple of str
        The landmarks' names.
    radius : float
        A landmark is visible nearer than this.
    ring : bool
        Whether positions are angles on a ring.
    dt_s : float
    outcome : array of str, (trials,)
    map_known : bool
        Whether the animal knows how the landmarks lie to each other; without that no absence refutes anything.
    visible : array of bool, (time, landmark), optional
        Which landmarks are in view. Default: those within the radius. Where something else decides, no absence is told.
    """

    position: NDArray[np.floating]
    time: NDArray[np.floating]
    trial: NDArray[np.integer]
    landmarks: NDArray[np.floating]
    names: tuple[str, ...]
    radius: float
    ring: bool
    dt_s: float
    outcome: NDArray
    map_known: bool = True
    visible: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class EncounterTable:
    """What `find_encounters` finds: the table of encounters, and per sample the phase and the open hypotheses."""

    table: NDArray
    phase: NDArray[np.uint8]
    n_hypotheses: NDArray[np.uint8]


def find_encounters(behaviour: Trajectory, min_duration_s: float, merge_within_s: float) -> EncounterTable:
    """Find when landmarks were met, and when one was missed that should have been there.

    Parameters
    ----------
    min_duration_s : float
        Shorter stretches do not count (s).
    merge_within_s : float
        Stretches of one landmark less than this apart are one encounter (s).

    Returns
    -------
    EncounterTable
        `phase` is the number of distinct landmarks met so far, at most 2, changing at the onset of an encounter.
        `n_hypotheses` counts the places that fit what was met and what was missed: on the ring 2, or 1 after a
        non-encounter, in LM1 (for two landmarks), 1 in LM2, 0 (not applicable) in LM0, outside the ring, and where the
        map is not known.
    """
    rule = _Rule(min_duration_s, merge_within_s, behaviour.dt_s)
    phase = np.full(len(behaviour.time), NO_PHASE, np.uint8)
    hypotheses = np.zeros(len(behaviour.time), np.uint8)
    rows: list[tuple] = []
    order = np.argsort(behaviour.trial, kind="stable")
    edges = np.searchsorted(behaviour.trial[order], np.arange(len(behaviour.landmarks) + 1))
    for trial in range(len(behaviour.landmarks)):
        here = order[edges[trial] : edges[trial + 1]]
        if len(here):
            trial_rows, phase[here], hypotheses[here] = _one_trial(behaviour, rule, trial, here)
            rows += trial_rows
    return EncounterTable(np.array(rows, ENCOUNTERS), phase, hypotheses)


def encounters_of(
    session: Session,
    rule: Encounters,
    position: NDArray[np.floating],
    places: NDArray[np.floating],
    visible: NDArray[np.bool_] | None = None,
) -> EncounterTable:
    """Find the encounters of a session with landmarks at these places; see `Trajectory` and `find_encounters`."""
    behaviour = Trajectory(
        position=position,
        time=session.time,
        trial=session.trial,
        landmarks=places,
        names=session.landmark_names,
        radius=session.visibility_radius or 0.0,
        ring=session.is_circular,
        dt_s=session.dt_s,
        outcome=session.trials["outcome"],
        visible=visible,
    )
    return find_encounters(behaviour, rule.min_duration_s, rule.merge_within_s)


@dataclass(frozen=True)
class _Rule:
    min_duration_s: float
    merge_within_s: float
    dt_s: float

    def stretches(self, visible: NDArray[np.bool_], time: NDArray[np.floating]) -> list[tuple[int, int]]:
        """Give first and last sample of each stretch that counts."""
        on = np.flatnonzero(visible)
        if not len(on):
            return []
        # Distance in time from the end of one bin in view to the start of the next one in view.
        apart = np.diff(time[on]) - self.dt_s
        cut = (apart > 0.5 * self.dt_s) & (apart >= self.merge_within_s - 1e-9)
        first, last = on[np.append(True, cut)], on[np.append(cut, True)]
        lasts = time[last] - time[first] + self.dt_s >= self.min_duration_s - 1e-9
        return list(zip(first[lasts].tolist(), last[lasts].tolist(), strict=True))


def _one_trial(
    behaviour: Trajectory, rule: _Rule, trial: int, here: NDArray[np.intp]
) -> tuple[list[tuple], NDArray[np.uint8], NDArray[np.uint8]]:
    """Find the encounters of one trial, whose samples are `here`."""
    time, position, places = behaviour.time[here], behaviour.position[here], behaviour.landmarks[trial]
    if behaviour.visible is not None:
        visible = behaviour.visible[here]
    else:
        visible = distance(position[:, None], places[None], behaviour.ring) < behaviour.radius  # (sample, landmark)
    met = sorted(
        (first, last, k) for k in range(len(behaviour.names)) for first, last in rule.stretches(visible[:, k], time)
    )
    phase = np.zeros(len(here), np.uint8)
    rows, seen = [], []
    for first, last, k in met:
        is_new = k not in seen
        if is_new:
            seen.append(k)
            phase[first:] = min(len(seen), 2)
        rows.append(_row(behaviour, trial, here, (first, last), k, len(seen) if is_new else 0, "encounter"))
    hypotheses = np.zeros(len(here), np.uint8)
    if behaviour.ring and behaviour.map_known and behaviour.visible is None and seen:
        hypotheses[phase == 2] = 1
        hypotheses[phase == 1] = np.sum(np.isfinite(places[:, 0]))
        for first, last, k in _missed(behaviour, rule, trial, here, visible, phase, seen[0]):
            rows.append(_row(behaviour, trial, here, (first, last), k, 0, "non-encounter"))
            hypotheses[last + 1 :][phase[last + 1 :] == 1] -= 1
    rows.sort(key=lambda row: row[1])
    return rows, phase, hypotheses


def _missed(
    behaviour: Trajectory,
    rule: _Rule,
    trial: int,
    here: NDArray[np.intp],
    visible: NDArray[np.bool_],
    phase: NDArray[np.uint8],
    first_met: int,
) -> list[tuple[int, int, int]]:
    """Find, for each wrong identity of the first landmark, the first stretch that refutes it by an absence."""
    places, missed = behaviour.landmarks[trial], []
    dark = (phase == 1) & ~visible.any(axis=1)
    for k in range(len(places)):
        if k == first_met or not np.isfinite(places[k, 0]):
            continue
        imagined = behaviour.position[here] - places[first_met] + places[k]
        would_see = distance(imagined[:, None], places[None], ring=True) < behaviour.radius
        stretches = rule.stretches(would_see.any(axis=1) & dark, behaviour.time[here])
        if stretches:
            first, last = stretches[0]
            missed.append((first, last, int(np.argmax(would_see[first]))))
    return missed


def _row(
    behaviour: Trajectory,
    trial: int,
    here: NDArray[np.intp],
    span: tuple[int, int],
    landmark: int,
    order: int,
    kind: str,
) -> tuple:
    """Make one row of the table of encounters."""
    first, last = span
    half = behaviour.dt_s / 2
    from_start = first == 0
    approach = ""
    if behaviour.ring and not from_start:
        step = wrap(behaviour.position[here[first], 0] - behaviour.position[here[first - 1], 0])
        approach = "CCW" if step > 0 else "CW"
    return (
        trial,
        behaviour.time[here[first]] - half,
        behaviour.time[here[last]] + half,
        behaviour.names[landmark],
        order,
        order > 0,
        from_start,
        approach,
        kind,
        behaviour.outcome[trial],
    )
