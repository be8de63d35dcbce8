"""What a recording says about its time, and what a check of it found."""

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
    """Result of one check: its name, the verdict, and why in a sentence.

    ``ok``, ``look`` (a person should), ``wrong`` (the data can't be used as they are), or ``not checked`` (it could not be made, which
    is no ``ok``).
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
        ``trials`` or ``epochs``: the configuration's key.
    table : str
        Its name in the file.
    times : array, (row, 2)
        Start and stop (s) of those that the mapping chooses.
    rows : array, (row,)
        Which rows of the table they are.
    every : array, (row, 2)
        Start and stop of all rows whose start is known.
    n_timeless : int
        Chosen rows that were left out, since their start or stop is not known.
    """

    key: str
    table: str
    times: NDArray[np.float64]
    rows: NDArray[np.intp]
    every: NDArray[np.float64]
    n_timeless: int = 0

    @property
    def notes(self) -> list[str]:
        """What was left out."""
        if not self.n_timeless:
            return []
        which = "row of which start or stop is" if self.n_timeless == 1 else "rows of which start or stop are"
        cure = "; trials.end: next lets a trial last to the next one's start" if self.key == "trials" else ""
        return [f"{self.n_timeless} {which} not known (NaN) left out of table '{self.table}'{cure}"]


@dataclass(frozen=True)
class Clocks:
    """What a recording says about its time.

    Parameters
    ----------
    active : ActiveTime or None
        Of spikes, or of a series of activity.
    repeats : int
        How often the spike times of most units go back to near their beginning.
    tracking : Tracking or None
    frames : array, (sample,)
        Times of the tracked samples, as they stand in the file.
    trials, epochs : Rows or None
    strays : float
        Fraction of the spikes that lie outside their unit's obs_intervals.
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
        """Usual time from one tracked sample to the next (s); 0 without any."""
        return float(np.median(np.diff(np.sort(self.frames)))) if len(self.frames) > 1 else 0.0

    @property
    def tracked(self) -> NDArray[np.float64]:
        """The time that is tracked, (interval, 2) in s, in order and apart."""
        if self.tracking is None:
            return np.empty((0, 2))
        return complement(np.concatenate([self.tracking.gaps, self.tracking.missing]))

    @property
    def extent(self) -> tuple[float, float] | None:
        """First and last time of activity or tracking (s); None without either."""
        ends = [(self.active.start, self.active.stop)] if self.active is not None else []
        ends += [self.tracking.extent] if self.tracking is not None else []
        return (min(a for a, _ in ends), max(b for _, b in ends)) if ends else None
