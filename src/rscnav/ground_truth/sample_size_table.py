"""Sample sizes: counts of units and trials that each estimate needs, and its mean error, as a Markdown table."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter

import numpy as np

from rscnav.ground_truth.estimates import EstimateRow
from rscnav.ground_truth.panels import NOISE_FREE, ROWS, Panel, ReferenceValue, reference, values
from rscnav.ground_truth.true_values import Truth

WORDS = {
    NOISE_FREE: "noise-free",
    "rates": "rates",
    "neurons": "neurons",
    "belief": "belief",
    "world": "behaviour",
}


@dataclass(frozen=True)
class Need:
    """Sample sizes that one estimate needs, for one reference.

    Parameters
    ----------
    panel : Panel
    reference_value : ReferenceValue
    truth : dict
        Reference value by count of units.
    trials : dict
        By count of units, the smallest count of trials from which on the root mean square error over seeds is at
        most `panel.within`; None if no tested count is enough.
    error : dict
        Mean error over seeds by (units, trials); NaN if there is no estimate for a seed.
    """

    panel: Panel
    reference_value: ReferenceValue
    truth: dict[int, float]
    trials: dict[int, int | None]
    error: dict[tuple[int, int], float]


def required_sample_sizes(
    rows: Sequence[EstimateRow], truths: Sequence[Truth], panels: Sequence[Panel] = ROWS
) -> list[Need]:
    """Return the sample sizes of each estimate and reference, without estimates that have no tolerance or no rows."""
    asked = [panel for panel in panels if panel.within > 0 and values(rows, panel.estimate, panel.phase)]
    return [need(panel, reference_value, rows, truths) for panel in asked for reference_value in panel.references]


def need(panel: Panel, reference_value: ReferenceValue, rows: Sequence[EstimateRow], truths: Sequence[Truth]) -> Need:
    """Return the sample sizes that one estimate needs, for one reference."""
    found = values(rows, panel.estimate, panel.phase)
    sizes = sorted({units for units, _ in found})
    truth = {units: reference(panel, reference_value, rows, truths, units) for units in sizes}
    off = {size: np.array(of_seeds) - truth[size[0]] for size, of_seeds in found.items()}
    near = {size: bool(np.sqrt(np.mean(e**2)) <= panel.within) for size, e in off.items()}  # False for NaN
    trials = {}
    for units in sizes:
        tried = sorted(((t, is_near) for (u, t), is_near in near.items() if u == units), reverse=True)
        enough = [t for t, _ in takewhile(itemgetter(1), tried)]
        trials[units] = enough[-1] if enough else None
    return Need(panel, reference_value, truth, trials, {size: float(np.mean(e)) for size, e in off.items()})


def markdown(rows: Sequence[EstimateRow], truths: Sequence[Truth]) -> str:
    """Return the table: reference, tolerance, trials needed by count of units, and mean error for four sizes."""
    found = required_sample_sizes(rows, truths)
    units = sorted(found[0].trials)
    trials = sorted({t for _, t in found[0].error})
    corners = [(u, t) for u in (units[min(1, len(units) - 1)], units[-1]) for t in (trials[0], trials[-1])]
    head = ["estimate", "reference", "tolerance", *(f"{u} units" for u in units)]
    head += [f"error: {u} units, {t} trials" for u, t in corners]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for n in found:
        ends = [n.truth[units[0]], n.truth[units[-1]]]
        should = _short(ends[0]) if ends[0] == ends[1] else f"{_short(ends[0])} to {_short(ends[1])}"
        cells = [f"{n.trials[u]} trials" if n.trials[u] else "no" for u in units]
        errors = [_signed(n.error.get(corner, float("nan"))) for corner in corners]
        what = [
            f"{n.panel.title} ({n.panel.label})",
            f"{should}, {WORDS[n.reference_value.kind]}",
            f"{n.panel.within:g}",
        ]
        lines.append("| " + " | ".join([*what, *cells, *errors]) + " |")
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "not known"


def _signed(value: float) -> str:
    return f"{value:+.2g}" if np.isfinite(value) else "–"
