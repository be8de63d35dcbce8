"""Gradients of the learning rules against automatic differentiation, and against the equations they come from."""

import itertools
import math

import pytest
import torch

from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.registry import CELLS, is_recurrent
from rscnav.networks.learning_rules.bptt import BPTT, TruncatedBPTT
from rscnav.networks.learning_rules.crbp import CRBP
from rscnav.networks.learning_rules.eprop import EProp
from rscnav.networks.learning_rules.rtrl import RTRL, follow_influence
from rscnav.networks.learning_rules.snap import SnAp, reached_within
from rscnav.networks.model import Network
from rscnav.networks.training.loss import Objective

N_INPUTS, N_UNITS, N_TRIALS, N_STEPS, SEED = 3, 6, 4, 12, 5
RECURRENT = [cell for cell in CELLS if is_recurrent(cell)]
EXACT = {"rtol": 1e-9, "atol": 1e-13}
VARIANTS = {
    "plain": ({}, {}),
    "noise": ({"process_noise": 0.3}, {}),
    "l2": ({}, {"activity_l2": 2.0}),
    "many-to-one": ({}, {"counted": slice(-1, None)}),
    "two heads": ({}, {"heads": {"position": 4, "separation": 3}}),
}


def problem(cell, heads=None, counted=slice(None), activity_l2=0.0, n_units=N_UNITS, scale=2.0, **architecture):
    """A network with weights large enough for memory to matter, random inputs and random targets."""
    heads = heads or {"position": 4}
    generator = torch.Generator().manual_seed(SEED)
    network = Network(N_INPUTS, heads, Architecture(cell=cell, hidden_size=n_units, **architecture), generator).double()
    with torch.no_grad():
        network.layers[0].weight_hh.mul_(scale)
    inputs = torch.randn(N_STEPS, N_TRIALS, N_INPUTS, generator=generator, dtype=torch.float64)
    targets = {head: torch.randint(0, n, (N_TRIALS, N_STEPS), generator=generator) for head, n in heads.items()}
    return network, inputs, Objective(targets, counted, activity_l2)


def gradient(rule, network, inputs, objective):
    """All gradients by name, and the loss."""
    loss = rule.gradient(network, inputs, objective, torch.Generator().manual_seed(1))
    return {name: weight.grad.clone() for name, weight in network.named_parameters()} | {"loss": loss}


def assert_same(one, other, **tolerance):
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name], other[name], msg=lambda m, name=name: f"{name}: {m}", **tolerance)


def distance(one, other):
    return math.sqrt(sum(float((one[name] - other[name]).square().sum()) for name in one))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("cell", RECURRENT)
def test_rtrl_is_backpropagation_through_time(cell, variant):
    architecture, objective = VARIANTS[variant]
    case = problem(cell, **architecture, **objective)
    assert_same(gradient(RTRL(), *case), gradient(BPTT(), *case), **EXACT)


@pytest.mark.parametrize("variant", VARIANTS)
def test_crbp_is_exact_where_units_hear_themselves_alone(variant):
    architecture, objective = VARIANTS[variant]
    case = problem("diagonal", **architecture, **objective)
    assert_same(gradient(CRBP(), *case), gradient(BPTT(), *case), **EXACT)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("layers", [{}, {"n_layers": 2}])
def test_one_window_over_the_whole_trial_is_backpropagation_through_time(variant, layers):
    architecture, objective = VARIANTS[variant]
    case = problem("lstm", **architecture, **objective, **layers)
    assert_same(gradient(TruncatedBPTT(N_STEPS), *case), gradient(BPTT(), *case), **EXACT)


