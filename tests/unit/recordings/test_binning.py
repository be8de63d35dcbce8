"""Bins: no spike lost or counted twice, nothing shifted, bins at gaps found."""

import numpy as np
import pytest

from rscnav.analyses.lowpass_filter import lowpass
from rscnav.recordings.activity.firing_rates import SpikeRates
from rscnav.recordings.binning import bins_within, complement, cut_spans, overlaps


def test_every_spike_inside_a_bin_is_counted_once():
    draw = np.random.default_rng(0)
    spans = np.array([[0.3, 7.3], [7.3, 11.0], [20.0, 20.95]])
    bins = bins_within(spans, 0.1)
    spikes = [np.sort(draw.uniform(0, 25, 4000)), np.array([0.3, 7.3, 20.9]), np.empty(0)]
    counts = np.asarray(SpikeRates(spikes, bins, 1.0))
    covered = [[0.3, 7.3], [7.3, 11.0], [20.0, 20.9]]  # the last half bin stays out
    for unit, times in enumerate(spikes):
        inside = sum(np.sum((times >= a) & (times < b)) for a, b in covered)
        assert counts[:, unit].sum() == inside
    assert counts[:, 1].sum() == 2  # 20.9 is the end of the last bin, which does not hold it


def test_a_spike_on_an_edge_belongs_to_the_bin_that_starts_there():
    bins = bins_within(np.array([[0.0, 1.0]]), 0.25)
    assert np.asarray(SpikeRates([np.array([0.25, 0.5])], bins, 1.0))[:, 0].tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("length", [10.0, 9.9999999, 10.0000001])
def test_rounding_in_the_file_neither_loses_nor_adds_a_bin(length):
    assert len(bins_within(np.array([[100.0, 100.0 + length]]), 0.1)) == 100


def test_an_impulse_keeps_its_place_through_bins_and_zero_phase_filter():
    bins = bins_within(np.array([[3.0, 63.0]]), 0.1)
    spike = 33.04
    rate = np.asarray(SpikeRates([np.array([spike])], bins, 0.1))
    assert abs(bins.centre[np.argmax(rate[:, 0])] - spike) <= 0.05
    smooth = lowpass(rate, 0.1, 0.5, causal=False)[:, 0]
    assert np.argmax(smooth) == np.argmax(rate[:, 0])
    centre_of_mass = np.sum(bins.centre * smooth) / np.sum(smooth)
    assert abs(centre_of_mass - spike) < 0.05
    causal = lowpass(rate, 0.1, 0.5, causal=True)[:, 0]
    assert np.sum(bins.centre * causal) / np.sum(causal) > spike + 0.1  # which a forward filter does not do


def test_bins_that_share_time_with_a_gap_are_found():
    bins = bins_within(np.array([[0.0, 1.0]]), 0.1)
    gaps = np.array([[-np.inf, 0.0], [0.35, 0.36], [0.6, 0.75], [0.95, np.inf]])
    assert np.flatnonzero(overlaps(bins, gaps)).tolist() == [3, 6, 7, 9]
    assert not overlaps(bins, np.empty((0, 2))).any()


def test_outside_is_the_complement_of_overlapping_spans():
    gaps = complement(np.array([[5.0, 8.0], [1.0, 2.0], [6.0, 7.0], [8.0, 9.0]]))
    assert gaps.tolist() == [[-np.inf, 1.0], [2.0, 5.0], [9.0, np.inf]]


def test_stretches_are_cut_and_short_remainders_are_counted():
    pieces, dropped = cut_spans(np.array([[0.0, 25.0], [30.0, 32.0], [40.0, 44.0], [50.0, 60.0]]), 10.0)
    assert pieces.tolist() == [[0, 10], [10, 20], [20, 25], [50, 60]]
    assert dropped == 2
