"""Counts of pairs by blocks of matrix products with torch, on a GPU; on a CPU in the tests.

Products are in float64: on a data-centre GPU they take less time than the histogram. A pair within the rounding error of a radius
is computed again from differences, so that the counts equal those of the other algorithms.
"""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.pair_counts.distance_bins import Points, rounding_bound
from rscnav.errors import InvalidValueError

BLOCK = 8192  # rows and columns of a block: 0.5 GB of products
BLOCK_CPU = 1024
CHUNK = 100_000  # uncertain pairs that are computed again at a time


def torch_device(wanted: str) -> str:
    """Return the torch device for a setting: ``cpu`` or ``cuda``.

    Raises
    ------
    InvalidValueError
        If the setting is unknown, or it is ``cuda`` and torch finds no GPU.
    """
    import torch

    if wanted not in ("cuda", "auto", "cpu"):
        raise InvalidValueError(f"device: '{wanted}' is not valid; expected cpu, cuda or auto")
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise InvalidValueError(
            "device: 'cuda', but torch finds no GPU; use 'cpu', or 'auto' for a GPU where there is one"
        )
    return "cuda" if there and wanted != "cpu" else "cpu"


def count_on_device(
    points: Points, group_edges: NDArray[np.intp], first: NDArray[np.intp], device: str
) -> NDArray[np.int64]:
    """Count as `blocks.count_by_blocks` does, on a torch device."""
    import torch

    n, n_groups, n_bins = len(points.raw), len(group_edges) - 1, len(points.edges) + 1
    size = BLOCK_CPU if device == "cpu" else BLOCK
    x = torch.as_tensor(points.double(slice(0, n)), device=device)
    raw = torch.as_tensor(points.raw, device=device).to(torch.float64)
    norms = (x**2).sum(dim=1)
    longest = float(norms.max())
    error = rounding_bound(points.raw.shape[1], longest, longest, double=True)
    edges = torch.as_tensor(points.edges, device=device)
    group = torch.as_tensor(np.repeat(np.arange(n_groups), np.diff(group_edges)), device=device)
    starts = torch.as_tensor(np.asarray(first, np.int64), device=device)
    number = torch.arange(n, device=device)
    counts = torch.zeros(n_groups * n_groups * n_bins, dtype=torch.int64, device=device)
    for top in range(0, n, size):
        rows = slice(top, min(top + size, n))
        for left in range(int(first[top]) // size * size, n, size):
            columns = slice(left, min(left + size, n))
            squares = norms[rows, None] + norms[None, columns] - 2 * (x[rows] @ x[columns].T)
            counted = number[None, columns] >= starts[rows, None]
            bins = torch.bucketize(squares - error, edges, right=True)
            unsure = (bins != torch.bucketize(squares + error, edges, right=True)) & counted
            i, j = torch.nonzero(unsure, as_tuple=True)
            for part in range(0, len(i), CHUNK):
                a, b = i[part : part + CHUNK], j[part : part + CHUNK]
                exact = (((raw[rows][a] - raw[columns][b]) * points.scale) ** 2).sum(dim=1)
                bins[a, b] = torch.bucketize(exact, edges, right=True)
            bins += (group[rows, None] * n_groups + group[None, columns]) * n_bins
            counts += torch.bincount(bins[counted], minlength=len(counts))
    return counts.reshape(n_groups, n_groups, n_bins).cpu().numpy()
