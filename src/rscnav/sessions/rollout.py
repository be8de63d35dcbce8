"""Trained network -> session: its hidden states on training and test trials, as if they were neurons."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rscnav.networks.model import Network
from rscnav.networks.streams import draw_many
from rscnav.observers.ring_filter import share_in_view
from rscnav.observers.table import bayes_filter
from rscnav.seeds import Seeds
from rscnav.sessions.encounters import Behaviour, find_encounters
from rscnav.sessions.schema import CURVE, ENCOUNTERS, TRIALS
from rscnav.sessions.session import Session
from rscnav.tasks.batch import Batch, Task, join

PIECE = 500  # trials run at once: bounds the memory


def roll_out(
    name: str,
    subject: str,
    network: Network,
    task: Task,
    seeds: Seeds,
    rollout: Any,
    encounters: Any,
    *,
    batch_size: int,
    grid_bins: int,
    curve: NDArray | None = None,
    attributes: dict[str, Any] | None = None,
) -> Session:
    """Run a network over trials of the training and the test stream, and note all that happened.

    Parameters
    ----------
    name, subject : str
        The session's; a network's subject is the network itself.
    network : Network
    task : Task
    seeds : Seeds
        The network's own: its training trials are the first that it was trained on.
    rollout, encounters : rscnav.config.schema.Rollout, Encounters
    batch_size : int
        Of the training stream.
    grid_bins : int
        Of the Bayes filter.
    curve : array, optional
        Training curve, see `rscnav.sessions.schema.CURVE`.
    attributes : dict, optional

    Returns
    -------
    Session
        Trials lie back to back: those of the training stream first.
    """
    device = next(network.parameters()).device
    n_train, n_test = rollout.train_trials, rollout.test_trials
    batch = join(
        [
            draw_many(task, seeds, "train", n_train, batch_size, device),
            draw_many(task, seeds, "test", n_test, min(n_test, 1000), device),
        ]
    )
    activity, belief = _run(network, batch)
    bayes = bayes_filter(task, batch, "position", grid_bins).flatten(0, 1).cpu().numpy()
    n_trials, n_steps = batch.inputs.shape[:2]
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"] = np.arange(n_trials) * n_steps * task.dt_s
    trials["stop_s"] = trials["start_s"] + n_steps * task.dt_s
    trials["split"] = np.repeat(["train", "test"], [n_train, n_test])
    trials["outcome"] = "none"
    behaviour = Behaviour(
        position=batch.position.flatten(0, 1).cpu().numpy(),
        time=(np.arange(n_trials * n_steps) + 0.5) * task.dt_s,
        trial=np.repeat(np.arange(n_trials, dtype=np.int32), n_steps),
        landmarks=batch.landmarks.cpu().numpy(),
        names=task.landmark_names,
        radius=task.visibility,
        ring=task.position_unit == "rad",
        dt_s=task.dt_s,
        outcome=trials["outcome"],
    )
    met = find_encounters(behaviour, encounters.min_duration_s, encounters.merge_within_s)
    trials["outcome"] = poke_outcomes(met.table, belief, behaviour)
    met.table["outcome"] = trials["outcome"][met.table["trial"]]
    return Session(
        name=name,
        kind="network",
        subject=subject,
        dt_s=task.dt_s,
        activity=activity,
        time=behaviour.time,
        trial=behaviour.trial,
        trials=trials,
        units=np.array([(f"u{k}",) for k in range(activity.shape[1])], [("id", "U8")]),
        position=behaviour.position,
        velocity=batch.velocity.flatten().cpu().numpy(),
        phase=met.phase,
        hypotheses=met.hypotheses,
        belief=belief,
        bayes=bayes.astype(np.float32),
        ambiguity=ambiguity(bayes, task.visibility),
        landmarks=behaviour.landmarks,
        encounters=met.table,
        training_curve=curve,
        landmark_names=task.landmark_names,
        visibility_radius=task.visibility,
        position_unit=task.position_unit,
        attributes=attributes or {},
    )


@torch.no_grad()
def _run(network: Network, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give hidden states (time, unit) and belief (time, bin)."""
    pieces = [network(piece) for piece in batch.inputs.split(PIECE)]
    states = torch.cat([states for states, _ in pieces]).flatten(0, 1)
    logits = torch.cat([logits["position"] for _, logits in pieces]).flatten(0, 1)
    return states.cpu().numpy(), logits.softmax(dim=1).cpu().numpy()


def poke_outcomes(encounters: NDArray, belief: NDArray, behaviour: Behaviour) -> NDArray:
    """Tell of each trial whether the observer knows which landmark the second new one is, as it comes into view.

    At the first step of the second new landmark the observer names the landmark within whose visibility its belief has
    most mass. Works for any belief over bins on the ring: a network's, the filter's, a simulated animal's.

    Parameters
    ----------
    encounters : array
        Table of `find_encounters`.
    belief : array, (time, bin)
        Over equal bins of [-π, π).
    behaviour : Behaviour

    Returns
    -------
    array of str, (trials,)
        ``correct``, ``incorrect``, or ``none`` where no second landmark was met.
    """
    outcome = np.full(len(behaviour.landmarks), "none", ENCOUNTERS["outcome"])
    second = encounters[encounters["order"] == 2]
    onset = np.searchsorted(behaviour.time, second["onset_s"])
    for row, sample in zip(second, onset, strict=True):
        places = torch.as_tensor(behaviour.landmarks[row["trial"], :, 0])
        mass = [
            float(belief[sample] @ share_in_view(place[None], behaviour.radius, belief.shape[1]).numpy())
            for place in places
        ]
        named = behaviour.names[int(np.argmax(mass))]
        outcome[row["trial"]] = "correct" if named == row["landmark"] else "incorrect"
    return outcome


def ambiguity(posterior: NDArray, radius: float) -> NDArray[np.float32]:
    """1 - the mass that a posterior (time, bin) over the ring has within `radius` of its best bin."""
    n_bins = posterior.shape[1]
    reach = int(radius / (2 * np.pi / n_bins))
    best = np.argmax(posterior, axis=1)
    near = (best[:, None] + np.arange(-reach, reach + 1)) % n_bins
    return (1 - np.take_along_axis(posterior, near, axis=1).sum(axis=1)).astype(np.float32)


def read_curve(path: Any) -> NDArray:
    """Read a training curve as ``train`` writes it."""
    table = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8", ndmin=1)
    curve = np.zeros(len(table), CURVE)
    for column in CURVE.names or ():
        curve[column] = table[column]
    return curve
