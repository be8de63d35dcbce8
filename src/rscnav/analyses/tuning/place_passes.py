"""Passes through locations, and the same number of them in two phases: what makes LM1 and LM2 comparable.

Neighbouring samples are alike, and LM2 has more of them: without matching, even a session in which nothing differs comes
out different. So a pass through a location gives one sample, and each location as many passes in one phase as in the other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAIR = (1, 2)  # the phases that are compared: LM1, LM2


@dataclass(frozen=True)
class PlaceVisits:
    """Passes through locations in LM1 and LM2.

    Parameters
    ----------
    cell : array, (pass,)
        phase · n_position_bins + place, with phase 0 for LM1 and 1 for LM2.
    samples : array, (sample,)
        The samples of all passes, pass after pass.
    start, length : array, (pass,)
        Where in `samples` each pass begins, and how many samples it has.
    """

    cell: NDArray[np.int64]
    n_position_bins: int
    samples: NDArray[np.intp]
    start: NDArray[np.intp]
    length: NDArray[np.intp]


@dataclass(frozen=True)
class Draw:
    """One sample a pass, and a random order of the passes in which they are used."""

    sample: NDArray[np.intp]  # (pass,)
    order: NDArray[np.intp]  # (pass,): by cell, at random within each cell


def find_passes(
    place: NDArray[np.integer],
    phase: NDArray[np.integer],
    trial: NDArray[np.integer],
    time: NDArray[np.floating],
    n_position_bins: int,
    min_revisit_s: float,
) -> PlaceVisits:
    """Find the passes: samples of one trial and phase in one place, no two neighbours further than `min_revisit_s` apart.

    Parameters
    ----------
    place : array, (time,)
        0 to n_position_bins - 1; negative where it is not known.
    phase, trial, time : array, (time,)
        Only phases 1 and 2 (LM1, LM2) are used; time in s.
    min_revisit_s : float
        Being back in the place sooner than this is the same pass (s).
    """
    use = np.flatnonzero((place >= 0) & np.isin(phase, PAIR))
    cell = (phase[use] == PAIR[1]).astype(np.int64) * n_position_bins + place[use]
    order = np.lexsort((time[use], cell, trial[use]))
    use, cell = use[order], cell[order]
    new = np.ones(len(use), bool)
    new[1:] = (np.diff(cell) != 0) | (np.diff(trial[use]) != 0) | (np.diff(time[use]) > min_revisit_s)
    start = np.flatnonzero(new)
    return PlaceVisits(cell[start], n_position_bins, use, start, np.diff(start, append=len(use)))


def draw(passes: PlaceVisits, generator: np.random.Generator) -> Draw:
    """Draw a sample for each pass, and an order of the passes."""
    offset = np.floor(generator.random(len(passes.start)) * passes.length).astype(np.intp)
    order = np.argsort(passes.cell + generator.random(len(passes.start)))
    return Draw(passes.samples[passes.start + offset], order)


def match_visit_counts(
    passes: PlaceVisits, drawn: Draw, min_passes: int, keep: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Choose equally many passes in both phases at every place.

    Parameters
    ----------
    min_passes : int
        Places with fewer passes than this in either phase are left out.
    keep : array, (pass,), optional
        Use these passes only. The others keep their order, so that leaving a few out changes little.

    Returns
    -------
    chosen : array, (chosen,)
        Passes.
    quota : array, (place,)
        Passes per phase at each place.
    """
    order = drawn.order if keep is None else drawn.order[keep[drawn.order]]
    cell = passes.cell[order]
    count = np.bincount(cell, minlength=2 * passes.n_position_bins)
    quota = np.minimum(count[: passes.n_position_bins], count[passes.n_position_bins :])
    quota[quota < min_passes] = 0
    rank = np.arange(len(cell)) - (np.cumsum(count) - count)[cell]
    return order[rank < np.tile(quota, 2)[cell]], quota
