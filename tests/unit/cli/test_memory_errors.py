"""Out of memory: the sentence names the settings to change; other errors are left alone."""

import re

import numpy as np
import pytest
import torch

from helpers.configuration import every_key
from rscnav.cli.main import COMMANDS
from rscnav.cli.memory_errors import _KEYS, explained
from rscnav.config.schema import Config

CUDA = "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 139.81 GiB of which 3.06 MiB is free."


def raised(make):
    with pytest.raises((RuntimeError, MemoryError, ValueError)) as error:
        make()
    return error.value


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: torch.empty(10**14), "this machine (3.73e+05 GiB requested at once)"),
        (lambda: torch.zeros(3 * 10**9, 10**9), "out of memory on this machine"),
        (lambda: np.zeros(10**14), "this machine (728. TiB requested at once)"),
        (lambda: np.zeros((10**12, 10**12)), "out of memory on this machine"),
        (lambda: [0] * 10**18, "out of memory on this machine; lower"),
    ],
)
def test_what_the_libraries_raise(make, said):
    sentence = explained(raised(make), "train")
    assert sentence.startswith("out of memory on ")
    assert said in sentence
    assert "training.batch_size" in sentence
    assert "networks.hidden_size" in sentence
    assert "\n" not in sentence


def test_a_gpu_that_is_full():
    sentence = explained(torch.cuda.OutOfMemoryError(CUDA), "train")
    assert sentence.startswith("out of memory on the GPU (20.00 GiB requested at once); lower")
    assert "`train_jobs: separate` trains networks one by one" in sentence


@pytest.mark.parametrize(
    "error",
    [ValueError("n_layers: 0 is not valid"), RuntimeError("shapes do not fit"), KeyError("memory"), OSError(28, "x")],
)
def test_other_errors_are_left_alone(error):
    assert explained(error, "train") is None


def test_every_key_that_is_named_is_one():
    assert set(_KEYS) <= set(COMMANDS)
    config = every_key()
    names = {name for text in _KEYS.values() for name in re.findall(r"\b[a-z_]+\.(?:\*\.)?[a-z_]+(?:\.[a-z_]+)*", text)}
    assert len(names) > 20
    for name in names:
        here = Config.model_json_schema()
        there = here["$defs"]
        section, *rest = name.split(".")
        assert section in here["properties"], name
        if section in ("tasks", "analyses"):  # what these hold is in the file
            values = next(iter(config[section].values())) if section == "tasks" else config[section][rest.pop(0)]
            assert rest[-1] in values, name
            continue
        model = here["properties"][section]
        for key in rest:
            found = re.search(r"#/\$defs/(\w+)", str(model))
            assert found is not None, name
            model = there[found[1]]["properties"]
            assert key in model, name
            model = model[key]
