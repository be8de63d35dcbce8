"""States of a network in its session, and other quantities that all parts of the stage use."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.analyses.statistics.pca import principal_axes, settle_signs
from rscnav.dynamics.system import System
from rscnav.errors import InvalidValueError
from rscnav.networks.model import Network
from rscnav.seeds import Seeds
from rscnav.sessions.posteriors import PositionBins
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session
from rscnav.tasks.base import Task
from rscnav.tasks.input_encoding import encode_velocity
from rscnav.tasks.ring import RingTask, wrap

FIELDS = ("position", "velocity", "phase", "landmarks", "encounters")
PIECE = 500  # trials in one run of the network; limits the memory
FITTED = 20_000  # samples for the principal directions, approximately
CHECKED = 200  # steps that are compared with the session, approximately
TOLERANCE = 1e-3  # highest difference; the session's states are in single precision


@dataclass(frozen=True)
class Trajectories:
    """A network, its session and its states at all samples.

    Parameters
    ----------
    states : array, (time, state), float32
        State at every sample of the session, see `System`.
    inputs : array, (trial, step, channel), float32, or None
        Inputs of the network; None if they do not follow from the fields of the session.
    places : PositionBins
        Bins of the belief.
    """

    session: Session
    task: Task
    system: System
    states: NDArray[np.float32]
    inputs: NDArray[np.float32] | None
    places: PositionBins

    @cached_property
    def test(self) -> NDArray[np.intp]:
        """Indices of the samples of the test trials."""
        return np.flatnonzero(self.session.split_mask("test"))

    @cached_property
    def spread(self) -> float:
        """Spread of the states: square root of their total variance over the test trials."""
        return float(np.sqrt(self.states[self.test].var(axis=0, dtype=np.float64).sum()))

    @cached_property
    def speed(self) -> float:
        """Median speed: median distance between successive states of the test trials."""
        here = self.test[:-1][np.diff(self.session.trial[self.test]) == 0]
        return float(np.median(np.linalg.norm(self.states[here + 1] - self.states[here], axis=1)))

    @cached_property
    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and principal directions (state, component) of the states of the training trials."""
        train = np.flatnonzero(self.session.split_mask("train"))
        mean, axes = principal_axes(self.states[train[:: max(1, len(train) // FITTED)]])
        return mean, settle_signs(axes)

    def shown(self, states: NDArray) -> NDArray[np.float32]:
        """Return the projections of states (..., state) on the three leading principal directions, (..., component)."""
        mean, axes = self.axes
        top = np.pad(axes[:, :3], ((0, 0), (0, max(0, 3 - axes.shape[1]))))
        return ((states - mean) @ top).astype(np.float32)

    def best(self, states: NDArray[np.float64]) -> NDArray[np.floating]:
        """Return the reported position in states (..., state), the best position of the belief, (..., dim)."""
        return self.places.best(self.system.report(states))

    def draw(self, phase: str, n: int, generator: np.random.Generator) -> NDArray[np.intp]:
        """Draw one sample of a phase from each of at most `n` test trials."""
        samples = self.test[self.session.require("phase")[self.test] == PHASES.index(phase)]
        samples = generator.permutation(samples)
        _, first = np.unique(
            self.session.trial[samples], return_index=True
        )  # a random sample of each trial, because the order is random
        return np.sort(generator.permutation(samples[first])[:n])

    def draw_by_phase(self, result: Result, part: str, n: int, seeds: Seeds) -> Iterator[tuple[str, NDArray[np.intp]]]:
        """Draw samples of each phase (see `draw`), and add their number to a part of the result; add a note for fewer than 2."""
        for phase in PHASES:
            samples = self.draw(phase, n, seeds.generator("states", phase))
            result.add(f"{phase}/{part}/n", len(samples))
            if len(samples) < 2:
                note = f"{len(samples)} test trials have a state in {phase}; at least 2 are needed"
                result.notes[f"{phase}/{part}"] = note
            else:
                yield phase, samples


def load_trajectories(session: Session, network: Network, task: Task) -> Trajectories:
    """Return the states of a network in its session, after a check that the session is of this network.

    Parameters
    ----------
    session : Session
        With the fields `FIELDS`.
    network : Network
        A causal recurrent network.
    task : Task
        Task of the session.

    Raises
    ------
    InvalidValueError
        If the session does not contain the whole states and they cannot be computed, or if it is not of this network.
    """
    system = System(network)
    inputs = reconstruct_inputs(session, task) if isinstance(task, RingTask) else None
    silent = network.architecture.process_noise == 0
    hidden = [k for k, unit in enumerate(network.units) if unit.part == "hidden"]
    if session.n_units == system.n_states:
        states = np.asarray(session.activity, np.float32)
    elif inputs is None:
        raise InvalidValueError(
            f"session '{session.name}' has {session.n_units} of the {system.n_states} dimensions of the state, but a run without "
            "input starts from all of them; set record: all for this network"
        )
    else:
        states = _run(network, inputs)
        if states.shape[0] != len(session.activity) or session.n_units != len(hidden):
            raise _foreign(session, f"{session.activity.shape} hidden states, the network {states[:, hidden].shape}")
        if silent and (off := np.abs(states[:, hidden] - session.activity).max()) > TOLERANCE:
            raise _foreign(session, f"hidden states that differ by up to {off:.2g}")
    if inputs is not None and silent:
        _check_steps(session, system, states, inputs)
    places = PositionBins(task.bin_centres, task.position_unit == "rad", task.visibility)
    return Trajectories(session, task, system, states, inputs, places)


def reconstruct_inputs(session: Session, task: RingTask) -> NDArray[np.float32]:
    """Return the inputs of all trials of a session on the ring, (trial, step, channel), computed as by the task."""
    shape = (len(session.trials), -1)
    position = torch.from_numpy(session.require("position")[:, 0]).reshape(shape)
    velocity = torch.from_numpy(session.require("velocity")).reshape(shape)
    places = torch.from_numpy(session.require("landmarks")[:, :, 0])
    visible = wrap(position[:, :, None] - places[:, None]).abs() < task.visibility
    code = encode_velocity(velocity, task.settings.velocity_units)
    return torch.cat([code, task.landmark_channels(visible, places)], dim=2).float().numpy()


@torch.no_grad()
def _run(network: Network, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return all states of a network in trials, (time, state), with newly drawn process noise."""
    generator = torch.Generator().manual_seed(0)
    pieces = torch.from_numpy(inputs).split(PIECE)
    return torch.cat([network(piece, generator)[0].flatten(0, 1) for piece in pieces]).numpy()


def _check_steps(session: Session, system: System, states: NDArray[np.float32], inputs: NDArray[np.float32]) -> None:
    """Raise an error if states of a session do not follow from each other by steps of the network."""
    inside = np.flatnonzero(np.diff(session.trial) == 0)
    some = inside[:: max(1, len(inside) // CHECKED)]
    after = system.step(states[some].astype(np.float64), inputs.reshape(len(states), -1)[some + 1])
    off = np.abs(after - states[some + 1]).max(initial=0)
    if not off <= TOLERANCE:
        raise _foreign(
            session, f"states that do not follow from each other by its step (they differ by up to {off:.2g})"
        )


def _foreign(session: Session, what: str) -> InvalidValueError:
    return InvalidValueError(
        f"session '{session.name}' is not of this network: it has {what}. Repeat the rollout of the network, or pass the folder of this session's network"
    )
