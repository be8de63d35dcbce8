"""Figure `dimension_checks`: correlation dimension by count of units and compared with surrogates; space-time separation plot."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from rscnav.analyses.result import Result
from rscnav.figures.layout import (
    FigureRow,
    empty_panel,
    empty_panels,
    panel_letters,
    plain_log_ticks,
    rows_with_results,
)
from rscnav.figures.panels.phases import parts_of, why_empty
from rscnav.figures.style import GREY, PHASE_COLOURS, Canvas

ANALYSES: tuple[str, ...] = ("dimension",)
FIELDS: tuple[str, ...] = ()
SURROGATES = {"linear": (-0.2, "o"), "adjusted": (0.2, "D")}
CORRECTED = {"": "-", "_counting": (0, (3, 1.5))}
SPREAD = 0.13


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row of three panels per session."""
    figure, axes = canvas.figure(len(rows), 3, 46)
    for panels, results in rows_with_results(rows, axes, "dimension"):
        parts = parts_of(results, "n_points")
        if not parts:
            empty_panels(panels, next(iter(results[0].notes.values()), ""))
            continue
        for ax, draw_panel in zip(panels, (_by_units, _surrogates, _separation), strict=True):
            draw_panel(ax, results, parts)
    _legend(figure, [part for row in rows for part in parts_of(row.results("dimension"), "n_points")])
    panel_letters([ax for row_axes in axes for ax in row_axes])
    return figure


def _by_units(ax: Axes, results: Sequence[Result], parts: Sequence[str]) -> None:
    """Draw the mean over subsets of units against their size; for one session also the standard deviation."""
    drawn = False
    for result in results:
        for part in parts:
            for noise, dashes in CORRECTED.items():
                if f"{part}/units{noise}" not in result:
                    continue
                n, mean, sd = (result[f"{part}/units{key}{noise}"] for key in ("", "_mean", "_sd"))
                if not np.isfinite(mean).any():
                    continue
                drawn = True
                colour = PHASE_COLOURS[part]
                single = len(results) == 1
                ax.plot(
                    n, mean, ls=dashes, color=colour, lw=1.0 if single else 0.5, marker="o", ms=3 if single else 1.5
                )
                if single:
                    ax.errorbar(n, mean, np.where(np.isfinite(sd), sd, 0), fmt="none", ecolor=colour, elinewidth=0.8)
    if not drawn:
        empty_panel(ax, "no subset of units has a scaling region, or none was drawn")
        return
    ax.set(xscale="log", yscale="log", xlabel="units (random subsets)", ylabel="dimension (upper bound)")
    numbers = [r[k] for r in results for k in r.arrays if k.endswith(("/units", "/units_counting"))]
    sizes = np.unique(np.concatenate(numbers))
    ax.set_xticks([n for k, n in enumerate(sizes) if k == 0 or n >= 1.6 * sizes[k - 1]])
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    _slope_axis(ax)


def _slope_axis(ax: Axes) -> None:
    """Set limits that include 1 to 5."""
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, 0.9), max(high, 5))
    plain_log_ticks(ax.yaxis)


def _surrogates(ax: Axes, results: Sequence[Result], parts: Sequence[str]) -> None:
    """Draw the local slope between two fixed values of C(r), and those of the surrogates."""
    shown = [part for part in parts if any(f"{part}/slope" in r for r in results)]
    if not shown:
        notes = [r.notes[f"{part}/surrogates"] for r in results for part in parts if f"{part}/surrogates" in r.notes]
        empty_panel(ax, next(filter(None, notes), "surrogates were not drawn"))
        return
    for place, part in enumerate(shown):
        members = [r for r in results if f"{part}/slope" in r]
        for kind, (shift, marker) in SURROGATES.items():
            slopes = np.concatenate([r[f"{part}/slope_{kind}"] for r in members])
            across = place + shift + SPREAD * np.linspace(-1, 1, len(slopes))
            ax.plot(across, slopes, marker, ms=1.8, mew=0, color=GREY, alpha=0.7, ls="none")
        for r in members:
            ax.plot([place - 0.35, place + 0.35], [float(r[f"{part}/slope"])] * 2, color=PHASE_COLOURS[part], lw=1.6)
    labels = [part if len(results) > 1 else f"{part}\n{_p(results[0], part)}" for part in shown]
    ax.set(yscale="log", ylabel="slope, C(r) = 1 to 10 %", xlim=(-0.6, len(shown) - 0.4))
    ax.set_xticks(range(len(shown)), labels)
    _slope_axis(ax)


def _p(result: Result, part: str) -> str:
    return f"p = {float(result[f'{part}/surrogates_p']):.2g}" if f"{part}/surrogates_p" in result else ""


def _separation(ax: Axes, results: Sequence[Result], parts: Sequence[str]) -> None:
    """Draw the space-time separation plot of the last phase that has one, of the first session."""
    part, result = next(
        ((p, r) for p in reversed(parts) for r in results if f"{p}/separation" in r and _known(r, p)), ("", None)
    )
    if result is None:
        empty_panel(ax, why_empty(results, parts[-1]) if parts[-1] else "too few samples")
        return
    time, contours = result[f"{part}/separation"], result[f"{part}/separation_distance"]
    unrelated, fractions = result[f"{part}/unrelated_distance"], result[f"{part}/fractions"]
    shades = np.linspace(0.35, 1.0, len(fractions))
    at_edge: Any = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    for k, fraction in enumerate(fractions):
        ax.plot(time, contours[:, k], color=PHASE_COLOURS[part], alpha=shades[k], lw=1.0)
        ax.axhline(unrelated[k], color=GREY, lw=0.5, ls=":")
        ax.annotate(
            f"{100 * fraction:.0f} %", (1, unrelated[k]), (2, 0), **at_edge, fontsize=5, va="center", color=GREY
        )
    suggested = float(result[f"{part}/suggested_theiler_s"])
    if np.isfinite(suggested):
        ax.axvline(suggested, color="black", lw=0.8, ls=(0, (3, 1.5)))
    unit = result.units[f"{part}/separation_distance"]
    ax.set(xscale="log", xlabel="time between two states of a trial (s)", ylim=(0, None))
    ax.set_ylabel(f"distance ({unit})" if unit else "distance (state, no unit)")
    plain_log_ticks(ax.xaxis, float(time[0]), float(time[-1]))
    of = "" if len(results) == 1 else ", first session"
    ends = f"plateau from {suggested:.2g} s" if np.isfinite(suggested) else "no plateau"
    ax.set_title(f"{part}{of}; {ends}")


def _known(result: Result, part: str) -> bool:
    return bool(np.isfinite(result[f"{part}/separation_distance"]).any())


def _legend(figure: Figure, parts: Sequence[str]) -> None:
    """Add the legend of colours and markers above all rows."""
    if not parts:
        return
    lines = [Line2D([], [], color=PHASE_COLOURS[part], label=part) for part in dict.fromkeys(parts)]
    lines += [
        Line2D([], [], color="black", marker="o", ms=3, label="uncorrected, ± sd over subsets"),
        Line2D([], [], color="black", ls=CORRECTED["_counting"], marker="o", ms=3, label="Poisson-noise corrected"),
        Line2D([], [], color=GREY, marker="o", ms=2.5, ls="none", label="Gaussian surrogates"),
        Line2D(
            [], [], color=GREY, marker="D", ms=2.5, ls="none", label="adjusted surrogates (distribution of each unit)"
        ),
        Line2D([], [], color=GREY, lw=0.8, ls=":", label="states of different trials"),
    ]
    figure.legend(handles=lines, loc="outside upper center", ncols=4, columnspacing=1.5)
