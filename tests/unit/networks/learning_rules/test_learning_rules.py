"""Which rules there are, and what they refuse."""

from typing import get_args

import pytest
import torch

from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.registry import CELLS, is_recurrent
from rscnav.networks.learning_rules.bptt import TruncatedBPTT
from rscnav.networks.learning_rules.eprop import EProp
from rscnav.networks.learning_rules.registry import RULES, make_rule, rule_class
from rscnav.networks.learning_rules.settings import LearningRuleSettings
from rscnav.networks.learning_rules.snap import SnAp
from rscnav.networks.model import Network
from rscnav.networks.training.loss import Objective
from rscnav.settings.strict_settings import ConfigError, check

ONLINE = ("rtrl", "snap", "e-prop", "crbp")


def rule_of(name, **options):
    return make_rule(LearningRuleSettings(name=name, **options), seed=3)


def refusal(rule, n_inputs=11, n_steps=100, n_trials=64, **architecture):
    with pytest.raises(ValueError, match="rule") as caught:
        rule.check(Architecture(**({"cell": "tanh", "hidden_size": 32} | architecture)), n_inputs, n_steps, n_trials)
    return str(caught.value)


def test_settings_name_the_rules_of_the_table():
    assert get_args(LearningRuleSettings.model_fields["name"].annotation) == tuple(RULES)
    assert LearningRuleSettings().name == "bptt"


def test_rules_are_told_their_settings():
    assert rule_of("truncated_bptt", window_steps=7).window_steps == 7
    assert rule_of("snap", snap_order=4).order == 4
    assert rule_of("e-prop", feedback="random").feedback == "random"
    assert rule_of("e-prop").seed == 3


def test_unknown_rules_are_refused_by_name():
    with pytest.raises(
        ValueError, match="learning_rule.name: 'hebb' is not valid; expected one of bptt, truncated_bptt, rtrl, snap"
    ):
        make_rule(LearningRuleSettings.model_construct(name="hebb"), seed=0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "hebb"}, "name: 'hebb' is not valid"),
        ({"window_steps": 0}, "window_steps: 0 is not valid"),
        ({"snap_order": 0}, "snap_order: 0 is not valid"),
        ({"feedback": "none"}, "feedback: 'none' is not valid"),
        ({"windw_steps": 3}, "did you mean 'window_steps'?"),
    ],
)
def test_bad_settings_are_named(values, message):
    with pytest.raises(ConfigError) as caught:
        check(LearningRuleSettings, values, "rule")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TruncatedBPTT(0), "learning_rule.window_steps: 0 is not valid; use 1 or more"),
        (lambda: SnAp(0), "learning_rule.snap_order: 0 is not valid; use 1 or more"),
        (lambda: EProp("none", 0), "learning_rule.feedback: 'none' is not valid; expected symmetric or random"),
    ],
)
def test_bad_options_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_windows_longer_than_the_trial_are_refused():
    message = refusal(rule_of("truncated_bptt", window_steps=101))
    assert "learning_rule.window_steps: 101 is longer than the trial of 100 steps; use at most 100" in message


@pytest.mark.parametrize("name", ["truncated_bptt", *ONLINE])
def test_cells_without_recurrence_are_refused(name):
    message = refusal(rule_of(name), cell="feedforward")
    assert f"rule '{name}' needs a recurrent cell, but the cell 'feedforward' has no recurrence" in message
    assert "gru, lstm, tanh, relu, rectified_tanh, leaky, diagonal" in message
    assert "rule bptt" in message


@pytest.mark.parametrize("name", ["truncated_bptt", *ONLINE])
def test_bidirectional_networks_are_refused(name):
    message = refusal(rule_of(name), cell="diagonal", bidirectional=True)
    assert f"rule '{name}'" in message
    assert "use rule bptt, or bidirectional: false" in message


@pytest.mark.parametrize("name", ONLINE)
def test_online_rules_refuse_layers(name):
    message = refusal(rule_of(name), cell="diagonal", n_layers=2)
    assert f"rule '{name}' trains one layer, but n_layers is 2" in message
    assert "one of the rules bptt, truncated_bptt" in message


def test_crbp_refuses_units_that_hear_of_each_other():
    message = refusal(rule_of("crbp"), cell="gru")
    assert "those of the cell 'gru' are connected to each other; use cell diagonal, or one of the rules bptt" in message


@pytest.mark.parametrize(
    ("options", "shown"),
    [({"name": "rtrl"}, "rule 'rtrl': the"), ({"name": "snap", "snap_order": 3}, "rule 'snap' with snap_order 3: the")],
)
def test_influence_that_does_not_fit_is_refused_with_its_size(options, shown):
    message = refusal(rule_of(**options), cell="lstm", hidden_size=512)
    # weights 4 x 512 x (11 + 1 + 512 + 1), on 2 x 512 numbers of state, 64 trials, 2 copies of 4 bytes
    assert f"{1_075_200 * 1024 * 64 * 8 / 2**30:.1f} GiB, but the limit is 4 GiB" in message
    assert shown in message
    assert "snap with snap_order 1, e-prop, or truncated_bptt" in message


def test_what_fits_is_not_refused():
    small = Architecture("tanh", 32)
    for name in RULES:
        if name != "crbp":
            rule_of(name).check(small, 11, 100, 64)
    rule_of("snap", snap_order=1).check(Architecture("lstm", 512), 11, 100, 256)
    rule_of("truncated_bptt", window_steps=100).check(Architecture("gru", 128, n_layers=3), 11, 100, 64)


@pytest.mark.parametrize("name", ONLINE)
def test_online_rules_learn_one_network_at_a_time(name):
    assert not rule_class(name).ensembles
    sources = [torch.Generator().manual_seed(seed) for seed in (0, 1)]
    ensemble = Network(2, {"position": 4}, Architecture("diagonal", 5), sources)
    objective = Objective({"position": torch.zeros(2, 3, 6, dtype=torch.long)})
    with pytest.raises(ValueError, match="trains one network at a time, but got inputs of shape"):
        rule_of(name).gradient(ensemble, torch.zeros(6, 2, 3, 2), objective)


def test_a_rule_refuses_what_its_check_refuses():
    network = Network(2, {"position": 4}, Architecture("tanh", 5, n_layers=2), torch.Generator().manual_seed(0))
    objective = Objective({"position": torch.zeros(3, 6, dtype=torch.long)})
    with pytest.raises(ValueError, match="trains one layer"):
        rule_of("rtrl").gradient(network, torch.zeros(6, 3, 2), objective)


RECURRENT = [cell for cell in CELLS if is_recurrent(cell)]
PAIRS = [(name, cell) for name in RULES for cell in (["diagonal"] if name == "crbp" else RECURRENT)]


@pytest.mark.parametrize(("name", "cell"), PAIRS)
def test_all_weights_get_a_gradient_that_replaces_the_one_before(name, cell):
    generator = torch.Generator().manual_seed(0)
    network = Network(2, {"position": 4}, Architecture(cell, 5, process_noise=0.1), generator)
    objective = Objective({"position": torch.zeros(3, 6, dtype=torch.long)})
    rule, inputs = rule_of(name, window_steps=4), torch.randn(6, 3, 2, generator=generator)
    grads = []
    for _ in range(2):
        loss = rule.gradient(network, inputs, objective, torch.Generator().manual_seed(1))
        assert loss.shape == ()
        assert not loss.requires_grad
        grads.append([weight.grad.clone() for weight in network.parameters()])
    for weight, one, two in zip(network.parameters(), *grads, strict=True):
        assert one.shape == weight.shape
        assert one.dtype == weight.dtype
        assert torch.equal(one, two)
