"""The parts of ``rscnav groundtruth``: the module that does each, imported when wanted."""

from rscnav.registry import Registry

PARTS: Registry[str] = {
    "simulate": "rscnav.groundtruth.measure",
    "measure": "rscnav.groundtruth.measure",
    "truth": "rscnav.groundtruth.truths",
    "summary": "rscnav.groundtruth.summary",
}
