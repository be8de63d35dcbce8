"""The ring's observers against sums over all paths of tiny problems, and against what each task must give."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from rscnav.observers.grid_filter import RingModel, grid_filter, grid_smoother
from rscnav.observers.registry import observe, strategies
from rscnav.observers.settings import Observer
from rscnav.tasks.registry import make_task

pytestmark = pytest.mark.slow

N_GRID, NOISE = 16, 1.0  # noise of 2.5 bins: the wrapped Gaussian sampled at the bins is band-limited to 1e-13
SHIFT = np.array([0.3, -1.1, 0.75])
PATTERNS = list(itertools.product([False, True], repeat=3))


def all_paths(seen, view, shift=SHIFT, used=(True, True, True)):
    """Weight of every path (x0, x1, x2, x3) and separation under what is seen: shape (grid,) * 4 + (separation,)."""
    angle = 2 * np.pi * np.arange(N_GRID) / N_GRID
    weight = np.ones((N_GRID,) * 4 + (len(view),))
    for t, moved in enumerate(shift):
        difference = angle[None, :] - angle[:, None] - moved
        density = sum(np.exp(-0.5 * ((difference + 2 * np.pi * k) / NOISE) ** 2) for k in range(-5, 6))
        step = density / density.sum(axis=1, keepdims=True)
        axes = [None] * 5
        axes[t] = axes[t + 1] = slice(None)
        weight = weight * step[tuple(axes)]
        if used[t]:
            chance = (view if seen[t] else 1 - view).T  # (grid, separation)
            axes = [None] * 5
            axes[t + 1] = axes[4] = slice(None)
            weight = weight * chance[tuple(axes)]
    return weight / weight.sum()


def at_step(weight, t):
    """Marginal over the place after step `t` (0, 1, 2) and the separation: (separation, grid)."""
    drop = tuple(axis for axis in range(4) if axis != t + 1)
    return weight.sum(axis=drop).T


@pytest.fixture
def views():
    """Two landmarks, the second at one of three places; shares as if cut by the edges of bins: (landmark, 3, grid)."""
    share = np.zeros((2, 3, N_GRID))
    share[0, :, 7:9] = 0.6
    for k, first in enumerate((10, 11, 13)):
        share[1, k, first : first + 2] = [0.9, 0.35]
    return share


def model(seen, views, shift=SHIFT):
    return RingModel(torch.tensor([seen]), torch.tensor(shift)[None], torch.tensor(views)[None], NOISE)


@pytest.mark.parametrize("seen", PATTERNS)
def test_joint_filter_equals_the_sum_over_all_paths(seen, views):
    for t, belief in enumerate(grid_filter(model(seen, views))):
        weight = all_paths(seen, views.sum(axis=0), used=[k <= t for k in range(3)])
        np.testing.assert_allclose(belief[0].numpy(), at_step(weight, t), atol=1e-10)


@pytest.mark.parametrize("seen", PATTERNS)
def test_smoother_equals_the_sum_over_all_paths(seen, views):
    weight = all_paths(seen, views.sum(axis=0))
    steps = []
    for t, belief in grid_smoother(model(seen, views)):
        np.testing.assert_allclose(belief[0].numpy(), at_step(weight, t), atol=1e-10)
        steps.append(t)
    assert steps == [2, 1, 0]


@pytest.mark.parametrize("used", PATTERNS)
def test_what_is_left_out_is_left_out(used, views):
    seen = (True, False, True)
    *_, last = grid_filter(model(seen, views), torch.tensor([used]))
    np.testing.assert_allclose(last[0].numpy(), at_step(all_paths(seen, views.sum(axis=0), used=used), 2), atol=1e-10)


def tiny(name, **settings):
    """A task on a ring of 16 bins, in trials of three steps."""
    motion = {"noise_rad": NOISE}
    return make_task(name, trial_s=0.3, n_bins=N_GRID, visibility_radius_rad=0.45, motion=motion, **settings)


def view_of(place):
    """Share of each bin within 0.45 rad of a place, by counting fine points."""
    n_fine = 20_000
    fine = -np.pi + 2 * np.pi / (N_GRID * n_fine) * (np.arange(N_GRID * n_fine) + 0.5)
    near = np.abs(np.angle(np.exp(1j * (fine - place)))) < 0.45
    return near.reshape(N_GRID, n_fine).mean(axis=1)


@pytest.mark.parametrize("velocity_units", [1, 10])
def test_internal_map_from_its_inputs_alone(velocity_units):
    """Both reports against all paths; the share in view is counted, so it agrees to the fineness of the count."""
    task = tiny("ring-internal-map", min_separation_rad=1.0, n_separation_bins=2, velocity_units=velocity_units)
    batch = task.sample(40, 3, torch.Generator().manual_seed(0))
    settings = Observer(grid_bins=N_GRID, separation_bins=2)
    nonsense = {h: torch.zeros_like(t) for h, t in batch.targets.items()}
    bare = replace(batch, targets=nonsense, position=batch.position * 0, landmarks=batch.landmarks * 0)
    held = observe(task, bare, "bayes", settings)
    width = (task.settings.max_separation_rad - 1.0) / 2
    view = np.stack([view_of(0.0) + view_of(1.0 + width * (k + 0.5)) for k in range(2)])
    seen = batch.visible.any(dim=2).numpy()
    assert 0.2 < seen.mean() < 0.5
    for trial in range(40):
        weight = all_paths(seen[trial], view, batch.velocity[trial].numpy() * 0.1)
        exact = at_step(weight, 2)
        np.testing.assert_allclose(held["position"][trial, 2], exact.sum(axis=0), atol=2e-5)
        np.testing.assert_allclose(held["separation"][trial, 2], exact.sum(axis=1), atol=2e-5)


def test_external_map_is_unknown_until_it_is_shown():
    task = tiny("ring-external-map", map_units=16)
    batch = task.sample(40, 3, torch.Generator().manual_seed(3))
    held = observe(task, batch, "bayes", Observer(grid_bins=N_GRID))["position"]
    smooth = observe(task, batch, "smoother", Observer(grid_bins=N_GRID))["position"]
    seen = batch.visible.any(dim=2).numpy()
    counts = batch.landmarks.isfinite().sum(dim=(1, 2))
    assert set(counts.tolist()) == {2, 3, 4}
    for trial in range(40):
        places = batch.landmarks[trial, :, 0].numpy()
        view = np.sum([view_of(p) for p in places[np.isfinite(places)]], axis=0)[None]
        weight = all_paths(seen[trial], view, batch.velocity[trial].numpy() * 0.1)
        for t in range(3):
            so_far = all_paths(seen[trial], view, batch.velocity[trial].numpy() * 0.1, [k <= t for k in range(3)])
            uniform = np.full(N_GRID, 1 / N_GRID)
            expected = at_step(so_far, t)[0] if seen[trial, : t + 1].any() else uniform
            np.testing.assert_allclose(held[trial, t], expected, atol=1e-4)
            expected = at_step(weight, t)[0] if seen[trial].any() else uniform
            np.testing.assert_allclose(smooth[trial, t], expected, atol=1e-4)


def test_single_hypothesis_keeps_the_likelier_landmark_only():
    """A sight of a landmark leaves mass within its view alone, that of the landmark that was likelier."""
    task = make_task("ring-fixed")
    batch = task.sample(200, 20, torch.Generator().manual_seed(1))
    single = observe(task, batch, "single_hypothesis")["position"]
    both = observe(task, batch, "bayes")["position"]
    centre = torch.as_tensor(task.bin_centres[:, 0])
    first = batch.visible.any(dim=2).int().argmax(dim=1)
    for trial in torch.nonzero(batch.visible.any(dim=(1, 2)))[:, 0].tolist():
        near = (torch.remainder(centre - batch.landmarks[trial, :, :1] + math.pi, 2 * math.pi) - math.pi).abs() < 0.32
        mass = (both[trial, first[trial]] * near).sum(dim=1)
        kept = (single[trial, first[trial]] * near).sum(dim=1)
        likelier = int(mass.argmax())
        assert kept[likelier] > 0.985  # all but the lapse
        if mass.max() > 0.55:
            assert kept[1 - likelier] < 0.01


NEW = ("ring-external-map", "ring-internal-map")


@pytest.fixture(scope="module", params=NEW)
def sampled(request):
    task = make_task(request.param)
    batch = task.sample(240, 100, torch.Generator().manual_seed(5))
    return task, batch, {strategy: observe(task, batch, strategy) for strategy in strategies(task)}


def losses(posterior, target):
    return -posterior.gather(2, target[..., None])[..., 0].clamp(min=1e-12).log()


def test_posteriors_sum_to_one(sampled):
    _, _, held = sampled
    for of_head in held.values():
        for posterior in of_head.values():
            torch.testing.assert_close(posterior.sum(dim=2), torch.ones(posterior.shape[:2], dtype=torch.float64))


def test_a_doubled_grid_changes_nothing(sampled):
    task, batch, held = sampled
    few = batch.part(slice(60))
    finer = observe(task, few, "bayes", Observer(grid_bins=1024, separation_bins=64))
    for head, target in few.targets.items():
        change = (losses(finer[head], target) - losses(held["bayes"][head][:60], target)).mean(dim=1)
        assert abs(change.mean()) < 0.001 + 2 * change.std() / math.sqrt(60)
        assert change.std() / math.sqrt(60) < 0.005  # separations at the edge of a bin make some trials differ


def test_no_causal_observer_beats_the_filter_and_the_smoother_does(sampled):
    _, batch, held = sampled
    target = batch.targets["position"]
    bayes = losses(held["bayes"]["position"], target).mean(dim=1)
    for strategy in ("no_absence", "single_hypothesis", "dead_reckoning"):
        more = losses(held[strategy]["position"], target).mean(dim=1) - bayes
        assert more.mean() > 3 * more.std() / math.sqrt(len(more))
    less = bayes - losses(held["smoother"]["position"], target).mean(dim=1)
    assert less.mean() > 3 * less.std() / math.sqrt(len(less))


def test_filter_is_calibrated(sampled):
    """Of all classes given probability p, a share p holds the truth, at every report."""
    _, batch, held = sampled
    for head, target in batch.targets.items():
        posterior = held["bayes"][head]
        truth = torch.zeros_like(posterior).scatter_(2, target[..., None], 1.0)
        for low, high in [(0.01, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.4)]:
            inside = (posterior > low) & (posterior < high)
            given, true = posterior * inside, truth * inside
            off = (true - given).sum(dim=(1, 2))
            assert abs(off.sum()) < 4 * off.std() * math.sqrt(len(off))


@pytest.mark.parametrize("shift", [-1, 1])
def test_targets_a_step_early_or_late_raise_the_loss(sampled, shift):
    _, batch, held = sampled
    target = batch.targets["position"]
    posterior = held["bayes"]["position"]
    aligned = losses(posterior, target)[:, 1:-1].mean()
    assert losses(posterior, target.roll(shift, dims=1))[:, 1:-1].mean() > aligned + 0.1


def test_inputs_of_other_trials_say_nothing(sampled):
    """Were the truth to leak into the inputs by another way, the loss would not rise to the prior's."""
    task, batch, _ = sampled
    order = torch.randperm(240, generator=torch.Generator().manual_seed(1))
    shuffled = replace(batch, inputs=batch.inputs[order], landmarks=batch.landmarks[order])
    for head, posterior in observe(task, shuffled, "bayes").items():
        assert losses(posterior, batch.targets[head]).mean() > math.log(task.heads[head])


def test_a_map_of_other_trials_is_refused(sampled):
    task, batch, _ = sampled
    if task.name == "ring-external-map":
        with pytest.raises(ValueError, match="inputs: the map differs from `landmarks`"):
            observe(task, replace(batch, landmarks=batch.landmarks.roll(1, dims=0)), "bayes")
    else:
        with pytest.raises(ValueError, match="separation_bins: 40 is not a multiple of the task's 32"):
            observe(task, batch, "bayes", Observer(separation_bins=40))


def test_an_observer_that_there_is_not_is_named():
    task = make_task("ring-fixed")
    with pytest.raises(ValueError, match="has no observer 'oracle'; it has: bayes, no_absence"):
        observe(task, task.sample(1, 2, torch.Generator()), "oracle")
