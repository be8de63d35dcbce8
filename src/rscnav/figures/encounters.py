"""Figure `encounters`: counts, activity around encounters, the distance between a and b, decoding around the second."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rscnav.analyses.encounter_categories import MISSED, OUTCOMES, RETURN
from rscnav.analyses.result import Result
from rscnav.figures.layout import Row, empty_panel, panel_letters, row_label
from rscnav.figures.style import GREY, LANDMARK_COLOURS, OUTCOME_COLOURS, PHASE_COLOURS, Canvas

ANALYSES = ("encounters", "decoding")
FIELDS: tuple[str, ...] = ()
TITLES = ("Encounters", "Population activity", "a against b", "Decoding")
TASKS = {"identity": ("#009E73", "a or b"), "outcome": ("#D55E00", "outcome")}
ORDER_COLOURS = {"1st": PHASE_COLOURS["LM1"], "2nd": PHASE_COLOURS["LM2"]}
SPARE_COLOURS = ("#E69F00", "#56B4E9")  # landmarks that are not called a and b


def draw(rows: Sequence[Row], canvas: Canvas) -> Figure:
    """Draw a row a session, or a row a kind with its members overlaid."""
    figure, axes = canvas.figure(len(rows), 4, 47, gridspec_kw={"width_ratios": [0.9, 1.1, 1, 1.1]})
    explained: set[str] = set()
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        met, decoded = row.results("encounters"), row.results("decoding")
        if met:
            first = "encounters" not in explained
            _counts(panels[0], met, first)
            marks = ",".join(_landmark_colours(met))
            _activity(panels[1], met, legend=marks not in explained)
            _distance(panels[2], met, first)
            explained |= {"encounters", marks}
        else:
            for panel in panels[:3]:
                empty_panel(panel, row.reason("encounters"))
        tasks = [task for task in TASKS if any(f"{task}/accuracy" in r for r in decoded)]
        if tasks:
            _decoding(panels[3], decoded, tasks, "decoding" not in explained)
            explained.add("decoding")
        else:
            notes = (f"{task}: {decoded[0].notes[task]}" for task in TASKS if decoded and task in decoded[0].notes)
            reason = row.reason("decoding") or "\n".join(notes)
            empty_panel(panels[3], reason)
    for panel, title in zip(axes[0], TITLES, strict=True):
        panel.set_title(title)
    panel_letters(axes[0])
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
        _explain(ax, loc="upper right", handlelength=0.7, handletextpad=0.3, labelspacing=0.2)


def _activity(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Mean over encounters of the units' mean z-score: first dashed, second solid, missed landmark dotted; ± sem."""
    colours = _landmark_colours(results)
    kinds = {f"{order} {mark}": (c, dash) for order, dash in (("1st", (0, (2.5, 1.2))), ("2nd", "-"))
             for mark, c in colours.items()}  # fmt: skip
    kinds[MISSED] = (GREY, (0, (1, 1)))
    for name, (colour, dash) in kinds.items():
        curves, sems = [], []
        for r in results:
            at = r["group"].tolist().index(name)
            curves.append(r["group_activity"][at])
            sems.append(r["group_activity_sem"][at])
        _overlay(ax, results[0]["time"], curves, colour, dash, "missed" if name == MISSED else name)
        if len(results) == 1:
            ax.fill_between(
                results[0]["time"], curves[0] - sems[0], curves[0] + sems[0], color=colour, alpha=0.25, lw=0
            )
    _window(ax)
    ax.set(ylabel="mean activity (sd)")
    if legend:
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.45 * (high - low))
        _explain(ax, loc="upper left", ncols=2, handlelength=1.7, columnspacing=0.8)


