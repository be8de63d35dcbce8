"""Inspection of a recorded file: its contents, a draft of the mapping, and all checks, as a report."""

import os
from typing import Any

import numpy as np
import yaml

from rscnav.config.load import parse_config
from rscnav.files.sealed.hdf5 import sealed_format
from rscnav.inspection import clock_alignment as lag
from rscnav.inspection.file_contents import Item, contents
from rscnav.inspection.library_warnings import library_warnings_in
from rscnav.inspection.mapping.draft import draft, name_of
from rscnav.inspection.mapping.guess import guess
from rscnav.inspection.raw_overview import overview
from rscnav.inspection.report import Report
from rscnav.inspection.run_checks import SESSION, file_checks, not_checked
from rscnav.inspection.trial_alignment import MIN_TRIALS, scan_starts
from rscnav.recordings.activity.unit_tables import units_in
from rscnav.recordings.files.hdf5_probe.findings import is_hdf5, probe
from rscnav.recordings.files.joined_files import open_joined
from rscnav.recordings.files.nwb_lookup import START_COLUMNS
from rscnav.recordings.files.object_names import SERIES, TABLE, Names
from rscnav.recordings.files.open_file import ARRAY_ENDINGS, refuse_unreadable
from rscnav.recordings.read import open_session
from rscnav.recordings.session_files import is_session, session_of_file
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.time_checks.clock_findings import Check
from rscnav.seeds import Seeds
from rscnav.sessions.lazy import spike_counts
from rscnav.sessions.schema import ARRAYS, TABLES
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import ConfigError


def inspect_recording(path: str, mapping: Recording | None = None) -> Report:
    """Inspect a recorded file: list its contents, draft a mapping, read the session and run all checks.

    Parameters
    ----------
    path : str
        NWB file, plain arrays, or session file.
    mapping : Recording, optional
        Default: a guessed mapping.

    Returns
    -------
    Report
        If the file cannot be opened, `fatal` holds the reason.

    Raises
    ------
    MissingFileError, InvalidValueError
        If the file does not exist, or is empty.
    """
    report = Report(path=path)
    with library_warnings_in(report.library_warnings):
        refuse_unreadable(path)
        try:
            if is_session(path):
                _inspect_session(report, mapping)
                return report
            if mapping is None and _is_arrays(path):
                _inspect_arrays(report)
                return report
            with open_joined(path, mapping) as file:
                mapping = _inspect_nwb(report, file, mapping)
        except Exception as error:  # any exception that h5py, zarr, hdmf or pynwb raise for the file
            reason = report.explain(error)
            report.fatal = reason if path in reason else f"{path}: {reason}"
            if not report.items and os.path.isfile(path) and is_hdf5(path):
                found = probe(path).listed()
                head = ["In the file, as far as it can be read:"] if found else []
                report.listed = [*head, *(f"  {line}" for line in found)]
            return report
        if mapping is not None:
            _read_and_check(report, mapping)
    return report


def _is_arrays(path: str) -> bool:
    """Return whether a file without a mapping has plain arrays: by its ending, or because it is HDF5 but not NWB."""
    if os.path.isdir(path):
        return False
    if not is_hdf5(path):
        return path.lower().endswith(ARRAY_ENDINGS)
    found = probe(path)
    return not found.refusal and not found.is_nwb


def _inspect_arrays(report: Report) -> None:
    """List plain arrays, and draft their mapping."""
    from rscnav.inspection.array_contents import array_contents

    report.listed, report.draft = array_contents(report.path, name_of(report.path))


def _inspect_session(report: Report, mapping: Recording | None) -> None:
    """List the fields of a session file."""
    report.listed = [
        f"A session that rscnav wrote ({sealed_format(report.path)}); it needs no mapping: under `recordings` set name and file only",
        "In the file:",
    ]
    recording = mapping or Recording(name=name_of(report.path), file=report.path)
    report.session = session = session_of_file(report.path, recording)
    for spec in ARRAYS:
        if (array := getattr(session, spec.name)) is not None:
            unit = session.position_unit if spec.unit == "position_unit" else spec.unit
            report.listed.append(f"  {spec.name}: {' x '.join(str(n) for n in array.shape)}; {unit}; {spec.about}")
    for name in (*TABLES, "units"):
        if (table := getattr(session, name)) is not None:
            report.listed.append(f"  {name}: {len(table)} rows; columns {', '.join(table.dtype.names or ())}")
    if session.spikes is not None:
        n_spikes = sum(spike_counts(session.spikes))
        report.listed.append(f"  spikes: {n_spikes} spikes of {len(session.spikes)} units")


