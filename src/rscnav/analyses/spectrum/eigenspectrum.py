"""Analysis `eigenspectrum`: how many principal components the activity of each phase has, against four controls.

- `circular_shift`: each unit's samples of the phase rolled by an offset of its own.
- `trial_shuffle`: whole trials permuted unit by unit, which keeps what all trials share. `components_above` is counted against this one.
- `spike_shuffle`, where there are spikes: each unit's counts shuffled over all bins, before the low-pass filter.
- `trial_difference_shuffle`: as `trial_shuffle`, of the differences of neighbouring trials, which are free of slow drift too. The p-values are against this one.

Every spectrum sums to 1, so each crosses the mean of its control somewhere; where it does is given as `crossing`, but it is
no test. `components_above_*` counts the components, from the first on, that lie above 95 % of the control's draws.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.lowpass_filter import lowpass
from rscnav.analyses.preprocessing import Prepared, prepare, why_insufficient
from rscnav.analyses.result import BAND, Result
from rscnav.analyses.settings import Common
from rscnav.analyses.spectrum import null_spectra as controls
from rscnav.analyses.spectrum.participation_ratio import MIN_GROUPS, corrected_participation_ratio, moments
from rscnav.analyses.spectrum.pca_spectrum import (
    ROUNDING,
    held_out_spectrum,
    n_significant_components,
    participation_ratio,
    spectrum_of,
)
from rscnav.analyses.statistics.intervals import null_band
from rscnav.analyses.statistics.jackknife import MIN_TRIALS, random_trial_groups
from rscnav.analyses.statistics.null_models import ExchangeableTrials, draw_trials, exchangeable_trials
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.analyses.statistics.trial_differences import differences, neighbouring_pairs, trial_autocorrelation
from rscnav.errors import InvalidValueError
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session, contiguous_stretches
from rscnav.settings.strict_settings import StrictSettings

NEEDS: tuple[str, ...] = ()
FIELDS: tuple[str, ...] = ("phase", "position", "belief", "bin_centres", "spikes")
MIN_SAMPLES = 20
FOLDS = 5
# Of random numbers.
STREAMS = {"circular_shift": "A", "trial_shuffle": "B", "spike_shuffle": "C", "trial_difference_shuffle": "D"}
DRIFT = 0.1  # correlation of successive trials' means from which on activity is said to drift


class Settings(StrictSettings):
    """Numbers of the analysis."""

    n_components: int = Field(45, ge=1, description="components to report")
    n_null: int = Field(200, ge=20, description="draws of each control")
    max_samples: int = Field(
        3000,
        ge=100,
        le=100_000,
        description="samples a phase, in whole trials drawn at random; the controls' cost grows with it",
    )
    sample_interval_s: float = Field(
        0.3,
        gt=0,
        description="before trials are left out, samples are thinned to one in this long (s): neighbours are alike",
    )
    n_groups: int = Field(20, ge=MIN_GROUPS, le=30, description="groups of trials of the jackknife")


@dataclass(frozen=True)
class _Part:
    """Samples of one phase in the drawn trials."""

    whole: NDArray[np.intp]  # thinned samples of the drawn trials, in order of time
    mask: NDArray[np.bool_]  # (len(whole),): those of the phase
    n_trials: int

    @property
    def samples(self) -> NDArray[np.intp]:
        return self.whole[self.mask]


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compute spectra and controls of each phase."""
    prepared = prepare(session, common)
    result = Result()
    result.notes[""] = (
        f"trials: {prepared.trials}; components_above is against control trial_shuffle, p against control trial_difference_shuffle"
    )
    slow, p = trial_autocorrelation(prepared.activity, prepared.trial, seeds.generator("drift"))
    result.add("trial_autocorrelation", slow)
    result.add("trial_autocorrelation_p", p)
    if slow >= DRIFT and p <= 0.01:
        result.notes[""] += (
            f"; activity drifts (successive trials' means correlate by {slow:.2f}): only control trial_difference_shuffle is free of that"
        )
    for name, mask in prepared.phase_masks().items():
        part = _draw_trials(prepared, mask, session.dt_s, settings, seeds.generator(name, "trials"))
        reason = why_insufficient(prepared.activity[part.samples], MIN_SAMPLES)
        if reason:
            result.notes[name] = reason
            continue
        _observed(result, name, prepared, part, settings, seeds)
        _circular_shift(result, name, prepared, part, settings, seeds)
        _trial_shuffle(result, name, prepared, part, settings, seeds)
        _trial_difference_shuffle(result, name, prepared, part, settings, seeds)
        if session.spikes is not None:
            _spike_shuffle(result, name, session, prepared, part, settings, common, seeds)
    return result


