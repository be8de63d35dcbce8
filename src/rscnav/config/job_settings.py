"""The settings that each job depends on.

The workflow uses `settings_for` of a job as its rerun trigger. The command of the job reads its settings from the same function. A job
therefore runs again exactly if one of its settings changed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

from rscnav.analyses.registry import ANALYSES
from rscnav.comparison.settings import MOST, Comparison, check_comparisons
from rscnav.config.schema import Config, Recording
from rscnav.errors import InvalidValueError
from rscnav.networks.settings import NetworkSettings
from rscnav.recordings.simulation.settings import Simulation
from rscnav.sampling.settings import SampledNetwork, sampled_names
from rscnav.settings.operational_keys import plain_settings
from rscnav.settings.strict_settings import ConfigError

Derived = TypeVar("Derived")
STAGES = (
    "train", "rollout", "network_dynamics", "sample_network", "simulate", "import_recording", "analyse", "pool", "summary", "compare",
    "plot_comparison",
    "figure", "joint_figure", "export_nwb", "export_tables",
)  # fmt: skip


def _kept(derive: Callable[[Config], Derived]) -> Callable[[Config], Derived]:
    """Cache the result for the last configuration, since every job needs the names of sessions."""
    last: list[tuple[Config, Derived]] = []

    @wraps(derive)
    def derived(config: Config) -> Derived:
        if not last or config is not last[0][0]:
            last[:] = [(config, derive(config))]
        return last[0][1]

    return derived


def session_names(config: Config) -> list[str]:
    """Return the sessions of a run: all networks x seeds, then sampled networks, then recordings."""
    recordings = (recording.name for recording in config.recordings)
    return [*network_sessions(config), *sampled_sessions(config), *recordings]


@_kept
def network_sessions(config: Config) -> dict[str, tuple[NetworkSettings, int]]:
    """Return the network and seed of each session of a network, by name. The mapping is cached: do not change it."""
    return {f"{network.name}-s{seed}": (network, seed) for network in config.networks for seed in network.seeds}


@_kept
def sampled_sessions(config: Config) -> dict[str, tuple[SampledNetwork, str]]:
    """Return the settings and the source session (of a network) of each sampled network, by name.

    The mapping is cached: do not change it.
    """
    networks: dict[str, list[str]] = {}
    for session, (network, _) in network_sessions(config).items():
        networks.setdefault(network.name, []).append(session)
    return sampled_names(config.sampled_networks, networks, [recording.name for recording in config.recordings])


def resolved_comparisons(config: Config) -> list[Comparison]:
    """Return the comparisons of a run, each with its sessions.

    The default sessions are the first seed of each network, the first session of each entry of `sampled_networks`, and all recordings.
    If this is a single session, the default is all sessions. At most six are used. A comparison with default sessions is left out if
    there are fewer than two.

    Raises
    ------
    InvalidValueError
        For names that are no sessions of the run; the message lists the sessions.
    """
    every = session_names(config)
    of_network: dict[Any, str] = {}
    for session, (network, _) in network_sessions(config).items():
        of_network.setdefault(network.name, session)
    for session, (entry, _) in sampled_sessions(config).items():
        of_network.setdefault((entry.network, entry.label_text), session)
    representative = [*of_network.values(), *(recording.name for recording in config.recordings)]
    default = (representative if len(representative) > 1 else every)[:MOST]
    found = [
        c if c.sessions is not None else c.model_copy(update={"sessions": default})
        for c in config.comparisons
        if c.sessions is not None or len(default) > 1
    ]
    check_comparisons(found, every)
    return found


def recording(config: Config, name: str) -> Recording:
    """Return a recording by name; raise a `ConfigError` that lists all recordings if there is none."""
    return _named(config.recordings, name, "recordings")


def simulation(config: Config, name: str) -> Simulation:
    """Return a simulation by name; raise a `ConfigError` that lists all simulations if there is none."""
    return _named(config.simulations, name, "simulations")


def simulated_file(config: Config, name: str) -> str:
    """Return the path of the NWB file of a simulated recording."""
    return f"{config.results_dir}/recordings/{name}.nwb"


def settings_for(config: Config, stage: str, item: str) -> dict[str, Any]:
    """Return the settings that one job depends on, and no others.

    Parameters
    ----------
    config : Config
    stage : str
        One of `STAGES`.
    item : str
        Name of the session; for ``analyse`` of the analysis; for ``figure`` and ``joint_figure`` of the figure; for ``simulate`` of the
        simulation; for ``compare`` and ``plot_comparison`` of the comparison; '' for ``pool`` and ``summary``.

    Returns
    -------
    dict
        Settings by name, and ``seed``, the root of all random streams.

    Raises
    ------
    ConfigError
        For an item that is not in the configuration.
    """
    analyses: Any = config.analyses
    if stage in ("train", "rollout"):
        sessions = network_sessions(config)
        if item not in sessions:
            raise ConfigError(f"networks: there is no session '{item}'; there are: {', '.join(sessions) or 'none'}")
        network, network_seed = sessions[item]
        shared = {
            "seed": config.seed,
            "network_seed": network_seed,
            "network": network.model_copy(update={"seeds": [], "rollout": None}),
            "task": config.tasks[network.task],
            "observer": config.observer,
        }
        if stage == "rollout":
            return {**shared, "rollout": network.rollout, "encounters": config.encounters}
        return {**shared, "network": shared["network"].model_copy(update={"record": None})}
    if stage == "network_dynamics":
        return _of_dynamics(config, item)
    if stage == "sample_network":
        sampled = sampled_sessions(config)
        if item not in sampled:
            raise ConfigError(
                f"sampled_networks: there is no session '{item}'; there are: {', '.join(sampled) or 'none'}"
            )
        return {
            "seed": config.seed,
            "sampled": sampled[item][0],
            "analysis_dt_s": analyses.common.analysis_dt_s,
        }
    if stage == "simulate":
        return {"seed": config.seed, "simulation": simulation(config, item), "observer": config.observer}
    if stage == "import_recording":
        return {"seed": config.seed, "recording": recording(config, item), "encounters": config.encounters}
    if stage == "analyse":
        return {"seed": config.seed, "settings": getattr(analyses, item), "common": analyses.common}
    if stage == "compare":
        comparison = _named(config.comparisons, item, "comparisons")
        return {
            "seed": config.seed,
            "comparison": comparison,
            "similarity": config.similarity,
            "common": analyses.common,
        }
    if stage == "plot_comparison":
        return {"comparison": _named(config.comparisons, item, "comparisons"), "figures": config.figures}
    if stage == "figure":
        return {"figures": config.figures}
    if stage == "joint_figure":
        return {"figures": config.figures, "sessions": session_names(config)}
    if stage == "pool":
        return {"seed": config.seed, "sessions": session_names(config)}
    if stage == "summary":
        named = {"sessions": session_names(config), "comparisons": [c.name for c in config.comparisons]}
        return {**named, "settings_sha": _settings_sha(config)}
    if stage == "export_nwb":
        return {}
    if stage == "export_tables":
        return {"format": config.export.tables}
    raise InvalidValueError(f"unknown stage '{stage}'; there are: {', '.join(STAGES)}")


def settings_text(config: Config, stage: str, item: str) -> str:
    """Return `settings_for` as one line of JSON, for the triggers of the workflow and the provenance of files.

    Operational keys (`rscnav.settings.operational_keys`) are left out, so that a change of one reruns no job.
    """
    return json.dumps(plain_settings(settings_for(config, stage, item)), sort_keys=True)


@_kept
def _settings_sha(config: Config) -> str:
    """Return a hash of the settings of all jobs that the summary depends on."""
    digest = hashlib.sha256()
    for stage, item in _jobs_before_numbers(config):
        digest.update(f"{stage} {item} {settings_text(config, stage, item)}\n".encode())
    return digest.hexdigest()[:12]


def _jobs_before_numbers(config: Config) -> Iterator[tuple[str, str]]:
    for session in network_sessions(config):
        yield from ((stage, session) for stage in ("train", "rollout", "network_dynamics"))
    yield from (("sample_network", session) for session in sampled_sessions(config))
    yield from (("simulate", simulation.name) for simulation in config.simulations)
    yield from (("import_recording", recording.name) for recording in config.recordings)
    yield from (("analyse", analysis) for analysis in ANALYSES)
    yield "pool", ""
    yield from (("compare", comparison.name) for comparison in config.comparisons)


def _of_dynamics(config: Config, item: str) -> dict[str, Any]:
    """Return the settings of the dynamics of a network; an empty dict for any other session."""
    sessions = network_sessions(config)
    if item not in sessions:
        if item not in sampled_sessions(config):
            recording(config, item)
        return {}
    name = sessions[item][0].task
    return {
        "seed": config.seed,
        "task_name": name,
        "task": config.tasks[name],
        "observer": config.observer,
        "dynamics": config.dynamics,
    }


def _named(items: list[Any], name: str, section: str) -> Any:
    by_name = {item.name: item for item in items}
    if name not in by_name:
        raise ConfigError(f"{section}: there is no '{name}'; there are: {', '.join(by_name) or 'none'}")
    return by_name[name]
