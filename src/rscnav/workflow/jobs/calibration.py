"""What the jobs of the calibration depend on: claims and code, for the workflow's triggers and the command's check."""

from rscnav.analyses.registry import ANALYSES
from rscnav.calibration.registry import CLAIMS, PARTS
from rscnav.workflow.jobs.planned import Job, mark
from rscnav.workflow.provenance.provenance import code_hash


def planned_part(part: str, analysis: str = "") -> Job:
    """Return what a part of ``rscnav calibrate`` depends on besides its options: ``run`` of an analysis, or the ``table``."""
    settings, code = str(CLAIMS[analysis]) if part == "run" else "", code_hash(*modules_of_part(part, analysis))
    return Job(settings, code, mark(f"calibrate {part}", analysis, settings, code))


def modules_of_part(part: str, analysis: str = "") -> tuple[str, ...]:
    """Name the modules whose code, with all that they import, does a part."""
    return ("rscnav.cli.calibrate", PARTS[part], *((ANALYSES[analysis],) if part == "run" else ()))
