"""Landmark encounters, non-encounters, phases and hypotheses, from positions.

An *encounter* is an interval of at least a minimum duration in which a landmark is in view; intervals of one landmark that are close
in time are merged. A *non-encounter* is an interval in LM1 in which a landmark would be in view under a hypothesis that is
still possible, but is absent: at its end this hypothesis is excluded.
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
    """Positions, times and landmarks from which encounters are computed.

    Parameters
    ----------
    position : array, (time, dim)
    time : array, (time,)
        Bin centres (s).
    trial : array, (time,)
        Index of the trial, -1 between trials.
    landmarks : array, (trials, landmark, dim)
        Landmark positions in the unit of `position`; NaN where a trial lacks the landmark.
    names : tuple of str
        The landmarks' names.
    radius : float
        Visibility radius: a landmark is in view within this distance.
    ring : bool
        Whether positions are angles on a ring.
    dt_s : float
    outcome : array of str, (trials,)
    map_known : bool
        Whether the animal knows the relative positions of the landmarks; only then does an absence exclude a hypothesis.
    visible : array of bool, (time, landmark), optional
        Which landmarks are in view. Default: those within the radius. With this array no non-encounters are computed.
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
    """Result of `find_encounters`: the table of encounters, and for each sample the phase and the count of possible hypotheses."""

    table: NDArray
    phase: NDArray[np.uint8]
    n_hypotheses: NDArray[np.uint8]


def find_encounters(behaviour: Trajectory, min_duration_s: float, merge_within_s: float) -> EncounterTable:
    """Compute encounters and non-encounters with landmarks, and from them phases and hypotheses.

    Parameters
    ----------
    min_duration_s : float
        Shorter intervals in view are not encounters (s).
    merge_within_s : float
        Intervals of one landmark separated by less than this are one encounter (s).

    Returns
    -------
    EncounterTable
        `phase` is the count of distinct landmarks encountered so far, at most 2; it changes at the onset of an encounter.
        `n_hypotheses` is the count of positions consistent with all encounters and non-encounters. With two landmarks on the ring:
        2 in LM1, or 1 after a non-encounter, and 1 in LM2. It is 0 (not applicable) in LM0, outside the ring, and where the
        map is unknown.

    Examples
    --------
    One trial on the ring, clockwise from 1 rad past landmark a at 0. If this landmark were b (at 2 rad), landmark a would be in
    view after another 2 rad. It is absent there, so that one hypothesis remains before b is encountered.

    >>> import numpy as np
    >>> from rscnav.sessions import find_encounters
    >>> from rscnav.sessions.encounters import Trajectory
    >>> walk = Trajectory(
    ...     position=np.linspace(1, -5, 121)[:, None], time=0.1 * np.arange(121), trial=np.zeros(121, int),
    ...     landmarks=np.array([[[0.0], [2.0]]]), names=("a", "b"), radius=0.22, ring=True, dt_s=0.1,
    ...     outcome=np.array(["none"]),
    ... )
    >>> found = find_encounters(walk, min_duration_s=0.1, merge_within_s=0.5)
    >>> found.table["kind"].tolist(), found.table["onset_s"].round(2).tolist()
    (['encounter', 'non-encounter', 'encounter'], [1.55, 5.55, 10.15])
    >>> found.phase[::20].tolist(), found.n_hypotheses[::20].tolist()
    ([0, 1, 1, 1, 1, 1, 2], [0, 2, 2, 2, 1, 1, 1])
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
    """Compute the encounters of a session with landmarks at `places`; see `Trajectory` and `find_encounters`."""
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
        """Return the first and last sample of each interval that counts as an encounter."""
        on = np.flatnonzero(visible)
        if not len(on):
            return []
        # Distance in time from the end of one bin in view to the start of the next one in view.
        gap = np.diff(time[on]) - self.dt_s
        cut = (gap > 0.5 * self.dt_s) & (gap >= self.merge_within_s - 1e-9)
        first, last = on[np.append(True, cut)], on[np.append(cut, True)]
        lasts = time[last] - time[first] + self.dt_s >= self.min_duration_s - 1e-9
        return list(zip(first[lasts].tolist(), last[lasts].tolist(), strict=True))


def _one_trial(
    behaviour: Trajectory, rule: _Rule, trial: int, here: NDArray[np.intp]
) -> tuple[list[tuple], NDArray[np.uint8], NDArray[np.uint8]]:
    """Compute the encounters of one trial, whose samples are `here`."""
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
        for first, last, k in _non_encounters(behaviour, rule, trial, here, visible, phase, seen[0]):
            rows.append(_row(behaviour, trial, here, (first, last), k, 0, "non-encounter"))
            hypotheses[last + 1 :][phase[last + 1 :] == 1] -= 1
    rows.sort(key=lambda row: row[1])
    return rows, phase, hypotheses


def _non_encounters(
    behaviour: Trajectory,
    rule: _Rule,
    trial: int,
    here: NDArray[np.intp],
    visible: NDArray[np.bool_],
    phase: NDArray[np.uint8],
    first_met: int,
) -> list[tuple[int, int, int]]:
    """Return, for each wrong identity of the first landmark, the first interval in which an absence excludes it."""
    places, found = behaviour.landmarks[trial], []
    dark = (phase == 1) & ~visible.any(axis=1)
    for k in range(len(places)):
        if k == first_met or not np.isfinite(places[k, 0]):
            continue
        imagined = behaviour.position[here] - places[first_met] + places[k]
        would_see = distance(imagined[:, None], places[None], ring=True) < behaviour.radius
        stretches = rule.stretches(would_see.any(axis=1) & dark, behaviour.time[here])
        if stretches:
            first, last = stretches[0]
            found.append((first, last, int(np.argmax(would_see[first]))))
    return found


def _row(
    behaviour: Trajectory,
    trial: int,
    here: NDArray[np.intp],
    span: tuple[int, int],
    landmark: int,
    order: int,
    kind: str,
) -> tuple:
    """Return one row of the table of encounters."""
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