def _distance(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Root mean square difference between the mean states of a and b, with the band of permuted labels."""
    time = results[0]["time"]
    for order, colour in ORDER_COLOURS.items():
        _overlay(ax, time, [r[f"{order}/distance"] for r in results], colour, "-", f"{order} landmark")
        for r in results:
            low, high = r[f"{order}/control_low"], r[f"{order}/control_high"]
            ax.fill_between(time, low, high, color=colour, alpha=0.3 / len(results) + 0.03, lw=0)
    _window(ax, [_lacking(results, order) for order in ORDER_COLOURS])
    ax.set(ylabel="distance of means (sd)")
    ax.set_ylim(0, max(ax.get_ylim()[1] * (1.45 if legend else 1), 1e-3))
    if legend:
        ax.fill_between([], [], [], color=GREY, alpha=0.4, lw=0, label="labels permuted")
        _explain(ax, loc="upper left", handlelength=1.4)


def _decoding(ax: Axes, results: Sequence[Result], tasks: Sequence[str], legend: bool) -> None:
    """Balanced accuracy by time from the second landmark, ± standard error; bands: labels permuted."""
    for task in tasks:
        members = [r for r in results if f"{task}/accuracy" in r]
        colour, label = TASKS[task]
        time = members[0]["time"]
        _overlay(ax, time, [r[f"{task}/accuracy"] for r in members], colour, "-", label)
        for r in members:
            low, high = r[f"{task}/control_low"], r[f"{task}/control_high"]
            ax.fill_between(time, low, high, color=colour, alpha=0.25 / len(members) + 0.02, lw=0)
            if len(members) == 1:
                value, se = r[f"{task}/accuracy"], r[f"{task}/se"]
                ax.fill_between(time, value - se, value + se, color=colour, alpha=0.35, lw=0)
        alone = [float(r[f"{task}_displacement"]) for r in members if f"{task}_displacement" in r]
        if np.isfinite(alone).any():
            ax.axhline(float(np.nanmean(alone)), color=colour, lw=0.8, ls=(0, (1, 1.2)))
    _window(ax, [_lacking(results, task) for task in TASKS])
    ax.set(ylabel="balanced accuracy", ylim=(0.2, 1.65 if legend else 1.05), yticks=[0.25, 0.5, 0.75, 1.0])
    ax.axhline(0.5, color=GREY, lw=0.5)
    if legend:
        ax.plot([], [], color="black", lw=0.8, ls=(0, (1, 1.2)), label="displacement alone")
        ax.fill_between([], [], [], color=GREY, alpha=0.4, lw=0, label="labels permuted")
        _explain(ax, loc="upper left", handlelength=1.4)


def _overlay(ax: Axes, time: NDArray, curves: Sequence[NDArray], colour: str, dash: object, label: str) -> None:
    """Draw one member's curve; or each member's thin, and their mean."""
    style: Any = {"color": colour, "linestyle": dash}
    stacked = np.stack(curves)
    known = np.isfinite(stacked)
    if not known.any():
        return
    for curve in curves if len(curves) > 1 else []:
        ax.plot(time, curve, lw=0.4, alpha=0.5, **style)
    n = known.sum(axis=0)
    mean = np.divide(np.where(known, stacked, 0).sum(axis=0), n, out=np.full(len(time), np.nan), where=n > 0)
    ax.plot(time, mean, lw=1.1, label=label, **style)


def _lacking(results: Sequence[Result], what: str) -> str:
    """Say why a part of a panel is not there; with several members, in how many."""
    notes = [r.notes[what] for r in results if what in r.notes]
    if not notes:
        return ""
    return f"{what}: {notes[0]}" if len(results) == 1 else f"{what}: too few in {len(notes)} of {len(results)} sessions"


def _window(ax: Axes, lacking: Sequence[str] = ()) -> None:
    """Mark time 0, label the axis, and write into the panel what is lacking."""
    ax.axvline(0, color="black", lw=0.5, ls=":")
    ax.set_xlabel("time from first in view (s)")
    note = "\n".join(textwrap.fill(note, 25) for note in lacking if note)
    ax.text(0.97, 0.7, note, transform=ax.transAxes, ha="right", va="top", color=GREY, fontsize=5.5).set_in_layout(
        False
    )


def _explain(ax: Axes, **options: Any) -> None:
    """Add a legend that takes no room from the panels."""
    box: Any = {"frameon": True, "facecolor": "white", "edgecolor": "none", "framealpha": 1, "fancybox": False}
    ax.legend(borderaxespad=0.1, borderpad=0.2, **box, **options).set_in_layout(False)
