# The configuration, checked; names of sessions; what every rule needs.
import os
import re
import subprocess

import yaml
from rscnav.analyses.table import ANALYSES
from rscnav.config.base import ConfigError
from rscnav.config.groups import training_groups
from rscnav.config.load import parse_config
from rscnav.config.stages import (
    network_sessions,
    sampled_sessions,
    session_names,
    settings_text,
    simulated_file,
)
from rscnav.figures.table import FIGURES
from rscnav.files import write_text
from rscnav.provenance import code_hash
from rscnav.recordings.files import refuse_unreadable
from rscnav.tasks.table import task_code
from snakemake.exceptions import WorkflowError

try:
    CONFIG = parse_config(config)
except ConfigError as error:
    raise WorkflowError(f"the configuration will not do.\n{error}") from None

RESULTS = CONFIG.results_dir
NETWORKS = list(network_sessions(CONFIG))
SAMPLED = sampled_sessions(CONFIG)
RECORDED_FILES = {recording.name: recording.file for recording in CONFIG.recordings}
SESSIONS = session_names(CONFIG)

made_here = [simulated_file(CONFIG, simulation.name) for simulation in CONFIG.simulations]
for name, path in RECORDED_FILES.items():
    if path not in made_here:
        try:
            refuse_unreadable(path)
        except (OSError, ValueError) as error:
            raise WorkflowError(f"recording '{name}': recordings.file: {error}") from None

# Commands read the configuration as it stands after presets and --config; it is not an input, since a job's own
# settings are its trigger (params.settings).
CONFIG_FILE = f"{RESULTS}/config.yaml"
write_text(CONFIG_FILE, yaml.safe_dump(config, sort_keys=False, allow_unicode=True))


def local_gpus():
    """Count this machine's GPUs, without torch."""
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        return len([gpu for gpu in os.environ["CUDA_VISIBLE_DEVICES"].split(",") if gpu not in ("", "-1")])
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    return listed.count("GPU ")


# A job that trains asks for a GPU where there is one; profiles/default says how many may be in use at once.
GPU_PER_JOB = {"cpu": 0, "cuda": 1, "auto": min(1, local_gpus())}[CONFIG.device]
TRAINED_TOGETHER = training_groups(CONFIG, on_gpu=GPU_PER_JOB > 0)


def any_of(names):
    """Give the regular expression of some names."""
    return "|".join(re.escape(name) for name in names) or "no such name"


def settings_of(stage):
    """Give a function of the wildcards that writes down the settings of that job: its rerun trigger."""
    return lambda wildcards: settings_text(CONFIG, stage, wildcards[0])


def code_for_network(command, session):
    """Hash the code of a command, with that of the network's task."""
    return code_hash(command, *task_code(network_sessions(CONFIG)[session][0].task))


def code_of_network(command):
    """Give a function of the wildcards that hashes the code of a command, with that of the network's task."""
    return lambda wildcards: code_for_network(command, wildcards[0])


wildcard_constraints:
    session="[A-Za-z0-9._-]+",
    network_session=any_of(NETWORKS),
    recording=any_of(RECORDED_FILES),
    sampled=any_of(SAMPLED),
    not_a_network=any_of([*SAMPLED, *RECORDED_FILES]),
    simulation=any_of(simulation.name for simulation in CONFIG.simulations),
    comparison=any_of(comparison.name for comparison in CONFIG.comparisons),
