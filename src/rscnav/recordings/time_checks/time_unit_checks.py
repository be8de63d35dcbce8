"""Check that spikes, tracking, trials and epochs are all in seconds."""

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.time_checks import thresholds as limits
from rscnav.recordings.time_checks.activity_span import ActiveTime
from rscnav.recordings.time_checks.clock_findings import UNITS, Check, Clocks, Rows
from rscnav.recordings.time_checks.time_units import seconds, unit_words


def time_units(clocks: Clocks) -> list[Check]:
    """Check that spikes, tracking, trials and epochs are in the same unit of time, by the ratios of their spans."""
    active, found = clocks.active, []
    if active is not None:
        if clocks.tracking is not None:
            found += _against_tracking(active, clocks, *clocks.tracking.extent)
        elif clocks.trials is not None and len(clocks.trials.every):
            found += _against_trials(active, clocks.trials)
        found += [] if found else _by_themselves(active, clocks)
    if clocks.strays > limits.MOST_STRAYS:
        words = f"{clocks.strays:.1%} of the spikes lie outside their unit's obs_intervals. Are both in seconds on one clock?"
        found.append(Check(UNITS, "wrong", words))
    if clocks.extent is not None and (
        clocks.tracking is not None or (active is not None and active.n >= limits.MIN_SPIKES)
    ):
        for table in (clocks.trials, clocks.epochs):
            found += [] if table is None else _table_in_other_unit(table, clocks.extent)
    if found:
        return found
    compared = [
        name
        for name, there in (
            ("" if active is None else active.what, active is not None),
            ("position", clocks.tracking is not None),
            ("trials", clocks.trials is not None and len(clocks.trials.every) > 0),
        )
        if there
    ]
    if len(compared) <= 1:
        only = f"only {compared[0]}" if compared else "nothing"
        return [Check(UNITS, "not checked", f"there is {only} to compare, and at least two are needed")]
    if active is not None and active.is_spikes and active.n < limits.MIN_SPIKES:
        words = f"there are only {active.n} spikes, and at least {limits.MIN_SPIKES} are needed"
        return [Check(UNITS, "not checked", words)]
    words = f"{', '.join(compared[:-1])} and {compared[-1]} cover times of the same order of magnitude"
    return [Check(UNITS, "ok", words)]


def _against_tracking(active: ActiveTime, clocks: Clocks, start: float, stop: float) -> list[Check]:
    """Compare the spans of activity and position; return findings if their units differ."""
    low, high = active.span
    ratio = (high - low) / max(stop - start, 1e-9)
    both = f"{_span(active)}, position from {seconds(start)} to {seconds(stop)} s"
    if ratio >= limits.CERTAIN_FACTOR and active.n >= limits.UNIT_SPIKES:
        words = f"{both}, and {active.within(clocks.tracked):.2%} of {_these(active)} lie in the tracked time"
        return [Check(UNITS, "wrong", f"{words}. {unit_words(active.what, ratio, active.whole)}")]
    if _frames_counted(active.times, active.step_s) and not active.is_spikes and ratio >= limits.LIKELY_FRAME_FACTOR:
        words = f"{both}. {unit_words(active.what, ratio, True, frames=True)}"
        return [Check(UNITS, "wrong" if ratio >= limits.FRAME_FACTOR else "look", words)]
    if ratio >= limits.LIKELY_FACTOR:
        return [Check(UNITS, "look", f"{both}: less than 1 % of it is tracked. Are all times in seconds?")]
    if active.n < limits.MIN_SPIKES:
        return []
    other = 1 / max(ratio, 1e-12)
    if _frames_counted(clocks.frames, clocks.frame_s) and other >= limits.LIKELY_FRAME_FACTOR:
        words = f"{both}. {unit_words('the position', other, True, frames=True)}"
        return [Check(UNITS, "wrong" if other >= limits.FRAME_FACTOR else "look", words)]
    if other >= limits.CERTAIN_FACTOR or (clocks.frame_s >= limits.SLOW_FRAME_S and other >= limits.SLOW_FACTOR):
        words = f"{both}, one position every {clocks.frame_s:.4g} s. {unit_words('the position', other, False)}"
        return [Check(UNITS, "wrong", words)]
    if other >= limits.LIKELY_FACTOR:
        return [Check(UNITS, "look", f"{both}: less than 1 % of it has {_these(active)}. Are all times in seconds?")]
    return []


