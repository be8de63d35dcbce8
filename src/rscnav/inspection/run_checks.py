"""All checks of a file: spikes, tracking and clocks.

A check that is not possible has the verdict ``not checked``, with the reason, and never ``ok``.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.inspection import spike_checks
from rscnav.inspection import tracking_checks as track_checks
from rscnav.inspection.spike_summary import ends_of, ordered_trains
from rscnav.recordings.activity.series import read_activity
from rscnav.recordings.activity.unit_tables import unit_tables
from rscnav.recordings.activity.units import mask_by_file_columns
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.time_checks.activity_span import of_sampled, of_trains
from rscnav.recordings.time_checks.clock_findings import Check, Clocks
from rscnav.recordings.time_checks.common_time import same_time
from rscnav.recordings.time_checks.restarting_spikes import agreed_repeats, repeats
from rscnav.recordings.tracking.coordinates import tracked_place
from rscnav.recordings.tracking.position_series import position_series
from rscnav.recordings.trials.trials import epoch_spans, trial_spans
from rscnav.sessions.lazy import LazySpikeTrains

SPIKES = ("order of spikes", "refractory period", "drift of rates")
TRACK = ("frames", "lost frames", "jumps", "unit of the position", "size of the tracked area")
SESSION = ("clocks", "starts of trials")


def file_checks(file: Any, mapping: Recording | None) -> list[Check]:
    """Check the uncorrected data of a `pynwb.NWBFile`.

    Without a mapping, only the spikes and their times are checked.
    """
    checks, trains, why = [], None, "activity is a series: there are no spikes"
    if mapping is None or mapping.activity is None:
        try:  # only units that meet the unit filters, with unsorted spike times
            tables = unit_tables(file, None if mapping is None else mapping.units_table)
            trains = tables.trains().chosen(
                mask_by_file_columns(tables, () if mapping is None else mapping.unit_filters)
            )
            checks += _of_spikes(trains)
        except InvalidValueError as error:
            checks.append(Check("spikes", "wrong", str(error)))
            why = "the spikes cannot be read"
    if trains is None:
        checks += not_checked(SPIKES, why)
    place, why = None, "no position in the mapping"
    if mapping is not None and mapping.position is not None:
        try:
            place = position_series(file, mapping.position)
            checks += track_checks.of_place(place, mapping.position)
        except InvalidValueError as error:
            checks.append(Check("position", "wrong", str(error)))
            why = "the position cannot be read"
    if place is None:
        checks += not_checked(TRACK, why)
    return checks + _of_time(file, mapping, trains, place)


def not_checked(names: Iterable[str], why: str) -> list[Check]:
    """Return checks with these names and the verdict ``not checked``."""
    return [Check(name, "not checked", why) for name in names]


def _of_spikes(trains: LazySpikeTrains) -> list[Check]:
    ordered = ordered_trains(trains)
    start, stop = ends_of(ordered).tolist() or (0.0, 0.0)
    return [spike_checks.order(trains), spike_checks.refractory(ordered)[0], spike_checks.drift(ordered, (start, stop))]


def _of_time(file: Any, mapping: Recording | None, trains: LazySpikeTrains | None, place: Series | None) -> list[Check]:
    """Check that spikes, tracking, trials and epochs cover the same time.

    Data that cannot be read are left out here; the error is raised when the session is read.
    """
    active, again, tracking, frame = None, 0, None, None
    if trains is not None:
        ordered = ordered_trains(trains)
        ends = np.array([(t[0], t[-1]) if len(t) else (np.nan, np.nan) for t in ordered]).reshape(-1, 2)
        active = of_trains(ordered, ends)
        again = agreed_repeats([repeats(times) for times in trains], trains.counts)
    elif mapping is not None and mapping.activity is not None:
        with suppress(InvalidValueError):
            active = of_sampled(read_activity(file, mapping.activity, mapping.bin_s))
    if place is not None and mapping is not None and mapping.position is not None:
        with suppress(InvalidValueError):
            tracking, frame = tracked_place(place, mapping.position, None)
    clocks = Clocks(active, again, tracking, np.empty(0) if place is None else place.time)
    if mapping is not None and mapping.trials is not None and mapping.trials.home_location is None:
        plain = mapping.trials.model_copy(update={"rotation": None, "outcome": None})
        with suppress(InvalidValueError):
            trials = trial_spans(file, plain, clocks.extent or (0.0, 0.0), tracking, frame)
            clocks = replace(clocks, trials=trials.table)
    if mapping is not None and mapping.epochs is not None:
        with suppress(InvalidValueError):
            clocks = replace(clocks, epochs=epoch_spans(file, mapping.epochs))
    return same_time(clocks)
