"""Selection of time bins: counts of dropped bins by reason, and the error message if no bin is left."""

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
    "n_bins_without_samples": "contain no sample of the activity",
    "n_bins_outside_epochs": "lie outside the epochs",
    "n_bins_in_gaps": "have no position (they overlap a tracking gap)",
    "n_bins_nan": "contain a position that is NaN",
    "n_bins_nan_activity": "contain activity that is NaN",
}


def kept_bins(recorded: RawRecording, mapping: Recording) -> tuple[Bins, dict[str, int]]:
    """Return the time bins of all trials that are used, and the counts of dropped bins by reason.

    Bins are dropped if they are invalid or unobserved, outside the epochs, or without position or activity.

    Raises
    ------
    InvalidValueError
        If the position is NaN in a bin and `position.nan` is ``refuse``.
    """
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
                f"{bins.centre[missing][0]:.3f} s; set position.nan: drop to drop these bins, or interpolate in the file"
            )
        drop("n_bins_nan", missing)
    return bins, dropped


def known_bins(bins: Bins, sampled: Sampled, mapping: Recording) -> tuple[Bins, int]:
    """Drop bins in which the activity of any unit is NaN; return the bins that are left, and the count of dropped bins.

    Raises
    ------
    InvalidValueError
        If there are such bins and `activity.nan` is ``refuse``.
    """
    unknown = np.zeros(len(bins), bool)
    if sampled.has_nan.any():
        for samples, _, rates in SampledRates(sampled, bins).blocks():
            unknown[samples] = np.any(np.isnan(rates), axis=1)
    if unknown.any() and mapping.activity is not None and mapping.activity.nan == "refuse":
        raise InvalidValueError(
            f"activity.series: '{', '.join(mapping.activity.names)}' is NaN in {unknown.sum()} bins, the first at "
            f"{bins.centre[unknown][0]:.3f} s; set activity.nan: drop to drop these bins"
        )
    return bins.keep(~unknown), int(unknown.sum())


def nothing_left(recorded: RawRecording, mapping: Recording, dropped: Mapping[str, int]) -> str:
    """Return the error message for a recording with no bin left; `dropped` are the counts of bins by reason."""
    spans, bin_s = recorded.spans.times, mapping.bin_s
    what = "pieces" if recorded.spans.cut else "trials"
    length = np.diff(spans, axis=1)[:, 0]
    total = sum(dropped.values())
    head = f"no bin of {bin_s:g} s is left of {len(spans)} {what} ({spans[0, 0]:g} to {spans[-1, 1]:g} s)"
    if not total and not length.any():
        cure = "rename the column of their ends to stop_time in the file, or set trials.end: next"
        return f"{head}: all {what} last 0 s, because start and stop are equal; {cure}"
    if not total:
        return f"{head}: the longest lasts {length.max():.4g} s; set a bin_s that is shorter than the {what}"
    counts = {key: n for key, n in dropped.items() if n}
    parts = [f"{n:,} {_WORDS.get(key, key.removeprefix('n_').replace('_', ' '))}" for key, n in counts.items()]
    words = f"{head}: of {total:,} bins {', '.join(parts)}"
    main = max(counts, key=lambda key: counts[key])
    if main == "n_bins_in_gaps" and recorded.tracking is not None:
        return f"{words}. {_of_position(recorded.tracking, spans[0, 0], spans[-1, 1], mapping)}"
    if main == "n_bins_outside_epochs" and recorded.epochs is not None:
        first, last = recorded.epochs[:, 0].min(), recorded.epochs[:, 1].max()
        return (
            f"{words}. The epochs extend from {first:g} to {last:g} s; check that trials and epochs are on one clock, and that this is "
            "the right epoch"
        )
    if main in ("n_bins_nan", "n_bins_nan_activity"):
        return f"{words}. Check that it is the right series"
    return f"{words}. Check that all times in the file are in seconds on one clock"


def _of_position(tracking: Tracking, start: float, stop: float, mapping: Recording) -> str:
    """Return a sentence with the time span of the position and the length of its gaps."""
    first, last = tracking.extent
    where = f"The position extends from {first:g} to {last:g} s"
    if last < start or first > stop:
        return f"{where}; check that both are in seconds on one clock"
    gaps = tracking.gaps[np.isfinite(tracking.gaps).all(axis=1)]
    if not len(gaps):
        return f"{where}, without gaps"
    longest = float(np.max(np.diff(gaps, axis=1)))
    key = "" if mapping.position is None else f" (position.max_gap_s: {mapping.position.max_gap_s:g})"
    return f"{where}, with {len(gaps)} gaps of up to {longest:.4g} s{key}; check that the sampling interval is short enough for the bins"
