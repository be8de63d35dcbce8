"""Fixed points, slow points and their spectra, against maps whose answers are known on paper."""

import math

import numpy as np
import pytest
import torch

from helpers.dynamical_system import linear, network_of, with_weights
from rscnav.dynamics.fixed_points import Box, box_of, merge_minima, minima
from rscnav.dynamics.jacobian_spectra import alignment, spectrum
from rscnav.dynamics.system import System, why_no_step
from rscnav.networks.cells.registry import CELLS, is_recurrent

ANYWHERE = Box(np.array(-np.inf), np.array(np.inf))
FIXED = 1e-20


def search(system, starts, box=ANYWHERE):
    return minima(system, np.asarray(starts, float), box, FIXED, 200)


def test_a_linear_network_has_the_fixed_point_and_the_modes_of_its_matrix():
    turn, shrink = 2 * math.pi / 20, 0.95  # a mode that turns once in 20 steps
    c, s = shrink * math.cos(turn), shrink * math.sin(turn)
    matrix = np.array([[c, -s, 0], [s, c, 0], [0, 0, 0.5]])
    fixed = np.array([3.0, 2.0, 1.0])
    system = linear(matrix, fixed - matrix @ fixed)
    found = search(system, [[4.0, 3.0, 1.5], [2.0, 2.5, 2.0]])
    np.testing.assert_allclose(found.states, [fixed, fixed], atol=1e-6)  # weights are in single precision
    assert found.settled.all()
    assert (found.q <= FIXED).all()
    around = spectrum(system.jacobian(found.states), dt_s=0.1)
    np.testing.assert_allclose(np.abs(around.values), [[0.95, 0.95, 0.5]] * 2, atol=1e-7)
    np.testing.assert_allclose(around.time_constants[0], [1.9495726, 1.9495726, 0.1442695], rtol=1e-5)  # -0.1 / ln λ
    np.testing.assert_allclose(around.frequencies[0], [0.5, 0.5, 0.0], atol=1e-6)  # once in 2 s
    assert (around.n_unstable == 0).all()


@pytest.mark.parametrize(("weight", "roots"), [(0.5, [0.0]), (2.0, [-0.9575040, 0.0, 0.9575040])])
def test_the_pitchfork_of_tanh(weight, roots):
    """x = tanh(w x): 0 alone up to w = 1, three solutions above; the slope there is w (1 - x²)."""
    system = System(with_weights(network_of("tanh", 1), weight_hh=[[weight]]))
    found = search(system, np.linspace(-0.95, 0.95, 40)[:, None])
    kept, point = merge_minima(found.states, found.q, 1e-3)
    points = found.states[kept]
    fixed = found.q[kept] <= FIXED
    order = np.argsort(points[fixed][:, 0])
    np.testing.assert_allclose(points[fixed][order, 0], roots, atol=1e-6)
    around = spectrum(system.jacobian(points[fixed][order]), dt_s=1.0)
    np.testing.assert_allclose(around.values[:, 0], [weight * (1 - root**2) for root in roots], atol=1e-6)
    assert around.n_unstable.tolist() == ([0] if weight < 1 else [0, 1, 0])
    assert len(point) == 40
    if weight > 1:
        assert around.time_constants[1, 0] == pytest.approx(-1 / math.log(2))  # grows by e in 1.44 steps


def test_where_a_pair_of_fixed_points_is_about_to_appear_the_flow_is_slow():
    """x = tanh(2x + b) has a double root at b = 0.5328 (tangent); just beyond, a minimum of the speed is left there."""
    tangent = math.sqrt(0.5)  # where 2 (1 - x²) = 1
    bias = -(2 * -tangent) - math.atanh(tangent)  # of the double root at -tangent
    beyond = bias + 0.01
    system = System(with_weights(network_of("tanh", 1), weight_hh=[[2.0]], bias_hh=[beyond]))
    found = search(system, [[-0.8], [-0.6]])
    x = np.linspace(-0.9, -0.5, 400_001)
    q = 0.5 * (np.tanh(2 * x + beyond) - x) ** 2
    np.testing.assert_allclose(found.states[:, 0], x[np.argmin(q)], atol=1e-4)
    np.testing.assert_allclose(found.q, q.min(), rtol=1e-4)
    assert found.settled.all()
    assert (found.q > FIXED).all()
    around = spectrum(system.jacobian(found.states), dt_s=0.1)
    np.testing.assert_allclose(around.values, 1, atol=1e-3)  # at a minimum that is not 0 one eigenvalue is 1
    assert (around.n_unstable == 0).all()