@pytest.mark.parametrize("counted", [slice(None), slice(-1, None)])
@pytest.mark.parametrize("window", [1, 5, 6])  # 5 leaves a shorter window at the end
def test_windows_cut_the_way_back_and_leave_the_way_forward(window, counted):
    network, inputs, objective = problem("lstm", counted=counted)
    truncated = gradient(TruncatedBPTT(window), network, inputs, objective)
    network.zero_grad()
    state = torch.zeros(N_TRIALS, 2 * N_UNITS, dtype=torch.float64)
    losses = []
    for step in range(N_STEPS):
        if step % window == 0:
            state = state.detach()
        state = network.step(inputs[step], state)
        logits = network.readouts["position"](state[:, :N_UNITS])
        losses.append(torch.nn.functional.cross_entropy(logits, objective.targets["position"][:, step]))
    loss = torch.stack(losses)[counted].mean()
    loss.backward()
    by_hand = {name: weight.grad for name, weight in network.named_parameters()} | {"loss": loss.detach()}
    assert_same(truncated, by_hand, **EXACT)
    whole = gradient(BPTT(), network, inputs, objective)
    assert distance(truncated, whole) > 1e-3  # there is something to cut


def test_windows_of_an_ensemble_are_those_of_its_networks():
    _, inputs, objective = problem("gru")
    sources = [torch.Generator().manual_seed(seed) for seed in (0, 1)]
    ensemble = Network(N_INPUTS, {"position": 4}, Architecture("gru", N_UNITS), sources).double()
    together = Objective({"position": objective.targets["position"].expand(2, -1, -1)})
    loss = TruncatedBPTT(5).gradient(ensemble, inputs.unsqueeze(1).expand(-1, 2, -1, -1), together)
    for seed in (0, 1):
        source = torch.Generator().manual_seed(seed)
        alone = Network(N_INPUTS, {"position": 4}, Architecture("gru", N_UNITS), source).double()
        its = {name: weight.grad[seed] for name, weight in ensemble.named_parameters()} | {"loss": loss[seed]}
        assert_same(its, gradient(TruncatedBPTT(5), alone, inputs, objective), **EXACT)


def cut_from_others(network, inputs, objective, keep_own):
    """Backpropagation through time that does not pass from unit to unit; with `keep_own`, from a unit to itself it does.

    What a unit hears is detached, which leaves its immediate derivative by the weights.
    """
    network.zero_grad()
    cell, state, sent = network.layers[0], torch.zeros(N_TRIALS, network.layers[0].state_size, dtype=torch.float64), []
    for received in inputs:
        hidden = cell.hidden(state)
        recurrent = cell.project_hidden(hidden.detach())
        if keep_own:
            own = cell.recurrent_matrices().diagonal(dim1=-2, dim2=-1).detach()  # (gate, unit)
            recurrent = recurrent + (own * (hidden - hidden.detach()).unsqueeze(-2)).flatten(-2)  # adds 0
        state = cell.update(cell.project_inputs(received), recurrent, state)
        sent.append(cell.hidden(state))
    loss = objective.loss(torch.stack(sent), network.readouts)
    loss.backward()
    return {name: weight.grad.clone() for name, weight in network.named_parameters()} | {"loss": loss.detach()}


@pytest.mark.parametrize("cell", RECURRENT)
def test_one_trace_a_weight_leaves_out_the_ways_from_unit_to_unit(cell):
    case = problem(cell, activity_l2=1.0)
    assert_same(gradient(SnAp(1), *case), cut_from_others(*case, keep_own=True), **EXACT)
    assert_same(gradient(EProp("symmetric", 0), *case), cut_from_others(*case, keep_own=False), **EXACT)


class Masked(SnAp):
    """SnAp-1 the dear way: the whole influence matrix, masked."""

    def accumulate(self, cell, local, signal):
        return follow_influence(cell, local, signal, reached_within(cell, 1))


@pytest.mark.parametrize("cell", RECURRENT)
def test_cheap_and_masked_snap_of_order_1_agree(cell):
    case = problem(cell, process_noise=0.2)
    assert_same(gradient(SnAp(1), *case), gradient(Masked(1), *case), **EXACT)


@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_snap_of_order_2_is_rtrl_where_all_units_hear_of_all(cell):
    case = problem(cell)
    assert_same(gradient(SnAp(2), *case), gradient(RTRL(), *case), **EXACT)


