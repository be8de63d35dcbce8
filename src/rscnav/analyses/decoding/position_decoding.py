"""Analysis `position_decoding`: where the animal is, read from the state, in trials that the readout never saw.

A linear readout (ridge regression of smooth functions of place, see `rscnav.analyses.decoding.position_basis`) is fitted in each phase to all
folds of trials but one. `error` is the mean distance of the decoded from the true position in the held-out trials; `p` and
`chance` come from the same procedure on whole trials of activity permuted against whole trials of behaviour, at the same
time in the trial. `LM1_to_LM2` is the error in LM2 of the readout fitted in LM1: as low as LM2's own where the code is kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.decoding.error_histograms import add_histograms, add_observers
from rscnav.analyses.decoding.position_basis import PlaceCode, fourier_basis
from rscnav.analyses.decoding.ridge_regression import fit_cross_validated
from rscnav.analyses.preprocessing import prepare
from rscnav.analyses.result import INTERVAL, Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.intervals import null_band
from rscnav.analyses.statistics.jackknife import MIN_TRIALS, delete_d_subsets, random_trial_groups, subsample_interval
from rscnav.analyses.statistics.null_models import ExchangeableTrials, draw_trials, exchangeable_trials
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.analyses.statistics.standardise import zscore
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import distance
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS: tuple[str, ...] = ("position",)
FIELDS: tuple[str, ...] = ("phase", "position", "belief", "bayes_posterior", "bin_centres")
MIN_SAMPLES = 50
TRANSFER = ("LM1", "LM2")
SHOWN = 20  # draws of which the histogram of chance is made
SUBSAMPLES = 40  # of trials, for the interval


class Settings(StrictSettings):
    """Numbers of the analysis."""

    cutoff_hz: float = Field(1.0, gt=0, description="low-pass of this analysis, in place of the common one (Hz)")
    sample_interval_s: float = Field(0.3, gt=0, description="samples are thinned to one in this long (s)")
    max_samples: int = Field(
        6000, ge=200, le=1_000_000, description="samples of all phases, in whole trials drawn at random"
    )
    max_components: int = Field(60, ge=1, description="principal components of the z-scored units that are read")
    n_folds: int = Field(5, ge=2, description="folds; whole trials are held out")
    n_null: int = Field(200, ge=5, description="permutations of whole trials")
    n_groups: int = Field(20, ge=5, description="groups of trials, a fifth of which is left out at a time")


@dataclass(frozen=True)
class Hyperparameters:
    """What is chosen by held-out errors in training: the ridge's penalties (fold, function), how fine functions are (fold,)."""

    penalty: NDArray[np.intp]
    finest: NDArray[np.intp]


@dataclass(frozen=True)
class Data:
    """Thinned samples of whole trials, those of a group of similar length cut to one length; and their readout.

    Parameters
    ----------
    at : array, (sample,)
        Where in the session they are.
    features : array, (sample, feature)
    position : array, (sample, dim)
    trial, fold, group : array, (sample,)
        The folds' and the jackknife's groups are of whole trials.
    """

    at: NDArray[np.intp]
    features: NDArray[np.float32]
    position: NDArray[np.floating]
    trial: NDArray[np.integer]
    fold: NDArray[np.integer]
    group: NDArray[np.integer]
    code: PlaceCode
    n_folds: int

    def decoded(
        self,
        train: NDArray[np.intp],
        test: NDArray[np.intp],
        order: NDArray[np.intp] | None = None,
        choice: Hyperparameters | None = None,
    ) -> tuple[NDArray[np.floating], Hyperparameters]:
        """Give the decoded positions of test samples from readouts fitted to the training samples of other folds.

        How fine the functions of place are that a fold is decoded from, is chosen by the other folds' held-out errors in training,
        unless a choice is given. With `order` sample k of behaviour has the activity of sample order[k].
        """
        of_train, of_test = (train, test) if order is None else (order[train], order[test])
        values, fold = self.code.values(self.position[train]), self.fold[train]
        readouts = fit_cross_validated(
            self.features[of_train], values, fold, self.n_folds, choice.penalty if choice else None
        )
        candidates = None
        if choice is None:
            candidates = self.code.candidates(readouts.predict(self.features[of_train], fold))
            errors = [np.bincount(fold, self.distance(c, train), self.n_folds) for c in candidates]
            finest = np.argmin(np.sum(errors, axis=1, keepdims=True) - errors, axis=0)
            choice = Hyperparameters(readouts.penalty, finest)
        if candidates is None or test is not train:
            candidates = self.code.candidates(readouts.predict(self.features[of_test], self.fold[test]))
        return np.stack(candidates)[choice.finest[self.fold[test]], np.arange(len(test))], choice

    def distance(self, decoded: NDArray[np.floating], test: NDArray[np.intp]) -> NDArray[np.float64]:
        """Give the errors of decoded positions (sample,)."""
        return np.asarray(distance(decoded, self.position[test], self.code.ring), np.float64)


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Decode the position in each phase, and in LM2 with LM1's readout."""
    result = Result()
    data, exchangeable, masks, words = _data(session, settings, common, seeds)
    result.notes[""] = f"trials: {words}; low-passed at {settings.cutoff_hz:g} Hz"
    if exchangeable.left_out:
        result.notes[""] += f"; {exchangeable.left_out} trials without another of similar length are left out"
    tasks = {name: (name, name) for name in masks}
    if all(name in masks for name in TRANSFER):
        tasks["_to_".join(TRANSFER)] = TRANSFER
    for name, (train_in, test_in) in tasks.items():
        reason = _too_little(data, masks[train_in], settings.n_folds) or _too_little(data, masks[test_in], 2)
        if reason:
            result.notes[name] = reason
            continue
        train = np.flatnonzero(masks[train_in])
        test = train if train_in == test_in else np.flatnonzero(masks[test_in])
        _decode(result, name, data, exchangeable, train, test, session.position_unit, settings, seeds)
        if train_in == test_in:
            add_observers(result, name, session, data.at[test], data.trial[test], data.group[test])
    return result


