"""Settings of networks and of their training; conversion of seconds to steps. Imports no torch, so that reading a configuration is fast."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.networks.learning_rules.settings import LearningRuleSettings
from rscnav.settings.field_types import Name
from rscnav.settings.operational_keys import OPERATIONAL
from rscnav.settings.strict_settings import StrictSettings

# The keys of rscnav.networks.cells.registry.CELLS.
CellName = Literal["gru", "lstm", "tanh", "relu", "rectified_tanh", "leaky", "diagonal", "feedforward", "convolution"]


class Lesson(StrictSettings):
    """One lesson of the curriculum: easier trials at the beginning of training."""

    until: float = Field(gt=0, le=1, description="the lesson ends after this fraction of n_batches")
    task: dict[str, Any] = Field(description="settings of the task that differ, for example {trial_s: 10.0}")
    batch_size: int | None = Field(
        None, ge=1, le=1_000_000, description="trials in a batch of the lesson; null: training.batch_size"
    )


class Training(StrictSettings):
    """Training of a network: Adam on new trials in each batch, one-cycle schedule, gradient clipping; docs/training.md."""

    batch_size: int = Field(128, ge=1, le=1_000_000, description="trials in a batch")
    n_batches: int = Field(2500, ge=1, le=100_000_000, description="batches of the one-cycle schedule")
    max_learning_rate: float = Field(
        0.004, gt=0, le=100, description="highest learning rate of the one-cycle schedule (Adam)"
    )
    grad_clip_norm: float = Field(
        1.0, gt=0, le=1e9, description="gradient clipping: gradients are scaled down to at most this norm"
    )
    learning_rule: LearningRuleSettings = Field(
        default_factory=LearningRuleSettings,
        description="learning rule: how the loss on a batch becomes a gradient; docs/rules.md",
    )
    activity_l2: float = Field(
        0.0,
        ge=0,
        le=1e6,
        description="activity regularisation: this times the mean square of the units' outputs is added to the loss",
    )
    validation_trials: int = Field(
        2000, ge=2, le=1_000_000, description="held-out trials on which the optimality gap is measured"
    )
    validate_every_batches: int = Field(100, ge=1, le=100_000_000, description="batches between validations")
    checkpoint_every_s: float = Field(
        30.0,
        ge=0,
        description="time between checkpoints (s); a killed run resumes from the last one",
        json_schema_extra=OPERATIONAL,
    )
    target_gap: float | None = Field(
        0.02,
        gt=0,
        le=100,
        description="after the schedule, shorter cycles are added until the optimality gap is at most this (nats per "
        "step); null: none are added",
    )
    max_batches: int = Field(6250, ge=1, le=100_000_000, description="upper limit of batches, added cycles included")
    patience: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="early stopping: validations without improvement of one standard error, after the learning-rate peak; null: off",
    )
    restart_lr_factor: float = Field(
        0.5,
        gt=0,
        lt=1,
        description="after a divergence, training restarts from the last good checkpoint with the learning rate times "
        "this",
    )
    max_restarts: int = Field(
        3, ge=0, le=1_000, description="restarts after divergences; the next divergence is an error"
    )
    curriculum: list[Lesson] = Field(
        default_factory=list,
        max_length=20,
        description="curriculum: easier trials at the start, in one or more lessons, for example [{until: 0.5, task: "
        "{trial_s: 5.0}, batch_size: 256}]; empty: none",
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Training":
        ends = [lesson.until for lesson in self.curriculum]
        if ends != sorted(set(ends)):
            raise InvalidValueError(
                f"curriculum: lessons end at {ends}; each lesson must end later (`until`) than the one before"
            )
        return self


class Rollout(StrictSettings):
    """Rollout: numbers of trials of a trained network that become its session."""

    train_trials: int = Field(500, ge=1, le=1_000_000, description="trials of the training stream")
    test_trials: int = Field(2000, ge=2, le=1_000_000, description="trials of the test stream")


class NetworkSettings(StrictSettings):
    """Network of the run, with one session for each of its seeds."""

    name: Name = Field(description="sessions are called NAME-sSEED")
    task: str = Field("ring-fixed", description="task of the network, a key of `tasks`")
    cell: CellName = Field("gru", description="kind of layer; docs/networks.md")
    hidden_size: int = Field(128, ge=1, le=20_000, description="units of each layer (of each direction)")
    layers: int = Field(1, ge=1, le=64, description="count of layers, one on top of the other")
    bidirectional: bool = Field(
        False,
        description="every layer also runs backward in time, from the end of a trial to its start: not causal, "
        "compared with the smoother",
    )
    tau_s: float = Field(0.5, gt=0, description="leaky only: time constant (s), at least one step")
    receptive_field_s: float = Field(
        2.0, gt=0, description="convolution only: time window of a unit's input (s), from one step to a whole trial"
    )
    process_noise: float = Field(
        0.0,
        ge=0,
        le=1_000,
        description="standard deviation of the noise that is added to the input of each unit at each step",
    )
    record: Literal["hidden", "all"] = Field(
        "hidden", description="activity of the session: hidden states, or all states (an LSTM's cell states too)"
    )
    seeds: list[Annotated[int, Field(ge=0, lt=2**63)]] = Field(min_length=1, description="one network for each seed")
    training: Training = Field(
        default_factory=Training, description="values that differ from the section `training`, for this network only"
    )
    rollout: Rollout = Field(
        default_factory=Rollout, description="values that differ from the section `rollout`, for this network only"
    )


def tau_steps(network: Any, task: Any) -> float:
    """Return the time constant of the cell ``leaky`` of a `NetworkSettings`, in steps of its task.

    Raises
    ------
    InvalidValueError
        For a time constant shorter than a step, for which Euler's method overshoots.
    """
    steps = network.tau_s / task.dt_s
    if steps < 1 - 1e-9:
        raise InvalidValueError(
            f"tau_s: {network.tau_s} s is shorter than one step of {task.dt_s} s, for which Euler's method overshoots; "
            f"use {task.dt_s} or more"
        )
    return max(1.0, steps)


def window_steps(network: Any, task: Any) -> int:
    """Return the window of the layer ``convolution`` of a `NetworkSettings`, in steps of the task.

    Raises
    ------
    InvalidValueError
        For a window shorter than a step, or longer than a trial.
    """
    steps = round(network.receptive_field_s / task.dt_s)
    if network.receptive_field_s < task.dt_s * (1 - 1e-9) or steps > task.n_steps:
        raise InvalidValueError(
            f"receptive_field_s: {network.receptive_field_s} s is not valid; use a value from one step ({task.dt_s} s) to a whole trial "
            f"({task.n_steps * task.dt_s:g} s)"
        )
    return steps
