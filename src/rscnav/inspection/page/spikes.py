"""Panels of the quality report: firing rates of units, refractory period."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rscnav.figures.layout import empty_panel, plain_log_ticks
from rscnav.figures.style import CONTROL
from rscnav.inspection.page import statistics as measures
from rscnav.inspection.page.tracking import ALARM, BLUE, note
from rscnav.inspection.report import Report


def rates(ax: Axes, report: Report) -> None:
    """Draw the mean firing rate (or mean activity) of each unit, in descending order."""
    raw = report.raw
    ax.set_title("Firing rates of units" if raw.activity is None else "Mean activity of units", loc="left")
    found = measures.rates(raw)
    if not len(found):
        empty_panel(ax, raw.why.get("activity", "no units"))
        return
    active = found > 0 if raw.activity is None else np.isfinite(found)
    _sorted(ax, found, active, measures.kept(raw, report.session))
    if raw.activity is None:
        ax.set(yscale="log", ylabel="firing rate (Hz)")
        low, high = float(found[active].min(initial=np.inf)), float(found.max())
        if active.any():
            ax.set_ylim(0.6 * low, 4 * high)
            plain_log_ticks(ax.yaxis, 0.6 * low, 4 * high)
        quiet = f"{np.sum(raw.n_spikes == 0)} of {len(found)} units silent"
        if not measures.kept(raw, report.session).all():
            ax.legend(loc="lower left", handletextpad=0, markerscale=1.5)
    else:
        ax.set_ylabel(f"mean ({raw.activity.unit or 'a.u.'})")
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.15 * (high - low))
        quiet = f"{int((~active).sum())} of {len(found)} units NaN throughout"
    note(ax, quiet)


def refractory(ax: Axes, report: Report) -> None:
    """Draw the fraction of each unit's inter-spike intervals below 2 ms, in descending order."""
    raw = report.raw
    ax.set_title("Inter-spike intervals < 2 ms", loc="left")
    if raw.spikes is None:
        series = "activity is a series without spikes"
        empty_panel(ax, series if raw.activity is not None else raw.why.get("activity", "no units"))
        return
    percent = 100 * raw.spikes.short
    known = np.isfinite(percent)
    if not known.any():
        empty_panel(ax, "no unit has two spikes")
        return
    _sorted(ax, percent, known, measures.kept(raw, report.session))
    ax.axhline(1, color=ALARM, lw=0.8, ls="--")
    ax.set(ylabel="fraction of intervals (%)", ylim=(0, max(2.0, 1.2 * float(percent[known].max()))))
    note(ax, f"{int(np.sum(percent[known] > 1))} of {len(percent)} units above 1 %")


def _sorted(ax: Axes, values: NDArray[np.float64], shown: NDArray[np.bool_], kept: NDArray[np.bool_]) -> None:
    """Draw values in descending order, with the units that the mapping excludes in grey."""
    order = np.argsort(-values[shown], kind="stable")
    ranked, used = values[shown][order], kept[shown][order]
    rank = np.arange(1, len(ranked) + 1)
    for mask, colour, label in ((used, BLUE, "used"), (~used, CONTROL, "excluded")):
        if mask.any():
            ax.plot(rank[mask], ranked[mask], "o", ms=2.2, mew=0, color=colour, label=label)
    ax.set(xlabel="rank of unit", xlim=(0, len(ranked) + 1))
