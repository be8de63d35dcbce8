"""Which networks train together, in one job: those of one shape, as an ensemble."""

from rscnav.config.schema import Config, Network
from rscnav.config.stages import network_sessions

FREE = ("peak_rate", "clip_norm", "l2_rates")  # settings of a training that may differ within an ensemble
ENSEMBLES = ("bptt", "truncated_bptt")  # learning rules that train several networks at once


def training_groups(config: Config, on_gpu: bool) -> list[list[str]]:
    """Give the sessions of networks, cut into those that train in one job.

    Parameters
    ----------
    config : Config
        Its key ``together``: ``ensemble`` puts networks in one job that are the same but for name, seed and the settings of
        training in `FREE`; ``jobs`` gives each its own; ``auto`` is ``ensemble`` on a GPU and ``jobs`` on a CPU, where
        single threads side by side are faster.
    on_gpu : bool
        Whether networks train on a GPU.

    Returns
    -------
    list of list of str
        Every network's session once, groups and members in the order of the configuration.
    """
    sessions = network_sessions(config)
    apart = config.together == "jobs" or (config.together == "auto" and not on_gpu)
    groups: dict[str, list[str]] = {}
    for session, (network, _) in sessions.items():
        alone = apart or not trains_in_ensembles(network)
        groups.setdefault(session if alone else _shape(network), []).append(session)
    return list(groups.values())


def trains_in_ensembles(network: Network) -> bool:
    """Tell whether the network's learning rule can train several networks at once."""
    return network.training.rule.name in ENSEMBLES


def _shape(network: Network) -> str:
    """Write down what members of an ensemble have in common."""
    training = network.training.model_copy(update=dict.fromkeys(FREE, 1.0))
    same = network.model_copy(update={"name": "", "seeds": [0], "recorded": "hidden", "training": training})
    return same.model_dump_json(exclude={"rollout"})
