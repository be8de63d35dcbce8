"""Passes through spatial bins, and equal counts of them in LM1 and LM2.

Neighbouring samples are similar and LM2 has more samples, so that unmatched phases would differ even without an effect.
Therefore each pass through a spatial bin contributes one sample, and each bin equally many passes in both phases.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAIR = (1, 2)  # the phases that are compared: LM1, LM2


@dataclass(frozen=True)
class PlaceVisits:
    """Passes through spatial bins in LM1 and LM2.

    Parameters
    ----------
    cell : array, (pass,)
        phase · n_position_bins + bin, with phase 0 for LM1 and 1 for LM2.
    n_position_bins : int
    samples : array, (sample,)
        Samples of all passes, pass after pass.
    start, length : array, (pass,)
        First index of each pass in `samples`, and its count of samples.
    """

    cell: NDArray[np.int64]
    n_position_bins: int
    samples: NDArray[np.intp]
    start: NDArray[np.intp]
    length: NDArray[np.intp]


@dataclass(frozen=True)
class Draw:
    """One random sample per pass, and a random order in which passes are selected."""

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
    """Find the passes: samples of one trial and phase in one spatial bin, with gaps of at most `min_revisit_s`.

    Parameters
    ----------
    place : array, (time,)
        Spatial bin, 0 to n_position_bins - 1; negative if not known.
    phase, trial, time : array, (time,)
        Only phases 1 and 2 (LM1, LM2) are used; time in s.
    n_position_bins : int
    min_revisit_s : float
        A return to the bin within this time belongs to the same pass (s).

    Returns
    -------
    PlaceVisits
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
    """Draw one sample from each pass, and an order of the passes."""
    offset = np.floor(generator.random(len(passes.start)) * passes.length).astype(np.intp)
    order = np.argsort(passes.cell + generator.random(len(passes.start)))
    return Draw(passes.samples[passes.start + offset], order)


def match_visit_counts(
    passes: PlaceVisits, drawn: Draw, min_passes: int, keep: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Select equally many passes in both phases in each spatial bin.

    Parameters
    ----------
    passes : PlaceVisits
    drawn : Draw
    min_passes : int
        Bins with fewer passes in either phase are left out.
    keep : array, (pass,), optional
        Mask of the passes to use. Their order is preserved, so that leaving out a few passes changes the selection little.

    Returns
    -------
    chosen : array, (chosen,)
        Indices of passes.
    quota : array, (bin,)
        Passes per phase in each bin.
    """
    order = drawn.order if keep is None else drawn.order[keep[drawn.order]]
    cell = passes.cell[order]
    count = np.bincount(cell, minlength=2 * passes.n_position_bins)
    quota = np.minimum(count[: passes.n_position_bins], count[passes.n_position_bins :])
    quota[quota < min_passes] = 0
    rank = np.arange(len(cell)) - (np.cumsum(count) - count)[cell]
    return order[rank < np.tile(quota, 2)[cell]], quota
