"""Figure `entropy`: tuning curves and their entropy, for displacement and position, and rate dispersion in LM1 and LM2."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from rscnav.analyses.result import Result
from rscnav.figures.entropy.across_sessions import draw_across
from rscnav.figures.entropy.dispersion_panels import by_phase, differences
from rscnav.figures.entropy.tuning_panels import curves, entropies
from rscnav.figures.layout import FigureRow, empty_panels, panel_letters, row_label
from rscnav.figures.style import Canvas

ANALYSES = ("tuning_entropy", "spatial_entropy", "rate_dispersion")
FIELDS: tuple[str, ...] = ()
TITLES = ("Tuning", "Tuning entropy", "Position", "Spatial entropy", "Rate dispersion", "LM1 − LM2")
WIDTHS = (0.6, 1, 0.6, 1, 1, 1.05)
ROW_MM = 46


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session or kind of session, and a last row with one value per session if there are several."""
    members = [member for row in rows for member in row.members]
    n_rows = len(rows) + (len(members) > 1)
    figure, axes = canvas.figure(n_rows, len(WIDTHS), ROW_MM, gridspec_kw={"width_ratios": WIDTHS})
    explained: set[str] = set()
    for row, panels in zip(rows, axes, strict=False):
        row_label(panels[0], row.label)
        for analysis, pair in (("tuning_entropy", panels[:2]), ("spatial_entropy", panels[2:4])):
            results = [r for r in row.results(analysis) if np.isfinite(r["entropy"]).any()]
            if results:
                curves(pair[0], results, analysis)
                entropies(pair[1], results, legend="nulls" not in explained)
                explained.add("nulls")
                continue
            reason = row.reason(analysis) or _note(row.results(analysis), "entropy", "no unit has an entropy")
            empty_panels(pair, reason)
        found = [r for r in row.results("rate_dispersion") if np.isfinite(r["difference"])]
        if found:
            by_phase(panels[4], found, legend="rate_dispersion" not in explained)
            differences(panels[5], found, legend="rate_dispersion" not in explained)
            explained.add("rate_dispersion")
        else:
            reason = row.reason("rate_dispersion") or _note(row.results("rate_dispersion"), "LM1", "no difference")
            empty_panels(panels[4:], reason)
    for panel, title in zip(axes[0], TITLES, strict=True):
        panel.set_title(title)
    below = draw_across(figure, axes[-1], members) if len(members) > 1 else []
    panel_letters([*axes[0], *below])
    return figure


def _note(results: Sequence[Result], part: str, otherwise: str) -> str:
    return next((result.notes[part] for result in results if part in result.notes), otherwise)
