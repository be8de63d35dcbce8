"""The ring task: what it says of itself, its inputs and targets, its trials from separate streams."""

import math

import numpy as np
import pytest
import torch

from rscnav.networks.training.trial_streams import draw, draw_many
from rscnav.seeds import Seeds
from rscnav.sessions.encounters import Trajectory, find_encounters
from rscnav.settings.strict_settings import ConfigError
from rscnav.tasks.registry import make_task
from rscnav.tasks.ring import equal_bin, wrap


@pytest.fixture(scope="module")
def batch():
    return make_task("ring-fixed").sample(2000, 100, torch.Generator().manual_seed(0))


def test_inputs_hold_what_is_sensed_at_the_same_step(batch):
    torch.testing.assert_close(batch.inputs[:, :, 0], batch.velocity.float())
    place = torch.tensor([0.0, 0.8 * math.pi], dtype=torch.float64)
    near = (wrap(batch.position - place).abs() < 0.25).any(dim=2)
    torch.testing.assert_close(batch.inputs[:, :, 1], near.float())
    assert batch.visible.sum(dim=2).max() == 1
    torch.testing.assert_close(batch.targets["position"], equal_bin(batch.position[..., 0], -math.pi, math.pi, 64))


def test_steps_are_the_sensed_velocity_plus_noise_of_the_stated_size(batch):
    step = wrap(batch.position[:, 1:, 0] - batch.position[:, :-1, 0])
    noise = wrap(step - 0.1 * batch.velocity[:, 1:])
    assert abs(noise.mean()) < 0.001
    assert abs(noise.std() / 0.08 - 1) < 0.01
    lag = (noise[:, 1:] * noise[:, :-1]).mean() / noise.var()
    assert abs(lag) < 0.01


def test_velocity_has_the_stated_statistics(batch):
    late = batch.velocity[:, 60:]
    assert abs(late.mean()) < 0.05
    # Around a drift of ±1 that flips at 0.1 /s and is followed with a lag of 1 s, sd 0.6.
    followed = 1 / (1 + 2 * 0.1)  # variance of a random telegraph signal after the same low-pass
    assert abs(late.var() - (0.36 + followed)) < 0.06


def test_start_is_uniform(batch):
    share = torch.histc(batch.position[:, 0, 0], 8, -math.pi, math.pi) / len(batch)
    assert (share - 1 / 8).abs().max() < 4 * math.sqrt(1 / 8 * 7 / 8 / len(batch))


def test_phase_of_the_batch_is_the_phase_of_the_geometry(batch):
    n, steps = batch.inputs.shape[:2]
    behaviour = Trajectory(
        batch.position.flatten(0, 1).numpy(), (np.arange(n * steps) + 0.5) * 0.1, np.repeat(np.arange(n), steps),
        batch.landmarks.numpy(), ("a", "b"), 0.25, True, 0.1, np.full(n, "none"),
    )  # fmt: skip
    found = find_encounters(behaviour, 0.1, 0.5)
    np.testing.assert_array_equal(found.phase, batch.landmarks_encountered.flatten().numpy())
    # Shares measured with other code on the same definitions.
    raw = find_encounters(behaviour, 0.1, 0.0).table
    merged = found.table[found.table["kind"] == "encounter"]
    assert abs(1 - len(merged) / np.sum(raw["kind"] == "encounter") - 0.14) < 0.02
    missed = len(set(found.table["trial"][found.table["kind"] == "non-encounter"])) / n
    assert abs(missed - 0.40) < 0.04
    assert abs(np.mean(merged["from_start"]) * len(merged) / n - 0.16) < 0.03


def test_streams_and_batches_are_separate_and_repeatable():
    task, seeds = make_task("ring-fixed"), Seeds(0, ("network", "x", 1))
    first = draw(task, seeds, "train", 0, 8)
    torch.testing.assert_close(first.inputs, draw(task, seeds, "train", 0, 8).inputs, rtol=0, atol=0)
    for other in (
        draw(task, seeds, "train", 1, 8),
        draw(task, seeds, "test", 0, 8),
        draw(task, Seeds(1), "train", 0, 8),
    ):
        assert not torch.equal(first.inputs, other.inputs)
    many = draw_many(task, seeds, "train", 11, 8, "cpu")
    torch.testing.assert_close(many.inputs[:8], first.inputs, rtol=0, atol=0)
    assert len(many) == 11
    with pytest.raises(ValueError, match="stream: 'tset'"):
        draw(task, seeds, "tset", 0, 8)


def test_global_generators_are_left_alone():
    state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    draw(make_task("ring-fixed"), Seeds(0), "train", 0, 4)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        (
            "maze",
            {},
            "task: 'maze' is not valid; expected one of ring-fixed, ring-external-map, ring-internal-map, arena",
        ),
        ("ring-fixed", {"separation_rad": math.pi}, "at π the ring looks the same"),
        ("ring-fixed", {"separation_rad": -math.pi}, "at π the ring looks the same"),
        ("ring-fixed", {"separation_rad": 0.3}, "is less than twice visibility_radius_rad"),
        ("ring-fixed", {"trial_s": 0.01}, "shorter than one step"),
        ("ring-fixed", {"motion": {"noise_rad": 0.0}}, "noise_rad: 0.0 is not valid"),
        ("ring-fixed", {"motion": {"correlation_s": 0.01}}, "correlation_s: 0.01 s is shorter than one step"),
        ("ring-fixed", {"alpha": 1.0}, "alpha: unknown key; known here: .*separation_rad"),
    ],
)
def test_settings_without_an_answer_are_refused(name, settings, message):
    with pytest.raises((ValueError, ConfigError), match=message):
        make_task(name, **settings)


def test_no_trials_or_steps_are_refused():
    with pytest.raises(ValueError, match="n_trials=0"):
        make_task("ring-fixed").sample(0, 10, torch.Generator())
