"""Why no bin of a recording is left, in sentences."""

from collections.abc import Mapping

import numpy as np

from rscnav.recordings.extract import RawRecording
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.tracking.interpolation import Tracking

_WORDS = {
    "n_bins_invalid": "lie in invalid_times",
    "n_bins_unobserved": "lie outside the obs_intervals of some unit",
    "n_bins_unrecorded": "lie before the first or after the last spike",
    "n_bins_without_samples": "hold no sample of the activity",
    "n_bins_outside_epochs": "lie outside the epochs",
    "n_bins_in_gaps": "have no position (they touch a gap in it)",
    "n_bins_nan": "hold a position that is NaN",
    "n_bins_nan_activity": "hold activity that is NaN",
}


def nothing_left(recorded: RawRecording, mapping: Recording, dropped: Mapping[str, int]) -> str:
    """Return the message for a recording of which no bin is left.

    Parameters
    ----------
    recorded : RawRecording
    mapping : Recording
    dropped : mapping of int
        Bins that were dropped, by reason.
    """
    spans, bin_s = recorded.spans.times, mapping.bin_s
    what = "pieces" if recorded.spans.cut else "trials"
    length = np.diff(spans, axis=1)[:, 0]
    total = sum(dropped.values())
    head = f"no bin of {bin_s:g} s is left of {len(spans)} {what} ({spans[0, 0]:g} to {spans[-1, 1]:g} s)"
    if not total and not length.any():
        cure = "name the column of their ends stop_time in the file, or write trials.end: next"
        return f"{head}: all {what} last 0 s, since their start and stop are the same; {cure}"
    if not total:
        return f"{head}: the longest lasts {length.max():.4g} s; choose a bin_s that is shorter than the {what}"
    counts = {key: n for key, n in dropped.items() if n}
    parts = [f"{n:,} {_WORDS.get(key, key.removeprefix('n_').replace('_', ' '))}" for key, n in counts.items()]
    words = f"{head}: of {total:,} bins {', '.join(parts)}"
    main = max(counts, key=lambda key: counts[key])
    if main == "n_bins_in_gaps" and recorded.tracking is not None:
        return f"{words}. {_of_position(recorded.tracking, spans[0, 0], spans[-1, 1], mapping)}"
    if main == "n_bins_outside_epochs" and recorded.epochs is not None:
        first, last = recorded.epochs[:, 0].min(), recorded.epochs[:, 1].max()
        return f"{words}. The epochs lie from {first:g} to {last:g} s; are trials and epochs on one clock, and is it the right epoch?"
    if main in ("n_bins_nan", "n_bins_nan_activity"):
        return f"{words}. Is it the right series?"
    return f"{words}. Are all times in the file in seconds on one clock?"


def _of_position(tracking: Tracking, start: float, stop: float, mapping: Recording) -> str:
    """Say where the position is, and how long its gaps are."""
    first, last = tracking.extent
    where = f"The position goes from {first:g} to {last:g} s"
    if last < start or first > stop:
        return f"{where}: are both in seconds on one clock?"
    gaps = tracking.gaps[np.isfinite(tracking.gaps).all(axis=1)]
    if not len(gaps):
        return f"{where}, and has no gaps in between"
    longest = float(np.max(np.diff(gaps, axis=1)))
    key = "" if mapping.position is None else f" (position.max_gap_s: {mapping.position.max_gap_s:g})"
    return (
        f"{where}, with {len(gaps)} gaps of up to {longest:.4g} s{key}; are samples stored less often than bins need?"
    )