def _data(
    session: Session, settings: Settings, common: Common, seeds: Seeds
) -> tuple[Data, ExchangeableTrials, dict[str, NDArray[np.bool_]], str]:
    """Thin, draw trials, cut those of similar length to one, and reduce the units to their leading components."""
    prepared = prepare(session, common.model_copy(update={"cutoff_hz": settings.cutoff_hz}))
    position = session.require("position")[prepared.samples]
    stride = max(1, round(settings.sample_interval_s / session.dt_s))
    use = (prepared.step % stride == 0) & np.isfinite(position).all(axis=1)
    names, counts = np.unique(prepared.trial[use], return_counts=True)
    within_limit = draw_trials(counts, settings.max_samples, seeds.generator("trials"))
    drawn = np.flatnonzero(use & np.isin(prepared.trial, names[within_limit]))
    alike = exchangeable_trials(prepared.trial[drawn])
    kept = drawn[alike.samples()]
    trial = prepared.trial[kept]
    data = Data(
        prepared.samples[kept],
        _components(prepared.activity[kept], settings.max_components),
        position[kept],
        trial,
        random_trial_groups(trial, settings.n_folds, seeds.generator("folds")),
        random_trial_groups(trial, settings.n_groups, seeds.generator("groups")),
        fourier_basis(position[kept], session.is_circular),
        settings.n_folds,
    )
    masks = {name: mask[kept] for name, mask in prepared.phase_masks().items()}
    return data, alike.renumbered(), masks, prepared.trials


def _components(activity: NDArray[np.floating], n: int) -> NDArray[np.float32]:
    """Scores of the leading principal components of the z-scored units, (time, at most n)."""
    if not len(activity):
        return np.empty((0, 0), np.float32)
    z = zscore(activity)
    if z.shape[1] <= n:
        return z
    vectors = np.linalg.eigh((z.T @ z).astype(np.float64))[1]
    return z @ vectors[:, : -n - 1 : -1].astype(np.float32)


def _too_little(data: Data, mask: NDArray[np.bool_], n_trials: int) -> str:
    """Say why a part cannot be decoded; '' if it can."""
    n = len(np.unique(data.trial[mask]))
    if n < n_trials or mask.sum() < MIN_SAMPLES:
        return (
            f"{n} trials of similar length with {mask.sum()} samples; at least {n_trials} with {MIN_SAMPLES} are needed"
        )
    if not data.features.shape[1]:
        return "all units are constant"
    if not np.ptp(data.position[mask], axis=0).any():
        return "the position is the same throughout"
    return ""


def _decode(
    result: Result, name: str, data: Data, exchangeable: ExchangeableTrials, train: NDArray[np.intp], test: NDArray[np.intp],
    unit: str, settings: Settings, seeds: Seeds,
) -> None:  # fmt: skip
    """Store the error with its interval, and what chance gives."""
    decoded, choice = data.decoded(train, test)
    errors = data.distance(decoded, test)
    value = float(errors.mean())
    n_trials = len(np.unique(data.trial[test]))
    low, high = _interval(value, data, train, test, choice, seeds.generator(name, "subsamples"))
    if n_trials < MIN_TRIALS:
        low = high = np.nan
        result.notes[name] = f"{n_trials} trials; {MIN_TRIALS} are needed for an interval"
    generator = seeds.generator(name, "permuted")
    chance, shown = np.empty(settings.n_null), []
    for draw in range(settings.n_null):
        guessed, _ = data.decoded(train, test, exchangeable.permuted(generator))
        chance[draw] = data.distance(guessed, test).mean()
        if draw < SHOWN:
            shown.append(guessed)
    result.add_each(f"{name}/error", INTERVAL, (value, low, high), unit)
    result.add(f"{name}/median_error", float(np.median(errors)), unit)
    result.add_each(f"{name}/chance", INTERVAL, null_band(chance), unit)
    result.add(f"{name}/p", float(permutation_p(-chance, -value)))
    result.add(f"{name}/n_samples", len(test))
    result.add(f"{name}/n_trials", n_trials)
    add_histograms(result, name, data.position[test], decoded, shown, data.code.ring, unit)


def _interval(
    value: float, data: Data, train: NDArray[np.intp], test: NDArray[np.intp], choice: Hyperparameters, generator: np.random.Generator
) -> tuple[float, float]:  # fmt: skip
    """95 % interval of the mean error over trials, those that the readout is fitted to included; what was chosen stays chosen.

    Choices jump: made anew for each subsample they double the variance between subsamples, which is not that of the value.
    """
    groups = np.unique(data.group[test])
    found = []
    for kept in delete_d_subsets(len(groups), SUBSAMPLES, generator):
        fewer = train[np.isin(data.group[train], groups[kept])]
        tested = fewer if test is train else test[np.isin(data.group[test], groups[kept])]
        if not (len(fewer) and len(tested)):
            return np.nan, np.nan
        found.append(data.distance(data.decoded(fewer, tested, choice=choice)[0], tested).mean())
    return subsample_interval(value, found, len(groups))