def _draw_trials(
    prepared: Prepared, mask: NDArray[np.bool_], dt_s: float, settings: Settings, generator: np.random.Generator
) -> _Part:
    """Thin the samples, then draw pairs of neighbouring trials, as many as keep the phase's samples within the limit."""
    stride = min(max(1, round(settings.sample_interval_s / dt_s)), max(1, int(mask.sum()) // settings.max_samples))
    thin = prepared.step % stride == 0
    trials, counts = np.unique(prepared.trial[mask & thin], return_counts=True)
    if counts.sum() > settings.max_samples:
        pair = np.arange(len(trials)) // 2
        trials = trials[np.isin(pair, draw_trials(np.bincount(pair, counts), settings.max_samples, generator))]
    whole = np.flatnonzero(thin & np.isin(prepared.trial, trials))
    return _Part(whole, mask[whole], len(trials))


def _observed(result: Result, name: str, prepared: Prepared, part: _Part, settings: Settings, seeds: Seeds) -> None:
    """Store the spectrum, plain and held out, and the participation ratio, plain and corrected."""
    activity, trial = prepared.activity[part.samples], prepared.trial[part.samples]
    spectrum = spectrum_of(np.ascontiguousarray(activity.T, np.float64), activity.shape[1])
    result.add(f"{name}/eigenvalues", spectrum[: settings.n_components], "", ("component",))
    result.add(f"{name}/participation_ratio", participation_ratio(spectrum))
    result.add(f"{name}/n_samples", len(activity))
    result.add(f"{name}/n_trials", part.n_trials)
    group = random_trial_groups(trial, settings.n_groups, seeds.generator(name, "groups"))
    value, low, high = corrected_participation_ratio(moments(activity, group))
    if part.n_trials < MIN_TRIALS:
        low = high = np.nan
        result.notes[f"{name}/participation_ratio"] = f"{part.n_trials} trials; {MIN_TRIALS} are needed for an interval"
    result.add_each(f"{name}/participation_ratio_", ("corrected", "low", "high"), (value, low, high))
    if part.n_trials > 1:
        held_out = held_out_spectrum(activity, group % FOLDS, settings.n_components)
        result.add(f"{name}/eigenvalues_held_out", held_out, "", ("component",))


def _circular_shift(
    result: Result, name: str, prepared: Prepared, part: _Part, settings: Settings, seeds: Seeds
) -> None:
    draw = controls.circular_shift_null(prepared.activity[part.samples].T, settings.n_components)
    generator = seeds.generator(name, STREAMS["circular_shift"])
    observed = result[f"{name}/eigenvalues"]
    _add_control(result, name, "circular_shift", observed, [draw(generator) for _ in range(settings.n_null)])
    below = np.flatnonzero(observed < result[f"{name}/control_circular_shift_mean"])
    result.add(f"{name}/crossing", float(below[0] + 1) if len(below) else np.nan)


def _trial_shuffle(
    result: Result, name: str, prepared: Prepared, part: _Part, settings: Settings, seeds: Seeds
) -> None:
    """Permute trials, and compare with the spectrum of the same samples: those that all trials of a group have."""
    exchangeable = exchangeable_trials(prepared.trial[part.whole])
    mask = part.mask & np.isin(np.arange(len(part.whole)), exchangeable.samples())
    series = np.ascontiguousarray(prepared.activity[part.whole].T)
    if not _permuted(result, name, "trial_shuffle", series, exchangeable, mask, settings, seeds):
        return
    result.add(f"{name}/components_above", result[f"{name}/components_above_trial_shuffle"])
    if exchangeable.left_out:
        result.notes[name] = (
            f"control trial_shuffle leaves out {exchangeable.left_out} trials that have no other of similar length"
        )


def _trial_difference_shuffle(
    result: Result, name: str, prepared: Prepared, part: _Part, settings: Settings, seeds: Seeds
) -> None:
    """Permute pairs of neighbouring trials' differences, where both trials of a pair are in the phase."""
    pairs = neighbouring_pairs(prepared.trial[part.whole])
    series, exchangeable = differences(np.ascontiguousarray(prepared.activity[part.whole].T), pairs)
    both = np.concatenate([np.empty(0, bool), *(part.mask[group].all(axis=1).ravel() for group in pairs.groups)])
    draws = _permuted(result, name, "trial_difference_shuffle", series, exchangeable, both, settings, seeds)
    if draws:
        p = permutation_p(np.array(draws), result[f"{name}/eigenvalues_trial_difference_shuffle"] * (1 - ROUNDING))
        result.add(f"{name}/p", p, "", ("component",))
        result.add(f"{name}/p_first", p[0])


def _permuted(
    result: Result, name: str, null: str, series: NDArray[np.floating], exchangeable: ExchangeableTrials, mask: NDArray[np.bool_],
    settings: Settings, seeds: Seeds,
) -> list[NDArray]:  # fmt: skip
    """Store a spectrum and the control in which blocks are permuted unit by unit; return the control's spectra, or none and a note."""
    reason = why_insufficient(series[:, mask].T, MIN_SAMPLES)
    if not reason and max(map(len, exchangeable.groups)) < 2:
        reason = "there are not two to permute"
    if reason:
        before = f"{result.notes[name]}; " if name in result.notes else ""
        what = (
            "trials of similar length" if null == "trial_shuffle" else "pairs of neighbouring trials of similar length"
        )
        result.notes[name] = f"{before}no control {null}: among {what}, {reason}"
        return []
    observed = spectrum_of(np.ascontiguousarray(series[:, mask], np.float64), settings.n_components)
    draw = controls.trial_shuffle_null(series, exchangeable, mask, settings.n_components)
    generator = seeds.generator(name, STREAMS[null])
    try:
        draws = [draw(generator) for _ in range(settings.n_null)]
    except InvalidValueError as error:
        result.notes[name] = f"no control {null}: {error}"
        return []
    result.add(f"{name}/eigenvalues_{null}", observed, "", ("component",))
    result.add(f"{name}/n_samples_{null}", int(mask.sum()))
    _add_control(result, name, null, observed, draws)
    return draws


def _spike_shuffle(
    result: Result, name: str, session: Session, prepared: Prepared, part: _Part, settings: Settings, common: Common,
    seeds: Seeds,
) -> None:  # fmt: skip
    """Shuffle the counts of the drawn trials, filter them, and take the samples of the phase."""
    drawn = prepared.samples[np.isin(prepared.trial, np.unique(prepared.trial[part.whole]))]
    stretches = contiguous_stretches(session.time[drawn], session.trial[drawn], session.dt_s)
    lowpassed = partial(
        lowpass, dt_s=session.dt_s, cutoff_hz=common.cutoff_hz, causal=common.causal, stretches=stretches
    )
    spectra = controls.spike_shuffle_null(
        session.activity[drawn],
        np.searchsorted(drawn, prepared.samples[part.samples]),
        lowpassed,
        settings.n_components,
        settings.n_null,
        seeds.generator(name, STREAMS["spike_shuffle"]),
    )
    _add_control(result, name, "spike_shuffle", result[f"{name}/eigenvalues"], spectra)


def _add_control(result: Result, name: str, null: str, observed: NDArray, spectra: list[NDArray]) -> None:
    """Store mean and 95 % band of a control's spectra, and how many leading components lie above it."""
    band = null_band(spectra)
    result.add_each(f"{name}/control_{null}_", BAND, band, "", ("component",))
    result.add(f"{name}/components_above_{null}", n_significant_components(observed, band[2]))
