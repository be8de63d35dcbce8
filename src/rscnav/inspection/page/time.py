"""Panels of the quality report: coverage of time, drift of rates, clocks, trial starts, trial lengths, outcomes."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import MaxNLocator

from rscnav.figures.layout import empty_panel, plain_log_ticks
from rscnav.figures.style import CONTROL, GREY, OUTCOME_COLOURS
from rscnav.inspection.page import statistics as measures
from rscnav.inspection.page.tracking import ALARM, BLUE, DARK, PAPER
from rscnav.inspection.report import Report

COLOURS = {"invalid times": ALARM, "trials": "#E69F00", "bins used": "#009E73"}


def timeline(ax: Axes, report: Report) -> None:
    """Draw the time that spikes, tracking, trials and other data cover, one row each."""
    ax.set_title("Coverage of time by each type of data", loc="left")
    lines = measures.coverage(report.raw, report.session)
    start, stop = report.raw.extent
    if not lines:
        empty_panel(ax, "no data with times in the file")
        return
    ax.set(xlim=(start / 60, stop / 60), ylim=(len(lines) - 0.4, -0.6))
    for row, (name, spans) in enumerate(lines.items()):
        y = np.array([row - 0.32, row - 0.32, row + 0.32, row + 0.32])
        least = 0.002 * (stop - start)  # smallest width, so that short intervals are visible
        middle = np.clip(spans.mean(axis=1, keepdims=True), start + least / 2, stop - least / 2)
        wide = np.where(np.diff(spans, axis=1) < least, middle + least / 2 * np.array([-1, 1]), spans)
        corners = [np.stack([np.array([a, b, b, a]) / 60, y], axis=1) for a, b in wide]
        ax.add_collection(PolyCollection(corners, facecolor=COLOURS.get(name, BLUE), edgecolor="none", lw=0))
        fraction = np.clip(np.diff(spans, axis=1), 0, None).sum() / (stop - start)
        ax.annotate(
            f"{100 * fraction:.1f} % · {len(spans)} piece{'s' if len(spans) != 1 else ''}", (1, row), (3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=6, annotation_clip=False,
        )  # fmt: skip
    ax.set_yticks(range(len(lines)), list(lines))
    ax.tick_params(axis="y", length=0)


def drift(ax: Axes, report: Report) -> None:
    """Draw the units' firing rates over the recording, relative to their means: median and interquartile range."""
    ax.set_title("Firing rates over the recording, relative to each unit's mean", loc="left")
    raw = report.raw
    if raw.activity is not None:
        ax.plot(raw.activity.time / 60, np.nanmean(raw.activity.values, axis=1), color=DARK, lw=0.4, rasterized=True)
        ax.set(ylabel=f"mean of units\n({raw.activity.unit or 'a.u.'})", xlabel="time (min)")
        ax.set_title("Mean activity over the recording", loc="left")
        return
    edges, relative = measures.relative_rates(raw, measures.kept(raw, report.session))
    if not relative.shape[1]:
        ax.set(yticks=[], xticks=[])
        empty_panel(ax, raw.why.get("activity", "no unit has 100 spikes"))
        return
    low, middle, high = np.percentile(relative, [25, 50, 75], axis=1)
    ax.stairs(high, edges / 60, baseline=low, fill=True, color=CONTROL, label="interquartile range of units")
    ax.stairs(middle, edges / 60, baseline=None, color=DARK, label=f"median of {relative.shape[1]} units")
    ax.axhline(1, color=GREY, lw=0.5, ls=":")
    ax.set(ylabel="rate / mean", xlabel="time (min)", ylim=(0, max(2.0, 1.35 * float(high.max()))))
    ax.legend(loc="upper right", ncols=2, handlelength=1.2, **PAPER)


