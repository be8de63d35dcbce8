"""Errors of too little memory, as a sentence that names the settings that most of it goes with."""

import re

_SIGNS = (  # in lower case: what torch, numpy, CUDA and HDF5 say
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
_SEPARATE = "; `train_jobs: separate` trains networks one by one, which needs least"


def explained(error: BaseException, command: str = "") -> str | None:
    """Return a sentence on an error of too little memory, with the settings to lower; None for any other error.

    Such are a `MemoryError` (numpy's among them), torch's ``OutOfMemoryError``, and a `RuntimeError` that says so. The command, for
    example ``train``, decides which settings are named.
    """
    text = str(error)
    if not isinstance(error, MemoryError) and not _says_so(error, text):
        return None
    where = "the GPU" if _CUDA.search(text) else "this machine"
    found = _BYTES.search(text)
    much = f" ({_size(found[1], found[2])} were asked for at once)" if found else ""
    cure = _KEYS.get(command, "lower the sizes in the configuration") + (_SEPARATE if command == "train" else "")
    return f"out of memory: {where} has too little{much}. Cure: {cure}. `rscnav validate` estimates what a run needs"


def _size(number: str, unit: str) -> str:
    """Write a number of bytes in GiB; other units as they are."""
    if unit.lower() != "bytes" or not number.isdigit():
        return f"{number} {unit}"
    return f"{int(number) / 2**30:,.3g} GiB"


def _says_so(error: BaseException, text: str) -> bool:
    kinds = (RuntimeError, OSError, ValueError, OverflowError)  # ValueError: numpy, of shapes that no memory could hold
    return isinstance(error, kinds) and any(sign in text.lower() for sign in _SIGNS)
