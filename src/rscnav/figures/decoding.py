"""Figure `decoding`: landmark identity and trial outcome, decoded from the activity in windows around the second landmark."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rscnav.analyses.result import Result
from rscnav.figures.layout import FigureRow, empty_panel, head_panels, row_label
from rscnav.figures.panels.event_aligned import (
    DOTTED,
    band,
    compact_legend,
    curve,
    lacking,
    mark_significant,
    onsets,
    time_axis,
    with_intervals,
)
from rscnav.figures.style import GREY, Canvas

ANALYSES = ("decoding",)
FIELDS: tuple[str, ...] = ()
TASKS = {"identity": ("#009E73", "Landmark identity"), "outcome": ("#D55E00", "Outcome")}
SOURCES = {"state": "o", "displacement": "D", "time in trial": "x"}
PLACES = [(task, when) for task in TASKS for when in ("before", "after")]  # on the x-axis of the last panel
LEGEND_TOP = 1.62  # upper end of the y-axis in panels with a legend


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session, or per kind of session with the sessions overlaid."""
    figure, axes = canvas.figure(len(rows), 3, 47, gridspec_kw={"width_ratios": [1.2, 1.2, 1]})
    explained: set[str] = set()
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        results = row.results("decoding")
        for panel, task in zip(panels, TASKS, strict=False):
            members = [r for r in results if f"{task}/accuracy" in r and task not in r.notes]
            if members:
                _windows(panel, members, task, task not in explained)
                explained.add(task)
            else:
                empty_panel(panel, row.reason("decoding") or lacking(results[:1], task) or f"no {task} is known")
        if any(r.scalar(f"{task}_{when}") is not None for r in results for task, when in PLACES):
            _baselines(panels[2], results, "baselines" not in explained)
            explained.add("baselines")
        else:
            empty_panel(panels[2], row.reason("decoding") or "no accuracy to compare")
    head_panels(axes[0], (*(title for _, title in TASKS.values()), "Compared with behaviour"))
    return figure


def _windows(ax: Axes, results: Sequence[Result], task: str, legend: bool) -> None:
    """Draw balanced accuracy by end of window with its 95 % interval; null, corrected significance, onset."""
    colour, _ = TASKS[task]
    time = results[0]["time"]
    for r in results:
        band(ax, time, r[f"{task}/control_low"], r[f"{task}/control_high"], GREY, 0.35 / len(results) + 0.03)
    curve(ax, [_of(r, task) for r in results], "accuracy", colour, "state")
    curve(ax, [_of(r, f"{task}/displacement_", "") for r in results], "accuracy", "black", "displacement", DOTTED)
    ax.axhline(0.5, color=GREY, lw=0.5)
    time_axis(ax, label="end of window, from encounter (s)")
    ax.set(ylabel="balanced accuracy", ylim=(0.2, LEGEND_TOP if legend else 1.1), yticks=[0.25, 0.5, 0.75, 1.0])
    mark_significant(ax, results, f"{task}/p_corrected", colour, (1.06 - 0.2) / ((LEGEND_TOP if legend else 1.1) - 0.2))
    onsets(ax, results, f"{task}_onset_s", colour)
    if legend:
        ax.fill_between([], [], [], color=GREY, alpha=0.4, lw=0, label="labels permuted")
        ax.plot([], [], "s", ms=1.7, color=colour, label="p ≤ 0.05, corrected")
        ax.plot([], [], "^", ms=4, mew=0, color=colour, label="onset")
        compact_legend(ax, loc="upper left", handlelength=1.4, ncols=2, columnspacing=0.8)


def _of(result: Result, task: str, joint: str = "/") -> Result:
    """Return time, and accuracy of a task with its interval, under the keys that `curve` reads."""
    part = Result()
    part.add("time", result["time"], "s", ("window",))
    for name, plain in (("accuracy", "accuracy"), ("low", "accuracy_low"), ("high", "accuracy_high")):
        if f"{task}{joint}{name}" in result:
            part.add(plain, result[f"{task}{joint}{name}"], "", ("window",))
    return part


def _baselines(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Draw accuracy with its 95 % interval: decoded from the activity, from displacement, from time in the trial."""
    for place, (task, when) in enumerate(PLACES):
        path = f"{task}_displacement" if when == "before" else f"{task}_displacement_after"
        names = {"state": f"{task}_{when}", "displacement": path, "time in trial": f"{task}_trial_time"}
        for k, (source, name) in enumerate(names.items()):
            known = with_intervals(results, name)
            if not len(known):
                continue
            at = place + 0.24 * (k - 1)
            colour = TASKS[task][0] if source == "state" else "black"
            if len(known) == 1:
                ax.plot([at, at], known[0, 1:], color=colour, lw=0.7)
            else:
                ax.plot([at] * len(known), known[:, 0], ".", color=colour, ms=1.5, alpha=0.5)
            face = colour if k == 0 else "white"
            ax.plot(at, known[:, 0].mean(), SOURCES[source], color=colour, ms=3, mew=0.6, mfc=face)
    ax.axhline(0.5, color=GREY, lw=0.5)
    ax.set(xlim=(-0.5, len(PLACES) - 0.5), xticks=range(len(PLACES)), ylabel="balanced accuracy")
    ax.set_xticklabels([f"{'landmark' if task == 'identity' else task}\n{when}" for task, when in PLACES], fontsize=5.5)
    ax.set(ylim=(0.2, LEGEND_TOP if legend else 1.1), yticks=[0.25, 0.5, 0.75, 1.0])
    if legend:
        for source, marker in SOURCES.items():
            face = "black" if source == "state" else "white"
            ax.plot([], [], marker, color="black", ms=3, mew=0.6, mfc=face, label=source)
        compact_legend(ax, loc="upper left", handlelength=1.0)
