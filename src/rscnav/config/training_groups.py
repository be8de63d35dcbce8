"""Which networks can train together: those of one shape, as an ensemble. Known from the configuration alone; their jobs decide."""

import hashlib

from rscnav.config.job_settings import network_sessions
from rscnav.config.schema import Config
from rscnav.networks.settings import NetworkSettings

FREE = (
    "max_learning_rate",
    "grad_clip_norm",
    "activity_l2",
)  # settings of a training that may differ within an ensemble
ENSEMBLES = ("bptt", "truncated_bptt")  # learning rules that train several networks at once


def training_groups(config: Config) -> list[list[str]]:
    """Return the sessions of networks, cut into those that can train together.

    Networks can if they are the same but for name, seed, and the settings of training in `FREE`, and their learning rule trains
    ensembles. The keys ``device`` and ``train_jobs`` play no part.

    Returns
    -------
    list of list of str
        Every network's session once, groups and members in the order of the configuration.
    """
    groups: dict[str, list[str]] = {}
    for session, (network, _) in network_sessions(config).items():
        groups.setdefault(_shape(network) if trains_in_ensembles(network) else session, []).append(session)
    return list(groups.values())


def training_group(config: Config, session: str) -> list[str]:
    """Return the sessions that a network's can train together with, its own included."""
    return next(group for group in training_groups(config) if session in group)


def shape_hash(network: NetworkSettings) -> str:
    """Return 12 hexadecimal digits that are the same for all networks of a group, whatever else the configuration holds."""
    return hashlib.sha256(_shape(network).encode()).hexdigest()[:12]


def trains_in_ensembles(network: NetworkSettings) -> bool:
    """Whether the network's learning rule can train several networks at once."""
    return network.training.learning_rule.name in ENSEMBLES


def _shape(network: NetworkSettings) -> str:
    """Write down what members of an ensemble have in common."""
    training = network.training.model_copy(update=dict.fromkeys(FREE, 1.0))
    same = network.model_copy(update={"name": "", "seeds": [0], "record": "hidden", "training": training})
    return same.model_dump_json(exclude={"rollout"})
