"""Analysis `eigenspectrum`: how many principal components the activity of each phase has, against three controls.

- A: each unit's samples of the phase rolled by an offset of its own.
- B: whole trials permuted unit by unit, which keeps what all trials share. `components_above` is counted against this one.
- C, where there are spikes: each unit's counts shuffled over all bins, before the low-pass filter.

Every spectrum sums to 1, so each crosses the mean of its control somewhere; where it does is given as `crossing`, but it is
no test. `components_above_*` counts the components, from the first on, that lie above 95 % of the control's draws.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses import spectrum_controls as controls
from rscnav.analyses.nulls import exchangeable_trials
from rscnav.analyses.prepare import Prepared, prepare, too_little
from rscnav.analyses.result import Result
from rscnav.analyses.spectrum import leading_above, participation_ratio, spectrum_of
from rscnav.config.base import Closed
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

NEEDS: tuple[str, ...] = ()
FIELDS: tuple[str, ...] = ("phase", "position", "belief", "bin_centres", "spikes")
MIN_SAMPLES = 20


class Settings(Closed):
    """Numbers of the analysis."""

    n_components: int = Field(45, ge=1, description="components to report")
    n_draws: int = Field(200, ge=20, description="draws of each control")
    max_samples: int = Field(
        10000, ge=100, description="samples a phase, in whole trials drawn at random; the controls' cost grows with it"
    )


@dataclass(frozen=True)
class _Part:
    """Samples of one phase in the drawn trials."""

    whole: NDArray[np.intp]  # all samples of the drawn trials, in order of time
    mask: NDArray[np.bool_]  # (len(whole),): those of the phase
    n_trials: int


def run(session: Session, settings: Settings, common: Any, seeds: Seeds) -> Result:
    """Compute spectra and controls of each phase."""
    prepared = prepare(session, common)
    result = Result()
    result.notes[""] = f"trials: {prepared.trials}; components_above is against control B, trials permuted unit by unit"
    parts: dict[str, _Part] = {}
    for name, mask in prepared.parts().items():
        part = _draw_trials(prepared, mask, settings.max_samples, seeds.generator(name, "trials"))
        activity = prepared.activity[part.whole[part.mask]]
        reason = too_little(activity, MIN_SAMPLES)
        if reason:
            result.notes[name] = reason
            continue
        parts[name] = part
        series = np.ascontiguousarray(activity.T, np.float64)
        spectrum = spectrum_of(series, session.n_units)
        result.add(f"{name}/eigenvalues", spectrum[: settings.n_components], "", ("component",))
        result.add(f"{name}/participation_ratio", participation_ratio(spectrum))
        result.add(f"{name}/n_samples", series.shape[1])
        result.add(f"{name}/n_trials", part.n_trials)
        rolled = controls.rolled(series, settings.n_components)
        band_a = controls.band(rolled, seeds.generator(name, "A"), settings.n_draws)
        _add_control(result, name, "A", spectrum[: settings.n_components], band_a)
        below = np.flatnonzero(spectrum[: settings.n_components] < band_a.mean)
        result.add(f"{name}/crossing", float(below[0] + 1) if len(below) else np.nan)
        _control_b(result, name, prepared, part, settings, seeds)
    if session.spikes is not None and parts:
        _control_c(result, parts, session, prepared, settings, common, seeds)
    return result


def _draw_trials(prepared: Prepared, mask: NDArray[np.bool_], limit: int, generator: np.random.Generator) -> _Part:
    """Draw whole trials, as many as keep the phase's samples within the limit (at least two)."""
    trials, counts = np.unique(prepared.trial[mask], return_counts=True)
    if counts.sum() > limit:
        order = generator.permutation(len(trials))
        fits = max(2, int(np.searchsorted(np.cumsum(counts[order]), limit, side="right")))
        trials = trials[order[:fits]]
    whole = np.flatnonzero(np.isin(prepared.trial, trials))
    return _Part(whole, mask[whole], len(trials))


def _control_b(result: Result, name: str, prepared: Prepared, part: _Part, settings: Settings, seeds: Seeds) -> None:
    """Permute trials, and compare with the spectrum of the same samples: those that all trials of a group have."""
    exchangeable = exchangeable_trials(prepared.trial[part.whole])
    kept = exchangeable.samples()
    kept = np.sort(kept[part.mask[kept]])
    series = np.ascontiguousarray(prepared.activity[part.whole].T, np.float64)
    reason = too_little(series[:, kept].T, MIN_SAMPLES)
    if reason:
        result.notes[name] = f"no control B: among trials of similar length, {reason}"
        return
    observed = spectrum_of(np.ascontiguousarray(series[:, kept]), settings.n_components)
    draw = controls.trials_permuted(series, exchangeable, part.mask, settings.n_components)
    try:
        band_b = controls.band(draw, seeds.generator(name, "B"), settings.n_draws)
    except ValueError as error:
        result.notes[name] = f"no control B: {error}"
        return
    result.add(f"{name}/eigenvalues_B", observed, "", ("component",))
    result.add(f"{name}/n_samples_B", len(kept))
    _add_control(result, name, "B", observed, band_b)
    result.add(f"{name}/components_above", result[f"{name}/components_above_B"])
    if exchangeable.left_out:
        result.notes[name] = f"control B leaves out {exchangeable.left_out} trials that have no other of similar length"


def _control_c(
    result: Result,
    parts: dict[str, _Part],
    session: Session,
    prepared: Prepared,
    settings: Settings,
    common: Any,
    seeds: Seeds,
) -> None:
    """Shuffle the counts of the whole session, filter it, and take the same samples of each phase."""
    generator = seeds.generator("C")
    places = {name: prepared.samples[part.whole[part.mask]] for name, part in parts.items()}
    spectra: dict[str, list[NDArray]] = {name: [] for name in parts}
    stretches = session.stretches()
    for _ in range(settings.n_draws):
        shuffled = controls.counts_shuffled(
            session.activity, session.dt_s, common.cutoff_hz, common.causal, stretches, generator
        )
        for name, samples in places.items():
            spectra[name].append(spectrum_of(shuffled[:, samples], settings.n_components))
    for name, draws in spectra.items():
        _add_control(result, name, "C", result[f"{name}/eigenvalues"], controls.as_band(draws))


def _add_control(result: Result, name: str, letter: str, observed: NDArray, control: controls.Band) -> None:
    """Store a control's band, and how many leading components lie above it."""
    for which in ("mean", "low", "high"):
        result.add(f"{name}/control_{letter}_{which}", getattr(control, which), "", ("component",))
    result.add(f"{name}/components_above_{letter}", leading_above(observed, control.high))
