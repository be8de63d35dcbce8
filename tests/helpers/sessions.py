"""Sessions with known content."""

import numpy as np

from rscnav.sessions.schema import ENCOUNTERS, TRIALS
from rscnav.sessions.session import Session


def uneven_session(**changes) -> Session:
    """A session of three trials of 4, 2 and 3 bins with a gap, every field filled."""
    rng = np.random.default_rng(0)
    trial = np.repeat([0, -1, 1, 2], [4, 2, 2, 3]).astype("i4")
    n = len(trial)
    trials = np.zeros(3, TRIALS)
    trials["split"] = ["train", "test", "test"]
    trials["outcome"] = ["correct", "incorrect", "none"]
    encounters = np.zeros(2, ENCOUNTERS)
    encounters["landmark"] = ["a", "b"]
    units = np.array([("α1", 3.5), ("u2", -1.0)], [("id", "U4"), ("depth", "f8")])
    values = dict(
        name="rat",
        kind="recording",
        subject="Ratte 1",
        dt_s=0.1,
        activity=rng.normal(size=(n, 2)).astype("f4"),
        time=np.arange(n) * 0.1 + np.where(np.arange(n) > 7, 5, 0),
        trial=trial,
        trials=trials,
        units=units,
        position=rng.normal(size=(n, 1)),
        heading=rng.normal(size=n),
        velocity=rng.normal(size=n),
        phase=np.full(n, 255, "u1"),
        n_hypotheses=np.zeros(n, "u1"),
        belief=rng.random((n, 4)).astype("f4"),
        bayes_posterior=rng.random((n, 4)).astype("f4"),
        ambiguity=rng.random(n).astype("f4"),
        landmarks=rng.normal(size=(3, 2, 1)),
        encounters=encounters,
        spikes=[np.array([0.1, 0.7]), np.array([])],
        landmark_names=("a", "b"),
        visibility_radius=0.25,
        position_unit="rad",
        attributes={"dropped_bins": 3, "why": "gap"},
    )
    return Session(**(values | changes))
