"""Panels of a comparison with values of the analyses: one colour per session, intervals, null distributions or chance."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rscnav.analyses.result import Result
from rscnav.comparison.summary_table import SHOWN, TableCell, of_group
from rscnav.figures.eigenspectra import without_rounding
from rscnav.figures.layout import empty_panel, one_range
from rscnav.figures.style import CONTROL
from rscnav.sessions.schema import PHASES

Results = Mapping[str, Mapping[str, Result]]
Look = Mapping[str, dict[str, Any]]
DASHED: Any = (0, (3, 1.5))
LABELS = {
    "components": ("", ""),
    "dimension": ("correlation dimension", ""),
    "position": ("decoded position:\nerror / chance", ""),
    "rate_dispersion": ("rate dispersion (bits)", ""),
    "tuning_entropy": ("tuning entropy (bits)", ""),
    "structure_preserved": ("structure\npreserved (r)", ""),
    "identity": ("accuracy", "landmark identity"),
    "outcome": ("accuracy", "trial outcome"),
}


def draw_spectra(axes: Sequence[Axes], results: Results, look: Look) -> None:
    """Draw the eigenspectra of each phase, sessions overlaid; dashed: mean of the trial shuffles."""
    drawn = []
    for ax, phase in zip(axes, PHASES, strict=True):
        spectra = {name: of["eigenspectrum"] for name, of in results.items()}
        having = {name: r for name, r in spectra.items() if r.applicable and f"{phase}/eigenvalues" in r}
        for name, result in having.items():
            for spectrum, width, style in (("eigenvalues", 1.1, "-"), ("control_trial_shuffle_mean", 0.7, DASHED)):
                if f"{phase}/{spectrum}" in result:
                    values = without_rounding(result[f"{phase}/{spectrum}"])
                    component = np.arange(1, len(values) + 1)
                    ax.plot(component, values, color=look[name]["color"], linewidth=width, linestyle=style)
        if not having:
            empty_panel(ax, _reason(results, "eigenspectrum", phase))
            continue
        ax.set(yscale="log", xlabel="component", title=phase)
        drawn.append(ax)
    one_range(drawn, least=1e-6)
    if drawn:
        drawn[0].set_ylabel("fraction of variance")


def draw_group(ax: Axes, table: Sequence[TableCell], group: str, results: Results, look: Look, also: str = "") -> None:
    """Draw one quantity, by phase if it has phases; sessions in the order of the comparison."""
    having = [entry for entry in table if entry.group == group]
    if not having:
        analysis = next(shown.analysis for shown in SHOWN if shown.group == group)
        empty_panel(ax, _reason(results, analysis))
        return
    there = dict.fromkeys(entry.number for entry in having)
    numbers = list(dict.fromkeys(n for n in (*PHASES, "all", *there) if n in there))
    relative, top = group == "position", _top(having) if group == "dimension" else np.inf
    for place, number in enumerate(numbers):
        for k, (name, x, width) in enumerate(_places(place, look)):
            entry = of_group(table, group, name).get(number)
            if entry is None:
                ax.annotate("–", (x, 0.02), xycoords=("data", "axes fraction"), ha="center", color=look[name]["color"])
                continue
            _control(ax, x, width, entry, entry.control if relative else 1.0)
            if entry.value > top:  # not reliable, and far above all others
                ax.plot(x, 0.97 * top, "^", color=look[name]["color"], markerfacecolor="white", markersize=3.5)
                height = (0.92 if k % 2 == 0 else 0.84) * top  # so that neighbouring numbers do not touch
                ax.annotate(f"{entry.value:.0f}", (x, height), ha="center", va="top", fontsize=5)
                continue
            _point(ax, x, entry, look[name], entry.control if relative else 1.0)
            other = of_group(table, also, name).get(number) if also else None
            if other is not None:
                _point(ax, x + 0.35 * width, other, {**look[name], "marker": "_"}, 1.0)
    ylabel, title = LABELS[group]
    ax.set(xlim=(-0.6, len(numbers) - 0.4), ylabel=ylabel, title=title)
    ax.set_xticks(range(len(numbers)), numbers)
    if group in ("components", "dimension", "position"):
        ax.set_ylim(0, min(top, ax.get_ylim()[1]))
    if relative:
        ax.axhline(1, color=CONTROL, linewidth=0.7, zorder=0)
    if group == "rate_dispersion":
        ax.axhline(0, color="black", linewidth=0.5, zorder=0)
    if also:
        style: Any = {"color": "black", "linestyle": "none", "markersize": 3.5}
        marks = (("o", "above trial shuffle"), ("_", "participation ratio"))
        handles = [Line2D([], [], marker=mark, label=label, **style) for mark, label in marks]
        ax.legend(handles=handles, fontsize=5, handletextpad=0.1, borderaxespad=0, loc="upper left")
        ax.set_ylim(0, 1.45 * ax.get_ylim()[1])


def draw_decoding(ax: Axes, table: Sequence[TableCell], task: str, results: Results, look: Look) -> None:
    """Draw the accuracy before and after the second encounter; grey line: chance."""
    draw_group(ax, table, task, results, look)
    if any(entry.group == task for entry in table):
        ax.axhline(0.5, color=CONTROL, linewidth=2, zorder=0)
        ax.set_ylim(min(0.4, ax.get_ylim()[0]), 1.02)
        ax.set_xlabel("second encounter")


def _places(place: int, look: Look) -> list[tuple[str, float, float]]:
    """Return (name, x, width) of each session around x = `place`."""
    n = len(look)
    width = 0.7 / n
    return [(name, place + (k - (n - 1) / 2) * width, width) for k, name in enumerate(look)]


def _top(entries: Sequence[TableCell]) -> float:
    """Return the upper end of the axis: 1.6 times the highest reliable value or interval end; infinite if none is reliable."""
    ends = [max(entry.value, entry.high) for entry in entries if entry.reliable and np.isfinite(entry.high)]
    return 1.6 * max(ends) if ends else np.inf


def _control(ax: Axes, x: float, width: float, entry: TableCell, scale: float) -> None:
    if np.isfinite([entry.control_low, entry.control_high]).all() and entry.control_low < entry.control_high:
        ends = entry.control_low / scale, entry.control_high / scale
        ax.fill_between([x - 0.42 * width, x + 0.42 * width], *ends, color=CONTROL, alpha=0.8, linewidth=0.6, zorder=1)


def _point(ax: Axes, x: float, entry: TableCell, look: Mapping[str, Any], scale: float) -> None:
    face = look["color"] if entry.reliable else "white"
    ax.plot([x, x], [entry.low / scale, entry.high / scale], color=look["color"], linewidth=0.9, zorder=2)
    ax.plot(
        x, entry.value / scale, look["marker"], color=look["color"], markerfacecolor=face, markersize=3.5,
        markeredgewidth=0.8, zorder=3,
    )  # fmt: skip


def _reason(results: Results, analysis: str, part: str = "") -> str:
    """Return why no session has a result: the reason of the first one, or its note on this part."""
    for name, of in results.items():
        result = of[analysis]
        if not result.applicable:
            return f"{name}: {result.reason}"
        if result.notes:
            return f"{name}: {result.notes.get(part) or next(iter(result.notes.values()))}"
    return "no session has a result"
