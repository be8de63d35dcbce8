"""Which networks can train together: those of one shape, as an ensemble. Known from the configuration alone; their jobs decide."""

import hashlib

from rscnav.config.job_settings import network_sessions
from rscnav.config.schema import Config
from rscnav.networks.settings import NetworkSettings

# Settings of a training that may differ within an ensemble.
FREE = ("max_learning_rate", "grad_clip_norm", "activity_l2")
ENSEMBLES = ("bptt", "truncated_bptt")  # learning rules that train several networks at once


def training_groups(config: Config) -> list[list[str]]:
    """Return the sessions of networks, cut into those that can train together, in the order of the configuration.

    Networks can if they are the same but for name, seed, and the settings of training in `FREE`, and their learning rule trains
    ensembles. The keys ``device`` and ``train_jobs`` play no part.
    """
    groups: dict[str, list[str]] = {}
    for session, (network, _) in network_sessions(config).items():
        together = network.training.learning_rule.name in ENSEMBLES
        groups.setdefault(_shape(network) if together else session, []).append(session)
    return list(groups.values())


def training_group(config: Config, session: str) -> list[str]:
    """Return the sessions that a network's can train together with, its own included."""
    return next(group for group in training_groups(config) if session in group)


def shape_hash(network: NetworkSettings) -> str:
    """Return 12 hexadecimal digits that are the same for all networks of a group, whatever else the configuration holds."""
    return hashlib.sha256(_shape(network).encode()).hexdigest()[:12]


def _shape(network: NetworkSettings) -> str:
    """Write down what members of an ensemble have in common."""
    training = network.training.model_copy(update=dict.fromkeys(FREE, 1.0))
    same = network.model_copy(update={"name": "", "seeds": [0], "record": "hidden", "training": training})
    return same.model_dump_json(exclude={"rollout"})
