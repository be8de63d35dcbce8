"""Figure `encounters`: counts of landmark encounters, activity around them by landmark and by outcome, distance between a- and b-states."""

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
TITLES = ("Encounters", "Activity by landmark", "Activity by outcome", "Distance a to b")
ORDER_COLOURS = {"1st": PHASE_COLOURS["LM1"], "2nd": PHASE_COLOURS["LM2"]}
SPARE_COLOURS = ("#E69F00", "#56B4E9")  # for landmarks with other names than a and b


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session, or per kind of session with the sessions overlaid."""
    figure, axes = canvas.figure(len(rows), 4, 47, gridspec_kw={"width_ratios": [0.9, 1.1, 1.1, 1.1]})
    explained: set[str] = set()
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        found, distances = row.results("encounters"), row.results("trajectory_divergence")
        if found:
            first = "encounters" not in explained
            _counts(panels[0], found, first)
            marks = ",".join(_landmark_colours(found))
            _by_landmark(panels[1], found, legend=marks not in explained)
            _by_outcome(panels[2], found, first)
            explained |= {"encounters", marks}
        else:
            empty_panels(panels[:3], row.reason("encounters"))
        if distances and any(np.isfinite(r[f"{order}/ratio"]).any() for r in distances for order in ORDER_COLOURS):
            _distance(panels[3], distances, "trajectory_divergence" not in explained)
            explained.add("trajectory_divergence")
        else:
            notes = "\n".join(lacking(distances, order) for order in ORDER_COLOURS)
            empty_panel(panels[3], row.reason("trajectory_divergence") or notes)
    head_panels(axes[0], TITLES)
    return figure


def _landmark_colours(results: Sequence[Result]) -> dict[str, str]:
    """Return the colour of each landmark; names are read from the groups."""
    names = {g.split()[1]: None for r in results for g in r["group"].tolist() if g.startswith("1st ")}
    spare = iter(SPARE_COLOURS * len(names))
    return {name: LANDMARK_COLOURS.get(name) or next(spare) for name in names}


def _counts(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Draw counts by category, new landmarks by outcome; with several sessions their mean, and each one's total."""
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
    ax.set(yticks=range(len(bars)), xlabel="count", ylim=(len(bars) - 0.4, -0.6))
    ax.set_yticklabels(["non-\nencounter" if bar == MISSED else bar for bar in bars], fontsize=5.5)
    ax.set_xlim(0, ax.get_xlim()[1] * (1.55 if legend else 1.2))
    if legend:
        for outcome in OUTCOMES:
            ax.bar(0, 0, color=OUTCOME_COLOURS[outcome], label=outcome)
        compact_legend(ax, loc="upper right", handlelength=0.7, handletextpad=0.3, labelspacing=0.2)


def _by_landmark(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Draw the mean z-score of units around encounters with its 95 % interval: first landmarks dashed, second solid."""
    for order, dash in (("1st", DASHED), ("2nd", "-")):
        for mark, colour in _landmark_colours(results).items():
            name = f"{order} {mark}"
            curve(ax, results, "group_activity", colour, name, dash, row=name)
    _finish(ax, legend, n_columns=2)


def _by_outcome(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Draw the mean activity around second landmarks by outcome, around returns, and around non-encounters."""
    kinds = {f"2nd {outcome}": (OUTCOME_COLOURS[outcome], "-", outcome) for outcome in OUTCOMES[:2]}
    kinds |= {RETURN: ("#999999", DASHED, RETURN), MISSED: ("black", DOTTED, MISSED)}
    lines = len(ax.lines)
    for name, (colour, dash, label) in kinds.items():
        curve(ax, results, "group_activity", colour, label, dash, row=name)
    if len(ax.lines) == lines:
        empty_panel(ax, "no outcome, return or non-encounter")
        return
    _finish(ax, legend, n_columns=1)


def _finish(ax: Axes, legend: bool, n_columns: int) -> None:
    time_axis(ax)
    ax.set(ylabel="mean activity (z-score)")
    keep_to_curves(ax)
    if legend:
        add_headroom(ax, 0.5 / n_columns)
        compact_legend(ax, loc="upper left", ncols=n_columns, handlelength=1.7, columnspacing=0.8)


def _distance(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Draw the squared distance between the mean states of a and b, divided by the variance within each; interval, null, onset."""
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
        mark_significant(ax, results, f"{order}/p_corrected", colour, (0.57 if legend else 0.96) - 0.035 * k)
        onsets(ax, results, f"{order}_onset_s", colour)
    if legend:
        ax.fill_between([], [], [], color=GREY, alpha=0.4, lw=0, label="a and b exchanged")
        ax.plot([], [], "s", ms=1.7, color="black", label="p ≤ 0.05, corrected")
        compact_legend(ax, loc="upper left", handlelength=1.4)
