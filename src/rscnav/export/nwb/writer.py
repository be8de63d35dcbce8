"""Session -> NWB file."""

import os
from datetime import UTC, datetime
from typing import Any

import numpy as np
from hdmf.common import DynamicTable, VectorData, VectorIndex
from numpy.lib.recfunctions import unstructured_to_structured
from numpy.typing import NDArray
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.behavior import CompassDirection, Position, SpatialSeries
from pynwb.epoch import TimeIntervals
from pynwb.file import Subject
from pynwb.misc import Units

from rscnav.export.nwb.chunks import activity_to_write, packed, spikes_to_write
from rscnav.export.nwb.layout import (
    BIN_CENTRES,
    INFERENCE,
    MODULES,
    OF_TRIALS,
    RECORD,
    SERIES,
    TIME,
    UNIT_TABLE,
    columns_of,
    record_of,
)
from rscnav.files.sealed.hdf5 import NWB_FORMAT, new_hdf5
from rscnav.sessions.schema import ARRAYS
from rscnav.sessions.session import Session, phase_stretches

UNKNOWN_START = datetime(2000, 1, 1, tzinfo=UTC)  # for networks, and for recordings whose file has no start time
_SPECS = {spec.name: spec for spec in ARRAYS}
_NWB_UNITS = {"m": "meters", "rad": "radians", "px": "pixels", "": "n.a.", "1": "n.a."}
_UNKNOWN = {"species": "", "sex": "U", "age": "P0D/"}  # unknown subject; the age is a range without an end (ISO 8601)


def export_nwb(session: Session, path: str | os.PathLike[str]) -> None:
    """Write a session of a network or an animal as NWB 2 (HDF5); an incomplete file is never left.

    Activity is the series ``activity`` (float32). Position, heading and the other fields over time are series with the same timestamps.
    Trials, phases and encounters are tables of intervals. Spikes are in the Units table. Fields without a place in NWB are stored as JSON
    in the scratch object ``rscnav_session``; `rscnav.export.read_exported` restores the session.

    Lazy activity and spikes (`rscnav.sessions.lazy`) are written piece by piece.

    Parameters
    ----------
    session : Session
    path : path-like

    Raises
    ------
    FileError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from pynwb import NWBHDF5IO
    >>> from rscnav.export import export_nwb
    >>> from rscnav.recordings import session_from_arrays
    >>> session = session_from_arrays(np.ones((100, 3)), 0.1, trial=np.repeat([0, 1], 50))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_nwb(session, f"{folder}/session.nwb")
    ...     with NWBHDF5IO(f"{folder}/session.nwb", "r") as io:
    ...         file = io.read()
    ...         series = file.processing["activity"]["activity"]
    ...         print(series.data.shape, series.unit, len(file.trials))
    (100, 3) Hz 2
    """
    started = str(session.attributes.get("session_start", ""))
    file = NWBFile(
        session_description=f"rscnav session of a {session.kind}: {session.name}",
        identifier=f"rscnav-{session.name}",
        session_start_time=datetime.fromisoformat(started) if started else UNKNOWN_START,
        session_id=session.name,
        keywords=[session.kind, "landmark navigation"],
        experiment_description="Self-localisation among landmarks that look the same",
    )
    _add_subject(file, session)
    _add_series(file, session)
    _add_trials(file, session)
    _add_intervals(file, session)
    _add_units(file, session)
    _add_tables(file, session)
    file.add_scratch(record_of(session), name=RECORD, description="JSON record of fields without a place in NWB")
    with new_hdf5(path, NWB_FORMAT) as hdf5, NWBHDF5IO(file=hdf5, mode="w") as io:
        io.write(file)


def _add_subject(file: Any, session: Session) -> None:
    """Add the subject: an animal as described in its file, or a network."""
    known = {key: str(session.attributes.get(f"subject_{key}", kind)) for key, kind in _UNKNOWN.items()}
    about = "" if session.kind == "recording" else "artificial recurrent network, not an animal"
    described = {**known, "description": about}
    file.subject = Subject(subject_id=session.subject, **{key: value for key, value in described.items() if value})


