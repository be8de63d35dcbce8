"""Figure `pairwise`: correlations between units in LM1 and LM2, their distribution, and how much of them is kept."""

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
    """Draw a row a session: two matrices, the pairs of units in LM2 against LM1, the distributions."""
    figure, axes = canvas.figure(len(rows), 4, 45)
    for panels, results in rows_with_results(rows, axes, "pairwise"):
        _matrices(figure, panels[:2], results)
        _kept(panels[2], results)
        _distributions(panels[3], results)
    _legend(figure, rows)
    panel_letters([ax for row_axes in axes for ax in row_axes])
    return figure


def _matrices(figure: Figure, axes: Sequence[Axes], results: Sequence[Result]) -> None:
    """Draw the matrices of the first session that has both, units in the order of LM1's leading directions."""
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
        ax.set(title=part if len(results) == 1 else f"{part}, the first of them", xticks=[], yticks=[])
        ax.set(xlabel="unit (sorted)", ylabel="" if drawn else "unit (sorted)")
        drawn.append(ax)
    if image is not None:
        bar = figure.colorbar(image, ax=drawn, shrink=0.8, pad=0.02, aspect=15, ticks=[-1, 0, 1])
        bar.set_label("correlation", labelpad=0)


def _order(matrix: NDArray) -> NDArray[np.intp]:
    """Order units by their angle between the two leading directions, beginning at the widest gap."""
    vectors = np.linalg.eigh(matrix.astype(np.float64))[1]
    angle = np.arctan2(vectors[:, -1], vectors[:, -2]) if len(matrix) > 1 else np.zeros(1)
    order = np.argsort(angle)
    gaps = np.diff(np.append(angle[order], angle[order[0]] + 2 * np.pi))
    return np.roll(order, -1 - int(np.argmax(gaps)))


def _kept(ax: Axes, results: Sequence[Result]) -> None:
    """Draw pairs of units, LM2 against LM1; with several sessions, how much each of them keeps."""
    if len(results) > 1:
        having = [r for r in results if r.scalar("structure_preserved") is not None]
        if not having:
            empty_panel(ax, results[0].notes.get("structure_preserved", "nothing to keep"))
            return
        for k, result in enumerate(having):
            value, low, high = (float(result[f"structure_preserved{end}"]) for end in INTERVAL)
            ax.plot([k, k], [low, high], color="black", linewidth=0.8)
            ax.plot(k, value, "o", color="black", markersize=3)
        ax.axhline(0, color=CONTROL, linewidth=0.6, zorder=0)
        ax.set(xlabel="session", ylabel="kept from LM1 to LM2", ylim=(min(-0.1, ax.get_ylim()[0]), 1.1), xticks=[])
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
    title = "no structure to keep" if value is None else f"kept {value:.2f}"
    if value is not None and low is not None:
        title += f" ({low:.2f} to {high:.2f})"
    ax.set(xlabel="correlation in LM1", ylabel="correlation in LM2", title=title)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), box_aspect=1)


def _distributions(ax: Axes, results: Sequence[Result]) -> None:
    """Draw the share of pairs of units at each correlation, and the null's 95 % band."""
    parts = parts_of(results, "histogram")
    if not parts:
        empty_panel(ax, why_empty(results, "LM1" if any("LM1" in r.notes for r in results) else "all"))
        return
    edges = results[0]["correlation_edges"] if "correlation_edges" in results[0] else np.linspace(-1, 1, 81)
    joined = 1 if max(r["unit"].size for r in results if "unit" in r) > 60 else 4  # few pairs make ragged histograms
    edges, reach = edges[::joined], 0.1
    for part in parts:
        having = [r for r in results if f"{part}/histogram" in r]
        low, high = (_binned(having, f"{part}/control_histogram_{end}", joined) for end in ("low", "high"))
        ax.stairs(high, edges, baseline=low, fill=True, color=PHASE_COLOURS[part], alpha=0.25, linewidth=0)
        shares = _binned(having, f"{part}/histogram", joined)
        ax.stairs(shares, edges, color=PHASE_COLOURS[part], linewidth=1.0)
        reach = max(reach, float(np.abs(edges[np.flatnonzero((shares > 2e-3) | (high > 2e-3))]).max(initial=0)))
    reach = min(1, reach + 0.05)
    ax.set(xlabel="correlation", ylabel="share of pairs", yscale="log", ylim=(1e-4, 1.5), xlim=(-reach, reach))


def _binned(results: Sequence[Result], key: str, joined: int) -> NDArray[np.float64]:
    """Average histograms over sessions, so many neighbouring bins joined to one."""
    shares = np.mean([r[key] for r in results], axis=0)
    return np.asarray(shares.reshape(-1, joined).sum(axis=1))


def _legend(figure: Figure, rows: Sequence[FigureRow]) -> None:
    """Explain the colours of the distributions above all rows."""
    parts = parts_of([r for row in rows for r in row.results("pairwise")], "histogram")
    if not parts:
        return
    handles: list = [Line2D([], [], color=PHASE_COLOURS[part], label=part) for part in parts]
    handles.append(Patch(facecolor="#777777", alpha=0.3, label="the same with units independent, 95 %"))
    handles.append(Line2D([], [], color=PHASE_COLOURS["LM2"], linewidth=0.6, linestyle=(0, (3, 2)), label="no change"))
    figure.legend(handles=handles, loc="outside upper center", ncols=6, columnspacing=1.5)