def _inspect_nwb(report: Report, file: Any, mapping: Recording | None) -> Recording | None:
    """List the contents of an open NWB file, guess a mapping if there is none, and check the data; return the mapping."""
    report.items = report.attempt("the list of contents", lambda: contents(file), [])
    used: set[str] = set()
    if mapping is None:
        guessed = report.attempt("the draft of a mapping", lambda: guess(file, report.items))
        if guessed is not None:
            report.draft, used = draft(report.path, guessed), guessed.used
            mapping = report.attempt("the check of the draft", lambda: _parsed(report))
    else:
        given = mapping
        used = report.attempt("the list of objects that the mapping uses", lambda: _used(file, given), set())
    report.unused = [(item, _why_not(item)) for item in report.items if item.path not in used]
    report.checks = report.attempt("the checks of the file", lambda: file_checks(file, mapping), [])
    report.raw = report.attempt("the overview of the values", lambda: overview(file, mapping), report.raw)
    return mapping


def _read_and_check(report: Report, mapping: Recording) -> None:
    """Read the session with the mapping, and check it."""
    try:
        with open_session(report.path, mapping, quiet=True) as session:
            report.session = session
            report.checks += report.attempt(
                "the checks of the session", lambda: _session_checks(report, session, mapping), []
            )
    except Exception as error:  # as above
        report.error = report.explain(error)
        report.checks += not_checked(SESSION, "the file cannot be read with this mapping")


def _used(file: Any, mapping: Recording) -> set[str]:
    """Return the paths of the objects that a mapping uses."""
    return _named(mapping.model_dump(), Names(file)) | set(() if mapping.units_table else units_in(file))


def _parsed(report: Report) -> Recording | None:
    """Return the draft as checked settings; None, with the reason in `report.error`, if it is not valid."""
    try:
        return parse_config(yaml.safe_load(report.draft), "draft").recordings[0]
    except ConfigError as error:
        report.error = str(error)
        return None


def _named(values: Any, names: Names) -> set[str]:
    """Return the paths of all objects that are named in the values of a mapping."""
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, list):
        return set().union(*(_named(value, names) for value in values))
    if not isinstance(values, str):
        return set()
    return {names.path(item, kind.fits) for kind in (SERIES, TABLE) for item in names.meant(values, kind.fits)}


def _why_not(item: Item) -> str:
    """Return the reason why the mapping does not use an object, and the keys for which it may be used."""
    if item.name == "invalid_times":
        return "needs no mapping: data in these times are left out automatically"
    if item.why_not:
        return item.why_not
    if item.kind == "TimeIntervals":
        return "intervals; possible use: epochs, trials, phases or landmarks.events"
    if set(START_COLUMNS) & set(item.columns):
        return "events; possible use: times with a landmark in view (landmarks.events), or trial starts (trials.table with end: next)"
    if item.columns or item.kind == "DynamicTable":
        return "a table; possible use: columns of trials (trials.join_table), or coordinates of ports (landmarks.ports)"
    if len(item.shape) == 2 and item.shape[1] > 3:
        return "many columns; possible use: activity (activity.series)"
    return "possible use: position or heading, a phase, or times with a landmark in view (landmarks.series)"


def _session_checks(report: Report, session: Session, mapping: Recording) -> list[Check]:
    """Return the checks of the session: alignment of the clocks, and of the trial times."""
    words = "there is no position, and therefore no speed"
    if session.velocity is not None:
        report.coupling = lag.coupling(session.activity, np.abs(session.velocity), session.dt_s)
        words = (
            "shorter than four minutes, or rates or speed are constant: the lag of rates behind movement is not defined"
        )
    clocks = Check("clocks", "not checked", words) if report.coupling is None else report.coupling.check()
    raw = report.raw
    if raw.tracking is None or raw.frame is None:
        report.why_no_starts = "no position"
    elif session.attributes["trials_cut"]:
        report.why_no_starts = "no trial table"
    elif mapping.trials is not None and mapping.trials.home_location is not None:
        report.why_no_starts = "trial starts are defined by the position (trials.home_location)"
    else:
        times = np.stack([session.trials["start_s"], session.trials["stop_s"]], axis=1)
        generator = Seeds(0, ("inspect", session.name)).generator("starts")
        report.starts = scan_starts(raw.tracking, raw.frame, times, session.trials["rotation_rad"], generator)
        report.why_no_starts = f"fewer than {MIN_TRIALS} trials, or an animal that does not move"
    starts = Check("starts of trials", "not checked", report.why_no_starts)
    return [clocks, starts if report.starts is None else report.starts.check()]
