"""Figure `encounters`: counts, activity around encounters by landmark and by outcome, the distance between a and b."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rscnav.analyses.encounters.categories import MISSED, OUTCOMES, RETURN
from rscnav.analyses.result import Result
from rscnav.figures.layout import FigureRow, empty_panel, empty_panels, head_panels, row_label
from rscnav.figures.panels.event_aligned import (
    DASHED,
    DOTTED,
    add_headroom,
    band,
    compact_legend,
    curve,
    keep_to_curves,
    lacking,
    mark_significant,
    onsets,
    time_axis,
)
from rscnav.figures.style import GREY, LANDMARK_COLOURS, OUTCOME_COLOURS, PHASE_COLOURS, Canvas

ANALYSES = ("encounters", "trajectory_divergence")
FIELDS: tuple[str, ...] = ()
TITLES = ("Encounters", "Activity by landmark", "Activity by outcome", "a against b")
ORDER_COLOURS = {"1st": PHASE_COLOURS["LM1"], "2nd": PHASE_COLOURS["LM2"]}
SPARE_COLOURS = ("#E69F00", "#56B4E9")  # landmarks that are not called a and b


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw a row a session, or a row a kind with its members overlaid."""
    figure, axes = canvas.figure(len(rows), 4, 47, gridspec_kw={"width_ratios": [0.9, 1.1, 1.1, 1.1]})
    explained: set[str] = set()
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        met, apart = row.results("encounters"), row.results("trajectory_divergence")
        if met:
            first = "encounters" not in explained
            _counts(panels[0], met, first)
            marks = ",".join(_landmark_colours(met))
            _by_landmark(panels[1], met, legend=marks not in explained)
            _by_outcome(panels[2], met, first)
            explained |= {"encounters", marks}
        else:
            empty_panels(panels[:3], row.reason("encounters"))
        if apart and any(np.isfinite(r[f"{order}/ratio"]).any() for r in apart for order in ORDER_COLOURS):
            _distance(panels[3], apart, "trajectory_divergence" not in explained)
            explained.add("trajectory_divergence")
        else:
            notes = "\n".join(lacking(apart, order) for order in ORDER_COLOURS)
            empty_panel(panels[3], row.reason("trajectory_divergence") or notes)
    head_panels(axes[0], TITLES)
    return figure


def _landmark_colours(results: Sequence[Result]) -> dict[str, str]:
    """Give the colour of each landmark, by the names of the groups."""
    names = {g.split()[1]: None for r in results for g in r["group"].tolist() if g.startswith("1st ")}
    spare = iter(SPARE_COLOURS * len(names))
    return {name: LANDMARK_COLOURS.get(name) or next(spare) for name in names}


def _counts(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Encounters per category, new ones by the trial's outcome; with several members their mean, and each one's total."""
    landmarks = list(_landmark_colours(results))
    bars = [f"{order} {landmark}" for order in ("1st", "2nd") for landmark in landmarks]
    bars += [RETURN] if all(MISSED in r.notes for r in results) else [RETURN, MISSED]
    counts = [dict(zip(r["category"].tolist(), r["category_count"].tolist(), strict=True)) for r in results]
    for place, bar in enumerate(bars):
        start = 0.0
        for outcome in OUTCOMES if bar not in (RETURN, MISSED) else ("none",):
            name = bar if bar in (RETURN, MISSED) else f"{bar} {outcome}"
            mean = float(np.mean([c.get(name, 0) for c in counts]))
            ax.barh(place, mean, 0.7, start, color=OUTCOME_COLOURS[outcome] if name != bar else "#CCCCCC")
            start += mean
        totals = [sum(n for name, n in c.items() if name == bar or name.startswith(f"{bar} ")) for c in counts]
        if len(results) > 1:
            ax.plot(totals, [place] * len(totals), "|", color="black", ms=5, mew=0.7)
        else:
            ax.text(start, place, f" {totals[0]}", va="center", fontsize=5.5)
    ax.set(yticks=range(len(bars)), xlabel="number", ylim=(len(bars) - 0.4, -0.6))
    ax.set_yticklabels(["missed" if bar == MISSED else bar for bar in bars])
    ax.set_xlim(0, ax.get_xlim()[1] * (1.55 if legend else 1.2))
    if legend:
        for outcome in OUTCOMES:
            ax.bar(0, 0, color=OUTCOME_COLOURS[outcome], label=outcome)
        compact_legend(ax, loc="upper right", handlelength=0.7, handletextpad=0.3, labelspacing=0.2)


def _by_landmark(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Mean over encounters of the units' mean z-score with its 95 % interval: first landmarks dashed, second solid."""
    for order, dash in (("1st", DASHED), ("2nd", "-")):
        for mark, colour in _landmark_colours(results).items():
            name = f"{order} {mark}"
            curve(ax, results, "group_activity", colour, name, dash, row=name)
    _finish(ax, legend)


def _by_outcome(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Mean activity around second landmarks by the trial's outcome, returns, and non-encounters."""
    kinds = {f"2nd {outcome}": (OUTCOME_COLOURS[outcome], "-", outcome) for outcome in OUTCOMES[:2]}
    kinds |= {RETURN: ("#999999", DASHED, RETURN), MISSED: ("black", DOTTED, "missed")}
    lines = len(ax.lines)
    for name, (colour, dash, label) in kinds.items():
        curve(ax, results, "group_activity", colour, label, dash, row=name)
    if len(ax.lines) == lines:
        empty_panel(ax, "no outcome, no return and nothing missed")
        return
    _finish(ax, legend)


def _finish(ax: Axes, legend: bool) -> None:
    time_axis(ax)
    ax.set(ylabel="mean activity (sd)")
    keep_to_curves(ax)
    if legend:
        add_headroom(ax, 0.25)
        compact_legend(ax, loc="upper left", ncols=2, handlelength=1.7, columnspacing=0.8)


def _distance(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Squared distance between the mean states of a and b over the spread within each, with interval, control, onset."""
    time = results[0]["time"]
    for order, colour in ORDER_COLOURS.items():
        curve(ax, results, f"{order}/ratio", colour, f"{order} landmark")
        for r in results:
            band(ax, time, r[f"{order}/control_low"], r[f"{order}/control_high"], GREY, 0.35 / len(results) + 0.03)
    ax.axhline(0, color=GREY, lw=0.5)
    time_axis(ax, [lacking(results, order) for order in ORDER_COLOURS])
    ax.set(ylabel="distance² / spread²")
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, -0.02 * high), high)
    add_headroom(ax, 0.48 if legend else 0.12)
    for k, (order, colour) in enumerate(ORDER_COLOURS.items()):
        mark_significant(ax, results, f"{order}/p_corrected", colour, (0.6 if legend else 0.96) - 0.035 * k)
        onsets(ax, results, f"{order}_onset_s", colour)
    if legend:
        ax.fill_between([], [], [], color=GREY, alpha=0.4, lw=0, label="a and b swapped")
        ax.plot([], [], "s", ms=1.7, color="black", label="p ≤ 0.05, all lags")
        compact_legend(ax, loc="upper left", handlelength=1.4)
