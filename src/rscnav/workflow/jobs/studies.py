"""Dependencies of the jobs of the calibration and of the ground truth: triggers of the workflows, checked by the commands."""

from rscnav.analyses.registry import ANALYSES
from rscnav.calibration import registry as calibration
from rscnav.config.job_settings import settings_text
from rscnav.config.schema import Config
from rscnav.ground_truth import registry as ground_truth
from rscnav.ground_truth.estimates import EXAMPLE, FEW
from rscnav.tasks.registry import task_code
from rscnav.workflow.jobs.planned import SIMULATED_TASK, Job
from rscnav.workflow.provenance.provenance import code_hash


def planned_calibration(part: str, analysis: str = "") -> Job:
    """Return the settings and code of a part of ``rscnav calibrate``: ``run`` of an analysis, or ``table``."""
    claims = str(calibration.CLAIMS[analysis]) if part == "run" else ""
    return Job(f"calibrate {part}", analysis, claims, code_hash(*modules_of_calibration(part, analysis)))


def modules_of_calibration(part: str, analysis: str = "") -> tuple[str, ...]:
    """Return the modules that do a part of the calibration; the modules that they import are not listed."""
    return ("rscnav.cli.calibrate", calibration.PARTS[part], *((ANALYSES[analysis],) if part == "run" else ()))


def planned_ground_truth(config: Config | None, part: str) -> Job:
    """Return the settings and code of a part of ``rscnav ground-truth``; ``summary`` needs no configuration."""
    settings = _settings(config, part) if config is not None else ""
    return Job(f"ground-truth {part}", "", settings, code_hash(*modules_of_ground_truth(part)))


def modules_of_ground_truth(part: str) -> tuple[str, ...]:
    """Return the modules that do a part of the ground truth; the modules that they import are not listed."""
    analyses = tuple(ANALYSES[name] for name in FEW) if part == "measure" else ()
    task = task_code(SIMULATED_TASK) if part in ("simulate", "truth") else ()
    return ("rscnav.cli.ground_truth", ground_truth.PARTS[part], *analyses, *task)


def _settings(config: Config, part: str) -> str:
    analyses = [("analyse", name) for name in FEW]
    stages = {
        "simulate": [("simulate", EXAMPLE), ("import_recording", EXAMPLE)],
        "measure": analyses,
        "truth": [("simulate", EXAMPLE), *analyses],
    }
    return "\n".join(settings_text(config, stage, item) for stage, item in stages[part])
