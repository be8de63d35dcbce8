"""Statistics for the quality report: dwell times, speeds, rates, encounters, coverage of time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.inspection.raw_overview import FileOverview
from rscnav.inspection.spike_summary import runs
from rscnav.inspection.tracking_checks import in_order
from rscnav.recordings.activity.units import named
from rscnav.recordings.binning import TOLERANCE_S, complement, merge_intervals
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.tracking.artifacts import far_steps
from rscnav.recordings.tracking.interpolation import pieces_at
from rscnav.recordings.tracking.laps import unwrapped
from rscnav.recordings.tracking.position_units import UNITS
from rscnav.sessions.session import Session

_LEAST = 100  # fewest spikes of a unit in the panel of rates over the recording


def dwell_s(time: NDArray[np.float64], max_gap_s: float) -> NDArray[np.float64]:
    """Return the dwell time of each sample (s), (sample,): the interval to the next one, or the median interval before a gap."""
    step = np.diff(time)
    usual = float(np.median(step)) if len(step) else 0.0
    return np.append(np.where(step > max_gap_s, usual, step), usual)


@dataclass(frozen=True)
class Speeds:
    """Speeds between successive samples, in the file's unit (angles: rad) per s.

    Parameters
    ----------
    all : array, (step,)
        Speeds of all steps without a gap or NaN.
    jumps : array, (jump,)
        Speeds of the steps that are probably tracking artifacts.
    limit : float
        Limit `max_speed` of the mapping.
    """

    all: NDArray[np.float64]
    jumps: NDArray[np.float64]
    limit: float


def speeds(raw: FileOverview, series: Series) -> Speeds:
    """Compute the speeds of the tracked position between successive samples."""
    time, values = in_order(series)
    if raw.is_angle:
        values = np.unwrap(values * UNITS[raw.unit][1], axis=0)
    elif raw.track_length is not None and values.shape[1] == 1:
        values = unwrapped(values, raw.track_length)
    step = np.diff(time)
    usable = (step > TOLERANCE_S) & (step <= raw.max_gap_s)
    cuts = pieces_at(series, time)
    usable[cuts - 1] = False
    with np.errstate(all="ignore"):
        speed = np.linalg.norm(np.diff(values, axis=0), axis=1) / step
    far = far_steps(time, values, cuts)
    known = speed[usable & np.isfinite(speed)]
    limit = raw.max_speed * (UNITS[raw.unit][1] if raw.is_angle else 1.0)
    return Speeds(known, speed[far][np.isfinite(speed[far]) & (step[far] > TOLERANCE_S)], limit)


def rates(raw: FileOverview) -> NDArray[np.float64]:
    """Return the mean firing rate of each unit over the recording (Hz), or the mean of its series (in its unit), (unit,)."""
    if raw.activity is not None:
        with np.errstate(all="ignore"):
            known = np.isfinite(raw.activity.values)
            return np.where(known, raw.activity.values, 0).sum(axis=0) / known.sum(axis=0)
    return raw.n_spikes / (raw.extent[1] - raw.extent[0])


def kept(raw: FileOverview, session: Session | None) -> NDArray[np.bool_]:
    """Return a mask (unit,) of the file's units that are in the session; all True without a session."""
    if session is None or "id" not in (session.units.dtype.names or ()):
        return np.ones(len(raw.ids), bool)
    return np.isin(raw.ids, named({name: session.units[name] for name in session.units.dtype.names or ()}))


def relative_rates(raw: FileOverview, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the firing rate of each unit in intervals of the recording, divided by the unit's mean rate.

    Returns
    -------
    edges : array, (interval + 1,)
        Edges of the intervals (s).
    relative : array, (interval, unit)
        Relative rates of the chosen units with at least 100 spikes.
    """
    if raw.spikes is None:
        return np.array(raw.extent), np.empty((1, 0))
    table = raw.spikes.counts[:, chosen & (raw.spikes.n_spikes >= _LEAST)].astype(float)
    return raw.spikes.edges, table / table.mean(axis=0) if table.size else table


def encounter_counts(session: Session) -> dict[str, dict[str, int]]:
    """Return the counts of encounters by order (1st, 2nd, ..., return) and landmark."""
    table = session.require("encounters")
    met = table[table["kind"] == "encounter"]
    orders = [*range(1, int(met["order"].max(initial=0)) + 1), 0]
    words = {0: "return", 1: "1st", 2: "2nd", 3: "3rd"}
    return {
        words.get(order, f"{order}th"): {
            name: int(np.sum((met["order"] == order) & (met["landmark"] == name))) for name in session.landmark_names
        }
        for order in orders
    }


def coverage(raw: FileOverview, session: Session | None) -> dict[str, NDArray[np.float64]]:
    """Return the intervals (interval, 2) in s, sorted, that spikes, tracking, trials and other data cover, by their name.

    Only data that exist are listed. Intervals are clipped to the extent of the recording.
    """
    lines: dict[str, NDArray[np.float64]] = {}
    if raw.activity is not None:
        lines["activity"] = _sampled(np.sort(raw.activity.time), 0.0)
    elif raw.spikes is not None and len(raw.spikes.runs):
        lines["spikes"] = raw.spikes.runs
    if raw.observed is not None:
        lines["all units observed"] = raw.observed
    if raw.tracking is not None:
        lines["tracking"] = complement(np.concatenate([raw.tracking.gaps, raw.tracking.missing]))
    elif raw.series is not None:
        lines["tracking"] = _sampled(np.sort(raw.series.time), raw.max_gap_s)
    for name, spans in (("epochs used", raw.epochs), ("trials", raw.trials), ("invalid times", raw.invalid)):
        if len(spans):
            lines[name] = merge_intervals(spans) if name != "trials" else spans[np.argsort(spans[:, 0], kind="stable")]
    if session is not None:
        half = session.dt_s / 2
        lines["bins used"] = runs(session.time, session.time, 1.5 * session.dt_s) + np.array([-half, half])
    return {name: _within(spans, raw.extent) for name, spans in lines.items()}


def _sampled(time: NDArray[np.float64], longest_s: float) -> NDArray[np.float64]:
    """Return the runs of samples without an interval longer than `longest_s` and 1.5 median intervals, (run, 2)."""
    usual = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    return runs(time, time, max(longest_s, 1.5 * usual))


def _within(spans: NDArray[np.float64], extent: tuple[float, float]) -> NDArray[np.float64]:
    cut = np.clip(spans, *extent)
    return cut[cut[:, 1] > cut[:, 0]]
