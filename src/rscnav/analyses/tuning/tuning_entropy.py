"""Analysis `tuning_entropy`: entropy of tuning to heading, or to displacement since the last landmark."""

import math

import numpy as np
from pydantic import Field

from rscnav.analyses.events import tuning_angle
from rscnav.analyses.preprocessing import chosen_samples
from rscnav.analyses.result import Result
from rscnav.analyses.settings import Common
from rscnav.analyses.tuning.entropy_report import (
    BinnedActivity,
    CurveSettings,
    add_entropy_results,
    no_resampled_behaviour,
)
from rscnav.analyses.tuning.tuning_curves import angle_bin
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.validation import as_activity

NEEDS = ("position",)
FIELDS = ("position", "heading", "phase", "landmarks", "encounters", "belief", "bin_centres")


class Settings(CurveSettings):
    """Settings of tuning entropy and its null distributions: trial shuffle and resampled behaviour."""

    n_bins: int = Field(6, ge=2, le=1_024, description="bins of the angle over (-π, π]")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compute each unit's tuning entropy from its unfiltered activity, with p-values.

    The null distributions assign whole trials of behaviour (the angle, and whether it is known) to whole trials of
    activity, so that the time in the trial is preserved. p = (1 + draws with an entropy as low) / (1 + draws).
    """
    angle, words, n_beyond = tuning_angle(session)
    if angle is None:
        return Result.not_applicable(words)
    samples, which = chosen_samples(session, common.trials)
    if not len(samples):
        return Result.not_applicable(f"the selected trials have no samples (trials: {which})")
    result = Result(notes={"angle": words, "trials": which})
    labels = angle_bin(angle[samples], settings.n_bins).astype(np.int16)
    binned = BinnedActivity(as_activity(session.activity[samples]), labels, session.trial[samples], settings.n_bins)
    add_entropy_results(result, binned, settings, seeds, no_resampled_behaviour(session, common.trials))
    width = 2 * math.pi / settings.n_bins
    occupancy = np.bincount(labels[labels >= 0], minlength=settings.n_bins)
    result.add("occupancy", occupancy * session.dt_s, "s", ("bin",))
    result.add("bin_centres", -math.pi + (np.arange(settings.n_bins) + 0.5) * width, "rad", ("bin",))
    result.add("n_left_out", n_beyond)
    result.add("n_no_angle", int(np.sum(labels < 0)))
    if not np.any(labels >= 0):
        result.notes["entropy"] = "no sample has an angle"
    elif np.any(occupancy == 0):
        result.notes["entropy"] = (
            f"{np.sum(occupancy == 0)} of {len(occupancy)} bins were never visited and are left out"
        )
    return result
