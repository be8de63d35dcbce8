"""Analysis `dimension`: correlation dimension of the low-passed states of each phase, an upper bound.

Results without a suffix are uncorrected. Two noise corrections of the squared distances have suffixes:

- ``*_floor``     noise-floor corrected: the variance of the noise is the median eigenvalue, equal in all directions
- ``*_counting``  Poisson-noise corrected, for spike counts only: the variance of each unit is estimated from its counts

``control_*`` is the null distribution by circular shift of each unit. ``surrogates_*`` are p-values of the surrogate data test.
Keys and methods: docs/analyses/dimension.md.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.dimension.correlation_dimension import Dimension, correlation_dimension
from rscnav.analyses.dimension.correlation_sum import Window
from rscnav.analyses.dimension.noise_floor import MIN_DIMS as MIN_DIMS_FLOOR
from rscnav.analyses.dimension.poisson_noise import counting_variance, is_spike_counts
from rscnav.analyses.dimension.space_time_separation import FRACTIONS, SpaceTime, space_time
from rscnav.analyses.dimension.surrogate_data_test import SurrogateTest, surrogate_tests
from rscnav.analyses.dimension.unit_subsets import dimension_by_units, satisfies_embedding
from rscnav.analyses.preprocessing import Prepared, prepare
from rscnav.analyses.result import Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.intervals import mean_sd_count
from rscnav.analyses.statistics.null_models import circular_shift_units
from rscnav.errors import InvalidValueError
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS: tuple[str, ...] = ()
FIELDS: tuple[str, ...] = ("phase", "position", "belief", "bin_centres", "spikes")
MIN_POINTS = 50
MIN_TRIALS = 20  # with fewer trials, pairs of one trial count if their time separation exceeds FEW_TRIALS_S
FEW_TRIALS_S = 1.0
ESTIMATES = {  # by the prefix and the suffix of their keys
    "": "uncorrected",
    "_floor": "noise-floor corrected",
    "_counting": "Poisson-noise corrected",
    "control_": "circular shift",
}


class Settings(StrictSettings):
    """Settings of the analysis `dimension`."""

    max_points: int = Field(
        6000, ge=100, le=100_000, description="states per phase, drawn at random; cost grows with the square"
    )
    theiler: Literal["auto", "trial"] | Annotated[float, Field(ge=0)] = Field(
        "auto",
        description="Theiler window: state pairs that are excluded as too close in time. trial: all pairs of one trial; a "
        "number: pairs of one trial up to this time separation (s); auto: trial, or 1 s with fewer than 20 trials",
    )
    n_null: int = Field(39, ge=0, description="surrogate sessions of each kind (linear and adjusted); 0: none")
    surrogate_points: int = Field(1000, ge=100, le=100_000, description="states per phase in the surrogate data test")
    n_subsets: int = Field(5, ge=0, description="random unit subsets of each size; 0: none")
    subset_points: int = Field(1500, ge=100, le=100_000, description="states per phase for unit subsets")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compute the correlation dimension of each phase, its null distribution, surrogate data test and checks.

    A phase without enough data, and an estimate that cannot be computed, leave a note in the result.

    Parameters
    ----------
    session : Session
        Spikes are needed for the Poisson-noise correction only.
    settings : Settings
    common : Common
        Low-pass filter and choice of trials.
    seeds : Seeds
        Random choice of states and unit subsets, circular shifts and surrogates.

    Returns
    -------
    Result
        Keys begin with the phase: ``LM1/dimension``. See docs/analyses/dimension.md.
    """
    prepared = prepare(session, common)
    result = Result()
    result.notes[""] = f"trials: {prepared.trials}; correlation dimensions are upper bounds"
    unit = session.activity_unit
    kept: dict[str, NDArray[np.bool_]] = {}
    for name, mask in prepared.phase_masks().items():
        samples = np.flatnonzero(mask)
        drawn = np.sort(seeds.generator(name, "points").permutation(len(samples))[: settings.max_points])
        activity, at = prepared.activity[samples], samples[drawn]
        if reason := _why_no_dimension(activity[drawn]):
            result.notes[name] = reason
            continue
        kept[name] = mask
        theiler = _theiler_window(settings.theiler, prepared.trial[at], session.dt_s)
        labels = {"trial": prepared.trial[at], "step": prepared.step[at], "theiler": theiler}
        points = activity[drawn].astype(np.float64)
        result.add(f"{name}/n_points", len(drawn))
        result.add(f"{name}/theiler_s", np.inf if theiler == "trial" else theiler * session.dt_s, "s")
        noises = _noises(result, name, session, prepared, mask, common)
        for suffix, noise in noises.items():
            _add_estimate(result, name, "", suffix, points, {**labels, "noise": noise}, unit)
        shifted = circular_shift_units(activity, seeds.generator(name, "control"), drawn).astype(np.float64)
        joined = {"trial": None, "step": drawn, "theiler": _theiler_window_shifted(theiler, prepared.trial[samples])}
        _add_estimate(result, name, "control_", "", shifted, joined, unit)
        if settings.n_subsets:
            few = np.sort(seeds.generator(name, "few points").permutation(len(drawn))[: settings.subset_points])
            rows = {key: value[few] if isinstance(value, np.ndarray) else value for key, value in labels.items()}
            for suffix in [s for s in noises if s != "_floor"]:
                n_units, dimensions, reliable = dimension_by_units(
                    points[few], settings.n_subsets, seeds.generator(name, "units"), noise=noises[suffix], **rows
                )
                mean, sd, _ = mean_sd_count(dimensions, axis=1)
                ends = [f"{end}{suffix}" for end in ("", "_mean", "_sd", "_reliable")]
                by_size = n_units, mean, sd, reliable.mean(axis=1)
                result.add_each(f"{name}/units", ends, by_size, "", ("size",))
        generator = seeds.generator(name, "space and time")
        separation = space_time(activity, prepared.trial[samples], prepared.step[samples], session.dt_s, generator)
        _add_space_time(result, name, separation, session.dt_s, unit)
    if settings.n_null and kept:
        generator = seeds.generator("surrogates")
        found = surrogate_tests(
            prepared.activity, prepared.trial, kept, settings.n_null, settings.surrogate_points, generator
        )
        _add_surrogates(result, found)
    return result


