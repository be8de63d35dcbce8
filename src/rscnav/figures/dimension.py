"""Figure `dimension`: correlation sums, their local slopes, and the correlation dimension of each phase compared with circular shifts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from rscnav.analyses.result import Result
from rscnav.figures.layout import FigureRow, empty_panels, panel_letters, plain_log_ticks, rows_with_results
from rscnav.figures.panels.phases import mean_curve, parts_of
from rscnav.figures.style import GREY, PHASE_COLOURS, Canvas

ANALYSES: tuple[str, ...] = ("dimension",)
FIELDS: tuple[str, ...] = ()
# Uncorrected; noise-floor corrected; Poisson-noise corrected; circular shift.
VARIANTS = (("", "", "o", -0.3), ("", "_floor", "s", -0.1), ("", "_counting", "^", 0.1), ("control_", "", "D", 0.3))


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row of three panels per session."""
    figure, axes = canvas.figure(len(rows), 3, 46)
    for panels, results in rows_with_results(rows, axes, "dimension"):
        sums, slopes, values = panels
        parts = parts_of(results, "dimension")
        if not parts:
            empty_panels(panels, next(iter(results[0].notes.values()), ""))
            continue
        for part in parts:
            for prefix, dashes in (("", "-"), ("control_", (0, (3, 1.5)))):
                _curves(sums, results, part, prefix, "correlation_sum", dashes)
                _curves(slopes, results, part, prefix, "local_slopes", dashes)
            _mark_regions(slopes, results, part)
        unit = next(r.units[f"{p}/radii"] for r in results for p in parts if f"{p}/radii" in r)
        for ax in (sums, slopes):
            ax.set(xscale="log", yscale="log", xlabel=f"radius r ({unit})" if unit else "radius r (state, no unit)")
            plain_log_ticks(ax.xaxis, *ax.get_xlim(), span=50)
        sums.set_ylabel("C(r), fraction of pairs")
        slopes.set_ylabel("local slope of log C(r)")
        _values(values, results, parts)
        for ax in (slopes, values):
            _y_ticks(ax)
    _legend(figure, [part for row in rows for part in parts_of(row.results("dimension"), "dimension")])
    panel_letters([ax for row_axes in axes for ax in row_axes])
    return figure


def _curves(ax: Axes, results: Sequence[Result], part: str, prefix: str, what: str, dashes: Any) -> None:
    """Draw one curve per session, and the mean of several sessions."""
    having = [r for r in results if f"{part}/{prefix}radii" in r]
    curves = [(r[f"{part}/{prefix}radii"], r[f"{part}/{prefix}{what}"]) for r in having]
    curves = [(x, np.where(y > 0, y, np.nan)) for x, y in curves]
    single = len(curves) == 1
    style: dict[str, Any] = {"color": PHASE_COLOURS[part], "linestyle": dashes}
    for x, y in curves:
        ax.plot(x, y, linewidth=1.0 if single else 0.4, alpha=(0.6 if prefix else 1.0) if single else 0.4, **style)
    if not single:
        x, y = mean_curve([(x, np.log(y)) for x, y in curves])
        ax.plot(x, np.exp(y), linewidth=1.3, **style)


def _mark_regions(ax: Axes, results: Sequence[Result], part: str) -> None:
    """Mark each scaling region by a thick line; pale if not reliable."""
    for result in results:
        if f"{part}/radii" not in result:
            continue
        r, slope = result[f"{part}/radii"], result[f"{part}/local_slopes"]
        low, high = result[f"{part}/scaling_region"]
        inside = (r >= low) & (r <= high)  # none where there is no region
        sure = bool(result[f"{part}/reliable"])
        ax.plot(
            r[inside], slope[inside], color=PHASE_COLOURS[part], linewidth=4 if len(results) == 1 else 1.2,
            alpha=0.45 if sure else 0.18, solid_capstyle="butt",
        )  # fmt: skip


def _values(ax: Axes, results: Sequence[Result], parts: Sequence[str]) -> None:
    """Draw the dimension of each phase with its interval; open marker if not reliable."""
    single = len(results) == 1
    for place, part in enumerate(parts):
        for prefix, suffix, marker, shift in VARIANTS:
            colour = GREY if prefix else PHASE_COLOURS[part]
            found = [_number(r, part, prefix, suffix) for r in results]
            for k, (value, low, high, sure) in enumerate(found):
                x = place + shift + (0 if single else (k / max(1, len(found) - 1) - 0.5) * 0.14)
                if single and np.isfinite(low):
                    ax.plot([x, x], [max(low, 1e-2), high], color=colour, linewidth=0.8)
                ax.plot(
                    x, value, marker, color=colour, markersize=4.5 if single else 3.5, markeredgewidth=0.8 if single else 0.5,
                    markerfacecolor=colour if sure else "white", linestyle="none",
                )  # fmt: skip
            known = [value for value, *_ in found if np.isfinite(value)]
            if not single and known:
                ends = [place + shift - 0.09, place + shift + 0.09]
                ax.plot(ends, [float(np.mean(known))] * 2, color=colour, linewidth=1.3)
    ax.set(yscale="log", xlim=(-0.6, len(parts) - 0.4), ylabel="dimension (upper bound)")
    ax.set_xticks(range(len(parts)), parts)


def _number(result: Result, part: str, prefix: str, suffix: str) -> tuple[float, float, float, bool]:
    """Return value, lower end, upper end and reliability; NaN if absent."""
    names = [f"{part}/{prefix}{what}{suffix}" for what in ("dimension", "low", "high", "reliable")]
    value, low, high, sure = (float(result[name]) if name in result else np.nan for name in names)
    return value, low, high, sure == 1


def _y_ticks(ax: Axes) -> None:
    """Set plain tick labels and limits of a logarithmic axis of slopes; slopes near 0 fall below the axis."""
    low, high = ax.get_ylim()
    low, high = (0.3 if low < 0.3 else min(low, 0.9)), max(high, 5)
    ax.set_ylim(low, high)
    ax.set_yticks([t for t in (0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200) if low <= t <= high])
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())


def _legend(figure: Figure, parts: Sequence[str]) -> None:
    """Add the legend of colours, dashes and markers above all rows."""
    lines = [Line2D([], [], color=PHASE_COLOURS[part], label=part) for part in dict.fromkeys(parts)]
    if not lines:
        return
    points: dict[str, Any] = {"markersize": 4, "linestyle": "none"}
    lines += [
        Line2D([], [], color=GREY, linestyle=(0, (3, 1.5)), label="circular shift"),
        Line2D([], [], color="black", linewidth=4, alpha=0.45, label="scaling region"),
        Line2D([], [], color="black", linewidth=4, alpha=0.18, label="scaling region, not reliable"),
        Line2D([], [], color="black", marker="o", label="uncorrected", **points),
        Line2D([], [], color="black", marker="s", label="noise-floor corrected", **points),
        Line2D([], [], color="black", marker="^", label="Poisson-noise corrected", **points),
        Line2D([], [], color=GREY, marker="D", label="circular shift", **points),
        Line2D([], [], color="black", marker="o", markerfacecolor="white", label="open: not reliable", **points),
    ]
    figure.legend(handles=lines, loc="outside upper center", ncols=5, columnspacing=1.5)
