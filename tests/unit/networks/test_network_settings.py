"""Networks as the configuration gives them: names of cells, seconds into steps, sessions of every kind, who trains together."""

import itertools
import re
from dataclasses import asdict
from typing import get_args

import numpy as np
import pytest
import torch

from helpers import ROOT
from rscnav.analyses.registry import ANALYSES, analyse
from rscnav.config.job_settings import network_sessions, settings_text
from rscnav.config.load import parse_config
from rscnav.config.training_groups import ENSEMBLES, FREE, shape_hash, training_group, training_groups
from rscnav.networks.architecture import architecture
from rscnav.networks.cells.registry import CELLS
from rscnav.networks.learning_rules.registry import RULES, rule_class
from rscnav.networks.model import Network as Layers
from rscnav.networks.rollout import roll_out
from rscnav.networks.settings import CellName, NetworkSettings, Rollout
from rscnav.networks.training.plan import OWN
from rscnav.observers.optimality_gap import true_bin_loss
from rscnav.observers.registry import observe, reference_observer
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.sessions.settings import Encounters
from rscnav.settings.strict_settings import ConfigError
from rscnav.tasks.registry import make_task


@pytest.fixture(scope="module")
def task():
    torch.set_num_threads(1)
    return make_task("ring-fixed", trial_s=5.0)


def settings(**changes):
    return NetworkSettings(**{"name": "n", "seeds": [1], "hidden_size": 6, **changes})


def session(task, **changes):
    network = settings(**changes)
    made = Layers(len(task.channels), task.heads, architecture(network, task), torch.Generator().manual_seed(1)).eval()
    rollout = Rollout(train_trials=10, test_trials=40)
    return roll_out(
        "n-s1", "n", made, task, Seeds(0, ("n",)), rollout, Encounters(), batch_size=16, record=network.record
    )


def test_the_configuration_names_every_cell():
    assert tuple(CELLS) == get_args(CellName)


def test_an_unknown_cell_lists_those_there_are():
    with pytest.raises(ConfigError) as error:
        parse_config({"networks": [{"name": "x", "seeds": [1], "cell": "lsmt"}]})
    assert "networks.0.cell: 'lsmt' is not valid" in str(error.value)
    for cell in get_args(CellName):
        assert f" {cell}" in str(error.value).replace(",", "")


@pytest.mark.parametrize("dt_s", [0.1, 0.05])
def test_seconds_become_steps(dt_s):
    task = make_task("ring-fixed", dt_s=dt_s)
    assert architecture(settings(cell="leaky", tau_s=0.3), task).tau_steps == pytest.approx(0.3 / dt_s)
    assert architecture(settings(cell="leaky", tau_s=dt_s), task).tau_steps == pytest.approx(1)
    assert architecture(settings(cell="convolution", receptive_field_s=3.0), task).window_steps == round(3.0 / dt_s)
    assert architecture(settings(cell="convolution", receptive_field_s=10.0), task).window_steps == task.n_steps


def test_everything_else_is_handed_on(task):
    made = architecture(settings(cell="lstm", layers=3, bidirectional=True, process_noise=0.2), task)
    assert asdict(made) | {"tau_steps": 0, "window_steps": 0} == {
        "cell": "lstm", "hidden_size": 6, "n_layers": 3, "bidirectional": True, "process_noise": 0.2,
        "tau_steps": 0, "window_steps": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cell": "leaky", "tau_s": 0.09}, r"tau_s: 0\.09 s is shorter than one step of 0\.1 s"),
        (
            {"cell": "convolution", "receptive_field_s": 0.06},
            r"receptive_field_s: 0\.06 s is not valid; use a value from one step \(0\.1 s\)",
        ),
        (
            {"cell": "convolution", "receptive_field_s": 5.1},
            r"receptive_field_s: 5\.1 s is not valid.*to a whole trial \(5 s\)",
        ),
    ],
)
def test_times_that_do_not_fit_the_task_are_refused(task, change, message):
    with pytest.raises(ValueError, match=message):
        architecture(settings(**change), task)
    with pytest.raises(ConfigError, match="networks: 'n': " + message):
        parse_config({
            "networks": [{"name": "n", "seeds": [1], **change}], "tasks": {"ring-fixed": {"trial_s": 5.0}}
        })  # fmt: skip


