"""Table of all fields of a session. Reader, writer, checks and docs are derived from it."""

from dataclasses import dataclass

import numpy as np

PHASES = ("LM0", "LM1", "LM2")  # no landmark encountered yet, one distinct landmark, two or more
NO_PHASE = 255
KINDS = ("network", "sampled network", "recording")


@dataclass(frozen=True)
class Field:
    """One array of a session: its dimensions, type, unit and meaning."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    unit: str
    about: str


ARRAYS = (
    Field("activity", ("time", "unit"), "f4", "Hz for neurons, 1 for networks", "binned rate, or hidden state"),
    Field("time", ("time",), "f8", "s", "bin centres"),
    Field("trial", ("time",), "i4", "", "index of the trial, -1 between trials"),
    Field("position", ("time", "dim"), "f8", "position_unit", "in the landmark frame; on the ring in [-π, π)"),
    Field("heading", ("time",), "f8", "rad", "NaN where unknown"),
    Field("velocity", ("time",), "f8", "position_unit/s", "on the ring counter-clockwise positive; in the plane speed"),
    Field("phase", ("time",), "u1", "", "0, 1, 2 = LM0, LM1, LM2; 255 = not applicable"),
    Field(
        "n_hypotheses",
        ("time",),
        "u1",
        "",
        "positions consistent with all encounters and non-encounters; 0 = not applicable",
    ),
    Field("belief", ("time", "bin"), "f4", "", "the network's posterior over position bins"),
    Field("bayes_posterior", ("time", "bin"), "f4", "", "the Bayes filter's posterior"),
    Field("bin_centres", ("bin", "dim"), "f8", "position_unit", "centres of the bins of belief and bayes_posterior"),
    Field(
        "ambiguity",
        ("time",),
        "f4",
        "",
        "1 - probability of the filter within the visibility radius of its best position",
    ),
    Field("head_loss", ("time", "head"), "f4", "nats", "the network's loss at each report"),
    Field(
        "head_bayes_loss",
        ("time", "head"),
        "f4",
        "nats",
        "loss of the best observer with the same information: the attribute `reference_observer`",
    ),
    Field("observer_loss", ("time", "observer"), "f4", "nats", "loss of each observer's belief in the position"),
    Field(
        "observer_error",
        ("time", "observer"),
        "f4",
        "position_unit",
        "distance of its best position from the true position",
    ),
    Field(
        "observer_certainty",
        ("time", "observer"),
        "f4",
        "",
        "its probability within the visibility radius of its best position",
    ),
    Field(
        "observer_alternative",
        ("time", "observer"),
        "f4",
        "",
        "in LM1, its probability within the visibility radius of alternative positions; else NaN",
    ),
    Field(
        "observer_kl_divergence",
        ("time", "observer"),
        "f4",
        "nats",
        "KL divergence between the belief of the network and its own",
    ),
    Field("observer_correct", ("trials", "observer"), "i1", "", "whether its choice was correct; -1 without a choice"),
    Field(
        "landmarks",
        ("trials", "landmark", "dim"),
        "f8",
        "position_unit",
        "landmark positions of each trial, in the landmark frame",
    ),
)

TRIALS = np.dtype(
    [("start_s", "f8"), ("stop_s", "f8"), ("split", "U5"), ("rotation_rad", "f8"), ("outcome", "U9")]
)  # split: train, test · outcome: correct, incorrect, none

ENCOUNTERS = np.dtype(
    [
        ("trial", "i4"),
        ("onset_s", "f8"),  # start of the first bin in view
        ("offset_s", "f8"),  # end of the last bin in view
        ("landmark", "U16"),
        ("order", "i4"),  # 1st, 2nd, ... new landmark of the trial; 0 for a return
        ("is_new", "?"),
        ("from_start", "?"),  # in view at the start of the trial: no approach
        ("approach", "U3"),  # CW, CCW, or '' if not defined
        ("kind", "U13"),  # encounter, non-encounter
        ("outcome", "U9"),  # the trial's
    ]
)

CURVE = np.dtype(
    [("batch", "i8"), ("learning_rate", "f8"), ("train_loss", "f8"), ("loss", "f8"), ("bayes_loss", "f8")]
    + [(f"{what}{phase}", "f8") for phase in ("", "_LM0", "_LM1", "_LM2") for what in ("gap", "gap_se")]
)  # losses in nats per step; all but train_loss on the validation trials

TABLES = {"trials": TRIALS, "encounters": ENCOUNTERS, "training_curve": CURVE}  # and `units`, with any columns
