"""Analysis `optimality`: how far the network's belief is from the best that any observer could hold."""

from typing import Any

import numpy as np

from rscnav.analyses.result import Result
from rscnav.config.base import Closed
from rscnav.observers.gap import optimality_gap, true_bin_loss
from rscnav.seeds import Seeds
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

NEEDS = ("belief", "bayes", "position", "phase")
FIELDS = ("belief", "bayes", "position", "phase", "encounters")


class Settings(Closed):
    """No settings: the definition leaves nothing to choose."""


def run(session: Session, settings: Settings, common: Any, seeds: Seeds) -> Result:
    """Measure loss, the filter's loss and the gap between them on the test trials, overall and by phase.

    Also how often the second landmark was taken for the wrong one, and loss by time in the trial.
    """
    result = Result()
    belief, position = session.need("belief"), session.need("position")
    test = session.in_split("test") & (session.trial >= 0)
    n_bins = belief.shape[1]
    width = 2 * np.pi / n_bins
    target = np.clip(np.floor((position[test, 0] + np.pi) / width), 0, n_bins - 1).astype(np.int64)
    loss = true_bin_loss(belief[test], target)
    bayes = true_bin_loss(session.need("bayes")[test], target)
    trial, phase = session.trial[test], session.need("phase")[test]
    result.add("loss", loss.mean(), "nats per step")
    result.add("bayes_loss", bayes.mean(), "nats per step")
    for name, mask in {"overall": None, **{p: phase == k for k, p in enumerate(PHASES)}}.items():
        gap = optimality_gap(loss, bayes, trial, mask)
        result.add(f"gap/{name}/value", gap.value, "nats per step")
        result.add(f"gap/{name}/se", gap.se, "nats per step")
    outcome = session.trials["outcome"][session.trials["split"] == "test"]
    decided = np.sum(outcome != "none")
    result.add("n_test_trials", len(outcome))
    result.add("n_decided", decided)
    result.add("error_rate", np.sum(outcome == "incorrect") / decided if decided else np.nan)
    step = np.round((session.time[test] - session.trials["start_s"][trial]) / session.dt_s - 0.5).astype(np.int64)
    count = np.bincount(step)
    result.add("time", (np.arange(len(count)) + 0.5) * session.dt_s, "s", ("step",))
    result.add("loss_by_time", np.bincount(step, loss) / np.maximum(count, 1), "nats", ("step",))
    result.add("bayes_loss_by_time", np.bincount(step, bayes) / np.maximum(count, 1), "nats", ("step",))
    return result
