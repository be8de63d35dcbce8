"""Which bins of a recording are used, how many were dropped for what, and, in sentences, why none is left."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.activity.series import Sampled, SampledRates
from rscnav.recordings.binning import Bins, bins_within, complement, overlaps
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


def kept_bins(recorded: RawRecording, mapping: Recording) -> tuple[Bins, dict[str, int]]:
    """Lay bins into the trials and drop those that are invalid, outside the epochs, or without position or activity."""
    bins = bins_within(recorded.spans.times, mapping.bin_s)
    dropped = {"n_bins_outside_epochs": 0, "n_bins_in_gaps": 0, "n_bins_nan": 0}

    def drop(key: str, unfit: NDArray[np.bool_]) -> None:
        nonlocal bins
        dropped[key] = int(unfit.sum())
        bins = bins.keep(~unfit)

    drop("n_bins_invalid", overlaps(bins, recorded.invalid))
    drop("n_bins_unobserved", overlaps(bins, recorded.unobserved))
    drop("n_bins_unrecorded", overlaps(bins, recorded.unrecorded))
    if recorded.sampled is not None:
        drop("n_bins_without_samples", recorded.sampled.per_bin(bins) == 0)
    if recorded.epochs is not None:
        drop("n_bins_outside_epochs", overlaps(bins, complement(recorded.epochs)))
    if recorded.tracking is not None and mapping.position is not None:
        drop("n_bins_in_gaps", overlaps(bins, recorded.tracking.gaps))
        missing = overlaps(bins, recorded.tracking.missing)
        if missing.any() and mapping.position.nan == "refuse":
            raise InvalidValueError(
                f"position.series: {mapping.position.shown} is NaN in {missing.sum()} bins, the first at "
                f"{bins.centre[missing][0]:.3f} s; write position.nan: drop to leave them out, or interpolate in the file"
            )
        drop("n_bins_nan", missing)
    return bins, dropped


def known_bins(bins: Bins, sampled: Sampled, mapping: Recording) -> tuple[Bins, int]:
    """Drop bins in which some unit's activity is NaN, or refuse them, as the mapping says; give how many were dropped."""
    unknown = np.zeros(len(bins), bool)
    if sampled.has_nan.any():
        for samples, _, rates in SampledRates(sampled, bins).blocks():
            unknown[samples] = np.any(np.isnan(rates), axis=1)
    if unknown.any() and mapping.activity is not None and mapping.activity.nan == "refuse":
        raise InvalidValueError(
            f"activity.series: '{', '.join(mapping.activity.names)}' is NaN in {unknown.sum()} bins, the first at "
            f"{bins.centre[unknown][0]:.3f} s; write activity.nan: drop to leave them out"
        )
    return bins.keep(~unknown), int(unknown.sum())


def nothing_left(recorded: RawRecording, mapping: Recording, dropped: Mapping[str, int]) -> str:
    """Return the message for a recording of which no bin is left; `dropped` are its bins by the reason why."""
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
