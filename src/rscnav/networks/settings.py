"""Settings of networks and of their training; seconds turned into steps. Needs no torch: the configuration is read where torch need not be."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.networks.learning_rules.settings import LearningRuleSettings
from rscnav.settings.field_types import Name
from rscnav.settings.operational_keys import OPERATIONAL
from rscnav.settings.strict_settings import StrictSettings

# As in rscnav.networks.cells.registry.
CellName = Literal["gru", "lstm", "tanh", "relu", "rectified_tanh", "leaky", "diagonal", "feedforward", "convolution"]


class Lesson(StrictSettings):
    """Easier trials, at the beginning of a training."""

    until: float = Field(gt=0, le=1, description="the lesson ends after this share of n_batches")
    task: dict[str, Any] = Field(description="the task's settings that differ, for example {trial_s: 10.0}")
    batch_size: int | None = Field(
        None, ge=1, le=1_000_000, description="trials in a batch of the lesson; null: as in the training"
    )


class Training(StrictSettings):
    """How a network is trained: Adam on fresh trials with a one-cycle schedule and gradient clipping; docs/training.md."""

    batch_size: int = Field(256, ge=1, le=1_000_000, description="trials in a batch")
    n_batches: int = Field(2000, ge=1, le=100_000_000, description="batches in the schedule")
    max_learning_rate: float = Field(0.004, gt=0, le=100, description="highest learning rate of the one-cycle schedule")
    grad_clip_norm: float = Field(1.0, gt=0, le=1e9, description="gradients are scaled down to at most this norm")
    learning_rule: LearningRuleSettings = Field(default_factory=LearningRuleSettings)
    activity_l2: float = Field(
        0.0, ge=0, le=1e6, description="cost of high rates: times the mean square of the units' outputs"
    )
    validation_trials: int = Field(
        2000, ge=2, le=1_000_000, description="held-out trials that the gap is measured on while training"
    )
    validate_every_batches: int = Field(100, ge=1, le=100_000_000, description="batches between validations")
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
    restart_lr_factor: float = Field(0.5, gt=0, lt=1, description="after a divergence the learning rate is times this")
    max_restarts: int = Field(3, ge=0, le=1_000, description="divergences that are mended; one more ends the training")
    curriculum: list[Lesson] = Field(
        default_factory=list, max_length=20, description="easier trials to begin with, one lesson after another"
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Training":
        ends = [lesson.until for lesson in self.curriculum]
        if ends != sorted(set(ends)):
            raise InvalidValueError(f"curriculum: lessons end at {ends}; each must end later than the one before")
        return self


class Rollout(StrictSettings):
    """How many trials of a trained network become its session."""

    train_trials: int = Field(500, ge=1, le=1_000_000, description="trials of the training stream")
    test_trials: int = Field(2000, ge=2, le=1_000_000, description="trials of the test stream")


class NetworkSettings(StrictSettings):
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
    receptive_field_s: float = Field(2.0, gt=0, description="what the layer convolution sees (s)")
    process_noise: float = Field(
        0.0, ge=0, le=1_000, description="sd of the noise that each unit receives at each step"
    )
    record: Literal["hidden", "all"] = Field(
        "hidden", description="what becomes the session's activity: hidden states, or an LSTM's cell states too"
    )
    seeds: list[Annotated[int, Field(ge=0, lt=2**63)]] = Field(min_length=1, description="one network a seed")
    training: Training = Field(
        default_factory=Training, description="overrides of the section training, for this network"
    )
    rollout: Rollout = Field(default_factory=Rollout, description="overrides of the section rollout, for this network")


def tau_steps(network: Any, task: Any) -> float:
    """Give the time constant of the cell ``leaky`` of a `NetworkSettings` in steps of its task.

    Raises
    ------
    InvalidValueError
        For one that is shorter than a step, where Euler's method overshoots.
    """
    steps = network.tau_s / task.dt_s
    if steps < 1 - 1e-9:
        raise InvalidValueError(
            f"tau_s: {network.tau_s} s is shorter than one step of {task.dt_s} s, where Euler's method overshoots; "
            f"use {task.dt_s} or more"
        )
    return max(1.0, steps)


def window_steps(network: Any, task: Any) -> int:
    """Give the window of the layer ``convolution`` in steps of the task; see `tau_steps`.

    Raises
    ------
    InvalidValueError
        For one that is shorter than a step, or longer than a trial.
    """
    steps = round(network.receptive_field_s / task.dt_s)
    if network.receptive_field_s < task.dt_s * (1 - 1e-9) or steps > task.n_steps:
        raise InvalidValueError(
            f"receptive_field_s: {network.receptive_field_s} s will not do; from one step ({task.dt_s} s) to a whole trial "
            f"({task.n_steps * task.dt_s:g} s)"
        )
    return steps
