"""Analysis `spatial_entropy`: entropy of spatial tuning curves, on the ring or in the plane."""

import numpy as np
from pydantic import Field

from rscnav.analyses.preprocessing import chosen_samples
from rscnav.analyses.result import Result
from rscnav.analyses.settings import Common
from rscnav.analyses.spatial_bins import place_centres, spatial_bin
from rscnav.analyses.tuning.entropy_report import (
    BinnedActivity,
    CurveSettings,
    add_entropy_results,
    no_resampled_behaviour,
)
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.validation import as_activity

NEEDS = ("position",)
FIELDS = ("position", "phase", "belief", "bin_centres")


class Settings(CurveSettings):
    """Settings of spatial entropy and its null distributions: trial shuffle and resampled behaviour."""

    n_position_bins: int = Field(20, ge=2, le=4_096, description="spatial bins on the ring")
    n_position_bins_side: int = Field(4, ge=2, le=256, description="spatial bins along each side of the plane")
    min_occupancy_s: float = Field(
        1.0, ge=0, description="spatial bins occupied for less than this in total are dropped (s)"
    )


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compute the entropy of each unit's spatial tuning curve from its unfiltered activity, with p-values.

    H = -Σ p_k log₂ p_k, where p_k is the mean rate in spatial bin k divided by the sum of the mean rates over bins. All
    phases are used. Null distributions as in `tuning_entropy`.
    """
    samples, which = chosen_samples(session, common.trials)
    if not len(samples):
        return Result.not_applicable(f"the selected trials have no samples (trials: {which})")
    result = Result(notes={"trials": which})
    position = session.require("position")[samples]
    place, n_position_bins = spatial_bin(
        position, session.is_circular, settings.n_position_bins, settings.n_position_bins_side
    )
    occupancy = np.bincount(place[place >= 0], minlength=n_position_bins)
    rare = occupancy * session.dt_s < settings.min_occupancy_s - 1e-9
    labels = np.where((place >= 0) & ~np.append(rare, True)[place], place, -1).astype(np.int16)
    binned = BinnedActivity(as_activity(session.activity[samples]), labels, session.trial[samples], n_position_bins)
    add_entropy_results(result, binned, settings, seeds, no_resampled_behaviour(session, common.trials))
    centres = place_centres(position, session.is_circular, settings.n_position_bins, settings.n_position_bins_side)
    result.add("occupancy", occupancy * session.dt_s, "s", ("bin",))
    result.add("bin_centres", centres, session.position_unit, ("bin", "dim"))
    result.add("n_no_place", int(np.sum(place < 0)))
    result.add("n_rare_places", int(np.sum(rare)))
    if not np.any(labels >= 0):
        result.notes["entropy"] = (
            "the position is not known at any sample"
            if not np.any(place >= 0)
            else f"no spatial bin was visited for {settings.min_occupancy_s:g} s (min_occupancy_s)"
        )
    elif rare.any():
        result.notes["entropy"] = (
            f"{rare.sum()} of {n_position_bins} spatial bins were visited for less than {settings.min_occupancy_s:g} s "
            "(min_occupancy_s) and are left out"
        )
    return result
