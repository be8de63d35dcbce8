"""The whole of ``config.yaml``."""

from typing import Annotated, Any, Literal

from pydantic import Field, create_model, model_validator

from rscnav.analyses.registry import ANALYSES, analysis_module
from rscnav.comparison.settings import Comparison, Similarity
from rscnav.config.observer_grids import check_grid
from rscnav.config.operational_keys import OPERATIONAL
from rscnav.dynamics.settings import Settings as Dynamics
from rscnav.networks.learning_rules.settings import RuleSettings
from rscnav.networks.settings import CellName, tau_steps, window_steps
from rscnav.networks.training.curriculum import lesson_task
from rscnav.observers.settings import Observer
from rscnav.recordings.settings.mapping import Name
from rscnav.recordings.settings.recording import Recording
from rscnav.sampling.settings import SampledNetwork, sampled_names
from rscnav.settings.reserved_names import check_names, check_number
from rscnav.settings.strict_settings import Closed
from rscnav.tasks.registry import task_from
from rscnav.tasks.ring_fixed import Settings as RingFixed


class Lesson(Closed):
    """Easier trials, at the beginning of a training."""

    until: float = Field(gt=0, le=1, description="the lesson ends after this share of n_batches")
    task: dict[str, Any] = Field(description="the task's settings that differ, for example {trial_s: 10.0}")
    batch_size: int | None = Field(
        None, ge=1, le=1_000_000, description="trials in a batch of the lesson; null: as in the training"
    )


