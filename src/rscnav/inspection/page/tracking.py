"""Panels of the quality report: occupancy, encounters, speeds, frame intervals."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LogNorm
from matplotlib.patches import Circle, Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from rscnav.figures.layout import empty_panel
from rscnav.figures.style import GREY, LANDMARK_COLOURS
from rscnav.inspection.page import statistics as measures
from rscnav.inspection.raw_overview import FileOverview
from rscnav.inspection.report import Report
from rscnav.inspection.tracking_checks import in_order
from rscnav.recordings.binning import TOLERANCE_S
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.tracking.position_units import UNITS
from rscnav.sessions.geometry import wrap
from rscnav.sessions.session import Session

DARK, BLUE, ALARM = "#333333", "#0072B2", "#D55E00"
PAPER: dict[str, Any] = {
    "frameon": True,
    "facecolor": "white",
    "edgecolor": "none",
    "framealpha": 0.85,
    "borderpad": 0.1,
}
_MOST_POINTS = 3000


def occupancy(ax: Axes, report: Report) -> None:
    """Draw the occupancy: time at each position, in the coordinates of the file."""
    raw, series = report.raw, report.raw.series
    ax.set_title("Occupancy (all samples, file coordinates)", loc="left")
    if series is None:
        empty_panel(ax, raw.why["position"])
    elif series.values.shape[1] == 1:
        _occupancy_line(ax, raw, series)
    else:
        _occupancy_plane(ax, raw, series)


def _occupancy_line(ax: Axes, raw: FileOverview, series: Series) -> None:
    time, values = in_order(series)
    place = wrap(values[:, 0] * UNITS[raw.unit][1]) if raw.is_angle else values[:, 0]
    seconds = measures.dwell_s(time, raw.max_gap_s)
    known = np.isfinite(place)
    limits = (-np.pi, np.pi) if raw.is_angle else (float(np.min(place[known])), float(np.max(place[known])) + 1e-9)
    ax.hist(place[known], 60, range=limits, weights=seconds[known], color=DARK)
    ax.set(xlim=limits, ylabel="time in bin (s)")
    _place_axis(ax, raw.unit)


def _occupancy_plane(ax: Axes, raw: FileOverview, series: Series) -> None:
    """Draw a map of the time in each bin, with 50 bins along the longer side, and the path."""
    time, values = in_order(series)
    seconds, points = measures.dwell_s(time, raw.max_gap_s), values[:, :2]
    known = np.isfinite(points).all(axis=1)
    if not known.any():
        empty_panel(ax, "all samples are NaN")
        return
    points, seconds = points[known], seconds[known]
    low, high = np.percentile(
        points, [0.25, 99.75], axis=0
    )  # limits without jumps, which would shrink the track to a dot
    side = max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    half = np.maximum((high - low) / 2, 0.05 * side) + 0.06 * side
    edges = [np.arange(m - h, m + h + side / 50, side / 50) for m, h in zip(middle, half, strict=True)]
    held, _, _ = np.histogram2d(points[:, 0], points[:, 1], edges, weights=seconds)
    shown = np.where(held > 0, held, np.nan).T
    image = ax.pcolormesh(
        *edges, shown, cmap="YlGnBu", norm=LogNorm(vmin=max(held[held > 0].min(), 1e-5 * held.max())), rasterized=True
    )
    thin = points[:: max(1, len(points) // _MOST_POINTS)]
    ax.plot(thin[:, 0], thin[:, 1], ",", color=DARK, alpha=0.4, rasterized=True)
    ax.set(
        xlim=edges[0][[0, -1]],
        ylim=edges[1][[0, -1]],
        aspect="equal",
        xlabel=f"x ({raw.unit})",
        ylabel=f"y ({raw.unit})",
    )
    beyond = int(np.sum(((points < [e[0] for e in edges]) | (points > [e[-1] for e in edges])).any(axis=1)))
    if beyond:
        note(ax, f"{beyond} samples lie outside this map", ALARM)
    bar = ax.figure.colorbar(image, ax=ax, aspect=25, pad=0.02)
    bar.set_label("time in bin (s)")
    bar.outline.set_linewidth(0.4)


def encounters(ax: Axes, report: Report) -> None:
    """Draw the positions at encounter onsets, and the landmarks with their visibility radius."""
    session = report.session
    ax.set_title("Encounters (landmark frame)", loc="left")
    if session is None or session.encounters is None or session.position is None:
        empty_panel(ax, _why_no_encounters(report))
        return
    table = session.encounters[session.encounters["kind"] == "encounter"]
    samples = np.clip(np.searchsorted(session.time, table["onset_s"]), 0, len(session.time) - 1)
    place = session.position[samples]
    if session.position.shape[1] == 1:
        _landmarks_by_trial(ax, session)
        y = session.trial[samples] + 1
        ax.set(ylabel="trial", ylim=(len(session.trials) + 0.5, 0.5))
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        _place_axis(ax, session.position_unit)
        if session.is_circular:
            ax.set_xlim(-np.pi, np.pi)
    else:
        thin = session.position[:: max(1, len(session.position) // _MOST_POINTS)]
        ax.plot(thin[:, 0], thin[:, 1], ".", ms=1, mew=0, color="#AAAAAA", rasterized=True, zorder=0)
        _landmarks_in_plane(ax, session)
        y = place[:, 1]
        ax.set(aspect="equal", xlabel=f"x ({session.position_unit})", ylabel=f"y ({session.position_unit})")
    for name in session.landmark_names:
        of_this = table["landmark"] == name
        label = f"{name}: {of_this.sum()} onsets"
        ax.plot(place[of_this, 0], y[of_this], ".", ms=3.5, mew=0, color=_colour(name), label=label)
    ax.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.22), handletextpad=0, markerscale=1.5)


def _landmarks_in_plane(ax: Axes, session: Session) -> None:
    if session.landmarks is None:
        return
    for k, name in enumerate(session.landmark_names):
        places = session.landmarks[:, k, :2]
        places = np.unique(np.round(places[np.isfinite(places).all(axis=1)], 6), axis=0)
        for place in places[:100]:
            ax.add_patch(Circle(tuple(place), session.visibility_radius or 0, fill=False, color=_colour(name), lw=0.8))
            ax.plot(*place, "+", color=_colour(name), ms=4, mew=0.6)


def _landmarks_by_trial(ax: Axes, session: Session) -> None:
    """Shade the positions at which each landmark is in view, trial by trial; on a ring they wrap around."""
    if session.landmarks is None or session.visibility_radius is None:
        return
    width, turn = 2 * session.visibility_radius, 2 * np.pi
    for k, name in enumerate(session.landmark_names):
        bars = []
        for trial, place in enumerate(session.landmarks[:, k, 0]):
            if np.isfinite(place):
                lefts = [place - width / 2 + extra for extra in ((-turn, 0, turn) if session.is_circular else (0,))]
                bars += [
                    Rectangle((left, trial + 0.5), width, 1)
                    for left in lefts
                    if not session.is_circular or abs(left) < 4
                ]
        ax.add_collection(PatchCollection(bars, facecolor=_colour(name), alpha=0.25, lw=0))


def encounter_counts(ax: Axes, report: Report) -> None:
    """Draw the counts of encounters by order and landmark."""
    ax.set_title("Encounters by order", loc="left")
    session = report.session
    if session is None or session.encounters is None:
        empty_panel(ax, _why_no_encounters(report))
        return
    counts = measures.encounter_counts(session)
    bottom, largest = np.zeros(len(counts)), max(sum(of.values()) for of in counts.values())
    for name in session.landmark_names:
        heights = np.array([of[name] for of in counts.values()], float)
        bars = ax.bar(range(len(counts)), heights, 0.7, bottom, color=_colour(name))
        inside = [f"{h:g}" if h > 0.08 * largest else "" for h in heights]
        ax.bar_label(bars, inside, label_type="center", fontsize=6)
        bottom += heights
    for x, total in enumerate(bottom):
        ax.annotate(
            f"{total:g}", (x, total), (0, 2), textcoords="offset points", ha="center", fontsize=6, fontweight="bold"
        )
    words = ["new: " + word if k == 0 else word for k, word in enumerate(counts)]
    ax.set_xticks(range(len(counts)), words)
    ax.set(ylabel="count of encounters", ylim=(0, max(1.15 * float(bottom.max()), 1)))
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    missed = int(np.sum(session.encounters["kind"] == "non-encounter"))
    met = len(np.unique(session.encounters["trial"][session.encounters["kind"] == "encounter"]))
    ax.set_xlabel(f"in {met} of {len(session.trials)} trials;\n{missed} non-encounters")


def _why_no_encounters(report: Report) -> str:
    if report.session is None:
        return "the file cannot be read with this mapping"
    if not report.session.landmark_names:
        return "no landmarks in the mapping"
    cut = report.session.attributes["trials_cut"]
    return "no trial table; encounters are counted in each trial" if cut else "no position"


def speeds(ax: Axes, report: Report) -> None:
    """Draw the distribution of speeds between samples, the limit `max_speed`, and suspected jumps."""
    ax.set_title("Speeds between samples", loc="left")
    raw, series = report.raw, report.raw.series
    found = None if series is None else measures.speeds(raw, series)
    moving = np.empty(0) if found is None else found.all[found.all > 0]
    if found is None or not len(moving):
        empty_panel(ax, raw.why.get("position", "the position never changes"))
        return
    top = max(float(moving.max()), float(found.jumps.max(initial=0)))
    low = max(float(np.percentile(moving, 1)), top * 1e-6)
    ax.hist(moving, np.geomspace(low, 1.001 * top, 50).tolist(), color=DARK, log=True)
    ax.set(xscale="log", ylabel="count of steps", xlabel=f"speed ({'rad' if raw.is_angle else raw.unit or '?'}/s)")
    if len(found.jumps):
        y = np.full(len(found.jumps), 1.03)
        ax.plot(found.jumps, y, "v", ms=3, color=ALARM, transform=ax.get_xaxis_transform(), clip_on=False)
        note(ax, f"▾ {len(found.jumps)} suspected jumps", ALARM)
    elif np.isfinite(raw.max_speed):
        n_fast = int(np.sum(found.all > found.limit))
        note(ax, f"{n_fast} faster than max_speed", ALARM if n_fast else GREY)
    else:
        note(ax, "no step is an outlier", GREY)
    ax.set_ylim(0.5, ax.get_ylim()[1] * 10)
    if np.isfinite(raw.max_speed):
        ax.axvline(found.limit, color=ALARM, lw=0.8, ls="--")


def frames(ax: Axes, report: Report) -> None:
    """Draw the distribution of intervals between tracked frames, their median, and the limit `max_gap_s`."""
    ax.set_title("Frame intervals", loc="left")
    raw, series = report.raw, report.raw.series
    step: NDArray[np.float64] = np.empty(0) if series is None else np.diff(in_order(series)[0])
    after = step[step > TOLERANCE_S]
    if not len(after):
        empty_panel(ax, raw.why.get("position", "only one sample"))
        return
    usual = float(np.median(step))
    low, high = min(float(after.min()), 0.2 * usual), max(float(after.max()), 2 * raw.max_gap_s)
    ax.hist(after, np.geomspace(0.9 * low, 1.1 * high, 60).tolist(), color=DARK, log=True)
    ax.set(xscale="log", xlabel="interval (s)", ylabel="count of intervals")
    ax.axvline(usual, color=GREY, lw=0.8, label=f"median: {1e3 * usual:.3g} ms")
    gaps = int(np.sum(step > raw.max_gap_s))
    ax.axvline(raw.max_gap_s, color=ALARM, lw=0.8, ls="--", label=f"max_gap_s: {gaps} longer")
    ax.legend(loc="upper right", handlelength=1.2, **PAPER)
    ax.set_ylim(0.5, ax.get_ylim()[1] * 30)


def _place_axis(ax: Axes, unit: str) -> None:
    if unit in ("rad", "deg"):
        ax.set_xticks([-np.pi, -np.pi / 2, 0, np.pi / 2, np.pi], ["−π", "−π/2", "0", "π/2", "π"])
        ax.set_xlabel("position (rad)")
    else:
        ax.set_xlabel(f"position ({unit or '?'})")


def _colour(name: str) -> str:
    return LANDMARK_COLOURS.get(name, GREY)


def note(ax: Axes, text: str, colour: str | None = None) -> None:
    """Write a text into the upper right corner of a panel."""
    ax.text(0.98, 0.97, text, transform=ax.transAxes, ha="right", va="top", fontsize=6, color=colour)