def _add_series(file: Any, session: Session) -> None:
    """Add every field over time as a series; the first one holds the timestamps that the others link to."""
    first: Any = None
    rate = _regular_rate(session.time, session.dt_s)
    if rate:
        exact = "exact bin centres (s); the series have a starting time and a rate"
        file.add_scratch(np.asarray(session.time, "f8"), name=TIME, description=exact)
    for name, module in SERIES.items():
        array = getattr(session, name)
        if array is None:
            continue
        spec = _SPECS[name]
        unit = session.position_unit if spec.unit.startswith("position_unit") else spec.unit
        unit = _NWB_UNITS.get(unit, unit) + ("/s" if spec.unit.endswith("/s") else "")
        if name == "activity":
            unit = session.activity_unit or "n.a."
        common: dict[str, Any] = {
            "name": name,
            "data": activity_to_write(array) if name == "activity" else packed(np.asarray(array, spec.dtype)),
            "unit": unit,
            "description": spec.about,
        }
        if rate:
            common |= {"starting_time": float(session.time[0]), "rate": rate}
        else:
            common["timestamps"] = packed(np.asarray(session.time, "f8")) if first is None else first
        if name in ("position", "heading"):
            frame = "landmark frame: the rotation of the scene (trials.rotation_rad) is subtracted"
            series = SpatialSeries(reference_frame=frame, **common)
            container = Position if name == "position" else CompassDirection
            _module(file, module).add(container(spatial_series=series))
        else:
            series = TimeSeries(**common)
            _module(file, module).add(series)
        first = series if first is None else first


def _module(file: Any, name: str) -> Any:
    """Return the file's processing module of this name; it is created if it does not exist."""
    return file.processing[name] if name in file.processing else file.create_processing_module(name, MODULES[name])


def _regular_rate(time: NDArray[np.floating], dt_s: float) -> float:
    """Return the sampling rate (Hz) of regular times; 0 if there are gaps."""
    regular = len(time) > 1 and np.allclose(time, time[0] + dt_s * np.arange(len(time)), rtol=0, atol=1e-6)
    return round(1 / dt_s, 9) if regular else 0.0


def _add_trials(file: Any, session: Session) -> None:
    """Add the trial table, with columns for the landmark positions and the choices of the observers."""
    table = session.trials
    columns = {name: table[name] for name in table.dtype.names or () if name not in ("start_s", "stop_s")}
    about = dict.fromkeys(columns, "")
    about |= {
        "split": "train or test",
        "rotation_rad": "rotation of the scene (rad, counter-clockwise)",
        "outcome": "outcome of the trial: correct, incorrect or none",
    }
    for field in OF_TRIALS:
        array = getattr(session, field)
        if array is not None:
            flat = np.asarray(array, _SPECS[field].dtype).reshape(len(array), -1)
            names = columns_of(field, array.shape)
            columns |= dict(zip(names, flat.T, strict=True))
            about |= dict.fromkeys(names, _SPECS[field].about)
    if len(table):
        file.trials = _intervals("trials", "trials", table["start_s"], table["stop_s"], columns, about)


def _add_intervals(file: Any, session: Session) -> None:
    """Add phases and encounters as tables of intervals."""
    if session.phase is not None:
        start, stop, phase, trial = phase_stretches(session)
        if len(start):
            columns = {"phase": phase, "trial": trial}
            about = {
                "phase": "LM0, LM1, LM2: count of distinct landmarks encountered so far in the trial (2: two or more)",
                "trial": "index of the trial, from 0 on",
            }
            file.add_time_intervals(_intervals("phases", "stretches of one phase", start, stop, columns, about))
    table = session.encounters
    if table is not None and len(table):
        columns = {name: table[name] for name in table.dtype.names or () if name not in ("onset_s", "offset_s")}
        about = dict.fromkeys(columns, "see the documentation of encounters")
        what = "encounters (a landmark is in view) and non-encounters (an expected landmark is absent)"
        file.add_time_intervals(_intervals("encounters", what, table["onset_s"], table["offset_s"], columns, about))
        _add_by_landmark(file, table, about)


