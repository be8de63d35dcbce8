"""Saddle, line, ring and limit cycle: networks whose points, eigenvalues and rates follow from a formula."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.optimize import brentq

from helpers.dynamical_system import TASK, linear, network_of, visited_by, with_weights
from rscnav.analyses.result import Result
from rscnav.dynamics.fixed_points import Box, minima
from rscnav.dynamics.jacobian_spectra import alignment, spectrum
from rscnav.dynamics.landscape import add_landscape
from rscnav.dynamics.perturbations import add_recovery
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.system import System
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.tasks.registry import make_task

DT_S = 0.1
N_TRIALS, N_STEPS = 40, 50


def landscape(system, states, **settings):
    result = Result()
    made = visited_by(system, states, N_TRIALS)
    add_landscape(result, made, Settings(**{"n_inits": 30} | settings), Observer(grid_bins=128), Seeds(2))
    return result


def test_a_saddle_lies_between_two_stable_points():
    """Units by themselves, x = tanh(2x) and y = tanh(y/2): the slopes at (0, 0) are 2 and 1/2; at (±0.9575, 0) the first is 0.1664."""
    system = System(with_weights(network_of("tanh", 2), weight_hh=np.diag([2.0, 0.5])))
    states = np.random.default_rng(0).uniform(-1, 1, (N_TRIALS * N_STEPS, 2))
    states[:, 1] *= 0.2
    result = landscape(system, states, relax_s=0.0)
    assert (result["n_fixed"], result["n_stable"]) == (3, 2)
    fixed = result["points/fixed"]
    n_unstable = result["points/n_unstable"][fixed]
    assert sorted(n_unstable) == [0, 0, 1]
    at_saddle = np.flatnonzero(fixed)[n_unstable == 1][0]
    np.testing.assert_allclose(result["points/eigenvalue_real"][at_saddle], [2.0, 0.5], atol=1e-6)
    np.testing.assert_allclose(result["points/time_constant"][at_saddle], [-0.1442695, 0.1442695], rtol=1e-5)
    root = brentq(lambda x: math.tanh(2 * x) - x, 0.5, 1)
    for stable in np.flatnonzero(fixed)[n_unstable == 0]:
        np.testing.assert_allclose(result["points/eigenvalue_real"][stable], [0.5, 2 * (1 - root**2)], atol=1e-6)


def test_a_line_that_leaks():
    """Along the line a step keeps 0.98, so a push falls with 0.1 s / -ln 0.98 = 4.95 s; across it with 0.1 s / -ln 0.5 = 0.144 s."""
    keep = np.array([0.98, *[0.5] * 7])
    system = linear(np.diag(keep), (1 - keep) * 50)
    states = np.full((N_TRIALS * N_STEPS, 8), 50.0)
    states[:, 0] = np.random.default_rng(0).uniform(40, 60, len(states))
    result = Result()
    add_recovery(result, visited_by(system, states, N_TRIALS), Settings(n_trials=20, perturbation=0.05), Seeds(0))
    for phase in ("LM0", "LM1", "LM2"):
        assert result[f"{phase}/along/time_constant/value"] == pytest.approx(4.9498, rel=1e-2)
        assert result[f"{phase}/off/time_constant/value"] == pytest.approx(0.14427, rel=1e-3)
        np.testing.assert_allclose(result[f"{phase}/along/left/value"], 0.98 ** np.arange(51), rtol=1e-4)
        assert result[f"{phase}/along/left_at_end/value"] == pytest.approx(0.98**50, rel=1e-4)


N_RING = 48
FINE = make_task("ring-fixed", n_bins=64)


def ring_network(gain):
    """Cosine weights, h_i = tanh(2g/N Σ cos(θi - θj) h_j), and a report that peaks at the angle of the bump."""
    angle = 2 * np.pi * np.arange(N_RING) / N_RING
    network = network_of("tanh", N_RING)
    with_weights(network, weight_hh=2 * gain / N_RING * np.cos(angle[:, None] - angle))
    centres = FINE.bin_centres[:, 0]
    network.readouts["position"] = torch.nn.Linear(N_RING, len(centres))
    with torch.no_grad():
        network.readouts["position"].bias.zero_()
        network.readouts["position"].weight.copy_(torch.as_tensor(np.cos(centres[:, None] - angle)))
    return System(network), angle


def radius(gain):
    """m of the bump tanh(g m cos(θ - φ)): m = (1/π) ∫ cos θ tanh(g m cos θ) dθ."""

    def off(m):
        return quad(lambda t: math.cos(t) * math.tanh(gain * m * math.cos(t)), 0, 2 * math.pi)[0] / math.pi - m

    return brentq(off, 0.1, 2)


def bumps(angle, at, gain):
    return np.tanh(gain * radius(gain) * np.cos(angle - np.asarray(at)[:, None]))


def test_every_place_of_a_ring_attractor_is_a_point_of_rest():
    """Around the ring nothing happens (eigenvalue 1), towards it a step keeps (g/π) ∫ cos² θ / cosh²(g m cos θ) dθ."""
    gain = 3.0
    system, angle = ring_network(gain)
    slope = quad(lambda t: (math.cos(t) / math.cosh(gain * radius(gain) * math.cos(t))) ** 2, 0, 2 * math.pi)[0]
    at = np.random.default_rng(0).uniform(-np.pi, np.pi, 30)
    starts = 0.8 * bumps(angle, at, gain)
    found = minima(system, starts, Box(np.array(-np.inf), np.array(np.inf)), 1e-20, 150)
    ended = np.angle(found.states @ np.exp(1j * angle))
    np.testing.assert_allclose(np.angle(np.exp(1j * (ended - at))), 0, atol=1e-3)  # each rests where it was
    np.testing.assert_allclose(found.states, bumps(angle, ended, gain), atol=1e-4)
    around = spectrum(system.jacobian(found.states), DT_S)
    np.testing.assert_allclose(np.abs(around.values[:, 0]), 1, atol=1e-5)
    np.testing.assert_allclose(np.abs(around.values[:, 1]), gain * slope / math.pi, atol=1e-5)
    np.testing.assert_allclose(np.abs(around.values[:, 2:]), 0, atol=1e-6)  # cosine weights have rank 2
    assert (around.n_unstable == 0).all()
    assert (np.abs(around.time_constants[:, 0]) > 1000).all()  # s
    modes = around.slow_modes(1.0)
    assert {basis.shape[1] for basis in modes} == {1}
    turning = bumps(angle, ended + 1e-5, gain) - bumps(angle, ended - 1e-5, gain)
    np.testing.assert_allclose(alignment(modes, turning), 1, atol=1e-4)


def test_the_slow_states_of_a_ring_attractor_cover_the_ring_and_stay():
    """At a small gain the ring is a circle: tangents k sectors on make |cos(k π/8)| with the slow direction."""
    gain = 1.2
    system, angle = ring_network(gain)
    rng = np.random.default_rng(1)
    at = rng.uniform(-np.pi, np.pi, 200 * N_STEPS)  # from sample to sample anywhere: far faster than the flow
    states = bumps(angle, at, gain) * rng.uniform(0.9, 1.1, (len(at), 1))
    result = Result()
    made = visited_by(system, states, 200, task=FINE)
    add_landscape(result, made, Settings(n_inits=150), Observer(grid_bins=128), Seeds(2))
    for phase in ("LM0", "LM1", "LM2"):
        assert result[f"{phase}/slow/fraction"] == 1
        assert result[f"{phase}/slow/moved/value"] < 0.01
        assert result[f"{phase}/slow/moved_control"] == pytest.approx(np.pi / 2, abs=0.1)
        assert result[f"{phase}/slow/coverage"] == 1
        assert result[f"{phase}/slow/gap"] < 0.5
        assert result[f"{phase}/slow/n_slow_modes/value"] == 1
        within = math.sin(math.pi / 16) / (math.pi / 16)  # places lie anywhere in their sector: 0.994
        assert result[f"{phase}/slow/alignment/value"] == pytest.approx(within, abs=0.005)
        others = np.abs(np.cos(np.arange(1, 16) * np.pi / 8)).mean()  # of the 15 other sectors: 0.60
        assert result[f"{phase}/slow/alignment_control"] == pytest.approx(others, abs=0.02)
        assert result[f"{phase}/slow/alignment_chance"] == pytest.approx(math.sqrt(1 / N_RING))


def test_a_limit_cycle_turns_at_the_rate_of_its_unstable_point():
    """h = tanh(g R h), R a turn by 2π/20: grows from 0 with g, and with a real cubic term turns on at that rate on a circle.

    Of the third order tanh leaves 3/4 |z|² z / 3, so that the circle has (g r)² = 4 (1 - 1/g).
    """
    turn, gain = 2 * math.pi / 20, 1.02
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    system = System(with_weights(network_of("tanh", 2), weight_hh=gain * rotation))
    found = minima(system, np.array([[0.1, 0.05]]), Box(np.array(-1.0), np.array(1.0)), 1e-20, 150)
    np.testing.assert_allclose(found.states, 0, atol=1e-9)
    around = spectrum(system.jacobian(found.states), DT_S)
    assert around.n_unstable.tolist() == [2]
    np.testing.assert_allclose(around.time_constants[0], -DT_S / math.log(1.02), rtol=1e-4)
    np.testing.assert_allclose(around.frequencies[0], 0.5, rtol=1e-6)  # once in 20 steps of 0.1 s
    run = system.run(np.array([[0.1, 0.05]]), 4000)[2000:, 0]
    turned = np.unwrap(np.angle(run[:, 0] + 1j * run[:, 1]))
    assert (turned[-1] - turned[0]) / (2 * np.pi * 2000 * DT_S) == pytest.approx(0.5, rel=1e-2)
    assert np.linalg.norm(run, axis=1).mean() == pytest.approx(math.sqrt(4 * (1 - 1 / gain)) / gain, rel=0.03)


def test_bins_fewer_than_sectors_still_cover_the_ring():
    """Eight bins lie in eight of the sixteen sectors: states in all of them cover the ring whole."""
    network = with_weights(network_of("tanh", 2), weight_hh=np.diag([1e-3, 1e-3]))
    centres = TASK.bin_centres[:, 0]
    with torch.no_grad():
        network.readouts["position"].bias.zero_()
        network.readouts["position"].weight.copy_(
            1e4 * torch.as_tensor(np.stack([np.cos(centres), np.sin(centres)], 1))
        )
    at = np.random.default_rng(0).uniform(-np.pi, np.pi, N_TRIALS * N_STEPS)
    result = landscape(System(network), np.stack([np.cos(at), np.sin(at)], 1), n_inits=32)
    assert result["LM1/slow/coverage_of_starts"] == 1
