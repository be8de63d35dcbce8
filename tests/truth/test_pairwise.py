"""Correlations between units that are planted, and kept or not kept from LM1 to LM2; and none that are not there."""

import numpy as np
import pytest

from helpers.ring import ring_session
from rscnav.analyses.pairwise.block_correlations import (
    BlockSums,
    block_sums,
    cross_product,
    self_product,
    structure_preserved,
)
from rscnav.analyses.pairwise.pairwise import Settings
from rscnav.analyses.pairwise.structure_nulls import sign_flip_null
from rscnav.analyses.registry import analyse
from rscnav.analyses.statistics.trial_differences import neighbouring_pairs
from rscnav.calibration.null_sessions import coloured_noise, null_session

FEW = Settings(n_null=39)
N_UNITS = 24


def couples(strength_1, strength_2):
    """Twelve couples of units; a couple correlates by `strength_1` until LM2 and by `strength_2` in it."""

    def plant(session, rng):
        own = coloured_noise(len(session.time), N_UNITS, rng)
        common = np.repeat(coloured_noise(len(session.time), N_UNITS // 2, rng), 2, axis=1)
        strength = np.where(session.phase == 2, strength_2, strength_1)[:, None]
        sign = np.where(np.arange(N_UNITS) % 2, np.sign(strength), 1.0)
        return np.sqrt(1 - np.abs(strength)) * own + np.sqrt(np.abs(strength)) * sign * common

    return plant


def test_sums_by_hand():
    values = np.array([[1.0, 1, 0], [-1, -1, 0], [1, -1, 2], [1, -1, 0]])
    blocks = block_sums(values, np.array([0, 0, 1, 1]), 2)
    # Root mean squares 1, 1 and 1; products 1 x 2: 1, 1, -1, -1; 1 x 3: 0, 0, 2, 0; 2 x 3: 0, 0, -2, 0.
    np.testing.assert_allclose(blocks.sums, [[2, 0, 0], [-2, 2, -2]], atol=1e-6)
    np.testing.assert_allclose(blocks.correlation(), [0, 0.5, -0.5], atol=1e-6)
    product = cross_product(blocks, blocks)
    assert product.value == pytest.approx(
        2 * (2 * -2) / (2 * 2 * 2) / 3
    )  # two ordered pairs of blocks, four samples each
    assert np.isnan(product.without).all()  # one block has no other
    assert self_product(blocks) == pytest.approx(-8)
    squares, draws = sign_flip_null(blocks, 50, np.random.default_rng(0))
    # Turning signs leaves ⟨C_0, C_1⟩ = -4 or makes it 4: only the first pair of units has a product in both blocks.
    assert set(np.round(squares).tolist()) == {-8.0, 8.0}
    assert len(draws) == 20


def test_neighbours_are_compared_as_far_as_the_shorter_goes():
    trial = np.repeat([0, 1, 2, 3, -1, 4], [3, 2, 4, 4, 2, 3])
    pairs = neighbouring_pairs(trial)
    assert pairs.left_out == 1
    together = pairs.part(np.ones(len(trial), bool))
    assert sorted(map(tuple, together)) == [(0, 3), (1, 4), (5, 9), (6, 10), (7, 11), (8, 12)]
    assert pairs.starts().tolist() == [0, 5]
    np.testing.assert_array_equal(pairs.part(np.arange(len(trial)) != 10), [row for row in together if row[1] != 10])


def test_shared_input_is_measured():
    result = analyse(null_session("shared", np.random.default_rng(1), n_trials=200), "pairwise", FEW)
    for part in ("LM1", "LM2"):
        assert result.scalar(f"{part}/mean_low") < 0.2 < result.scalar(f"{part}/mean_high")
        assert result.scalar(f"{part}/rms") == pytest.approx(0.2, abs=0.05)
        assert result.scalar(f"{part}/p") == pytest.approx(1 / 40)
        assert result[f"{part}/histogram"].sum() == pytest.approx(1)
    assert result.scalar("structure_preserved_p") > 0.05  # all pairs alike: there is nothing to keep
    assert result.scalar("structure_preserved") is None
    assert "no structure" in result.notes["structure_preserved"]


@pytest.mark.parametrize(("later", "truth"), [(0.6, 1.0), (-0.6, -1.0)])
def test_couples_are_kept_or_turn_round(later, truth):
    result = analyse(ring_session(couples(0.6, later), n_trials=200), "pairwise", FEW)
    assert result.scalar("structure_preserved") == pytest.approx(truth, abs=0.1)
    assert (
        np.sign(result.scalar("structure_preserved_low")) == np.sign(result.scalar("structure_preserved_high")) == truth
    )
    assert (result.scalar("structure_preserved_p") <= 0.05) == (truth > 0)
    assert np.sign(result.scalar("structure_preserved_plain")) == truth
    # 12 of the 276 pairs correlate by 0.6.
    assert result.scalar("LM1/rms") == pytest.approx(0.6 * np.sqrt(12 / 276), abs=0.02)
    assert result["LM1/correlation"][0, 1] == pytest.approx(0.6, abs=0.07)


def test_new_couples_are_not_kept():
    def plant(session, rng):
        before, after = couples(0.6, 0.6)(session, rng), couples(0.6, 0.6)(session, rng)
        return np.where((session.phase == 2)[:, None], np.roll(after, 1, axis=1), before)

    result = analyse(ring_session(plant, n_trials=200), "pairwise", FEW)
    # Each phase has 12 couples among 276 pairs, none of them in common: -p / (1 - p) with p = 12 / 276.
    assert result.scalar("structure_preserved") == pytest.approx(-(12 / 276) / (1 - 12 / 276), abs=0.06)
    assert result.scalar("structure_preserved_low") < -0.045 < result.scalar("structure_preserved_high")
    assert result.scalar("structure_preserved_p") > 0.05


def test_half_of_the_structure_is_half_kept():
    rng = np.random.default_rng(4)
    one, fresh = rng.standard_normal((2, 4005))  # pairs of 90 units
    other = 0.5 * one + np.sqrt(0.75) * fresh
    n = np.full(20, 100.0)
    noisy = [
        BlockSums(n, (100 * (truth + 3 * rng.standard_normal((20, 4005)))).astype("f4"), np.full((20, 90), 100.0))
        for truth in (one, other)
    ]
    value, low, high = structure_preserved(*noisy)
    assert value == pytest.approx(0.5, abs=0.05)
    assert low < 0.5 < high
    attenuated = np.corrcoef(noisy[0].correlation(), noisy[1].correlation())[0, 1]
    assert attenuated < 0.4  # 0.5 / (1 + 9 / 20) = 0.34


@pytest.mark.parametrize("kind", ["drift", "ramps"])
def test_drift_and_ramps_are_no_correlation(kind):
    p = []
    for seed in range(15):
        result = analyse(null_session(kind, np.random.default_rng(seed)), "pairwise", FEW)
        p += [result.scalar("LM1/p"), result.scalar("LM2/p"), result.scalar("structure_preserved_p")]
    assert np.sum(np.array(p) <= 0.05) <= 7  # 45 at 0.05: more than 7 has a chance of 0.002


def test_what_cannot_be_computed_is_noted():
    def noise(n_units):
        return lambda session, rng: rng.standard_normal((len(session.time), n_units))

    assert "0 of 4" in analyse(ring_session(lambda s, rng: np.ones((len(s.time), 4))), "pairwise", FEW).notes["LM1"]
    assert "1 of 1" in analyse(ring_session(noise(1)), "pairwise", FEW).notes["LM2"]
    few_units = analyse(ring_session(noise(3)), "pairwise", FEW)
    assert "5 are needed" in few_units.notes["structure_preserved"]
    assert few_units.scalar("LM1/p") is not None
    one_trial = analyse(ring_session(noise(8), n_trials=1), "pairwise", FEW)
    assert "pairs of neighbouring trials: 0" in one_trial.notes["LM1"]
    assert one_trial.notes["structure_preserved"].startswith("LM1: pairs of neighbouring trials: 0")
    short = analyse(ring_session(noise(8), n_trials=14), "pairwise", FEW)
    assert "10 are needed for intervals" in short.notes["LM2"]
    assert short.scalar("LM2/mean_low") is None
    session = ring_session(noise(8))
    session.phase = None
    whole = analyse(session, "pairwise", FEW)
    assert whole.scalar("all/p") is not None
    assert whole.notes["structure_preserved"] == "phases are not known"
