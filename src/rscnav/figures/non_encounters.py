"""Figure `non_encounters`: state and belief around non-encounters (an expected landmark is absent) and around other matched passages."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rscnav.analyses.result import Result
from rscnav.figures.layout import FigureRow, empty_panel, head_panels, row_label
from rscnav.figures.panels.event_aligned import (
    DASHED,
    add_headroom,
    compact_legend,
    curve,
    mark_significant,
    time_axis,
    with_intervals,
)
from rscnav.figures.style import GREY, Canvas

ANALYSES = ("non_encounters",)
FIELDS: tuple[str, ...] = ()
COLOURS = {"non_encounter": "#D55E00", "other": "#0072B2"}
LABELS = {"non_encounter": "non-encounter", "other": "other passage"}
CURVES = {
    "shown": ("Alternative evidence", "alternative evidence"),
    "network": ("Belief in alternative", "belief in alternative"),
    "moved": ("State displacement", "relative displacement (sd)"),
}
DROPS = {"shown_drop": "state", "network_drop": "network", "bayes_drop": "filter"}


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session, or per kind of session with the sessions overlaid."""
    figure, axes = canvas.figure(len(rows), 4, 47, gridspec_kw={"width_ratios": [1.1, 1.1, 1.1, 0.9]})
    explained: set[str] = set()
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        results = row.results("non_encounters")
        for panel, what in zip(panels, CURVES, strict=False):
            members = [r for r in results if f"{what}/non_encounter" in r]
            if members:
                _curves(panel, members, what, what not in explained)
                explained.add(what)
            else:
                why = _why(results, "belief" if what == "network" else what)
                empty_panel(panel, row.reason("non_encounters") or why)
        drops = [what for what in DROPS if any(f"{what}_difference" in r for r in results)]
        if drops:
            _drops(panels[3], results, drops, "drops" not in explained)
            explained.add("drops")
        else:
            empty_panel(panels[3], row.reason("non_encounters") or _why(results, "shown"))
    head_panels(axes[0], (*(title for title, _ in CURVES.values()), "Decrease"))
    return figure


def _why(results: Sequence[Result], what: str) -> str:
    return next((r.notes[key] for r in results for key in ("sets", what) if key in r.notes), "not measured")


def _curves(ax: Axes, results: Sequence[Result], what: str, legend: bool) -> None:
    """Draw non-encounters and other passages with 95 % intervals; mark lags at which their changes differ."""
    for kind, colour in COLOURS.items():
        curve(ax, results, f"{what}/{kind}", colour, LABELS[kind])
        if what == "network":
            curve(ax, results, f"bayes/{kind}", colour, "", DASHED)
    time_axis(ax, label="time from expected onset (s)")
    ax.set(ylabel=CURVES[what][1])
    if what != "moved":
        ax.set_ylim(min(0, ax.get_ylim()[0]), None)
    add_headroom(ax, 0.4 if legend else 0.1)
    mark_significant(ax, results, f"{what}/p_corrected", "black", 0.68 if legend else 0.96)
    if legend:
        if what == "shown":
            ax.plot([], [], "s", ms=1.7, color="black", label="p ≤ 0.05")
        if what == "network" and any("bayes/non_encounter" in r for r in results):
            ax.plot([], [], color=GREY, ls=DASHED, label="exact filter")
        compact_legend(ax, loc="upper left", handlelength=1.4)


def _drops(ax: Axes, results: Sequence[Result], drops: Sequence[str], legend: bool) -> None:
    """Draw the decrease from before to after with its 95 % interval, and p of the difference."""
    for place, what in enumerate(drops):
        for kind, shift in (("non_encounter", -0.15), ("other", 0.15)):
            known = with_intervals(results, f"{what}_{kind}")
            single, colour = len(known) == 1, COLOURS[kind]
            if single:
                ax.plot([place + shift] * 2, known[0, 1:], color=colour, lw=0.8)
            ax.plot([place + shift] * len(known), known[:, 0], "o", ms=3 if single else 1.8, mew=0, color=colour)
        p = [value for r in results if (value := r.scalar(f"{what}_p")) is not None]
        text = f"p =\n{p[0]:.2g}" if len(p) == 1 else f"p≤0.05:\n{sum(v <= 0.05 for v in p)}/{len(p)}"
        height = 0.76 if legend else 0.98
        ax.text(place, height, text, transform=ax.get_xaxis_transform(), ha="center", va="top", fontsize=5.5)
    ax.axhline(0, color=GREY, lw=0.5)
    ax.set(xticks=range(len(drops)), xlim=(-0.6, len(drops) - 0.4), ylabel="decrease of alternative")
    ax.set_xticklabels([DROPS[what] for what in drops], fontsize=5.5)
    add_headroom(ax, 0.42 if legend else 0.2)
    if legend:
        for kind, colour in COLOURS.items():
            ax.plot([], [], "o", ms=3, mew=0, color=colour, label=LABELS[kind])
        compact_legend(ax, loc="upper left", handlelength=0.8)
