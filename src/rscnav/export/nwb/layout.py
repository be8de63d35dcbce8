"""Which field of a session lies where in an exported NWB file; writer and reader run from this table."""

BEHAVIOR, INFERENCE, ACTIVITY = "behavior", "inference", "activity"
MODULES = {
    BEHAVIOR: "what the animal (or network) did",
    ACTIVITY: "binned rates of neurons, or states of a network's units",
    INFERENCE: "beliefs over places, hypotheses, and losses of the observers that they are compared with",
}
SERIES = {
    "activity": ACTIVITY,
    "trial": BEHAVIOR,
    "position": BEHAVIOR,
    "heading": BEHAVIOR,
    "velocity": BEHAVIOR,
    "phase": BEHAVIOR,
    "n_hypotheses": INFERENCE,
    "belief": INFERENCE,
    "bayes_posterior": INFERENCE,
    "ambiguity": INFERENCE,
    "head_loss": INFERENCE,
    "head_bayes_loss": INFERENCE,
    "observer_loss": INFERENCE,
    "observer_error": INFERENCE,
    "observer_certainty": INFERENCE,
    "observer_alternative": INFERENCE,
    "observer_divergence": INFERENCE,
}  # fields (time, ...) but `time` itself, which all of them share
OF_TRIALS = ("landmarks", "observer_correct")  # (trials, ...): columns of the trials, one a number
BIN_CENTRES = "position_bins"  # table of (bin, dim)
UNIT_TABLE = "unit_columns"  # the units' table where there are no spikes
RECORD = "rscnav_session"  # scratch: what NWB has no place for
TIME = "time"  # scratch: exact times, where the series name a rate


def columns_of(field: str, shape: tuple[int, ...]) -> list[str]:
    """Name the columns of the trials that hold a field (trials, ...), in C order."""
    names = [field]
    for size in shape[1:]:
        names = [f"{name}_{k}" for name in names for k in range(size)]
    return names
