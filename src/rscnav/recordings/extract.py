"""Units, tracking, epochs and trials of an NWB file, by the names in the mapping."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.activity.series import Sampled, read_activity
from rscnav.recordings.activity.unit_tables import unit_tables
from rscnav.recordings.activity.units import Units, read_units
from rscnav.recordings.binning import merge_intervals, outside_any
from rscnav.recordings.files.damaged_objects import damage_notes, damaged_objects
from rscnav.recordings.files.nwb_lookup import interval_table
from rscnav.recordings.files.object_names import files_of
from rscnav.recordings.files.table_columns import Columns, left_out_notes
from rscnav.recordings.settings.position import Position
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.time_checks.activity_span import of_sampled, of_trains
from rscnav.recordings.time_checks.clock_findings import Clocks
from rscnav.recordings.time_checks.common_time import refused_or_noted, same_time
from rscnav.recordings.time_checks.coverage import silences, silent_ends
from rscnav.recordings.time_checks.restarting_spikes import agreed_repeats
from rscnav.recordings.time_checks.time_units import no_overlap_reason
from rscnav.recordings.tracking.coordinates import CoordinateFrame, tracked_heading, tracked_place
from rscnav.recordings.tracking.interpolation import Tracking
from rscnav.recordings.tracking.position_series import position_series
from rscnav.recordings.trials.trials import TrialSpans, cut_stretches, epoch_spans, subtract_intervals, trial_spans
from rscnav.sessions.lazy import LazySpikeTrains


@dataclass(frozen=True)
class RawRecording:
    """Content of a recorded file that the mapping selects, before it is divided into bins.

    Parameters
    ----------
    subject : str
    about : dict of str
        Species, sex and age of the subject, and the start of the session, where the file names them.
    units : dict of array
        Table columns of the selected units.
    spikes : sequence of array or None
        Spike times (s) of the selected units, read on access; None if the activity is a series.
    sampled : Sampled or None
        Activity that is a series.
    n_units_left_out, n_spikes_unobserved : int
        Counts of units that the unit filters exclude, and of spikes outside the `obs_intervals` of their unit.
    unobserved, invalid : array, (interval, 2)
        Times (s) in which at least one unit was not observed, and the file's `invalid_times`.
    unrecorded : array, (interval, 2)
        Times (s) before the first and after the last spike, if the silence is so long that nothing was recorded there.
    tracking, heading : Tracking or None
    frame : CoordinateFrame or None
        Coordinate frame of `tracking`.
    epochs : array, (epoch, 2), or None
        Start and stop (s); None for the whole recording.
    spans : TrialSpans
        Trials, or pieces of stretches.
    notes : list of str
        Corrections and warnings, for the session's attributes.
    """

    subject: str
    about: dict[str, str]
    units: Columns
    spikes: LazySpikeTrains | None
    sampled: Sampled | None
    n_units_left_out: int
    n_spikes_unobserved: int
    unobserved: NDArray[np.float64]
    invalid: NDArray[np.float64]
    unrecorded: NDArray[np.float64]
    tracking: Tracking | None
    heading: Tracking | None
    frame: CoordinateFrame | None
    epochs: NDArray[np.float64] | None
    spans: TrialSpans
    notes: list[str]


def read_file(file: Any, mapping: Recording) -> RawRecording:
    """Read the units, tracking, epochs and trials that the mapping names from a `pynwb.NWBFile`.

    Raises
    ------
    InvalidValueError
        If the file does not contain an object that the mapping names, if no unit is left, or if spikes, tracking and trials do not
        cover the same time in one unit and on one clock.
    """
    notes: list[str] = []
    sampled = units = None
    if mapping.activity is not None:
        sampled = read_activity(file, mapping.activity, mapping.bin_s)
    else:
        units = read_units(unit_tables(file, mapping.units_table), mapping.unit_filters)
    tracking = heading = frame = None
    frames = np.empty(0)
    position = mapping.position
    if position is not None:
        around = None if mapping.trials is None else mapping.trials.rotation_centre
        series = position_series(file, position)
        tracking, frame = tracked_place(series, position, around)
        frames = series.time
        notes += tracking.notes
        heading = tracked_heading(file, position, tracking)
        notes += () if heading is None else heading.notes
    extent = _extent(units, sampled, tracking, mapping)
    if units is not None:
        units = units.meeting(mapping.unit_filters, extent, mapping.bin_s)
        extent = _extent(units, sampled, tracking, mapping)  # of the selected units
    sampled = None if sampled is None else sampled.meeting(mapping.unit_filters)
    population: Any = sampled if units is None else units
    notes = [*population.notes, *notes, *(note for each in files_of(file).values() for note in damage_notes(each))]
    epochs = None if mapping.epochs is None else epoch_spans(file, mapping.epochs)
    spans = rows = None
    if mapping.trials is not None:
        spans = trial_spans(file, mapping.trials, extent, tracking, frame)
        rows = (
            spans.table if mapping.trials.home_location is None else None
        )  # with a home location they come from the tracking
    active = None if sampled is None else of_sampled(sampled)
    clocks = Clocks(active, tracking=tracking, frames=frames, trials=rows, epochs=epochs)
    if units is not None:
        n_spikes, strays = units.columns["n_spikes"], units.n_unobserved
        active = of_trains(units.spikes, units.ends)
        again = agreed_repeats(units.repeats, n_spikes)
        clocks = replace(clocks, active=active, repeats=again, strays=strays / max(1, strays + n_spikes.sum()))
    notes += refused_or_noted(same_time(clocks))
    for table in (epochs, rows):
        notes += [] if table is None else table.notes
    if rows is not None and spans is not None:
        notes += left_out_notes(spans.columns, f"table '{rows.table}'")
    if spans is None:
        whole = np.array([extent]) if epochs is None else epochs.times
        if active is not None and active.is_spikes:
            whole = np.clip(
                whole, *silent_ends(active, extent)
            )  # pieces outside the recording would count as silence of the units
        spans = cut_stretches(_contiguous(whole[whole[:, 1] > whole[:, 0]], tracking, position), mapping.trial_s)
    subject = mapping.subject or (file.subject.subject_id if file.subject is not None else None) or mapping.name
    return RawRecording(
        subject=subject,
        about=_about(file),
        units=population.columns,
        spikes=None if units is None else units.spikes,
        sampled=sampled,
        n_units_left_out=population.n_left_out,
        n_spikes_unobserved=0 if units is None else units.n_unobserved,
        unobserved=np.empty((0, 2)) if units is None else outside_any(units.observed),
        invalid=_invalid(file),
        unrecorded=np.empty((0, 2)) if active is None else silences(active, spans.times),
        tracking=tracking,
        heading=heading,
        frame=frame,
        epochs=None if epochs is None else epochs.times,
        spans=spans,
        notes=notes,
    )


def _about(file: Any) -> dict[str, str]:
    """Return species, sex and age of the subject and the start of the session, where the file names them."""
    found = {f"subject_{key}": getattr(file.subject, key, None) for key in ("species", "sex", "age")}
    found["session_start"] = file.session_start_time.isoformat() if file.session_start_time else None
    return {key: str(value) for key, value in found.items() if value}


def _extent(
    units: Units | None, sampled: Sampled | None, tracking: Tracking | None, mapping: Recording
) -> tuple[float, float]:
    """Return the first and last time of activity or position (s); raise InvalidValueError if the two do not overlap."""
    active: tuple[float, float] | None = None if sampled is None else sampled.extent
    if units is not None:
        ends = units.ends[np.isfinite(units.ends).all(axis=1)]
        active = (float(ends.min()), float(ends.max())) if len(ends) else None
    if tracking is None and active is None:
        raise InvalidValueError("no unit has a spike and there is no position: the recording is empty")
    if tracking is None or active is None:
        return active or (tracking.extent if tracking is not None else (0.0, 0.0))
    if active[0] > tracking.extent[1] or active[1] < tracking.extent[0]:
        what = "spikes" if sampled is None else f"'{', '.join(mapping.activity.names if mapping.activity else ())}'"
        raise InvalidValueError(
            f"the clocks do not overlap: {what} from {active[0]:.3f} to {active[1]:.3f} s, position from "
            f"{tracking.extent[0]:.3f} to {tracking.extent[1]:.3f} s; convert both to seconds on one clock in the file. "
            f"{no_overlap_reason(what, active, tracking.extent)}"
        )
    return min(active[0], tracking.extent[0]), max(active[1], tracking.extent[1])


def _invalid(file: Any) -> NDArray[np.float64]:
    """Return the file's `invalid_times`, (interval, 2), sorted and disjoint."""
    if any(path.endswith("invalid_times") for each in files_of(file).values() for path in damaged_objects(each)):
        raise InvalidValueError(
            "invalid_times cannot be read, so that the times to leave out are unknown; correct the file"
        )
    spans = [np.empty((0, 2))]
    for name, each in files_of(file).items():
        if each.invalid_times is not None and len(each.invalid_times):
            columns = interval_table(file, f"{name}:intervals/invalid_times", "invalid_times")
            spans.append(np.stack([columns["start_time"], columns["stop_time"]], axis=1))
    return merge_intervals(np.concatenate(spans))


def _contiguous(
    whole: NDArray[np.float64], tracking: Tracking | None, position: Position | None
) -> NDArray[np.float64]:
    """Return the stretches of time (stretch, 2) without the tracking gaps."""
    holes = [np.empty((0, 2))]
    if tracking is not None and position is not None:
        holes += [tracking.gaps, tracking.missing] if position.nan == "drop" else [tracking.gaps]
    return subtract_intervals(whole, np.concatenate(holes))
