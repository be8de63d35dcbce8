"""Whether spikes, tracking, trials and epochs cover the same time, in one unit and on one clock.

Each check returns findings: ``wrong`` is certain, and reading refuses it; ``look`` is likely, and becomes a note. Thresholds, each with
its reason, are in `thresholds`.
"""

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.time_checks import thresholds as limits
from rscnav.recordings.time_checks.clock_findings import COVERAGE, RESTARTS, Check, Clocks
from rscnav.recordings.time_checks.coverage import coverage
from rscnav.recordings.time_checks.time_unit_checks import time_units


def same_time(clocks: Clocks) -> list[Check]:
    """Make all checks: one or more for each of `UNITS`, `RESTARTS` and `COVERAGE`."""
    units = time_units(clocks)
    restarted = restarts(clocks)
    if any(found.verdict == "wrong" for found in (*restarted, *units)):
        # Without one unit and one beginning nothing can be said of what covers what.
        return [*restarted, *units, Check(COVERAGE, "not checked", "units or beginnings of the times differ")]
    return [*restarted, *units, *coverage(clocks)]


def refused_or_noted(findings: list[Check]) -> list[str]:
    """Return what should be looked at, for the notes; an InvalidValueError with all that is wrong."""
    wrong = [found.words for found in findings if found.verdict == "wrong"]
    if wrong:
        raise InvalidValueError("; ".join(wrong))
    return [found.words for found in findings if found.verdict == "look"]


def restarts(clocks: Clocks) -> list[Check]:
    """Check whether spike times are counted anew from the start of each trial."""
    active, trials = clocks.active, clocks.trials
    if active is None or not active.is_spikes:
        return [Check(RESTARTS, "not checked", "there are no spikes")]
    if active.n < limits.MIN_SPIKES:
        return [Check(RESTARTS, "not checked", f"there are only {active.n} spikes")]
    cure = (
        "Are they counted from the start of each trial? Times must be on one clock for the whole recording: add each trial's "
        "start_time to its spikes in the file"
    )
    if clocks.repeats:
        also = "" if trials is None else f", and table '{trials.table}' has {len(trials.every)} rows"
        words = f"the spike times of most units go back to near their beginning {clocks.repeats} times{also}. {cure}"
        return [Check(RESTARTS, "wrong", words)]
    if trials is None or len(trials.every) < limits.MIN_TRIALS:
        return [Check(RESTARTS, "ok", "spike times do not start again")]
    starts, stops = trials.every.T
    longest = float(np.nanmax(stops - starts, initial=0.0))
    low, high = active.span
    later = float(np.mean(starts > active.stop))
    if later >= limits.MOST_BEYOND and 0 < high <= limits.LONGER * longest and low >= -limits.LONGER * longest:
        words = (
            f"all spikes lie between {active.start:.3g} and {active.stop:.3g} s, about the length of a trial (at most {longest:.3g} s), "
            f"but {later:.0%} of the rows of '{trials.table}' start later, up to {starts.max():.4g} s. {cure}"
        )
        return [Check(RESTARTS, "wrong", words)]
    return [Check(RESTARTS, "ok", "spike times do not start again with the trials")]
