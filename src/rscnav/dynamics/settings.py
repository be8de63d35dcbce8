"""Settings of the stage `dynamics`."""

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Settings(StrictSettings):
    """Dynamics of trained networks: fixed points, perturbations, autonomous runs, driven divergence of a and b."""

    n_inits: int = Field(60, ge=1, le=100_000, description="initial states per phase of the fixed-point search")
    relax_s: float = Field(
        1.0, ge=0, le=1_000, description="half of the initial states first run without input for this time (s)"
    )
    max_iters: int = Field(
        150, ge=1, le=100_000, description="maximum iterations of the search from each initial state"
    )
    tol_q: float = Field(
        1e-20, gt=0, description="tolerance: a state h is a fixed point if q = |F(h) - h|² / 2 is at most this"
    )
    slow_fraction: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="slow points: speed of at most this fraction of the median speed of the test trials",
    )
    slow_mode_s: float = Field(1.0, gt=0, description="slow modes: time constant of at least this (s)")
    outlier_distance: float = Field(
        0.4,
        gt=0,
        description="points further than this from all states of the session are dropped (fraction of the states' spread)",
    )
    tol_unique: float = Field(
        0.02, ge=0, description="points closer than this are merged (fraction of the states' spread)"
    )
    n_trials: int = Field(100, ge=2, description="test trials per phase that are perturbed, or run without input")
    n_manifold_states: int = Field(
        10_000, ge=100, le=10_000_000, description="states of the session that represent its manifold"
    )
    perturbation: float = Field(0.1, gt=0, description="size of a perturbation (fraction of the states' spread)")
    perturbation_follow_s: float = Field(
        5.0, gt=0, le=1_000, description="time for which perturbed states are followed (s)"
    )
    autonomous_s: float = Field(10.0, gt=0, le=1_000, description="duration of autonomous runs, without input (s)")
    readout_s: float = Field(
        2.0, ge=0, le=1_000, description="time after the start at which autonomous runs are evaluated (s)"
    )
    driven_s: float = Field(
        3.0,
        gt=0,
        le=1_000,
        description="driven divergence: time for which a- and b-states are driven by the same input (s)",
    )
    n_continuations: int = Field(
        8, ge=1, description="driven divergence: inputs, from different trials, that drive both states"
    )
    n_encounters: int = Field(
        200, ge=2, description="driven divergence: maximum of second encounters with a, and with b"
    )
    min_trials: int = Field(
        10, ge=2, description="driven divergence: second encounters with a, and with b, that it needs"
    )
    n_null: int = Field(200, ge=1, description="permutations of the labels a and b; random splits of one category")
    n_groups: int = Field(20, ge=2, description="groups of trials of the jackknife")
    n_examples: int = Field(12, ge=1, description="autonomous runs per phase whose trajectories are stored")
