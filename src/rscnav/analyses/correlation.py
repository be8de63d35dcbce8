"""Correlation sum: the share of pairs of points that are closer than r.

Distances are computed block by block, so memory does not grow with the number of points squared. Pairs are counted by the
groups (of trials) that their two points lie in: leaving a group out then needs no second pass over the distances.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.checks import as_activity

BLOCK = 1024  # points; a block of distances then holds 8 MB
Window = int | Literal["trial"]


@dataclass(frozen=True)
class PairCounts:
    """Pairs counted by the groups of their two points.

    Parameters
    ----------
    radii : array, (radius,)
    closer : array, (group, group, radius), int64
        Pairs closer than each radius; [g, h] for g <= h, zero below the diagonal.
    pairs : array, (group, group), int64
        Pairs that may be counted at all, of any distance.
    """

    radii: NDArray[np.float64]
    closer: NDArray[np.int64]
    pairs: NDArray[np.int64]

    def correlation_sum(self) -> NDArray[np.float64]:
        """Share of pairs closer than each radius, (radius,)."""
        return self.closer.sum(axis=(0, 1)) / self.pairs.sum()

    def without_each(self) -> NDArray[np.float64]:
        """Correlation sum with each group left out in turn, (group, radius); NaN where no pair is left."""
        group = np.arange(len(self.pairs))
        closer = self.closer.sum(axis=0) + self.closer.sum(axis=1) - self.closer[group, group]
        pairs = self.pairs.sum(axis=0) + self.pairs.sum(axis=1) - self.pairs[group, group]
        left = (self.pairs.sum() - pairs)[:, None].astype(float)
        return (self.closer.sum(axis=(0, 1)) - closer) / np.where(left > 0, left, np.nan)


def correlation_sum(
    points: ArrayLike,
    radii: ArrayLike,
    *,
    theiler: Window = 0,
    trial: ArrayLike | None = None,
    step: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Share of pairs of points closer than r, C(r) = #{i < j: |x_i - x_j| < r} / #{i < j}.

    Both counts run over the pairs that the Theiler window does not leave out. Distances are Euclidean.

    Parameters
    ----------
    points : array, (time, dim)
    radii : array, (radius,)
        In the points' unit, above 0.
    theiler : int or "trial"
        Pairs of one trial at most this many samples apart are left out, since they are close in space only because they
        are close in time; 0 keeps all. ``"trial"`` leaves out all pairs of one trial.
    trial : array of int, (time,), optional
        Index of the trial of each point. Default: all points are of one trial.
    step : array of int, (time,), optional
        Place in time of each point (samples), where some are missing in between. Default: their index.

    Returns
    -------
    array, (radius,), float64
        0 where no pair is that close.

    Raises
    ------
    ValueError
        For points or radii that will not do, or where the window leaves no pair.

    References
    ----------
    Grassberger & Procaccia, Physica D 9, 189 (1983), doi:10.1016/0167-2789(83)90298-1; Theiler, Phys. Rev. A 34, 2427
    (1986), doi:10.1103/PhysRevA.34.2427.
    """
    array = as_activity(points, "points")
    edges = np.atleast_1d(np.asarray(radii, np.float64))
    if edges.ndim != 1 or not len(edges) or not np.all(np.isfinite(edges)) or np.any(edges <= 0):
        raise ValueError(f"radii: needs finite numbers above 0 in one dimension, got {radii!r}")
    order = np.argsort(edges)
    counts = count_pairs(array, edges[order], theiler=theiler, trial=trial, step=step, n_groups=1)
    result = np.empty(len(edges))
    result[order] = counts.correlation_sum()
    return result


