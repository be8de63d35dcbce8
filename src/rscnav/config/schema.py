"""Model of the whole ``config.yaml``."""

import itertools
from typing import Any, Literal

from pydantic import Field, create_model, model_validator

from rscnav.analyses.registry import ANALYSES, analysis_module
from rscnav.analyses.settings import Common
from rscnav.comparison.settings import Comparison, Similarity
from rscnav.config.observer_grids import check_grid
from rscnav.dynamics.settings import Settings as Dynamics
from rscnav.errors import InvalidValueError
from rscnav.export.settings import Export
from rscnav.figures.settings import Figures
from rscnav.networks.settings import NetworkSettings, Rollout, Training, tau_steps, window_steps
from rscnav.networks.training.curriculum import lesson_task
from rscnav.observers.settings import Observer
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.simulation.settings import Simulation
from rscnav.sampling.settings import SampledNetwork, sampled_names
from rscnav.sessions.settings import Encounters
from rscnav.settings.operational_keys import OPERATIONAL
from rscnav.settings.reserved_names import check_names, check_number
from rscnav.settings.strict_settings import StrictSettings
from rscnav.tasks.registry import task_from


def _analyses_model() -> type[StrictSettings]:
    """Return the model of the section `analyses`: one section for each registered analysis, with the settings of its module."""
    modules = {name: analysis_module(name) for name in ANALYSES}
    sections: dict[str, Any] = {"common": _section(Common, str(Common.__doc__))}
    sections |= {name: _section(module.Settings, str(module.__doc__)) for name, module in modules.items()}
    return create_model("Analyses", __base__=StrictSettings, **sections)


def _section(model: type[StrictSettings], docstring: str) -> tuple[type[StrictSettings], Any]:
    """Return the field of an analysis; its description is the first line of a docstring, without ``Analysis `NAME`:``."""
    first = docstring.splitlines()[0].rpartition("`: ")[2].rstrip(".")
    text = first if first[:2].isupper() else first[:1].lower() + first[1:]
    return model, Field(default_factory=model, description=text)


Analyses = _analyses_model()


class Config(StrictSettings):
    """All settings of a run."""

    results_dir: str = Field(
        "results", min_length=1, description="folder of all results", json_schema_extra=OPERATIONAL
    )
    seed: int = Field(
        0,
        ge=0,
        lt=2**63,
        description="root of all random streams: with the same seed, results on the same machine are identical to the "
        "byte",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto",
        description="where networks train and run: auto (a GPU where torch finds one when the job runs), cpu, or cuda; "
        "changing it retrains nothing",
        json_schema_extra=OPERATIONAL,
    )
    train_jobs: Literal["auto", "ensemble", "separate"] = Field(
        "auto",
        description="networks of one shape train in one job (ensemble), in a job each (separate), or as an ensemble on "
        "a GPU only (auto); changing it retrains nothing",
        json_schema_extra=OPERATIONAL,
    )
    tasks: dict[str, Any] = Field(
        default_factory=lambda: {"ring-fixed": {}},
        description="settings of each task, by its name; tasks that are left out have their defaults; docs/tasks/README.md",
    )
    networks: list[NetworkSettings] = Field(
        default_factory=list,
        description="networks to train, each with one session per seed; empty: only recordings are analysed. A list in "
        "place of a single value, in `training` and `rollout` too, is a sweep: one network for each combination, "
        "NAME-VALUE1-VALUE2 (text and hidden_size by value, others as KEY-VALUE); docs/networks.md",
    )
    training: Training = Field(
        default_factory=Training,
        description="training of networks: Adam on new trials in each batch, one-cycle schedule; docs/training.md",
    )
    rollout: Rollout = Field(default_factory=Rollout, description="trials of a trained network that become its session")
    observer: Observer = Field(
        default_factory=Observer, description="ideal observers: grids and particles; docs/analyses/observers.md"
    )
    simulations: list[Simulation] = Field(
        default_factory=list,
        description="simulated recordings: a mouse on the ring, written as an NWB file with known ground truth",
    )
    recordings: list[Recording] = Field(
        default_factory=list,
        description="recordings to analyse, one session each; empty: only networks are trained; docs/recordings.md",
    )
    sampled_networks: list[SampledNetwork] = Field(
        default_factory=list,
        description="simulated recordings from networks (a subset of the units, Poisson spikes, matched trials); "
        "docs/sampled-networks.md",
    )
    encounters: Encounters = Field(
        default_factory=Encounters, description="landmark encounters: which visits in view count"
    )
    dynamics: Dynamics = Field(
        default_factory=Dynamics,
        description="dynamics of trained networks: fixed points, perturbations, autonomous and driven runs; "
        "docs/analyses/dynamics.md",
    )
    analyses: Analyses = Field(  # type: ignore[valid-type]
        default_factory=Analyses, description="analyses of each session, one section each; docs/analyses/README.md"
    )
    comparisons: list[Comparison] = Field(
        default_factory=list,
        description="comparisons of two to six sessions of this run, with one figure and one table each; "
        "docs/analyses/comparison.md",
    )
    similarity: Similarity = Field(
        default_factory=Similarity,
        description="similarity of geometry (RSA) and dynamics (DSA) of two sessions, for comparisons; "
        "docs/analyses/comparison.md",
    )
    figures: Figures = Field(default_factory=Figures, description="width, resolution and rows of all figures")
    export: Export = Field(
        default_factory=Export, description="sessions in other formats, in {results_dir}/export; docs/export.md"
    )

    @model_validator(mode="after")
    def _names(self) -> "Config":
        if not self.networks and not self.recordings:
            raise InvalidValueError("networks and recordings are both empty; write at least one network or recording")
        networks: dict[str, list[str]] = {}
        for network in self.networks:
            networks.setdefault(network.name, []).extend(f"{network.name}-s{seed}" for seed in network.seeds)
        recordings = [recording.name for recording in self.recordings]
        of_networks = list(itertools.chain(*networks.values()))
        check_number(of_networks, self.sampled_networks, recordings)
        sampled = sampled_names(self.sampled_networks, networks, recordings)
        check_names("session", [*of_networks, *sampled, *recordings])
        check_names("comparison", [comparison.name for comparison in self.comparisons])
        check_names("simulation", [simulation.name for simulation in self.simulations])
        for task in dict.fromkeys(network.task for network in self.networks):
            check_grid(self.observer, self.tasks[task], f"the task '{task}'")
        for simulation in self.simulations:
            check_grid(self.observer, simulation.task, f"the simulation '{simulation.name}'")
        tried: set[tuple[str, str]] = set()
        for network in self.networks:
            _check_seconds(network, self.tasks[network.task])
            for number, lesson in enumerate(network.training.curriculum, 1):
                source = f"networks: '{network.name}', training.curriculum, lesson {number}"
                known = (network.task, repr(lesson.task))
                if known in tried:  # checked for another network of the sweep
                    continue
                tried.add(known)
                lesson_task(network.task, self.tasks[network.task], lesson.task, source)
        return self


def _check_seconds(network: NetworkSettings, settings: Any) -> None:
    """Raise an InvalidValueError for times of a network that do not fit the time step or trial length of its task."""
    needed = {"leaky": tau_steps, "convolution": window_steps}.get(network.cell)
    if needed is None:
        return
    try:
        needed(network, task_from(network.task, settings))
    except InvalidValueError as error:
        raise InvalidValueError(f"networks: '{network.name}': {error}") from None
