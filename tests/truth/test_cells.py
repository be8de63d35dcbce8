"""Layers against torch.nn, which others wrote and tested, with the same weights in float64; and against their formulas."""

import numpy as np
import pytest
import torch
from torch import nn

from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.registry import CELLS, is_recurrent
from rscnav.networks.model import Network

N_STEPS, N_TRIALS, N_INPUTS, N_UNITS = 12, 5, 3, 7
HEADS = {"position": 4, "separation": 3}
EXACT = {"rtol": 0, "atol": 1e-10}
REFERENCE = {
    "gru": nn.GRU,
    "lstm": nn.LSTM,
    "tanh": nn.RNN,
    "relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
}
RECURRENT = [cell for cell in CELLS if is_recurrent(cell)]


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def network(cell, seeds=1, **options):
    """Make one in float64; several seeds make an ensemble."""
    many = [torch.Generator().manual_seed(seed) for seed in np.atleast_1d(seeds).tolist()]
    architecture = Architecture(cell, N_UNITS, **options)
    return Network(N_INPUTS, HEADS, architecture, many[0] if np.ndim(seeds) == 0 else many).double()


def pairs(ours, theirs):
    """Match the weights of our layers with those of torch.nn's module."""
    for suffix, layers in (("", ours.layers), ("_reverse", ours.backward_layers)):
        for level, layer in enumerate(layers):
            for name, weight in layer.named_parameters():
                yield weight, getattr(theirs, f"{name}_l{level}{suffix}")


@pytest.mark.parametrize(
    "options", [{}, {"n_layers": 2}, {"bidirectional": True}, {"n_layers": 2, "bidirectional": True}]
)
@pytest.mark.parametrize("cell", REFERENCE)
def test_states_and_gradients_are_those_of_torch(cell, options):
    ours = network(cell, **options)
    shape = {"num_layers": options.get("n_layers", 1), "bidirectional": options.get("bidirectional", False)}
    theirs = REFERENCE[cell](N_INPUTS, N_UNITS, **shape).double()
    with torch.no_grad():
        for mine, other in pairs(ours, theirs):
            other.copy_(mine)
    assert sum(1 for _ in pairs(ours, theirs)) == len(list(theirs.parameters()))
    inputs, weighting = draw(N_STEPS, N_TRIALS, N_INPUTS), draw(N_STEPS, N_TRIALS, N_UNITS, seed=1).repeat(1, 1, 2)
    given = [inputs.clone().requires_grad_() for _ in range(2)]
    _, sent = ours.run(given[0])
    output, _ = theirs(given[1])
    assert output.abs().max() > 0.1
    torch.testing.assert_close(sent, output, **EXACT)
    for out in (sent, output):
        (out * weighting[..., : out.shape[-1]]).sum().backward()
    torch.testing.assert_close(given[0].grad, given[1].grad, **EXACT)
    for mine, other in pairs(ours, theirs):
        assert other.grad.abs().max() > 1e-3
        torch.testing.assert_close(mine.grad, other.grad, **EXACT)


def test_the_lstm_s_cell_state_is_torch_s():
    ours, theirs = network("lstm"), nn.LSTM(N_INPUTS, N_UNITS).double()
    with torch.no_grad():
        for mine, other in pairs(ours, theirs):
            other.copy_(mine)
    inputs = draw(N_STEPS, N_TRIALS, N_INPUTS)
    states, _ = ours.run(inputs)
    _, (_, cell) = theirs(inputs)
    torch.testing.assert_close(states[-1, :, N_UNITS:], cell[0], **EXACT)


def test_a_diagonal_layer_is_an_rnn_with_a_diagonal_matrix():
    ours, theirs = network("diagonal"), nn.RNN(N_INPUTS, N_UNITS).double()
    layer = ours.layers[0]
    with torch.no_grad():
        for name, weight in layer.named_parameters():
            getattr(theirs, f"{name}_l0").copy_(torch.diag(weight) if name == "weight_hh" else weight)
    inputs = draw(N_STEPS, N_TRIALS, N_INPUTS)
    (_, sent), (output, _) = ours.run(inputs), theirs(inputs)
    torch.testing.assert_close(sent, output, **EXACT)
    for out in (sent, output):
        (out * draw(N_STEPS, N_TRIALS, N_UNITS, seed=1)).sum().backward()
    torch.testing.assert_close(layer.weight_hh.grad, theirs.weight_hh_l0.grad.diagonal(), **EXACT)
    torch.testing.assert_close(layer.weight_ih.grad, theirs.weight_ih_l0.grad, **EXACT)


