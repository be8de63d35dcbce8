"""Positions decoded from planted place codes to their known error, and from activity without position not at all."""

import numpy as np
import pytest

from helpers.ring import place_bumps, ring_session
from rscnav.analyses.decoding.position_basis import fourier_basis
from rscnav.analyses.decoding.position_decoding import Settings
from rscnav.analyses.decoding.ridge_regression import fit_cross_validated
from rscnav.analyses.registry import analyse
from rscnav.calibration.null_sessions import null_session

FEW = Settings(n_null=19)
NOISE = 0.5


def standing(code, seed=0, n_trials=300, n_units=20, plane=False, n_steps=12):
    """Stand still in a place of its own in each trial; noise stands still, too, so that no filter changes anything."""

    def plant(session, rng):
        if plane:
            session.position = np.repeat(rng.uniform(-1, 1, (n_trials, 2)), n_steps, axis=0)
            session.position_unit = "m"
        else:
            session.position = np.repeat(rng.uniform(-np.pi, np.pi, n_trials), n_steps)[:, None]
        session.phase = np.tile(np.repeat([1, 2], n_steps // 2), n_trials).astype(session.phase.dtype)
        noise = np.repeat(rng.normal(0, NOISE, (n_trials, n_units)), n_steps, axis=0)
        return code(session, rng, n_units) + noise

    return ring_session(plant, n_trials=n_trials, n_steps=n_steps, seed=seed)


def circle(session, rng, n_units):
    directions = np.linalg.qr(rng.standard_normal((n_units, 2)))[0] * np.sqrt(n_units)
    return np.concatenate([np.cos(session.position), np.sin(session.position)], axis=1) @ directions.T


def test_a_circle_is_decoded_as_well_as_can_be():
    result = analyse(standing(circle), "position_decoding", FEW)
    # Fisher information n_units / NOISE²: no unbiased readout has a smaller standard deviation (Cramér and Rao).
    best = NOISE / np.sqrt(20) * np.sqrt(2 / np.pi)
    for part in ("LM1", "LM2", "LM1_to_LM2"):
        assert 0.9 * best < result.scalar(f"{part}/error") < 1.25 * best  # 240 trials fit 20 weights, within a tenth
        assert result.scalar(f"{part}/error_low") < result.scalar(f"{part}/error") < result.scalar(f"{part}/error_high")
        assert result.scalar(f"{part}/p") == pytest.approx(1 / 20)
        assert result.scalar(f"{part}/chance") == pytest.approx(np.pi / 2, abs=0.15)  # of two unrelated angles
    assert result.units["LM2/error"] == "rad"


def test_two_places_that_look_alike_are_both_decoded():
    def twice(session, rng, n_units):
        directions = np.linalg.qr(rng.standard_normal((n_units, 2)))[0] * np.sqrt(n_units)
        return np.concatenate([np.cos(2 * session.position), np.sin(2 * session.position)], axis=1) @ directions.T

    result = analyse(standing(twice), "position_decoding", FEW)
    edges, shares = result["LM1/error_edges"], result["LM1/error_histogram"]
    centres = np.abs(edges[:-1] + edges[1:]) / 2
    assert shares[centres < 0.5].sum() + shares[centres > np.pi - 0.5].sum() > 0.95
    assert 0.3 < shares[centres < 0.5].sum() < 0.7
    assert result.scalar("LM1/error") == pytest.approx(np.pi / 2, abs=0.3)


def test_coordinates_in_the_plane_are_decoded_as_well_as_can_be():
    def slopes(session, rng, n_units):
        return session.position @ (np.linalg.qr(rng.standard_normal((n_units, 2)))[0] * np.sqrt(n_units)).T

    result = analyse(standing(slopes, plane=True), "position_decoding", FEW)
    best = (
        NOISE / np.sqrt(20) * np.sqrt(np.pi / 2)
    )  # mean length of a vector with this standard deviation in x and in y
    assert 0.9 * best < result.scalar("LM2/error") < 1.25 * best
    assert result.units["LM2/error"] == "m"
    assert np.nanmean(result["LM2/error_map"]) == pytest.approx(result.scalar("LM2/error"), rel=0.2)


def test_places_in_the_plane_are_decoded():
    centres = np.random.default_rng(5).uniform(-1.2, 1.2, (150, 2))

    def bumps(session, rng, n_units):
        return 3 * np.exp(-np.sum((session.position[:, None] - centres) ** 2, axis=2) / (2 * 0.4**2))

    result = analyse(standing(bumps, n_trials=400, n_units=150, plane=True), "position_decoding", FEW)
    # Two places at random in a square of side 2 are 0.5214 * 2 apart on average.
    assert result.scalar("LM2/chance") == pytest.approx(1.04, abs=0.3)
    assert result.scalar("LM2/error") < 0.2


def test_a_code_that_changes_is_not_carried_over():
    def remapped(session, rng, n_units):
        preferred = rng.uniform(-np.pi, np.pi, (2, n_units))
        bumps = [3 * place_bumps(session.position[:, 0], places) for places in preferred]
        return np.where((session.phase == 2)[:, None], bumps[1], bumps[0])

    result = analyse(standing(remapped, n_units=40), "position_decoding", FEW)
    assert result.scalar("LM1/error") < 0.3
    assert result.scalar("LM2/error") < 0.3
    assert result.scalar("LM1_to_LM2/error") > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ramps", "drift", "unequal"])
def test_activity_without_position_is_at_chance(kind):
    p, beyond = [], 0
    for seed in range(8):
        result = analyse(null_session(kind, np.random.default_rng(seed)), "position_decoding", FEW)
        for part in ("LM1", "LM2", "LM1_to_LM2"):
            p.append(result.scalar(f"{part}/p"))
            beyond += abs(result.scalar(f"{part}/error") - result.scalar(f"{part}/chance")) > 0.3
    assert np.sum(np.array(p) <= 0.05) <= 5  # 24 at 0.05, those of one session alike: more has a chance of some 0.003
    assert beyond <= 3


def test_errors_of_network_and_filter_are_those_of_their_best_places():
    session = standing(circle)
    centres = (-np.pi + (np.arange(64) + 0.5) * 2 * np.pi / 64)[:, None]
    session.bin_centres = centres
    session.position = centres[np.repeat(np.arange(300) % 64, 12)]
    true = np.argmin(np.abs(session.position - centres[:, 0]), axis=1)
    session.bayes_posterior = np.eye(64, dtype="f4")[true]
    session.belief = np.eye(64, dtype="f4")[(true + 3) % 64]
    result = analyse(session, "position_decoding", FEW)
    assert result.scalar("LM2/bayes_error") == pytest.approx(0, abs=1e-6)
    assert result.scalar("LM2/network_error") == pytest.approx(3 * 2 * np.pi / 64)


def test_held_out_readouts_never_saw_their_fold():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 3)).astype("f4")
    fold = np.arange(200) % 4
    y = x @ np.array([[1.0], [2], [-1]]) + 5
    exact = fit_cross_validated(x, y, fold, 4)
    np.testing.assert_allclose(exact.weights[:, :, 0], np.tile([5, 1, 2, -1], (4, 1)), atol=2e-3)
    np.testing.assert_allclose(exact.predict(x, fold), y, atol=5e-3)
    spoilt = np.where(fold[:, None] == 2, 0.0, y)  # only fold 2's own readout never saw these
    np.testing.assert_allclose(fit_cross_validated(x, spoilt, fold, 4).weights[2, 0], 5, atol=1)
    assert fit_cross_validated(x, spoilt, fold, 4).weights[[0, 1, 3], 0].max() < 4.2