class Training(Closed):
    """How a network is trained: Adam on fresh trials with a one-cycle schedule and gradient clipping; docs/training.md."""

    batch_size: int = Field(256, ge=1, le=1_000_000, description="trials in a batch")
    n_batches: int = Field(2000, ge=1, le=100_000_000, description="batches in the schedule")
    peak_rate: float = Field(0.004, gt=0, le=100, description="highest learning rate of the one-cycle schedule")
    clip_norm: float = Field(1.0, gt=0, le=1e9, description="gradients are scaled down to at most this norm")
    rule: RuleSettings = Field(default_factory=RuleSettings)
    l2_rates: float = Field(
        0.0, ge=0, le=1e6, description="cost of high rates: times the mean square of the units' outputs"
    )
    validation_trials: int = Field(
        2000, ge=2, le=1_000_000, description="held-out trials that the gap is measured on while training"
    )
    validate_every: int = Field(100, ge=1, le=100_000_000, description="batches between validations")
    checkpoint_every_s: float = Field(
        60.0, ge=0, description="time between checkpoints (s)", json_schema_extra=OPERATIONAL
    )
    target_gap: float | None = Field(
        0.02,
        gt=0,
        le=100,
        description="after the schedule go on, in shorter cycles, until the gap is this small (nats per step); null: stop",
    )
    max_batches: int = Field(4000, ge=1, le=100_000_000, description="stop here even if the target gap is not reached")
    patience: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="stop after so many validations, past the rate's peak, without a gain of a standard error; null: don't",
    )
    lower_rate: float = Field(0.5, gt=0, lt=1, description="after a divergence the learning rate is times this")
    max_restarts: int = Field(3, ge=0, le=1_000, description="divergences that are mended; one more ends the training")
    curriculum: list[Lesson] = Field(
        default_factory=list, max_length=20, description="easier trials to begin with, one lesson after another"
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Training":
        ends = [lesson.until for lesson in self.curriculum]
        if ends != sorted(set(ends)):
            raise ValueError(f"curriculum: lessons end at {ends}; each must end later than the one before")
        return self


class Rollout(Closed):
    """How many trials of a trained network become its session."""

    train_trials: int = Field(500, ge=1, le=1_000_000, description="trials of the training stream")
    test_trials: int = Field(2000, ge=2, le=1_000_000, description="trials of the test stream")


class Network(Closed):
    """One kind of network; a session for each of its seeds."""

    name: Name = Field(description="sessions are called NAME-sSEED")
    task: str = Field("ring-fixed", description="a key of tasks")
    cell: CellName = Field("gru", description="kind of layer")
    hidden_size: int = Field(128, ge=1, le=20_000, description="units of each layer (of each direction)")
    layers: int = Field(1, ge=1, le=64, description="layers, one on top of the other")
    bidirectional: bool = Field(
        False, description="every layer also runs from the end of a trial to its start: not causal"
    )
    tau_s: float = Field(0.5, gt=0, description="time constant of the cell leaky (s)")
    window_s: float = Field(2.0, gt=0, description="what the layer convolution sees (s)")
    process_noise: float = Field(
        0.0, ge=0, le=1_000, description="sd of the noise that each unit receives at each step"
    )
    recorded: Literal["hidden", "all"] = Field(
        "hidden", description="what becomes the session's activity: hidden states, or an LSTM's cell states too"
    )
    seeds: list[Annotated[int, Field(ge=0, lt=2**63)]] = Field(min_length=1, description="one network a seed")
    training: Training = Field(
        default_factory=Training, description="overrides of the section training, for this network"
    )
    rollout: Rollout = Field(default_factory=Rollout, description="overrides of the section rollout, for this network")


class Simulation(Closed):
    """A simulated mouse in the ring, written as an NWB file whose truth is known."""

    name: Name = Field(description="the file is {results_dir}/recordings/NAME.nwb")
    code: Literal["belief", "position"] = Field(
        "belief",
        description="neurons follow the exact filter's belief, or the true position alone (a negative control)",
    )
    n_trials: int = Field(300, ge=2, le=100_000, description="trials")
    n_units: int = Field(80, ge=1, le=100_000, description="Poisson neurons")
    peak_rate_hz: float = Field(12.0, gt=0, le=10_000, description="median rate at the preferred place (Hz)")
    baseline_rate_hz: float = Field(0.5, ge=0, le=10_000, description="rate far from the preferred place (Hz)")
    tuning_width_rad: float = Field(0.5, gt=0, description="width (sd) of the tuning curves (rad)")
    phase_gain: list[Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: [1.0, 1.15, 1.3],
        min_length=3,
        max_length=3,
        description="gain of the rates in LM0, LM1, LM2",
    )
    gap_s: float = Field(2.0, gt=0, le=10_000, description="time between trials, without position (s)")
    task: RingFixed = Field(default_factory=RingFixed, description="overrides of the default ring task")


class Encounters(Closed):
    """What counts as meeting a landmark."""

    min_duration_s: float = Field(0.1, gt=0, description="shorter stretches of visibility do not count (s)")
    merge_within_s: float = Field(
        0.5, ge=0, description="stretches of one landmark less than this apart are one encounter (s)"
    )


class Common(Closed):
    """What all analyses share."""

    trials: Literal["all", "low_error"] = Field(
        "all",
        description="low_error: test trials in which the network's error stays below 0.5 rad once both landmarks are met",
    )
    analysis_dt_s: float = Field(
        0.1,
        gt=0,
        le=100,
        description="time bins narrower than this are joined to it, rates averaged, before the filter (s)",
    )
    cutoff_hz: float = Field(
        0.5, gt=0, le=10_000, description="cutoff of the first-order Butterworth low-pass filter (Hz)"
    )
    causal: bool = Field(True, description="true: forward only; false: forward and backward, no phase shift")


def _analyses_model() -> type[Closed]:
    """One section an analysis, from the table of analyses; each module brings its own settings."""
    sections: dict[str, Any] = {
        name: (module.Settings, Field(default_factory=module.Settings))
        for name, module in ((name, analysis_module(name)) for name in ANALYSES)
    }
    sections["common"] = (Common, Field(default_factory=Common))
    return create_model("Analyses", __base__=Closed, **sections)


Analyses = _analyses_model()


class Figures(Closed):
    """How figures look."""

    width_mm: float = Field(180.0, ge=20, le=2_000, description="width on the page (mm)")
    dpi: int = Field(300, ge=50, le=2_400, description="resolution of the PNG files (dots per inch)")
    max_sessions: int = Field(
        6, ge=1, le=1_000, description="with more sessions than this, figures of all sessions show kinds"
    )


class Export(Closed):
    """What is written for other programs."""

    nwb: bool = Field(True, description="every session as NWB")
    tables: Literal["parquet", "csv"] | None = Field("parquet", description="tidy tables beside it; null: none")


class Config(Closed):
    """Everything a run depends on."""

    results_dir: str = Field(
        "results", min_length=1, description="folder of all results", json_schema_extra=OPERATIONAL
    )
    seed: int = Field(0, ge=0, lt=2**63, description="root of all randomness")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="where networks train; auto: a GPU where there is one", json_schema_extra=OPERATIONAL
    )
    together: Literal["auto", "ensemble", "jobs"] = Field(
        "auto",
        description="train networks of one shape in one job (ensemble), or each in its own (jobs)",
        json_schema_extra=OPERATIONAL,
    )
    tasks: dict[str, Any] = Field(default_factory=lambda: {"ring-fixed": {}}, description="settings of each task")
    networks: list[Network] = Field(default_factory=list, description="networks to train")
    training: Training = Field(default_factory=Training)
    rollout: Rollout = Field(default_factory=Rollout)
    observer: Observer = Field(default_factory=Observer)
    simulations: list[Simulation] = Field(default_factory=list, description="simulated recordings")
    recordings: list[Recording] = Field(default_factory=list, description="recordings to analyse")
    sampled_networks: list[SampledNetwork] = Field(
        default_factory=list, description="networks seen as a recording would see them"
    )
    encounters: Encounters = Field(default_factory=Encounters)
    dynamics: Dynamics = Field(default_factory=Dynamics)
    analyses: Analyses = Field(default_factory=Analyses)  # type: ignore[valid-type]
    comparisons: list[Comparison] = Field(default_factory=list, description="sessions set side by side")
    similarity: Similarity = Field(default_factory=Similarity)
    figures: Figures = Field(default_factory=Figures)
    export: Export = Field(default_factory=Export)

    @model_validator(mode="after")
    def _names(self) -> "Config":
        if not self.networks and not self.recordings:
            raise ValueError(
                "networks and recordings are both empty: there is nothing to do; give at least one of them"
            )
        networks: dict[str, list[str]] = {}
        for network in self.networks:
            networks.setdefault(network.name, []).extend(f"{network.name}-s{seed}" for seed in network.seeds)
        recordings = [recording.name for recording in self.recordings]
        check_number([n for sessions in networks.values() for n in sessions], self.sampled_networks, recordings)
        sampled = sampled_names(self.sampled_networks, networks, recordings)
        check_names("session", [*(n for sessions in networks.values() for n in sessions), *sampled, *recordings])
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
                if known in tried:  # of another network of the sweep
                    continue
                tried.add(known)
                lesson_task(network.task, self.tasks[network.task], lesson.task, source)
        return self


def _check_seconds(network: Network, settings: Any) -> None:
    """Refuse times of a network that do not fit its task."""
    needed = {"leaky": tau_steps, "convolution": window_steps}.get(network.cell)
    if needed is None:
        return
    try:
        needed(network, task_from(network.task, settings))
    except ValueError as error:
        raise ValueError(f"networks: '{network.name}': {error}") from None
