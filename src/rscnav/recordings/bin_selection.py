"""Which bins of a recording are used, and how many were dropped for what."""

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.activity.series import Sampled, SampledRates
from rscnav.recordings.binning import Bins, bins_within, complement, overlaps
from rscnav.recordings.extract import RawRecording
from rscnav.recordings.settings.recording import Recording


def kept_bins(recorded: RawRecording, mapping: Recording) -> tuple[Bins, dict[str, int]]:
    """Lay bins into the trials and drop those that are invalid, outside the epochs, or without position or activity."""
    bins = bins_within(recorded.spans.times, mapping.bin_s)
    dropped = {"n_bins_outside_epochs": 0, "n_bins_in_gaps": 0, "n_bins_nan": 0}
    for key, intervals in (
        ("n_bins_invalid", recorded.invalid),
        ("n_bins_unobserved", recorded.unobserved),
        ("n_bins_unrecorded", recorded.unrecorded),
    ):
        there = overlaps(bins, intervals)
        dropped[key] = int(there.sum())
        bins = bins.keep(~there)
    if recorded.sampled is not None:
        silent = recorded.sampled.per_bin(bins) == 0
        dropped["n_bins_without_samples"] = int(silent.sum())
        bins = bins.keep(~silent)
    if recorded.epochs is not None:
        beyond = overlaps(bins, complement(recorded.epochs))
        dropped["n_bins_outside_epochs"] = int(beyond.sum())
        bins = bins.keep(~beyond)
    if recorded.tracking is not None and mapping.position is not None:
        in_gap = overlaps(bins, recorded.tracking.gaps)
        dropped["n_bins_in_gaps"] = int(in_gap.sum())
        bins = bins.keep(~in_gap)
        missing = overlaps(bins, recorded.tracking.missing)
        if missing.any() and mapping.position.nan == "refuse":
            raise InvalidValueError(
                f"position.series: {mapping.position.shown} is NaN in {missing.sum()} bins, the first at "
                f"{bins.centre[missing][0]:.3f} s; write position.nan: drop to leave them out, or interpolate in the file"
            )
        dropped["n_bins_nan"] = int(missing.sum())
        bins = bins.keep(~missing)
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