def _add_by_landmark(file: Any, table: NDArray, about: dict[str, str]) -> None:
    """Add the encounters of each landmark, for programs that require intervals without overlap."""
    for kind, prefix in (("encounter", "encounters_of"), ("non-encounter", "non_encounters_of")):
        for landmark in np.unique(table["landmark"]).tolist():
            rows = table[(table["kind"] == kind) & (table["landmark"] == landmark)]
            if len(rows):
                columns = {name: rows[name] for name in ("trial", "order", "is_new", "outcome")}
                name = f"{prefix}_{landmark}".replace("/", "-")
                what = f"{kind}s of landmark {landmark}"
                file.add_time_intervals(_intervals(name, what, rows["onset_s"], rows["offset_s"], columns, about))


def _intervals(
    name: str, what: str, start: NDArray, stop: NDArray, columns: dict[str, NDArray], about: dict[str, str]
) -> Any:
    given = {"start_time": start, "stop_time": stop, **columns}
    about = {"start_time": "start (s)", "stop_time": "end (s)", **about}
    data = [VectorData(name=n, description=about[n] or n, data=_writable(values)) for n, values in given.items()]
    return TimeIntervals(name=name, description=what, columns=data, colnames=list(given))


def _add_units(file: Any, session: Session) -> None:
    """Add the Units table with the spikes, or a scratch table of the units if there are no spikes."""
    table = session.units
    if session.spikes is None:
        file.add_scratch(_table(UNIT_TABLE, "one row per unit, in the order of activity", table))
        return
    spikes, stop = spikes_to_write(session.spikes)
    times = VectorData(name="spike_times", description="spike times (s)", data=spikes)
    stops = VectorIndex(name="spike_times_index", target=times, data=stop)
    ids = table["id"] if "id" in (table.dtype.names or ()) else np.arange(len(table))
    named = ids.dtype.kind not in "iu"  # the ids of NWB are whole numbers
    columns = {_column(name): table[name] for name in table.dtype.names or () if name != "id" or named}
    ids = np.arange(len(table)) if named else ids
    data = [VectorData(name=name, description=name, data=_writable(values)) for name, values in columns.items()]
    file.units = Units(
        name="units",
        description="units of the session, in the order of activity",
        id=ids.tolist(),
        columns=[stops, times, *data],  # hdmf requires an index before its target
        colnames=["spike_times", *columns],
    )


def _add_tables(file: Any, session: Session) -> None:
    """Add the centres of the position bins, and the training curve."""
    if session.bin_centres is not None:
        centres = np.asarray(session.bin_centres, "f8")
        columns = [(f"coordinate_{k}", "f8") for k in range(centres.shape[1])]
        table = unstructured_to_structured(centres, np.dtype(columns))
        about = "centres of the position bins of belief and bayes_posterior"
        _module(file, INFERENCE).add(_table(BIN_CENTRES, about, table))
    if session.training_curve is not None and len(session.training_curve):
        about = "losses and gaps during training, one row per validation"
        file.add_scratch(_table("training_curve", about, session.training_curve))


def _table(name: str, what: str, table: NDArray) -> Any:
    names = table.dtype.names or ()
    data = [VectorData(name=_column(n), description=n, data=_writable(table[n])) for n in names]
    return DynamicTable(name=name, description=what, columns=data, colnames=[_column(n) for n in names])


def _column(name: str) -> str:
    """Return a column's name in NWB; ``id`` is reserved there and becomes ``unit_id``."""
    return "unit_id" if name == "id" else name


def _writable(values: NDArray) -> Any:
    """Return values that HDF5 can write: texts as a list."""
    return values.tolist() if values.dtype.kind == "U" else values
