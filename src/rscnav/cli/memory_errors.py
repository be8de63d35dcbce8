"""Messages of out-of-memory errors, with the settings to lower."""

import re

_SIGNS = (  # lower case: parts of the messages of torch, numpy, CUDA and HDF5
    "enforce fail at alloc_cpu",
    "can't allocate memory",
    "cannot allocate memory",
    "storage size calculation overflowed",
    "stride calculation overflowed",
    "numel: integer multiplication overflow",
    "out of memory",
    "unable to allocate",
    "array is too big",
    "maximum allowed dimension exceeded",
    "maximum allowed size exceeded",
    "cublas_status_alloc_failed",
    "invalid buffer size",
    "std::bad_alloc",
)
_CUDA = re.compile(r"cuda|cublas|gpu", re.IGNORECASE)
_BYTES = re.compile(r"(\d[\d,.]*)\s*(bytes|[KMGTPE]iB|[KMGTPE]B)", re.IGNORECASE)
_TASK = "tasks.*.trial_s, or raise tasks.*.dt_s"
_KEYS = {
    "train": f"lower training.batch_size, networks.hidden_size, networks.layers, training.validation_trials, observer.particles or {_TASK}",
    "rollout": f"lower rollout.test_trials, rollout.train_trials, networks.hidden_size, observer.particles, observer.grid_bins or {_TASK}",
    "network-dynamics": "lower dynamics.n_inits, dynamics.n_trials or networks.hidden_size",
    "sample-network": "lower sampled_networks.n_units or sampled_networks.n_trials",
    "simulate": "lower simulations.n_units, simulations.n_trials or simulations.task.trial_s, or raise simulations.task.dt_s",
    "import-recording": "raise recordings.bin_s, or select fewer units or less time",
    "analyse": "raise analyses.common.analysis_dt_s, or lower max_points, max_samples or n_null in the analysis' own section",
    "compare": "lower similarity.max_trials, similarity.max_segments or similarity.n_subsamples",
    "export": "write no tables (export.tables: null), or lower rollout.test_trials; of a recording raise recordings.bin_s",
    "plot": "lower figures.dpi or figures.max_sessions",
    "plot-comparison": "lower figures.dpi",
    "calibrate": "lower --sessions",
    "ground-truth": "lower simulations.n_units or simulations.n_trials",
}
_SEPARATE = "; `train_jobs: separate` trains networks one by one, which needs the least memory"


def explained(error: BaseException, command: str = "") -> str | None:
    """Return the message for an out-of-memory error, with the settings to lower; None for any other error.

    These errors are `MemoryError` (also from numpy), torch's ``OutOfMemoryError``, and library errors whose text contains one of
    `_SIGNS`. `command`, for example ``train``, selects the settings.
    """
    text = str(error)
    if not isinstance(error, MemoryError) and not _is_memory_error(error, text):
        return None
    where = "the GPU" if _CUDA.search(text) else "this machine"
    found = _BYTES.search(text)
    much = f" ({_size(found[1], found[2])} requested at once)" if found else ""
    cure = _KEYS.get(command, "lower the sizes in the configuration") + (_SEPARATE if command == "train" else "")
    return f"out of memory on {where}{much}; {cure}. `rscnav validate` estimates what a run needs"


def _size(number: str, unit: str) -> str:
    """Return a size as text: bytes in GiB, other units unchanged."""
    if unit.lower() != "bytes" or not number.isdigit():
        return f"{number} {unit}"
    return f"{int(number) / 2**30:,.3g} GiB"


def _is_memory_error(error: BaseException, text: str) -> bool:
    kinds = (RuntimeError, OSError, ValueError, OverflowError)  # ValueError: numpy, for impossible shapes
    return isinstance(error, kinds) and any(sign in text.lower() for sign in _SIGNS)
