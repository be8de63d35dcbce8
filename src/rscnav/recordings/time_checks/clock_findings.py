"""Data of the checks of time: clocks of a recording, rows of its tables, and the result of a check."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.binning import complement
from rscnav.recordings.time_checks.activity_span import ActiveTime
from rscnav.recordings.tracking.interpolation import Tracking

UNITS, RESTARTS, COVERAGE = "units of time", "repeated restarts", "time covered"


@dataclass(frozen=True)
class Check:
    """Result of one check: its name, the verdict, and the reason in a sentence.

    The verdict is ``ok``, ``look`` (a person should look at the data), ``wrong`` (the data cannot be used), or ``not checked`` (the check
    was not possible).
    """

    name: str
    verdict: Literal["ok", "look", "wrong", "not checked"]
    words: str


@dataclass(frozen=True)
class Rows:
    """Rows of a table of intervals.

    Parameters
    ----------
    key : str
        Key of the configuration: ``trials`` or ``epochs``.
    table : str
        Name of the table in the file.
    times : array, (row, 2)
        Start and stop (s) of the rows that the mapping selects.
    rows : array, (row,)
        Indices of these rows in the table.
    every : array, (row, 2)
        Start and stop (s) of all rows with a known start.
    n_timeless : int
        Count of selected rows that were left out because start or stop is NaN.
    """

    key: str
    table: str
    times: NDArray[np.float64]
    rows: NDArray[np.intp]
    every: NDArray[np.float64]
    n_timeless: int = 0

    @property
    def notes(self) -> list[str]:
        """Note on the rows that were left out, if any."""
        if not self.n_timeless:
            return []
        rows = "row" if self.n_timeless == 1 else "rows"
        cure = "; with trials.end: next each trial ends at the start of the next one" if self.key == "trials" else ""
        return [f"{self.n_timeless} {rows} without start or stop (NaN) left out of table '{self.table}'{cure}"]


@dataclass(frozen=True)
class Clocks:
    """All times of a recording that the checks compare.

    Parameters
    ----------
    active : ActiveTime or None
        Time span of the spikes, or of a series of activity.
    repeats : int
        How many times the spike times of most units restart near their first value.
    tracking : Tracking or None
    frames : array, (sample,)
        Times of the tracked samples, unsorted as in the file.
    trials, epochs : Rows or None
    strays : float
        Fraction of the spikes outside the `obs_intervals` of their unit.
    """

    active: ActiveTime | None = None
    repeats: int = 0
    tracking: Tracking | None = None
    frames: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    trials: Rows | None = None
    epochs: Rows | None = None
    strays: float = 0.0

    @property
    def frame_s(self) -> float:
        """Median interval between tracked samples (s); 0 with fewer than two samples."""
        return float(np.median(np.diff(np.sort(self.frames)))) if len(self.frames) > 1 else 0.0

    @property
    def tracked(self) -> NDArray[np.float64]:
        """Time with tracking, (interval, 2) in s, sorted and disjoint."""
        if self.tracking is None:
            return np.empty((0, 2))
        return complement(np.concatenate([self.tracking.gaps, self.tracking.missing]))

    @property
    def extent(self) -> tuple[float, float] | None:
        """First and last time of activity or tracking (s); None if there is neither."""
        ends = [(self.active.start, self.active.stop)] if self.active is not None else []
        ends += [self.tracking.extent] if self.tracking is not None else []
        return (min(a for a, _ in ends), max(b for _, b in ends)) if ends else None
