"""Figure `pairwise`: pairwise correlations of units in LM1 and LM2, structure preserved from LM1 to LM2, distributions."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from rscnav.analyses.result import INTERVAL, Result
from rscnav.figures.layout import FigureRow, empty_panel, panel_letters, rows_with_results
from rscnav.figures.panels.phases import parts_of, why_empty
from rscnav.figures.style import CONTROL, PHASE_COLOURS, Canvas

ANALYSES: tuple[str, ...] = ("pairwise",)
FIELDS: tuple[str, ...] = ()
COMPARED = ("LM1", "LM2")


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session: two matrices, unit pairs in LM2 against LM1, distributions."""
    figure, axes = canvas.figure(len(rows), 4, 45)
    for panels, results in rows_with_results(rows, axes, "pairwise"):
        _matrices(figure, panels[:2], results)
        _preserved(panels[2], results)
        _distributions(panels[3], results)
    _legend(figure, rows)
    panel_letters([ax for row_axes in axes for ax in row_axes])
    return figure


def _matrices(figure: Figure, axes: Sequence[Axes], results: Sequence[Result]) -> None:
    """Draw the correlation matrices of the first session that has both; units sorted by the leading eigenvectors of LM1."""
    shown = [part for part in COMPARED if any(f"{part}/correlation" in r for r in results)]
    if not shown and any("all/correlation" in r for r in results):
        shown = ["all"]
    first = max(results, key=lambda r: sum(f"{part}/correlation" in r for part in shown))
    order = _order(first[f"{shown[0]}/correlation"]) if shown and f"{shown[0]}/correlation" in first else None
    image = None
    drawn: list[Axes] = []
    names = ("all", "") if shown == ["all"] else COMPARED
    for ax, part in zip(axes, names, strict=True):
        if order is None or f"{part}/correlation" not in first:
            empty_panel(ax, why_empty(results, part))
            continue
        matrix = first[f"{part}/correlation"][np.ix_(order, order)].copy()
        np.fill_diagonal(matrix, np.nan)
        image = ax.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest", rasterized=True)
        ax.set(title=part if len(results) == 1 else f"{part}, first session", xticks=[], yticks=[])
        ax.set(xlabel="unit (sorted)", ylabel="" if drawn else "unit (sorted)")
        drawn.append(ax)
    if image is not None:
        bar = figure.colorbar(image, ax=drawn, shrink=0.8, pad=0.02, aspect=15, ticks=[-1, 0, 1])
        bar.set_label("correlation", labelpad=0)


def _order(matrix: NDArray) -> NDArray[np.intp]:
    """Return the order of units by their angle in the plane of the two leading eigenvectors, from the widest gap on."""
    vectors = np.linalg.eigh(matrix.astype(np.float64))[1]
    angle = np.arctan2(vectors[:, -1], vectors[:, -2]) if len(matrix) > 1 else np.zeros(1)
    order = np.argsort(angle)
    gaps = np.diff(np.append(angle[order], angle[order[0]] + 2 * np.pi))
    return np.roll(order, -1 - int(np.argmax(gaps)))