def _against_trials(active: ActiveTime, trials: Rows) -> list[Check]:
    """Compare the spans of activity and trials; return findings if their units differ."""
    start, stop = float(trials.every[:, 0].min()), float(np.nanmax(trials.every))
    low, high = active.span
    ratio = (high - low) / max(stop - start, 1e-9)
    both = f"{_span(active)}, the rows of '{trials.table}' from {seconds(start)} to {seconds(stop)} s"
    if active.n < limits.UNIT_SPIKES or (len(trials.every) < limits.MIN_TRIALS and ratio < limits.CERTAIN_FACTOR):
        return []
    if ratio >= limits.CERTAIN_FACTOR:
        fraction = active.within(np.array([[start, stop]]))
        words = f"{both}, and {fraction:.2%} of {_these(active)} lie between the first and the last of them"
        return [Check(UNITS, "wrong", f"{words}. {unit_words(active.what, ratio, active.whole)}")]
    if ratio >= limits.LIKELY_FACTOR:
        return [Check(UNITS, "look", f"{both}: less than 1 % of it lies in trials. Are all times in seconds?")]
    return []


def _by_themselves(active: ActiveTime, clocks: Clocks) -> list[Check]:
    """Check the unit of spike times without other data: whole numbers, and implausible firing rates."""
    if not active.is_spikes:
        return []
    slow = active.rate_hz < limits.NO_RATE_HZ
    rate = f"the median rate of the units is {active.rate_hz:.3g} Hz over {_long(active.stop - active.start)}"
    ask = unit_words(active.what, 0.0, active.whole)
    if active.whole and slow:
        return [Check(UNITS, "wrong", f"all spike times are whole numbers, and {rate}. {ask}")]
    if active.whole:
        return [Check(UNITS, "look", f"all spike times are whole numbers. {ask}")]
    long = active.stop - active.start > limits.DAY_S
    if (
        clocks.tracking is not None
        and long
        and clocks.frame_s >= 5 * limits.SLOW_FRAME_S
        and active.rate_hz < limits.LOW_RATE_HZ
    ):
        words = (
            f"{rate}, with one position every {clocks.frame_s:.4g} s. Are all times in the file in milliseconds? {ask}"
        )
        return [Check(UNITS, "wrong", words)]
    if slow and long:
        return [Check(UNITS, "look", f"{rate}. {ask}")]
    return []


def _table_in_other_unit(table: Rows, extent: tuple[float, float]) -> list[Check]:
    """Check whether rows of a table are far too long, or mostly start long after the end of the recording."""
    if not len(table.every) or not len(table.times):
        return []
    starts = table.every[:, 0]
    length = max(extent[1] - extent[0], 1e-9)
    ratio = (float(np.nanmax(starts)) - extent[0]) / length
    later = float(np.mean(starts > extent[1]))
    chosen = float(np.nanmax(np.where(np.isfinite(table.times), table.times, np.nan)))
    within = table.times[table.times[:, 0] <= extent[1]]
    lasting = float(np.nansum(np.diff(within, axis=1))) / length
    if table.key == "trials" and lasting >= limits.SLOW_FACTOR:
        words = (
            f"trials: the rows of '{table.table}' that start within the recording last {seconds(lasting * length)} s in total, but the "
            f"recording is from {seconds(extent[0])} to {seconds(extent[1])} s. {unit_words('the times of trials', lasting, False)}"
        )
        return [Check(UNITS, "wrong", words)]
    if ratio < limits.SLOW_FACTOR or later < limits.MOST_BEYOND or chosen - extent[0] < 2 * length:
        return []
    words = (
        f"{later:.0%} of the rows of '{table.table}' start after the end of the recording: rows up to {seconds(np.nanmax(starts))} s, "
        f"recording from {seconds(extent[0])} to {seconds(extent[1])} s. {unit_words(f'the times of {table.key}', ratio, False)}"
    )
    return [Check(UNITS, "wrong", f"{table.key}: {words}")]


def _frames_counted(times: NDArray[np.float64], step_s: float) -> bool:
    """Return whether times are successive whole numbers, like frame numbers."""
    return len(times) >= limits.MIN_WHOLE and step_s == 1.0 and bool(np.all(times == np.rint(times)))


def _span(active: ActiveTime) -> str:
    low, high = active.span
    return f"{active.what} {'extend' if active.is_spikes else 'extends'} from {seconds(low)} to {seconds(high)} s"


def _these(active: ActiveTime) -> str:
    return "the spikes" if active.is_spikes else "its samples"


def _long(seconds: float) -> str:
    hour = 3600
    return f"{seconds / hour:.3g} h" if seconds > hour else f"{seconds:.3g} s"