@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_snap_tends_to_rtrl_as_influence_reaches_around_a_ring(cell):
    network, inputs, objective = problem(cell)
    before = torch.arange(N_UNITS).roll(1)  # each unit hears of one neighbour
    with torch.no_grad():
        weights = network.layers[0].weight_hh
        kept = torch.zeros(N_UNITS, N_UNITS, dtype=torch.float64)
        kept[torch.arange(N_UNITS), before] = 1
        weights.copy_(weights.sign() * kept.repeat(len(weights) // N_UNITS, 1))
    case = network, inputs, objective
    exact = gradient(RTRL(), *case)
    errors = [distance(gradient(SnAp(order), *case), exact) for order in range(1, N_UNITS + 1)]
    assert all(later < earlier for earlier, later in itertools.pairwise(errors)), errors
    assert errors[-2] > 1e-6
    assert errors[-1] < 1e-14  # order 6: own step, and five more around the ring
    assert distance(exact, gradient(BPTT(), *case)) < 1e-14


@pytest.mark.parametrize("cell", RECURRENT)
def test_eprop_is_exact_without_recurrent_weights(cell):
    case = problem(cell, scale=0.0)
    assert_same(gradient(EProp("symmetric", 0), *case), gradient(BPTT(), *case), **EXACT)


def test_eprop_of_leaky_units_with_random_feedback_is_rflo():
    """Murray (2019), eqs. 1-5, trial by trial, unit by unit, weight by weight."""
    network, inputs, objective = problem("leaky", tau_steps=4.0, process_noise=0.0)
    learnt = gradient(EProp("random", 9), network, inputs, objective)
    cell, readout = network.layers[0], network.readouts["position"]
    n_classes, tau = 4, 4.0
    feedback = torch.randn(n_classes, N_UNITS, generator=torch.Generator().manual_seed(9)).double() / math.sqrt(N_UNITS)
    w_in, w = cell.weight_ih.detach(), cell.weight_hh.detach()
    bias = (cell.bias_ih + cell.bias_hh).detach()
    by_in, by_w, by_bias = torch.zeros_like(w_in), torch.zeros_like(w), torch.zeros_like(bias)
    for trial in range(N_TRIALS):
        h = torch.zeros(N_UNITS, dtype=torch.float64)
        q, p, r = torch.zeros_like(w_in), torch.zeros_like(w), torch.zeros_like(bias)
        for step in range(N_STEPS):
            x = inputs[step, trial]
            u = w @ h + w_in @ x + bias
            slope = 1 - torch.tanh(u) ** 2
            for a in range(N_UNITS):
                for b in range(N_UNITS):
                    p[a, b] = slope[a] * h[b] / tau + (1 - 1 / tau) * p[a, b]
                for b in range(N_INPUTS):
                    q[a, b] = slope[a] * x[b] / tau + (1 - 1 / tau) * q[a, b]
                r[a] = slope[a] / tau + (1 - 1 / tau) * r[a]
            h = h + (-h + torch.tanh(u)) / tau
            wanted = torch.nn.functional.one_hot(objective.targets["position"][trial, step], n_classes)
            error = wanted - torch.softmax(readout.weight.detach() @ h + readout.bias.detach(), 0)
            said = error @ feedback / (N_TRIALS * N_STEPS)
            by_w -= said[:, None] * p
            by_in -= said[:, None] * q
            by_bias -= said * r
    torch.testing.assert_close(learnt["layers.0.weight_hh"], by_w, **EXACT)
    torch.testing.assert_close(learnt["layers.0.weight_ih"], by_in, **EXACT)
    torch.testing.assert_close(learnt["layers.0.bias_hh"], by_bias, **EXACT)
    torch.testing.assert_close(learnt["layers.0.bias_ih"], by_bias, **EXACT)


def test_random_feedback_leaves_loss_and_readouts_as_they_are():
    case = problem("gru", heads={"position": 4, "separation": 3}, activity_l2=1.0)
    random, exact = gradient(EProp("random", 9), *case), gradient(BPTT(), *case)
    torch.testing.assert_close(random["loss"], exact["loss"], **EXACT)
    for name in exact:
        if name.startswith("readouts"):
            torch.testing.assert_close(random[name], exact[name], **EXACT)
    assert_same(random, gradient(EProp("random", 9), *case), rtol=0, atol=0)  # the same in every batch
    assert distance(random, gradient(EProp("random", 10), *case)) > 1e-3
