"""Rollout of a trained network: hidden states on training and test trials become a session."""

import io
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.files.sealed.tails import read_with_digest
from rscnav.networks.model import Network
from rscnav.networks.training.trial_streams import draw_many
from rscnav.observers.optimality_gap import true_bin_loss
from rscnav.observers.registry import observe, reference_observer, strategies
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.encounters import EncounterTable, Trajectory, find_encounters
from rscnav.sessions.geometry import distance
from rscnav.sessions.outcomes import OUTCOMES, port_choices, ring_choices
from rscnav.sessions.posteriors import PositionBins, alternative_positions, kl_divergence
from rscnav.sessions.schema import CURVE, TRIALS
from rscnav.sessions.session import Session
from rscnav.tasks.base import Batch, Task, join

Beliefs = dict[str, NDArray[np.float32]]  # (time, class) by head
PIECE = 500  # trials in one run of the network; limits the memory
UNITS = np.dtype(
    [("id", "U8"), ("layer", "i4"), ("direction", "U8"), ("part", "U6")]
)  # see `rscnav.networks.model.Unit`


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
    record: str = "hidden",
    observer: Observer | None = None,
    curve: NDArray | None = None,
    attributes: dict[str, Any] | None = None,
) -> Session:
    """Run a trained network and the ideal observers over trials of the training and the test stream, and return the session.

    Parameters
    ----------
    name, subject : str
        Name and subject of the session; the subject of a network is the network itself.
    seeds : Seeds
        Seeds of the network; the training trials are the first ones that it was trained on.
    rollout, encounters : rscnav.networks.settings.Rollout, Encounters
    batch_size : int
        Batch size of the training stream.
    record : str
        Activity of the session: ``hidden`` states, or ``all`` states (also the cell states of an LSTM).
    observer : Observer, optional
        Grid and particles of the ideal observers; default: the defaults of the configuration.
    curve : array, optional
        Training curve, see `rscnav.sessions.schema.CURVE`.
    attributes : dict, optional
        Further attributes of the session.

    Returns
    -------
    Session
        Trials follow one another without gaps, those of the training stream first. `observer_names` lists the network first,
        then the strategies of the task's observers. The attribute `reference_observer` names the strategy that the loss of
        the network is compared with.

    Raises
    ------
    InvalidValueError
        For a bidirectional network on a task with a filter but no smoother, or if states or reports are NaN or infinite.
    """
    limit = reference_observer(network.architecture, task)
    device = next(network.parameters()).device
    n_train, n_test = rollout.train_trials, rollout.test_trials
    batch = join(
        [
            draw_many(task, seeds, "train", n_train, batch_size, device),
            draw_many(task, seeds, "test", n_test, min(n_test, 1000), device),
        ]
    )
    units = network.units
    chosen = [k for k, unit in enumerate(units) if record == "all" or unit.part == "hidden"]
    activity, beliefs = _run(network, batch, chosen, torch.Generator().manual_seed(seeds.integer("rollout", "noise")))
    _refuse_not_finite(name, activity, beliefs, len(batch))
    n_trials, n_steps = batch.inputs.shape[:2]
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"] = np.arange(n_trials) * n_steps * task.dt_s
    trials["stop_s"] = trials["start_s"] + n_steps * task.dt_s
    trials["split"] = np.repeat(["train", "test"], [n_train, n_test])
    trials["outcome"] = "none"
    if batch.rotation is not None:
        trials["rotation_rad"] = batch.rotation.cpu().numpy()
    behaviour = Trajectory(
        position=_flat(batch.position),
        time=(np.arange(n_trials * n_steps) + 0.5) * task.dt_s,
        trial=np.repeat(np.arange(n_trials, dtype=np.int32), n_steps),
        landmarks=batch.landmarks.cpu().numpy(),
        names=task.landmark_names,
        radius=task.visibility,
        ring=task.position_unit == "rad",
        dt_s=task.dt_s,
        outcome=trials["outcome"],
        map_known=task.map_known,
    )
    met = find_encounters(behaviour, encounters.min_duration_s, encounters.merge_within_s)
    judge = _Judge(task, batch, behaviour, met, beliefs)
    judge.add("network", beliefs)
    bayes, best = None, None
    for strategy in strategies(task):
        generator = torch.Generator(device=device).manual_seed(seeds.integer("observer", strategy))
        held = {head: _flat(p) for head, p in observe(task, batch, strategy, observer, generator).items()}
        judge.add(strategy, held)
        bayes = held if strategy == "bayes" else bayes
        best = held if strategy == limit else best
    trials["outcome"] = OUTCOMES[1 + judge.measures["correct"][0]]
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
        units=np.array([(f"u{k}", *units[state]) for k, state in enumerate(chosen)], UNITS),
        position=behaviour.position,
        velocity=batch.velocity.flatten().cpu().numpy(),
        heading=None if batch.heading is None else _flat(batch.heading),
        phase=met.phase,
        n_hypotheses=met.n_hypotheses,
        belief=beliefs["position"],
        bin_centres=task.bin_centres,
        landmarks=behaviour.landmarks,
        encounters=met.table,
        training_curve=curve,
        landmark_names=task.landmark_names,
        head_names=tuple(task.heads),
        head_loss=judge.head_losses(beliefs),
        head_bayes_loss=None if best is None else judge.head_losses(best),
        visibility_radius=task.visibility,
        position_unit=task.position_unit,
        attributes={
            "loss": task.settings.loss,
            "map_known": task.map_known,
            "reference_observer": limit,
            **(attributes or {}),
        },
        bayes_posterior=None if bayes is None else bayes["position"].astype(np.float32),
        ambiguity=None if bayes is None else 1 - judge.measures["certainty"][judge.names.index("bayes")],
        **judge.fields(),
    )


