"""Settings and code that a job was planned with, and the check that they have not changed.

The workflow passes each job its mark, ``STAGE:ITEM:SETTINGS:CODE`` (the last two are hashes), and the configuration as a file named
by the hash of its content. The command computes the mark from its settings and its own code, and raises an error if it differs.
The settings and code that Snakemake records as triggers are therefore those that the job used.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rscnav.analyses.registry import ANALYSES
from rscnav.config.file_patterns import expand_files
from rscnav.config.job_settings import network_sessions, settings_text
from rscnav.config.schema import Config
from rscnav.config.yaml_text import yaml_text
from rscnav.errors import InvalidValueError, RscnavError
from rscnav.export.registry import EXPORTS
from rscnav.networks.registered_modules import network_code
from rscnav.registry import module_of
from rscnav.tasks.registry import task_code
from rscnav.workflow.provenance.provenance import code_hash

# Commands of the stages that have another name.
COMMANDS = {"figure": "plot", "joint_figure": "plot", "export_nwb": "export", "export_tables": "export"}
SIMULATED_TASK = "ring-fixed"  # task of simulated recordings


class ChangedError(RscnavError):
    """Settings or code of a job changed after it was planned."""


@dataclass(frozen=True)
class Job:
    """Dependencies of a job in addition to its input files: settings as text, and the hash of its code."""

    stage: str
    item: str
    settings: str
    code: str

    @property
    def mark(self) -> str:
        """Mark of the job, ``STAGE:ITEM:SETTINGS:CODE``, which its command checks."""
        return f"{self.stage}:{self.item}:{_sha(self.settings)[:12]}:{self.code}"


def planned(config: Config, stage: str, item: str = "") -> Job:
    """Return the settings and code of a job of a stage (see `rscnav.config.job_settings.STAGES`)."""
    return Job(stage, item, settings_text(config, stage, item), code_hash(*modules_of(config, stage, item)))


def modules_of(config: Config, stage: str, item: str = "") -> tuple[str, ...]:
    """Return the modules that do a job; the modules that they import are not listed."""
    return (f"rscnav.cli.{COMMANDS.get(stage, stage)}", *_of_item(config, stage, item))


def _of_item(config: Config, stage: str, item: str) -> tuple[str, ...]:
    if stage in ("train", "rollout", "network_dynamics"):
        sessions = network_sessions(config)
        return network_code(sessions[item][0], trains=stage == "train") if item in sessions else ()
    if stage in ("export_nwb", "export_tables"):
        return (module_of(EXPORTS[stage.removeprefix("export_")]),)
    if stage == "simulate":
        return task_code(SIMULATED_TASK)
    if stage == "analyse":
        return (ANALYSES[item],)
    if stage in ("figure", "joint_figure"):
        from rscnav.figures.registry import FIGURES  # imports matplotlib, which other commands do not need

        return (FIGURES[item],)
    return ()


def check_mark(expected: str, now: Job, file: str) -> None:
    """Check that settings and code of a job are those of its mark; `file` is the source of the settings, for the message.

    Raises
    ------
    ChangedError
        If settings or code differ; the message names which of the two, and the cure.
    """
    stage, item, *before = _parts(expected)
    what = (f"the settings in {file}", f"the code of `rscnav {COMMANDS.get(stage, stage)}`")
    changed = [name for name, a, b in zip(what, before, _parts(now.mark)[2:], strict=True) if a != b]
    if changed:
        job = f"{stage} {item}".strip().replace("_", " ")
        raise ChangedError(
            f"{' and '.join(changed)} changed after this run was planned, so nothing was made ({job}); "
            "start snakemake again: it makes a new plan and keeps all results that are up to date"
        )


def check_planned(config: Config, expected: Sequence[str], file: str) -> None:
    """Check the marks of jobs that take their settings from a configuration (see `check_mark`)."""
    for word in expected:
        stage, item, *_ = _parts(word)
        check_mark(word, planned(config, stage, item), file)


def settings_file_text(config: Config, merged: Mapping[str, Any]) -> str:
    """Return a configuration as YAML text, from its plain values with presets merged in; reading it gives the same configuration.

    Patterns of file names are resolved, so that a file that appears later changes no job.
    """
    values = {key: value for key, value in merged.items() if value is not None} | {"results_dir": config.results_dir}
    if "recordings" in values:
        filled = [{**r, "file": r["file"].replace("{results_dir}", config.results_dir)} for r in values["recordings"]]
        values["recordings"] = [found for recording in filled for found in expand_files(recording, "recordings")]
    return yaml_text(values)


def settings_file(folder: str, text: str) -> str:
    """Return the path of the configuration file with this text; its name is a hash of the text."""
    return f"{folder}/config/{_sha(text)[:16]}.yaml"


def resolved_file(folder: str, text: str) -> str:
    """Return the path of the file with all values of a configuration, defaults included, whose configuration file has this text."""
    return f"{folder}/config/resolved/{_sha(text)[:16]}.yaml"


def _parts(word: str) -> list[str]:
    found = word.split(":")
    if len(found) != 4:
        raise InvalidValueError(
            f"--expect: '{word}' is not valid; expected STAGE:ITEM:SETTINGS:CODE; omit the option if you run the command by hand"
        )
    return found


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
