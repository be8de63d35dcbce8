"""All checks of a recording: of what stands in the file, of its clocks, and of the session that is read of it.

A check that cannot be made is ``not checked``, with the reason; it is never ``ok``.
"""

from typing import Any

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.inspection import spike_checks
from rscnav.inspection import tracking_checks as track_checks
from rscnav.inspection.check import Check
from rscnav.recordings.activity.series import read_activity
from rscnav.recordings.activity.unit_tables import unit_tables
from rscnav.recordings.activity.units import meeting_own
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.time_checks.activity_span import of_sampled, of_trains
from rscnav.recordings.time_checks.clock_findings import Clocks, Rows
from rscnav.recordings.time_checks.common_time import same_time
from rscnav.recordings.time_checks.restarting_spikes import agreed_repeats, repeats
from rscnav.recordings.tracking.position_series import Place, position_series
from rscnav.recordings.tracking.tracked_position import tracked_place
from rscnav.recordings.trials.trials import epoch_spans, trial_spans
from rscnav.sessions.lazy import LazySpikeTrains

SPIKES = ("order of spikes", "refractory period", "drift of rates")
TRACK = ("frames", "lost frames", "jumps", "unit of the position", "size of the tracked area")
SESSION = ("clocks", "starts of trials")


def file_checks(file: Any, mapping: Recording | None) -> list[Check]:
    """Check what stands in the file, before anything is put right.

    Parameters
    ----------
    file : pynwb.NWBFile
    mapping : Recording or None
        Without one, the spikes are checked and what they cover.
    """
    checks, trains, why = [], None, "activity is a series: there are no spikes"
    if mapping is None or mapping.activity is None:
        try:
            trains = _trains(file, mapping)
            checks += _of_spikes(trains)
        except InvalidValueError as error:
            checks.append(Check("spikes", "wrong", str(error)))
            why = "the spikes can't be read"
    if trains is None:
        checks += [Check(name, "not checked", why) for name in SPIKES]
    place, why = None, "no position is mapped"
    if mapping is not None and mapping.position is not None:
        try:
            place = position_series(file, mapping.position)
            checks += track_checks.of_place(place, mapping.position)
        except InvalidValueError as error:
            checks.append(Check("position", "wrong", str(error)))
            why = "the position can't be read"
    if place is None:
        checks += [Check(name, "not checked", why) for name in TRACK]
    return checks + _of_time(file, mapping, trains, place)


def not_made(why: str) -> list[Check]:
    """Return the checks of a session for a file that could not be read."""
    return [Check(name, "not checked", why) for name in SESSION]


def _trains(file: Any, mapping: Recording | None) -> LazySpikeTrains:
    """Return the spikes of the units that meet the mapping's rules, as they stand in the file."""
    tables = unit_tables(file, None if mapping is None else mapping.units_table)
    return tables.trains().chosen(meeting_own(tables, () if mapping is None else mapping.unit_filters))


def _ordered(trains: LazySpikeTrains) -> LazySpikeTrains:
    return LazySpikeTrains(trains.counts, lambda k: np.sort(trains[k][np.isfinite(trains[k])]))


def _of_spikes(trains: LazySpikeTrains) -> list[Check]:
    ordered = _ordered(trains)
    ends = np.array([(times[0], times[-1]) for times in ordered if len(times)]).reshape(-1, 2)
    extent = (float(ends[:, 0].min()), float(ends[:, 1].max())) if len(ends) else (0.0, 0.0)
    return [spike_checks.order(trains), spike_checks.refractory(ordered)[0], spike_checks.drift(ordered, extent)]


def _of_time(file: Any, mapping: Recording | None, trains: LazySpikeTrains | None, place: Place | None) -> list[Check]:
    """Check that spikes, tracking, trials and epochs cover the same time; what can't be read is left out of it."""
    active, again, tracking, frame = None, 0, None, None
    if trains is not None:
        ordered = _ordered(trains)
        ends = np.array([(t[0], t[-1]) if len(t) else (np.nan, np.nan) for t in ordered]).reshape(-1, 2)
        active = of_trains(ordered, ends)
        again = agreed_repeats([repeats(times) for times in trains], trains.counts)
    elif mapping is not None and mapping.activity is not None:
        try:
            active = of_sampled(read_activity(file, mapping.activity, mapping.bin_s))
        except InvalidValueError:  # reading says it
            active = None
    if place is not None and mapping is not None and mapping.position is not None:
        try:
            tracking, frame = tracked_place(place, mapping.position, None)
        except InvalidValueError:
            tracking, frame = None, None
    clocks = Clocks(active, again, tracking, np.empty(0) if place is None else place.time)
    trials = epochs = None
    if mapping is not None:
        trials, epochs = _tables(file, mapping, clocks, frame)
    found = same_time(Clocks(active, again, tracking, clocks.frames, trials, epochs))
    return [Check(one.name, one.verdict, one.words) for one in found]


def _tables(file: Any, mapping: Recording, clocks: Clocks, frame: Any) -> tuple[Rows | None, Rows | None]:
    """Read the chosen rows of trials and epochs; None for what can't be read."""
    trials = epochs = None
    extent = clocks.extent or (0.0, 0.0)
    if mapping.trials is not None and mapping.trials.home_location is None:
        try:
            plain = mapping.trials.model_copy(update={"rotation": None, "outcome": None})
            trials = trial_spans(file, plain, extent, clocks.tracking, frame).table
        except InvalidValueError:
            trials = None
    if mapping.epochs is not None:
        try:
            epochs = epoch_spans(file, mapping.epochs)
        except InvalidValueError:
            epochs = None
    return trials, epochs
