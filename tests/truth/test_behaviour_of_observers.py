"""Analysis `behaviour` on sessions with the real observers: what theory, or a count of one's own, says must come out."""

import math

import numpy as np
import pytest
import torch

from rscnav.analyses.encounters.categories import MISSED, samples_around
from rscnav.analyses.optimality.observer_comparison import Settings
from rscnav.analyses.registry import analyse
from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network
from rscnav.networks.rollout import roll_out
from rscnav.networks.settings import Rollout
from rscnav.observers.optimality_gap import optimality_gap
from rscnav.observers.registry import observe, strategies
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.encounters import Trajectory, find_encounters
from rscnav.sessions.geometry import wrap
from rscnav.sessions.outcomes import ring_choices
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session
from rscnav.sessions.settings import Encounters
from rscnav.tasks.registry import make_task

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def session():
    """An untrained network on the ring with two known landmarks, and all observers."""
    task = make_task("ring-fixed")
    network = Network(len(task.channels), task.heads, Architecture("gru", 16), torch.Generator().manual_seed(1)).eval()
    rollout = Rollout(train_trials=20, test_trials=300)
    return roll_out("n", "n", network, task, Seeds(0, ("behaviour",)), rollout, Encounters(), batch_size=20)


@pytest.fixture(scope="module")
def result(session):
    return analyse(session, "observer_comparison")


def from_onset(session, values):
    """Values (time, ...) in LM1 at lags -1, 0, ... 5 from the onset of the test trials' first non-encounters."""
    table = session.encounters
    table = table[(table["kind"] == MISSED) & (session.trials["split"][table["trial"]] == "test")]
    around = samples_around(session, table["onset_s"], np.arange(-1, 6), np.flatnonzero(session.phase == 1))
    return values[around[(around >= 0).all(axis=1)]], table


def test_belief_in_a_refuted_place_falls_from_030_to_010_within_five_steps(session):
    """Counted over all places nearer to the refuted one than to the true one, as the design measured it."""
    first = np.zeros(len(session.trials), np.int64)  # of no use in trials without a landmark
    met = session.encounters[session.encounters["order"] == 1]
    first[met["trial"]] = [session.landmark_names.index(name) for name in met["landmark"]]
    first, places = first[session.trial], session.landmarks[session.trial, :, 0]
    rows = np.arange(len(first))
    wrong = session.position[:, 0] - places[rows, first] + places[rows, 1 - first]
    centres = session.bin_centres[:, 0]
    nearer = np.abs(wrap(centres - wrong[:, None])) < np.abs(wrap(centres - session.position))
    lm1 = np.flatnonzero(session.phase == 1)
    fell, _ = from_onset(session, np.sum(session.bayes_posterior * nearer, axis=1)[lm1])
    assert len(fell) > 50
    assert fell[:, 1].mean() == pytest.approx(0.30, abs=0.06)
    assert fell[:, 6].mean() == pytest.approx(0.10, abs=0.06)


def test_the_drop_is_the_filters_and_not_that_of_an_observer_without_absence(session, result):
    at = {name: k for k, name in enumerate(session.observer_names)}
    assert result.scalar("non_encounter/n") > 80
    before, after, drop = (result[f"non_encounter/{what}"] for what in ("before", "after", "drop"))
    assert drop[at["bayes"]] > 0.8 * before[at["bayes"]]
    assert drop[at["bayes"]] > 5 * result["non_encounter/drop_se"][at["bayes"]]
    for name in ("no_absence", "dead_reckoning"):  # only spreads, out of the radius of visibility
        assert after[at[name]] > 0.7 * before[at[name]]
        assert drop[at[name]] < 0.3 * drop[at["bayes"]]
    assert before[at["bayes"]] == pytest.approx(before[at["no_absence"]], abs=0.06)
    assert abs(drop[at["smoother"]]) < 0.03  # it knew all along
    # Five steps from the onset, counted by hand from the session's field.
    lm1 = np.flatnonzero(session.phase == 1)
    fell, table = from_onset(session, session.observer_alternative[lm1])
    assert fell[:, 0, at["bayes"]].mean() == pytest.approx(0.18, abs=0.06)
    assert fell[:, 6, at["bayes"]].mean() < 0.06
    assert len(np.unique(table["trial"])) == result.scalar("non_encounter/n")


