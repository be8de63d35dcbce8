"""Analysis `optimality`: how far the network's belief is from the best that any observer could hold."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.preprocessing import belief_places
from rscnav.analyses.result import Result
from rscnav.analyses.settings import Common
from rscnav.observers.optimality_gap import optimality_gap, true_bin_loss
from rscnav.seeds import Seeds
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS = ("belief", "bayes_posterior", "position", "phase")
FIELDS = (*NEEDS, "bin_centres", "head_loss", "head_bayes_loss", "observer_loss")


class Settings(StrictSettings):
    """No settings: the definition leaves nothing to choose."""


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Measure loss, the filter's loss and the gap between them on the test trials, overall and by phase.

    A network that runs backwards in time too is measured against the smoother in the filter's place (the session's attribute
    ``limit``; names of arrays stay).
    Also the same for each report (head) that the network makes, how often its choice was wrong, and loss by time in the trial.
    Of a network that was trained to report at the end of a trial only the last step of each trial counts.
    """
    result = Result()
    position = session.require("position")
    test = counted_samples(session)
    target = belief_places(session).nearest(position[test])
    loss = true_bin_loss(session.require("belief")[test], target)
    bayes = _limit_loss(session, target, test)
    trial, phase = session.trial[test], session.require("phase")[test]
    result.add("loss", loss.mean(), "nats per step")
    result.add("bayes_loss", bayes.mean(), "nats per step")
    _add_gaps(result, "gap", loss, bayes, trial, phase)
    if session.head_loss is not None and session.head_bayes_loss is not None:
        for k, head in enumerate(session.head_names):
            of_head = session.head_loss[test, k].astype(np.float64), session.head_bayes_loss[test, k].astype(np.float64)
            result.add(f"head/{head}/loss", of_head[0].mean(), "nats per step")
            result.add(f"head/{head}/bayes_loss", of_head[1].mean(), "nats per step")
            _add_gaps(result, f"head/{head}/gap", *of_head, trial, phase)
    outcome = session.trials["outcome"][session.trials["split"] == "test"]
    decided = np.sum(outcome != "none")
    result.add("n_test_trials", len(outcome))
    result.add("n_decided", decided)
    result.add("error_rate", np.sum(outcome == "incorrect") / decided if decided else np.nan)
    step = np.round((session.time[test] - session.trials["start_s"][trial]) / session.dt_s - 0.5).astype(np.int64)
    count = np.bincount(step)
    result.add("time", (np.arange(len(count)) + 0.5) * session.dt_s, "s", ("step",))
    for name, values in (("loss_by_time", loss), ("bayes_loss_by_time", bayes)):
        sums = np.bincount(step, values)
        mean = np.divide(sums, count, out=np.full(len(count), np.nan), where=count > 0)
        result.add(name, mean, "nats", ("step",))
    return result


def counted_samples(session: Session) -> NDArray[np.bool_]:
    """Mark the samples of test trials whose report counts: all, or the last of each trial (``many-to-one``)."""
    test = session.split_mask("test") & (session.trial >= 0)
    if session.attributes.get("loss") == "many-to-one":
        test &= np.append(np.diff(session.trial) != 0, True)
    return test


def _limit_loss(session: Session, target: NDArray[np.integer], samples: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the loss of the observer that is the network's limit, at some samples and the true bins there."""
    if session.reference_observer == "bayes":
        return true_bin_loss(session.require("bayes_posterior")[samples], target)
    return session.require("observer_loss")[samples, session.observer_names.index(session.reference_observer)].astype(
        np.float64
    )


def _add_gaps(
    result: Result, name: str, loss: NDArray, bayes: NDArray, trial: NDArray[np.integer], phase: NDArray[np.integer]
) -> None:
    """Add the gap overall and by phase."""
    for part, mask in {"overall": None, **{p: phase == k for k, p in enumerate(PHASES)}}.items():
        gap = optimality_gap(loss, bayes, trial, mask)
        result.add(f"{name}/{part}/value", gap.value, "nats per step")
        result.add(f"{name}/{part}/se", gap.se, "nats per step")
