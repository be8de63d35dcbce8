"""Dispersion of rates: the entropy of a unit's rates at one place, averaged over places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.entropy import histogram_entropy
from rscnav.analyses.passes import Draw, Passes, matched


@dataclass(frozen=True)
class Spread:
    """Dispersion of each unit (bit), mean over places by occupancy: (phase, unit), plug-in and Miller-Madow."""

    plugin: NDArray[np.float64]
    mm: NDArray[np.float64]

    def means(self) -> NDArray[np.float64]:
        """Average over units: (estimate, phase), plug-in first."""
        return np.stack([self.plugin.mean(axis=1), self.mm.mean(axis=1)])


def rate_codes(
    activity: NDArray[np.floating], used: NDArray[np.bool_], n_rates: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Bin each unit's rates between its lowest and highest of the samples used.

    Parameters
    ----------
    activity : array, (time, unit)
    used : array, (time,)
        At least one.
    n_rates : int
        Bins.

    Returns
    -------
    codes : array, (time, lively unit)
        Bins; samples that are not used are cut to the range.
    lively : array, (unit,)
        Units that are not constant.
    """
    low, high = activity[used].min(axis=0), activity[used].max(axis=0)
    lively = high > low
    scaled = (activity[:, lively] - low[lively]) * (n_rates / (high - low)[lively])
    return np.clip(scaled, 0, n_rates - 1).astype(np.uint8), lively


def spread(
    passes: Passes,
    drawn: Draw,
    codes: NDArray[np.uint8],
    n_rates: int,
    min_passes: int,
    keep: NDArray[np.bool_] | None = None,
) -> Spread:
    """Histogram the rates at each place, one sample a matched pass; entropy, averaged over places by their passes.

    Parameters
    ----------
    passes, drawn, min_passes, keep
        See `matched`.
    codes : array, (time, unit)
        From `rate_codes`.
    n_rates : int

    Returns
    -------
    Spread
        NaN where no place has passes enough.
    """
    chosen, quota = matched(passes, drawn, min_passes, keep)
    n_units, n_places = codes.shape[1], passes.n_places
    if not len(chosen):
        nothing = np.full((2, n_units), np.nan)
        return Spread(nothing, nothing)
    counts = _histograms(passes.cell[chosen], codes[drawn.sample[chosen]], 2 * n_places, n_rates)
    counts = counts.reshape(2, n_places, n_units, n_rates)[:, quota > 0]
    weight = quota[quota > 0] / quota.sum()
    plugin, mm = (histogram_entropy(counts, miller_madow=corrected) for corrected in (False, True))
    return Spread(np.einsum("p,fpu->fu", weight, plugin), np.einsum("p,fpu->fu", weight, mm))


def _histograms(cell: NDArray[np.integer], codes: NDArray[np.uint8], n_cells: int, n_rates: int) -> NDArray[np.int64]:
    """Count codes (sample, unit) by cell, where cells come in order: (cell, unit, rate)."""
    counts = np.zeros((n_cells, codes.shape[1], n_rates), np.int64)
    edges = np.searchsorted(cell, np.arange(n_cells + 1))
    for k in range(n_cells):
        here = codes[edges[k] : edges[k + 1]]
        ones = np.ones(len(here), np.float32)  # exact up to 2**24 samples; three times as fast as counting
        for rate in range(n_rates):
            counts[k, :, rate] = ones @ (here == rate).astype(np.float32)
    return counts
