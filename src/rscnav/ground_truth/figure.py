"""Figure of the estimates against the count of trials: one panel per estimate, one line per count of units, true values dashed."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from rscnav.figures.layout import one_range, panel_letters, plain_log_ticks
from rscnav.figures.style import GREY, Canvas
from rscnav.ground_truth.estimates import EstimateRow
from rscnav.ground_truth.panels import NOISE_FREE, PANELS, Panel, reference, values
from rscnav.ground_truth.true_values import NEURONS, Truth

N_COLUMNS = 4
ROW_MM = 43.0
OFFSET = 0.03  # between lines along x (decades), so that error bars do not overlap


def draw(
    rows: Sequence[EstimateRow], truths: Sequence[Truth], canvas: Canvas, panels: Sequence[Panel] = PANELS
) -> Figure:
    """Draw all panels.

    Parameters
    ----------
    rows : sequence of EstimateRow
    truths : sequence of Truth
    canvas : Canvas
    panels : sequence of Panel

    Returns
    -------
    matplotlib.figure.Figure
    """
    n_rows = -(-len(panels) // N_COLUMNS)
    figure, grid = canvas.figure(n_rows, N_COLUMNS, ROW_MM)
    axes = [ax for line in grid for ax in line]
    units = sorted({row.units for row in rows if row.activity == "spikes"})
    colours = dict(zip(units, mpl.colormaps["YlGnBu"](np.linspace(0.35, 1.0, len(units))), strict=True))
    for ax, panel in zip(axes, panels, strict=False):
        _panel(ax, panel, rows, truths, colours)
    for scale in {panel.scale for panel in panels if panel.scale}:
        one_range([ax for ax, panel in zip(axes, panels, strict=False) if panel.scale == scale])
    for ax in axes[len(panels) :]:
        ax.remove()
    for ax in axes[max(0, len(panels) - N_COLUMNS) : len(panels)]:
        ax.set_xlabel("trials")
    panel_letters(axes[: len(panels)])
    figure.legend(handles=_legend(colours), loc="outside lower center", ncols=5)
    return figure


def _panel(
    ax: Axes, panel: Panel, rows: Sequence[EstimateRow], truths: Sequence[Truth], colours: dict[int, tuple]
) -> None:
    """Draw one estimate: mean over seeds, bars from the lowest to the highest seed; open marker if not reliable."""
    found = values(rows, panel.estimate, panel.phase)
    reliable = values(rows, f"{panel.estimate}_reliable", panel.phase)
    trials = sorted({t for _, t in found})
    if panel.log:
        ax.set_yscale("log")
    for k, (units, colour) in enumerate(colours.items()):
        shift = 10 ** (OFFSET * (k - (len(colours) - 1) / 2))
        points = [(t, np.array(found.get((units, t), [np.nan]))) for t in trials]
        known = [(t, v[np.isfinite(v)]) for t, v in points if np.isfinite(v).any()]
        if not known:
            continue
        x = np.array([t for t, _ in known]) * shift
        middle = np.array([v.mean() for _, v in known])
        ends = np.array([(v.mean() - v.min(), v.max() - v.mean()) for _, v in known]).T
        ax.errorbar(x, middle, ends, color=colour, lw=1.0, elinewidth=0.6, zorder=3)
        filled = [np.mean(reliable.get((units, t), [1.0])) > 0.5 for t, _ in known]
        for at, value, full in zip(x, middle, filled, strict=True):
            ax.plot(at, value, "o", ms=3, mfc=colour if full else "white", mec=colour, mew=0.8, zorder=4)
    for reference_value in panel.references:
        _truth(
            ax,
            reference_value.kind,
            [reference(panel, reference_value, rows, truths, units) for units in colours],
            colours,
        )
    if panel.chance is not None:
        ax.axhline(_chance(panel, rows), color=GREY, lw=0.9, ls=":", zorder=1)
    ax.set_title(panel.title, loc="left")
    ax.set(ylabel=panel.label, xscale="log", xlim=(trials[0] / 1.35, trials[-1] * 1.35))
    ax.set_xticks(trials, [str(t) for t in trials])
    ax.xaxis.set_minor_locator(NullLocator())
    if panel.log:
        plain_log_ticks(ax.yaxis, *ax.get_ylim())


def _truth(ax: Axes, kind: str, levels: Sequence[float], colours: dict[int, tuple]) -> None:
    """Draw the true value: one black line, or one line for each count of units in its colour."""
    if kind == NEURONS and len(set(levels)) > 1:
        for level, colour in zip(levels, colours.values(), strict=True):
            ax.axhline(level, color=colour, lw=0.9, ls=(0, (1, 1)), zorder=2)
    elif np.isfinite(levels[0]):
        style = (0, (4, 1.5, 1, 1.5)) if kind == NOISE_FREE else (0, (4, 2))
        ax.axhline(levels[0], color="black", lw=0.9, ls=style, zorder=2)


def _chance(panel: Panel, rows: Sequence[EstimateRow]) -> float:
    """Return the chance level: a number, or the mean of an estimate at the largest size."""
    if not isinstance(panel.chance, str):
        return float(panel.chance or 0.0)
    found = values(rows, panel.chance, panel.phase)
    return float(np.nanmean(found[max(found)]))


def _legend(colours: dict[int, tuple]) -> list[Line2D]:
    *_, last = colours.values()
    return [
        *(Line2D([], [], color=c, marker="o", ms=3, label=f"{units} units") for units, c in colours.items()),
        Line2D([], [], color="black", ls="none", marker="o", ms=3, mfc="white", label="open: not reliable"),
        Line2D([], [], color="black", lw=0.9, ls=(0, (4, 2)), label="true value"),
        Line2D([], [], color="black", lw=0.9, ls=(0, (4, 1.5, 1, 1.5)), label="noise-free"),
        Line2D([], [], color=last, lw=0.9, ls=(0, (1, 1)), label="true value, this count of neurons"),
        Line2D([], [], color=GREY, lw=0.9, ls=":", label="chance"),
    ]
