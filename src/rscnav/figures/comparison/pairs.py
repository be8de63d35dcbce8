"""Panels of a comparison that show pairs of sessions: distances between conditions, how alike they are, dynamics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rscnav.analyses.result import Result
from rscnav.comparison.summary_table import TableCell, of_group
from rscnav.figures.layout import empty_panel, plain_log_ticks
from rscnav.figures.style import CONTROL, GREY, PHASE_COLOURS
from rscnav.sessions.schema import PHASES

HATCHED: Any = {"facecolor": "none", "edgecolor": GREY, "hatch": "/////"}
FEW = 3  # pairs for which phases have points of their own
BINS = {"places": "places", "times": "time bins"}
BY = {"places": "by place within phases", "times": "by time in the phase"}


def draw_distances(ax: Axes, compared: Result, name: str, kind: str) -> None:
    """Draw one session's distances between conditions, sorted by phase and place (or time); grey: not visited enough."""
    key = f"{name}/{kind}/distances"
    if key not in compared:
        empty_panel(ax, _why(compared, name))
        return
    matrix, phase = compared[key], compared[f"{name}/{kind}/phase"]
    off = matrix[~np.eye(len(matrix), dtype=bool)]
    top = float(np.nanquantile(off, 0.98))
    ax.set_facecolor("#DDDDDD")
    ax.imshow(matrix, cmap="viridis", vmin=0, vmax=top, interpolation="nearest", rasterized=True)
    for edge in np.flatnonzero(phase[1:] != phase[:-1]) + 0.5:
        ax.axhline(edge, color="white", linewidth=0.7)
        ax.axvline(edge, color="white", linewidth=0.7)
    middles = {p: np.flatnonzero(phase == p).mean() for p in PHASES if (phase == p).any()}
    ax.set_xticks(list(middles.values()), middles)
    ax.set_yticks(list(middles.values()), middles)
    ax.tick_params(length=0)
    ax.set(title=name, xlabel=f"phase x {BINS[kind]}\ndistance² 0 to {top:.2g}")


def draw_scatter(ax: Axes, compared: Result, names: Sequence[str], kind: str) -> None:
    """Draw the one session's distances against the other's, over pairs of conditions that both have."""
    keys = [f"{name}/{kind}/distances" for name in names]
    if any(key not in compared for key in keys):
        empty_panel(ax, _why(compared, ":".join(names)))
        return
    phase = compared[f"{names[0]}/{kind}/phase"]
    row, column = np.triu_indices(len(phase), 1)
    x, y = (compared[key][row, column] for key in keys)
    apart = phase[row] != phase[column]
    ax.plot(x[apart], y[apart], ".", color="#DDDDDD", markersize=1.5, rasterized=True)
    for name in PHASES:
        within = ~apart & (phase[row] == name)
        ax.plot(x[within], y[within], ".", color=PHASE_COLOURS[name], markersize=2.5, rasterized=True)
    ax.set(xlabel=f"distance², {names[0]}", ylabel=f"distance², {names[1]}", title="pairs of conditions", box_aspect=1)


