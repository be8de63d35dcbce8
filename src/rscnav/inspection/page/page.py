"""Quality report of a recording: one page with the findings of the checks and figures of spikes, tracking and trials."""

import os
import textwrap
from collections.abc import Callable
from itertools import chain

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rscnav.figures.layout import empty_panel, panel_letters
from rscnav.figures.style import MM, Canvas
from rscnav.inspection.page import spikes as page_spikes
from rscnav.inspection.page import time as page_time
from rscnav.inspection.page import tracking as page_track
from rscnav.inspection.page.statistics import kept
from rscnav.inspection.report import Report

_PANELS = (  # one row of the page each
    (page_track.occupancy, page_track.encounters, page_track.encounter_counts),
    (page_time.timeline, page_time.drift),
    (page_track.speeds, page_track.frames, page_time.clocks, page_time.starts),
    (page_spikes.rates, page_spikes.refractory, page_time.lengths, page_time.outcomes),
)
_LINE_MM, _CHARACTERS = 3.1, 150
_ROWS_MM = (58, 62, 44, 44)
# Margins are fixed: matplotlib's layout engines give results that differ in the last digit between drawings.
_ROOM = {"left": 0.068, "right": 0.985, "bottom": 0.24, "top": 0.87}
_LONG = {"left": 0.125, "right": 0.865, "bottom": 0.15, "top": 0.91, "hspace": 0.42}


def draw_page(report: Report, canvas: Canvas | None = None) -> Figure:
    """Draw the quality report.

    Parameters
    ----------
    report : Report
        Result of `inspect_recording`. If the session could not be read with the mapping, the data of the file are drawn.
    canvas : Canvas, optional
        Size and resolution; default: the defaults of the configuration.

    Returns
    -------
    matplotlib.figure.Figure
        Panels a to m: occupancy, encounters and their counts; coverage of time, rates over the recording; speeds, frame intervals,
        clocks, trial starts; firing rates of units, refractory period, trial lengths, outcomes.
    """
    canvas = canvas or Canvas()
    with canvas.style():
        lines = header(report)
        heights = (_LINE_MM * (len(lines) + 1), *_ROWS_MM)
        figure = Figure(figsize=(canvas.width_mm * MM, sum(heights) * MM), layout="constrained")
        figure.set_layout_engine("none")  # a figure without a layout engine would get one when it is saved
        head, *parts = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
        for k, line in enumerate(lines):
            size, weight = (8, "bold") if k == 0 else (6, "normal")
            head.text(0.012, 1 - (k + 1) / (len(lines) + 1), line, va="center", fontsize=size, fontweight=weight)
        first = parts[0].subplots(1, 3, width_ratios=[1.25, 1, 0.9], gridspec_kw={**_ROOM, "wspace": 0.42})
        timeline, drift = parts[1].subplots(2, 1, sharex=True, height_ratios=[1.2, 1], gridspec_kw=_LONG)
        rest = [ax for part in parts[2:] for ax in part.subplots(1, 4, gridspec_kw={**_ROOM, "wspace": 0.5})]
        axes = [*first, timeline, drift, *rest]
        for draw, ax in zip(chain(*_PANELS), axes, strict=True):
            _panel(draw, ax, report)
        panel_letters(axes)
    return figure


def _panel(draw: Callable[[Axes, Report], None], ax: Axes, report: Report) -> None:
    """Draw a panel; if that raises an exception, write the reason into the panel."""
    try:
        draw(ax, report)
    except Exception as error:  # files may contain any values
        why = report.explain(error)
        ax.clear()
        empty_panel(ax, f"cannot be drawn ({why[:80]})")


def header(report: Report) -> list[str]:
    """Return the lines of the header: file, counts of units, trials and bins, and each verdict that is not ``ok``."""
    raw, session = report.raw, report.session
    lines = [os.path.basename(os.path.normpath(report.path))]
    length = raw.extent[1] - raw.extent[0]
    if session is not None:
        units = f"{session.n_units} of {len(raw.ids)} units used"
        pieces = f"of {len(raw.trials)} trials used" if len(raw.trials) else "trials"
        pieces = "pieces (no trial table)" if session.attributes["trials_cut"] else pieces
        trials = f"{len(session.trials)} {pieces}, {len(session.time)} bins of {session.dt_s:g} s"
    else:
        units, trials = f"{len(raw.ids)} units", f"{len(raw.trials)} trials"
    lines.append(
        f"subject {raw.subject or (session.subject if session is not None else 'unknown')} · {units} · {trials} · {length / 60:.1f} min"
    )
    if report.error:
        lines += _wrapped(f"WRONG  the file cannot be read with this mapping: {report.error}")
    noted = [check for check in report.checks if check.verdict != "ok" and check.words not in report.error]
    for check in sorted(noted, key=lambda c: c.verdict != "wrong"):
        lines += _wrapped(f"{check.verdict.upper()}  {check.name}: {check.words}")
    if not noted and not report.error:
        lines.append(f"all {len(report.checks)} checks are ok" if report.checks else "no data to check")
    for count, words in (
        (np.sum(raw.n_spikes == 0), "silent"),
        (np.sum(~kept(raw, session)), "excluded by the mapping"),
    ):
        lines[1] += f" · {count} {words}" if count else ""
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _CHARACTERS, subsequent_indent="      ")
