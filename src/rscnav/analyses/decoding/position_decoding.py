"""Analysis `position_decoding`: cross-validated decoding of position.

In each phase a linear decoder (ridge regression of smooth functions of position, see
`rscnav.analyses.decoding.position_basis`) is fitted to all folds of trials but one. `error` is the mean distance from
the decoded to the true position in held-out trials. `p` and `chance` are from the trial shuffle: the same procedure
with whole trials of activity permuted against whole trials of behaviour, at the same time in the trial. `LM1_to_LM2` is
the error in LM2 of the decoder fitted in LM1. It equals the error of LM2 if the code is preserved.
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
SHOWN = 20  # permutations in the histogram of chance
SUBSAMPLES = 40  # subsets of trials for the interval


class Settings(StrictSettings):
    """Settings of position decoding."""

    cutoff_hz: float = Field(1.0, gt=0, description="low-pass cutoff of this analysis; replaces the common cutoff (Hz)")
    sample_interval_s: float = Field(0.3, gt=0, description="samples are thinned to one per this time (s)")
    max_samples: int = Field(
        6000,
        ge=200,
        le=1_000_000,
        description="maximum of samples over all phases, in whole trials drawn at random",
    )
    max_components: int = Field(60, ge=1, description="principal components of the z-scored units used by the decoder")
    n_folds: int = Field(5, ge=2, description="folds of cross-validation; whole trials are held out")
    n_null: int = Field(200, ge=5, description="permutations of whole trials")
    n_groups: int = Field(
        20, ge=5, description="groups of trials of the interval (delete-d jackknife, d = n_groups / 5)"
    )


@dataclass(frozen=True)
class Hyperparameters:
    """Choices by held-out errors in training: ridge penalties (fold, function) and highest orders of the functions (fold,)."""

    penalty: NDArray[np.intp]
    finest: NDArray[np.intp]


@dataclass(frozen=True)
class Data:
    """Thinned samples of whole trials, truncated to one length per group of similar length, with their basis functions.

    Parameters
    ----------
    at : array, (sample,)
        Indices in the session.
    features : array, (sample, feature)
    position : array, (sample, dim)
    trial, fold, group : array, (sample,)
        Trial, fold and jackknife group; folds and groups consist of whole trials.
    code : PlaceCode
    n_folds : int
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
        """Decode the positions of test samples by decoders fitted to the training samples of the other folds.

        The highest order of the functions of a fold is chosen by the held-out errors of the other folds in training,
        unless `choice` is given.

        Parameters
        ----------
        train, test : array
            Indices of samples.
        order : array, (sample,), optional
            Permutation: sample k of behaviour is paired with the activity of sample order[k].
        choice : Hyperparameters, optional

        Returns
        -------
        positions : array, (sample, dim)
        choice : Hyperparameters
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
        """Compute the errors (sample,) of decoded positions of test samples."""
        return np.asarray(distance(decoded, self.position[test], self.code.ring), np.float64)


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Decode the position in each phase, and in LM2 with the decoder fitted in LM1."""
    result = Result()
    data, exchangeable, masks, words = _data(session, settings, common, seeds)
    result.notes[""] = f"trials: {words}; low-pass filter: {settings.cutoff_hz:g} Hz"
    if exchangeable.left_out:
        result.notes[""] += (
            f"; left out: {exchangeable.left_out} trials without another of similar length (within 20 %)"
        )
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
    """Thin the samples, draw trials, truncate those of similar length, and reduce the units to their leading components."""
    prepared = prepare(session, common.model_copy(update={"cutoff_hz": settings.cutoff_hz}))
    position = session.require("position")[prepared.samples]
    stride = max(1, round(settings.sample_interval_s / session.dt_s))
    use = (prepared.step % stride == 0) & np.isfinite(position).all(axis=1)
    names, counts = np.unique(prepared.trial[use], return_counts=True)
    within_limit = draw_trials(counts, settings.max_samples, seeds.generator("trials"))
    drawn = np.flatnonzero(use & np.isin(prepared.trial, names[within_limit]))
    exchangeable = exchangeable_trials(prepared.trial[drawn])
    kept = drawn[exchangeable.samples()]
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
    return data, exchangeable.renumbered(), masks, prepared.trials


def _components(activity: NDArray[np.floating], n: int) -> NDArray[np.float32]:
    """Compute the scores of the leading principal components of the z-scored units, (time, at most n)."""
    if not len(activity):
        return np.empty((0, 0), np.float32)
    z = zscore(activity)
    if z.shape[1] <= n:
        return z
    vectors = np.linalg.eigh((z.T @ z).astype(np.float64))[1]
    return z @ vectors[:, : -n - 1 : -1].astype(np.float32)


def _too_little(data: Data, mask: NDArray[np.bool_], n_trials: int) -> str:
    """Return the reason why a part cannot be decoded; '' if it can."""
    n = len(np.unique(data.trial[mask]))
    if n < n_trials or mask.sum() < MIN_SAMPLES:
        return (
            f"{n} trials of similar length with {mask.sum()} samples; at least {n_trials} with {MIN_SAMPLES} are needed"
        )
    if not data.features.shape[1]:
        return "all units are constant"
    if not np.ptp(data.position[mask], axis=0).any():
        return "the position is constant"
    return ""


def _decode(
    result: Result, name: str, data: Data, exchangeable: ExchangeableTrials, train: NDArray[np.intp], test: NDArray[np.intp],
    unit: str, settings: Settings, seeds: Seeds,
) -> None:  # fmt: skip
    """Add the error with its interval, and chance level and p from the trial shuffle."""
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
    """Compute the 95 % delete-d jackknife interval of the mean error over trials, training trials included.

    Hyperparameters stay fixed. Choosing them again in each subset would double the variance between subsets, beyond that of
    the value, because they are discrete.
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