def _noises(
    result: Result, name: str, session: Session, prepared: Prepared, mask: NDArray[np.bool_], common: Common
) -> dict[str, Any]:
    """Return the noise of each correction, by the suffix of its keys; '' is uncorrected."""
    noises: dict[str, Any] = {"": None}
    if session.n_units >= MIN_DIMS_FLOOR:
        noises["_floor"] = "floor"
    else:
        result.notes[name] = (
            f"no noise-floor correction: {session.n_units} units are too few; at least {MIN_DIMS_FLOOR} are needed"
        )
    if session.spikes is not None and is_spike_counts(session.activity, session.dt_s):
        used = np.zeros(len(session.time), bool)
        used[prepared.samples[mask]] = True
        noises["_counting"] = counting_variance(
            session.activity, session.dt_s, common.cutoff_hz, common.causal, session.segments(), used
        )
    return noises


def _add_estimate(
    result: Result, name: str, prefix: str, suffix: str, points: NDArray[np.float64], options: dict[str, Any], unit: str
) -> None:
    """Add one correlation dimension, or a note with the reason why it cannot be computed."""
    try:
        found = correlation_dimension(points, **options)
    except InvalidValueError as error:
        _note(result, name, prefix + suffix, str(error))
        return
    n_units = int(np.sum(np.ptp(points, axis=0) > 0))
    if found.reliable and not satisfies_embedding(n_units, found.dimension):
        words = f"{n_units} units are too few to measure a dimension of {found.dimension:.1f}"
        _note(
            result,
            name,
            prefix + suffix,
            f"not reliable: {words}; more than twice as many units as dimensions are needed",
        )
    _add_dimension(result, lambda key: f"{name}/{prefix}{key}{suffix}", found, n_units, unit)


