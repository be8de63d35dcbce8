"""Correlation sum C(r): fraction of state pairs closer than r.

Three algorithms give the same counts: blocks of matrix products (`pair_counts.blocks`), the same on a GPU (`pair_counts.gpu`), and a
k-d tree for radii below most distances (`pair_counts.kd_tree`). Memory does not grow with the count of pairs. Pairs are counted by
the groups of trials of their two points, so that estimates without one group need no second count.
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
WORTH = 0.25  # largest fraction of pairs in near leaves for which the tree is faster than blocks
TREE_DIMS = 30  # largest count of dimensions for the tree
TREE_POINTS = 2000  # smallest count of points for the tree


@dataclass(frozen=True)
class PairCounts:
    """Counts of pairs by the groups of their two points.

    Parameters
    ----------
    closer : array, (group, group, radius), int64
        Count of pairs closer than each radius, [g, h] for g <= h; 0 below the diagonal.
    pairs : array, (group, group), int64
        Count of all pairs that the Theiler window includes.
    """

    closer: NDArray[np.int64]
    pairs: NDArray[np.int64]

    def correlation_sum(self) -> NDArray[np.float64]:
        """Return the fraction of pairs closer than each radius, (radius,)."""
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
    """Compute the correlation sum, the fraction of pairs closer than r: C(r) = #{i < j: |x_i - x_j| < r} / #{i < j}.

    Both counts run over the pairs that the Theiler window includes. Distances are Euclidean.

    Parameters
    ----------
    points : array, (time, dim)
    radii : array, (radius,)
        Radii above 0, in the unit of the points.
    theiler : int or "trial"
        Theiler window: pairs of one trial with a time separation of at most this many samples are excluded, because they are
        close only in time. 0 includes all pairs; ``"trial"`` excludes all pairs of one trial.
    trial : array of int, (time,), optional
        Trial of each point. Default: one trial.
    step : array of int, (time,), optional
        Time of each point (samples), for series with missing samples. Default: its index.
    threads : int
        Count of CPU threads.
    device : {"cpu", "cuda", "auto"}
        Device that computes the distances. ``"auto"``: a GPU if torch finds one, else the CPU.

    Returns
    -------
    array, (radius,), float64
        0 if no pair is closer.

    Raises
    ------
    InvalidValueError
        If points, radii, labels or device are not valid, or the Theiler window leaves no pair.

    References
    ----------
    Grassberger & Procaccia, Physica D 9, 189 (1983), doi:10.1016/0167-2789(83)90298-1; Theiler, Phys. Rev. A 34, 2427
    (1986), doi:10.1103/PhysRevA.34.2427.

    Examples
    --------
    Four points on a line have six pairs, with the distances 1, 1, 1, 2, 2 and 3. A Theiler window of one sample excludes the
    three pairs of neighbours in time.

    >>> from rscnav.analyses import correlation_sum
    >>> points = [[0.0], [1.0], [2.0], [3.0]]
    >>> correlation_sum(points, [0.5, 1.5, 2.5, 3.5]).round(3).tolist()
    [0.0, 0.5, 0.833, 1.0]
    >>> correlation_sum(points, [1.5, 2.5, 3.5], theiler=1).round(3).tolist()
    [0.0, 0.667, 1.0]
    """
    array = as_activity(points, "points")
    edges = np.atleast_1d(np.asarray(radii, np.float64))
    if edges.ndim != 1 or not len(edges) or not np.all(np.isfinite(edges)) or np.any(edges <= 0):
        raise InvalidValueError(f"radii: {radii!r} is not valid; expected finite values above 0, shape (radius,)")
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
    """Count the pairs closer than each radius, by the groups of their two points.

    Parameters
    ----------
    points : array, (time, dim)
    radii : array, (radius,)
        In increasing order.
    theiler, trial, step, threads, device
        As for `correlation_sum`.
    n_groups : int
        Count of groups, of sizes as equal as possible. Groups consist of whole trials; with fewer trials than groups, of
        consecutive points.

    Returns
    -------
    PairCounts

    Raises
    ------
    InvalidValueError
        As for `correlation_sum`.
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
            f"theiler: {theiler!r} leaves no pair of {len(points)} points; use a shorter Theiler window, or more points"
        )
    prepared = prepare_points(np.asarray(points)[order], radii)
    counts = _counted(prepared, edges, first, threads, device)
    return PairCounts(np.cumsum(counts[..., :-1], axis=2), pairs)


def _counted(
    points: "Points", edges: NDArray[np.intp], first: NDArray[np.intp], threads: int, device: Device
) -> NDArray[np.int64]:
    """Count with the algorithm that is fastest for these points and radii: (group, group, radius + 1)."""
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
    """Return the edges of groups of whole trials, for points sorted by trial.

    With fewer trials than groups, groups are stretches of consecutive points of equal length.

    Parameters
    ----------
    trials : array of int, (time,)
    n_groups : int

    Returns
    -------
    array, (group + 1,)
        Group k consists of the points edges[k] to edges[k + 1] - 1.
    """
    even = np.linspace(0, len(trials), min(n_groups, len(trials)) + 1).round().astype(np.intp)
    ends = np.append(np.flatnonzero(np.diff(trials)) + 1, len(trials))
    if len(ends) < n_groups:
        return even
    nearest = np.searchsorted(ends, even[1:])
    # Every group has at least one trial, and at least one is left for each later group.
    for k in range(1, n_groups):
        nearest[k] = max(nearest[k], nearest[k - 1] + 1)
    for k in range(n_groups - 1, -1, -1):
        nearest[k] = min(nearest[k], len(ends) - n_groups + k)
    return np.append(0, ends[nearest])


def first_partners(theiler: Window, trials: NDArray[np.integer], steps: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return the first later point with which each point (sorted by trial, then step) forms a pair that counts, (time,)."""
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
    """Count the pairs i < j with j >= first[i], by the groups of both points: (group, group)."""
    pairs = np.zeros((len(edges) - 1, len(edges) - 1), np.int64)
    for h, (start, stop) in enumerate(pairwise(edges)):
        partners = np.clip(stop - np.maximum(start, first), 0, None)
        pairs[:, h] = np.add.reduceat(partners, edges[:-1])
    return pairs


def check_labels(
    n: int, theiler: Window, trial: ArrayLike | None, step: ArrayLike | None
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Check the Theiler window and the labels of n points; return trial and step of each point, (time,) each.

    Defaults: one trial, and consecutive steps.

    Raises
    ------
    InvalidValueError
        If the Theiler window is not valid, or a label does not have one value for each point.
    """
    if isinstance(theiler, str):
        if theiler != "trial":
            raise InvalidValueError(f"theiler: '{theiler}' is not valid; expected a count of samples, or 'trial'")
        if trial is None:
            raise InvalidValueError(
                "theiler: 'trial' needs the trial of each point; give `trial`, or a count of samples for `theiler`"
            )
    elif theiler < 0:
        raise InvalidValueError(f"theiler: {theiler} is not valid; expected at least 0 samples")
    trials = np.zeros(n, np.int64) if trial is None else np.asarray(trial)
    steps = np.arange(n) if step is None else np.asarray(step)
    for name, labels in (("trial", trials), ("step", steps)):
        if labels.shape != (n,):
            raise InvalidValueError(
                f"{name}: needs one value for each of the {n} points, shape ({n},); got shape {labels.shape}"
            )
    return trials, steps
