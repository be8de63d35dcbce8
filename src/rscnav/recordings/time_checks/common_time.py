"""All checks of time: spikes, tracking, trials and epochs cover the same time, in one unit and on one clock.

A finding ``wrong`` is certain and raises an error when the recording is read. A finding ``look`` is likely and becomes a note. The
thresholds and their reasons are in `thresholds`.
"""

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.time_checks import thresholds as limits
from rscnav.recordings.time_checks.clock_findings import COVERAGE, RESTARTS, Check, Clocks
from rscnav.recordings.time_checks.coverage import coverage
from rscnav.recordings.time_checks.time_unit_checks import time_units


def same_time(clocks: Clocks) -> list[Check]:
    """Return the results of all checks: one or more for each of `UNITS`, `RESTARTS` and `COVERAGE`."""
    units = time_units(clocks)
    restarted = restarts(clocks)
    if any(found.verdict == "wrong" for found in (*restarted, *units)):
        # Coverage is undefined for times in different units or on different clocks.
        return [*restarted, *units, Check(COVERAGE, "not checked", "the times differ in unit or in clock")]
    return [*restarted, *units, *coverage(clocks)]


def refused_or_noted(findings: list[Check]) -> list[str]:
    """Return the reasons of all ``look`` findings, for the notes; raise InvalidValueError if there are ``wrong`` ones."""
    wrong = [found.words for found in findings if found.verdict == "wrong"]
    if wrong:
        raise InvalidValueError("; ".join(wrong))
    return [found.words for found in findings if found.verdict == "look"]


def restarts(clocks: Clocks) -> list[Check]:
    """Check whether spike times are relative to the start of each trial, in place of one clock for the recording."""
    active, trials = clocks.active, clocks.trials
    if active is None or not active.is_spikes:
        return [Check(RESTARTS, "not checked", "there are no spikes")]
    if active.n < limits.MIN_SPIKES:
        words = f"there are only {active.n} spikes, and at least {limits.MIN_SPIKES} are needed"
        return [Check(RESTARTS, "not checked", words)]
    cure = (
        "Are they relative to the start of each trial? Times must be on one clock for the whole recording: add each trial's "
        "start_time to its spikes in the file"
    )
    if clocks.repeats:
        also = "" if trials is None else f", and table '{trials.table}' has {len(trials.every)} rows"
        words = f"the spike times of most units restart near their first value {clocks.repeats} times{also}. {cure}"
        return [Check(RESTARTS, "wrong", words)]
    if trials is None or len(trials.every) < limits.MIN_TRIALS:
        return [Check(RESTARTS, "ok", "spike times do not restart")]
    starts, stops = trials.every.T
    longest = float(np.nanmax(stops - starts, initial=0.0))
    low, high = active.span
    later = float(np.mean(starts > active.stop))
    if later >= limits.MOST_BEYOND and 0 < high <= limits.LONGER * longest and low >= -limits.LONGER * longest:
        words = (
            f"all spikes lie between {active.start:.3g} and {active.stop:.3g} s, similar to the length of a trial (at most {longest:.3g} s), "
            f"but {later:.0%} of the rows of '{trials.table}' start later, up to {starts.max():.4g} s. {cure}"
        )
        return [Check(RESTARTS, "wrong", words)]
    return [Check(RESTARTS, "ok", "spike times do not restart with the trials")]