def _note(result: Result, name: str, which: str, words: str) -> None:
    """Append a note on one of the estimates to the notes of a phase."""
    before = f"{result.notes[name]}; " if name in result.notes else ""
    result.notes[name] = f"{before}{ESTIMATES[which]}: {words}"


def _theiler_window(setting: str | float, trial: NDArray[np.integer], dt_s: float) -> Window:
    """Return the Theiler window of the setting: samples, or ``"trial"``."""
    if setting == "auto":
        setting = "trial" if len(np.unique(trial)) >= MIN_TRIALS else FEW_TRIALS_S
    return "trial" if isinstance(setting, str) else round(setting / dt_s)


def _theiler_window_shifted(theiler: Window, trial: NDArray[np.integer]) -> int:
    """Return the Theiler window (samples) for circularly shifted samples, whose order ignores trials.

    ``"trial"`` becomes the length of the longest trial.
    """
    return int(np.unique(trial, return_counts=True)[1].max()) if theiler == "trial" else int(theiler)


def _why_no_dimension(points: NDArray[np.floating]) -> str:
    """Return the reason why no dimension can be computed from these points (time, unit), or ''."""
    if len(points) < MIN_POINTS:
        return f"{len(points)} samples are too few; at least {MIN_POINTS} are needed"
    if not np.any(np.ptp(points, axis=0) > 0):
        return "all units are constant"
    return ""


def _add_dimension(result: Result, key: Callable[[str], str], found: Dimension, n_units: int, unit: str) -> None:
    """Add one dimension with its correlation sum; it is not reliable from too few units (`satisfies_embedding`)."""
    result.add(key("dimension"), found.dimension)
    for which, interval in ("", found.interval), ("trials_", found.over_trials), ("ranges_", found.over_ranges):
        result.add_each("", (key(f"{which}low"), key(f"{which}high")), interval)
    result.add(key("takens"), found.takens)
    result.add(key("reliable"), found.reliable and satisfies_embedding(n_units, found.dimension))
    result.add(key("n_directions"), found.n_directions)
    result.add(key("noise_variance"), found.noise_variance, f"{unit}²" if unit else "")
    result.add(key("radii"), found.radii, unit, ("radius",))
    result.add(key("correlation_sum"), found.correlation_sum, "", ("radius",))
    result.add(key("local_slopes"), found.local_slopes, "", ("radius",))
    result.add(key("scaling_region"), found.scaling_region, unit, ("end",))


def _add_space_time(result: Result, name: str, found: SpaceTime, dt_s: float, unit: str) -> None:
    """Add the contours of the space-time separation plot and the suggested Theiler window."""
    result.add(f"{name}/separation", found.separations * dt_s, "s", ("separation",))
    result.add(f"{name}/separation_distance", found.contours, unit, ("separation", "fraction"))
    result.add(f"{name}/unrelated_distance", found.unrelated, unit, ("fraction",))
    result.add(f"{name}/fractions", np.array(FRACTIONS), "", ("fraction",))
    result.add(f"{name}/suggested_theiler_s", found.suggested * dt_s, "s")


def _add_surrogates(result: Result, found: Mapping[str, SurrogateTest | str]) -> None:
    """Add the surrogate data test of each part, or a note with the reason why there is none."""
    for name, test in found.items():
        if isinstance(test, str):
            result.notes[f"{name}/surrogates"] = test
            continue
        result.add(f"{name}/slope", test.slope)
        result.add(f"{name}/slope_n_points", test.n_points)
        for kind, p in test.p.items():
            result.add(f"{name}/slope_{kind}", test.draws[kind], "", ("draw",))
            result.add(f"{name}/surrogates_{kind}_p", p)
        result.add(f"{name}/surrogates_p", max(test.p.values()))  # small only if both null hypotheses are rejected
