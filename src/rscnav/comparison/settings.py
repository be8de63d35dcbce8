"""Settings of comparisons, and of RSA and DSA."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Name
from rscnav.settings.printable import listed
from rscnav.settings.reserved_names import repeated
from rscnav.settings.strict_settings import StrictSettings

MOST = 6  # maximum count of sessions in one comparison

MIN_INTERVAL_GROUPS = 8  # groups of trials that an interval needs


class Comparison(StrictSettings):
    """One comparison: a figure and a table of some sessions of this run."""

    name: Name = Field(
        description="name of the comparison; files are {results_dir}/comparisons/NAME.h5 and "
        "{results_dir}/figures/comparisons/NAME.png"
    )
    sessions: list[Name] | None = Field(
        None,
        description="two to six sessions of this run, by name; null: one seed of each network, its simulated "
        "recording, and the recordings",
    )

    @model_validator(mode="after")
    def _some(self) -> "Comparison":
        if self.sessions is None:
            return self
        twice = repeated(self.sessions)
        if twice:
            raise InvalidValueError(
                f"comparison '{self.name}': {listed(twice)} occurs more than once; name each session once"
            )
        if not 2 <= len(self.sessions) <= MOST:
            raise InvalidValueError(
                f"comparison '{self.name}': sessions: {len(self.sessions)} of them are not valid; name two to {MOST}"
            )
        return self


class Similarity(StrictSettings):
    """Settings of RSA (geometry) and DSA (dynamics); see docs/analyses/comparison.md."""

    max_trials: int = Field(500, ge=20, le=100_000, description="maximum of trials of each session, drawn at random")
    n_groups: int = Field(
        10,
        ge=4,
        description="groups of trials: folds of cross-validation, and groups of the delete-d jackknife, which leaves "
        "out a fifth of them at a time",
    )
    n_subsamples: int = Field(50, ge=10, description="jackknife subsamples of the geometries")
    n_position_bins: int = Field(12, ge=4, le=4_096, description="spatial bins on the ring")
    n_position_bins_side: int = Field(4, ge=2, le=256, description="spatial bins along each side of the plane")
    time_edges_s: list[float] = Field(
        default_factory=lambda: [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0],
        min_length=3,
        description="tasks whose positions cannot be compared: edges of the bins of the time since the phase began "
        "(s), increasing",
    )
    min_occupancy_s: float = Field(
        0.3, gt=0, description="a condition needs this much time in each group of trials, in both sessions (s)"
    )
    min_conditions: int = Field(6, ge=4, description="conditions that a comparison of geometries needs")
    filtered: bool = Field(
        False, description="low-pass the states first; this makes successive positions more similar in any walk"
    )
    noise: Literal["shrinkage", "none"] = Field(
        "shrinkage", description="shrinkage: crossnobis distances; none: squared Euclidean distances"
    )
    n_null: int = Field(200, ge=19, description="draws of each null: permuted positions, permuted trials")
    n_splits: int = Field(20, ge=1, description="random half splits of the groups, for the reliability")
    n_components: int = Field(10, ge=2, description="dynamics: principal components of the z-scored units")
    segment_s: float = Field(5.0, gt=0, description="dynamics: trials are cut into pieces of this length (s)")
    max_segments: int = Field(200, ge=20, description="dynamics: pieces of each session at most, drawn at random")
    n_delays: int = Field(5, ge=1, le=1_000, description="dynamics: consecutive samples of a delay state")
    rank: int = Field(10, ge=2, le=10_000, description="dynamics: rank of the fitted linear system")
    iterations: int = Field(200, ge=50, description="dynamics: iterations of the search for the best rotation")
    n_dynamics_subsamples: int = Field(20, ge=10, description="dynamics: jackknife subsamples, for the interval")
    n_dynamics_splits: int = Field(
        5, ge=1, description="dynamics: random half splits of one session, for the lower bound"
    )

    @model_validator(mode="after")
    def _fits(self) -> "Similarity":
        edges = self.time_edges_s
        if edges != sorted(set(edges)) or edges[0] < 0:
            raise InvalidValueError(f"similarity: time_edges_s: {edges} must start at 0 or later and increase")
        return self


def check_comparisons(comparisons: Sequence[Comparison], sessions: Sequence[str]) -> None:
    """Raise InvalidValueError for names of sessions that are not part of this run."""
    known = set(sessions)
    for comparison in comparisons:
        unknown = [name for name in comparison.sessions or [] if name not in known]
        if unknown:
            raise InvalidValueError(
                f"comparisons: '{comparison.name}': there is no session {listed(unknown)}; "
                f"there are: {listed(sessions)}; name sessions of this run, or leave the comparison out (comparisons: [])"
            )