def test_no_causal_observer_beats_the_filter_and_the_smoother_does(session, result):
    test = session.split_mask("test")
    trial, phase, loss = session.trial[test], session.phase[test], session.observer_loss[test]
    best = loss[:, session.observer_names.index("bayes")]
    for k, name in enumerate(session.observer_names):
        for part, mask in enumerate([None, *(phase == p for p in range(3))]):
            worse = optimality_gap(loss[:, k], best, trial, mask)
            if name == "smoother":
                assert worse.value < -3 * worse.se
            else:
                assert worse.value > -3 * worse.se - 1e-6, (name, part)
            if name not in ("bayes", "smoother") and part == 2:
                assert worse.value > 3 * worse.se, (name, part)
    assert len(session.observer_names) == 1 + len(strategies(make_task("ring-fixed")))
    assert result.scalar("smoother/loss") < result.scalar("bayes/loss") < result.scalar("network/loss")


def test_the_filters_mean_divergence_is_the_optimality_gap(session, result):
    gap = analyse(session, "optimality_gap")
    bayes = session.observer_names.index("bayes")
    for p, part in enumerate(result["part"].tolist()):
        value, se = gap.scalar(f"gap/{part}/value"), gap.scalar(f"gap/{part}/se")
        assert result["kl_divergence/mean"][bayes, p] == pytest.approx(value, abs=4 * se), part
        assert value > 8 * se, "an untrained network is far from the filter, or this says nothing"
        assert result["loss/difference"][bayes, p] == pytest.approx(value, abs=1e-5)


@pytest.fixture(scope="module")
def unknown_map():
    """The filter's choices where the separation is not known and may be π; no network."""
    task = make_task("ring-internal-map", min_separation_rad=1.5, max_separation_rad=math.pi)
    n_trials, n_steps = 320, task.n_steps
    batch = task.sample(n_trials, n_steps, torch.Generator().manual_seed(3))
    held = observe(task, batch, "bayes", Observer(grid_bins=256))["position"].flatten(0, 1).numpy()
    time, trial = (np.arange(n_trials * n_steps) + 0.5) * task.dt_s, np.repeat(np.arange(n_trials), n_steps)
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"], trials["split"] = np.arange(n_trials) * n_steps * task.dt_s, "test"
    behaviour = Trajectory(
        batch.position.flatten(0, 1).numpy(), time, trial, batch.landmarks.numpy(), task.landmark_names, task.visibility,
        True, task.dt_s, np.full(n_trials, "none"), map_known=False,
    )  # fmt: skip
    met = find_encounters(behaviour, 0.1, 0.5)
    return Session(
        "i", "network", "i", task.dt_s, np.zeros((len(time), 1)), time, trial, trials, np.zeros(1, [("id", "i8")]),
        position=behaviour.position, phase=met.phase, landmarks=behaviour.landmarks, encounters=met.table,
        observer_loss=np.zeros((len(time), 1)), observer_correct=ring_choices(met.table, held, behaviour)[:, None],
        observer_names=("bayes",), landmark_names=task.landmark_names, position_unit="rad", attributes={"map_known": False},
    )  # fmt: skip


def test_at_a_separation_of_pi_the_filter_is_near_chance_and_below_it_is_not(unknown_map):
    result = analyse(unknown_map, "observer_comparison", Settings(n_separation_bins=8))
    assert "map is not known" in result.notes["non_encounter"]
    edges, share, n = (result[f"separation/{what}"] for what in ("edges", "fraction", "n"))
    assert edges[-1] == pytest.approx(math.pi, abs=0.03)
    assert n.min() > 20
    assert share[0, :4].min() > 0.88
    assert share[0, -1] < 0.76
    assert result["separation/low"][0, -1] < 0.55
    assert result["separation/high"][0, -1] < result["separation/low"][0, :4].max()
    assert result.scalar("bayes/accuracy") == pytest.approx(np.average(share[0], weights=n[0]))
