"""Analysis `decoding`: which landmark the second one is, and how the trial ends, read from the state around it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.angles import last_encounter, onset_sample
from rscnav.analyses.encounter_categories import samples_around
from rscnav.analyses.filtering import lowpass
from rscnav.analyses.prepare import chosen_trials
from rscnav.analyses.readout import held_out_accuracy
from rscnav.analyses.result import Result
from rscnav.analyses.statistics import permutation_p
from rscnav.config.base import Closed
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

NEEDS = ("trials", "encounters")
FIELDS = ("position", "velocity", "phase", "belief", "bin_centres", "encounters")

CLASSES = {"identity": ("a", "b"), "outcome": ("correct", "incorrect")}
_BUMPS = np.arange(-9.0, 9.01, 0.3)  # population code of the displacement (rad)


class Settings(Closed):
    """Held-out linear decoding around the second landmark."""

    before_s: float = Field(1.0, gt=0, description="first sample decoded from, before the first in view (s)")
    after_s: float = Field(2.0, ge=0, description="last sample decoded from (s)")
    report_s: float = Field(0.5, ge=0, description="the numbers `*_after` are of this sample (s)")
    filtered: bool = Field(
        True,
        description="low-pass the states first, with the common cutoff and always forward only; false: as they are",
    )
    n_folds: int = Field(5, ge=2, description="folds; whole trials are held out")
    min_trials: int = Field(10, ge=2, description="trials of each class that decoding needs")
    n_permutations: int = Field(200, ge=1, description="permutations of the labels")


def run(session: Session, settings: Settings, common: Any, seeds: Seeds) -> Result:
    """Decode identity (a or b) and outcome (correct or incorrect) at each lag around the second new landmark.

    There is one second landmark a trial, so folds hold out whole trials. States are never filtered backward in time: a
    state before the landmark knows nothing of what comes. Control: labels permuted over trials. `displacement` is what
    the path from the last encounter gives alone, integrated from the session's velocity.
    """
    chosen, words = chosen_trials(session, common.trials)
    table = session.need("encounters")
    second = table[(table["kind"] == "encounter") & (table["order"] == 2) & chosen[table["trial"]]]
    if not len(second):
        return Result.not_applicable(f"no trial has a second landmark (trials: {words})")
    states = np.asarray(session.activity)
    if np.all(states == states[0]):
        return Result.not_applicable("every unit is constant")
    result = Result(notes={"trials": words})
    if settings.filtered:
        states = lowpass(states, session.dt_s, common.cutoff_hz, causal=True, stretches=session.stretches())
    lags = np.arange(-max(1, round(settings.before_s / session.dt_s)), round(settings.after_s / session.dt_s) + 1)
    around = samples_around(session, second, lags, np.arange(len(session.time)))
    result.add("time", lags * session.dt_s, "s", ("lag",))
    labels = _labels(session, second)
    path = _displacement_code(session, second)
    report = min(round(settings.report_s / session.dt_s), int(lags[-1]))
    for task, (names, label) in labels.items():
        of_class = [int(np.sum(label == k)) for k in range(2)]
        for name, n in zip(names, of_class, strict=True):
            result.add(f"{task}/n_{name}", n)
        if min(of_class) < settings.min_trials:
            counts = " and ".join(f"{n} {name}" for name, n in zip(names, of_class, strict=True))
            result.notes[task] = f"{counts}; {settings.min_trials} of each are needed"
            continue
        draws = seeds.child(task)
        accuracy = [_decode(states, around[:, lag], label, settings, draws) for lag in range(len(lags))]
        for name, values in zip(("accuracy", "se", "control_mean", "control_low", "control_high", "p"),
                                np.array(accuracy).T, strict=True):  # fmt: skip
            result.add(f"{task}/{name}", values, "", ("lag",))
        for name, lag in (("before", -1), ("after", report)):
            at = int(np.searchsorted(lags, lag))
            result.add(f"{task}_{name}", result[f"{task}/accuracy"][at])
            result.add(f"{task}_{name}_p", result[f"{task}/p"][at])
        if path is not None:
            known = np.where(np.isfinite(path).all(axis=1), np.arange(len(path)), -1)
            result.add(f"{task}_displacement", _decode(path, known, label, settings, draws)[0])
    if path is None:
        result.notes["displacement"] = "no path to integrate: the positions are not on a ring, or there is no velocity"
    return result


def _labels(session: Session, second: NDArray) -> dict[str, tuple[tuple[str, str], NDArray[np.int64]]]:
    """Give per task the names of its two classes and each encounter's class: 0, 1, or -1 for neither."""
    landmarks = (*session.landmark_names, "a", "b")[:2]
    tasks = {"identity": (landmarks, second["landmark"])}
    if not session.missing(("outcome",)):
        tasks["outcome"] = (CLASSES["outcome"], second["outcome"])
    return {
        task: ((names[0], names[1]), np.select([values == names[0], values == names[1]], [0, 1], -1))
        for task, (names, values) in tasks.items()
    }


def _decode(
    states: NDArray[np.floating], at: NDArray[np.intp], label: NDArray[np.int64], settings: Settings, seeds: Seeds
) -> tuple[float, ...]:
    """Balanced accuracy, its binomial standard error; mean and 95 % band of the control, p.

    Cases whose state is not there (`at` is -1) are left out; too few of a class give NaN. The same folds and
    permutations are drawn at every lag.
    """
    use = (at >= 0) & (label >= 0)
    positive = label[use] == 1
    n_class = np.array([np.sum(~positive), np.sum(positive)])
    if n_class.min() < settings.min_trials:
        return (np.nan,) * 6
    generator = seeds.generator("folds and labels")
    fold = generator.permutation(np.arange(len(positive)) % settings.n_folds)
    permuted = [generator.permutation(positive) for _ in range(settings.n_permutations)]
    shares = held_out_accuracy(states[at[use]].astype(np.float64), np.stack([positive, *permuted], axis=1), fold)
    accuracy = shares.mean(axis=1)
    se = 0.5 * np.sqrt(np.sum(shares[0] * (1 - shares[0]) / n_class))
    null = accuracy[1:]
    p = float(permutation_p(null, accuracy[0]))
    return accuracy[0], se, null.mean(), *np.percentile(null, [2.5, 97.5]), p


def _displacement_code(session: Session, second: NDArray) -> NDArray[np.float64] | None:
    """Integrate velocity from the last encounter's onset to the second landmark's; a population code (encounter, bump).

    Bumps, because a linear readout of the displacement itself cannot tell apart what alternates along it.
    """
    if not session.is_ring or session.velocity is None:
        return None
    onset = onset_sample(session, second)
    before = last_encounter(session)[np.maximum(onset - 1, 0)]  # row of the encounter before, -1 after a gap
    start = onset_sample(session, session.need("encounters")[before])
    path = np.cumsum(np.where(np.isfinite(session.velocity), session.velocity, 0.0)) * session.dt_s
    moved = np.where(before >= 0, path[onset] - path[start], np.nan)
    return np.exp(-0.5 * ((moved[:, None] - _BUMPS) / 0.3) ** 2)
