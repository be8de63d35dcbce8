"""Panels of session pairs: distances between conditions, similarity of geometry, distance of dynamics."""

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
FEW = 3  # pairs up to which each phase has its own points
BINS = {"places": "spatial bin", "times": "time bin"}
BY = {"places": "by spatial bin", "times": "by time in phase"}


def draw_distances(ax: Axes, compared: Result, name: str, kind: str) -> None:
    """Draw the distances between conditions of a session, sorted by phase and spatial (or time) bin; grey: too few visits."""
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
    ax.set(title=name, xlabel=f"phase × {BINS[kind]}\ndistance² 0 to {top:.2g}")


def draw_scatter(ax: Axes, compared: Result, names: Sequence[str], kind: str) -> None:
    """Draw the distances of two sessions against each other, over pairs of conditions that both have."""
    keys = [f"{name}/{kind}/distances" for name in names]
    if any(key not in compared for key in keys):
        empty_panel(ax, _why(compared, ":".join(names)))
        return
    phase = compared[f"{names[0]}/{kind}/phase"]
    row, column = np.triu_indices(len(phase), 1)
    x, y = (compared[key][row, column] for key in keys)
    across = phase[row] != phase[column]
    ax.plot(x[across], y[across], ".", color="#DDDDDD", markersize=1.5, rasterized=True)
    for name in PHASES:
        within = ~across & (phase[row] == name)
        ax.plot(x[within], y[within], ".", color=PHASE_COLOURS[name], markersize=2.5, rasterized=True)
    ax.set(xlabel=f"distance², {names[0]}", ylabel=f"distance², {names[1]}", title="pairs of conditions", box_aspect=1)


def draw_geometries(ax: Axes, table: Sequence[TableCell], compared: Result, pairs: Sequence[str]) -> None:
    """Draw the similarity of geometry of each pair: interval, noise ceiling, position permutation, phase and time only."""
    shown = [pair for pair in pairs if of_group(table, "geometry", pair)]
    if not shown:
        empty_panel(ax, _why(compared, pairs[0]))
        return
    for x, pair in enumerate(shown):
        numbers = of_group(table, "geometry", pair)
        value, time_only = numbers["similarity"], numbers.get("phase and time only")
        if np.isfinite(value.control_low):
            left = [x - 0.4, x - 0.02]
            ax.fill_between(left, value.control_low, value.control_high, color=CONTROL, alpha=0.8, linewidth=0)
        if time_only is not None:
            right = [x + 0.02, x + 0.4]
            ax.fill_between(right, time_only.low, time_only.high, linewidth=0.3, **HATCHED)
        if "ceiling" in numbers:
            ax.plot([x - 0.4, x + 0.4], [numbers["ceiling"].value] * 2, color="black", linewidth=0.8, linestyle=":")
            if x == 0:
                _name_line(ax, "ceiling", x - 0.4, numbers["ceiling"].value, "bottom")
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
    """Draw the distance of dynamics of each pair, with the within-session distance and both null distributions."""
    shown = [pair for pair in pairs if of_group(table, "dynamics", pair)]
    if not shown:
        empty_panel(ax, _why(compared, pairs[0], "dynamics"))
        return
    lines = (  # number, style, text, x of its start, side of the text at the line
        ("floor", ":", "within session", -0.35, "top"),
        ("uncoupled", "--", "component shuffle", -0.1, "bottom"),
        ("shuffled", "-", "time shuffle", -0.35, "top"),
    )
    for x, pair in enumerate(shown):
        numbers = of_group(table, "dynamics", pair)
        for name, style, words, begin, side in lines:
            ax.plot([x - 0.35, x + 0.35], [numbers[name].value] * 2, color=GREY, linewidth=0.9, linestyle=style)
            if x == 0:
                _name_line(ax, words, begin, numbers[name].value, side)
        _point(ax, x, numbers["distance"], "black", "o", 3.5)
    _pairs_axis(ax, shown, compared)
    ax.set(yscale="log", ylabel="distance of dynamics (rad)")
    low, high = ax.get_ylim()
    ax.set_ylim(low / 1.6, high * 1.3)
    plain_log_ticks(ax.yaxis, *ax.get_ylim())


def _point(ax: Axes, x: float, entry: TableCell, colour: str, marker: str, size: float) -> None:
    ax.plot([x, x], [entry.low, entry.high], color=colour, linewidth=0.9, zorder=3)
    ax.plot(x, entry.value, marker, color=colour, markersize=size, zorder=4)


def _name_line(ax: Axes, text: str, x: float, y: float, side: str) -> None:
    """Write the name of a line at (x, y); the line is at the `side` of the text: ``bottom`` or ``top``."""
    label = ax.annotate(text, (x, y), (0, 1 if side == "bottom" else -1), textcoords="offset points", zorder=5)
    label.set(ha="left", va=side, fontsize=5, color="#444444")


def _pairs_axis(ax: Axes, pairs: Sequence[str], compared: Result) -> None:
    """Label pairs by the numbers of their sessions in the legend."""
    number = {name: k for k, name in enumerate(compared["session"].tolist(), 1)}
    labels = [" : ".join(str(number[name]) for name in pair.split(":")) for pair in pairs]
    ax.set_xlim(-0.6, len(pairs) - 0.4)
    ax.set_xticks(range(len(pairs)), labels, rotation=0 if len(pairs) <= 2 * FEW else 90)
    ax.set_xlabel("sessions")


def _why(compared: Result, part: str, about: str = "geometry") -> str:
    """Return why a result of a session or a pair is missing, from the notes of the pairs."""
    notes = [note for pair, note in compared.notes.items() if part in (pair, *pair.split(":"))]
    parts = [text for note in notes for text in note.split("; ") if text.startswith(about)]
    return parts[0] if parts else "not comparable"
