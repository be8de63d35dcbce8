"""Perturbations, runs without input and a- against b-trials, on networks and states whose answers are known."""

import math

import numpy as np
import pytest
import torch

from helpers.dynamical_system import linear, visited_by
from rscnav.analyses.result import Result
from rscnav.analyses.statistics.intervals import mean_interval
from rscnav.analyses.tuning.entropy import entropy_bits
from rscnav.dynamics.autonomous_runs import add_autonomous_runs
from rscnav.dynamics.distance_ratio import StatePairs, add_ratio, pairwise
from rscnav.dynamics.driven_divergence import add_driven_divergence
from rscnav.dynamics.filter_dynamics import autonomous_filter, filter_time_constants
from rscnav.dynamics.landscape import add_landscape, nearest
from rscnav.dynamics.perturbations import add_recovery
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.trajectories import load_trajectories
from rscnav.dynamics.trial_statistics import fit_exponential_decay
from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network
from rscnav.networks.rollout import roll_out
from rscnav.networks.settings import Rollout
from rscnav.observers.registry import bayes_filter
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.settings import Encounters
from rscnav.tasks.registry import make_task

SEEDS = Seeds(3)
N_TRIALS, N_STEPS = 60, 100


@pytest.mark.parametrize(("tau", "stays"), [(0.4, 0.0), (0.4, 0.3), (2.0, 0.1)])
def test_a_decay_is_read_off_as_it_was_made(tau, stays):
    time = np.arange(51) * 0.1
    left = (1 - stays) * np.exp(-time / tau) + stays
    np.testing.assert_allclose(fit_exponential_decay(time, left), (tau, stays), rtol=1e-3, atol=1e-3)


def test_what_does_not_decay_has_no_time_constant():
    time = np.arange(51) * 0.1
    for left in (np.ones(51), np.linspace(1, 2, 51), np.full(51, np.nan)):
        assert math.isnan(fit_exponential_decay(time, left)[0])


def test_a_mean_over_trials_has_the_interval_of_student():
    values = np.array([[1.0, 5.0], [2.0, np.nan], [4.0, np.nan]])
    mean, low, high = mean_interval(values)
    assert mean.tolist() == [7 / 3, 5.0]
    assert high[0] - mean[0] == pytest.approx(
        4.3026527 * math.sqrt(7 / 3 / 3)
    )  # t of 2 degrees of freedom; variance 7/3
    assert mean[0] - low[0] == pytest.approx(high[0] - mean[0])
    assert np.isnan([low[1], high[1]]).all()


def plane_and_rest():
    """Ten units: states lie in a plane that a step keeps as it is; what is off it shrinks to 0.6 a step."""
    system = linear(np.diag([1.0, 1.0, *[0.6] * 8]), [0.0, 0.0, *[20.0] * 8])  # the rest lie at 50
    drawn = np.random.default_rng(0).uniform(40, 60, (N_TRIALS * N_STEPS, 10))
    drawn[:, 2:] = 50
    return visited_by(system, drawn, N_TRIALS)


def test_a_perturbation_off_the_manifold_goes_and_one_along_it_stays():
    result, made = Result(), plane_and_rest()
    add_recovery(result, made, Settings(n_trials=20, perturbation=0.05), SEEDS)
    tau = -0.1 / math.log(0.6)
    for phase in ("LM0", "LM1", "LM2"):
        np.testing.assert_allclose(result[f"{phase}/off/left/value"], 0.6 ** np.arange(51), atol=1e-5)
        np.testing.assert_allclose(result[f"{phase}/along/left/value"], 1, atol=1e-6)
        assert result[f"{phase}/off/time_constant/value"] == pytest.approx(tau, rel=1e-3)
        assert result[f"{phase}/off/stays/value"] == pytest.approx(0, abs=1e-3)
        assert math.isnan(result[f"{phase}/along/time_constant/value"])
        assert "does not fall" in result.notes[f"{phase}/along/time_constant"]
    assert result["return/n_main_directions"] == 2
    away = result["LM1/off/to_cloud/value"]  # in spread, which is that of the plane
    quiet = result["LM1/off/to_cloud_unperturbed/value"]
    np.testing.assert_allclose(away[0] ** 2 - quiet[0] ** 2, 0.05**2, rtol=0.02)
    assert away[-1] == pytest.approx(quiet[-1], rel=1e-3)


def test_on_a_plane_that_stands_still_nothing_drifts():
    result, made = Result(), plane_and_rest()
    add_autonomous_runs(result, made, Settings(n_trials=20), Observer(), SEEDS)
    np.testing.assert_allclose(result["LM1/alone/speed/value"][:-1], 0, atol=1e-6)
    assert result["LM1/alone/network/drift_gain/value"] == 0
    np.testing.assert_allclose(
        result["LM1/alone/network/entropy/value"], result["LM1/alone/network/entropy/value"][0], rtol=1e-5
    )


