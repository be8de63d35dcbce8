"""A file looked at: what is in it, a draft of its mapping, what that feeds, and checks."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import yaml

from rscnav.config.base import ConfigError
from rscnav.config.load import parse_config
from rscnav.config.recordings import Recording
from rscnav.inspection import lag, spike_checks, track_checks
from rscnav.inspection.contents import Item, contents
from rscnav.inspection.draft import draft
from rscnav.inspection.feeds import feeds_in_words
from rscnav.inspection.guess import guess
from rscnav.inspection.raw import Raw, look_at
from rscnav.inspection.starts import MIN_TRIALS, Starts, scan_starts
from rscnav.inspection.verdicts import Check
from rscnav.recordings.files import open_recording
from rscnav.recordings.names import SERIES, TABLE, Names
from rscnav.recordings.nwb import START_COLUMNS, find_series
from rscnav.recordings.read import open_session, summary
from rscnav.recordings.unit_tables import unit_tables, units_in
from rscnav.recordings.units import meeting_own
from rscnav.seeds import Seeds
from rscnav.sessions.lazy import LazyTrains
from rscnav.sessions.session import Session


@dataclass
class Report:
    """What `inspect_recording` finds.

    Parameters
    ----------
    items : list of Item
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
    raw : Raw
        What stands in it, before anything is put right.
    coupling : Coupling or None
        Of rates and speed, by lag.
    starts : Starts or None
        Places at the starts of trials, with all trials moved in time.
    why_no_starts : str
        Why there is none.
    """

    items: list[Item]
    draft: str = ""
    unused: list[tuple[Item, str]] = field(default_factory=list)
    session: Session | None = None
    error: str = ""
    checks: list[Check] = field(default_factory=list)
    path: str = ""
    raw: Raw = field(default_factory=Raw)
    coupling: lag.Coupling | None = None
    starts: Starts | None = None
    why_no_starts: str = "the mapping does not read this file"

    def text(self) -> str:
        """Write it for the terminal."""
        lines = ["In the file:", *(f"  {item.words()}" for item in self.items)]
        if self.unused:
            lines += ["Not used:", *(f"  {item.path}: {why}" for item, why in self.unused)]
        if self.draft:
            lines += ["A draft of the mapping, to be pasted into config.yaml and corrected:", "", self.draft]
        if self.session is None:
            lines.append(f"It can't be read so: {self.error}")
        else:
            lines += ["Read so:", f"  {summary(self.session)}", *(f"  {line}" for line in feeds_in_words(self.session))]
        lines += ["Checks:", *(f"  {c.verdict:5s} {c.name}: {c.words}" for c in self.checks)]
        return "\n".join(lines)


def inspect_recording(path: str, mapping: Recording | None = None) -> Report:
    """Look at a recorded file.

    Parameters
    ----------
    path : str
        NWB; or plain arrays, with a mapping that has `arrays`.
    mapping : Recording, optional
        Default: one is guessed.

    Returns
    -------
    Report

    Raises
    ------
    FileNotFoundError, ValueError
        For a file that cannot be opened.
    """
    with open_recording(path, None if mapping is None else mapping.arrays) as file:
        report = Report(contents(file), path=path)
        used: set[str] = set()
        if mapping is None:
            guessed = guess(file, report.items)
            report.draft, used = draft(path, guessed), guessed.used
            mapping = _parsed(report)
        else:
            used = _named(mapping.model_dump(), Names(file)) | set(units_in(file)[:1])
        report.unused = [(item, _why_not(item)) for item in report.items if item.path not in used]
        report.checks = _file_checks(file, mapping)
        report.raw = look_at(file, mapping)
    if mapping is not None:
        try:
            with open_session(path, mapping, quiet=True) as session:
                report.session = session
                report.checks += _session_checks(report, session, mapping)
        except ValueError as error:
            report.error = str(error)
    return report


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
        return set().union(*(_named(value, names) for value in values.values()))
    if isinstance(values, list):
        return set().union(*(_named(value, names) for value in values))
    if not isinstance(values, str):
        return set()
    kinds = (SERIES, TABLE)
    return {names.path(found.item, kind.fits) for kind in kinds for found in names.meant(values, kind.fits)}


def _why_not(item: Item) -> str:
    """Say why a mapping does not use something."""
    if item.path.rpartition("/")[2] == "invalid_times":
        return "no role in the mapping: what lies in these times is left out by itself"
    if item.why_not:
        return item.why_not
    if item.kind == "TimeIntervals":
        return "intervals; could be epochs, trials, phases or the landmarks' events"
    if set(START_COLUMNS) & set(item.columns):
        return (
            "events; could say when a landmark is in view (landmarks.events), or where trials start (trials.table with "
            "until: next)"
        )
    if item.columns or item.kind == "DynamicTable":
        return "a table; could belong to the trials (trials.columns) or say where ports are (landmarks.ports)"
    if len(item.shape) == 2 and item.shape[1] > 3:
        return "many columns; could be the activity (activity.series)"
    return "could be another place or heading, a phase, or say when a landmark is in view (landmarks.series)"


def _file_checks(file: Any, mapping: Recording | None) -> list[Check]:
    """Check what stands in the file, before anything is put right."""
    checks = []
    if mapping is None or mapping.activity is None:
        try:
            checks += _spike_checks(file, mapping)
        except ValueError as error:
            checks.append(Check("spikes", "wrong", str(error)))
    if mapping is not None and mapping.position is not None:
        try:
            series = find_series(file, mapping.position.series, "position.series")
        except ValueError as error:
            return [*checks, Check("position", "wrong", str(error))]
        checks += [track_checks.frames(series.time), *track_checks.samples(series)]
        if mapping.position.unit is not None:
            checks.append(track_checks.size(series, mapping.position.unit))
    return checks


def _spike_checks(file: Any, mapping: Recording | None) -> list[Check]:
    """Check the spikes of the units that meet the mapping's rules, as they stand in the file."""
    if not units_in(file):
        return []
    tables = unit_tables(file, None if mapping is None else mapping.units_table)
    trains = tables.trains().chosen(meeting_own(tables, () if mapping is None else mapping.units))
    ordered = LazyTrains(trains.counts, lambda k: np.sort(trains[k][np.isfinite(trains[k])]))
    checks = [spike_checks.order(trains), spike_checks.refractory(ordered)[0]]
    ends = np.array([(times[0], times[-1]) for times in ordered if len(times)])
    if len(ends):
        checks.append(spike_checks.drift(ordered, (float(ends[:, 0].min()), float(ends[:, 1].max()))))
    return checks


def _session_checks(report: Report, session: Session, mapping: Recording) -> list[Check]:
    """Check what was made of it: the clocks, and whether trials begin where the animal does the same thing."""
    checks = []
    if session.velocity is not None:
        report.coupling = lag.coupling(session.activity, np.abs(session.velocity), session.dt_s)
        words = "too short, or nothing varies: the lag of rates behind movement can't be told"
        checks.append(Check("clocks", "ok", words) if report.coupling is None else report.coupling.check())
    raw = report.raw
    if raw.tracking is None or raw.frame is None:
        report.why_no_starts = "no position"
    elif session.attributes["trials_cut"]:
        report.why_no_starts = "no table of trials"
    elif mapping.trials is not None and mapping.trials.home is not None:
        report.why_no_starts = "trials.home takes the starts from the place itself"
    else:
        times = np.stack([session.trials["start_s"], session.trials["stop_s"]], axis=1)
        generator = Seeds(0, ("inspect", session.name)).generator("starts")
        report.starts = scan_starts(raw.tracking, raw.frame, times, session.trials["rotation_rad"], generator)
        report.why_no_starts = f"fewer than {MIN_TRIALS} trials, or an animal that does not move"
        checks += [report.starts.check()] if report.starts is not None else []
    return checks