def draw_geometries(ax: Axes, table: Sequence[TableCell], compared: Result, pairs: Sequence[str]) -> None:
    """Draw the similarity of each pair's geometries: interval, ceiling, and what permuted places and time alone give."""
    shown = [pair for pair in pairs if of_group(table, "geometry", pair)]
    if not shown:
        empty_panel(ax, _why(compared, pairs[0]))
        return
    for x, pair in enumerate(shown):
        numbers = of_group(table, "geometry", pair)
        value, time_only = numbers["similarity"], numbers.get("phase and time alone")
        if np.isfinite(value.control_low):
            left = [x - 0.4, x - 0.02]
            ax.fill_between(left, value.control_low, value.control_high, color=CONTROL, alpha=0.8, linewidth=0)
        if time_only is not None:
            right = [x + 0.02, x + 0.4]
            ax.fill_between(right, time_only.low, time_only.high, linewidth=0.3, **HATCHED)
        if "ceiling" in numbers:
            ax.plot([x - 0.4, x + 0.4], [numbers["ceiling"].value] * 2, color="black", linewidth=0.8, linestyle=":")
            if x == 0:
                _say(ax, "ceiling", x - 0.4, numbers["ceiling"].value, "bottom")
        _point(ax, x, value, "black", "o", 3.5)
        if len(shown) <= FEW:
            for shift, phase in zip((0.12, 0.2, 0.28), PHASES, strict=True):
                entry = numbers.get(f"similarity {phase}")
                if entry is not None:
                    _point(ax, x + shift, entry, PHASE_COLOURS[phase], ".", 4)
    _pairs_axis(ax, shown, compared)
    kinds = {str(compared[f"{pair}/conditions"]) for pair in shown}
    if len(kinds) == 1:
        ax.set_xlabel(f"sessions\n({BY[kinds.pop()]})")
    ax.set(ylabel="similarity of geometry (r)", ylim=(min(-0.5, ax.get_ylim()[0]), 1.1))


def draw_dynamics(ax: Axes, table: Sequence[TableCell], compared: Result, pairs: Sequence[str]) -> None:
    """Draw the distance between each pair's dynamics, with the floor and the two references."""
    shown = [pair for pair in pairs if of_group(table, "dynamics", pair)]
    if not shown:
        empty_panel(ax, _why(compared, pairs[0], "dynamics"))
        return
    lines = (  # number, style, in words, where the words begin, whether the line is their bottom or their top
        ("floor", ":", "same session", -0.35, "top"),
        ("uncoupled", "--", "uncoupled", 0.03, "bottom"),
        ("shuffled", "-", "time shuffled", -0.35, "top"),
    )
    for x, pair in enumerate(shown):
        numbers = of_group(table, "dynamics", pair)
        for name, style, words, begin, side in lines:
            ax.plot([x - 0.35, x + 0.35], [numbers[name].value] * 2, color=GREY, linewidth=0.9, linestyle=style)
            if x == 0:
                _say(ax, words, begin, numbers[name].value, side)
        _point(ax, x, numbers["distance"], "black", "o", 3.5)
    _pairs_axis(ax, shown, compared)
    ax.set(yscale="log", ylabel="distance of dynamics (rad)")
    low, high = ax.get_ylim()
    ax.set_ylim(low / 1.6, high * 1.3)
    plain_log_ticks(ax.yaxis, *ax.get_ylim())


def _point(ax: Axes, x: float, entry: TableCell, colour: str, marker: str, size: float) -> None:
    ax.plot([x, x], [entry.low, entry.high], color=colour, linewidth=0.9, zorder=3)
    ax.plot(x, entry.value, marker, color=colour, markersize=size, zorder=4)


def _say(ax: Axes, text: str, x: float, y: float, side: str) -> None:
    """Name a line by a text that begins there, which is its `side`: ``bottom`` or ``top``."""
    said = ax.annotate(text, (x, y), (0, 1 if side == "bottom" else -1), textcoords="offset points", zorder=5)
    said.set(ha="left", va=side, fontsize=5, color="#444444")


def _pairs_axis(ax: Axes, pairs: Sequence[str], compared: Result) -> None:
    """Name pairs by the numbers that the sessions have in the legend."""
    number = {name: k for k, name in enumerate(compared["session"].tolist(), 1)}
    labels = [" : ".join(str(number[name]) for name in pair.split(":")) for pair in pairs]
    ax.set_xlim(-0.6, len(pairs) - 0.4)
    ax.set_xticks(range(len(pairs)), labels, rotation=0 if len(pairs) <= 2 * FEW else 90)
    ax.set_xlabel("sessions")


def _why(compared: Result, part: str, about: str = "geometry") -> str:
    """Say why something of a session or a pair is missing, from the notes of the pairs."""
    notes = [note for pair, note in compared.notes.items() if part in (pair, *pair.split(":"))]
    parts = [text for note in notes for text in note.split("; ") if text.startswith(about)]
    return parts[0] if parts else "not comparable"
