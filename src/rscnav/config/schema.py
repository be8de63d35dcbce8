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
    models = {name: analysis_module(name).Settings for name in ANALYSES} | {"common": Common}
    sections: dict[str, Any] = {name: (model, Field(default_factory=model)) for name, model in models.items()}
    return create_model("Analyses", __base__=StrictSettings, **sections)


Analyses = _analyses_model()


class Config(StrictSettings):
    """All settings of a run."""

    results_dir: str = Field(
        "results", min_length=1, description="folder of all results", json_schema_extra=OPERATIONAL
    )
    seed: int = Field(0, ge=0, lt=2**63, description="root of all random streams")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="device of training; auto: a GPU if there is one", json_schema_extra=OPERATIONAL
    )
    train_jobs: Literal["auto", "ensemble", "separate"] = Field(
        "auto",
        description="train networks of one shape in one job (ensemble), or each in its own (separate)",
        json_schema_extra=OPERATIONAL,
    )
    tasks: dict[str, Any] = Field(default_factory=lambda: {"ring-fixed": {}}, description="settings of each task")
    networks: list[NetworkSettings] = Field(default_factory=list, description="networks to train")
    training: Training = Field(default_factory=Training)
    rollout: Rollout = Field(default_factory=Rollout)
    observer: Observer = Field(default_factory=Observer)
    simulations: list[Simulation] = Field(default_factory=list, description="simulated recordings")
    recordings: list[Recording] = Field(default_factory=list, description="recordings to analyse")
    sampled_networks: list[SampledNetwork] = Field(
        default_factory=list,
        description="simulated recordings of networks (subset of units, Poisson spikes, matched trials)",
    )
    encounters: Encounters = Field(default_factory=Encounters)
    dynamics: Dynamics = Field(default_factory=Dynamics)
    analyses: Analyses = Field(default_factory=Analyses)  # type: ignore[valid-type]
    comparisons: list[Comparison] = Field(default_factory=list, description="comparisons of two to six sessions")
    similarity: Similarity = Field(default_factory=Similarity)
    figures: Figures = Field(default_factory=Figures)
    export: Export = Field(default_factory=Export)

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
