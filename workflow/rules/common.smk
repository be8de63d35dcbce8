# The checked configuration, the names of sessions, and helpers of all rules.
import os
import re
from functools import cache

from rscnav.analyses.registry import ANALYSES
from rscnav.errors import RscnavError
from rscnav.settings.strict_settings import ConfigError
from rscnav.workflow.jobs.configuration import workflow_config
from rscnav.workflow.jobs.planned import planned, resolved_file, settings_file, settings_file_text
from rscnav.config.load import parse_config
from rscnav.config.reference.resolved_values import resolved_text
from rscnav.config.job_settings import (
    network_sessions,
    sampled_sessions,
    session_names,
    simulated_file,
)
from rscnav.figures.registry import FIGURES
from rscnav.files.atomic import write_text
from rscnav.recordings.files.open_file import refuse_unreadable
from snakemake.exceptions import WorkflowError

# Replaces Snakemake's `configfile:`, which silently takes the last of two equal keys and reports no line numbers.
try:
    MERGED, places, files = workflow_config(
        "config.yaml",
        workflow.overwrite_configfiles,
        workflow.config_settings.config_args,
        replace=workflow.config_settings.replace_workflow_config,
    )
    CONFIG = parse_config(MERGED, files, places)
    config.update(MERGED)  # Snakemake prints a hash of it
    workflow.configfiles += ["config.yaml"] if os.path.exists("config.yaml") else []  # for snakemake --archive
except ConfigError as error:
    raise WorkflowError(f"the configuration is not valid.\n{error}") from None

RESULTS = CONFIG.results_dir
NETWORKS = list(network_sessions(CONFIG))
SAMPLED = sampled_sessions(CONFIG)
RECORDED_FILES = {recording.name: recording.file for recording in CONFIG.recordings}
MORE_FILES = {recording.name: recording.more_files for recording in CONFIG.recordings}
SESSIONS = session_names(CONFIG)

made_here = [simulated_file(CONFIG, simulation.name) for simulation in CONFIG.simulations]
# Simulations that no recording reads are skipped.
SIMULATED = [
    file
    for path in made_here
    if path in RECORDED_FILES.values()
    for file in (path, path.removesuffix(".nwb") + "_truth.h5")
]
KINDS = ["pdf", "png"]  # file formats of figures
for name, path in RECORDED_FILES.items():
    if path not in made_here:
        try:
            refuse_unreadable(path)
        except RscnavError as error:
            raise WorkflowError(f"recording '{name}': recordings.file: {error}") from None

# Commands read the merged configuration (config.yaml, presets, --config) from a file named by the hash of its content, so later edits cannot
# change it. The file is written when a run begins. It is neither an input nor a parameter: the settings of a job are its trigger.
CONFIG_TEXT = settings_file_text(CONFIG, MERGED)
CONFIG_FILE = settings_file(RESULTS, CONFIG_TEXT)
ON_START.append(lambda: write_text(CONFIG_FILE, CONFIG_TEXT))
# For readers: the same configuration with all defaults. No job reads it.
ON_START.append(lambda: write_text(resolved_file(RESULTS, CONFIG_TEXT), resolved_text(CONFIG)))


# GPUs that a job requests. It depends only on the configuration: with `device: auto`, jobs look for a GPU when they run and queue for it.
GPU_PER_JOB = {"cpu": 0, "cuda": 1, "auto": 0}[CONFIG.device]


def any_of(names):
    """Return the regular expression that matches any of the names."""
    return "|".join(re.escape(name) for name in names) or "no such name"


@cache
def job_of(stage, item):
    """Return what a job depends on in addition to its input files."""
    return planned(CONFIG, stage, item)


def planned_with(stage, item=None):
    """Return the parameters that are a job's rerun triggers, and the mark that its command checks.

    A rule has one job for each first wildcard, unless it names the item.
    """

    def of(part):
        if item is not None:
            return getattr(job_of(stage, item), part)
        return lambda wildcards: getattr(job_of(stage, wildcards[0]), part)

    return {"settings": of("settings"), "code": of("code"), "expect": of("mark")}


wildcard_constraints:
    session="(?!comparisons/)[A-Za-z0-9._-]+",  # figures/comparisons is not the folder of a session
    network_session=any_of(NETWORKS),
    recording=any_of(RECORDED_FILES),
    sampled=any_of(SAMPLED),
    not_a_network=any_of([*SAMPLED, *RECORDED_FILES]),
    simulation=any_of(simulation.name for simulation in CONFIG.simulations),
    comparison=any_of(comparison.name for comparison in CONFIG.comparisons),
