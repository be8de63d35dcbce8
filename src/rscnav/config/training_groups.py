"""Groups of networks that can train together as an ensemble: networks of one shape.

Groups depend only on the configuration. The jobs decide whether the networks of a group train together.
"""

import hashlib

from rscnav.config.job_settings import network_sessions
from rscnav.config.schema import Config
from rscnav.networks.settings import NetworkSettings

# Settings of `training` that may differ within an ensemble.
FREE = ("max_learning_rate", "grad_clip_norm", "activity_l2")
ENSEMBLES = ("bptt", "truncated_bptt")  # learning rules that train several networks at once


def training_groups(config: Config) -> list[list[str]]:
    """Return the groups of sessions of networks that can train together, in the order of the configuration.

    Networks of a group differ only in name, seed, and the settings of training in `FREE`. Their learning rule must support ensembles
    (`ENSEMBLES`). The keys ``device`` and ``train_jobs`` have no effect.
    """
    groups: dict[str, list[str]] = {}
    for session, (network, _) in network_sessions(config).items():
        together = network.training.learning_rule.name in ENSEMBLES
        groups.setdefault(_shape(network) if together else session, []).append(session)
    return list(groups.values())


def training_group(config: Config, session: str) -> list[str]:
    """Return the sessions of the group of a session, itself included."""
    return next(group for group in training_groups(config) if session in group)


def shape_hash(network: NetworkSettings) -> str:
    """Return a hash (12 hexadecimal digits) that is the same for all networks of a group."""
    return hashlib.sha256(_shape(network).encode()).hexdigest()[:12]


def _shape(network: NetworkSettings) -> str:
    """Return the common settings of an ensemble as JSON."""
    training = network.training.model_copy(update=dict.fromkeys(FREE, 1.0))
    same = network.model_copy(update={"name": "", "seeds": [0], "record": "hidden", "training": training})
    return same.model_dump_json(exclude={"rollout"})
