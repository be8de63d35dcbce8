"""Controls of `dispersion`: what a difference between LM1 and LM2 is to be read against, because LM1 always comes before LM2.

- ``control``        whole trials of behaviour (place and phase) stand beside whole trials of activity: only time in the trial is left
- ``phase_control``  only the phases come from another trial, so a unit keeps its places

Neither breaks one thing alone: permuted phases also come apart from the places (LM1 begins at a landmark), and where activity
changes in the course of a trial, that alone makes a difference. How much is seen in trials whose activity comes from elsewhere:
``control`` minus the same with permuted phases. The excess of a session is what is left after both.
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
_MATCHINGS = 2  # draws of matched passes that both sides of the test average; more would cost more than they tell
# Samples, samples that the phases come from -> passes.
Find = Callable[[NDArray[np.intp], NDArray[np.intp]], PlaceVisits]


@dataclass(frozen=True)
class Nulls:
    """LM1 - LM2, (estimate,), of trials cut to like lengths, and (draw, estimate) under permutations of whole trials."""

    observed: NDArray[np.float64]
    control: NDArray[np.float64]
    phase_control: NDArray[np.float64]
    both: NDArray[np.float64]  # phases and activity each from another trial


def null_differences(
    find: Find, trial: NDArray[np.integer], codes: NDArray[np.uint8], settings: Any, generator: np.random.Generator
) -> Nulls:
    """Give the difference between LM1 and LM2 as observed and under the controls.

    Parameters
    ----------
    find : callable
        Gives the passes of samples, with phases from other samples.
    trial : array, (time,)
    codes : array, (time, unit)
    settings : rscnav.analyses.tuning.rate_dispersion.Settings

    Returns
    -------
    Nulls
        Without draws where no two trials have similar lengths.
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
    """Add the controls' means and bands, the excess and its p, of one estimate (its number and its suffix).

    The band of ``phase_control`` is moved by what permuted phases do to trials whose activity comes from elsewhere. Two-sided
    p = (1 + draws as far from their mean as the session is) / (1 + draws), with the draws' distances stretched, see `_stretch`.
    """
    draws = {control: getattr(nulls, control)[:, k] for control in CONTROLS}
    known = np.isfinite(draws["control"]) & np.isfinite(draws["phase_control"]) & np.isfinite(nulls.both[:, k])
    excess = p = np.nan
    shift = float(np.mean(draws["control"][known] - nulls.both[known, k])) if known.any() else np.nan
    for control, values in draws.items():
        moved = values[known] + (shift if control == "phase_control" else 0.0)
        band = null_band(moved)
        result.add_each(control, [f"_{end}{suffix}" for end in BAND], band, "bit")
        if control == "phase_control" and len(moved) and np.isfinite(nulls.observed[k]):
            excess = nulls.observed[k] - band[0]
            stretch = _stretch(values[known], draws["control"][known] - nulls.both[known, k])
            p = float(permutation_p(stretch * np.abs(moved - band[0]), abs(excess)))
    result.add(f"excess{suffix}", excess, "bit")
    result.add(f"phase_control_p{suffix}", p)
    if not known.any():
        for control in CONTROLS:
            result.notes[control] = "no control: no two trials have similar lengths (within 20 %), or too few passes"


def _stretch(values: NDArray[np.float64], shift: NDArray[np.float64]) -> float:
    """Give how much farther than draws (draw,) are from their own mean a session must be expected to be from it.

    What the session is compared with is the mean of n draws with the mean shift (draw,) added: known only as well as n draws tell.
    So its distance has the variance of a draw and that of the mean, where the draws' distances from their own mean have that of a
    draw less that of the mean.
    """
    n, own = len(values), float(np.var(values, ddof=1)) if len(values) > 1 else 0.0
    if not own > 0:
        return 1.0
    return float(np.sqrt((1 + np.var(values + shift, ddof=1) / own / n) / (1 - 1 / n)))