def test_the_landscape_of_a_linear_network():
    matrix = np.diag([0.9, 0.8, 0.5])
    system = linear(matrix, (np.eye(3) - matrix) @ [5.0, 5.0, 5.0])
    drawn = np.random.default_rng(0).uniform(4, 6, (N_TRIALS * N_STEPS, 3))
    result = Result()
    add_landscape(result, visited_by(system, drawn, N_TRIALS), Settings(n_inits=10), Observer(), SEEDS)
    assert (result["n_inits"], result["n_fixed"], result["n_stable"], result["n_minima"]) == (30, 1, 1, 0)
    assert result["points/n_inits"].tolist() == [[10, 10, 10]]
    np.testing.assert_allclose(result["points/eigenvalue_real"], [[0.9, 0.8, 0.5]], atol=1e-6)
    np.testing.assert_allclose(result["points/time_constant"], -0.1 / np.log([[0.9, 0.8, 0.5]]), rtol=1e-5)
    assert result["LM1/slow/fraction"] == 1


def test_views_are_along_directions_of_the_training_trials():
    """Training trials vary in the first number of the state, test trials in the second: the first direction is the first number."""
    made = visited_by(linear(np.diag([0.9, 0.9]), [5.0, 5.0]), np.full((N_TRIALS * N_STEPS, 2), 50.0), N_TRIALS)
    train = made.session.split_mask("train")
    wave = np.sin(np.arange(len(train)))
    made.states[train, 0] += wave[train]
    made.states[~train, 1] += wave[~train]
    shown = made.shown(made.states)
    np.testing.assert_allclose(np.abs(shown[train, 0]), np.abs(wave[train] - wave[train].mean()), atol=1e-4)
    np.testing.assert_allclose(shown[~train, 0], shown[~train, 0][0], atol=1e-5)
    assert shown[~train, 1].std() > 0.5
    assert (shown[:, 2] == 0).all()  # two numbers have no third direction


def test_entropy_and_nearest_states():
    np.testing.assert_allclose(entropy_bits(np.array([[0.25] * 4, [1, 0, 0, 0], [0.5, 0.5, 0, 0]])), [2, 0, 1])
    cloud = np.array([[0.0, 0], [3, 4], [10, 0]], np.float32)
    np.testing.assert_allclose(nearest(np.array([[0.0, 1], [3, 4], [8, 0]]), cloud), [1, 0, 2], atol=1e-6)


def test_the_ratio_of_distances_counted_by_hand():
    """a at 0 and 1, b at 3 and 6, in one stratum; another stratum has a at 0, 2 and b at 1: between 3, 6, 2, 5, 1, 1."""
    place = np.array([0.0, 1, 3, 6, 0, 2, 1])
    is_a = np.array([True, True, False, False, True, True, False])
    pairs = StatePairs(pairwise(place[None, :, None]), np.array([0, 0, 0, 0, 1, 1, 1]))
    within_a, within_b = (1 + 2) / 2, 3.0
    assert pairs.ratio(is_a)[0] == pytest.approx((18 / 6) / ((within_a + within_b) / 2))
    without = (2 + 5 + 1 + 1) / 4 / ((2 + 3) / 2)  # the first trial left out: within a 2 alone, within b 3
    assert pairs.ratio(is_a, np.arange(7) > 0)[0] == pytest.approx(without)


def with_second_encounters(made, gap, rng):
    """States of two units: before the second landmark b lies `gap` above a in the first; the second is 49 or 51 in both."""
    table = made.session.encounters
    rows = table[(table["order"] == 2) & (table["kind"] == "encounter")]
    at = np.searchsorted(made.session.time, rows["onset_s"]) - 1
    made.states[:] = 50 + rng.choice([-1, 1], made.states.shape)
    made.states[:, 0] = 50
    made.states[at, 0] += np.where(rows["landmark"] == "b", gap, 0)
    return made


def apart_by(gap, keep, seed, n_trials=80, **settings):
    """A network that keeps a share of the first number at each step, and all of the second."""
    system = linear(np.diag([keep, 1.0]), [50 * (1 - keep), 0.0])
    rng = np.random.default_rng(seed)
    made = visited_by(system, np.full((n_trials * N_STEPS, 2), 50.0), n_trials, seed)
    result = Result()
    add_driven_divergence(result, with_second_encounters(made, gap, rng), Settings(n_null=99, **settings), Seeds(seed))
    return result