def test_times_that_the_cell_has_no_use_for_are_not_looked_at(task):
    assert architecture(settings(cell="gru", tau_s=0.01, receptive_field_s=99.0), task).cell == "gru"


def test_what_bidirectional_networks_are_measured_against(task):
    causal, both = (architecture(settings(bidirectional=b), task) for b in (False, True))
    assert (reference_observer(causal, task), reference_observer(both, task)) == ("bayes", "smoother")
    with pytest.raises(ValueError, match="bidirectional: task 'arena' has no smoother"):
        architecture(settings(bidirectional=True), make_task("arena"))
    assert architecture(settings(), make_task("arena"))


def test_recording_is_no_matter_of_training():
    one, other = (
        parse_config({"networks": [{"name": "n", "cell": "lstm", "seeds": [1], "record": record}]})
        for record in ("hidden", "all")
    )
    assert settings_text(one, "train", "n-s1") == settings_text(other, "train", "n-s1")
    assert settings_text(one, "rollout", "n-s1") != settings_text(other, "rollout", "n-s1")


@pytest.mark.parametrize(("record", "parts"), [("hidden", ["hidden"]), ("all", ["hidden", "cell"])])
def test_units_say_where_they_are(task, tmp_path, record, parts):
    rolled = session(task, cell="lstm", layers=2, record=record)
    expected = [(layer, "forward", part) for layer in (1, 2) for part in parts for _ in range(6)]
    assert [tuple(unit)[1:] for unit in rolled.units.tolist()] == expected
    assert rolled.units["id"].tolist() == [f"u{k}" for k in range(len(expected))]
    assert rolled.units.dtype.names == ("id", "layer", "direction", "part")
    write_session(rolled, tmp_path / "n.h5")
    assert load_session(tmp_path / "n.h5").units.tolist() == rolled.units.tolist()


def test_hidden_states_are_those_of_the_lstm_s_output(task):
    """With everything recorded, the hidden part is what is recorded alone."""
    alone, all_parts = session(task, cell="lstm", layers=2), session(task, cell="lstm", layers=2, record="all")
    hidden = all_parts.units["part"] == "hidden"
    np.testing.assert_array_equal(alone.activity, all_parts.activity[:, hidden])
    assert not np.array_equal(all_parts.activity[:, :6], all_parts.activity[:, 6:12])


def test_directions_are_named(task):
    rolled = session(task, bidirectional=True)
    assert rolled.units["direction"].tolist() == ["forward"] * 6 + ["backward"] * 6


def test_a_bidirectional_session_is_measured_against_the_smoother(task):
    rolled = session(task, bidirectional=True)
    assert rolled.attributes["reference_observer"] == "smoother"
    index = rolled.observer_names.index("smoother")
    np.testing.assert_allclose(rolled.head_bayes_loss[:, 0], rolled.observer_loss[:, index], rtol=1e-5)
    result = analyse(rolled, "optimality_gap")
    test = rolled.split_mask("test")
    best = rolled.observer_loss[test, index].mean()
    assert result["bayes_loss"] == pytest.approx(best, rel=1e-6)
    assert result["gap/overall/value"] == pytest.approx(result["loss"] - best, abs=1e-6)
    assert best < rolled.observer_loss[test, rolled.observer_names.index("bayes")].mean() - 0.1
    nearest = analyse(rolled, "observer_comparison")["nearest"]
    assert np.isfinite(nearest[index]).all()  # knows as much as the network: a rival


def test_a_causal_session_is_measured_against_the_filter(task):
    rolled = session(task)
    assert rolled.attributes["reference_observer"] == "bayes"
    index = rolled.observer_names.index("bayes")
    np.testing.assert_allclose(rolled.head_bayes_loss[:, 0], rolled.observer_loss[:, index], rtol=1e-5)


def test_the_smoother_s_loss_is_its_own(task):
    """By hand, from the observer itself on the same trials."""
    rolled = session(task, bidirectional=True)
    batch = task.sample(40, task.n_steps, torch.Generator().manual_seed(Seeds(0, ("n",)).integer("stream", "test", 0)))
    held = observe(task, batch, "smoother")["position"].flatten(0, 1).numpy()
    loss = true_bin_loss(held, batch.targets["position"].flatten().numpy()).mean()
    assert analyse(rolled, "optimality_gap")["bayes_loss"] == pytest.approx(loss, rel=1e-5)