def count_pairs(
    points: NDArray[np.floating],
    radii: NDArray[np.float64],
    *,
    theiler: Window = 0,
    trial: ArrayLike | None = None,
    step: ArrayLike | None = None,
    n_groups: int = 1,
) -> PairCounts:
    """Count pairs closer than each radius, by group of their two points.

    Groups are whole trials where there are at least as many trials as groups, else stretches of consecutive points; their
    sizes are as even as that allows. `radii` must increase; for the rest see `correlation_sum`.
    """
    trials, steps = _labels(len(points), theiler, trial, step)
    order = np.lexsort((steps, trials))
    trials, steps = trials[order], steps[order]
    centred = np.asarray(points, np.float64)[order]
    centred = centred - centred.mean(axis=0)
    norms = np.einsum("ij,ij->i", centred, centred)
    edges = group_edges(trials, n_groups)
    n = len(edges) - 1
    closer, pairs = np.zeros((n, n, len(radii)), np.int64), np.zeros((n, n), np.int64)
    squares = radii**2
    for (g, rows), (h, columns) in _block_pairs(edges):
        distances = norms[rows, None] + norms[columns] - 2 * centred[rows] @ centred[columns].T  # squared
        left_out = _left_out(rows, columns, theiler, trials, steps)
        if left_out is not None:
            distances[left_out] = np.inf
        pairs[g, h] += distances.size - (0 if left_out is None else np.count_nonzero(left_out))
        closer[g, h] += np.searchsorted(np.sort(distances, axis=None), squares)
    if not pairs.sum():
        raise ValueError(f"points: theiler={theiler!r} leaves no pair of {len(points)} points; use a shorter window")
    return PairCounts(radii, closer, pairs)


def group_edges(trials: NDArray[np.integer], n_groups: int) -> NDArray[np.intp]:
    """Cut points, sorted by trial, into groups of whole trials; into even stretches where trials are too few."""
    even = np.linspace(0, len(trials), min(n_groups, len(trials)) + 1).round().astype(np.intp)
    ends = np.append(np.flatnonzero(np.diff(trials)) + 1, len(trials))
    if len(ends) < n_groups:
        return even
    nearest = np.searchsorted(ends, even[1:])
    # Every group gets at least one trial, and leaves one for each that follows.
    for k in range(1, n_groups):
        nearest[k] = max(nearest[k], nearest[k - 1] + 1)
    for k in range(n_groups - 1, -1, -1):
        nearest[k] = min(nearest[k], len(ends) - n_groups + k)
    return np.append(0, ends[nearest])


def _left_out(
    rows: slice, columns: slice, theiler: Window, trials: NDArray[np.integer], steps: NDArray[np.integer]
) -> NDArray[np.bool_] | None:
    """Mark the pairs of two blocks that are not counted; None where all are."""
    left_out = (
        np.tri(rows.stop - rows.start, dtype=bool) if rows == columns else None
    )  # each pair once, none with itself
    if theiler == 0 or trials[rows][-1] < trials[columns][0]:
        return left_out
    near = trials[rows, None] == trials[columns]
    if theiler != "trial":
        near &= np.abs(steps[rows, None] - steps[columns]) <= theiler
    return near if left_out is None else near | left_out


def _labels(
    n: int, theiler: Window, trial: ArrayLike | None, step: ArrayLike | None
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Check and complete what says which points are near in time."""
    if isinstance(theiler, str):
        if theiler != "trial":
            raise ValueError(f"theiler: '{theiler}' will not do; a number of samples, or 'trial'")
        if trial is None:
            raise ValueError("theiler='trial' needs the trial of each point; give trial, or a number of samples")
    elif theiler < 0:
        raise ValueError(f"theiler: {theiler} samples will not do; 0 or more")
    trials = np.zeros(n, np.int64) if trial is None else np.asarray(trial)
    steps = np.arange(n) if step is None else np.asarray(step)
    for name, labels in (("trial", trials), ("step", steps)):
        if labels.shape != (n,):
            raise ValueError(f"{name}: needs one value for each of the {n} points, got shape {labels.shape}")
    return trials, steps


def _block_pairs(edges: NDArray[np.intp]) -> Iterator[tuple[tuple[int, slice], tuple[int, slice]]]:
    """Give each pair of blocks once; no block reaches over a group's edge."""
    blocks = [
        (g, slice(start, min(start + BLOCK, int(stop))))
        for g, (first, stop) in enumerate(pairwise(edges))
        for start in range(int(first), int(stop), BLOCK)
    ]
    for i, block in enumerate(blocks):
        for other in blocks[i:]:
            yield block, other
