"""Numbers of the stage `dynamics`."""

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Settings(StrictSettings):
    """What a trained network does by itself: fixed points, perturbations, runs without input, a and b under one input."""

    n_inits: int = Field(
        60, ge=1, le=100_000, description="states of each phase that the search for fixed points starts from"
    )
    relax_s: float = Field(
        1.0, ge=0, le=1_000, description="half of them are first left without input for this long (s)"
    )
    max_iters: int = Field(150, ge=1, le=100_000, description="steps of the search from each of them, at most")
    tol_q: float = Field(1e-20, gt=0, description="a point with |F(h) - h|² / 2 up to this is fixed")
    slow_share: float = Field(
        0.1, gt=0, lt=1, description="slow: with this share of the median speed of the test trials, or less"
    )
    slow_mode_s: float = Field(1.0, gt=0, description="modes with a time constant of at least this are slow ones (s)")
    outlier_distance: float = Field(
        0.4, gt=0, description="points further than this from all states of the session are left out (of their spread)"
    )
    tol_unique: float = Field(0.02, ge=0, description="points nearer than this are one (share of the states' spread)")
    n_trials: int = Field(100, ge=2, description="test trials of each phase that are perturbed or left without input")
    n_manifold_states: int = Field(
        10_000, ge=100, le=10_000_000, description="states of the session that stand for its manifold"
    )
    perturbation: float = Field(0.1, gt=0, description="size of a perturbation (share of the states' spread)")
    perturbation_follow_s: float = Field(
        5.0, gt=0, le=1_000, description="perturbed states are followed for this long (s)"
    )
    autonomous_s: float = Field(10.0, gt=0, le=1_000, description="runs without input last this long (s)")
    readout_s: float = Field(
        2.0, ge=0, le=1_000, description="numbers of runs without input are taken this long after their start (s)"
    )
    driven_s: float = Field(
        3.0, gt=0, le=1_000, description="a- and b-states are driven on by one input for this long (s)"
    )
    n_continuations: int = Field(8, ge=1, description="inputs, each from a trial of its own, that both are driven by")
    n_encounters: int = Field(200, ge=2, description="second encounters with a, and with b, at most")
    min_trials: int = Field(10, ge=2, description="fewer second encounters with a or b than this are not compared")
    n_null: int = Field(200, ge=1, description="permutations of the labels a and b; random splits of one category")
    n_groups: int = Field(20, ge=2, description="groups of trials of the jackknife")
    n_examples: int = Field(12, ge=1, description="runs without input of each phase whose trajectories are stored")