def clocks(ax: Axes, report: Report) -> None:
    """Draw the squared correlation of rates and speed by lag, with its null distribution."""
    ax.set_title("Rate–speed correlation", loc="left")
    found = report.coupling
    if found is None:
        if report.session is None:
            why = "the file cannot be read with this mapping"
        else:
            why = (
                "no speed"
                if report.session.velocity is None
                else "shorter than four minutes, or rates or speed are constant"
            )
        empty_panel(ax, why)
        return
    ax.axhspan(*found.band, color=CONTROL, alpha=0.5, lw=0, label="95 % of lags > 20 s")
    ax.axhline(found.threshold, color=GREY, lw=0.8, ls="--", label="threshold (p = 0.05)")
    ax.plot(found.lag_s, found.strength, color=DARK)
    best = found.check().verdict == "look"
    ax.axvline(
        found.best_s, color=ALARM if best else BLUE, lw=0.8, label=f"peak: {found.best_s:+.1f} s (p = {found.p:.2g})"
    )
    ax.set(xlabel="lag of rates behind speed (s)", ylabel="r², mean over units")
    top = max(float(found.strength.max()), found.threshold)
    ax.set_ylim(0, 1.75 * top)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.ticklabel_format(axis="y", style="plain")
    ax.legend(loc="upper right", handlelength=1.2, fontsize=5.5, **PAPER)


def starts(ax: Axes, report: Report) -> None:
    """Draw the clustering of the positions at trial starts and stops, with all trials shifted in time."""
    ax.set_title("Distance of trial starts", loc="left")
    found = report.starts
    if found is None:
        empty_panel(ax, report.why_no_starts)
        return
    ax.axhspan(*(100 * x for x in found.chance), color=CONTROL, alpha=0.5, lw=0, label="random times (95 %)")
    ax.plot(found.shift_s, 100 * found.starts, color=DARK, label="trial starts")
    ax.plot(found.shift_s, 100 * found.stops, color=BLUE, ls="--", lw=0.8, label="trial stops")
    ax.axvline(0, color=GREY, lw=0.5)
    if found.moved:
        ax.axvline(found.best_s, color=ALARM, lw=0.8, label=f"minimum: {found.best_s:+.0f} s")
    top = np.nanmax([*found.starts, *found.stops, found.chance[1]])
    ax.set(xlabel="shift of all trials (s)", ylabel="distance (% of random)", ylim=(0, 155 * top))
    ax.legend(loc="upper right", handlelength=1.2, fontsize=5.5, **PAPER)


def lengths(ax: Axes, report: Report) -> None:
    """Draw the distribution of trial lengths: all rows of the file, and the trials that are used."""
    ax.set_title("Trial lengths", loc="left")
    raw, session = report.raw, report.session
    own = session is not None and not session.attributes["trials_cut"]
    used = session.trials["stop_s"] - session.trials["start_s"] if session is not None and own else np.empty(0)
    rows = np.diff(raw.trials, axis=1)[:, 0] if len(raw.trials) else used
    rows = rows[rows > 0]
    if not len(rows):
        empty_panel(ax, "no trials")
        return
    low, high = float(rows.min()), float(rows.max())
    edges = np.geomspace(0.9 * low, 1.1 * high, 31) if high > 3 * low else np.linspace(0.9 * low, 1.1 * high, 31)
    ax.hist(rows, edges.tolist(), color=CONTROL, label=f"in the file: {len(rows)}")
    if len(used):
        ax.hist(used[used > 0], edges.tolist(), histtype="step", color=BLUE, label=f"used: {len(used)}")
    if high > 3 * low:
        ax.set_xscale("log")
        plain_log_ticks(ax.xaxis, low, high)
    ax.set(xlabel="trial length (s)", ylabel="count of trials")
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.set_ylim(0, 1.4 * ax.get_ylim()[1])
    ax.legend(loc="upper right", handlelength=1.2, **PAPER)


def outcomes(ax: Axes, report: Report) -> None:
    """Draw the counts of trials by outcome: correct, incorrect, none."""
    ax.set_title("Outcomes of trials", loc="left")
    session = report.session
    if session is None or session.attributes["trials_cut"] or session.missing_fields(["outcome"]):
        why = "no outcomes in the mapping" if session is not None else "the file cannot be read with this mapping"
        empty_panel(ax, why)
        return
    for k, (name, colour) in enumerate(OUTCOME_COLOURS.items()):
        count = int(np.sum(session.trials["outcome"] == name))
        bars = ax.bar(k, count, 0.7, color=colour)
        ax.bar_label(bars, [str(count)], fontsize=6)
    ax.set_xticks(range(len(OUTCOME_COLOURS)), list(OUTCOME_COLOURS))
    ax.set(ylabel="count of trials", ylim=(0, 1.15 * len(session.trials)))
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