def test_a_feedforward_layer_is_linear_then_tanh():
    ours, theirs = network("feedforward"), nn.Linear(N_INPUTS, N_UNITS).double()
    with torch.no_grad():
        theirs.weight.copy_(ours.layers[0].weight_ih)
        theirs.bias.copy_(ours.layers[0].bias_ih)
    inputs = draw(N_STEPS, N_TRIALS, N_INPUTS)
    outputs = ours.run(inputs)[1], torch.tanh(theirs(inputs))
    torch.testing.assert_close(*outputs, **EXACT)
    for out in outputs:
        out.square().sum().backward()
    torch.testing.assert_close(ours.layers[0].weight_ih.grad, theirs.weight.grad, **EXACT)
    torch.testing.assert_close(ours.layers[0].bias_ih.grad, theirs.bias.grad, **EXACT)


@pytest.mark.parametrize("window", [1, 4, N_STEPS])
def test_a_convolution_is_torch_s_on_padded_inputs(window):
    ours, theirs = network("convolution", window_steps=window), nn.Conv1d(N_INPUTS, N_UNITS, window).double()
    with torch.no_grad():
        theirs.weight.copy_(ours.layers[0].weight_ih.view_as(theirs.weight))
        theirs.bias.copy_(ours.layers[0].bias_ih)
    inputs = draw(N_STEPS, N_TRIALS, N_INPUTS)
    padded = nn.functional.pad(inputs.permute(1, 2, 0), (window - 1, 0))
    outputs = ours.run(inputs)[1], torch.tanh(theirs(padded)).permute(2, 0, 1)
    torch.testing.assert_close(*outputs, **EXACT)
    for out in outputs:
        out.square().sum().backward()
    torch.testing.assert_close(ours.layers[0].weight_ih.grad.view_as(theirs.weight), theirs.weight.grad, **EXACT)


