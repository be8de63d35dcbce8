"""Uncorrected data of a file that a mapping names: units, activity, tracking, trials, epochs."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.inspection.spike_summary import SpikeSummary, ends_of, ordered_trains, summarise_spikes
from rscnav.recordings.activity.series import activity_columns, activity_series
from rscnav.recordings.activity.unit_tables import unit_tables
from rscnav.recordings.activity.units import named
from rscnav.recordings.binning import complement, outside_any
from rscnav.recordings.files.nwb_lookup import Series, interval_table
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.tracking.coordinates import CoordinateFrame, tracked_place
from rscnav.recordings.tracking.interpolation import Tracking
from rscnav.recordings.tracking.position_series import position_series
from rscnav.recordings.tracking.position_units import UNITS, known_unit
from rscnav.recordings.trials.trials import epoch_spans
from rscnav.sessions.lazy import LazySpikeTrains

NOTHING = np.empty((0, 2))


@dataclass
class FileOverview:
    """Uncorrected data of a file. Missing data are None or empty, with the reason in `why`.

    Parameters
    ----------
    subject : str
        '' if the file names none.
    ids : array of str, (unit,)
        Names of all units in the file; for a series, of its columns.
    spikes : SpikeSummary or None
        Spikes of all units; None if the activity is a series.
    spike_ends : array, (2,) or empty
        First and last spike (s).
    activity : Series or None
        Activity that is a series.
    series : Series or None
        Tracked position, in the file's unit.
    unit : str
        Unit of `series`, a key of `UNITS`; '' if unknown.
    max_gap_s, max_speed : float
        Limits of the mapping; `max_speed` is infinite if the mapping has none.
    track_length : float or None
        Length of a linear track whose end leads to its beginning (unit of `series`).
    tracking : Tracking or None
    frame : CoordinateFrame or None
        Tracked position in the session's unit, for the whole recording, without correction for the rotation of the scene.
    trials, epochs, invalid : array, (interval, 2)
        Rows of the trial table, the epochs that the mapping selects, and invalid times (s).
    observed : array, (interval, 2), or None
        Times in which all units were observed (s); None if the file has no `obs_intervals`.
    why : dict of str
        Reasons why ``activity`` and ``position`` are missing.
    """

    subject: str = ""
    ids: NDArray = field(default_factory=lambda: np.empty(0, str))
    spikes: SpikeSummary | None = None
    spike_ends: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    activity: Series | None = None
    series: Series | None = None
    unit: str = ""
    max_gap_s: float = 0.25
    max_speed: float = float("inf")
    track_length: float | None = None
    tracking: Tracking | None = None
    frame: CoordinateFrame | None = None
    trials: NDArray[np.float64] = field(default_factory=lambda: NOTHING)
    epochs: NDArray[np.float64] = field(default_factory=lambda: NOTHING)
    invalid: NDArray[np.float64] = field(default_factory=lambda: NOTHING)
    observed: NDArray[np.float64] | None = None
    why: dict[str, str] = field(default_factory=dict)

    @property
    def n_spikes(self) -> NDArray[np.int64]:
        """Count of spikes of each unit, (unit,); empty if the activity is a series."""
        return np.empty(0, np.int64) if self.spikes is None else self.spikes.n_spikes

    @property
    def is_angle(self) -> bool:
        """Whether the tracked series is one angle."""
        return self.unit != "" and UNITS[self.unit][0] == "rad"

    @property
    def extent(self) -> tuple[float, float]:
        """First and last time of spikes, activity or position (s); (0, 1) if there is none."""
        ends = [self.spike_ends] if len(self.spike_ends) else []
        ends += [np.array([s.time.min(), s.time.max()]) for s in (self.activity, self.series) if s is not None]
        if not ends:
            return 0.0, 1.0
        return float(np.min(ends)), max(float(np.max(ends)), float(np.min(ends)) + 1e-9)


def overview(file: Any, mapping: Recording | None) -> FileOverview:
    """Read the uncorrected data of a `pynwb.NWBFile`; invalid or missing data raise no error.

    Without a mapping, units and the table ``trials`` are read.
    """
    raw = FileOverview(subject="" if file.subject is None else str(file.subject.subject_id or ""))
    trains = None
    try:
        trains = _activity(file, mapping, raw)
    except InvalidValueError as error:
        raw.why["activity"] = str(error)
    try:
        _position(file, mapping, raw)
    except InvalidValueError as error:
        raw.why["position"] = str(error)
    raw.trials = _rows(file, "trials" if mapping is None or mapping.trials is None else mapping.trials.table)
    raw.invalid = _rows(file, "invalid_times")
    if mapping is not None and mapping.epochs is not None:
        with suppress(InvalidValueError):
            raw.epochs = epoch_spans(file, mapping.epochs).times
    if trains is not None:
        raw.spikes = summarise_spikes(trains, raw.extent)
    return raw


def _activity(file: Any, mapping: Recording | None, raw: FileOverview) -> LazySpikeTrains | None:
    """Read the units and when they were observed, or the activity that is a series; return spike times, if there are any."""
    if mapping is not None and mapping.activity is not None:
        raw.activity = activity_series(file, mapping.activity)
        raw.ids = np.array(named(activity_columns(file, mapping.activity)))
        return None
    tables = unit_tables(file, None if mapping is None else mapping.units_table)
    trains = ordered_trains(tables.trains())
    raw.spike_ends = ends_of(trains)
    raw.ids = np.array(named(tables.columns()))
    unseen = outside_any([tables.observed(row) for row in range(len(tables))])
    raw.observed = complement(unseen) if len(unseen) else None
    return trains


def _position(file: Any, mapping: Recording | None, raw: FileOverview) -> None:
    """Read the tracked position, in the file's unit and in the session's."""
    if mapping is None or mapping.position is None:
        raw.why["position"] = "no position in the mapping" if mapping is not None else "no mapping"
        return
    position = mapping.position
    raw.max_gap_s = position.max_gap_s
    raw.max_speed = np.inf if position.max_speed is None else position.max_speed
    raw.track_length = position.track_length
    raw.series = position_series(file, position)
    raw.unit = position.unit or known_unit(raw.series.unit) or ""
    around = None if mapping.trials is None else mapping.trials.rotation_centre
    raw.tracking, raw.frame = tracked_place(raw.series, position, around)


def _rows(file: Any, name: str) -> NDArray[np.float64]:
    """Return start and stop of the rows of a table with finite times, (row, 2); empty if there is no such table."""
    try:
        columns = interval_table(file, name, "trials.table")
        times = np.stack([columns["start_time"], columns["stop_time"]], axis=1).astype(float)
    except (ValueError, KeyError):
        return NOTHING
    return times[np.isfinite(times).all(axis=1) & (times[:, 1] >= times[:, 0])]
