"""Time in bins.

A bin holds the spikes from its start up to, not including, its end; neighbouring bins share their edge to the last bit, so
that no spike is counted twice or lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

TOLERANCE_S = 1e-6  # rounding of times in files: spans that are shorter by less than this keep their last bin


@dataclass(frozen=True)
class Bins:
    """Bins of one width.

    Parameters
    ----------
    left, right : array, (bin,)
        Edges (s).
    span : array, (bin,)
        Index of the span that a bin lies in.
    """

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    span: NDArray[np.int64]

    @property
    def centre(self) -> NDArray[np.float64]:
        """Bin centres (s)."""
        return 0.5 * (self.left + self.right)

    def keep(self, mask: NDArray[np.bool_]) -> "Bins":
        """Return the bins of a mask."""
        return Bins(self.left[mask], self.right[mask], self.span[mask])

    def __len__(self) -> int:
        return len(self.left)


def bins_within(spans: NDArray[np.float64], bin_s: float) -> Bins:
    """Lay bins into spans, from each one's start; time left over at its end stays out.

    Parameters
    ----------
    spans : array, (span, 2)
        Start and stop (s), in order of time.
    bin_s : float
        Width of the bins (s).
    """
    counts = np.floor((spans[:, 1] - spans[:, 0] + TOLERANCE_S) / bin_s).astype(np.int64)
    edges = [start + bin_s * np.arange(n + 1) for start, n in zip(spans[:, 0], counts, strict=True)]
    left = np.concatenate([e[:-1] for e in edges] or [np.empty(0)])
    right = np.concatenate([e[1:] for e in edges] or [np.empty(0)])
    return Bins(left, right, np.repeat(np.arange(len(spans)), counts))


def overlaps(bins: Bins, intervals: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the bins that share time with any of the intervals, (bin,).

    Parameters
    ----------
    bins : Bins
    intervals : array, (interval, 2)
        Start and stop (s; may be infinite), in order of time, apart from each other.
    """
    if not len(intervals):
        return np.zeros(len(bins), bool)
    following = np.searchsorted(intervals[:, 1], bins.left + TOLERANCE_S, side="right")
    starts = np.append(intervals[:, 0], np.inf)
    return starts[following] < bins.right - TOLERANCE_S


def complement(spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the intervals, from -∞ to ∞, that no span covers; spans may overlap and stand in any order."""
    edges, reached = [], -np.inf
    for start, stop in spans[np.argsort(spans[:, 0], kind="stable")]:
        if start > reached:
            edges.append((reached, start))
        reached = max(reached, stop)
    return np.array([*edges, (reached, np.inf)])


def outside_any(observed: Iterable[NDArray[np.float64] | None]) -> NDArray[np.float64]:
    """Give the time outside at least one of several sets of intervals (interval, 2), in order and apart; None covers all time."""
    distinct = {spans.tobytes(): spans for spans in observed if spans is not None}
    return merge_intervals(np.concatenate([np.empty((0, 2)), *(complement(spans) for spans in distinct.values())]))


def merge_intervals(spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Join spans (span, 2) that overlap or touch; they come back in order of time."""
    joined: list[list[float]] = []
    for start, stop in spans[np.argsort(spans[:, 0], kind="stable")].tolist():
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], stop)
        else:
            joined.append([start, stop])
    return np.array(joined, float).reshape(-1, 2)


def cut_spans(spans: NDArray[np.float64], segment_s: float) -> tuple[NDArray[np.float64], int]:
    """Cut spans into pieces of one length; a remainder of at least half of it is a piece too.

    Parameters
    ----------
    spans : array, (span, 2)
        Start and stop (s).
    segment_s : float
        Length of the pieces (s).

    Returns
    -------
    pieces : array, (piece, 2)
    n_dropped : int
        Remainders (and spans) shorter than half of it, which are left out.
    """
    pieces, dropped = [], 0
    for start, stop in spans:
        n_whole = int((stop - start + TOLERANCE_S) // segment_s)
        edges = start + segment_s * np.arange(n_whole + 1)
        pieces += list(pairwise(edges))
        rest = stop - edges[-1]
        if rest >= 0.5 * segment_s:
            pieces.append((edges[-1], stop))
        elif rest > TOLERANCE_S:
            dropped += 1
    return np.array(pieces, float).reshape(-1, 2), dropped
