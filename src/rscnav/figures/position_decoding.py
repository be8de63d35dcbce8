"""Figure `position_decoding`: position decoded from the activity: error by phase, compared with chance, network and exact filter."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rscnav.analyses.result import INTERVAL, Result
from rscnav.figures.layout import FigureRow, empty_panel, empty_panels, panel_letters, rows_with_results
from rscnav.figures.panels.phases import parts_of, why_empty
from rscnav.figures.style import CONTROL, PHASE_COLOURS, Canvas

ANALYSES: tuple[str, ...] = ("position_decoding",)
FIELDS: tuple[str, ...] = ()
TRANSFER = "LM1_to_LM2"
OBSERVERS = {"network": ("s", "#009E73", "network's belief"), "bayes": ("D", "#CC79A7", "exact filter")}
ANGLES = ([-np.pi, 0, np.pi], ["−π", "0", "π"])


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session: mean error, distribution of errors, decoded against true position in LM1 and LM2."""
    figure, axes = canvas.figure(len(rows), 4, 44)
    for panels, results in rows_with_results(rows, axes, "position_decoding"):
        errors, densities, *where = panels
        parts = parts_of(results, "error")
        if not parts:
            empty_panels(panels, why_empty(results, "LM2" if any("LM2" in r.notes for r in results) else "all"))
            continue
        unit = _unit(results, parts[0])
        same_unit = [r for r in results if any(f"{p}/error" in r and r.units[f"{p}/error"] == unit for p in parts)]
        if len(same_unit) < len(results):
            errors.set_title(f"{len(same_unit)} of {len(results)} sessions")
        results = same_unit
        _errors(errors, results, parts)
        _distributions(densities, results, parts)
        names = ("all", "") if parts == ["all"] else ("LM1", "LM2")
        for ax, part in zip(where, names, strict=True):
            _where(figure, ax, results, part)
    _legend(figure, [r for row in rows for r in row.results("position_decoding")])
    panel_letters([ax for row_axes in axes for ax in row_axes])
    return figure


def _unit(results: Sequence[Result], part: str) -> str:
    return next(r.units[f"{part}/error"] for r in results if f"{part}/error" in r)


def _errors(ax: Axes, results: Sequence[Result], parts: Sequence[str]) -> None:
    """Draw the mean error of each part: decoded, of the observers, and the band of the null distribution."""
    shown = [*parts, *([TRANSFER] if any(f"{TRANSFER}/error" in r for r in results) else [])]
    for place, part in enumerate(shown):
        having = [r for r in results if f"{part}/error" in r]
        low, high = (np.mean([float(r[f"{part}/chance_{end}"]) for r in having]) for end in ("low", "high"))
        ax.fill_between([place - 0.4, place + 0.4], low, high, color=CONTROL, alpha=0.8, linewidth=0)
        rows = [("", "o", PHASE_COLOURS.get(part, PHASE_COLOURS["LM2"]))]
        rows += [(f"{name}_", marker, colour) for name, (marker, colour, _) in OBSERVERS.items()]
        for shift, (prefix, marker, colour) in zip((-0.2, 0.05, 0.25), rows, strict=True):
            members = [r for r in having if f"{part}/{prefix}error" in r]
            for k, result in enumerate(members):
                value, *ends = (float(result[f"{part}/{prefix}error{end}"]) for end in INTERVAL)
                x = place + shift + (0.02 * (k - (len(members) - 1) / 2))
                ax.plot([x, x], ends, color=colour, linewidth=0.8)
                face, size = colour if part != TRANSFER else "white", 3.5 if len(results) == 1 else 2
                ax.plot(x, value, marker, color=colour, markerfacecolor=face, markersize=size)
    labels = [part if part != TRANSFER else "LM1\nto LM2" for part in shown]
    ax.set_xticks(range(len(shown)), labels)
    ax.set(xlim=(-0.6, len(shown) - 0.4), ylabel=f"mean error ({_unit(results, shown[0])})")
    ax.set_ylim(0, ax.get_ylim()[1])


