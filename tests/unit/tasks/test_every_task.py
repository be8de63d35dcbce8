"""Every task becomes a session, which goes through every analysis and every figure."""

import dataclasses

import numpy as np
import pytest
import torch

from rscnav.analyses.registry import ANALYSES, analyse, analysis_module
from rscnav.analyses.result import Result
from rscnav.dynamics.run import dynamics
from rscnav.dynamics.settings import Settings as Dynamics
from rscnav.figures.layout import SessionResults
from rscnav.figures.registry import FIGURES, draw_figure, figure_module
from rscnav.figures.style import Canvas
from rscnav.networks.architecture import Architecture
from rscnav.networks.checkpoint import load_network
from rscnav.networks.rollout import read_curve, roll_out
from rscnav.networks.settings import Rollout, Training
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train
from rscnav.observers.optimality_gap import true_bin_loss
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.sessions.settings import Encounters
from rscnav.settings.strict_settings import check
from rscnav.tasks.registry import TASKS, make_task

FEW = {
    "tuning_entropy": {"n_null": 5},
    "spatial_entropy": {"n_null": 5},
    "rate_dispersion": {"n_matching_draws": 2, "n_null": 5, "min_passes": 1},
    "eigenspectrum": {"n_null": 20, "max_samples": 500},
    "pairwise": {"n_null": 5},
    "position_decoding": {"n_null": 5, "max_samples": 500},
    "dimension": {"max_points": 500, "n_null": 5, "n_subsets": 1},
    "trajectory_divergence": {"n_null": 5},
    "decoding": {"n_null": 5, "min_trials": 2},
    "non_encounters": {"n_null": 5},
}
NOT_DEFINED = {("non_encounters", "arena"), ("non_encounters", "ring-internal-map")}  # no absence refutes a place there
OBSERVER = Observer(particles=256)
FEW_DYNAMICS = Dynamics(n_inits=4, max_iters=20, n_trials=5, n_null=9, n_continuations=2, min_trials=2)


