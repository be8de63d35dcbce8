"""Analysis `divergence`: how far the states of a- and b-encounters are apart, against the spread within each."""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.encounters.categories import ORDERS, samples_around
from rscnav.analyses.events import first_sample, segment_start
from rscnav.analyses.preprocessing import prepare
from rscnav.analyses.result import INTERVAL, Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.intervals import mean_and_se
from rscnav.analyses.statistics.matched_pairs import matched_pairs, random_sign_flips, unbiased_squared_distance
from rscnav.analyses.statistics.max_statistic import add_tests, max_statistic_test
from rscnav.analyses.statistics.standardise import zscore
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import wrap
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS = ("trials", "encounters")
FIELDS = ("position", "velocity", "phase", "belief", "bin_centres", "encounters")


class Settings(StrictSettings):
    """Distance between the states of two landmarks, of pairs of encounters that are alike."""

    before_s: float = Field(2.0, ge=0, le=1_000, description="window before the first sample in view (s)")
    after_s: float = Field(2.0, ge=0, le=1_000, description="window after it (s)")
    speed_over_s: float = Field(
        0.5, gt=0, description="speed is taken over this long before the first sample in view (s)"
    )
    speed_sd: float = Field(0.5, gt=0, description="two of a pair differ by at most this in speed (sd of all speeds)")
    time_tolerance_s: float = Field(1.0, gt=0, description="and by at most this in the time in the trial (s)")
    path_tolerance_rad: float = Field(
        0.5, gt=0, description="and, on the ring, by at most this in the angle moved since the trial began (rad)"
    )
    min_pairs: int = Field(10, ge=3, description="pairs that a distance needs")
    onset_lags: int = Field(3, ge=1, description="an onset needs this many lags in a row at corrected p <= 0.05")
    n_null: int = Field(200, ge=1, description="permutations: a and b of a pair change places")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compare the states around first, and around second, encounters with a and with b.

    Each encounter with a is paired with one with b from the same direction, at a similar speed and time in the trial, after a
    similar path, so that the input up to then was as alike as it gets. Activity is low-passed and each unit z-scored over all
    samples of the chosen trials. The squared distance between the mean states is that of `unbiased_squared_distance`, per unit, so that
    noise alone gives 0 on average; `ratio` is the same over the spread within a category, the variance per unit over the pairs'
    encounters with one landmark. Control: a and b of a pair change places.
    """
    prepared = prepare(session, common)
    table = session.require("encounters")
    a, b = (*session.landmark_names, "a", "b")[:2]
    table = table[(table["kind"] == "encounter") & np.isin(table["landmark"], (a, b))]
    table = table[np.isin(table["order"], (1, 2)) & np.isin(table["trial"], prepared.trial)]
    result = Result(notes={"trials": prepared.trials})
    if not len(table):
        return Result.not_applicable(f"no new landmark {a} or {b} in the trials chosen ({prepared.trials})")
    z = zscore(prepared.activity, out=prepared.activity)
    if z.shape[1] == 0:
        return Result.not_applicable("every unit is constant")
    lags = np.arange(-round(settings.before_s / session.dt_s), round(settings.after_s / session.dt_s) + 1)
    result.add("time", lags * session.dt_s, "s", ("lag",))
    features, widest, lacking = _alike(session, table, settings)
    if lacking:
        result.notes["matching"] = lacking
    around = samples_around(session, table["onset_s"], lags, prepared.samples)
    for order in (1, 2):
        label = ORDERS[order]
        generator = seeds.generator("pairs", label)
        # In random order: among equals (in view from the start) the first would go with the first, and pairs that follow each
        # other in the session would drift the same way.
        of = [(table["order"] == order) & (table["landmark"] == name) for name in (a, b)]
        rows = [generator.permutation(np.flatnonzero(these)) for these in of]
        pairs = matched_pairs(features[rows[0]], features[rows[1]], widest)
        result.add(f"{label}/n_matched_pairs", len(pairs))
        if len(pairs) < settings.min_pairs:
            result.notes[label] = (
                f"{len(pairs)} pairs from {len(rows[0])} encounters with {a} and {len(rows[1])} with {b}; "
                f"{settings.min_pairs} pairs are needed"
            )
        both = around[np.stack([rows[0][pairs[:, 0]], rows[1][pairs[:, 1]]])]  # (landmark, pair, lag)
        _add_distance(result, label, z, both, settings, generator)
    return result


def _alike(session: Session, table: NDArray, settings: Settings) -> tuple[NDArray[np.float64], list[float], str]:
    """Give what pairs must agree in (encounter, feature), how far apart it may be, and in words what is not known."""
    in_trial = table["onset_s"] - session.trials["start_s"][table["trial"]]
    features, widest = [in_trial], [settings.time_tolerance_s]
    if session.position is None:
        return np.stack(features, axis=1), widest, "without positions matched by the time in the trial alone"
    speed = _speed_before(session, table, round(settings.speed_over_s / session.dt_s))
    features.append(speed)
    widest.append(settings.speed_sd * float(np.nanstd(speed)) if np.isfinite(speed).any() else 0.0)
    if not session.is_circular:
        return np.stack(features, axis=1), widest, "matched by speed and time; outside the ring there is no approach"
    features.append(np.unique(table["approach"], return_inverse=True)[1].astype(np.float64))
    widest.append(0.0)
    if session.velocity is None:
        return np.stack(features, axis=1), widest, "matched by approach, speed and time; the path is not known"
    features.append(_path_before(session, table))
    return np.stack(features, axis=1), [*widest, settings.path_tolerance_rad], ""


def _path_before(session: Session, table: NDArray) -> NDArray[np.float64]:
    """Angle moved from the first sample of the contiguous stretch to each onset, by the velocity (rad)."""
    onset = first_sample(session, table["onset_s"])
    velocity = session.require("velocity")
    path = np.cumsum(np.where(np.isfinite(velocity), velocity, 0.0)) * session.dt_s
    return path[onset] - path[segment_start(session)[onset]]


def _speed_before(session: Session, table: NDArray, n_steps: int) -> NDArray[np.float64]:
    """Mean speed over the last steps before each onset, as far as the stretch reaches back; NaN without a step."""
    position = session.require("position")
    moved = np.diff(position, axis=0, prepend=position[:1])
    length = np.linalg.norm(wrap(moved) if session.is_circular else moved, axis=1) / session.dt_s
    at = samples_around(session, table["onset_s"], np.arange(-max(n_steps, 1), 1), np.arange(len(session.time)))
    steps = np.where((at[:, 1:] >= 0) & (at[:, :-1] >= 0), length[at[:, 1:]], np.nan)
    return mean_and_se(steps, axis=1)[0]


def _add_distance(
    result: Result,
    label: str,
    z: NDArray[np.float32],
    both: NDArray[np.intp],
    settings: Settings,
    generator: np.random.Generator,
) -> None:
    """Add distance, spread and their ratio at each lag, with interval and control; p by lag and over all; the onset."""
    n_lags = both.shape[2]
    signs = random_sign_flips(both.shape[1], settings.n_null, generator)
    value, low, high, spread = (np.full(n_lags, np.nan) for _ in range(4))
    null = np.full((settings.n_null, n_lags), np.nan)
    n_pairs = np.zeros(n_lags, np.int64)
    for lag in range(n_lags):
        there = (both[:, :, lag] >= 0).all(axis=0)
        n_pairs[lag] = there.sum()
        if n_pairs[lag] < settings.min_pairs:
            continue
        of_a, of_b = (z[side[there]].astype(np.float64) for side in both[:, :, lag])
        units = z.shape[1]
        found, draws = unbiased_squared_distance(of_a - of_b, signs[:, there])
        value[lag], low[lag], high[lag] = (number / units for number in found)
        null[:, lag] = draws / units
        spread[lag] = 0.5 * (of_a.var(axis=0, ddof=1).mean() + of_b.var(axis=0, ddof=1).mean())
    flat = ~(spread > 0)
    over = np.where(flat, np.nan, spread)
    result.add(f"{label}/n", n_pairs, "", ("lag",))
    result.add(f"{label}/distance2", value, "sd²", ("lag",))
    result.add(f"{label}/spread2", spread, "sd²", ("lag",))
    result.add_each(f"{label}/ratio", INTERVAL, (value / over, low / over, high / over), "", ("lag",))
    tests = max_statistic_test(value / over, null / over)
    add_tests(result, label, "lag", tests, settings.onset_lags)
    at_zero = int(np.searchsorted(result["time"], -1e-9))
    result.add_each(f"{label}_ratio", INTERVAL, [result[f"{label}/ratio{end}"][at_zero] for end in INTERVAL])
