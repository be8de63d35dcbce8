"""Which estimates the figure and the table of needs show, and beside which truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rscnav.ground_truth.estimates import EstimateRow
from rscnav.ground_truth.true_values import BELIEF, NEURONS, RATES, WORLD, Truth

NOISE_FREE = "noise-free"  # no truth but what the analysis reads from expected rates


@dataclass(frozen=True)
class ReferenceValue:
    """What an estimate is set beside: the kind of a truth, and its name (for `NOISE_FREE` '': the estimate's own)."""

    kind: str
    estimate: str = ""


@dataclass(frozen=True)
class Panel:
    """One estimate: title, axis label, where its rows are, what it is beside, chance, how near will do (0: never asked).

    Panels with the same `scale` have one range of values.
    """

    title: str
    label: str
    estimate: str
    phase: str = ""
    beside: tuple[ReferenceValue, ...] = ()
    chance: float | str | None = None  # a number, or the estimate that gives it
    within: float = 0.0
    log: bool = False
    scale: str = ""


_TUNING, _SPATIAL = ReferenceValue(RATES, "tuning_entropy"), ReferenceValue(RATES, "spatial_entropy")
_RATIO = (ReferenceValue(NEURONS, "participation_ratio"), ReferenceValue(RATES, "participation_ratio"))
_FREE, _DIMENSION = (ReferenceValue(NOISE_FREE),), (ReferenceValue(NOISE_FREE, "dimension"),)
_KEPT, _SIZE = (ReferenceValue(NEURONS, "correlations_kept"),), (ReferenceValue(NEURONS, "correlation_rms"),)
_PLACE, _LANDMARK = (ReferenceValue(BELIEF, "position_error"),), (ReferenceValue(BELIEF, "identity_decoded_after"),)
_OUTCOME = (ReferenceValue(BELIEF, "outcome_decoded_before"),)

PANELS = (
    Panel("tuning entropy, plug-in", "bit", "tuning_entropy", "", (_TUNING,), within=0.02, scale="tuning_entropy"),
    Panel("tuning entropy, jackknife", "bit", "tuning_entropy_jackknife", "", (_TUNING,), within=0.02, scale="tuning_entropy"),
    Panel("place entropy, plug-in", "bit", "spatial_entropy", "", (_SPATIAL,), within=0.04, scale="place"),
    Panel("place entropy, jackknife", "bit", "spatial_entropy_jackknife", "", (_SPATIAL,), within=0.04, scale="place"),
    Panel("dispersion in LM2", "bit", "rate_dispersion_miller_madow", "LM2", _FREE, within=0.1),
    Panel("dispersion, LM1 - LM2", "bit", "rate_dispersion_difference_miller_madow", "", _FREE, within=0.05),
    Panel("components above control", "components, LM2", "components_above_control", "LM2", _FREE),
    Panel("correlations kept", "correlation, LM1 to LM2", "correlations_kept", "", _KEPT, within=0.1),
    Panel("particip. ratio, plain", "components, LM2", "participation_ratio", "LM2", _RATIO, within=0.5, scale="PR"),
    Panel(
        "particip. ratio, corrected", "components, LM2", "participation_ratio_corrected", "LM2", _RATIO,
        within=0.5, scale="PR",
    ),
    Panel("dimension, as it is", "dimension, LM2", "dimension", "LM2", _DIMENSION, within=0.3, log=True),
    Panel("dimension, counting off", "dimension, LM2", "dimension_counting", "LM2", _DIMENSION, within=0.3),
    Panel("place decoded, LM1", "error (rad)", "position_error", "LM1", _PLACE, "position_chance", 0.1, scale="place error"),
    Panel("place decoded, LM2", "error (rad)", "position_error", "LM2", _PLACE, "position_chance", 0.1, scale="place error"),
    Panel("second landmark decoded", "accuracy", "identity_decoded_after", "", _LANDMARK, 0.5, 0.05),
    Panel("share of trials that err", "share", "error_rate", "", (ReferenceValue(WORLD, "error_rate"),), within=0.03),
)  # fmt: skip

ROWS = (
    *PANELS,
    Panel("outcome decoded before it", "accuracy", "outcome_decoded_before", "", _OUTCOME, 0.5, 0.05),
    Panel("size of correlations", "rms, LM2", "correlation_rms", "LM2", _SIZE, within=0.05),
    Panel("particip. ratio, corrected", "components, LM1", "participation_ratio_corrected", "LM1", _RATIO, within=1),
    Panel("dimension, counting off", "dimension, LM1", "dimension_counting", "LM1", _DIMENSION, within=0.3),
    Panel("dimension, floor off", "dimension, LM2", "dimension_floor", "LM2", _DIMENSION, within=0.3),
)


def values(
    rows: Sequence[EstimateRow], estimate: str, phase: str, activity: str = "spikes"
) -> dict[tuple[int, int], list[float]]:
    """Collect an estimate's values, one a seed, by units and trials."""
    found: dict[tuple[int, int], list[float]] = {}
    for row in rows:
        if (row.estimate, row.phase, row.activity) == (estimate, phase, activity):
            found.setdefault((row.units, row.trials), []).append(row.value)
    return found


def reference(
    panel: Panel, beside: ReferenceValue, rows: Sequence[EstimateRow], truths: Sequence[Truth], units: int = 0
) -> float:
    """Give what an estimate should come to with so many units; NaN where that is not known.

    `NOISE_FREE` is the mean over seeds of what the same analysis reads from expected rates, at the largest size.
    """
    if beside.kind == NOISE_FREE:
        found = values(rows, beside.estimate or panel.estimate, panel.phase, "rates")
        read = [value for of_seeds in found.values() for value in of_seeds if np.isfinite(value)]
        return float(np.mean(read)) if read else float("nan")
    wanted = (beside.estimate, panel.phase, beside.kind)
    sizes = (0, 0 if beside.kind == RATES else units)
    known = (t.value for t in truths if (t.estimate, t.phase, t.kind) == wanted and t.units in sizes)
    return next(known, float("nan"))
