"""Sets of four matched passages without a landmark in view: non-encounter, other passage, and a twin of each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.encounters.categories import MISSED
from rscnav.analyses.events import first_sample, segment_start
from rscnav.analyses.statistics.matched_pairs import optimal_assignment
from rscnav.sessions.geometry import wrap
from rscnav.sessions.session import Session

MAX_CANDIDATES = 20_000  # largest count of candidate samples; more are reduced by a random draw


@dataclass(frozen=True)
class MatchTolerance:
    """Largest differences between matched passages: in position (rad), in the angle moved (rad), in the time in the trial (s)."""

    place_rad: float
    moved_rad: float
    time_s: float


@dataclass(frozen=True)
class Passages:
    """Sets of four matched passages: non-encounter and its twin, other passage and its twin.

    Parameters
    ----------
    start : array, (4, set)
        First sample of each passage. For a non-encounter: the first sample at which the landmark would have been in view under
        the hypothesis that its absence refutes.
    length : array, (set,)
        Samples during which the landmark would have been in view.
    dark : array, (4, set)
        Samples from the start on without a landmark in view.
    stretch : array, (time,)
        First sample of the contiguous stretch of each sample of the session.
    n_missed : int
        Count of non-encounters that can be used, one per trial.
    """

    start: NDArray[np.intp]
    length: NDArray[np.int64]
    dark: NDArray[np.int64]
    stretch: NDArray[np.int64]
    n_missed: int

    def event_samples(self, lags: NDArray[np.integer]) -> NDArray[np.intp]:
        """Return the samples at lags from each start, (4, set, lag); -1 outside the stretch and once a landmark is in view."""
        at = self.start[..., None] + lags
        inside = (at >= 0) & (lags < self.dark[..., None])
        at = np.where(inside, at, 0)
        inside &= self.stretch[at] == self.stretch[self.start][..., None]
        return np.where(inside, at, -1)


def find_passages(
    session: Session,
    chosen: NDArray[np.bool_],
    after: int,
    tolerance: MatchTolerance,
    most: int,
    generator: np.random.Generator,
) -> Passages:
    """Find sets of four matched passages.

    - *non-encounter*: the first of a trial.
    - *other*: a passage of another trial, in LM1 with at least two hypotheses possible, in which no landmark is
      expected under any of them. It has the same duration, a similar angle moved and a similar time in the trial.
    - *twin* of each: a passage of yet another trial at the same positions in the same direction (compared `after`
      samples before the start, at the start, and at the end), at a similar time in the trial, in LM2, so that one
      hypothesis is left.

    In all four no landmark is in view from the sample before the start to `after` samples beyond the passage. Each
    trial is used at most once in a role, and a trial with a non-encounter is not used as *other*.

    Parameters
    ----------
    session : Session
        On a ring, with phases and hypotheses.
    chosen : array, (trial,)
        Mask of the trials to use.
    after : int
        Samples after the passage.
    tolerance : MatchTolerance
    most : int
        Largest count of non-encounters; if there are more, they are drawn at random.
    generator : numpy.random.Generator

    Returns
    -------
    Passages
    """
    table = session.require("encounters")
    table = table[chosen[table["trial"]]]
    rows = table[table["kind"] == MISSED]
    spans = first_sample(session, rows["onset_s"]), first_sample(session, rows["offset_s"])
    expected = _covered(len(session.time), *spans)
    first = np.unique(rows["trial"], return_index=True)[1]  # rows of a trial are in order of time
    start, length = spans[0][first], (spans[1] - spans[0])[first]
    dark = _room(session, _in_view(session))
    free = _room(session, _in_view(session) | expected)
    enough = dark[start] >= length + after
    cases, start, length = rows["trial"][first][enough], start[enough], length[enough]
    n_missed = len(start)
    if n_missed > most:
        drawn = np.sort(generator.choice(n_missed, most, replace=False))
        start, length = start[drawn], length[drawn]
    phase, hypotheses = session.require("phase"), session.require("n_hypotheses")
    usable = np.append(chosen, False)[session.trial]
    not_case = usable & ~np.append(np.isin(np.arange(len(chosen)), cases), False)[session.trial]
    others = _draw((phase == 1) & (hypotheses >= 2) & not_case & (free > after), generator)
    twins = _draw((phase == 2) & usable & (dark > after), generator)
    place = session.require("position")[:, 0]
    in_trial = session.time - np.append(session.trials["start_s"], np.nan)[session.trial]
    stretch = segment_start(session)
    before = np.maximum(np.arange(len(place)) - after, 0)
    earlier = np.where(stretch[before] == stretch, place[before], np.nan)

    def over(samples: NDArray[np.intp], reach: int) -> NDArray[np.float64]:
        return np.abs(wrap(place[samples + reach] - place[samples - 1]))

    def like_other(near: NDArray[np.intp], here: int, reach: int) -> list[NDArray[np.float64]]:
        moved = over(near, reach) - over(np.array([here]), reach)
        return [moved / tolerance.moved_rad, (in_trial[near] - in_trial[here]) / tolerance.time_s]

    def like_twin(near: NDArray[np.intp], here: int, reach: int) -> list[NDArray[np.float64]]:
        away = [wrap(earlier[near] - earlier[here])]
        away += [wrap(place[near + k] - place[here + k]) for k in (0, reach)]
        return [*(a / tolerance.place_rad for a in away), (in_trial[near] - in_trial[here]) / tolerance.time_s]

    reach = length - 1 + after
    sets = np.stack([start, reach])
    pairs = _nearest(session.trial, sets[0], sets[1], others, free, like_other)
    sets = np.concatenate([sets[:, pairs[:, 0]], [pairs[:, 1]]])
    for role in (0, 2):
        pairs = _nearest(session.trial, sets[role], sets[1], twins, dark, like_twin)
        sets = np.concatenate([sets[:, pairs[:, 0]], [pairs[:, 1]]])
    missed, reach, other, missed_twin, other_twin = sets
    found = np.stack([missed, missed_twin, other, other_twin])
    return Passages(found, reach + 1 - after, dark[found], stretch, n_missed)


def _nearest(
    trial: NDArray[np.integer],
    start: NDArray[np.intp],
    reach: NDArray[np.int64],
    candidates: NDArray[np.intp],
    room: NDArray[np.int64],
    scaled_differences: Callable[[NDArray[np.intp], int, int], list[NDArray[np.float64]]],
) -> NDArray[np.intp]:
    """Pair passages with candidates of other trials by optimal matching: (pair, 2), index of the passage and sample.

    Each trial is used once. `scaled_differences` returns differences in units of their tolerances.
    """
    names, column = np.unique(trial[candidates], return_inverse=True)
    cost = np.full((len(start), len(names)), np.inf)
    at = np.zeros(cost.shape, np.intp)
    for k, (here, far) in enumerate(zip(start.tolist(), reach.tolist(), strict=True)):
        able = (room[candidates] > far) & (trial[candidates] != trial[here])
        near, into = candidates[able], column[able]
        away = np.stack(scaled_differences(near, here, far))
        fits = (np.abs(away) <= 1).all(axis=0)
        near, into, total = near[fits], into[fits], np.sum(away[:, fits] ** 2, axis=0)
        order = np.argsort(-total, kind="stable")  # the last assignment, of the smallest cost, remains
        cost[k, into[order]], at[k, into[order]] = total[order], near[order]
    pairs = optimal_assignment(cost)
    return np.stack([pairs[:, 0], at[pairs[:, 0], pairs[:, 1]]], axis=1)


def _draw(allowed: NDArray[np.bool_], generator: np.random.Generator) -> NDArray[np.intp]:
    """Return the allowed samples, or `MAX_CANDIDATES` of them drawn at random."""
    samples = np.flatnonzero(allowed)
    if len(samples) <= MAX_CANDIDATES:
        return samples
    return np.sort(generator.choice(samples, MAX_CANDIDATES, replace=False))


def _covered(n: int, start: NDArray[np.intp], stop: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return a mask of the n samples that lie in a span from `start` to before `stop`."""
    edges = np.zeros(n + 1, np.int64)
    np.add.at(edges, start, 1)
    np.add.at(edges, stop, -1)
    return np.cumsum(edges[:-1]) > 0


def _in_view(session: Session) -> NDArray[np.bool_]:
    """Return a mask of the samples at which a landmark is in view."""
    table = session.require("encounters")
    met = table[table["kind"] == "encounter"]
    return _covered(len(session.time), first_sample(session, met["onset_s"]), first_sample(session, met["offset_s"]))


def _room(session: Session, barred: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count, for each sample, the samples from it to the next barred one or to the end of its stretch.

    The count is 0 if the sample or the one before is barred, or if the one before belongs to another stretch.
    """
    n = len(barred)
    new = segment_start(session) == np.arange(n)
    stop = np.where(barred | np.append(new[1:], True), np.arange(n) + ~barred, n)
    count = np.minimum.accumulate(stop[::-1])[::-1] - np.arange(n)
    return np.where(barred | new | np.append(True, barred[:-1]), 0, count)
