"""Null distributions of rate dispersion: trial shuffle and phase shuffle.

LM1 always precedes LM2, so that the expected difference in dispersion is not 0.

- ``control``        trial shuffle: whole trials of behaviour (position, phase) are permuted; only the time in the trial remains
- ``phase_control``  phase shuffle: only the phases come from another trial, so that units keep their positions

Each null distribution breaks two dependencies. Permuted phases are also dissociated from positions (LM1 begins at a
landmark). If activity changes with the time in the trial, this by itself makes a difference. This bias is estimated in
trials with permuted activity: ``control`` minus the same with permuted phases. The excess dispersion is the difference
that remains after both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import BAND, Result
from rscnav.analyses.statistics.intervals import null_band
from rscnav.analyses.statistics.null_models import exchangeable_trials
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.analyses.tuning.place_passes import PlaceVisits, draw, match_visit_counts
from rscnav.analyses.tuning.rate_entropy import rate_entropy

CONTROLS = ("control", "phase_control")
_MATCHINGS = 2  # matching draws averaged in the observed value and in each draw of the phase shuffle
# Samples, samples that provide the phases -> passes.
Find = Callable[[NDArray[np.intp], NDArray[np.intp]], PlaceVisits]


@dataclass(frozen=True)
class Nulls:
    """Difference LM1 - LM2 of trials truncated to similar lengths.

    Observed values are (estimate,), draws of each null distribution (draw, estimate).
    """

    observed: NDArray[np.float64]
    control: NDArray[np.float64]
    phase_control: NDArray[np.float64]
    both: NDArray[np.float64]  # phases and activity from other trials, permuted independently


def null_differences(
    find: Find, trial: NDArray[np.integer], codes: NDArray[np.uint8], settings: Any, generator: np.random.Generator
) -> Nulls:
    """Compute the difference in dispersion between LM1 and LM2, as observed and under the null distributions.

    Parameters
    ----------
    find : callable
        Takes samples and the samples that provide their phases, and returns the passes.
    trial : array, (time,)
    codes : array, (time, unit)
        Bins of rate.
    settings : rscnav.analyses.tuning.rate_dispersion.Settings
    generator : numpy.random.Generator

    Returns
    -------
    Nulls
        Without draws if no two trials have similar lengths.
    """
    exchangeable = exchangeable_trials(trial)
    rows = exchangeable.samples()
    if not len(rows):
        nothing = np.empty((0, 2))
        return Nulls(np.full(2, np.nan), nothing, nothing, nothing)

    def difference(passes: PlaceVisits, activity_rows: NDArray[np.intp], n_matchings: int = 1) -> NDArray[np.float64]:
        found = []
        for _ in range(n_matchings):
            drawn = draw(passes, generator)
            chosen, quota = match_visit_counts(passes, drawn, settings.min_passes)
            of_pass = codes[activity_rows[drawn.sample[chosen]]]
            found.append(rate_entropy(passes, chosen, quota, of_pass, settings.n_rate_bins).means() @ (1, -1))
        return np.asarray(np.mean(found, axis=0))

    own = find(rows, rows)
    control, phase_control, both = [], [], []
    for _ in range(settings.n_null):
        of_phases, elsewhere = find(rows, exchangeable.permuted(generator)), exchangeable.permuted(generator)
        control.append(difference(own, elsewhere))
        phase_control.append(difference(of_phases, rows, _MATCHINGS))
        both.append(difference(of_phases, elsewhere))
    return Nulls(difference(own, rows, _MATCHINGS), np.array(control), np.array(phase_control), np.array(both))


def add_controls(result: Result, nulls: Nulls, k: int, suffix: str) -> None:
    """Add to a result: means and bands of the null distributions, excess and its p, of estimate `k` with its suffix.

    The band of ``phase_control`` is shifted by the bias of permuted phases, estimated in trials with permuted activity.
    The two-sided p = (1 + draws at least as far from their mean as the session) / (1 + draws), with the draws'
    distances scaled by `_variance_correction`.
    """
    draws = {control: getattr(nulls, control)[:, k] for control in CONTROLS}
    known = np.isfinite(draws["control"]) & np.isfinite(draws["phase_control"]) & np.isfinite(nulls.both[:, k])
    excess = p = np.nan
    shift = float(np.mean(draws["control"][known] - nulls.both[known, k])) if known.any() else np.nan
    for control, values in draws.items():
        moved = values[known] + (shift if control == "phase_control" else 0.0)
        band = null_band(moved)
        result.add_each(control, [f"_{end}{suffix}" for end in BAND], band, "bits")
        if control == "phase_control" and len(moved) and np.isfinite(nulls.observed[k]):
            excess = nulls.observed[k] - band[0]
            stretch = _variance_correction(values[known], draws["control"][known] - nulls.both[known, k])
            p = float(permutation_p(stretch * np.abs(moved - band[0]), abs(excess)))
    result.add(f"excess{suffix}", excess, "bits")
    result.add(f"phase_control_p{suffix}", p)
    if not known.any():
        for control in CONTROLS:
            result.notes[control] = (
                "no null distribution: no two trials have similar lengths (within 20 %), or too few passes"
            )


def _variance_correction(values: NDArray[np.float64], shift: NDArray[np.float64]) -> float:
    """Return the variance correction for comparing one observation with the mean of n null draws: sqrt((1 + v/n) / (1 - 1/n)).

    v is the variance of the draws `values` plus bias estimates `shift`, (draw,), in units of the variance of the draws.
    The session is compared with the mean of the shifted draws. Its distance has the variance of a draw plus that of
    this mean, 1 + v/n. The distances of the draws from their own mean have the variance 1 - 1/n.
    """
    n, own = len(values), float(np.var(values, ddof=1)) if len(values) > 1 else 0.0
    if not own > 0:
        return 1.0
    return float(np.sqrt((1 + np.var(values + shift, ddof=1) / own / n) / (1 - 1 / n)))
