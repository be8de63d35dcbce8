"""Learning rate: one cycle up and down, then shorter and lower ones while the target gap is not reached."""

import math

WARM_UP = 0.3  # share of a cycle in which the rate rises
START = 25.0  # the rate starts at peak / START ...
END = 1e4  # ... and ends at that / END


def cycle_ends(n_batches: int, max_batches: int) -> list[int]:
    """Give the batches at which a cycle ends: the first after `n_batches`, each later one half as long as the first."""
    ends = [n_batches]
    extra = max(1, n_batches // 2)
    while ends[-1] + extra <= max_batches:
        ends.append(ends[-1] + extra)
    return ends


def cycle_at(batch: int, n_batches: int) -> tuple[int, int]:
    """Give the first batch of the cycle that a batch (counted from 0) is in, and the cycle's length."""
    if batch < n_batches:
        return 0, n_batches
    length = max(1, n_batches // 2)
    return n_batches + (batch - n_batches) // length * length, length


def is_falling(batch: int, n_batches: int) -> bool:
    """Tell whether the rate of a batch (counted from 0) is past the peak of its cycle."""
    first, length = cycle_at(batch, n_batches)
    return batch - first > WARM_UP * length


def learning_rate(batch: int, n_batches: int, peak: float) -> float:
    """Rate of a batch (counted from 0).

    A cosine from peak/25 up to the peak in the first 30 % of the cycle, a cosine down to almost nothing in the rest.
    Cycles after the first are half as long and peak at half the rate.

    References
    ----------
    Smith & Topin, Proc. SPIE 11006 (2019), doi:10.1117/12.2520589.
    """
    first, length = cycle_at(batch, n_batches)
    if first > 0:
        peak = peak / 2
    batch -= first
    low, end = peak / START, peak / START / END
    rising = max(1.0, WARM_UP * length)
    if batch < rising:
        return peak + (low - peak) * (1 + math.cos(math.pi * batch / rising)) / 2
    share = (batch - rising) / max(1.0, length - 1 - rising)
    return end + (peak - end) * (1 + math.cos(math.pi * min(1.0, share))) / 2