def rolled(name, folder, **settings):
    """A barely trained network on a task, as a session."""
    torch.set_num_threads(1)
    task = make_task(name, **settings)
    training = Training(batch_size=16, n_batches=4, validation_trials=10, validate_every_batches=2, target_gap=None)
    seeds = Seeds(0, ("every", name))
    network = train(
        task,
        TrainingPlan(f"{name}-s1", Architecture("gru", 6), training, OBSERVER, "record"),
        seeds,
        torch.device("cpu"),
        folder,
    )
    rollout = Rollout(train_trials=10, test_trials=40)
    curve = read_curve(folder / "curve.csv")
    return task, roll_out(
        f"{name}-s1", name, network, task, seeds, rollout, Encounters(), batch_size=16, observer=OBSERVER, curve=curve
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {name: tmp_path_factory.mktemp(name) for name in TASKS}


@pytest.fixture(scope="module")
def sessions(folders):
    return {name: rolled(name, folder) for name, folder in folders.items()}


@pytest.fixture(scope="module")
def results(sessions, folders):
    found = {}
    for name, (task, session) in sessions.items():
        found[name] = {
            analysis: analyse(
                session, analysis, check(analysis_module(analysis).Settings, FEW.get(analysis, {}), "test")
            )
            for analysis in ANALYSES
        }
        network = load_network(folders[name] / "weights.pt", task)
        found[name]["dynamics"] = dynamics(session, network, task, FEW_DYNAMICS, OBSERVER, Seeds(0))
    return found


@pytest.mark.parametrize("name", TASKS)
def test_the_session_of_a_task_holds_what_its_network_said(sessions, name, tmp_path):
    task, session = sessions[name]
    assert session.head_names == tuple(task.heads)
    assert session.observer_names[:2] == ("network", "bayes")
    n_steps = task.n_steps
    assert session.belief.shape == (50 * n_steps, task.heads["position"])
    np.testing.assert_allclose(session.belief.sum(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(session.bayes_posterior.sum(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(session.head_loss[:, 0], session.observer_loss[:, 0], rtol=1e-4)
    np.testing.assert_allclose(session.head_bayes_loss[:, 0], session.observer_loss[:, 1], rtol=1e-4)
    np.testing.assert_allclose(session.observer_kl_divergence[:, 0], 0, atol=1e-5)
    assert np.isfinite(session.observer_loss).all()
    alternative = session.observer_alternative
    assert np.isfinite(alternative[:, 0])[session.phase == 1].any()
    assert np.isnan(alternative[session.phase != 1]).all()
    resolved = np.array([np.any(session.phase[session.trial == k] == 2) for k in range(50)])
    np.testing.assert_array_equal(session.observer_correct[:, 0] >= 0, resolved)
    np.testing.assert_array_equal(session.trials["outcome"] != "none", resolved)
    write_session(session, tmp_path / "s.h5")
    again = load_session(tmp_path / "s.h5")
    assert again.observer_names == session.observer_names
    np.testing.assert_array_equal(again.observer_correct, session.observer_correct)
    missed = np.any(session.encounters["kind"] == "non-encounter")
    assert missed == (name in ("ring-fixed", "ring-external-map"))


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_runs_or_says_why_not(results, name, analysis):
    result = results[name][analysis]
    if (analysis, name) in NOT_DEFINED:
        assert "no absence refutes" in result.reason or "on the ring only" in result.reason
        return
    assert result.applicable, result.reason  # nothing else is not applicable to these sessions
    if analysis == "optimality_gap":
        heads = make_task(name).heads
        for head in heads:
            assert np.isfinite(result.scalar(f"head/{head}/gap/overall/value"))
        assert abs(result.scalar("head/position/loss") - result.scalar("loss")) < 1e-5


def test_true_classes_are_those_of_the_task(sessions):
    """The loss that is read off the belief at the nearest bin is the loss at the task's own targets."""
    for _, session in sessions.values():
        belief_loss = true_bin_loss(session.belief, nearest(session))
        assert np.mean(np.abs(belief_loss - session.head_loss[:, 0]) > 1e-4) < 1e-3


def nearest(session):
    away = session.position[:, None] - session.bin_centres
    away = np.abs(np.angle(np.exp(1j * away))) if session.is_circular else away
    return np.argmin((away**2).sum(axis=2), axis=1)


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_draws_all_tasks(sessions, results, figure):
    drawn = [SessionResults(s.name, s.kind, results[name], s) for name, (_, s) in sessions.items()]
    shown = draw_figure(figure, drawn, Canvas(dpi=50))
    labels = [text.get_text() for ax in shown.axes for text in ax.texts]
    for name in TASKS:
        assert any(f"{name}-s1" in label for label in labels)
    shown.canvas.draw()


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_draws_where_an_analysis_failed(sessions, results, figure):
    """Of one of two sessions, of the only one, and of one kind of many sessions."""
    (_, one), (_, other) = list(sessions.values())[:2]
    found = list(results.values())[:2]
    failed = Result(status="failed", reason="it failed: killed")
    for analysis in figure_module(figure).ANALYSES:
        broken = SessionResults(one.name, one.kind, found[0] | {analysis: failed}, one)
        for drawn in ([broken, SessionResults(other.name, other.kind, found[1], other)], [broken]):
            for at_most in (6, 1) if len(drawn) > 1 else (6,):
                draw_figure(figure, drawn, Canvas(dpi=50), at_most, {one.name: failed.reason}).canvas.draw()


def test_reports_at_the_end_only_count_at_the_end(tmp_path):
    """Many-to-one: another network than many-to-many, and its gap is that of each trial's last step."""
    task, session = rolled("ring-fixed", tmp_path, loss="many-to-one", trial_s=3.0)
    other = rolled("ring-fixed", tmp_path / "other", trial_s=3.0)[1]
    assert not np.array_equal(session.activity, other.activity)
    last = np.flatnonzero(session.split_mask("test"))[task.n_steps - 1 :: task.n_steps]
    result = analyse(session, "optimality_gap")
    np.testing.assert_allclose(result["loss"], session.observer_loss[last, 0].mean(), rtol=1e-5)
    assert result["loss_by_time"].shape == (30,)
    assert np.isfinite(result["loss_by_time"]).tolist() == [False] * 29 + [True]
    curve = dataclasses.asdict(session)["training_curve"]
    assert np.isfinite(curve["gap"]).all()