def test_a_difference_that_is_kept_stays_and_one_that_is_forgotten_goes():
    kept, lost = apart_by(4.0, 1.0, 1, 400), apart_by(4.0, 0.5, 1, 400)
    for result, keep in ((kept, 1.0), (lost, 0.5)):
        gap = 4.0 * keep ** np.arange(31)  # half of the pairs are as far apart in the second number as not: 2 or 0
        expected = (gap + np.hypot(gap, 2)) / 2
        np.testing.assert_allclose(result["state/ratio/value"], expected, rtol=0.08)
        assert result["state/p"] == 0.01
        assert abs(result["state/control_mean"] - 1).max() < 0.1
    assert kept["state/apart_for"] == pytest.approx(3.0)
    assert "to the end" in kept.notes["state/apart_for"]
    assert 0.3 <= lost["state/apart_for"] <= 1.2  # the gap is a tenth of the noise after 5 or 6 steps
    assert (kept["state/ratio/low"] > 2).all()


def compared(points, is_a, stratum, seed):
    """p, and the interval of the mean ratio, of points (lag, trial, dim)."""
    result = Result()
    result.add("apart/time", np.arange(len(points)) * 0.1, "s", ("lag",))
    add_ratio(result, "state", StatePairs(pairwise(points), stratum), is_a, Settings(n_null=99), Seeds(seed))
    return result


def test_without_a_difference_p_is_rarely_small_and_the_interval_holds_1():
    """Labels that mean nothing, 300 sessions: 5 % of p-values at 0.05 and 95 % of intervals, to three standard errors."""
    small, held = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        trial = rng.standard_normal((40, 3))  # a trial is itself at all lags, and noise comes on top
        points = trial + 0.5 * rng.standard_normal((5, 40, 3))
        result = compared(points, rng.random(40) < 0.4, rng.integers(0, 2, 40), seed)
        small.append(result["state/p"] <= 0.05)
        held.append(result["state/ratio_mean/low"] <= 1 <= result["state/ratio_mean/high"])
    assert 0.012 <= np.mean(small) <= 0.088
    assert np.mean(held) >= 0.91


def test_trials_too_few_to_compare_are_said():
    result = apart_by(4.0, 1.0, 0, n_trials=8)
    assert "10 of each are needed" in result.notes["apart"]
    assert "state/p" not in result


@pytest.fixture(scope="module")
def rolled():
    """A session of an untrained GRU on the task, with its network."""
    task = make_task("ring-fixed")
    network = Network(2, task.heads, Architecture("gru", 6), torch.Generator().manual_seed(0))
    session = roll_out(
        "n-s1", "n", network, task, SEEDS, Rollout(train_trials=5, test_trials=20), Encounters(), batch_size=5
    )
    return load_trajectories(session, network, task), session


def test_the_inputs_of_a_session_are_worked_out_again(rolled):
    made, session = rolled
    states, _ = made.system.network.float()(torch.from_numpy(made.inputs))
    np.testing.assert_allclose(states.detach().flatten(0, 1), session.activity, atol=1e-5)


def test_the_filter_goes_on_from_where_the_session_has_it(rolled):
    made, session = rolled
    samples = np.array([7 * 100 + 3, 12 * 100 + 60, 20 * 100 + 99])
    held = autonomous_filter(made, samples, 30, Observer())
    np.testing.assert_allclose(held[0], session.bayes_posterior[samples], atol=1e-6)
    np.testing.assert_allclose(held.sum(axis=2), 1)
    batch = make_task("ring-fixed").sample(1, 91, torch.Generator().manual_seed(0))
    batch.inputs[0, :61] = torch.from_numpy(made.inputs[12, :61])
    batch.inputs[0, 61:] = 0
    alone = bayes_filter(make_task("ring-fixed"), batch)[0, 60:].numpy()
    np.testing.assert_allclose(held[:, 1], alone, atol=1e-12)


def test_without_landmarks_the_filter_rests_as_fast_as_it_diffuses():
    """Modes cos(k x) and sin(k x) fall by exp(-k² σ² / 2) a step: time constants 2 dt / (k² σ²), each twice."""
    task = make_task("ring-fixed", visibility_radius_rad=1e-9)
    made = visited_by(linear([[0.5]], [1.0]), np.ones((200, 1)), 2)
    object.__setattr__(made, "task", task)
    found = filter_time_constants(made, Observer(), 4)
    np.testing.assert_allclose(found, [31.25, 31.25, 7.8125, 7.8125], rtol=1e-4)


def test_landmarks_that_are_not_seen_leave_two_arcs():
    """Far from the edges of sight a belief leaks out of each arc; the rates' order of size is (k π / length)² σ² / (2 dt)."""
    made = visited_by(linear([[0.5]], [1.0]), np.ones((200, 1)), 2)
    object.__setattr__(made, "task", make_task("ring-fixed"))
    first, second = filter_time_constants(made, Observer(), 2)
    rate = lambda k, length: (k * math.pi / length) ** 2 * 0.08**2 / 0.2  # noqa: E731
    long, short = 1.2 * math.pi - 0.5, 0.8 * math.pi - 0.5
    assert 1 / first == pytest.approx(rate(1, short) - rate(1, long), rel=0.25)
    assert 1 / second == pytest.approx(rate(2, long) - rate(1, long), rel=0.25)
