"""Sessions whose observers are planted by hand."""

import numpy as np

from rscnav.sessions.schema import ENCOUNTERS, TRIALS
from rscnav.sessions.session import Session

NAMES = ("network", "bayes", "dead_reckoning", "smoother")
MISSED = "non-encounter"
N_STEPS, DT = 60, 0.1


def session(n_trials=6, rows=(), n_train=0, names=NAMES, landmarks=None, dim=1, **fields):
    """Trials of 6 s: LM0 for 10 steps, LM1 for 20, LM2 for 30. Rows: (trial, onset step, offset step, order, kind)."""
    n = n_trials * N_STEPS
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"] = np.arange(n_trials) * N_STEPS * DT
    trials["stop_s"] = trials["start_s"] + N_STEPS * DT
    trials["split"] = np.where(np.arange(n_trials) < n_train, "train", "test")
    table = np.zeros(len(rows), ENCOUNTERS)
    for row, (trial, onset, offset, order, kind) in zip(table, rows, strict=True):
        row["trial"], row["order"], row["kind"] = trial, order, kind
        row["onset_s"], row["offset_s"] = trials["start_s"][trial] + np.array([onset, offset]) * DT
    values = {
        f"observer_{what}": np.zeros((n, len(names)), "f4")
        for what in ("loss", "error", "certainty", "alternative", "kl_divergence")
    }
    values |= {
        "observer_correct": np.full((n_trials, len(names)), -1, "i1"),
        "phase": np.tile(np.repeat([0, 1, 2], [10, 20, 30]), n_trials).astype("u1"),
        "landmarks": np.tile([0.0, 2.0], (n_trials, 1))[:, :, None] if landmarks is None else landmarks,
        "encounters": table,
        **fields,
    }
    return Session(
        "hand", "network", "hand", DT, np.zeros((n, 2)), (np.arange(n) + 0.5) * DT, np.repeat(np.arange(n_trials), N_STEPS),
        trials, np.zeros(2, [("id", "i8")]), position=np.zeros((n, dim)), position_unit="rad" if dim == 1 else "m",
        landmark_names=("a", "b"), observer_names=names, **values,
    )  # fmt: skip


def plant(here, what, observer, trial, steps, value):
    """Set a field of an observer in some steps of a trial."""
    at = np.arange(N_STEPS)[steps] + trial * N_STEPS
    getattr(here, f"observer_{what}")[at, here.observer_names.index(observer)] = value
