"""Bias of the entropies, on distributions whose entropy is known: what the corrections take off, and what they leave."""

import numpy as np
import pytest

from helpers.ring import ring_session
from rscnav.analyses.events import displacement_since_landmark
from rscnav.analyses.registry import analyse
from rscnav.analyses.spatial_bins import spatial_bin
from rscnav.analyses.tuning import spatial_entropy as spatial
from rscnav.analyses.tuning import tuning_entropy as tuning
from rscnav.analyses.tuning.entropy import histogram_entropy, miller_madow
from rscnav.analyses.tuning.place_passes import draw, find_passes, match_visit_counts
from rscnav.analyses.tuning.rate_entropy import rate_entropy, shuffled_spread
from rscnav.analyses.tuning.tuning_curves import angle_bin

TUNED = np.array([1.0, 1.0, 2.0, 6.0, 2.0, 1.0])  # mean rates in six bins


def bits(rates):
    p = np.asarray(rates, float) / np.sum(rates)
    return -np.sum(p[p > 0] * np.log2(p[p > 0]))


@pytest.mark.parametrize("p", [np.full(8, 1 / 8), np.array([0.5, 0.25, 0.125, 0.125])])
def test_miller_madow_on_known_distributions(p):
    counts = np.random.default_rng(0).multinomial(40, p, size=4000)
    plugin = histogram_entropy(counts).mean() - bits(p)
    corrected = (histogram_entropy(counts) + miller_madow(counts)).mean() - bits(p)
    assert plugin == pytest.approx(-(len(p) - 1) / (80 * np.log(2)), rel=0.12)
    assert abs(corrected) < 0.12 * abs(plugin)


def planted_rates(generator, p, n_passes):
    """One pass a trial through each place and phase; the rate's bin drawn from the place's p (place, rate)."""
    place = np.tile(np.repeat(np.arange(len(p)), n_passes), 2)
    phase = np.repeat([1, 2], len(place) // 2)
    passes = find_passes(place, phase, np.arange(len(place)), np.arange(float(len(place))), len(p), 0.1)
    return passes, (generator.random((len(place), 1)) > np.cumsum(p, axis=1)[place]).sum(axis=1)[:, None]


@pytest.mark.parametrize(
    ("p", "left"),
    [
        (np.full((4, 8), 1 / 8), 0.1),  # rates say nothing of the place: the shuffles are as the data
        (np.tile([0.5, 0.25, 0.125, 0.125, 0, 0, 0, 0], (4, 1)), 0.1),
        (
            np.stack([np.roll([0.4, 0.3, 0.2, 0.1, 0, 0, 0, 0], 2 * k) for k in range(4)]),
            1.6,
        ),  # shuffled rates spread wider
    ],
)
def test_dispersion_on_known_distributions(p, left):
    """`left` is the share of the plug-in's bias that the shuffle correction may leave; Miller-Madow leaves less than 0.15."""
    rng, truth = np.random.default_rng(1), np.mean([bits(row) for row in p])
    found = []
    for _ in range(150):
        passes, codes = planted_rates(rng, p, 30)
        drawn = draw(passes, rng)
        chosen, quota = match_visit_counts(passes, drawn, 5)
        of_pass = codes[drawn.sample[chosen]].astype(np.uint8)
        both = rate_entropy(passes, chosen, quota, of_pass, 8)
        shuffle = shuffled_spread(passes, chosen, quota, of_pass, 8, rng)
        found.append([both.plugin.mean(), both.mm.mean(), shuffle.mean()])
    plugin, mm, shuffle = np.mean(found, axis=0) - truth
    assert plugin < -0.05
    assert abs(mm) < 0.15 * abs(plugin)
    assert abs(shuffle) < left * abs(plugin)


def tuned_units(curve, bins):
    """Poisson counts around a mean rate by bin, 200 units; in LM0 and beyond ±π the mean of the curve."""

    def plant(session, rng):
        at = bins(session)
        rate = np.where(at >= 0, np.asarray(curve)[at], np.mean(curve))
        return rng.poisson(0.2 * rate[:, None], (len(rate), 200)) / 0.2

    return plant


def displacement_bins(session):
    moved = displacement_since_landmark(session)
    return angle_bin(np.where(np.abs(moved) <= np.pi, moved, np.nan), 6)


def place_bins(session):
    return spatial_bin(session.position, True, 20, 4)[0]


@pytest.mark.parametrize(
    ("name", "curve", "settings", "bins"),
    [
        ("tuning_entropy", np.ones(6), tuning.Settings(n_null=49), displacement_bins),
        ("tuning_entropy", TUNED, tuning.Settings(n_null=49), displacement_bins),
        ("spatial_entropy", np.ones(20), spatial.Settings(n_null=49), place_bins),
        ("spatial_entropy", np.repeat(TUNED[:5], 4), spatial.Settings(n_null=49), place_bins),
    ],
)
def test_curves_on_known_rates(name, curve, settings, bins):
    truth = bits(curve)
    found = []
    for seed in range(6):
        result = analyse(ring_session(tuned_units(curve, bins), 24, seed=seed), name, settings)
        found.append([result.scalar(f"mean_entropy{suffix}") for suffix in ("", "_jackknife", "_shuffle")])
    plugin, jackknife, shuffle = np.mean(found, axis=0) - truth
    assert plugin < -0.004
    assert abs(jackknife) < 0.35 * abs(plugin)
    if np.ptp(curve) == 0:
        assert abs(shuffle) < 0.2 * abs(plugin)
    else:  # permuted trials of a tuned unit vary more than the unit does at one place: too much is taken off
        assert 0 < shuffle < 2.5 * abs(plugin)
