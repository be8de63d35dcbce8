"""Settings of the learning rule."""

from typing import Literal

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class LearningRuleSettings(StrictSettings):
    """Learning rule: the gradient of the weights from the loss on a batch."""

    name: Literal["bptt", "truncated_bptt", "rtrl", "snap", "e-prop", "crbp"] = Field(
        "bptt", description="learning rule"
    )
    window_steps: int = Field(
        20, ge=1, le=100_000, description="truncated_bptt: most steps that a gradient reaches back"
    )
    snap_order: int = Field(
        1,
        ge=1,
        le=100,
        description="snap: the influence of a weight is followed for this many steps",
    )
    feedback: Literal["symmetric", "random"] = Field(
        "symmetric",
        description="e-prop: errors are fed back by the weights of the readouts (symmetric), or by fixed random "
        "weights (random)",
    )
