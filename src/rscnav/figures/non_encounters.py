"""Figure `missed`: state and belief around a landmark that was missed, and around passages like it."""

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
LABELS = {"non_encounter": "missed", "other": "other"}  # short: two stand side by side in a legend
CURVES = {
    "shown": ("Shown by the state", "wrong place shown"),
    "network": ("Belief", "mass on wrong place"),
    "moved": ("Way of the state", "distance beyond twin (sd)"),
}
DROPS = {"shown_drop": "state", "network_drop": "network", "bayes_drop": "filter"}


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw a row a session, or a row a kind with its members overlaid."""
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
    head_panels(axes[0], (*(title for title, _ in CURVES.values()), "What is lost"))
    return figure


def _why(results: Sequence[Result], what: str) -> str:
    return next((r.notes[key] for r in results for key in ("sets", what) if key in r.notes), "not measured")


def _curves(ax: Axes, results: Sequence[Result], what: str, legend: bool) -> None:
    """Missed (with its 95 % interval) and other passages; marks where they have changed differently since the last sample before."""
    for kind, colour in COLOURS.items():
        curve(ax, results, f"{what}/{kind}", colour, LABELS[kind])
        if what == "network":
            curve(ax, results, f"bayes/{kind}", colour, "", DASHED)
    time_axis(ax, label="time from expected (s)")
    ax.set(ylabel=CURVES[what][1])
    if what != "moved":
        ax.set_ylim(min(0, ax.get_ylim()[0]), None)
    add_headroom(ax, 0.3 if legend else 0.1)
    mark_significant(ax, results, f"{what}/p_corrected", "black", 0.76 if legend else 0.96)
    if legend:
        if what == "shown":
            ax.plot([], [], "s", ms=1.7, color="black", label="p ≤ 0.05")
        if what == "network" and any("bayes/non_encounter" in r for r in results):
            ax.plot([], [], color=GREY, ls=DASHED, label="exact filter")
        compact_legend(ax, loc="upper left", handlelength=1.4, ncols=2, columnspacing=0.8)


def _drops(ax: Axes, results: Sequence[Result], drops: Sequence[str], legend: bool) -> None:
    """Draw what is lost from just before to after, with its 95 % interval; p of the difference above."""
    for place, what in enumerate(drops):
        for kind, shift in (("non_encounter", -0.15), ("other", 0.15)):
            known = with_intervals(results, f"{what}_{kind}")
            alone, colour = len(known) == 1, COLOURS[kind]
            if alone:
                ax.plot([place + shift] * 2, known[0, 1:], color=colour, lw=0.8)
            ax.plot([place + shift] * len(known), known[:, 0], "o", ms=3 if alone else 1.8, mew=0, color=colour)
        p = [value for r in results if (value := r.scalar(f"{what}_p")) is not None]
        text = f"p =\n{p[0]:.2g}" if len(p) == 1 else f"p≤0.05:\n{sum(v <= 0.05 for v in p)}/{len(p)}"
        height = 0.84 if legend else 0.98
        ax.text(place, height, text, transform=ax.get_xaxis_transform(), ha="center", va="top", fontsize=5.5)
    ax.axhline(0, color=GREY, lw=0.5)
    ax.set(xticks=range(len(drops)), xlim=(-0.6, len(drops) - 0.4), ylabel="drop of the wrong place")
    ax.set_xticklabels([DROPS[what] for what in drops], fontsize=5.5)
    add_headroom(ax, 0.35 if legend else 0.2)
    if legend:
        for kind, colour in COLOURS.items():
            ax.plot([], [], "o", ms=3, mew=0, color=colour, label=LABELS[kind])
        compact_legend(ax, loc="upper left", ncols=2, handlelength=0.8, columnspacing=0.8)
