"""Analysis `state_space`: principal components of the training trials, and trajectories of the test trials along them."""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.preprocessing import Prepared, prepare, why_insufficient
from rscnav.analyses.result import Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.pca import explained_variance, principal_axes, settle_signs
from rscnav.seeds import Seeds
from rscnav.sessions.lazy import row_blocks
from rscnav.sessions.schema import NO_PHASE
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS: tuple[str, ...] = ()
FIELDS: tuple[str, ...] = ("phase", "position", "belief", "bin_centres")
SHOWN = 3  # components of stored trajectories
MIN_SAMPLES = 10


class Settings(StrictSettings):
    """Settings of the state space."""

    n_components: int = Field(10, ge=SHOWN, description="components whose explained variance is stored")
    n_examples: int = Field(24, ge=1, le=10_000, description="test trials whose trajectories are stored")
    max_trial_s: float = Field(60.0, gt=0, description="stored trajectories end at this time in the trial (s)")
    n_position_bins: int = Field(32, ge=4, le=4_096, description="spatial bins on the ring, for mean states")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Fit principal components to the training trials, and project the test trials onto them."""
    prepared = prepare(session, common)
    result = Result()
    fitted, shown, note = _splits(session, prepared)
    result.notes[""] = "; ".join(filter(None, [f"trials: {prepared.trials}", note]))
    training = prepared.activity[fitted]
    reason = why_insufficient(training, MIN_SAMPLES)
    if reason:
        return Result.not_applicable(f"training trials: {reason}")
    mean, axes = principal_axes(training)
    axes = settle_signs(axes)
    for split, mask in (("train", fitted), ("test", shown)):
        share = explained_variance(prepared.activity, axes[:, : settings.n_components], np.flatnonzero(mask))
        result.add(f"explained_{split}", share, "", ("component",))
        result.add(f"n_samples_{split}", int(mask.sum()))
    samples = np.flatnonzero(shown)
    top = np.pad(axes[:, :SHOWN], ((0, 0), (0, max(0, SHOWN - axes.shape[1]))))  # two units have no third component
    blocks = [samples[block] for block in row_blocks((len(samples), len(mean)), item_bytes=8)]
    projection = np.concatenate([(prepared.activity[block] - mean) @ top for block in blocks])
    unit = session.activity_unit
    _examples(result, session, prepared, samples, projection, settings, unit, seeds)
    if session.position is not None and session.is_circular:
        _means(result, session.position[:, 0], prepared, samples, projection, settings.n_position_bins, unit)
    return result


def _splits(session: Session, prepared: Prepared) -> tuple[NDArray[np.bool_], NDArray[np.bool_], str]:
    """Return masks of the samples to fit and to project, and a note; if one split is empty, the other is used for both."""
    split = session.trials["split"][prepared.trial]
    train, test = split == "train", split == "test"
    if not train.any():
        return test, test, "no training trials: principal components are fitted to the test trials"
    if not test.any():
        return train, train, "no test trials: the training trials are projected"
    return train, test, ""


def _examples(
    result: Result,
    session: Session,
    prepared: Prepared,
    samples: NDArray[np.intp],
    projection: NDArray[np.float64],
    settings: Settings,
    unit: str,
    seeds: Seeds,
) -> None:
    """Add the trajectories of trials drawn at random from those that reach the last phase of any trial."""
    trial = prepared.trial[samples]
    phase = np.full(len(samples), NO_PHASE) if prepared.phase is None else prepared.phase[samples]
    trials, first = np.unique(trial, return_index=True)
    last_phase = np.zeros(len(trials), int)
    np.maximum.at(last_phase, np.searchsorted(trials, trial), np.where(phase == NO_PHASE, 0, phase))
    best = trials[last_phase == last_phase.max()]
    drawn = np.sort(seeds.generator("examples").permutation(best)[: settings.n_examples])
    time = session.time[prepared.samples[samples]]
    in_trial = time - time[first][np.searchsorted(trials, trial)]
    kept = np.isin(trial, drawn) & (in_trial <= settings.max_trial_s)
    result.add("example/projection", projection[kept].astype(np.float32), unit, ("time", "component"))
    result.add("example/trial", trial[kept], "", ("time",))
    result.add("example/time_s", in_trial[kept], "s", ("time",))
    result.add("example/phase", phase[kept].astype(np.uint8), "", ("time",))
    if session.position is not None:
        position = session.position[prepared.samples[samples[kept]]]
        result.add("example/position", position, session.position_unit, ("time", "dim"))


def _means(
    result: Result,
    angle: NDArray[np.floating],
    prepared: Prepared,
    samples: NDArray[np.intp],
    projection: NDArray[np.float64],
    n_bins: int,
    unit: str,
) -> None:
    """Add the mean projection by position bin, for each phase; NaN for bins that were not visited."""
    position = angle[prepared.samples[samples]]
    edges = np.linspace(-np.pi, np.pi, n_bins + 1)
    place = np.clip(np.searchsorted(edges, position, side="right") - 1, 0, n_bins - 1)
    result.add("position_bin_centres", (edges[:-1] + edges[1:]) / 2, "rad", ("bin",))
    for name, mask in prepared.phase_masks().items():
        here = mask[samples] & np.isfinite(position)
        occupancy = np.bincount(place[here], minlength=n_bins)
        mean = np.full((n_bins, projection.shape[1]), np.nan)
        sums = np.stack([np.bincount(place[here], column[here], n_bins) for column in projection.T], axis=1)
        np.divide(sums, occupancy[:, None], out=mean, where=occupancy[:, None] > 0)
        result.add(f"{name}/mean_projection", mean, unit, ("bin", "component"))
        result.add(f"{name}/occupancy", occupancy, "", ("bin",))
