"""Last row of figure `entropy`: one value per session, by group of sessions (seeds of one network, or all recordings)."""

import re
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rscnav.analyses.across_sessions import COMPARED, group_of, value_of
from rscnav.analyses.statistics.group_tests import MIN_SESSIONS
from rscnav.figures.layout import SessionResults, empty_panel, row_label
from rscnav.figures.style import GREY, KIND_COLOURS

PANELS = {
    "tuning_below_control": ("Tuning entropy by session", "observed − shuffled (bits)"),
    "spatial_below_control": ("Spatial entropy by session", "observed − shuffled (bits)"),
    "dispersion_excess": ("Rate dispersion by session", "excess of LM1 − LM2 (bits)"),
}
CHARACTERS = 36  # of group names that fit next to each other below a panel


def draw_across(figure: Figure, axes: Sequence[Axes], members: Sequence[SessionResults]) -> list[Axes]:
    """Replace a row of six panels by three, and return these."""
    place = axes[0].get_subplotspec()
    if place is None:
        raise ValueError("the axes are not part of a grid; make them with `Canvas.figure`")
    grid, row = place.get_gridspec(), place.rowspan.start
    for ax in axes:
        ax.remove()
    step = len(axes) // len(PANELS)
    panels = []
    for k, (name, (title, label)) in enumerate(PANELS.items()):
        ax = figure.add_subplot(grid[row, k * step : (k + 1) * step])
        _points(ax, name, members)
        if ax.lines:
            ax.set_ylabel(label)
        ax.set_title(title)
        panels.append(ax)
    row_label(panels[0], "all sessions")
    return panels


def _points(ax: Axes, name: str, members: Sequence[SessionResults]) -> None:
    """Draw the value of each session, and the mean of groups of two or more."""
    groups = [group_of(member.kind, network_of(member.name)) for member in members]
    names = list(dict.fromkeys(groups))
    values = np.array([value_of(member.results, COMPARED[name]) for member in members])
    if not np.isfinite(values).any():
        empty_panel(ax, f"no session has this value\n({COMPARED[name].analysis})")
        return
    for place, group in enumerate(names):
        mine = [k for k, g in enumerate(groups) if g == group and np.isfinite(values[k])]
        x = place + (np.linspace(-0.12, 0.12, len(mine)) if len(mine) > 1 else np.zeros(len(mine)))
        colour = KIND_COLOURS[members[groups.index(group)].kind]
        ax.plot(x, values[mine], "o", ms=3.5, color=colour, mec="white", mew=0.4, clip_on=False)
        if len(mine) > 1:
            ax.plot([place - 0.25, place + 0.25], [values[mine].mean()] * 2, color="black", lw=1.0)
    ax.axhline(0, color=GREY, lw=0.6, ls=":")
    ax.set(xlim=(-0.5, len(names) - 0.5), xticks=range(len(names)))
    counts = [groups.count(group) for group in names]
    width = max(8, CHARACTERS // len(names))
    ax.set_xticklabels([f"{textwrap.fill(group, width)}\n(n = {n})" for group, n in zip(names, counts, strict=True)])
    if max(counts) < MIN_SESSIONS:
        ax.set_xlabel(f"fewer than {MIN_SESSIONS} per group: no test", color=GREY)


def network_of(session: str) -> str:
    """Return the name of a session without the seed of the network: ``gru`` of ``gru-s1``, ``gru-like-rat7`` of ``gru-s1-like-rat7``."""
    return re.sub(r"-s\d+(?=-|$)(?!.*-s\d+(-|$))", "", session)
