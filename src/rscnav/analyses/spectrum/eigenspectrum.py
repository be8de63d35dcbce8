"""Analysis `eigenspectrum`: PCA eigenspectrum of the activity in each phase, compared with four null distributions.

- `circular_shift`: each unit's samples of the phase are shifted circularly by its own random offset.
- `trial_shuffle`: whole trials are permuted for each unit, which preserves what all trials share. `components_above`
  uses this null.
- `spike_shuffle`, if there are spikes: each unit's counts are shuffled over all bins, before the low-pass filter.
- `trial_difference_shuffle`: as `trial_shuffle`, of differences between neighbouring trials, which are also free of
  slow drift. The p-values use this null.

Every spectrum sums to 1, so that it always crosses the mean of its null somewhere. `crossing` is the first component
below the mean of `circular_shift`; it is not a test. `components_above_*` counts the leading components above the 95 %
band of the null distribution.
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
# Names of the streams of random numbers.
STREAMS = {"circular_shift": "A", "trial_shuffle": "B", "spike_shuffle": "C", "trial_difference_shuffle": "D"}
DRIFT = 0.1  # trial autocorrelation from which on a note reports drift


class Settings(StrictSettings):
    """Settings of the eigenspectrum."""

    n_components: int = Field(45, ge=1, description="components reported")
    n_null: int = Field(200, ge=20, description="draws of each null distribution")
    max_samples: int = Field(
        3000,
        ge=100,
        le=100_000,
        description="maximum of samples per phase, in whole trials drawn at random; cost grows with it",
    )
    sample_interval_s: float = Field(
        0.3,
        gt=0,
        description="samples are first thinned to one per this time, because neighbouring ones are similar (s)",
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
        """Return the samples of the phase."""
        return self.whole[self.mask]


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compute spectra and null distributions of each phase."""
    prepared = prepare(session, common)
    result = Result()
    result.notes[""] = (
        f"trials: {prepared.trials}; null distributions: trial_shuffle for components_above, trial_difference_shuffle for p"
    )
    slow, p = trial_autocorrelation(prepared.activity, prepared.trial, seeds.generator("drift"))
    result.add("trial_autocorrelation", slow)
    result.add("trial_autocorrelation_p", p)
    if slow >= DRIFT and p <= 0.01:
        result.notes[""] += (
            f"; slow drift (trial autocorrelation {slow:.2f}): only the null trial_difference_shuffle is free of it"
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
    """Thin the samples, then draw pairs of neighbouring trials, as many as fit the limit of samples of the phase."""
    stride = min(max(1, round(settings.sample_interval_s / dt_s)), max(1, int(mask.sum()) // settings.max_samples))
    thin = prepared.step % stride == 0
    trials, counts = np.unique(prepared.trial[mask & thin], return_counts=True)
    if counts.sum() > settings.max_samples:
        pair = np.arange(len(trials)) // 2
        trials = trials[np.isin(pair, draw_trials(np.bincount(pair, counts), settings.max_samples, generator))]
    whole = np.flatnonzero(thin & np.isin(prepared.trial, trials))
    return _Part(whole, mask[whole], len(trials))


def _observed(result: Result, name: str, prepared: Prepared, part: _Part, settings: Settings, seeds: Seeds) -> None:
    """Add the spectrum and participation ratio: plain, and the cross-validated spectrum and bias-corrected ratio."""
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
    """Add the circular shift null, and the first component below its mean."""
    draw = controls.circular_shift_null(prepared.activity[part.samples].T, settings.n_components)
    generator = seeds.generator(name, STREAMS["circular_shift"])
    observed = result[f"{name}/eigenvalues"]
    _add_control(result, name, "circular_shift", observed, [draw(generator) for _ in range(settings.n_null)])
    below = np.flatnonzero(observed < result[f"{name}/control_circular_shift_mean"])
    result.add(f"{name}/crossing", float(below[0] + 1) if len(below) else np.nan)


def _trial_shuffle(
    result: Result, name: str, prepared: Prepared, part: _Part, settings: Settings, seeds: Seeds
) -> None:
    """Add the trial shuffle null, and the spectrum of the same samples: those that all trials of a group have."""
    exchangeable = exchangeable_trials(prepared.trial[part.whole])
    mask = part.mask & np.isin(np.arange(len(part.whole)), exchangeable.samples())
    series = np.ascontiguousarray(prepared.activity[part.whole].T)
    if not _permuted(result, name, "trial_shuffle", series, exchangeable, mask, settings, seeds):
        return
    result.add(f"{name}/components_above", result[f"{name}/components_above_trial_shuffle"])
    if exchangeable.left_out:
        result.notes[name] = (
            f"trial_shuffle leaves out {exchangeable.left_out} trials without another of similar length (within 20 %)"
        )


def _trial_difference_shuffle(
    result: Result, name: str, prepared: Prepared, part: _Part, settings: Settings, seeds: Seeds
) -> None:
    """Add the trial shuffle of differences between neighbouring trials, and its p-values.

    Pairs of trials count at the steps at which both trials are in the phase.
    """
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
    """Add a spectrum and its null with blocks permuted for each unit; return the draws, or an empty list after a note."""
    reason = why_insufficient(series[:, mask].T, MIN_SAMPLES)
    if not reason and max(map(len, exchangeable.groups)) < 2:
        reason = "there are fewer than two to permute"
    if reason:
        before = f"{result.notes[name]}; " if name in result.notes else ""
        what = (
            "trials of similar length" if null == "trial_shuffle" else "pairs of neighbouring trials of similar length"
        )
        result.notes[name] = f"{before}no null distribution {null}: for {what}, {reason}"
        return []
    observed = spectrum_of(np.ascontiguousarray(series[:, mask], np.float64), settings.n_components)
    draw = controls.trial_shuffle_null(series, exchangeable, mask, settings.n_components)
    generator = seeds.generator(name, STREAMS[null])
    try:
        draws = [draw(generator) for _ in range(settings.n_null)]
    except InvalidValueError as error:
        result.notes[name] = f"no null distribution {null}: {error}"
        return []
    result.add(f"{name}/eigenvalues_{null}", observed, "", ("component",))
    result.add(f"{name}/n_samples_{null}", int(mask.sum()))
    _add_control(result, name, null, observed, draws)
    return draws


def _spike_shuffle(
    result: Result, name: str, session: Session, prepared: Prepared, part: _Part, settings: Settings, common: Common,
    seeds: Seeds,
) -> None:  # fmt: skip
    """Add the spike shuffle null: counts of the drawn trials are shuffled and filtered, and samples of the phase selected."""
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
    """Add mean and 95 % band of a null distribution, and the count of leading components above the band."""
    band = null_band(spectra)
    result.add_each(f"{name}/control_{null}_", BAND, band, "", ("component",))
    result.add(f"{name}/components_above_{null}", n_significant_components(observed, band[2]))
