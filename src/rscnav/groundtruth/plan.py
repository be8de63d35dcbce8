"""What the jobs of the ground truth depend on: settings and code of each part, for the workflow's triggers and the commands' check."""

from rscnav.analyses.table import ANALYSES
from rscnav.config.jobs import Job, mark
from rscnav.config.schema import Config
from rscnav.config.stages import settings_text
from rscnav.groundtruth.estimates import FEW
from rscnav.groundtruth.measure import EXAMPLE
from rscnav.provenance import code_hash

MODULES: dict[str, tuple[str, ...]] = {
    "simulate": ("rscnav.groundtruth.measure",),
    "measure": ("rscnav.groundtruth.measure", *(ANALYSES[name] for name in FEW)),
    "truth": ("rscnav.groundtruth.truths",),
    "summary": ("rscnav.groundtruth.figure", "rscnav.groundtruth.needs"),
}


def planned_part(config: Config | None, part: str) -> Job:
    """Return what a part of ``rscnav groundtruth`` depends on besides its files and options; `summary` needs no configuration."""
    settings, code = _settings(config, part) if config is not None else "", code_hash(*MODULES[part])
    return Job(settings, code, mark(f"groundtruth {part}", "", settings, code))


def _settings(config: Config, part: str) -> str:
    analyses = [("analyse", name) for name in FEW]
    stages = {
        "simulate": [("simulate", EXAMPLE), ("read", EXAMPLE)],
        "measure": analyses,
        "truth": [("simulate", EXAMPLE), *analyses],
    }
    return "\n".join(settings_text(config, stage, item) for stage, item in stages[part])
