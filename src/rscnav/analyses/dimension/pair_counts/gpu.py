"""Counting pairs by blocks of matrix products with torch, on a GPU (or on a CPU, where the tests run it).

Products are made in float64, which a GPU for computing does fast enough for the histogram to be what takes the time. Pairs that lie
as near to a radius as such products may be off are computed again from differences, so that counts are those of the other ways.
"""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.pair_counts.distance_bins import Points, rounding_bound
from rscnav.errors import InvalidValueError

BLOCK = 8192  # rows and columns of a block: 0.5 GB of products
BLOCK_CPU = 1024
CHUNK = 100_000  # unsure pairs at a time


def torch_device(wanted: str) -> str:
    """Name the device that ``cuda`` or ``auto`` stands for here.

    Raises
    ------
    InvalidValueError
        For an unknown one, or ``cuda`` where torch finds no GPU.
    """
    import torch

    if wanted not in ("cuda", "auto", "cpu"):
        raise InvalidValueError(f"device: '{wanted}' will not do; cpu, cuda or auto")
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise InvalidValueError(
            "device: torch finds no GPU here; use device='cpu', or 'auto' to take one where there is one"
        )
    return "cuda" if there and wanted != "cpu" else "cpu"


def count_on_device(
    points: Points, group_edges: NDArray[np.intp], first: NDArray[np.intp], device: str
) -> NDArray[np.int64]:
    """Count as `pair_blocks.count_by_blocks` does, on a torch device."""
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
