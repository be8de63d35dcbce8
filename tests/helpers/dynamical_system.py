"""Networks whose weights are set by hand, and sessions of states that are made up, for tests of `rscnav.dynamics`."""

import numpy as np
import torch

from rscnav.calibration.random_walks import ring_walk
from rscnav.dynamics.system import System
from rscnav.dynamics.trajectories import Trajectories
from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network
from rscnav.sessions.posteriors import PositionBins
from rscnav.tasks.registry import make_task

TASK = make_task("ring-fixed", n_bins=8)


def network_of(cell, n_units, **architecture):
    """A network with random weights."""
    made = Architecture(cell, n_units, **architecture)
    return Network(2, {"position": 8}, made, torch.Generator().manual_seed(0))


def with_weights(network, **values):
    """Set weights of the first layer; those that are not named become 0."""
    layer = network.layers[0]
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            parameter.zero_()
            if name in values:
                parameter.copy_(torch.as_tensor(np.asarray(values[name], float)))
    return network


def linear(matrix, bias):
    """h(t+1) = W h(t) + b while all of that is positive: a rectified network that never rectifies."""
    matrix = np.asarray(matrix, float)
    return System(with_weights(network_of("relu", len(matrix)), weight_hh=matrix, bias_hh=bias))


def visited_by(system, states, n_trials, seed=0, task=TASK, **session):
    """A network with states (trial x step, state) that are given, on walks past two landmarks."""
    walk = ring_walk(np.full(n_trials, len(states) // n_trials), np.random.default_rng(seed))
    for name, value in session.items():
        setattr(walk, name, value)
    inputs = np.zeros((n_trials, len(states) // n_trials, 2), np.float32)
    places = PositionBins(task.bin_centres, True, task.visibility)
    return Trajectories(walk, task, system, states.astype(np.float32), inputs, places)