class _Judge:
    """Measures of each observer's belief at each sample: loss, error, certainty, alternative positions, choice."""

    def __init__(self, task: Task, batch: Batch, behaviour: Trajectory, met: EncounterTable, network: Beliefs) -> None:
        self.behaviour, self.met, self.network = behaviour, met, network
        self.places = PositionBins(task.bin_centres, behaviour.ring, behaviour.radius)
        self.targets = {head: _flat(target) for head, target in batch.targets.items()}
        self.n_steps = batch.inputs.shape[1]
        self.names: list[str] = []
        self.measures: dict[str, list[NDArray]] = {}
        self.wrong = self._wrong_places()

    def add(self, name: str, held: dict[str, NDArray]) -> None:
        """Compute the measures of one observer from its posteriors, (time, class) for each head."""
        belief = held["position"]
        alternative = np.full(len(belief), np.nan)
        if self.wrong:
            masses = np.array([self.places.mass_at(belief, place) for place in self.wrong])
            some = np.isfinite(masses).any(axis=0)
            alternative[some] = np.nansum(masses[:, some], axis=0)
        self.names.append(name)
        for measure, values in {
            "loss": true_bin_loss(belief, self.targets["position"]),
            "error": self.places.error(belief, self.behaviour.position),
            "certainty": self.places.certainty(belief),
            "alternative": alternative,
            "kl_divergence": kl_divergence(belief, self.network["position"]),
            "correct": self._correct(held),
        }.items():
            self.measures.setdefault(measure, []).append(values)

    def fields(self) -> dict[str, Any]:
        """Return the session's fields of the observers."""
        fields: dict[str, Any] = {f"observer_{name}": np.stack(v, axis=1) for name, v in self.measures.items()}
        return fields | {"observer_names": tuple(self.names)}

    def head_losses(self, held: dict[str, NDArray]) -> NDArray[np.float64]:
        """Return the loss (nats) at each head, (time, head)."""
        return np.stack([true_bin_loss(held[head], target) for head, target in self.targets.items()], axis=1)

    def _correct(self, held: dict[str, NDArray]) -> NDArray[np.int8]:
        if "port" not in held:
            return ring_choices(self.met.table, held["position"], self.behaviour)
        last = slice(self.n_steps - 1, None, self.n_steps)
        return port_choices(held["port"][last], self.targets["port"][last], self.met.phase[last] == 2)

    def _wrong_places(self) -> list[NDArray]:
        """Return the alternative positions that fit the first landmark, in LM1; NaN where one overlaps with the true position."""
        behaviour, first = self.behaviour, np.full(len(self.behaviour.landmarks), -1)
        for row in self.met.table[self.met.table["order"] == 1]:
            first[row["trial"]] = behaviour.names.index(row["landmark"])
        of_sample = np.where(self.met.phase == 1, first[behaviour.trial], -1)
        places = alternative_positions(
            behaviour.position, behaviour.landmarks[behaviour.trial], of_sample, behaviour.ring
        )
        for place in places:
            gap = distance(place, behaviour.position, behaviour.ring)
            place[~(gap >= 2 * behaviour.radius)] = np.nan
        return places


@torch.no_grad()
def _run(
    network: Network, batch: Batch, chosen: list[int], generator: torch.Generator
) -> tuple[NDArray[np.float32], Beliefs]:
    """Return the recorded states (time, unit) and the beliefs (time, class) by head; `generator` draws the process noise."""
    states: list[torch.Tensor] = []
    logits: dict[str, list[torch.Tensor]] = {}
    for piece in batch.inputs.split(PIECE):
        of_piece, reports = network(piece, generator)
        states.append(of_piece[..., chosen].flatten(0, 1))
        for head, values in reports.items():
            logits.setdefault(head, []).append(values.flatten(0, 1))
    beliefs = {head: torch.cat(values).softmax(dim=1).cpu().numpy() for head, values in logits.items()}
    return torch.cat(states).cpu().numpy(), beliefs


def _refuse_not_finite(name: str, activity: NDArray[np.float32], beliefs: Beliefs, n_trials: int) -> None:
    """Raise an InvalidValueError for states or reports that are NaN or infinite."""
    for what, values in {"states": activity, **{f"reports of '{head}'": p for head, p in beliefs.items()}}.items():
        bad = ~np.isfinite(values).all(axis=1)
        if bad.any():
            n_bad = int(bad.reshape(n_trials, -1).any(axis=1).sum())
            raise InvalidValueError(
                f"{name}: the network's {what} are NaN or infinite in {n_bad} of {n_trials} trials; no session was written. Its "
                "activity diverges: train it again with a lower training.max_learning_rate or with training.activity_l2 above 0"
            )


def _flat(values: torch.Tensor) -> NDArray:
    """Return values (trial, step, ...) as a numpy array (time, ...)."""
    return values.flatten(0, 1).cpu().numpy()


def read_curve(path: Any) -> NDArray:
    """Read a training curve, ``curve.csv``; see `rscnav.sessions.schema.CURVE` for its columns.

    Raises
    ------
    DamagedError
        If the digest of the file does not match its content.
    InvalidValueError
        If a column is missing.
    """
    text = read_with_digest(path)
    table = np.genfromtxt(io.StringIO(text), delimiter=",", names=True, dtype=None, encoding="utf-8", ndmin=1)
    curve = np.zeros(len(table), CURVE)
    lacking = sorted(set(CURVE.names or ()) - set(table.dtype.names or ()))
    if lacking:
        raise InvalidValueError(
            f"{path}: column {lacking[0]} is missing, so it is not a training curve of this version; train the network again"
        )
    for column in CURVE.names or ():
        curve[column] = table[column]
    return curve
