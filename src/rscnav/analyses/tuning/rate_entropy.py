"""Entropy of a unit's rates at one position, averaged over positions (rate dispersion)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.tuning.entropy import histogram_entropy, miller_madow, shuffle_corrected
from rscnav.analyses.tuning.place_passes import PlaceVisits
from rscnav.sessions.lazy import row_blocks


@dataclass(frozen=True)
class Spread:
    """Rate dispersion of each unit (bits), mean over spatial bins weighted by passes: (phase, unit), plug-in and Miller-Madow."""

    plugin: NDArray[np.float64]
    mm: NDArray[np.float64]

    def means(self) -> NDArray[np.float64]:
        """Return the means over units: (estimate, phase), plug-in first."""
        return np.stack([self.plugin.mean(axis=1), self.mm.mean(axis=1)])


def rate_range(activity: NDArray[np.floating], used: NDArray[np.bool_]) -> NDArray[np.floating]:
    """Return minimum and maximum (low/high, unit) of the rates (time, unit) over the samples in the mask `used` (time,).

    At least one sample must be in the mask.
    """
    blocks = [(activity[block], used[block]) for block in row_blocks(activity.shape) if used[block].any()]
    ends = np.array([(rows[here].min(axis=0), rows[here].max(axis=0)) for rows, here in blocks])
    return np.stack([ends[:, 0].min(axis=0), ends[:, 1].max(axis=0)])


def digitize_rates(
    activity: NDArray[np.floating], between: NDArray[np.floating], n_rate_bins: int
) -> NDArray[np.uint8]:
    """Assign rates (sample, unit) to `n_rate_bins` equal bins of each unit's range `between` (low/high, unit).

    Rates outside the range are assigned to the first or last bin.
    """
    low, high = between
    width = np.where(high > low, high - low, 1)
    codes = np.empty(activity.shape, np.uint8)
    for block in row_blocks(activity.shape):
        scaled = (activity[block] - low) / width  # n_rate_bins / width may be infinite
        scaled *= n_rate_bins
        codes[block] = np.clip(scaled, 0, n_rate_bins - 1, out=scaled)
    return codes


def rate_entropy(
    passes: PlaceVisits, chosen: NDArray[np.intp], quota: NDArray, codes: NDArray[np.uint8], n_rate_bins: int
) -> Spread:
    """Compute the entropy of the rates in each spatial bin, one sample per matched pass, averaged over bins weighted by passes.

    Parameters
    ----------
    passes : PlaceVisits
    chosen, quota : array
        From `match_visit_counts`.
    codes : array, (chosen, unit)
        From `digitize_rates`, of the sample drawn for each chosen pass.
    n_rate_bins : int

    Returns
    -------
    Spread
        NaN if no bin has enough passes.
    """
    if not len(chosen):
        nothing = np.full((2, codes.shape[1]), np.nan)
        return Spread(nothing, nothing)
    counts = _histograms(passes.cell[chosen], codes, 2 * passes.n_position_bins, n_rate_bins)
    counts = counts.reshape(2, passes.n_position_bins, -1, n_rate_bins)[:, quota > 0]
    weight = quota[quota > 0] / quota.sum()
    plugin = histogram_entropy(counts)
    mm = plugin + miller_madow(counts)
    return Spread(np.einsum("p,fpu->fu", weight, plugin), np.einsum("p,fpu->fu", weight, mm))


def shuffled_spread(
    passes: PlaceVisits,
    chosen: NDArray[np.intp],
    quota: NDArray,
    codes: NDArray[np.uint8],
    n_rate_bins: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Compute the shuffle-corrected dispersion (phase, unit); for the parameters see `rate_entropy`.

    Within each phase the rates of the chosen passes are permuted over spatial bins. Without bias, the entropy in each
    bin would then be that of all rates of the phase together; see `shuffle_corrected`.
    """
    plugin = rate_entropy(passes, chosen, quota, codes, n_rate_bins).plugin
    if not len(chosen):
        return plugin
    second = passes.cell[chosen] >= passes.n_position_bins  # chosen passes are in order of cells: LM1 first
    n_first = int(np.sum(~second))
    order = np.concatenate([generator.permutation(n_first), n_first + generator.permutation(int(second.sum()))])
    shuffled = rate_entropy(passes, chosen, quota, codes[order], n_rate_bins).plugin
    together = _histograms(second.astype(np.int64), codes, 2, n_rate_bins)
    return shuffle_corrected(plugin, shuffled[None], histogram_entropy(together) + miller_madow(together))


def _histograms(
    cell: NDArray[np.integer], codes: NDArray[np.uint8], n_cells: int, n_rate_bins: int
) -> NDArray[np.int64]:
    """Count codes (sample, unit) by cell, with samples in order of cells: (cell, unit, rate)."""
    counts = np.zeros((n_cells, codes.shape[1], n_rate_bins), np.int64)
    edges = np.searchsorted(cell, np.arange(n_cells + 1))
    each = np.arange(n_rate_bins, dtype=np.uint8)[:, None, None]
    for k in range(n_cells):
        for start in range(edges[k], edges[k + 1], 255):  # a byte counts to 255
            here = codes[start : min(start + 255, edges[k + 1])]
            counts[k] += np.add.reduce((here == each).view(np.uint8), axis=1, dtype=np.uint8).T
    return counts
