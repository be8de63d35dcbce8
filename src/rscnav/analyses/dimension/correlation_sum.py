"""Correlation sum: the share of pairs of points that are closer than r.

Distances are computed block by block (`pair_counts.blocks`, on a GPU `pair_counts.gpu`), or, where most pairs are further apart than the largest
radius, between the near leaves of a k-d tree (`pair_counts.kd_tree`); memory does not grow with the number of points squared, and the counts
do not depend on the way. Pairs are counted by the groups (of trials) that their two points lie in: leaving a group out then
needs no second pass over the distances.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError
from rscnav.validation import as_activity

if TYPE_CHECKING:
    from rscnav.analyses.dimension.pair_counts.distance_bins import Points

Window = int | Literal["trial"]
Device = Literal["cpu", "cuda", "auto"]
WORTH = 0.25  # of the pairs: with more to look at than that, blocks are quicker than a tree
TREE_DIMS = 30
TREE_POINTS = 2000


@dataclass(frozen=True)
class PairCounts:
    """Pairs counted by the groups of their two points.

    Parameters
    ----------
    closer : array, (group, group, radius), int64
        Pairs closer than each radius; [g, h] for g <= h, zero below the diagonal.
    pairs : array, (group, group), int64
        Pairs that may be counted at all, of any distance.
    """

    closer: NDArray[np.int64]
    pairs: NDArray[np.int64]

    def correlation_sum(self) -> NDArray[np.float64]:
        """Share of pairs closer than each radius, (radius,)."""
        return self.closer.sum(axis=(0, 1)) / self.pairs.sum()


def correlation_sum(
    points: ArrayLike,
    radii: ArrayLike,
    *,
    theiler: Window = 0,
    trial: ArrayLike | None = None,
    step: ArrayLike | None = None,
    threads: int = 1,
    device: Device = "cpu",
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
    threads : int
        Of the processor.
    device : {"cpu", "cuda", "auto"}
        Where the distances are computed; ``auto``: on a GPU where torch finds one.

    Returns
    -------
    array, (radius,), float64
        0 where no pair is that close.

    Raises
    ------
    InvalidValueError
        For points or radii that will not do, or where the window leaves no pair.

    References
    ----------
    Grassberger & Procaccia, Physica D 9, 189 (1983), doi:10.1016/0167-2789(83)90298-1; Theiler, Phys. Rev. A 34, 2427
    (1986), doi:10.1103/PhysRevA.34.2427.
    """
    array = as_activity(points, "points")
    edges = np.atleast_1d(np.asarray(radii, np.float64))
    if edges.ndim != 1 or not len(edges) or not np.all(np.isfinite(edges)) or np.any(edges <= 0):
        raise InvalidValueError(f"radii: needs finite numbers above 0 in one dimension, got {radii!r}")
    order = np.argsort(edges)
    counts = count_pairs(array, edges[order], theiler=theiler, trial=trial, step=step, threads=threads, device=device)
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
    threads: int = 1,
    device: Device = "cpu",
) -> PairCounts:
    """Count pairs closer than each radius, by group of their two points.

    Groups are whole trials where there are at least as many trials as groups, else stretches of consecutive points; their
    sizes are as even as that allows. `radii` must increase; for the rest see `correlation_sum`.
    """
    from rscnav.analyses.dimension.pair_counts.distance_bins import prepare_points

    trials, steps = check_labels(len(points), theiler, trial, step)
    order = np.lexsort((steps, trials))
    trials, steps = trials[order], steps[order]
    edges = group_edges(trials, n_groups)
    first = first_partners(theiler, trials, steps)
    pairs = _pairs_by_group(first, edges)
    if not pairs.sum():
        raise InvalidValueError(
            f"points: theiler={theiler!r} leaves no pair of {len(points)} points; use a shorter window"
        )
    prepared = prepare_points(np.asarray(points)[order], radii)
    counts = _counted(prepared, edges, first, threads, device)
    return PairCounts(np.cumsum(counts[..., :-1], axis=2), pairs)


def _counted(
    points: "Points", edges: NDArray[np.intp], first: NDArray[np.intp], threads: int, device: Device
) -> NDArray[np.int64]:
    """Count by the way that is quickest for these points and radii."""
    if device != "cpu":
        from rscnav.analyses.dimension.pair_counts.gpu import count_on_device, torch_device

        if (chosen := torch_device(device)) != "cpu":
            return count_on_device(points, edges, first, chosen)
    n, n_dims = points.raw.shape
    if n >= TREE_POINTS and n_dims <= TREE_DIMS:
        from rscnav.analyses.dimension.pair_counts.kd_tree import count_by_tree, make_leaves

        leaves = make_leaves(points)
        limit = int(WORTH * n * (n - 1) / 2)
        if leaves.candidates(limit) <= limit:
            return count_by_tree(points, leaves, edges, first, threads=threads)
    from rscnav.analyses.dimension.pair_counts.blocks import count_by_blocks

    return count_by_blocks(points, edges, first, threads=threads)


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


def first_partners(theiler: Window, trials: NDArray[np.integer], steps: NDArray[np.integer]) -> NDArray[np.intp]:
    """Give the first later point that each point is counted with; points are sorted by trial, then step."""
    n = len(trials)
    if theiler == 0:
        return np.arange(1, n + 1)
    starts = np.append(np.flatnonzero(np.diff(trials, prepend=trials[:1] - 1)), n)
    if theiler == "trial":
        return np.repeat(starts[1:], np.diff(starts))
    until = np.empty(n, np.intp)
    for first, last in pairwise(starts):
        of_trial = steps[first:last]
        until[first:last] = first + np.searchsorted(of_trial, of_trial + theiler, side="right")
    return until


def _pairs_by_group(first: NDArray[np.intp], edges: NDArray[np.intp]) -> NDArray[np.int64]:
    """Count the pairs i < j with j >= first[i] by the groups of both."""
    pairs = np.zeros((len(edges) - 1, len(edges) - 1), np.int64)
    for h, (start, stop) in enumerate(pairwise(edges)):
        partners = np.clip(stop - np.maximum(start, first), 0, None)
        pairs[:, h] = np.add.reduceat(partners, edges[:-1])
    return pairs


def check_labels(
    n: int, theiler: Window, trial: ArrayLike | None, step: ArrayLike | None
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Check and complete what says which points are near in time."""
    if isinstance(theiler, str):
        if theiler != "trial":
            raise InvalidValueError(f"theiler: '{theiler}' will not do; a number of samples, or 'trial'")
        if trial is None:
            raise InvalidValueError("theiler='trial' needs the trial of each point; give trial, or a number of samples")
    elif theiler < 0:
        raise InvalidValueError(f"theiler: {theiler} samples will not do; 0 or more")
    trials = np.zeros(n, np.int64) if trial is None else np.asarray(trial)
    steps = np.arange(n) if step is None else np.asarray(step)
    for name, labels in (("trial", trials), ("step", steps)):
        if labels.shape != (n,):
            raise InvalidValueError(f"{name}: needs one value for each of the {n} points, got shape {labels.shape}")
    return trials, steps
