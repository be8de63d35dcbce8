"""Event-aligned panels: curves with bands, marks of significance, notes, legends."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rscnav.analyses.result import INTERVAL, Result
from rscnav.analyses.statistics.max_statistic import LEVEL
from rscnav.figures.style import GREY

DOTTED: Any = (0, (1, 1.2))
DASHED: Any = (0, (2.5, 1.2))


def curve(
    ax: Axes, results: Sequence[Result], what: str, colour: str, label: str = "", dash: Any = "-", row: str = ""
) -> None:
    """Draw the array `what` over time with its 95 % interval; for several sessions thin lines and their mean.

    `row` selects one row of the array; rows are named by the array whose name `what` begins with (``group_activity``: ``group``).
    """
    results = [r for r in results if what in r and (not row or row in r[_names(what)])]
    curves = [_values(r, what, row) for r in results]
    if not np.isfinite(curves).any():
        return
    time = results[0]["time"]
    if len(curves) == 1:
        if f"{what}_low" in results[0]:
            low, high = (_values(results[0], f"{what}_{end}", row) for end in ("low", "high"))
            band(ax, time, low, high, colour, 0.22)
    else:
        for values in curves:
            ax.plot(time, values, lw=0.4, alpha=0.5, color=colour, ls=dash)
    ax.plot(time, mean_of_known(curves), lw=1.1, label=label, color=colour, ls=dash)


def mean_of_known(curves: Sequence[NDArray]) -> NDArray[np.float64]:
    """Return the mean of curves of shape (time,), without NaN."""
    known = np.isfinite(curves)
    n = known.sum(axis=0)
    return np.divide(np.where(known, curves, 0).sum(axis=0), n, out=np.full(n.shape, np.nan), where=n > 0)


def with_intervals(results: Sequence[Result], name: str) -> NDArray[np.float64]:
    """Return value, lower and upper end of a quantity, (result, 3), of the results that have it."""
    found = [[r.scalar(f"{name}{end}") for end in INTERVAL] for r in results]
    return np.array([values for values in found if values[0] is not None], float).reshape(-1, 3)


def band(ax: Axes, time: NDArray, low: NDArray, high: NDArray, colour: str, alpha: float) -> None:
    """Fill the space between two curves."""
    ax.fill_between(time, low, high, color=colour, alpha=alpha, lw=0)


def mark_significant(ax: Axes, results: Sequence[Result], what: str, colour: str, height: float) -> None:
    """Mark lags with corrected p ≤ 0.05, at `height` as a fraction of the panel; fainter for several sessions."""
    for r in (r for r in results if what in r):
        low = r[what] <= LEVEL
        ax.plot(
            r["time"][low], np.full(low.sum(), height), "s", ms=1.7, mew=0, color=colour, alpha=max(0.15, 1 / len(results)),
            transform=ax.get_xaxis_transform(),
        )  # fmt: skip


def onsets(ax: Axes, results: Sequence[Result], what: str, colour: str) -> None:
    """Mark onsets (values `what`, in s) on the time axis."""
    found = [value for r in results if (value := r.scalar(what)) is not None]
    if found:  # the layout fails for an empty line that is not clipped
        ax.plot(
            found, [0.0] * len(found), "^", ms=4, mew=0, color=colour, transform=ax.get_xaxis_transform(), clip_on=False
        )


def time_axis(ax: Axes, lacking: Sequence[str] = (), label: str = "time from encounter (s)") -> None:
    """Mark time 0, label the axis, and write notes on missing parts into the panel."""
    ax.axvline(0, color="black", lw=0.5, ls=":")
    ax.set_xlabel(label)
    note = "\n".join(textwrap.fill(note, 16) for note in lacking if note)
    ax.text(0.03, 0.57, note, transform=ax.transAxes, va="top", color=GREY, fontsize=5.5).set_in_layout(False)


def lacking(results: Sequence[Result], what: str, label: str = "") -> str:
    """Return why a part of a panel is missing; for several sessions, in how many."""
    notes = [r.notes[what] for r in results if what in r.notes]
    if not notes:
        return ""
    text = notes[0] if len(results) == 1 else f"too few in {len(notes)} of {len(results)} sessions"
    return f"{label or what}: {text}"


def add_headroom(ax: Axes, fraction: float) -> None:
    """Extend the y-axis above the curves by a fraction of the height of the panel, for a legend."""
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + fraction / (1 - fraction) * (high - low))


def keep_to_curves(ax: Axes) -> None:
    """Clip the y-axis to the curves if an interval is much wider (with two cases, for example)."""
    curves = [np.asarray(line.get_ydata(), float) for line in ax.lines if not str(line.get_label()).startswith("_")]
    values = np.concatenate([np.empty(0), *curves])
    values = values[np.isfinite(values)]
    if len(values) and np.ptp(values) > 0:
        low, high = ax.get_ylim()
        reach = 1.5 * np.ptp(values)
        ax.set_ylim(max(low, values.min() - reach), min(high, values.max() + reach))


def compact_legend(ax: Axes, **options: Any) -> None:
    """Add a legend without influence on the layout, if any artist has a label."""
    if not ax.get_legend_handles_labels()[0]:
        return
    box: Any = {"frameon": True, "facecolor": "white", "edgecolor": "none", "framealpha": 0.8, "fancybox": False}
    ax.legend(borderaxespad=0.1, borderpad=0.2, **box, **options).set_in_layout(False)


def _names(what: str) -> str:
    return what.split("_")[0]


def _values(result: Result, what: str, row: str) -> NDArray:
    return result[what][result[_names(what)].tolist().index(row)] if row else result[what]
