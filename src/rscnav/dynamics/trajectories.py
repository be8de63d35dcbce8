"""The states that a network went through in its session: whole states, and what else the parts of this stage share."""

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
PIECE = 500  # trials run at once: bounds the memory
FITTED = 20_000  # samples that the principal directions are fitted on
CHECKED = 200  # steps that are compared with the session's
TOLERANCE = 1e-3  # of a comparison: the session's states are in single precision


@dataclass(frozen=True)
class Trajectories:
    """A network, its session and the states that it went through.

    Parameters
    ----------
    states : array, (time, state), float32
        Of every sample of the session; see `System` for what is in a state.
    inputs : array, (trial, step, channel), float32, or None
        What the network was told; None where the session does not hold all of it.
    places : PositionBins
        The bins of its belief.
    """

    session: Session
    task: Task
    system: System
    states: NDArray[np.float32]
    inputs: NDArray[np.float32] | None
    places: PositionBins

    @cached_property
    def test(self) -> NDArray[np.intp]:
        """Samples of the test trials."""
        return np.flatnonzero(self.session.split_mask("test"))

    @cached_property
    def spread(self) -> float:
        """Scale of the states: root of their summed variance over the test trials."""
        return float(np.sqrt(self.states[self.test].var(axis=0, dtype=np.float64).sum()))

    @cached_property
    def speed(self) -> float:
        """Median distance from a state to the next one, in the test trials."""
        here = self.test[:-1][np.diff(self.session.trial[self.test]) == 0]
        return float(np.median(np.linalg.norm(self.states[here + 1] - self.states[here], axis=1)))

    @cached_property
    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and principal directions (state, component) of the states of the training trials."""
        train = np.flatnonzero(self.session.split_mask("train"))
        mean, axes = principal_axes(self.states[train[:: max(1, len(train) // FITTED)]])
        return mean, settle_signs(axes)

    def shown(self, states: NDArray) -> NDArray[np.float32]:
        """Project states (..., state) on the three leading directions, (..., component)."""
        mean, axes = self.axes
        top = np.pad(axes[:, :3], ((0, 0), (0, max(0, 3 - axes.shape[1]))))
        return ((states - mean) @ top).astype(np.float32)

    def best(self, states: NDArray[np.float64]) -> NDArray[np.floating]:
        """Give the best place of the belief in states (..., state): (..., dim)."""
        return self.places.best(self.system.report(states))

    def draw(self, phase: str, n: int, generator: np.random.Generator) -> NDArray[np.intp]:
        """Draw one sample of a phase from each of at most `n` test trials."""
        samples = self.test[self.session.require("phase")[self.test] == PHASES.index(phase)]
        samples = generator.permutation(samples)
        _, first = np.unique(self.session.trial[samples], return_index=True)  # the order is random: any of the trial's
        return np.sort(generator.permutation(samples[first])[:n])

    def draw_by_phase(self, result: Result, part: str, n: int, seeds: Seeds) -> Iterator[tuple[str, NDArray[np.intp]]]:
        """Draw samples of each phase (see `draw`), and add how many to a part of the result; fewer than 2 are left out with a note."""
        for phase in PHASES:
            samples = self.draw(phase, n, seeds.generator("states", phase))
            result.add(f"{phase}/{part}/n", len(samples))
            if len(samples) < 2:
                note = f"{len(samples)} test trials have a state in {phase}; at least 2 are needed"
                result.notes[f"{phase}/{part}"] = note
            else:
                yield phase, samples


def load_trajectories(session: Session, network: Network, task: Task) -> Trajectories:
    """Put a session and its network together.

    Parameters
    ----------
    session : Session
        With the fields `FIELDS`.
    network : Network
        One that steps from state to state.

    Raises
    ------
    InvalidValueError
        Where the session lacks part of the states and they cannot be worked out, or is not of this network.
    """
    system = System(network)
    inputs = reconstruct_inputs(session, task) if isinstance(task, RingTask) else None
    silent = network.architecture.process_noise == 0
    hidden = [k for k, unit in enumerate(network.units) if unit.part == "hidden"]
    if session.n_units == system.n_states:
        states = np.asarray(session.activity, np.float32)
    elif inputs is None:
        raise InvalidValueError(
            f"session '{session.name}' has {session.n_units} of the {system.n_states} numbers of a state, and a run without "
            "input starts from all of them; give the network record: all"
        )
    else:
        states = _run(network, inputs)
        if states.shape[0] != len(session.activity) or session.n_units != len(hidden):
            raise _foreign(session, f"{session.activity.shape} hidden states, the network {states[:, hidden].shape}")
        if silent and (off := np.abs(states[:, hidden] - session.activity).max()) > TOLERANCE:
            raise _foreign(session, f"hidden states that are {off:.2g} off")
    if inputs is not None and silent:
        _check_steps(session, system, states, inputs)
    places = PositionBins(task.bin_centres, task.position_unit == "rad", task.visibility)
    return Trajectories(session, task, system, states, inputs, places)


def reconstruct_inputs(session: Session, task: RingTask) -> NDArray[np.float32]:
    """Work out the inputs of all trials of a session on the ring, (trial, step, channel), as the task makes them."""
    shape = (len(session.trials), -1)
    position = torch.from_numpy(session.require("position")[:, 0]).reshape(shape)
    velocity = torch.from_numpy(session.require("velocity")).reshape(shape)
    places = torch.from_numpy(session.require("landmarks")[:, :, 0])
    visible = wrap(position[:, :, None] - places[:, None]).abs() < task.visibility
    code = encode_velocity(velocity, task.settings.velocity_units)
    return torch.cat([code, task.landmark_channels(visible, places)], dim=2).float().numpy()


@torch.no_grad()
def _run(network: Network, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run a network over trials; all its states, (time, state). Process noise, where it has any, is drawn afresh."""
    generator = torch.Generator().manual_seed(0)
    pieces = torch.from_numpy(inputs).split(PIECE)
    return torch.cat([network(piece, generator)[0].flatten(0, 1) for piece in pieces]).numpy()


def _check_steps(session: Session, system: System, states: NDArray[np.float32], inputs: NDArray[np.float32]) -> None:
    """Refuse a session whose states do not follow from each other by the network's step."""
    inside = np.flatnonzero(np.diff(session.trial) == 0)
    some = inside[:: max(1, len(inside) // CHECKED)]
    after = system.step(states[some].astype(np.float64), inputs.reshape(len(states), -1)[some + 1])
    off = np.abs(after - states[some + 1]).max(initial=0)
    if not off <= TOLERANCE:
        raise _foreign(session, f"states that do not follow by its step (they are {off:.2g} off)")


def _foreign(session: Session, what: str) -> InvalidValueError:
    return InvalidValueError(
        f"session '{session.name}' is not of this network: it has {what}. Roll the network out again, or name its own folder"
    )