def test_the_code_says_where_it_was_made():
    angles = np.linspace(-3.1, 3.1, 50)[:, None]
    code = fourier_basis(angles, ring=True)
    for decoded in code.candidates(code.values(angles)):
        assert np.abs(decoded - angles).max() <= np.pi / 144 + 1e-6
    plane = np.random.default_rng(0).uniform(0, 3, (400, 2))
    code = fourier_basis(plane, ring=False)
    coordinates, *_, finest = code.candidates(code.values(plane))
    np.testing.assert_allclose(coordinates, plane, atol=1e-5)
    assert np.median(np.linalg.norm(finest - plane, axis=1)) < 3 / 24


def test_what_cannot_be_decoded_is_noted():
    session = standing(circle, n_trials=4)
    notes = analyse(session, "position_decoding", FEW).notes
    assert "4 trials" in notes["LM1"]
    assert "at least 5" in notes["LM1"]
    few = analyse(standing(circle, n_trials=15, n_steps=40), "position_decoding", FEW)
    assert "20 are needed" in few.notes["LM2"]
    assert few.scalar("LM2/error_low") is None
    assert few.scalar("LM2/p") is not None
    constant = standing(lambda s, rng, n: 0.0)
    constant.activity[:] = 3
    assert "constant" in analyse(constant, "position_decoding", FEW).notes["LM1"]
    fixed = standing(circle)
    fixed.position[:] = 1.0
    assert "the position is constant" in analyse(fixed, "position_decoding", FEW).notes["LM1"]
    one_unit = analyse(null_session("position", np.random.default_rng(0), n_units=1), "position_decoding", FEW)
    assert one_unit.scalar("LM2/p") is not None
    no_phases = standing(circle)
    no_phases.phase = None
    assert analyse(no_phases, "position_decoding", FEW).scalar("all/error") < 0.2
    nowhere = standing(circle)
    nowhere.position = None
    assert analyse(nowhere, "position_decoding", FEW).reason == "the session has no position"