def _preserved(ax: Axes, results: Sequence[Result]) -> None:
    """Draw unit pairs, LM2 against LM1; for several sessions the structure preserved in each."""
    if len(results) > 1:
        having = [r for r in results if r.scalar("structure_preserved") is not None]
        if not having:
            empty_panel(ax, results[0].notes.get("structure_preserved", "no correlations to compare"))
            return
        for k, result in enumerate(having):
            value, low, high = (float(result[f"structure_preserved{end}"]) for end in INTERVAL)
            ax.plot([k, k], [low, high], color="black", linewidth=0.8)
            ax.plot(k, value, "o", color="black", markersize=3)
        ax.axhline(0, color=CONTROL, linewidth=0.6, zorder=0)
        ax.set(xlabel="session", ylabel="structure preserved (r)", ylim=(min(-0.1, ax.get_ylim()[0]), 1.1), xticks=[])
        return
    result = results[0]
    if not all(f"{part}/correlation" in result for part in COMPARED):
        empty_panel(ax, result.notes.get("structure_preserved", "phases are not known").split(";")[0])
        return
    upper = np.triu_indices(len(result["LM1/correlation"]), 1)
    x, y = (result[f"{part}/correlation"][upper] for part in COMPARED)
    limit = 1.05 * max(float(np.abs(x).max()), float(np.abs(y).max()))
    if len(x) > 500:
        extent = (-limit, limit, -limit, limit)
        ax.hexbin(x, y, gridsize=40, extent=extent, bins="log", mincnt=1, cmap="Greys", linewidths=0)
    else:
        ax.plot(x, y, ".", color="black", markersize=2)
    ax.plot([-limit, limit], [-limit, limit], color=PHASE_COLOURS["LM2"], linewidth=0.6, linestyle=(0, (3, 2)))
    value, low, high = (result.scalar(f"structure_preserved{end}") for end in INTERVAL)
    title = "r not determined" if value is None else f"r = {value:.2f}"
    if value is not None and low is not None:
        title += f" ({low:.2f} to {high:.2f})"
    ax.set(xlabel="correlation in LM1", ylabel="correlation in LM2", title=title)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), box_aspect=1)


def _distributions(ax: Axes, results: Sequence[Result]) -> None:
    """Draw the histogram of correlations over unit pairs, and the 95 % band of the null distribution."""
    parts = parts_of(results, "histogram")
    if not parts:
        empty_panel(ax, why_empty(results, "LM1" if any("LM1" in r.notes for r in results) else "all"))
        return
    edges = results[0]["correlation_edges"] if "correlation_edges" in results[0] else np.linspace(-1, 1, 81)
    joined = 1 if max(r["unit"].size for r in results if "unit" in r) > 60 else 4  # wider bins for few pairs
    edges, reach = edges[::joined], 0.1
    for part in parts:
        having = [r for r in results if f"{part}/histogram" in r]
        low, high = (_binned(having, f"{part}/control_histogram_{end}", joined) for end in ("low", "high"))
        ax.stairs(high, edges, baseline=low, fill=True, color=PHASE_COLOURS[part], alpha=0.25, linewidth=0)
        fractions = _binned(having, f"{part}/histogram", joined)
        ax.stairs(fractions, edges, color=PHASE_COLOURS[part], linewidth=1.0)
        reach = max(reach, float(np.abs(edges[np.flatnonzero((fractions > 2e-3) | (high > 2e-3))]).max(initial=0)))
    reach = min(1, reach + 0.05)
    ax.set(xlabel="correlation", ylabel="fraction of pairs", yscale="log", ylim=(1e-4, 1.5), xlim=(-reach, reach))


def _binned(results: Sequence[Result], key: str, joined: int) -> NDArray[np.float64]:
    """Return the mean histogram over sessions, with groups of `joined` neighbouring bins merged."""
    fractions = np.mean([r[key] for r in results], axis=0)
    return np.asarray(fractions.reshape(-1, joined).sum(axis=1))


def _legend(figure: Figure, rows: Sequence[FigureRow]) -> None:
    """Add the legend of the distributions above all rows."""
    parts = parts_of([r for row in rows for r in row.results("pairwise")], "histogram")
    if not parts:
        return
    handles: list = [Line2D([], [], color=PHASE_COLOURS[part], label=part) for part in parts]
    handles.append(Patch(facecolor="#777777", alpha=0.3, label="independent units (sign flip), 95 %"))
    handles.append(Line2D([], [], color=PHASE_COLOURS["LM2"], linewidth=0.6, linestyle=(0, (3, 2)), label="LM2 = LM1"))
    figure.legend(handles=handles, loc="outside upper center", ncols=6, columnspacing=1.5)