def test_process_noise_of_a_session_comes_from_its_seeds(task):
    noisy, again = (session(task, process_noise=0.3) for _ in range(2))
    np.testing.assert_array_equal(noisy.activity, again.activity)
    assert np.abs(noisy.activity - session(task).activity).mean() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"cell": "lstm", "layers": 2, "record": "all"}, {"cell": "relu"}])
def test_every_analysis_runs_on_other_networks(task, change):
    rolled = session(task, **change)
    rolled.activity[:, 0] = 0  # a unit that is silent, as rectified ones may be
    for name in ANALYSES:
        result = analyse(rolled, name)
        assert result.applicable, f"{name}: {result.reason}"


def config(train_jobs="ensemble", **network):
    return parse_config({"networks": [{"name": "n", "seeds": [1, 2], **network}], "train_jobs": train_jobs})


def test_who_can_train_together_depends_on_networks_alone():
    for train_jobs in ("auto", "ensemble", "separate"):
        for device in ("auto", "cpu", "cuda"):
            known = parse_config(
                {"networks": [{"name": "n", "seeds": [1, 2]}], "train_jobs": train_jobs, "device": device}
            )
            assert training_groups(known) == [["n-s1", "n-s2"]]
            assert training_group(known, "n-s2") == ["n-s1", "n-s2"]


def test_a_group_keeps_its_lock_when_members_come_and_go():
    few, many = config(), config(seeds=[1, 2, 3], training={"max_learning_rate": 0.001})
    assert shape_hash(few.networks[0]) == shape_hash(many.networks[0])
    assert shape_hash(few.networks[0]) != shape_hash(config(hidden_size=5).networks[0])


def test_groups_hold_every_session_once_in_order():
    swept = config(cell=["gru", "lstm"], training={"max_learning_rate": [0.002, 0.004]})
    groups = training_groups(swept)
    assert list(itertools.chain(*groups)) == list(network_sessions(swept))
    assert [len(group) for group in groups] == [4, 4]


@pytest.mark.parametrize(
    ("change", "n_groups"),
    [
        (
            {
                "training": {
                    "max_learning_rate": [0.002, 0.004],
                    "grad_clip_norm": [0.3, 1.0],
                    "activity_l2": [0.0, 0.1],
                }
            },
            1,
        ),
        ({"rollout": {"test_trials": [100, 200]}}, 1),
        ({"record": ["hidden", "all"]}, 1),
        ({"hidden_size": [4, 8]}, 2),
        ({"layers": [1, 2]}, 2),
        ({"process_noise": [0.0, 0.1]}, 2),
        ({"task": ["ring-fixed", "ring-internal-map"]}, 2),
        ({"training": {"batch_size": [16, 32]}}, 2),
        ({"training": {"n_batches": [16, 32]}}, 2),
        ({"training": {"target_gap": [0.02, None]}}, 2),
    ],
)
def test_what_an_ensemble_has_in_common(change, n_groups):
    assert len(training_groups(config(**change))) == n_groups


def test_networks_of_other_rules_train_alone():
    rules = {"learning_rule": {"name": ["bptt", "truncated_bptt", "snap"]}}
    groups = training_groups(config(cell="tanh", training=rules))
    assert groups == [
        ["n-bptt-s1", "n-bptt-s2"],
        ["n-truncated_bptt-s1", "n-truncated_bptt-s2"],
        ["n-snap-s1"],
        ["n-snap-s2"],
    ]


def test_rules_that_train_ensembles():
    assert {name for name in RULES if rule_class(name).ensembles} == set(ENSEMBLES)


def test_the_page_s_table_of_cells_counts_their_parameters():
    page = (ROOT / "docs" / "networks.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| .* \| ([\d,]+)(?: \(20 steps\))? \| .*$", page, re.MULTILINE)
    assert tuple(cell for cell, _ in rows) == get_args(CellName)
    for cell, written in rows:
        layer = Layers(
            2, {"position": 64}, architecture(settings(cell=cell, hidden_size=128), make_task("ring-fixed"))
        ).layers[0]
        assert sum(weight.numel() for weight in layer.parameters()) == int(written.replace(",", "")), cell


def test_what_may_differ_in_a_group_may_differ_in_training():
    assert set(FREE) <= set(OWN)
