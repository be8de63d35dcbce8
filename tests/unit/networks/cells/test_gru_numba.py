"""The GRU's compiled path against the plain one, and products by oneDNN against exact ones."""

import numpy as np
import pytest
import torch

from rscnav.networks.architecture import Architecture
from rscnav.networks.cells import gru_numba as fast_gru
from rscnav.networks.cells.gated import GRU
from rscnav.networks.model import Network
from rscnav.networks.training.loss import Objective
from rscnav.networks.training.matmul_backend import onednn_matmul

N_STEPS, N_TRIALS, N_INPUTS = 23, 17, 3


def network(**changes):
    return Network(N_INPUTS, {"position": 5}, Architecture("gru", 19, **changes), torch.Generator().manual_seed(1))


def run(net, *, fast, state=None):
    """Loss, states and gradients (weights, inputs, first state) of one run."""
    for layer in [*net.layers, *net.backward_layers]:
        layer.fast = fast
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(N_STEPS, N_TRIALS, N_INPUTS, generator=generator).requires_grad_()
    objective = Objective({"position": torch.randint(0, 5, (N_TRIALS, N_STEPS), generator=generator)}, activity_l2=0.3)
    net.zero_grad()
    states, sent = net.run(inputs, generator, state)
    objective.loss(sent, net.readouts).backward()
    return states.detach(), [p.grad for p in net.parameters()] + [inputs.grad]


@pytest.mark.parametrize(
    "changes", [{}, {"n_layers": 2}, {"n_layers": 2, "bidirectional": True}, {"process_noise": 0.5}]
)
def test_the_fast_path_agrees_with_the_plain_one(changes, monkeypatch):
    net, used, fast_run = network(**changes), [], fast_gru.run
    monkeypatch.setattr(fast_gru, "run", lambda *given: used.append(1) or fast_run(*given))
    plain_states, plain = run(net, fast=False)
    assert not used
    fast_states, fast = run(net, fast=True)
    assert len(used) == len(net.layers) + len(net.backward_layers)
    torch.testing.assert_close(fast_states, plain_states, atol=2e-6, rtol=0)
    for one, other in zip(fast, plain, strict=True):
        assert (one - other).norm() < 2e-5 * other.norm()


def test_the_first_state_gets_its_gradient():
    gradients = []
    for fast in (False, True):
        state = torch.randn(N_TRIALS, 19, generator=torch.Generator().manual_seed(3)).requires_grad_()
        run(network(), fast=fast, state=state)
        gradients.append(state.grad)
    assert gradients[0].norm() > 0
    torch.testing.assert_close(gradients[1], gradients[0], atol=1e-7, rtol=1e-4)


def test_states_of_a_run_survive_the_next_run():
    net = network()
    first, _ = net.run(torch.ones(N_STEPS, N_TRIALS, N_INPUTS))
    kept = first.detach().clone()
    first.sum().backward()
    net.run(-torch.ones(N_STEPS, N_TRIALS, N_INPUTS))[0].sum().backward()
    assert torch.equal(first, kept)


def test_two_runs_before_their_gradients_do_not_share_memory():
    net, ones = network(), torch.ones(N_STEPS, N_TRIALS, N_INPUTS)
    net.run(ones)[0].square().sum().backward()
    alone = net.layers[0].weight_hh.grad.clone()
    net.zero_grad()
    one = net.run(ones)[0].square().sum()
    net.run(3 * ones)[0].square().sum()  # never asked for its gradient
    one.backward()
    torch.testing.assert_close(net.layers[0].weight_hh.grad, alone)


def test_a_gradient_is_given_once():
    states, _ = network().run(torch.ones(N_STEPS, N_TRIALS, N_INPUTS))
    states.sum().backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="was already computed"):
        states.sum().backward()


@pytest.mark.parametrize("change", ["float64", "ensemble"])
def test_what_does_not_fit_takes_the_plain_path(change, monkeypatch):
    monkeypatch.setattr(fast_gru, "run", lambda *_: pytest.fail("the fast path was taken"))
    generators = [torch.Generator().manual_seed(k) for k in range(2)]
    if change == "float64":
        network().double().run(torch.ones(4, 5, N_INPUTS, dtype=torch.float64))
    else:
        Network(N_INPUTS, {"position": 5}, Architecture("gru", 19), generators).run(torch.ones(4, 2, 5, N_INPUTS))


def test_without_numba_the_plain_path_runs(monkeypatch, caplog):
    import rscnav.networks.cells.gated as gated

    monkeypatch.setitem(__import__("sys").modules, "rscnav.networks.cells.gru_numba", None)
    monkeypatch.delattr("rscnav.networks.cells.gru_numba")
    gated._fast_path.cache_clear()
    expected, _ = run(network(), fast=False)
    states, _ = run(network(), fast=True)
    gated._fast_path.cache_clear()
    assert torch.equal(states, expected)
    assert "the compiled implementation of the cell gru is not available" in caplog.text


def test_the_rational_tanh():
    x = np.linspace(-20, 20, 400_001).astype(np.float32)
    found = np.array([fast_gru._tanh.py_func(v) for v in x[::97]])
    assert np.abs(found - np.tanh(x[::97].astype(float))).max() < 3.5e-7
    assert np.all(np.abs(found) <= 1 + 2e-7)


def test_products_by_onednn_are_exact_and_the_choice_is_undone():
    one, two = (torch.randn(300, 300, generator=torch.Generator().manual_seed(k)) for k in (1, 2))
    before = torch.backends.mkldnn.matmul.fp32_precision
    with onednn_matmul():
        error = (one @ two - one.double() @ two.double()).abs().max()
    assert error < 1e-4  # bfloat16 would give 0.2
    with pytest.raises(KeyError), onednn_matmul():
        raise KeyError
    assert torch.backends.mkldnn.matmul.fp32_precision == before


@pytest.mark.parametrize("name", ["gru", "tanh", "relu"])
def test_what_a_gpu_runs_agrees_with_the_plain_path(name):
    cell = (
        Network(N_INPUTS, {"position": 5}, Architecture(name, 19), torch.Generator().manual_seed(1)).double().layers[0]
    )
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(N_STEPS, N_TRIALS, N_INPUTS, generator=generator, dtype=torch.float64)
    state = torch.rand(N_TRIALS, 19, generator=generator, dtype=torch.float64)
    for start in (None, state):
        torch.testing.assert_close(cell._forward_cudnn(inputs, start), cell(inputs, None, start), atol=1e-12, rtol=0)


def test_the_cell_is_what_the_table_calls_gru():
    assert isinstance(network().layers[0], GRU)
