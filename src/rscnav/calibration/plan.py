"""What the jobs of the calibration depend on: claims and code, for the workflow's triggers and the command's check."""

from rscnav.analyses.table import ANALYSES
from rscnav.calibration.table import CLAIMS
from rscnav.config.jobs import Job, mark
from rscnav.provenance import code_hash


def planned_part(part: str, analysis: str = "") -> Job:
    """Return what a part of ``rscnav calibrate`` depends on besides its options: ``run`` of an analysis, or the ``table``."""
    if part == "run":
        settings, code = str(CLAIMS[analysis]), code_hash("rscnav.calibration.trials_of", ANALYSES[analysis])
    else:
        settings, code = "", code_hash("rscnav.calibration.verdict")
    return Job(settings, code, mark(f"calibrate {part}", analysis, settings, code))
