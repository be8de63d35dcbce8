"""A file looked at: what is in it, a draft of its mapping, what that feeds, and checks."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import yaml

from rscnav.config.load import parse_config
from rscnav.errors import first_line
from rscnav.files.sealed.hdf5 import sealed_format
from rscnav.inspection import clock_alignment as lag
from rscnav.inspection.available_analyses import feeds_in_words
from rscnav.inspection.file_contents import Item, contents
from rscnav.inspection.library_warnings import heard
from rscnav.inspection.mapping.draft import draft, name_of
from rscnav.inspection.mapping.guess import guess
from rscnav.inspection.raw_overview import FileOverview, overview
from rscnav.inspection.run_checks import SESSION, file_checks, not_checked
from rscnav.inspection.trial_alignment import MIN_TRIALS, Starts, scan_starts
from rscnav.recordings.activity.unit_tables import units_in
from rscnav.recordings.files.hdf5_probe.findings import is_hdf5, probe
from rscnav.recordings.files.joined_files import open_joined
from rscnav.recordings.files.nwb_lookup import START_COLUMNS
from rscnav.recordings.files.object_names import SERIES, TABLE, Names
from rscnav.recordings.files.open_file import ARRAY_ENDINGS, explained, refuse_unreadable
from rscnav.recordings.read import open_session, summary
from rscnav.recordings.session_files import is_session, session_of_file
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.time_checks.clock_findings import Check
from rscnav.seeds import Seeds
from rscnav.sessions.lazy import spike_counts
from rscnav.sessions.schema import ARRAYS, TABLES
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import ConfigError


@dataclass
class Report:
    """What `inspect_recording` finds. What fails on the way stops nothing else.

    Parameters
    ----------
    items : list of Item
        Series and tables of NWB.
    draft : str
        YAML of the mapping: the guessed one, or '' where a mapping was given.
    unused : list of (Item, str)
        What the mapping does not use, and why.
    session : Session or None
        Read with the mapping, but for activity and spikes, which are lazy and the file closed; None where that fails.
    error : str
        Why it fails.
    checks : list of Check
    path : str
        The file.
    raw : FileOverview
        What stands in it, before anything is put right.
    coupling : LagCorrelation or None
        Of rates and speed, by lag.
    starts : Starts or None
        Places at the starts of trials, with all trials moved in time.
    why_no_starts : str
        Why there is none.
    listed : list of str
        What is in the file, where that is not NWB, or cannot be read as NWB.
    fatal : str
        Why the file cannot be opened; the list then is all there is.
    failed : list of (str, str)
        Steps that could not be done, and why.
    said : list of str
        Warnings of the libraries that read the file.
    internal : Exception or None
        The first error of this program; it is raised after the report.
    """

    items: list[Item] = field(default_factory=list)
    draft: str = ""
    unused: list[tuple[Item, str]] = field(default_factory=list)
    session: Session | None = None
    error: str = ""
    checks: list[Check] = field(default_factory=list)
    path: str = ""
    raw: FileOverview = field(default_factory=FileOverview)
    coupling: lag.LagCorrelation | None = None
    starts: Starts | None = None
    why_no_starts: str = "the mapping does not read this file"
    listed: list[str] = field(default_factory=list)
    fatal: str = ""
    failed: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    internal: Exception | None = None

    def text(self) -> str:
        """Write it for the terminal; '' where nothing was found."""
        lines = list(self.listed)
        if self.items:
            lines += ["In the file:", *(f"  {item.words()}" for item in self.items)]
        if self.unused:
            lines += ["Not used:", *(f"  {item.path}: {why}" for item, why in self.unused)]
        if self.draft:
            lines += ["A draft of the mapping, to be pasted into config.yaml and corrected:", "", self.draft]
        if self.session is not None:
            lines += ["Read so:", f"  {summary(self.session)}", *(f"  {line}" for line in feeds_in_words(self.session))]
        elif self.error:
            lines.append(f"It can't be read so: {self.error}")
        if self.checks:
            lines += ["Checks:", *(f"  {c.verdict:5s} {c.name}: {c.words}" for c in self.checks)]
        if self.failed:
            lines += ["Could not be done:", *(f"  {what}: {why}" for what, why in self.failed)]
        if self.said:
            lines += ["Warnings of the library that reads the file:", *(f"  {warning}" for warning in self.said)]
        return "\n".join(lines)

    def attempt(self, what: str, step: Callable[[], Any], otherwise: Any = None) -> Any:
        """Do a step, and return what it gives; where it fails, enter why, and return something else."""
        try:
            return step()
        except Exception as error:  # whatever h5py, zarr, hdmf, pynwb or numpy make of a file
            self.failed.append((what, self.explain(error)))
            return otherwise

    def explain(self, error: Exception) -> str:
        """Return a sentence for an error. The first error of this program is stored in `internal`, to be raised after the report."""
        try:
            return explained(error)
        except Exception:
            if os.environ.get("RSCNAV_DEBUG"):
                raise
        if self.internal is None:
            self.internal = error
        return f"an error of rscnav ({type(error).__name__}: {first_line(error)})"


def inspect_recording(path: str, mapping: Recording | None = None) -> Report:
    """Look at a recorded file: its contents first, then what can be made of it.

    Parameters
    ----------
    path : str
        NWB, plain arrays, or a session that was written already.
    mapping : Recording, optional
        Default: one is guessed.

    Returns
    -------
    Report
        With the reason in `fatal` where the file cannot be opened.

    Raises
    ------
    MissingFileError, InvalidValueError
        For what is no file, or an empty one.
    """
    report = Report(path=path)
    with heard(report.said):
        refuse_unreadable(path)
        try:
            if is_session(path):
                _look_at_session(report, mapping)
                return report
            if mapping is None and _is_arrays(path):
                _look_at_arrays(report)
                return report
            with open_joined(path, mapping) as file:
                mapping = _look_at_file(report, file, mapping)
        except Exception as error:  # whatever h5py, zarr, hdmf or pynwb make of it
            said = report.explain(error)
            report.fatal = said if path in said else f"{path}: {said}"
            if not report.items and os.path.isfile(path) and is_hdf5(path):
                found = probe(path).listed()
                head = ["In the file, as far as it can be read:"] if found else []
                report.listed = [*head, *(f"  {line}" for line in found)]
            return report
        if mapping is not None:
            _look_at_reading(report, mapping)
    return report


def _is_arrays(path: str) -> bool:
    """Tell whether a file without a mapping is one of plain arrays: by its ending, or HDF5 that does not call itself NWB."""
    if os.path.isdir(path):
        return False
    if not is_hdf5(path):
        return path.lower().endswith(ARRAY_ENDINGS)
    found = probe(path)
    return not found.refusal and not found.is_nwb


def _look_at_arrays(report: Report) -> None:
    """List plain arrays, and draft what they are."""
    from rscnav.inspection.array_contents import array_contents

    report.listed, report.draft = array_contents(report.path, name_of(report.path))


def _look_at_session(report: Report, mapping: Recording | None) -> None:
    """Say what a session holds that this program wrote."""
    report.listed = [
        f"A session that rscnav wrote ({sealed_format(report.path)}); it needs no mapping: under `recordings`, name and file do",
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
        report.listed.append(f"  spikes: {sum(spike_counts(session.spikes))} of {len(session.spikes)} units")


def _look_at_file(report: Report, file: Any, mapping: Recording | None) -> Recording | None:
    """List what is in an open NWB file, guess a mapping, and check what stands there; return the mapping."""
    report.items = report.attempt("the list of contents", lambda: contents(file), [])
    used: set[str] = set()
    if mapping is None:
        guessed = report.attempt("the draft of a mapping", lambda: guess(file, report.items))
        if guessed is not None:
            report.draft, used = draft(report.path, guessed), guessed.used
            mapping = report.attempt("the reading of the draft", lambda: _parsed(report))
    else:
        given = mapping
        used = report.attempt("what the mapping uses", lambda: _used(file, given), set())
    report.unused = [(item, _why_not(item)) for item in report.items if item.path not in used]
    report.checks = report.attempt("the checks of the file", lambda: file_checks(file, mapping), [])
    report.raw = report.attempt("a look at the values", lambda: overview(file, mapping), report.raw)
    return mapping


def _look_at_reading(report: Report, mapping: Recording) -> None:
    """Read a session with the mapping, and check it."""
    try:
        with open_session(report.path, mapping, quiet=True) as session:
            report.session = session
            report.checks += report.attempt(
                "the checks of the session", lambda: _session_checks(report, session, mapping), []
            )
    except Exception as error:  # as above
        report.error = report.explain(error)
        report.checks += not_checked(SESSION, "the mapping does not read this file")


def _used(file: Any, mapping: Recording) -> set[str]:
    """Return the paths of what a mapping uses."""
    return _named(mapping.model_dump(), Names(file)) | set(() if mapping.units_table else units_in(file))


def _parsed(report: Report) -> Recording | None:
    """Read the draft as the configuration will."""
    try:
        return parse_config(yaml.safe_load(report.draft), "draft").recordings[0]
    except ConfigError as error:
        report.error = str(error)
        return None


def _named(values: Any, names: Names) -> set[str]:
    """Return the paths of what a mapping names anywhere."""
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, list):
        return set().union(*(_named(value, names) for value in values))
    if not isinstance(values, str):
        return set()
    return {names.path(item, kind.fits) for kind in (SERIES, TABLE) for item in names.meant(values, kind.fits)}


def _why_not(item: Item) -> str:
    """Say why a mapping does not use something."""
    if item.name == "invalid_times":
        return "no role in the mapping: what lies in these times is left out by itself"
    if item.why_not:
        return item.why_not
    if item.kind == "TimeIntervals":
        return "intervals; could be epochs, trials, phases or the landmarks' events"
    if set(START_COLUMNS) & set(item.columns):
        return (
            "events; could say when a landmark is in view (landmarks.events), or where trials start (trials.table with "
            "end: next)"
        )
    if item.columns or item.kind == "DynamicTable":
        return "a table; could belong to the trials (trials.join_table) or say where ports are (landmarks.ports)"
    if len(item.shape) == 2 and item.shape[1] > 3:
        return "many columns; could be the activity (activity.series)"
    return "could be another place or heading, a phase, or say when a landmark is in view (landmarks.series)"


def _session_checks(report: Report, session: Session, mapping: Recording) -> list[Check]:
    """Check what was made of it: the clocks, and whether trials begin where the animal does the same thing."""
    words = "there is no position, and so no speed"
    if session.velocity is not None:
        report.coupling = lag.coupling(session.activity, np.abs(session.velocity), session.dt_s)
        words = "shorter than four minutes, or nothing varies: the lag of rates behind movement can't be told"
    clocks = Check("clocks", "not checked", words) if report.coupling is None else report.coupling.check()
    raw = report.raw
    if raw.tracking is None or raw.frame is None:
        report.why_no_starts = "no position"
    elif session.attributes["trials_cut"]:
        report.why_no_starts = "no table of trials"
    elif mapping.trials is not None and mapping.trials.home_location is not None:
        report.why_no_starts = "trials.home_location takes the starts from the place itself"
    else:
        times = np.stack([session.trials["start_s"], session.trials["stop_s"]], axis=1)
        generator = Seeds(0, ("inspect", session.name)).generator("starts")
        report.starts = scan_starts(raw.tracking, raw.frame, times, session.trials["rotation_rad"], generator)
        report.why_no_starts = f"fewer than {MIN_TRIALS} trials, or an animal that does not move"
    starts = Check("starts of trials", "not checked", report.why_no_starts)
    return [clocks, starts if report.starts is None else report.starts.check()]
