"""How a network learns: the rule and what it can be told."""

from typing import Literal

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class LearningRuleSettings(StrictSettings):
    """The learning rule: how the loss on a batch becomes a gradient."""

    name: Literal["bptt", "truncated_bptt", "rtrl", "snap", "e-prop", "crbp"] = Field(
        "bptt", description="learning rule"
    )
    window_steps: int = Field(
        20, ge=1, le=100_000, description="truncated_bptt: steps that a gradient reaches back at most"
    )
    snap_order: int = Field(
        1,
        ge=1,
        le=100,
        description="snap: a weight's influence is kept on units that it reaches within this many steps",
    )
    feedback: Literal["symmetric", "random"] = Field(
        "symmetric", description="e-prop: errors come back by the readouts' weights, or by fixed random ones"
    )
