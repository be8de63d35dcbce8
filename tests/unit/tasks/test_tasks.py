"""The tasks with new maps and the arena: what their inputs hold, how their worlds are drawn, what they refuse."""

import math

import numpy as np
import pytest
import torch

from rscnav.settings.strict_settings import ConfigError
from rscnav.tasks.arena_motion import moved, wander
from rscnav.tasks.base import join
from rscnav.tasks.input_encoding import decode_velocity, encode_velocity, population_code
from rscnav.tasks.registry import TASKS, make_task
from rscnav.tasks.ring import wrap


def drawn(name, n_trials=2000, seed=0, **settings):
    task = make_task(name, **settings)
    return task, task.sample(n_trials, task.n_steps, torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def external():
    return drawn("ring-external-map")


@pytest.fixture(scope="module")
def internal():
    return drawn("ring-internal-map")


@pytest.fixture(scope="module")
def arena():
    return drawn("arena")


def test_the_map_is_shown_while_a_landmark_is_in_view_and_only_then(external):
    task, batch = external
    shown, seen = batch.inputs[:, :, 1:], batch.visible.any(dim=2)
    assert (shown[~seen] == 0).all()
    code = population_code(batch.landmarks[:, :, 0], 32, 0.3).float()
    torch.testing.assert_close(shown[seen], code[:, None].expand(-1, 100, -1)[seen])
    assert task.channels[:2] == ("velocity", "map 0")


def test_maps_are_new_and_uniform_among_those_that_keep_their_distance(external):
    _, batch = external
    places = batch.landmarks[:, :, 0]
    counts = places.isfinite().sum(dim=1)
    for n in (2, 3, 4):
        assert abs((counts == n).float().mean() - 1 / 3) < 4 * math.sqrt(2 / 9 / 2000)
    apart = wrap(places[:, :, None] - places[:, None]).abs() + 10 * torch.eye(4)
    assert apart[apart.isfinite()].min() >= 0.5 - 1e-9
    assert batch.visible.sum(dim=2).max() == 1
    of_two = wrap(places[counts == 2][:, 1] - places[counts == 2][:, 0])
    # Uniform separation for two: |separation| over [0.5, π].
    assert abs(of_two.abs().mean() - (0.5 + math.pi) / 2) < 4 * (math.pi - 0.5) / math.sqrt(12 * len(of_two))
    for k in range(4):
        angle = places[places[:, k].isfinite(), k]
        assert abs(torch.exp(1j * angle).mean()) < 4 / math.sqrt(len(angle))


def test_no_landmark_is_seen_where_there_is_none(external):
    _, batch = external
    assert not batch.visible[batch.landmarks[:, :, 0].isnan()[:, None].expand(-1, 100, -1)].any()


def test_separation_is_drawn_within_its_range_and_reported(internal):
    task, batch = internal
    separation = batch.landmarks[:, 1, 0]
    low, high = 0.5, math.pi - 0.3
    assert separation.min() >= low
    assert separation.max() <= high
    assert abs(separation.mean() - (low + high) / 2) < 4 * (high - low) / math.sqrt(12 * 2000)
    expected = torch.floor((separation - low) / (high - low) * 32).long()
    assert (batch.targets["separation"] == expected[:, None]).all()
    near = (wrap(batch.position - batch.landmarks[:, None, :, 0]).abs() < 0.25).any(dim=2)
    torch.testing.assert_close(batch.inputs[:, :, 1], near.float())
    assert task.heads == {"position": 64, "separation": 32}


def test_arena_starts_in_the_centre_in_the_dark_and_stays_inside(arena):
    _, batch = arena
    assert batch.position[:, 0].norm(dim=1).max() < 0.08
    assert not batch.visible[:, 0].any()
    assert batch.position.norm(dim=2).max() <= 0.25 + 1e-9
    for seconds, share in ((30, 0.90), (10, 0.22)):  # measured with other code on the same definitions
        met = (batch.landmarks_encountered[:, seconds * 10 - 1] == 2).float().mean()
        assert abs(met - share) < 0.04


def test_arena_is_seen_from_the_animal_with_the_stated_noise(arena):
    _, batch = arena
    seen = batch.visible.any(dim=2)
    which = batch.visible.int().argmax(dim=2)
    landmark = batch.landmarks[torch.arange(2000)[:, None], which]
    away = landmark - batch.position
    torch.testing.assert_close(seen, torch.cdist(batch.position, batch.landmarks).amin(dim=2) < 0.15)
    distance_off = (batch.inputs[..., 5] * 0.1 - away.norm(dim=2))[seen]
    told = torch.atan2(batch.inputs[..., 3], batch.inputs[..., 4]).double()
    bearing_off = wrap(told - (torch.atan2(away[..., 1], away[..., 0]) - batch.heading))[seen]
    for off, sd in ((distance_off, 0.02), (bearing_off, 0.1)):
        assert abs(off.mean()) < 4 * sd / math.sqrt(len(off))
        assert abs(off.std() / sd - 1) < 0.02
    assert (batch.inputs[..., 2:][~seen] == 0).all()


def test_arena_frames_belong_together(arena):
    """Turned by the scene's rotation, places are those of a walk that sets off along x, and b lies at its port."""
    _, batch = arena
    turned = torch.polar(torch.ones(2000, dtype=torch.float64), batch.rotation)
    walk = torch.view_as_complex(batch.position.contiguous()) * turned[:, None]
    assert abs(wrap(batch.heading[:, 0] + batch.rotation).mean()) < 0.03
    assert walk[:, 3].real.mean() > 0.01  # three steps on, most have gone along x
    assert abs(walk[:, 3].imag.mean()) < 0.002
    b = torch.view_as_complex(batch.landmarks[:, 1].contiguous()) * turned
    port = torch.round(torch.remainder(b.angle(), 2 * math.pi) / (2 * math.pi / 16)).long() % 16
    assert (batch.targets["port"] == port[:, None]).all()
    assert torch.bincount(port, minlength=16).min() > 80
    cell = torch.floor((batch.position + 0.25) * 16).clamp(0, 7).long()
    assert (batch.targets["position"] == cell[..., 0] * 8 + cell[..., 1]).all()


def test_commands_do_not_depend_on_the_true_pose():
    """The same draws with much more slip: the same commands, other walks."""
    calm = drawn("arena", 50, motion={"noise_m": 1e-4, "noise_rad": 1e-4})[1]
    slippery = drawn("arena", 50, motion={"noise_m": 0.02, "noise_rad": 0.2})[1]
    torch.testing.assert_close(calm.inputs[..., :2], slippery.inputs[..., :2])
    assert (calm.position - slippery.position).norm(dim=2).mean() > 0.05


def test_the_walk_is_made_of_the_steps_that_the_filter_takes():
    """Without slip, the commands taken one by one lead along the walk."""
    task = make_task("arena", motion={"noise_m": 1e-15, "noise_rad": 1e-15})
    place, heading, speed, turn = wander(
        task.settings.motion, 0.25, 0.1, 20, 300, torch.Generator().manual_seed(0), "cpu"
    )
    x = y = h = torch.zeros(20, dtype=torch.float64)
    for step in range(300):
        x, y, h = moved(x, y, h, speed[:, step] * 0.1, turn[:, step] * 0.1, [torch.zeros(20)] * 3, 0.25)
        torch.testing.assert_close(place[:, step], torch.stack([x, y], dim=1), atol=1e-9, rtol=0)
        torch.testing.assert_close(wrap(heading[:, step] - h), torch.zeros_like(h), atol=1e-9, rtol=0)
    assert place.norm(dim=2).max() > 0.24  # the wall was met


def test_true_steps_are_the_commands_plus_noise_of_the_stated_size(arena):
    _, batch = arena
    turn = wrap(batch.heading[:, 1:] - batch.heading[:, :-1] - 0.1 * batch.inputs[:, 1:, 1].double())
    assert abs(turn.std() / 0.03 - 1) < 0.01
    stride = 0.1 * batch.velocity[:, 1:, None] * torch.stack([batch.heading.cos(), batch.heading.sin()], dim=2)[:, 1:]
    slip = (batch.position[:, 1:] - batch.position[:, :-1] - stride)[batch.position[:, 1:].norm(dim=2) < 0.249]
    assert abs(slip.std() / 0.003 - 1) < 0.02


def test_velocity_as_a_population_holds_the_same():
    velocity = torch.randn(5, 7, dtype=torch.float64)
    for n_units in (1, 10):
        torch.testing.assert_close(decode_velocity(encode_velocity(velocity, n_units)), velocity)
    one, ten = drawn("ring-fixed", 20)[1], drawn("ring-fixed", 20, velocity_units=10)
    assert ten[1].inputs.shape[2] == 11
    assert len(ten[0].channels) == 11
    torch.testing.assert_close(decode_velocity(ten[1].inputs[..., :10]), one.inputs[..., 0])
    assert (
        len(make_task("arena", velocity_units=10).channels) == drawn("arena", 2, velocity_units=10)[1].inputs.shape[2]
    )


@pytest.mark.parametrize("name", TASKS)
def test_every_task_keeps_to_its_own_description(name):
    task = make_task(name)
    batch = task.sample(7, 13, torch.Generator().manual_seed(1))
    assert batch.inputs.shape == (7, 13, len(task.channels))
    assert batch.inputs.dtype == torch.float32
    assert batch.inputs.isfinite().all()
    assert set(batch.targets) == set(task.heads)
    for head, target in batch.targets.items():
        assert target.shape == (7, 13)
        assert 0 <= target.min() <= target.max() < task.heads[head]
    assert batch.position.shape[:2] == (7, 13)
    assert batch.landmarks.shape[1] == batch.visible.shape[2] == len(task.landmark_names)
    assert task.bin_centres.shape == (task.heads["position"], batch.position.shape[2])
    away = batch.position.flatten(0, 1).numpy()[:, None] - task.bin_centres
    away = np.abs(np.angle(np.exp(1j * away))) if task.position_unit == "rad" else away
    nearest = np.argmin((away**2).sum(axis=2), axis=1)
    np.testing.assert_array_equal(batch.targets["position"].flatten().numpy(), nearest)
    again = task.sample(7, 13, torch.Generator().manual_seed(1))
    torch.testing.assert_close(again.inputs, batch.inputs, rtol=0, atol=0)
    both = join([batch, again])
    assert len(both) == 14
    torch.testing.assert_close(both.part(slice(7, 14)).position, batch.position)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        (
            "ring-internal-map",
            {"min_separation_rad": 0.3},
            "min_separation_rad: a separation of 0.300 rad is less than twice visibility_radius_rad",
        ),
        ("ring-internal-map", {"max_separation_rad": 3.5}, "max_separation_rad: 3.5 is not valid"),
        (
            "ring-internal-map",
            {"max_separation_rad": 0.4},
            "min_separation_rad: 0.500 is not less than max_separation_rad",
        ),
        ("ring-external-map", {"max_landmarks": 13}, "13 landmarks, .* do not fit on the ring; at most 12 do"),
        ("ring-external-map", {"min_landmarks": 5}, "min_landmarks: 5 is more than max_landmarks"),
        ("ring-fixed", {"motion": {"drift_rad_s": 0.0, "sd_rad_s": 0.0}}, "the animal would not move"),
        ("ring-fixed", {"velocity_units": 0}, "velocity_units: 0 is not valid"),
        ("arena", {"separation_rad": 2.1, "n_ports": 8}, "no port is near landmark b"),
        ("arena", {"separation_rad": math.pi}, "at π the arena looks the same"),
        ("arena", {"separation_rad": math.pi / 4}, "is less than twice visibility_radius_m"),
        (
            "arena",
            {"visibility_radius_m": 0.26, "radius_m": 0.4, "trial_s": 0.01},
            "trial_s: 0.01 s is shorter than one step",
        ),
        ("arena", {"visibility_radius_m": 0.25}, "visibility_radius_m"),
        ("arena", {"motion": {"speed_m_s": 0.0}}, "motion.speed_m_s: 0.0 is not valid"),
        ("arena", {"motion": {"speed_m_s": -0.1}}, "motion.speed_m_s: -0.1 is not valid"),
        ("arena", {"loss": "at the end"}, "loss: 'at the end' is not valid"),
        (
            "linear-track",
            {},
            "task: 'linear-track' is not valid; expected one of ring-fixed, ring-external-map, ring-internal-map, arena",
        ),
    ],
)
def test_what_has_no_answer_is_refused(name, settings, message):
    with pytest.raises((ValueError, ConfigError), match=message):
        make_task(name, **settings)
