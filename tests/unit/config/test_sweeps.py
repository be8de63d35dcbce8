"""Sweeps: a list where a single value is expected gives one network per combination."""

import copy

import pytest

from rscnav.config.job_settings import session_names
from rscnav.config.load import parse_config
from rscnav.config.sweeps import expand
from rscnav.settings.strict_settings import ConfigError


def names(network):
    return [one["name"] for one in expand(network)]


def test_without_a_list_the_entry_stays_as_it_is():
    entry = {"name": "gru", "seeds": [1, 2], "training": {"curriculum": [{"until": 0.5, "task": {}}]}}
    assert expand(entry) == [entry]


def test_every_combination_once_the_last_list_fastest():
    entry = {"name": "n", "cell": ["gru", "lstm"], "layers": 2, "hidden_size": [32, 64, 128], "seeds": [1, 2]}
    before = copy.deepcopy(entry)
    networks = expand(entry)
    assert [(n["cell"], n["hidden_size"]) for n in networks] == [
        ("gru", 32), ("gru", 64), ("gru", 128), ("lstm", 32), ("lstm", 64), ("lstm", 128),
    ]  # fmt: skip
    assert [n["name"] for n in networks] == [
        "n-gru-32",
        "n-gru-64",
        "n-gru-128",
        "n-lstm-32",
        "n-lstm-64",
        "n-lstm-128",
    ]
    assert all(n["seeds"] == [1, 2] and n["layers"] == 2 for n in networks)
    assert entry == before


def test_names_follow_the_order_of_the_keys():
    assert names({"name": "n", "hidden_size": [8], "cell": ["gru"]}) == ["n-8-gru"]


def test_nested_lists_are_swept_and_neighbours_kept():
    training = {
        "max_learning_rate": [0.002, 0.004],
        "grad_clip_norm": 0.3,
        "learning_rule": {"name": ["bptt", "snap"], "snap_order": 1},
    }
    networks = expand({"name": "n", "seeds": [1], "training": training})
    assert [n["name"] for n in networks] == [
        "n-max_learning_rate-0.002-bptt", "n-max_learning_rate-0.002-snap", "n-max_learning_rate-0.004-bptt", "n-max_learning_rate-0.004-snap",
    ]  # fmt: skip
    assert networks[1]["training"] == {
        "max_learning_rate": 0.002,
        "grad_clip_norm": 0.3,
        "learning_rule": {"name": "snap", "snap_order": 1},
    }
    assert networks[3]["training"]["max_learning_rate"] == 0.004


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("bidirectional", [False, True], ["n-bidirectional-false", "n-bidirectional-true"]),
        ("layers", [1, 2], ["n-layers-1", "n-layers-2"]),
        ("tau_s", [0.25, 1.0], ["n-tau_s-0.25", "n-tau_s-1.0"]),
        ("task", ["ring-fixed", "of mine/2"], ["n-ring-fixed", "n-of_mine_2"]),
        ("process_noise", [1e-06], ["n-process_noise-1e-06"]),
    ],
)
def test_names_say_what_the_value_is(key, values, expected):
    assert names({"name": "n", key: values}) == expected


def test_null_may_be_swept():
    assert names({"name": "n", "training": {"target_gap": [0.02, None]}}) == ["n-target_gap-0.02", "n-target_gap-null"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cell": []}, r"networks: 'n': cell: the list is empty"),
        ({"hidden_size": [32, 64, 32]}, r"networks: 'n': hidden_size: 32 occurs twice in \[32, 64, 32\]"),
        ({"training": {"max_learning_rate": [0.1, 0.1]}}, r"'n': training\.max_learning_rate: 0\.1 occurs twice"),
        (
            {"training": {"learning_rule": [{"name": "bptt"}]}},
            r"'n': training\.learning_rule: {'name': 'bptt'} is not a single value",
        ),
        ({"hidden_size": [[32]]}, r"'n': hidden_size: \[32\] is not a single value"),
        ({"task": ["a/b", "a b"]}, r"sweep over task makes two networks with the name 'n-a_b'"),
        (
            {"cell": ["a-b", "a"], "task": ["c", "b-c"]},
            r"sweep over cell, task makes two networks with the name 'n-a-b-c'",
        ),
    ],
)
def test_bad_sweeps_are_named(change, message):
    with pytest.raises(ConfigError, match=message):
        expand({"name": "n", "seeds": [1], **change})


def test_one_and_true_are_two_values():
    assert len(names({"name": "n", "layers": [1, True]})) == 2  # which the check then refuses, by its type


def test_sweeps_of_a_configuration():
    swept = {"name": "n", "cell": ["gru", "tanh"], "seeds": [1, 2], "training": {"max_learning_rate": [0.002, 0.004]}}
    config = parse_config({"networks": [swept, {"name": "m", "seeds": [1]}], "training": {"n_batches": 7}})
    assert session_names(config) == [
        "n-gru-max_learning_rate-0.002-s1", "n-gru-max_learning_rate-0.002-s2", "n-gru-max_learning_rate-0.004-s1", "n-gru-max_learning_rate-0.004-s2",
        "n-tanh-max_learning_rate-0.002-s1", "n-tanh-max_learning_rate-0.002-s2", "n-tanh-max_learning_rate-0.004-s1", "n-tanh-max_learning_rate-0.004-s2",
        "m-s1",
    ]  # fmt: skip
    assert [n.training.max_learning_rate for n in config.networks] == [0.002, 0.004, 0.002, 0.004, 0.004]
    assert {n.training.n_batches for n in config.networks} == {7}  # the shared section lies under each


@pytest.mark.parametrize(
    ("networks", "message"),
    [
        ([{"name": "n", "seeds": [1], "cel": ["gru", "lstm"]}], r"networks\.0\.cel: unknown key.*\(in 'n-gru'\)"),
        ([{"name": "n", "seeds": [1], "cell": ["gru", "lsmt"]}], r"networks\.1\.cell: 'lsmt'.*\(in 'n-lsmt'\)"),
        ([{"name": "n", "seeds": [1], "cell": ["gru"]}, {"name": "n-gru", "seeds": [1]}], r"n-gru-s1 occur more than"),
        ([{"name": "n", "seeds": [1], "task": ["ring-fixed", "maze"]}], r"'n-maze': task: 'maze' is not valid"),
        ([{"cell": ["gru", "lstm"], "seeds": [1]}], r"networks\.0\.name: missing"),
    ],
)
def test_what_a_sweep_cannot_mend_is_named(networks, message):
    with pytest.raises(ConfigError, match=message):
        parse_config({"networks": networks})


def test_the_shared_sections_are_no_place_for_a_sweep():
    with pytest.raises(ConfigError, match=r"training\.max_learning_rate: \[0\.002, 0\.004\] is not valid"):
        parse_config({"networks": [{"name": "n", "seeds": [1]}], "training": {"max_learning_rate": [0.002, 0.004]}})
