"""Panels of the page: rates of units and their refractory period."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rscnav.figures.layout import empty_panel, plain_log_ticks
from rscnav.figures.style import CONTROL
from rscnav.inspection.page import statistics as measures
from rscnav.inspection.page.tracking import ALARM, BLUE, note
from rscnav.inspection.report import Report


def rates(ax: Axes, report: Report) -> None:
    """Draw the units' mean rates, highest first."""
    raw = report.raw
    ax.set_title("Rates of units", loc="left")
    found = measures.rates(raw)
    if not len(found):
        empty_panel(ax, raw.why.get("activity", "no units"))
        return
    speaks = found > 0 if raw.activity is None else np.isfinite(found)
    _sorted(ax, found, speaks, measures.kept(raw, report.session))
    if raw.activity is None:
        ax.set(yscale="log", ylabel="rate (Hz)")
        low, high = float(found[speaks].min(initial=np.inf)), float(found.max())
        if speaks.any():
            ax.set_ylim(0.6 * low, 4 * high)
            plain_log_ticks(ax.yaxis, 0.6 * low, 4 * high)
        quiet = f"{np.sum(raw.n_spikes == 0)} of {len(found)} units silent"
        if not measures.kept(raw, report.session).all():
            ax.legend(loc="lower left", handletextpad=0, markerscale=1.5)
    else:
        ax.set_ylabel(f"mean ({raw.activity.unit or 'a.u.'})")
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.15 * (high - low))
        quiet = f"{int((~speaks).sum())} of {len(found)} units NaN throughout"
    note(ax, quiet)


def refractory(ax: Axes, report: Report) -> None:
    """Draw the share of each unit's intervals between spikes that are below 2 ms, largest first."""
    raw = report.raw
    ax.set_title("Spikes within 2 ms", loc="left")
    if raw.spikes is None:
        series = "activity is a series: there are no spikes"
        empty_panel(ax, series if raw.activity is not None else raw.why.get("activity", "no units"))
        return
    share = 100 * raw.spikes.short
    known = np.isfinite(share)
    if not known.any():
        empty_panel(ax, "no unit has two spikes")
        return
    _sorted(ax, share, known, measures.kept(raw, report.session))
    ax.axhline(1, color=ALARM, lw=0.8, ls="--")
    ax.set(ylabel="share of intervals (%)", ylim=(0, max(2.0, 1.2 * float(share[known].max()))))
    note(ax, f"{int(np.sum(share[known] > 1))} of {len(share)} units above 1 %")


def _sorted(ax: Axes, values: NDArray[np.float64], shown: NDArray[np.bool_], kept: NDArray[np.bool_]) -> None:
    """Draw values from the largest down, those of units that the mapping leaves out in grey."""
    order = np.argsort(-values[shown], kind="stable")
    ranked, used = values[shown][order], kept[shown][order]
    rank = np.arange(1, len(ranked) + 1)
    for mask, colour, label in ((used, BLUE, "used"), (~used, CONTROL, "left out")):
        if mask.any():
            ax.plot(rank[mask], ranked[mask], "o", ms=2.2, mew=0, color=colour, label=label)
    ax.set(xlabel="unit, ranked", xlim=(0, len(ranked) + 1))
