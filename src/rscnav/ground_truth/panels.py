"""Estimates and true values in the figure and in the table of sample sizes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rscnav.ground_truth.estimates import EstimateRow
from rscnav.ground_truth.true_values import BELIEF, NEURONS, RATES, WORLD, Truth

NOISE_FREE = "noise-free"  # no true value: result of the analysis on expected rates


@dataclass(frozen=True)
class ReferenceValue:
    """Reference of an estimate: kind of true value and its name ('' for `NOISE_FREE`: the same name as the estimate)."""

    kind: str
    estimate: str = ""


@dataclass(frozen=True)
class Panel:
    """One estimate in the figure and in the table.

    Parameters
    ----------
    title, label : str
        Title of the panel, label of its y-axis.
    estimate, phase : str
        Rows of this estimate.
    references : tuple of ReferenceValue
        References.
    chance : float or str, optional
        Chance level: a number, or the name of an estimate.
    within : float
        Tolerance for the table (0: not in the table).
    log : bool
        Logarithmic y-axis.
    scale : str
        Panels with the same scale have the same range of values.
    """

    title: str
    label: str
    estimate: str
    phase: str = ""
    references: tuple[ReferenceValue, ...] = ()
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
    Panel("tuning entropy, plug-in", "bits", "tuning_entropy", "", (_TUNING,), within=0.02, scale="tuning_entropy"),
    Panel("tuning entropy, jackknife", "bits", "tuning_entropy_jackknife", "", (_TUNING,), within=0.02, scale="tuning_entropy"),
    Panel("spatial entropy, plug-in", "bits", "spatial_entropy", "", (_SPATIAL,), within=0.04, scale="spatial_entropy"),
    Panel("spatial entropy, jackknife", "bits", "spatial_entropy_jackknife", "", (_SPATIAL,), within=0.04, scale="spatial_entropy"),
    Panel("rate dispersion, LM2", "bits", "rate_dispersion_miller_madow", "LM2", _FREE, within=0.1),
    Panel("rate dispersion, LM1 - LM2", "bits", "rate_dispersion_difference_miller_madow", "", _FREE, within=0.05),
    Panel("components above null", "components, LM2", "components_above_control", "LM2", _FREE),
    Panel("structure preserved", "correlation, LM1 to LM2", "correlations_kept", "", _KEPT, within=0.1),
    Panel("participation ratio", "uncorrected, LM2", "participation_ratio", "LM2", _RATIO, within=0.5, scale="PR"),
    Panel(
        "participation ratio", "corrected, LM2", "participation_ratio_corrected", "LM2", _RATIO,
        within=0.5, scale="PR",
    ),
    Panel("correlation dimension", "uncorrected, LM2", "dimension", "LM2", _DIMENSION, within=0.3, log=True),
    Panel("correlation dimension", "Poisson-noise corr., LM2", "dimension_counting", "LM2", _DIMENSION, within=0.3),
    Panel("position decoding, LM1", "error (rad)", "position_error", "LM1", _PLACE, "position_chance", 0.1, scale="position_error"),
    Panel("position decoding, LM2", "error (rad)", "position_error", "LM2", _PLACE, "position_chance", 0.1, scale="position_error"),
    Panel("second landmark decoding", "accuracy", "identity_decoded_after", "", _LANDMARK, 0.5, 0.05),
    Panel("error rate of the animal", "fraction", "error_rate", "", (ReferenceValue(WORLD, "error_rate"),), within=0.03),
)  # fmt: skip

ROWS = (
    *PANELS,
    Panel("outcome decoding, before", "accuracy", "outcome_decoded_before", "", _OUTCOME, 0.5, 0.05),
    Panel("size of correlations", "rms, LM2", "correlation_rms", "LM2", _SIZE, within=0.05),
    Panel("participation ratio", "corrected, LM1", "participation_ratio_corrected", "LM1", _RATIO, within=1),
    Panel("correlation dimension", "Poisson-noise corr., LM1", "dimension_counting", "LM1", _DIMENSION, within=0.3),
    Panel("correlation dimension", "noise-floor corr., LM2", "dimension_floor", "LM2", _DIMENSION, within=0.3),
)


def values(
    rows: Sequence[EstimateRow], estimate: str, phase: str, activity: str = "spikes"
) -> dict[tuple[int, int], list[float]]:
    """Return the values of an estimate, one per seed, by (units, trials)."""
    found: dict[tuple[int, int], list[float]] = {}
    for row in rows:
        if (row.estimate, row.phase, row.activity) == (estimate, phase, activity):
            found.setdefault((row.units, row.trials), []).append(row.value)
    return found


def reference(
    panel: Panel, reference_value: ReferenceValue, rows: Sequence[EstimateRow], truths: Sequence[Truth], units: int = 0
) -> float:
    """Return the reference value of an estimate for a count of units; NaN if it is not known.

    `NOISE_FREE`: mean over seeds of the same analysis on expected rates, at the largest size.
    """
    if reference_value.kind == NOISE_FREE:
        found = values(rows, reference_value.estimate or panel.estimate, panel.phase, "rates")
        read = [value for of_seeds in found.values() for value in of_seeds if np.isfinite(value)]
        return float(np.mean(read)) if read else float("nan")
    wanted = (reference_value.estimate, panel.phase, reference_value.kind)
    sizes = (0, 0 if reference_value.kind == RATES else units)
    known = (t.value for t in truths if (t.estimate, t.phase, t.kind) == wanted and t.units in sizes)
    return next(known, float("nan"))
