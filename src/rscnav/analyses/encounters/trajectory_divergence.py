"""Analysis `trajectory_divergence`: distance between the mean states of matched a- and b-encounters, in units of their variance."""

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
    """Settings of trajectory divergence: event window, tolerances of the matching, and permutations."""

    before_s: float = Field(2.0, ge=0, le=1_000, description="event window before the first sample in view (s)")
    after_s: float = Field(2.0, ge=0, le=1_000, description="event window after the first sample in view (s)")
    speed_over_s: float = Field(
        0.5, gt=0, description="speed is averaged over this time before the first sample in view (s)"
    )
    speed_sd: float = Field(
        0.5, gt=0, description="largest difference in speed within a matched pair (standard deviations over encounters)"
    )
    time_tolerance_s: float = Field(
        1.0, gt=0, description="largest difference in the time in the trial within a matched pair (s)"
    )
    path_tolerance_rad: float = Field(
        0.5,
        gt=0,
        description="on the ring: largest difference within a matched pair in the angle moved since the start of the "
        "trial (rad)",
    )
    min_pairs: int = Field(10, ge=3, description="matched pairs that a distance needs")
    onset_lags: int = Field(3, ge=1, description="an onset needs this many consecutive lags at corrected p ≤ 0.05")
    n_null: int = Field(200, ge=1, description="permutations: a and b are exchanged within pairs")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compare the states around encounters with a and with b, for first and for second landmarks.

    Matching: each a-encounter is paired with a b-encounter of the same approach, at a similar speed and time in the
    trial, after a similar path, so that the inputs up to then are similar. Activity is low-pass filtered, and each unit
    is z-scored over all samples of the selected trials. `distance2` is the unbiased squared distance between the mean
    states, per unit (`unbiased_squared_distance`); without a difference it is 0 on average. `spread2` is the variance
    per unit over the pairs' encounters with one landmark, and `ratio` = distance2 / spread2. Null distribution: a and b
    are exchanged within pairs.
    """
    prepared = prepare(session, common)
    table = session.require("encounters")
    a, b = (*session.landmark_names, "a", "b")[:2]
    table = table[(table["kind"] == "encounter") & np.isin(table["landmark"], (a, b))]
    table = table[np.isin(table["order"], (1, 2)) & np.isin(table["trial"], prepared.trial)]
    result = Result(notes={"trials": prepared.trials})
    if not len(table):
        return Result.not_applicable(f"no new landmark {a} or {b} in the selected trials (trials: {prepared.trials})")
    z = zscore(prepared.activity, out=prepared.activity)
    if z.shape[1] == 0:
        return Result.not_applicable("every unit is constant")
    lags = np.arange(-round(settings.before_s / session.dt_s), round(settings.after_s / session.dt_s) + 1)
    result.add("time", lags * session.dt_s, "s", ("lag",))
    features, widest, lacking = _features(session, table, settings)
    if lacking:
        result.notes["matching"] = lacking
    around = samples_around(session, table["onset_s"], lags, prepared.samples)
    for order in (1, 2):
        label = ORDERS[order]
        generator = seeds.generator("pairs", label)
        # Random order breaks ties (landmarks in view from the start). In order of time, pairs of successive trials would share
        # slow drift.
        of = [(table["order"] == order) & (table["landmark"] == name) for name in (a, b)]
        rows = [generator.permutation(np.flatnonzero(these)) for these in of]
        pairs = matched_pairs(features[rows[0]], features[rows[1]], widest)
        result.add(f"{label}/n_matched_pairs", len(pairs))
        if len(pairs) < settings.min_pairs:
            result.notes[label] = (
                f"{len(pairs)} matched pairs from {len(rows[0])} encounters with {a} and {len(rows[1])} with {b}; "
                f"{settings.min_pairs} pairs are needed (min_pairs)"
            )
        both = around[np.stack([rows[0][pairs[:, 0]], rows[1][pairs[:, 1]]])]  # (landmark, pair, lag)
        _add_distance(result, label, z, both, settings, generator)
    return result


def _features(session: Session, table: NDArray, settings: Settings) -> tuple[NDArray[np.float64], list[float], str]:
    """Return the features to match (encounter, feature), their tolerances, and a description of the features that are unknown."""
    in_trial = table["onset_s"] - session.trials["start_s"][table["trial"]]
    features, widest = [in_trial], [settings.time_tolerance_s]
    if session.position is None:
        return np.stack(features, axis=1), widest, "matched by the time in the trial only; the session has no positions"
    speed = _speed_before(session, table, round(settings.speed_over_s / session.dt_s))
    features.append(speed)
    widest.append(settings.speed_sd * float(np.nanstd(speed)) if np.isfinite(speed).any() else 0.0)
    if not session.is_circular:
        return (
            np.stack(features, axis=1),
            widest,
            "matched by speed and time in the trial; approach and path are defined on the ring only",
        )
    features.append(np.unique(table["approach"], return_inverse=True)[1].astype(np.float64))
    widest.append(0.0)
    if session.velocity is None:
        return (
            np.stack(features, axis=1),
            widest,
            "matched by approach, speed and time in the trial; the path is not known (no velocity)",
        )
    features.append(_path_before(session, table))
    return np.stack(features, axis=1), [*widest, settings.path_tolerance_rad], ""


def _path_before(session: Session, table: NDArray) -> NDArray[np.float64]:
    """Compute the angle moved from the first sample of the contiguous stretch to each onset, from the velocity (rad)."""
    onset = first_sample(session, table["onset_s"])
    velocity = session.require("velocity")
    path = np.cumsum(np.where(np.isfinite(velocity), velocity, 0.0)) * session.dt_s
    return path[onset] - path[segment_start(session)[onset]]


def _speed_before(session: Session, table: NDArray, n_steps: int) -> NDArray[np.float64]:
    """Compute the mean speed over the last steps before each onset, within the stretch; NaN without a step."""
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
    """Add distance, spread and their ratio at each lag, with interval and null distribution, p and onset."""
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