def _distributions(ax: Axes, results: Sequence[Result], parts: Sequence[str]) -> None:
    """Draw the density of the errors; dotted: chance."""
    for part in parts:
        result = next(r for r in results if f"{part}/error_histogram" in r)
        edges = result[f"{part}/error_edges"]
        having = [r for r in results if f"{part}/error_histogram" in r and np.allclose(r[f"{part}/error_edges"], edges)]
        for kind, style in (("error", "-"), ("chance", ":")):
            fractions = np.mean([r[f"{part}/{kind}_histogram"] for r in having], axis=0)
            ax.stairs(fractions / np.diff(edges), edges, color=PHASE_COLOURS[part], linestyle=style, linewidth=0.9)
    unit = _unit(results, parts[0])
    signed = edges[0] < 0
    ax.set(xlabel=f"decoded − true ({unit})" if signed else f"error ({unit})", ylabel=f"density (1/{unit})")
    if signed:
        ax.set_xticks(*ANGLES)
    ax.set_ylim(0, ax.get_ylim()[1])


def _where(figure: Figure, ax: Axes, results: Sequence[Result], part: str) -> None:
    """Draw decoded against true position, or in the plane a map of the error, of the first session that has it."""
    having = [r for r in results if f"{part}/joint" in r or f"{part}/error_map" in r]
    if not having:
        empty_panel(ax, why_empty(results, part))
        return
    result, unit = having[0], _unit(results, part)
    title = part if len(results) == 1 else f"{part}, first session"
    if f"{part}/joint" in result:
        edges, joint = result[f"{part}/place_edges"], result[f"{part}/joint"]
        top = float(np.nanpercentile(joint, 99))
        image = ax.pcolormesh(edges, edges, joint.T, cmap="Greys", vmin=0, vmax=max(top, 1e-6), rasterized=True)
        ax.set(xlabel=f"true position ({unit})", ylabel=f"decoded position ({unit})", title=title)
        label = "fraction of samples"
        if unit == "rad":
            ax.set_xticks(*ANGLES)
            ax.set_yticks(*ANGLES)
    else:
        x, y = result[f"{part}/x_edges"], result[f"{part}/y_edges"]
        image = ax.pcolormesh(x, y, result[f"{part}/error_map"].T, cmap="viridis", vmin=0, rasterized=True)
        ax.set(xlabel=f"x ({unit})", ylabel=f"y ({unit})", title=title)
        _same_square(ax, result)
        label = f"mean error ({unit})"
    ax.set_box_aspect(1)
    figure.colorbar(image, ax=ax, shrink=0.8, pad=0.03, aspect=15).set_label(label)


def _same_square(ax: Axes, result: Result) -> None:
    """Set the same square limits for the maps of all phases."""
    x, y = (np.concatenate([result[n] for n in result.arrays if n.endswith(f"/{c}_edges")]) for c in "xy")
    half = 0.5 * max(np.ptp(x), np.ptp(y))
    for values, limit in ((x, ax.set_xlim), (y, ax.set_ylim)):
        middle = 0.5 * (values.min() + values.max())
        limit(middle - half, middle + half)


def _legend(figure: Figure, results: Sequence[Result]) -> None:
    """Add the legend of colours and markers above all rows."""
    parts = parts_of(results, "error")
    if not parts:
        return
    handles: list = [
        Line2D([], [], color=PHASE_COLOURS[p], marker="o", markersize=3.5, label=f"decoded, {p}") for p in parts
    ]
    for name, (marker, colour, text) in OBSERVERS.items():
        if any(f"{part}/{name}_error" in r for r in results for part in parts):
            handles.append(Line2D([], [], color=colour, marker=marker, markersize=3.5, label=text))
    handles.append(Patch(facecolor=CONTROL, label="chance, 95 %"))
    handles.append(Line2D([], [], color="black", linestyle=":", linewidth=0.9, label="chance"))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), columnspacing=1.2)