def test_the_fixed_point_of_a_gru_without_recurrent_weights():
    """h = (1 - z) n + z h has the fixed point n = tanh(b + r c) and the slope z, whatever the reset r."""
    logistic = lambda x: 1 / (1 + math.exp(-x))  # noqa: E731
    network = with_weights(network_of("gru", 1), bias_ih=[0.3, 1.2, -0.4], bias_hh=[0.0, 0.0, 0.7])
    system = System(network)
    found = search(system, [[0.0], [0.9]])
    fixed = math.tanh(-0.4 + logistic(0.3) * 0.7)
    np.testing.assert_allclose(found.states[:, 0], fixed, atol=1e-7)
    np.testing.assert_allclose(system.jacobian(found.states)[:, 0, 0], logistic(1.2), atol=1e-7)


def test_the_state_of_an_lstm_is_hidden_and_cell():
    """c = f c + i g rests at i g / (1 - f), h = o tanh(c); the modes are f and 0."""
    logistic = lambda x: 1 / (1 + math.exp(-x))  # noqa: E731
    network = with_weights(network_of("lstm", 1), bias_ih=[0.2, 1.5, 0.8, -0.3])
    system = System(network)
    write, forget, value, out = logistic(0.2), logistic(1.5), math.tanh(0.8), logistic(-0.3)
    cell = write * value / (1 - forget)
    found = search(system, [[0.0, 0.0], [0.5, 3.0]])
    np.testing.assert_allclose(found.states, [[out * math.tanh(cell), cell]] * 2, atol=1e-7)
    around = spectrum(system.jacobian(found.states), dt_s=0.1)
    np.testing.assert_allclose(around.values, [[forget, 0]] * 2, atol=1e-7)


@pytest.mark.parametrize("n_layers", [1, 3])
@pytest.mark.parametrize("cell", [cell for cell in CELLS if is_recurrent(cell)])
def test_the_jacobian_is_that_of_automatic_differentiation(cell, n_layers):
    system = System(network_of(cell, 4, n_layers=n_layers))
    states = torch.randn(5, system.n_states, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    none = torch.zeros(1, 2, dtype=torch.float64)
    plain = torch.func.vmap(torch.func.jacrev(lambda state: system.network.step(none, state[None])[0]))(states)
    np.testing.assert_allclose(system.jacobian(states.numpy()), plain.numpy(), atol=1e-14)


def test_a_run_is_that_of_the_network():
    network = network_of("lstm", 4, n_layers=2)
    inputs = torch.randn(3, 7, 2, generator=torch.Generator().manual_seed(1))
    states, logits = network(inputs)
    system = System(network)
    run = system.run(states[:, 1].detach().double().numpy(), 5, inputs[:, 2:].movedim(1, 0).numpy())
    np.testing.assert_allclose(run, states[:, 1:].detach().movedim(1, 0).numpy(), atol=1e-6)
    reports = logits["position"][:, 1:].softmax(dim=-1).detach().movedim(1, 0).numpy()
    np.testing.assert_allclose(system.report(run), reports, atol=1e-6)


def test_a_search_ends_at_its_bounds_and_does_not_call_that_a_point_of_rest():
    system = linear([[0.5]], [2.0])  # rests at 4
    box = box_of(np.array([[0.0], [1.0]]))
    assert (box.low.item(), box.high.item()) == pytest.approx((-0.1, 1.1))
    found = search(system, [[0.5]], box)
    assert found.states.item() == pytest.approx(1.1)
    assert found.q.item() > 0.1


def test_points_nearer_than_asked_for_are_one_and_the_slowest_stands_for_them():
    states = np.array([[0.0], [0.3], [5.0], [0.1]])
    kept, point = merge_minima(states, np.array([3.0, 1.0, 2.0, 4.0]), min_distance=0.5)
    assert kept.tolist() == [1, 2]
    assert point.tolist() == [0, 0, 1, 0]


def test_the_angle_to_a_plane():
    plane = np.eye(3)[:, :2]
    directions = np.array([[1.0, 0, 1.0], [0, 0, 2.0], [3.0, 4.0, 0], [0, 0, 0]])
    np.testing.assert_allclose(alignment([plane] * 4, directions), [math.sqrt(0.5), 0, 1, np.nan], atol=1e-12)


def test_modes_that_last_span_a_plane():
    jacobian = np.diag([0.99, 0.95, 0.5])  # 0.1 s a step: 9.95 s, 1.95 s, 0.14 s
    (basis,) = spectrum(jacobian[None], dt_s=0.1).slow_modes(1.0)
    np.testing.assert_allclose(basis @ basis.T, np.diag([1.0, 1, 0]), atol=1e-12)


@pytest.mark.parametrize(
    ("cell", "bidirectional", "said"),
    [("feedforward", False, "'feedforward' has no recurrent state"), ("gru", True, "bidirectional")],
)
def test_networks_without_a_step_are_refused_with_the_reason(cell, bidirectional, said):
    network = network_of(cell, 3, bidirectional=bidirectional)
    assert said in why_no_step(network)
    with pytest.raises(ValueError, match=said):
        System(network)
