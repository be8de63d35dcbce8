"""Correlation sum of more points than all pairs of which can be counted: from some reference points to all."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.analyses.dimension.correlation_sum import Window, check_labels, window
from rscnav.validation import as_activity

BLOCK = 512  # reference points at a time
N_SHARES = 20  # of the reference points, for the standard error


def sampled_sum(
    points: ArrayLike,
    radii: ArrayLike,
    n_references: int,
    generator: np.random.Generator,
    *,
    theiler: Window = 0,
    trial: ArrayLike | None = None,
    step: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimate the correlation sum from the distances of some points, drawn at random, to all.

    The time it takes grows with `n_references` times the number of points. With all points as references it is exact.

    Parameters
    ----------
    points, radii, theiler, trial, step
        As for `rscnav.analyses.correlation_sum`.
    n_references : int
        At least 40.
    generator : numpy.random.Generator

    Returns
    -------
    correlation, standard_error : array, (radius,)
        The standard error of the sampling of references: from how far 20 shares of them differ, less by the factor
        √(1 - references / points), since a point is drawn once. It says nothing of how the points themselves were sampled.

    Raises
    ------
    ValueError
        For too few references, or points, radii and labels that will not do.

    References
    ----------
    Theiler, J. Opt. Soc. Am. A 7, 1055 (1990), doi:10.1364/JOSAA.7.001055 (reference points); Cochran, Sampling Techniques, 3rd
    ed., Wiley 1977, sections 2.6 and 6.4 (error of a ratio, finite population).
    """
    from rscnav.analyses.dimension.pair_counts.blocks import Blocks, column_blocks
    from rscnav.analyses.dimension.pair_counts.distance_bins import prepare_points

    array = as_activity(points, "points")
    edges = np.atleast_1d(np.asarray(radii, np.float64))
    if edges.ndim != 1 or not len(edges) or not np.all(np.isfinite(edges)) or np.any(edges <= 0):
        raise ValueError(f"radii: needs finite numbers above 0 in one dimension, got {radii!r}")
    if n_references < 2 * N_SHARES:
        raise ValueError(f"n_references: {n_references} will not do; at least {2 * N_SHARES}")
    n = len(array)
    trials, steps = check_labels(n, theiler, trial, step)
    order = np.lexsort((steps, trials))
    since, until = window(theiler, trials[order], steps[order])
    partners = n - (until - since)
    if not partners.any():
        raise ValueError(f"points: theiler={theiler!r} leaves no pair of {n} points; use a shorter window")
    by_radius = np.argsort(edges)
    prepared = prepare_points(array[order], edges[by_radius])
    references = generator.permutation(n)[:n_references]
    share = np.arange(len(references)) % N_SHARES
    blocks = Blocks(prepared, np.array([0, n]))
    counts = np.zeros((N_SHARES, 1, len(edges) + 2), np.int64)
    for start in range(0, len(references), BLOCK):
        rows = references[start : start + BLOCK]
        for columns in column_blocks(0, n):
            blocks.add(rows, columns, (since[rows], until[rows]), share[start : start + BLOCK], counts)
    closer = np.cumsum(counts[:, 0, :-2], axis=1).astype(np.float64)
    of_share = np.bincount(share, weights=partners[references], minlength=N_SHARES)
    total = of_share.sum()
    if not total:
        raise ValueError("n_references: none of the references drawn has a partner outside the window; draw more")
    found = closer.sum(axis=0) / total
    apart = closer - found * of_share[:, None]
    left = 1 - len(references) / n
    error = np.sqrt(left * N_SHARES / (N_SHARES - 1) * np.sum(apart**2, axis=0)) / total
    correlation, standard_error = np.empty(len(edges)), np.empty(len(edges))
    correlation[by_radius], standard_error[by_radius] = found, error
    return correlation, standard_error
