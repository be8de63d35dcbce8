"""RSA and DSA of every session pair of a comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from rscnav.analyses.preprocessing import Prepared, prepare
from rscnav.analyses.result import INTERVAL, Result
from rscnav.analyses.settings import Common
from rscnav.comparison import conditions
from rscnav.comparison.conditions import PLACES, TIMES, place_conditions, places_differ, time_conditions
from rscnav.comparison.dsa import DSAResult, compare_dynamics, within_session_distance
from rscnav.comparison.rdm import Geometry, geometry
from rscnav.comparison.rsa import RSAResult, compare_geometries, reliability
from rscnav.comparison.segments import Segments, cut
from rscnav.errors import InvalidValueError
from rscnav.seeds import Seeds
from rscnav.sessions.rebinning import rebin
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

MADE_BY = {PLACES: place_conditions, TIMES: time_conditions}
IN_WORDS = {PLACES: "phase x place", TIMES: "phase x time since the phase began"}


def fields(trials: str) -> tuple[str, ...]:
    """Return the fields of a session that are read, for a choice of trials (`analyses.common.trials`)."""
    return (*conditions.FIELDS, *(("belief", "bin_centres") if trials == "low_error" else ()))


def pair_name(one: str, other: str) -> str:
    """Return the name of a session pair in results."""
    return f"{one}:{other}"


@dataclass
class _Side:
    """One prepared session; distances are computed at first use."""

    session: Session
    prepared: Prepared
    seeds: Seeds
    pieces: Segments | None
    no_pieces: str
    geometries: dict[str, tuple[Geometry | None, str]] = field(default_factory=dict)

    def geometry(self, kind: str, settings: Any) -> tuple[Geometry | None, str]:
        if kind not in self.geometries:
            missing = self.session.missing_fields(("phase",))
            if missing:
                self.geometries[kind] = None, missing
            else:
                labels = MADE_BY[kind](self.session, self.prepared.samples, settings)
                found = geometry(self.session, self.prepared, labels, settings, self.seeds.spawn(kind))
                self.geometries[kind] = found
        return self.geometries[kind]


def compare(
    sessions: Sequence[Session], settings: Any = None, common: Common | None = None, seeds: Seeds | None = None
) -> Result:
    """Compare sessions in pairs by RSA and DSA.

    Parameters
    ----------
    sessions : sequence of Session
        At least two, with different names.
    settings : Similarity, optional
        Default: its defaults.
    common : Common, optional
        Time step, low-pass filter and choice of trials; default: the defaults.
    seeds : Seeds, optional
        Default: root seed 0.

    Returns
    -------
    Result
        Arrays by session ``NAME/...`` and by pair ``NAME:NAME/...``; see docs/analyses/comparison.md. Missing comparisons have
        a reason in the notes of the pair.

    Raises
    ------
    InvalidValueError
        For fewer than two sessions, or two with the same name.

    Examples
    --------
    Two rotations of equal speed and opposite direction have similar dynamics:

    >>> import numpy as np
    >>> from rscnav import compare, session_from_arrays
    >>> from rscnav.comparison.settings import Similarity
    >>> angle, trial = 0.3 * np.arange(800), np.arange(800) // 40
    >>> noise = 0.1 * np.random.default_rng(0).normal(size=(2, 800, 3))
    >>> sessions = [
    ...     session_from_arrays(np.cos(sign * angle[:, None] + [0.0, 1.0, 2.0]) + noise[k], 0.1, name=name, trial=trial)
    ...     for k, (name, sign) in enumerate([("one", 1), ("two", -1)])
    ... ]
    >>> few = Similarity(
    ...     n_components=2, n_delays=2, rank=2, segment_s=2.0, iterations=50, n_dynamics_subsamples=10, n_dynamics_splits=1
    ... )
    >>> result = compare(sessions, few)
    >>> result["pair"].tolist(), bool(result["one:two/distance"] < result["one:two/distance_shuffled"])
    (['one:two'], True)
    """
    from rscnav.comparison.settings import Similarity

    names = [session.name for session in sessions]
    if len(names) < 2 or len(set(names)) < len(names):
        raise InvalidValueError(f"sessions to compare: {', '.join(names) or 'none'}; name two at least, each once")
    settings, common, seeds = settings or Similarity(), common or Common(), seeds or Seeds(0, ("compare",))
    sides = {s.name: _side(rebin(s, common.analysis_dt_s), settings, common, seeds.spawn(s.name)) for s in sessions}
    result = Result()
    result.add("session", np.array(names, np.str_), "", ("session",))
    result.add("kind", np.array([s.kind for s in sessions], np.str_), "", ("session",))
    result.add("n_units", np.array([s.n_units for s in sessions], np.int64), "", ("session",))
    result.add("n_trials", np.array([len(s.trials) for s in sessions], np.int64), "", ("session",))
    floors = _floors(result, sides, settings)
    pairs = list(combinations(names, 2))
    result.add("pair", np.array([pair_name(*pair) for pair in pairs], np.str_), "", ("pair",))
    for one, other in pairs:
        pair = pair_name(one, other)
        notes = [
            _geometries(result, pair, sides[one], sides[other], settings, seeds),
            _dynamics(result, pair, (sides[one], sides[other]), floors, settings, seeds),
        ]
        result.notes[pair] = "; ".join(note for note in notes if note)
    for name, side in sides.items():
        for kind, (found, _) in side.geometries.items():
            if found is not None:
                _add_geometry(result, f"{name}/{kind}", found)
    return result


def _side(session: Session, settings: Any, common: Common, seeds: Seeds) -> _Side:
    prepared = prepare(session, common)
    pieces, why = cut(prepared, session.time[prepared.samples], session.dt_s, settings, seeds.spawn("pieces"))
    return _Side(session, prepared, seeds, pieces, why)


def _floors(result: Result, sides: Mapping[str, _Side], settings: Any) -> dict[str, float]:
    """Add the within-session distance of each session (one half of the trials against the other); return their means."""
    floors = {}
    for name, side in sides.items():
        if side.pieces is None:
            result.notes[name] = f"dynamics: {side.no_pieces}"
            continue
        found = within_session_distance(side.pieces, settings, side.seeds)
        floors[name] = float(found.mean())
        result.add(f"{name}/floor", found.mean(), "rad")
        result.add(f"{name}/floor_least", found.min(), "rad")
        result.add(f"{name}/floor_most", found.max(), "rad")
    return floors


def _geometries(result: Result, pair: str, one: _Side, other: _Side, settings: Any, seeds: Seeds) -> str:
    """Add the similarity of geometry of a pair; return its note."""
    differ = places_differ(one.session, other.session)
    kind = TIMES if differ else PLACES
    note = f"geometry by {IN_WORDS[kind]}" + (f" ({differ})" if differ else "")
    mine, why_not_mine = one.geometry(kind, settings)
    theirs, why_not_theirs = other.geometry(kind, settings)
    if mine is None or theirs is None:
        why = [f"{s.session.name}: {w}" for s, w in ((one, why_not_mine), (other, why_not_theirs)) if w]
        return f"{note}: {', '.join(why)}"
    found = compare_geometries(mine, theirs, settings.min_conditions, seeds.generator("places", pair))
    if isinstance(found, str):
        return f"{note}: {found}"
    _add_similarity(result, pair, found)
    result.add(f"{pair}/conditions", np.array(kind, np.str_))
    return note


def _add_similarity(result: Result, pair: str, found: RSAResult) -> None:
    result.add(f"{pair}/n_conditions", len(found.conditions))
    for name in ("similarity", "low", "high", "ceiling", "p", "p_places", "p_trials"):
        result.add(f"{pair}/{name}", float(getattr(found, name)))
    for name in ("overall", "places_null", "trials_null"):
        result.add_each(f"{pair}/{name}", INTERVAL, getattr(found, name))
    for phase, numbers in found.by_phase.items():
        result.add_each(f"{pair}/{phase}/", ("similarity", "low", "high"), numbers)


def _dynamics(
    result: Result, pair: str, sides: tuple[_Side, _Side], floors: Mapping[str, float], settings: Any, seeds: Seeds
) -> str:
    """Add the distance of dynamics of a pair; return its note, '' if there is nothing to note."""
    one, other = sides
    if one.pieces is None or other.pieces is None:
        return "dynamics: " + ", ".join(f"{s.session.name}: {s.no_pieces}" for s in sides if s.pieces is None)
    if not np.isclose(one.session.dt_s, other.session.dt_s, rtol=1e-3):
        return (
            f"dynamics: time steps of {one.session.dt_s:g} and {other.session.dt_s:g} s do not compare; "
            "analyses.common.analysis_dt_s joins narrower bins"
        )
    found: DSAResult = compare_dynamics(one.pieces, other.pieces, settings, seeds.spawn("dynamics", pair))
    result.add_each(f"{pair}/distance", INTERVAL, (found.distance, found.low, found.high), "rad")
    result.add(f"{pair}/distance_floor", np.mean([floors[side.session.name] for side in sides]), "rad")
    result.add(f"{pair}/distance_uncoupled", found.uncoupled, "rad")
    result.add(f"{pair}/distance_shuffled", found.shuffled, "rad")
    return ""


def _add_geometry(result: Result, prefix: str, found: Geometry) -> None:
    result.add(f"{prefix}/distances", found.distances, "", ("condition", "condition"))
    result.add(f"{prefix}/phase", np.array(PHASES, np.str_)[found.phase], "", ("condition",))
    result.add(f"{prefix}/reliability", reliability(found))
    result.add(f"{prefix}/n_trials", found.n_trials)
    result.add(f"{prefix}/n_groups", found.n_groups)
