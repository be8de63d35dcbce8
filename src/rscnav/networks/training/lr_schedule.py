"""Learning-rate schedule: one cycle, then shorter and lower cycles until the target gap is reached."""

import math

WARM_UP = 0.3  # fraction of a cycle in which the rate rises
START = 25.0  # the rate starts at peak / START ...
END = 1e4  # ... and ends at peak / START / END


def cycle_ends(n_batches: int, max_batches: int) -> list[int]:
    """Return the batches at which cycles end: the first has `n_batches`, each later one half of that, up to `max_batches`."""
    ends = [n_batches]
    extra = max(1, n_batches // 2)
    while ends[-1] + extra <= max_batches:
        ends.append(ends[-1] + extra)
    return ends


def cycle_at(batch: int, n_batches: int) -> tuple[int, int]:
    """Return the first batch and the length of the cycle that contains a batch (counted from 0)."""
    if batch < n_batches:
        return 0, n_batches
    length = max(1, n_batches // 2)
    return n_batches + (batch - n_batches) // length * length, length


def is_falling(batch: int, n_batches: int) -> bool:
    """Return whether a batch (counted from 0) is after the learning-rate peak of its cycle."""
    first, length = cycle_at(batch, n_batches)
    return batch - first > WARM_UP * length


def learning_rate(batch: int, n_batches: int, peak: float) -> float:
    """Return the learning rate of a batch (counted from 0), by a one-cycle schedule.

    The rate rises along a cosine from peak/25 to the peak in the first 30 % of the cycle, and falls along a cosine to
    peak/250000 in the rest. Cycles after the first have half of its length and half of its peak.

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
