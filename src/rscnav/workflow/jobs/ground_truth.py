"""What the jobs of the ground truth depend on: settings and code of each part, for the workflow's triggers and the commands' check."""

from rscnav.analyses.registry import ANALYSES
from rscnav.config.job_settings import settings_text
from rscnav.config.schema import Config
from rscnav.ground_truth.estimates import EXAMPLE, FEW
from rscnav.ground_truth.registry import PARTS
from rscnav.tasks.registry import task_code
from rscnav.workflow.jobs.planned import SIMULATED_TASK, Job, mark
from rscnav.workflow.provenance.provenance import code_hash


def planned_part(config: Config | None, part: str) -> Job:
    """Return what a part of ``rscnav ground-truth`` depends on besides its files and options; `summary` needs no configuration."""
    settings, code = _settings(config, part) if config is not None else "", code_hash(*modules_of_part(part))
    return Job(settings, code, mark(f"ground-truth {part}", "", settings, code))


def modules_of_part(part: str) -> tuple[str, ...]:
    """Name the modules whose code, with all that they import, does a part."""
    analyses = tuple(ANALYSES[name] for name in FEW) if part == "measure" else ()
    task = task_code(SIMULATED_TASK) if part in ("simulate", "truth") else ()
    return ("rscnav.cli.ground_truth", PARTS[part], *analyses, *task)


def _settings(config: Config, part: str) -> str:
    analyses = [("analyse", name) for name in FEW]
    stages = {
        "simulate": [("simulate", EXAMPLE), ("import_recording", EXAMPLE)],
        "measure": analyses,
        "truth": [("simulate", EXAMPLE), *analyses],
    }
    return "\n".join(settings_text(config, stage, item) for stage, item in stages[part])
