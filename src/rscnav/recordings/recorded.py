"""What an NWB file holds of a recording: units, tracking, epochs and trials, by the names that the mapping gives."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.config.mapping import Position
from rscnav.config.recordings import Recording
from rscnav.recordings.frame import Frame, frame_of
from rscnav.recordings.intervals import Spans, cut_stretches, epoch_spans, trial_spans, without
from rscnav.recordings.jumps import Limits
from rscnav.recordings.nwb import Columns, find_series, kept_rows, read_units
from rscnav.recordings.tracking import Tracking, track


@dataclass(frozen=True)
class Recorded:
    """What a file holds.

    Parameters
    ----------
    subject : str
    units : dict of array
        Columns of the units that were kept.
    spikes : list of array
        Their spike times (s).
    n_units_left_out : int
    tracking, heading : Tracking or None
    frame : Frame or None
        That of `tracking`.
    epochs : array, (epoch, 2), or None
        Start and stop (s); None for the whole recording.
    spans : Spans
        Trials, or pieces of stretches.
    notes : list of str
        What had to be put right.
    """

    subject: str
    units: Columns
    spikes: list[NDArray[np.floating]]
    n_units_left_out: int
    tracking: Tracking | None
    heading: Tracking | None
    frame: Frame | None
    epochs: NDArray[np.float64] | None
    spans: Spans
    notes: list[str]


def read_file(file: Any, mapping: Recording) -> Recorded:
    """Read units, tracking, epochs and trials, as the mapping names them.

    Parameters
    ----------
    file : pynwb.NWBFile
    mapping : Recording

    Returns
    -------
    Recorded

    Raises
    ------
    ValueError
        Where the file does not hold what the mapping names, or no unit is left.
    """
    columns, spikes, notes = read_units(file)
    tracking = heading = frame = None
    position = mapping.position
    if position is not None:
        series = find_series(file, position.series, "position.series")
        centre = None if position.centre is None else np.array(position.centre, float)
        limits = Limits(position.max_speed, centre, position.arena_radius, position.max_gap_s)
        tracking = track(series, position.unit, position.max_gap_s, "position", position.override_unit, limits)
        notes += tracking.notes
        frame = frame_of(position, tracking, None if mapping.trials is None else mapping.trials.rotation_centre)
        tracking = frame.applied(tracking)
        if position.heading not in (None, "movement"):
            series = find_series(file, str(position.heading), "position.heading")
            unit = None if series.unit.strip().lower().startswith("deg") else "rad"
            heading = track(series, unit, position.max_gap_s, "position.heading", position.override_unit)
            notes += heading.notes
    ends = [end for times in spikes if len(times) for end in (times[0], times[-1])]
    ends += [] if tracking is None else list(tracking.extent)
    if not ends:
        raise ValueError("no unit has a spike and there is no position: nothing was recorded")
    extent = (float(min(ends)), float(max(ends)))
    columns["rate_hz"] = columns["n_spikes"] / max(extent[1] - extent[0], mapping.bin_s)
    keep = kept_rows(columns, mapping.units, "units")
    if not keep.any():
        rules = "; ".join(str(rule.model_dump(exclude_none=True)) for rule in mapping.units)
        raise ValueError(f"units: none of the {len(keep)} units meets the rules ({rules}); loosen them")
    epochs = None if mapping.epochs is None else epoch_spans(file, mapping.epochs)
    if mapping.trials is not None:
        spans = trial_spans(file, mapping.trials, extent, tracking, frame)
    else:
        whole = np.array([extent]) if epochs is None else epochs
        spans = cut_stretches(_contiguous(whole, tracking, position), mapping.trial_s)
    subject = mapping.subject or (file.subject.subject_id if file.subject is not None else None) or mapping.name
    units = {name: values[keep] for name, values in columns.items()}
    kept = [times for times, wanted in zip(spikes, keep, strict=True) if wanted]
    return Recorded(subject, units, kept, int(np.sum(~keep)), tracking, heading, frame, epochs, spans, notes)


def _contiguous(
    whole: NDArray[np.float64], tracking: Tracking | None, position: Position | None
) -> NDArray[np.float64]:
    """Cut stretches of time where there is no position."""
    if tracking is None or position is None:
        return without(whole, np.empty((0, 2)))
    parts = without(whole, tracking.gaps)
    return without(parts, tracking.missing) if position.nan == "drop" else parts
