"""How many units and trials bring an estimate near what it should be; which way it errs below that. As a Markdown table."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter

import numpy as np

from rscnav.ground_truth.estimates import EstimateRow
from rscnav.ground_truth.panels import NOISE_FREE, ROWS, Panel, ReferenceValue, reference, values
from rscnav.ground_truth.true_values import Truth

WORDS = {
    NOISE_FREE: "as read without noise",
    "rates": "of the rates",
    "neurons": "of as many noisy neurons",
    "belief": "what the belief allows",
    "world": "of the animal",
}


@dataclass(frozen=True)
class Need:
    """What one estimate needs.

    Parameters
    ----------
    panel : Panel
    beside : ReferenceValue
    truth : dict
        By number of units.
    trials : dict
        By number of units, the fewest trials from which on the root mean square error over seeds is at most
        `panel.within`; None where no number of trials that was tried is enough.
    error : dict
        By (units, trials), the mean error over seeds; NaN where there is no estimate in some seed.
    """

    panel: Panel
    beside: ReferenceValue
    truth: dict[int, float]
    trials: dict[int, int | None]
    error: dict[tuple[int, int], float]


def required_sample_sizes(
    rows: Sequence[EstimateRow], truths: Sequence[Truth], panels: Sequence[Panel] = ROWS
) -> list[Need]:
    """Find what each estimate needs, beside each of its truths; those without a tolerance or without rows are left out."""
    asked = [panel for panel in panels if panel.within > 0 and values(rows, panel.estimate, panel.phase)]
    return [need(panel, beside, rows, truths) for panel in asked for beside in panel.beside]


def need(panel: Panel, beside: ReferenceValue, rows: Sequence[EstimateRow], truths: Sequence[Truth]) -> Need:
    """Find what one estimate needs to be near one truth."""
    found = values(rows, panel.estimate, panel.phase)
    sizes = sorted({units for units, _ in found})
    truth = {units: reference(panel, beside, rows, truths, units) for units in sizes}
    off = {size: np.array(of_seeds) - truth[size[0]] for size, of_seeds in found.items()}
    near = {size: bool(np.sqrt(np.mean(e**2)) <= panel.within) for size, e in off.items()}  # NaN is not near
    trials = {}
    for units in sizes:
        tried = sorted(((t, is_near) for (u, t), is_near in near.items() if u == units), reverse=True)
        enough = [t for t, _ in takewhile(itemgetter(1), tried)]
        trials[units] = enough[-1] if enough else None
    return Need(panel, beside, truth, trials, {size: float(np.mean(e)) for size, e in off.items()})


def markdown(rows: Sequence[EstimateRow], truths: Sequence[Truth]) -> str:
    """Write the table: the truth, how near, trials needed by number of units, and the mean error at four sizes."""
    found = required_sample_sizes(rows, truths)
    units = sorted(found[0].trials)
    trials = sorted({t for _, t in found[0].error})
    corners = [(u, t) for u in (units[min(1, len(units) - 1)], units[-1]) for t in (trials[0], trials[-1])]
    head = ["estimate", "should be", "within", *(f"{u} units" for u in units)]
    head += [f"error at {u} units, {t} trials" for u, t in corners]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for n in found:
        ends = [n.truth[units[0]], n.truth[units[-1]]]
        should = _short(ends[0]) if ends[0] == ends[1] else f"{_short(ends[0])} to {_short(ends[1])}"
        cells = [f"{n.trials[u]} trials" if n.trials[u] else "no" for u in units]
        errors = [_signed(n.error.get(corner, float("nan"))) for corner in corners]
        what = [f"{n.panel.title}: {n.panel.label}", f"{should}, {WORDS[n.beside.kind]}", f"{n.panel.within:g}"]
        lines.append("| " + " | ".join([*what, *cells, *errors]) + " |")
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "not known"


def _signed(value: float) -> str:
    return f"{value:+.2g}" if np.isfinite(value) else "–"