@pytest.mark.parametrize("n_layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_what_comes_later_changes_nothing_before(cell, n_layers):
    net, inputs = network(cell, n_layers=n_layers, window_steps=4), draw(N_STEPS, N_TRIALS, N_INPUTS)
    states, _ = net.run(inputs)
    changed = inputs.clone()
    changed[6] += 1
    after, _ = net.run(changed)
    assert torch.equal(after[:6], states[:6])
    assert (after[6] - states[6]).abs().max() > 1e-3


def test_a_bidirectional_network_knows_what_comes_later():
    net, inputs = network("gru", bidirectional=True), draw(N_STEPS, N_TRIALS, N_INPUTS)
    changed = inputs.clone()
    changed[-1] += 1
    assert (net.run(changed)[0][0] - net.run(inputs)[0][0]).abs().max() > 1e-6


@pytest.mark.parametrize(("cell", "reach"), [("feedforward", 1), ("convolution", 4)])
def test_layers_without_recurrence_forget(cell, reach):
    net, inputs = network(cell, window_steps=4), draw(N_STEPS, N_TRIALS, N_INPUTS)
    changed = inputs.clone()
    changed[3] += 1
    differs = (net.run(changed)[0] - net.run(inputs)[0]).abs().amax(dim=(1, 2)) > 0
    assert differs.nonzero().flatten().tolist() == list(range(3, 3 + reach))


@pytest.mark.parametrize(
    ("cell", "formula"),
    [
        ("rectified_tanh", lambda total, before: np.maximum(0, np.tanh(total))),
        ("relu", lambda total, before: np.maximum(0, total)),
        ("leaky", lambda total, before: before + (np.tanh(total) - before) / 2.5),
    ],
)
def test_simple_cells_by_their_formulas(cell, formula):
    net, inputs = network(cell, tau_steps=2.5), draw(N_STEPS, N_TRIALS, N_INPUTS)
    weights = {name: weight.detach().numpy() for name, weight in net.layers[0].named_parameters()}
    hidden = np.zeros((N_TRIALS, N_UNITS))
    for seen, state in zip(inputs.numpy(), net.run(inputs)[0].detach().numpy(), strict=True):
        driven = seen @ weights["weight_ih"].T + weights["bias_ih"]
        hidden = formula(driven + hidden @ weights["weight_hh"].T + weights["bias_hh"], hidden)
        np.testing.assert_allclose(state, hidden, rtol=0, atol=1e-12)


def test_a_time_constant_of_one_step_makes_no_leak():
    leaky, tanh = network("leaky", tau_steps=1.0), network("tanh")
    tanh.load_state_dict(leaky.state_dict())
    inputs = draw(N_STEPS, N_TRIALS, N_INPUTS)
    torch.testing.assert_close(leaky.run(inputs)[0], tanh.run(inputs)[0], rtol=0, atol=1e-14)
    slower = network("leaky", tau_steps=2.0)
    assert (slower.run(inputs)[0] - tanh.run(inputs)[0]).abs().max() > 0.1


@pytest.mark.parametrize("n_layers", [1, 2, 3])
@pytest.mark.parametrize("cell", RECURRENT)
def test_steps_add_up_to_the_run(cell, n_layers):
    net, inputs = network(cell, n_layers=n_layers, tau_steps=3.0), draw(N_STEPS, N_TRIALS, N_INPUTS)
    states, _ = net.run(inputs)
    assert states.shape[-1] == len(net.units)
    state = torch.zeros(N_TRIALS, states.shape[-1], dtype=torch.float64)
    for seen, expected in zip(inputs, states, strict=True):
        state = net.step(seen, state)
        torch.testing.assert_close(state, expected, rtol=0, atol=1e-13)
    later, _ = net.run(inputs[5:], state=states[4])  # and a run may begin from any state
    torch.testing.assert_close(later, states[5:], rtol=0, atol=1e-13)


@pytest.mark.parametrize("options", [{}, {"n_layers": 2, "bidirectional": True}])
@pytest.mark.parametrize("cell", CELLS)
def test_an_ensemble_is_its_members(cell, options):
    """States, reports and gradients; inputs differ between members, and so does the process noise."""
    options = {"process_noise": 0.2, "window_steps": 4, **options}
    inputs = draw(3, N_TRIALS, N_STEPS, N_INPUTS)

    def noise(seeds):
        return [torch.Generator().manual_seed(seed) for seed in seeds]

    together = network(cell, seeds=[1, 2, 3], **options)
    states, logits = together(inputs, noise([4, 5, 6]))
    sum((report * (report + 1)).sum() for report in logits.values()).backward()
    gradients = dict(together.named_parameters())
    for k in range(3):
        alone = network(cell, seeds=k + 1, **options)
        own_states, own_logits = alone(inputs[k], noise([4 + k])[0])
        torch.testing.assert_close(states[k], own_states, **EXACT)
        for head, report in own_logits.items():
            torch.testing.assert_close(logits[head][k], report, **EXACT)
        sum((report * (report + 1)).sum() for report in own_logits.values()).backward()
        for name, weight in alone.named_parameters():
            assert torch.equal(gradients[name][k], weight)
            torch.testing.assert_close(gradients[name].grad[k], weight.grad, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("cell", ["feedforward", "tanh", "diagonal"])
def test_process_noise_has_its_standard_deviation(cell):
    """What a unit received beyond its inputs and its neighbours, found by inverting the tanh."""
    net, inputs = network(cell, process_noise=0.3), draw(400, 20, N_INPUTS)
    states, _ = net.run(inputs, torch.Generator().manual_seed(8))
    layer, states = net.layers[0], states.detach()
    received = inputs @ layer.weight_ih.T + layer.bias_ih
    if is_recurrent(cell):
        received = received + layer.project_hidden(torch.cat([torch.zeros_like(states[:1]), states[:-1]]))
    noise = (torch.atanh(states) - received).detach().numpy()
    n = noise.size
    assert abs(noise.std() - 0.3) < 4 * 0.3 / np.sqrt(2 * n)
    assert abs(noise.mean()) < 4 * 0.3 / np.sqrt(n)
    for one, other in ((noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1]), (noise[..., 1:], noise[..., :-1])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(one.size)


@pytest.mark.parametrize("cell", CELLS)
def test_process_noise_comes_from_its_generator_alone(cell):
    net, inputs = network(cell, process_noise=0.3, window_steps=4), draw(N_TRIALS, N_STEPS, N_INPUTS)
    runs = []
    for seed, other in ((1, 7), (1, 8), (2, 8)):
        torch.manual_seed(other)
        runs.append(net(inputs, torch.Generator().manual_seed(seed))[0])
    assert torch.equal(runs[0], runs[1])
    assert (runs[0] - runs[2]).abs().max() > 0.01
    with pytest.raises(ValueError, match="needs a generator"):
        net(inputs)


@pytest.mark.parametrize("cell", ["relu", "rectified_tanh"])
def test_rectified_rates_are_never_negative(cell):
    net = network(cell, n_layers=2, bidirectional=True, process_noise=0.5)
    states, _ = net(3 * draw(N_TRIALS, 50, N_INPUTS), torch.Generator().manual_seed(1))
    assert states.min() == 0
    assert (states > 0).double().mean() > 0.2
    assert cell == "relu" or states.max() < 1
