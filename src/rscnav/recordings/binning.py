"""Time bins and intervals of time.

A bin is half-open: it includes its start and excludes its end. Neighbouring bins have exactly the same edge, so that each spike
is counted once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

TOLERANCE_S = 1e-6  # rounding of times in files: a span that is too short by less than this still has its last bin


@dataclass(frozen=True)
class Bins:
    """Time bins of equal width.

    Parameters
    ----------
    left, right : array, (bin,)
        Edges (s).
    span : array, (bin,)
        Index of the span that contains the bin.
    """

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    span: NDArray[np.int64]

    @property
    def centre(self) -> NDArray[np.float64]:
        """Bin centres (s)."""
        return 0.5 * (self.left + self.right)

    def keep(self, mask: NDArray[np.bool_]) -> "Bins":
        """Return the bins that a mask (bin,) selects."""
        return Bins(self.left[mask], self.right[mask], self.span[mask])

    def __len__(self) -> int:
        return len(self.left)


def bins_within(spans: NDArray[np.float64], bin_s: float) -> Bins:
    """Divide spans into bins from the start of each span; a remainder at its end is left out.

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
    """Return a mask (bin,) of the bins that overlap any of the intervals.

    Parameters
    ----------
    bins : Bins
    intervals : array, (interval, 2)
        Start and stop (s; may be infinite), sorted and disjoint.
    """
    if not len(intervals):
        return np.zeros(len(bins), bool)
    following = np.searchsorted(intervals[:, 1], bins.left + TOLERANCE_S, side="right")
    starts = np.append(intervals[:, 0], np.inf)
    return starts[following] < bins.right - TOLERANCE_S


def complement(spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the complement of spans (span, 2) in (-∞, ∞), as intervals; spans may overlap and need not be sorted."""
    edges, reached = [], -np.inf
    for start, stop in spans[np.argsort(spans[:, 0], kind="stable")]:
        if start > reached:
            edges.append((reached, start))
        reached = max(reached, stop)
    return np.array([*edges, (reached, np.inf)])


def outside_any(observed: Iterable[NDArray[np.float64] | None]) -> NDArray[np.float64]:
    """Return the time outside at least one of several sets of intervals, (interval, 2), sorted and disjoint.

    None in place of a set stands for all time.
    """
    distinct = {spans.tobytes(): spans for spans in observed if spans is not None}
    return merge_intervals(np.concatenate([np.empty((0, 2)), *(complement(spans) for spans in distinct.values())]))


def merge_intervals(spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the union of spans (span, 2): overlapping or touching spans are joined, sorted by time."""
    joined: list[list[float]] = []
    for start, stop in spans[np.argsort(spans[:, 0], kind="stable")].tolist():
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], stop)
        else:
            joined.append([start, stop])
    return np.array(joined, float).reshape(-1, 2)


def in_spans(times: NDArray[np.float64], spans: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return a mask of the times (time,) within one of the spans (span, 2), ends included; spans are sorted by start."""
    latest = np.searchsorted(spans[:, 0], times, side="right") - 1
    reached = np.maximum.accumulate(spans[:, 1])
    return (latest >= 0) & (times <= np.append(reached, -np.inf)[latest])


def cut_spans(spans: NDArray[np.float64], segment_s: float) -> tuple[NDArray[np.float64], int]:
    """Divide spans into pieces of equal length; a remainder of at least half that length is also a piece.

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
        Count of remainders (and spans) shorter than half of `segment_s`, which are left out.
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
