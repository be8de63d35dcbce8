"""Write a simulated session as an NWB file like that of a laboratory: units, tracked angle in the room, trial table."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.files.sealed.hdf5 import NWB_FORMAT, new_hdf5
from rscnav.sessions.geometry import wrap
from rscnav.sessions.session import Session

SAMPLES_A_BIN = 5  # tracked samples per bin, an odd count, so that one is at the bin's centre
STARTED = datetime(2025, 1, 1, 12, tzinfo=UTC)


def write_recording(truth: Session, path: Path, gap_s: float) -> None:
    """Write the spikes, the tracked angle and the trials of a simulated session to NWB; an incomplete file is never left.

    The angle is in the frame of the room, in which the landmarks are rotated by the trial's rotation. It is tracked during trials
    only. The file does not contain phases, belief or preferred positions.

    Parameters
    ----------
    truth : Session
        Result of `rscnav.recordings.simulation.simulate.simulate`.
    path : Path
    gap_s : float
        Time without position between trials (s).

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    from pynwb import NWBHDF5IO, NWBFile
    from pynwb.behavior import CompassDirection, SpatialSeries
    from pynwb.file import Subject

    file = NWBFile(
        session_description="Simulated mouse on a ring with two landmarks that look the same",
        identifier=f"rscnav-{truth.name}-{truth.attributes['seed']}",
        session_start_time=STARTED,
        file_create_date=STARTED,
        session_id=truth.name,
        institution="simulated",
    )
    file.subject = Subject(
        subject_id=truth.subject, species="Mus musculus", description="simulated", sex="U", age="P90D"
    )
    time, angle = tracked_angle(truth)
    series = SpatialSeries(
        name="angle",
        data=angle,
        timestamps=time,
        unit="radians",
        reference_frame="the room; 0 is east, counter-clockwise positive",
    )
    module = file.create_processing_module("behavior", "tracked position")
    module.add(CompassDirection(name="Position", spatial_series=series))
    _add_trials(file, truth)
    _add_units(file, truth, gap_s)
    with new_hdf5(path, NWB_FORMAT) as hdf5, NWBHDF5IO(file=hdf5, mode="w") as io:
        io.write(file)


def tracked_angle(truth: Session) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the animal's angle in the room during trials: times (s) and angles in [-π, π), interpolated between bins.

    There is a sample at the centre of every bin, and one beyond each end of a trial.
    """
    step_s = truth.dt_s / SAMPLES_A_BIN
    times, angles = [], []
    for number, row in enumerate(truth.trials):
        here = truth.trial == number
        centres, place = truth.time[here], np.unwrap(truth.require("position")[here, 0])
        offsets = np.arange(-(SAMPLES_A_BIN // 2) - 1, SAMPLES_A_BIN // 2 + 1) * step_s
        fine = (centres[:, None] + offsets[None, 1:]).ravel()
        fine = np.concatenate([[centres[0] + offsets[0]], fine, [centres[-1] - offsets[0]]])
        times.append(fine)
        angles.append(wrap(np.interp(fine, centres, place) + row["rotation_rad"]))
    return np.concatenate(times), np.concatenate(angles)


def _add_trials(file: Any, truth: Session) -> None:
    """Add the trial table, with the landmark positions in the room."""
    about = {
        "outcome": "correct, incorrect, or none if the animal encountered no second landmark",
        "rotation": "rotation of the scene (rad, counter-clockwise)",
        "landmark_a": "angle of landmark a in the room (rad)",
        "landmark_b": "angle of landmark b in the room (rad)",
    }
    for name, text in about.items():
        file.add_trial_column(name, text)
    for row, places in zip(truth.trials, truth.require("landmarks"), strict=True):
        a, b = wrap(places[:, 0] + row["rotation_rad"])
        file.add_trial(
            start_time=float(row["start_s"]),
            stop_time=float(row["stop_s"]),
            outcome=str(row["outcome"]),
            rotation=float(row["rotation_rad"]),
            landmark_a=float(a),
            landmark_b=float(b),
        )


def _add_units(file: Any, truth: Session, gap_s: float) -> None:
    """Add the Units table with the spike times."""
    observed = [[float(truth.trials["start_s"][0]) - gap_s, float(truth.trials["stop_s"][-1]) + gap_s]]
    file.add_unit_column("quality", "quality of the spike sorting")
    file.add_unit_column("region", "brain region of the unit")
    for unit, times in zip(truth.units, truth.require("spikes"), strict=True):
        file.add_unit(
            id=int(unit["id"]),
            spike_times=times,
            obs_intervals=observed,
            quality=str(unit["quality"]),
            region=str(unit["region"]),
        )
