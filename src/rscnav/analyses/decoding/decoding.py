"""Analysis `decoding`: decoding of the second landmark's identity and of the trial's outcome, in sliding windows."""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.decoding.balanced_accuracy import DecodingResult, accuracy_gain, decode
from rscnav.analyses.decoding.baseline_features import displacement_code, moved_since_landmark, time_code
from rscnav.analyses.decoding.cross_validation import permuted_labels, rank_strata, stratified_folds
from rscnav.analyses.encounters.categories import OUTCOMES, samples_around
from rscnav.analyses.lowpass_filter import lowpass
from rscnav.analyses.preprocessing import chosen_trials
from rscnav.analyses.result import INTERVAL, Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.max_statistic import add_tests, max_statistic_test
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings
from rscnav.validation import as_activity

NEEDS = ("trials", "encounters")
FIELDS = ("position", "velocity", "phase", "belief", "bin_centres", "encounters")

_DRAWS_ALONE = 50  # permutations for the baseline features; they set the width of intervals, no p is computed


class Settings(StrictSettings):
    """Settings of cross-validated linear decoding around the second landmark, in sliding windows."""

    window_s: float = Field(0.2, gt=0, le=1_000, description="width of a window; states are averaged over it (s)")
    step_s: float = Field(0.1, ge=1e-4, le=1_000, description="step between windows (s)")
    before_s: float = Field(
        1.0, gt=0, le=1_000, description="end of the first window before the first sample in view (s)"
    )
    after_s: float = Field(2.0, ge=0, le=1_000, description="end of the last window after the first sample in view (s)")
    readout_s: float = Field(
        0.5, ge=0, le=1_000, description="end of the window whose values are reported as `*_after` (s)"
    )
    filtered: bool = Field(
        True,
        description="true: low-pass the states first with the common cutoff, always forward only; false: no filter",
    )
    n_folds: int = Field(5, ge=2, description="folds of cross-validation; whole trials are held out")
    min_trials: int = Field(10, ge=2, description="trials of each class that decoding needs; never fewer than n_folds")
    stratum_size: int = Field(
        20, ge=2, description="labels are permuted within strata of this many trials with similar encounter times"
    )
    onset_windows: int = Field(
        3, ge=1, description="an onset needs this many consecutive windows at corrected p ≤ 0.05"
    )
    n_null: int = Field(200, ge=1, description="permutations of the labels")

    def window_ends(self, dt_s: float) -> NDArray[np.int64]:
        """Return the last sample of each window, relative to the first sample in view; -1, the last sample before it, is one of them."""
        step = max(1, round(self.step_s / dt_s))
        first = max(0, (round(self.before_s / dt_s) - 1) // step)
        return np.arange(-1 - first * step, max(round(self.after_s / dt_s), 0) + 1, step)


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Decode identity (a or b) and outcome (correct or incorrect) in each window around the second new landmark.

    A trial has one second landmark, so that folds consist of whole trials. States are filtered forward only. The lag of
    a window is that of its last sample: the window at -0.1 s contains nothing of what comes into view at 0. Null
    distribution: labels permuted among trials that encounter the landmark at a similar time in the trial. Baselines:
    decoding from the displacement since the last landmark, integrated from the session's velocity, and from the time in
    the trial.
    """
    chosen, words = chosen_trials(session, common.trials)
    table = session.require("encounters")
    second = table[(table["kind"] == "encounter") & (table["order"] == 2) & chosen[table["trial"]]]
    if not len(second):
        return Result.not_applicable(f"no trial has a second landmark (trials: {words})")
    states = as_activity(np.asarray(session.activity))
    if np.all(states == states[0]):
        return Result.not_applicable("every unit is constant")
    result = Result(notes={"trials": words})
    if settings.filtered:
        states = lowpass(states, session.dt_s, common.cutoff_hz, causal=True, stretches=session.segments())
    ends = settings.window_ends(session.dt_s)
    width = max(1, round(settings.window_s / session.dt_s))
    lags = np.arange(ends[0] - width + 1, ends[-1] + 1)
    around = samples_around(session, second["onset_s"], lags, np.arange(len(session.time)))
    result.add("time", ends * session.dt_s, "s", ("window",))
    result.add("window_s", width * session.dt_s, "s")
    moved = moved_since_landmark(session, second, around[:, width - 1 :])
    if moved is None:
        result.notes["displacement"] = (
            "displacement is not known: the positions are not on a ring, or the session has no velocity"
        )
    in_trial = second["onset_s"] - session.trials["start_s"][second["trial"]]
    for task, (names, label) in _labels(session, second).items():
        of_class = [int(np.sum(label == k)) for k in range(2)]
        for name, n in zip(names, of_class, strict=True):
            result.add(f"{task}/n_{name}", n)
        needed = max(settings.min_trials, settings.n_folds)
        if min(of_class) < needed:
            counts = " and ".join(f"{n} {name}" for name, n in zip(names, of_class, strict=True))
            result.notes[task] = f"{counts}; {needed} of each are needed"
            continue
        use = label >= 0
        trials = _Trials(label[use] == 1, in_trial[use], settings, needed, seeds.spawn(task))
        windows = [around[use, k : k + width] for k in ends - ends[0]]
        decoded = [trials.decode(_window_mean(states, at), np.all(at >= 0, axis=1)) for at in windows]
        _add_windows(result, task, decoded, settings)
        if not np.isfinite(result[f"{task}/accuracy"]).any():
            fits = f"no window of {width * session.dt_s:g} s lies within the trial"
            result.notes[task] = f"{fits} in {needed} trials of each class"
        baseline = None
        if moved is not None:
            paths = moved[use][:, ends - ends[0]]
            baseline = [trials.decode(displacement_code(path), np.isfinite(path), _DRAWS_ALONE) for path in paths.T]
            _add_accuracy(result, f"{task}/displacement_", baseline)
        report = min(round(settings.readout_s / session.dt_s), int(ends[-1]))
        for name, lag in (("before", -1), ("after", report)):
            at = int(np.searchsorted(ends, lag, side="right")) - 1
            _add_numbers(result, f"{task}_{name}", decoded[at])
            result.add(f"{task}_{name}_p", result[f"{task}/p"][at])
            result.add(f"{task}_{name}_p_corrected", result[f"{task}/p_corrected"][at])
            if baseline is not None:
                of_path = "displacement" if name == "before" else "displacement_after"
                _add_numbers(result, f"{task}_{of_path}", baseline[at])
                more = accuracy_gain(decoded[at], baseline[at], trials.label)
                result.add_each(f"{task}_{name}_gain", INTERVAL, more)
        of_time = trials.decode(time_code(in_trial[use]), np.ones(len(trials.label), bool), _DRAWS_ALONE)
        _add_numbers(result, f"{task}_trial_time", of_time)
    return result


class _Trials:
    """Trials of one decoding task: observed and permuted labels, and folds, the same in every window."""

    def __init__(
        self, label: NDArray[np.bool_], in_trial: NDArray[np.float64], settings: Settings, needed: int, seeds: Seeds
    ):
        generator = seeds.generator("folds and labels")
        stratum = rank_strata(in_trial, settings.stratum_size)
        self.label, self.needed = label, needed
        self.fold = stratified_folds(label, stratum, settings.n_folds, generator)
        cell = stratum * settings.n_folds + self.fold
        self.labels = permuted_labels(label, cell, settings.n_null, generator)

    def decode(
        self, features: NDArray[np.floating], there: NDArray[np.bool_], draws: int | None = None
    ) -> DecodingResult:
        """Decode the cases in the mask `there`, with the first `draws` permutations; default: all permutations."""
        labels = self.labels if draws is None else self.labels[:, : 1 + draws]
        return decode(features, there, labels, self.fold, self.needed)


def _labels(session: Session, second: NDArray) -> dict[str, tuple[tuple[str, ...], NDArray[np.int64]]]:
    """Return, for each task, the names of its two classes and the class of each encounter: 0, 1, or -1 for neither."""
    classes = {"identity": ("landmark", (*session.landmark_names, "a", "b")[:2])}
    if not session.missing_fields(("outcome",)):
        classes["outcome"] = ("outcome", OUTCOMES[:2])
    return {
        task: (names, np.select([second[column] == name for name in names], [0, 1], -1))
        for task, (column, names) in classes.items()
    }


def _window_mean(states: NDArray[np.floating], at: NDArray[np.intp]) -> NDArray[np.float64]:
    """Compute the mean of states (time, unit) over the samples (case, sample) of each case."""
    total = np.zeros((len(at), states.shape[1]))
    for sample in at.T:
        total += states[sample]
    return total / at.shape[1]


def _add_windows(result: Result, task: str, decoded: list[DecodingResult], settings: Settings) -> None:
    """Add accuracy and null distribution of each window, p by window and corrected over windows, and the onset."""
    _add_accuracy(result, f"{task}/", decoded)
    result.add(f"{task}/n", [d.n for d in decoded], "", ("window",))
    tests = max_statistic_test(result[f"{task}/accuracy"], np.stack([d.null for d in decoded], axis=1))
    add_tests(result, task, "window", tests, settings.onset_windows)


def _add_accuracy(result: Result, prefix: str, decoded: list[DecodingResult]) -> None:
    """Add balanced accuracy and interval of each window."""
    values = zip(*((d.accuracy, d.low, d.high) for d in decoded), strict=True)
    result.add_each(prefix, ("accuracy", "low", "high"), values, "", ("window",))


def _add_numbers(result: Result, name: str, decoded: DecodingResult) -> None:
    """Add balanced accuracy and interval of one window."""
    result.add_each(name, INTERVAL, (decoded.accuracy, decoded.low, decoded.high))
