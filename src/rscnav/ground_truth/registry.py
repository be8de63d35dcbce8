"""Registry of the parts of ``rscnav ground-truth``; modules are imported when they are used."""

from rscnav.registry import Registry

PARTS: Registry[str] = {
    "simulate": "rscnav.ground_truth.measure",
    "measure": "rscnav.ground_truth.measure",
    "truth": "rscnav.ground_truth.true_values",
    "summary": "rscnav.ground_truth.report",
}
