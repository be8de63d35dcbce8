"""Dispersion of rates: the entropy of a unit's rates at one place, averaged over places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.tuning.entropy import histogram_entropy, miller_madow, shuffle_corrected
from rscnav.analyses.tuning.place_passes import PlaceVisits
from rscnav.sessions.lazy import row_blocks


@dataclass(frozen=True)
class Spread:
    """Dispersion of each unit (bit), mean over places by occupancy: (phase, unit), plug-in and Miller-Madow."""

    plugin: NDArray[np.float64]
    mm: NDArray[np.float64]

    def means(self) -> NDArray[np.float64]:
        """Average over units: (estimate, phase), plug-in first."""
        return np.stack([self.plugin.mean(axis=1), self.mm.mean(axis=1)])


def rate_range(activity: NDArray[np.floating], used: NDArray[np.bool_]) -> NDArray[np.floating]:
    """Give the range (low/high, unit) of each unit's rates (time, unit) over the samples used, of which there must be one."""
    blocks = [(activity[block], used[block]) for block in row_blocks(activity.shape) if used[block].any()]
    ends = np.array([(rows[here].min(axis=0), rows[here].max(axis=0)) for rows, here in blocks])
    return np.stack([ends[:, 0].min(axis=0), ends[:, 1].max(axis=0)])


def digitize_rates(
    activity: NDArray[np.floating], between: NDArray[np.floating], n_rate_bins: int
) -> NDArray[np.uint8]:
    """Bin rates (sample, unit) in `n_rate_bins` equal bins of each unit's range; what lies outside is in the outermost."""
    low, high = between
    width = np.where(high > low, high - low, 1)
    codes = np.empty(activity.shape, np.uint8)
    for block in row_blocks(activity.shape):
        scaled = (activity[block] - low) / width  # not times n_rate_bins / width, which may be infinite
        scaled *= n_rate_bins
        codes[block] = np.clip(scaled, 0, n_rate_bins - 1, out=scaled)
    return codes


def rate_entropy(
    passes: PlaceVisits, chosen: NDArray[np.intp], quota: NDArray, codes: NDArray[np.uint8], n_rate_bins: int
) -> Spread:
    """Histogram the rates at each place, one sample a matched pass; entropy, averaged over places by their passes.

    Parameters
    ----------
    chosen, quota : array
        From `match_visit_counts`.
    codes : array, (chosen, unit)
        From `digitize_rates`, of the sample drawn for each chosen pass.

    Returns
    -------
    Spread
        NaN where no place has passes enough.
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
    """Take off the dispersion (phase, unit), see `rate_entropy`, the bias that is seen when rates are dealt out to other places.

    Within each phase the chosen passes' rates are permuted over the places. Then the entropy at a place would be that of all
    the phase's rates together, but for the bias of few samples; see `shuffle_corrected`.
    """
    plugin = rate_entropy(passes, chosen, quota, codes, n_rate_bins).plugin
    if not len(chosen):
        return plugin
    second = passes.cell[chosen] >= passes.n_position_bins  # chosen passes come by cell: LM1 first
    n_first = int(np.sum(~second))
    order = np.concatenate([generator.permutation(n_first), n_first + generator.permutation(int(second.sum()))])
    shuffled = rate_entropy(passes, chosen, quota, codes[order], n_rate_bins).plugin
    together = _histograms(second.astype(np.int64), codes, 2, n_rate_bins)
    return shuffle_corrected(plugin, shuffled[None], histogram_entropy(together) + miller_madow(together))


def _histograms(
    cell: NDArray[np.integer], codes: NDArray[np.uint8], n_cells: int, n_rate_bins: int
) -> NDArray[np.int64]:
    """Count codes (sample, unit) by cell, where cells come in order: (cell, unit, rate)."""
    counts = np.zeros((n_cells, codes.shape[1], n_rate_bins), np.int64)
    edges = np.searchsorted(cell, np.arange(n_cells + 1))
    each = np.arange(n_rate_bins, dtype=np.uint8)[:, None, None]
    for k in range(n_cells):
        for start in range(edges[k], edges[k + 1], 255):  # as many as a byte can count
            here = codes[start : min(start + 255, edges[k + 1])]
            counts[k] += np.add.reduce((here == each).view(np.uint8), axis=1, dtype=np.uint8).T
    return counts
