"""NWB file and mapping -> `Session`.

`extract` reads the objects of the file by name. Trials, spikes and tracking are then resampled in time bins. Encounters are computed
from the geometry, by the same definition as for networks.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.activity.firing_rates import SpikeRates
from rscnav.recordings.activity.series import SampledRates
from rscnav.recordings.bin_selection import kept_bins, known_bins, nothing_left
from rscnav.recordings.binning import Bins, overlaps
from rscnav.recordings.extract import RawRecording, read_file
from rscnav.recordings.files.joined_files import open_joined
from rscnav.recordings.files.open_file import linked_files, named, refuse_unreadable
from rscnav.recordings.landmarks.positions import add_encounters, landmark_fields
from rscnav.recordings.landmarks.visibility import visibility_from_file
from rscnav.recordings.session_files import is_session, session_of_file
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.tracking.kinematics import moves_in
from rscnav.recordings.trials.phases import phases_of_file
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import wrap
from rscnav.sessions.hdf5_tables import structured
from rscnav.sessions.lazy import Activity
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session
from rscnav.sessions.settings import Encounters
from rscnav.sessions.train_test_split import draw_split
from rscnav.settings.strict_settings import check


def read_recording(
    path: str | os.PathLike[str],
    mapping: Mapping[str, Any] | Recording,
    encounters: Encounters | None = None,
    seeds: Seeds | None = None,
    quiet: bool = False,
) -> Session:
    """Read a recorded session from a file: NWB, plain arrays, or a session file of `write_session`.

    Parameters
    ----------
    path : path-like
    mapping : dict or Recording
        As an item of `recordings` in ``config.yaml``. Of a dict, ``file`` and ``name`` are optional; ``name`` defaults to the stem of
        the file.
    encounters : Encounters, optional
        Definition of an encounter. Default: the defaults of the configuration.
    seeds : Seeds, optional
        Seeds for the random draw of test trials. Default: root seed 0.
    quiet : bool
        Do not print the summary of what was read and dropped.

    Returns
    -------
    Session
        Spike rates in Hz; activity that is a series in its own unit. It has only bins inside trials (or pieces of stretches) with
        tracked position; ``attributes`` holds the counts of what was dropped.

    Raises
    ------
    MissingFileError
        If the file does not exist.
    ConfigError
        If the mapping has an invalid key or value.
    InvalidValueError
        If the file does not contain an object that the mapping names, or contains invalid data. The message names the key and the
        remedy.

    Examples
    --------
    One unit that fires at 10 Hz, in two trials of 5 s:

    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> import numpy as np
    >>> from pynwb import NWBHDF5IO, NWBFile
    >>> from rscnav.recordings import read_recording
    >>> file = NWBFile("one unit", "rat7", datetime(2025, 1, 1, tzinfo=UTC))
    >>> file.add_unit(spike_times=np.arange(0.05, 12, 0.1))
    >>> for start_s in (0.0, 6.0):
    ...     file.add_trial(start_time=start_s, stop_time=start_s + 5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with NWBHDF5IO(f"{folder}/rat7.nwb", "w") as io:
    ...         io.write(file)
    ...     session = read_recording(f"{folder}/rat7.nwb", {"trials": {}, "bin_s": 0.5})
    recording 'rat7': 1 units, 2 trials, 20 bins of 0.5 s; dropped: nothing
    >>> session.activity[:, 0].tolist() == [10.0] * 20
    True
    """
    with open_session(path, mapping, encounters, seeds, quiet) as session:
        return session.load()


@contextmanager
def open_session(
    path: str | os.PathLike[str],
    mapping: Mapping[str, Any] | Recording,
    encounters: Encounters | None = None,
    seeds: Seeds | None = None,
    quiet: bool = False,
) -> Iterator[Session]:
    """Open a recorded session like `read_recording`, with lazy activity and spikes, for recordings larger than memory.

    Activity and spikes (`rscnav.sessions.lazy`) can be read until the context ends. Parameters and exceptions are those of
    `read_recording`.

    Yields
    ------
    Session

    Examples
    --------
    The spike trains of two units and two trials of 30 s, in plain arrays. Only the bins of the first 10 s are read:

    >>> import tempfile
    >>> import numpy as np
    >>> from rscnav.recordings import open_session
    >>> spikes, trials = {"times": "t", "unit": "unit"}, {"start_time": "on", "stop_time": "off"}
    >>> mapping = {"arrays": {"spikes": spikes, "tables": {"trials": trials}}, "trials": {}}
    >>> times = np.arange(0.05, 60, 0.1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/rat7.npz", t=times, unit=np.arange(600) % 2, on=[0, 30], off=[30, 60])
    ...     with open_session(f"{folder}/rat7.npz", mapping, quiet=True) as session:
    ...         start = session.activity[:100]
    >>> session.activity.shape, start.shape, start.mean(axis=0).tolist()  # 5 Hz
    ((600, 2), (100, 2), [5.0, 5.0])
    """
    if isinstance(mapping, Recording):
        checked = mapping
    else:
        stem = os.path.splitext(os.path.basename(path))[0]
        checked = check(Recording, {"name": stem, "file": os.fspath(path), **mapping}, "mapping of the recording")
    with ExitStack() as opened:
        with named(checked.name, path):
            refuse_unreadable(os.fspath(path))
            if is_session(path):
                session = session_of_file(path, checked)
            else:
                file = opened.enter_context(open_joined(path, checked))
                recorded = read_file(file, checked)
                session = _session(
                    file, recorded, checked, encounters or Encounters(), seeds or Seeds(0, ("read", checked.name))
                )
                session.attributes["source"] = os.path.basename(path)
                session.attributes["mapping"] = checked.model_dump_json(exclude={"file", "more_files"})
                if linked := linked_files(path):
                    session.attributes["linked_files"] = linked
        if not quiet:
            print(summary(session))
        yield session


def _session(file: Any, recorded: RawRecording, mapping: Recording, encounters: Encounters, seeds: Seeds) -> Session:
    """Return the session in time bins, with encounters and phases; raise InvalidValueError if no bin is left."""
    bins, dropped = kept_bins(recorded, mapping)
    rates: Activity
    if recorded.sampled is not None:
        bins, dropped["n_bins_nan_activity"] = known_bins(bins, recorded.sampled, mapping)
        rates = SampledRates(recorded.sampled, bins)
    else:
        rates = SpikeRates(recorded.spikes or (), bins, mapping.bin_s)
    left = np.unique(bins.span)
    if not len(left):
        raise InvalidValueError(nothing_left(recorded, mapping, dropped))
    trials = np.zeros(len(left), TRIALS)
    trials["start_s"], trials["stop_s"] = recorded.spans.times[left].T
    trials["rotation_rad"], trials["outcome"] = recorded.spans.rotation[left], recorded.spans.outcome[left]
    trials["split"] = draw_split(len(left), mapping.test_fraction, seeds)
    notes = list(recorded.notes)
    if mapping.landmarks is not None and recorded.spans.cut:
        notes.append("no trial table: phases and encounters, which start again with each trial, are not defined")
    empty = np.setdiff1d(np.arange(len(recorded.spans.times)), left)
    if len(empty):
        start, stop = recorded.spans.times[empty[0]]
        notes.append(
            f"no bin is left of {len(empty)} of {len(recorded.spans.times)} trials, the first from {start:g} to {stop:g} s"
        )
    session = Session(
        name=mapping.name,
        kind="recording",
        subject=recorded.subject,
        dt_s=mapping.bin_s,
        activity=rates,
        time=bins.centre,
        trial=np.searchsorted(left, bins.span).astype(np.int32),
        trials=trials,
        units=structured({name: v for name, v in recorded.units.items() if v.ndim == 1}, len(recorded.units["id"])),
        spikes=recorded.spikes,
        attributes={
            **dropped,
            **recorded.about,
            "n_trials_without_bins": len(recorded.spans.times) - len(left),
            "n_trials_without_times": 0 if recorded.spans.table is None else recorded.spans.table.n_timeless,
            "n_units_left_out": recorded.n_units_left_out,
            "n_spikes_unobserved": recorded.n_spikes_unobserved,
            "activity_unit": "Hz" if recorded.sampled is None else recorded.sampled.unit,
            "n_stretches_dropped": recorded.spans.n_dropped,
            "trials_cut": recorded.spans.cut,
            **({} if recorded.tracking is None else recorded.tracking.counts),
            "notes": "; ".join(notes),
        },
        **_behaviour(recorded, mapping, bins),
        **landmark_fields(file, recorded, mapping, left),
    )
    if mapping.landmarks is not None:
        add_encounters(session, mapping.landmarks, visibility_from_file(file, mapping.landmarks, bins), encounters)
    if mapping.phases is not None and not recorded.spans.cut:
        session.phase = phases_of_file(file, mapping.phases, bins)
    return session


def _behaviour(recorded: RawRecording, mapping: Recording, bins: Bins) -> dict[str, Any]:
    """Return position, velocity and heading of each bin, in the landmark frame."""
    if recorded.tracking is None or mapping.position is None or recorded.frame is None:
        return {}
    rotation = recorded.spans.rotation[bins.span]
    frame = recorded.frame
    min_speed = frame.length(mapping.position.min_speed)
    position, velocity, direction = moves_in(recorded.tracking, bins, rotation, frame.turns_around, min_speed)
    heading = direction if mapping.position.heading == "movement" else None
    if recorded.heading is not None:
        unknown = overlaps(bins, recorded.heading.gaps) | overlaps(bins, recorded.heading.missing)
        heading = np.where(unknown, np.nan, wrap(recorded.heading.at(bins.centre)[:, 0] - rotation))
    return {
        "position": position,
        "velocity": velocity,
        "heading": heading,
        "position_unit": recorded.tracking.unit,
    }


def summary(session: Session) -> str:
    """Return one line with the counts of units, trials and bins that were read, and of what was dropped."""
    counts = {key: value for key, value in session.attributes.items() if key.startswith("n_") and value}
    words = ", ".join(f"{key.removeprefix('n_').replace('_', ' ')} {value}" for key, value in counts.items())
    notes = session.attributes["notes"]
    return (
        f"recording '{session.name}': {session.n_units} units, {len(session.trials)} "
        f"{'pieces' if session.attributes['trials_cut'] else 'trials'}, {len(session.time)} bins of {session.dt_s:g} s; "
        f"dropped: {words or 'nothing'}{'; ' + notes if notes else ''}"
    )
