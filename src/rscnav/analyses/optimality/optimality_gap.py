"""Analysis `optimality_gap`: loss of the network minus loss of the reference observer."""

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
    """The optimality gap has no settings."""


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compute loss, Bayes loss and optimality gap on the test trials, overall and by phase.

    The reference observer of a bidirectional network is the smoother, in place of the Bayes filter (the session's
    attribute ``limit``; names of arrays are unchanged). The result also contains the same for each report (head) of the
    network, the error rate of its choices, and the loss by time in the trial. For a network trained to report at the
    end of a trial, only the last step of each trial counts.
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
    """Return a mask of the samples of test trials whose loss counts: all, or the last of each trial (``many-to-one``)."""
    test = session.split_mask("test") & (session.trial >= 0)
    if session.attributes.get("loss") == "many-to-one":
        test &= np.append(np.diff(session.trial) != 0, True)
    return test


def _limit_loss(session: Session, target: NDArray[np.integer], samples: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the loss of the reference observer at the true bins `target` of the samples in a mask."""
    if session.reference_observer == "bayes":
        return true_bin_loss(session.require("bayes_posterior")[samples], target)
    return session.require("observer_loss")[samples, session.observer_names.index(session.reference_observer)].astype(
        np.float64
    )


def _add_gaps(
    result: Result, name: str, loss: NDArray, bayes: NDArray, trial: NDArray[np.integer], phase: NDArray[np.integer]
) -> None:
    """Add optimality gap and standard error, overall and by phase."""
    for part, mask in {"overall": None, **{p: phase == k for k, p in enumerate(PHASES)}}.items():
        gap = optimality_gap(loss, bayes, trial, mask)
        result.add(f"{name}/{part}/value", gap.value, "nats per step")
        result.add(f"{name}/{part}/se", gap.se, "nats per step")
