"""Figure `state_space`: states of test trials along the leading principal components of the training trials, and explained variance.

In a row with several sessions, trajectories are those of the first, because principal components differ between sessions.
"""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.figures.layout import FigureRow, empty_panel, empty_panels, panel_letters, row_label
from rscnav.figures.panels.phases import columns
from rscnav.figures.panels.projection import VIEW, axis_arrows, fit_view
from rscnav.figures.style import CYCLIC, Canvas
from rscnav.sessions.schema import NO_PHASE, PHASES

ANALYSES: tuple[str, ...] = ("state_space",)
FIELDS: tuple[str, ...] = ()
TRAIN, TEST = "#767676", "#000000"


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session: states of each phase, colour bar, and explained variance."""
    figure, axes = canvas.figure(len(rows), 5, 42, width_ratios=(1, 1, 1, 0.04, 0.8))
    letters: list[Axes] = []
    for row, (*views, scale, variance) in zip(rows, axes, strict=True):
        row_label(views[0], row.label)
        results = row.results("state_space")
        scale.set_axis_off()
        letters += [*views, variance]
        if not results:
            empty_panels((*views, variance), row.reason("state_space"))
            continue
        result = results[0]
        name = "" if len(row.members) == 1 else next(m.name for m in row.members if m.results["state_space"] is result)
        parts = _masks(result)
        colours, mappable, label = _colours(result)
        for ax, part in zip(views, columns(list(parts)), strict=True):
            if not part or not parts[part].any():
                empty_panel(ax, "no samples" if part else "phases are not known")
                continue
            _trajectories(ax, result, parts[part], part, colours)
            axis_arrows(ax, result.units["example/projection"])
            ax.set_title(f"{part} ({name})" if name else part)
        scale.set_axis_on()
        bar = figure.colorbar(mappable, cax=scale, label=label)
        if label.endswith("(rad)"):
            bar.set_ticks([-np.pi, 0, np.pi], labels=["−π", "0", "π"])
        _variance(variance, results)
    if any(row.results("state_space") for row in rows):
        _legend(figure)
    panel_letters(letters)
    return figure


def _masks(result: Result) -> dict[str, NDArray[np.bool_]]:
    """Return a mask of the stored samples for each phase."""
    phase = result["example/phase"]
    if np.all(phase == NO_PHASE):
        return {"all": np.ones(len(phase), bool)}
    return {name: phase == number for number, name in enumerate(PHASES)}


def _colours(result: Result) -> tuple[NDArray, ScalarMappable, str]:
    """Return colours of samples by position on the ring if known, otherwise by time in the trial; with scale and label."""
    position = result["example/position"] if "example/position" in result else np.empty((0, 0))
    unit = result.units.get("example/position", "")
    if position.shape[1] == 1 and unit == "rad":
        values, norm, colours, label = position[:, 0], Normalize(-np.pi, np.pi), CYCLIC, "position (rad)"
    else:
        values = result["example/time_s"]
        norm, colours, label = Normalize(0, max(float(values.max(initial=0)), 1e-9)), "viridis", "time in trial (s)"
    mappable = ScalarMappable(norm, mpl.colormaps[colours])
    return mappable.to_rgba(values), mappable, label


def _trajectories(ax: Axes, result: Result, mask: NDArray[np.bool_], part: str, colours: NDArray) -> None:
    """Draw the samples of a phase, connected within trials, and the mean state of each position."""
    projection, trial = result["example/projection"], result["example/trial"]
    seen = projection @ VIEW
    for number in np.unique(trial[mask]):
        ax.plot(*seen[mask & (trial == number)].T, color="#BBBBBB", linewidth=0.3, alpha=0.6)
    ax.scatter(seen[mask, 0], seen[mask, 1], c=colours[mask], s=2, linewidths=0, zorder=3)
    if f"{part}/mean_projection" in result:
        mean = result[f"{part}/mean_projection"] @ VIEW
        ax.plot(*np.vstack([mean, mean[:1]]).T, color="black", linewidth=1.0, zorder=4)
    fit_view(ax, seen)


def _variance(ax: Axes, results: Sequence[Result]) -> None:
    """Draw the explained variance of each component and its cumulative sum, in training and test trials."""
    n = min(len(r["explained_train"]) for r in results)
    component = np.arange(1, n + 1)
    for split, colour, marker in (("train", TRAIN, "s"), ("test", TEST, "o")):
        percent = [100 * r[f"explained_{split}"][:n] for r in results]
        for one in percent if len(percent) > 1 else []:
            ax.plot(component, one, color=colour, linewidth=0.4, alpha=0.5)
            ax.plot(component, np.cumsum(one), color=colour, linewidth=0.4, alpha=0.5, linestyle="--")
        mean = np.mean(percent, axis=0)
        ax.plot(component, mean, color=colour, marker=marker, markersize=2.5)
        ax.plot(component, np.cumsum(mean), color=colour, marker=marker, markersize=2.5, linestyle="--", linewidth=0.7)
    ax.set(xlabel="component", ylabel="explained variance (%)", ylim=(0, 103))
    ax.set_xticks(component[:: 1 if n <= 5 else 3])


def _legend(figure: Figure) -> None:
    """Add the legend of lines and markers above all rows."""
    handles = [
        Line2D([], [], color="black", linewidth=1.0, label="mean state of each position"),
        Line2D([], [], color=TRAIN, marker="s", markersize=2.5, label="explained variance, training trials"),
        Line2D([], [], color=TEST, marker="o", markersize=2.5, label="explained variance, test trials"),
        Line2D([], [], color=TEST, linestyle="--", linewidth=0.7, label="cumulative"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, columnspacing=1.5)
