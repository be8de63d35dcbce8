"""The analyses by name, and how one is run.

To add an analysis, write one module and add one line to `ANALYSES`; the workflow makes its rule from this table. The
module offers:

- ``NEEDS``     what a session must have for it (names of fields, or ``outcome``); where one is missing the result says so
- ``FIELDS``    what it reads of a session besides activity, time, trial, trials and units
- ``Settings``  its numbers, a `StrictSettings` model with defaults: a section of ``config.yaml`` under ``analyses``
- ``run(session, settings, common, seeds)``  gives a `Result`; the session's activity may be lazy (`rscnav.sessions.lazy`): `preprocessing.prepare`
  takes it as it is, and an index along time gives arrays
"""

from typing import TYPE_CHECKING, Any, Protocol

from rscnav.analyses.settings import Common
from rscnav.registry import Registry, load, lookup
from rscnav.seeds import Seeds
from rscnav.settings.strict_settings import StrictSettings

if TYPE_CHECKING:
    from rscnav.analyses.result import Result
    from rscnav.sessions.session import Session

ANALYSES: Registry[str] = {
    "optimality_gap": "rscnav.analyses.optimality.optimality_gap",
    "tuning_entropy": "rscnav.analyses.tuning.tuning_entropy",
    "spatial_entropy": "rscnav.analyses.tuning.spatial_entropy",
    "rate_dispersion": "rscnav.analyses.tuning.rate_dispersion",
    "eigenspectrum": "rscnav.analyses.spectrum.eigenspectrum",
    "pairwise": "rscnav.analyses.pairwise.pairwise",
    "position_decoding": "rscnav.analyses.decoding.position_decoding",
    "dimension": "rscnav.analyses.dimension.dimension",
    "state_space": "rscnav.analyses.state_space.state_space",
    "encounters": "rscnav.analyses.encounters.encounters",
    "trajectory_divergence": "rscnav.analyses.encounters.trajectory_divergence",
    "decoding": "rscnav.analyses.decoding.decoding",
    "non_encounters": "rscnav.analyses.encounters.non_encounters",
    "observer_comparison": "rscnav.analyses.optimality.observer_comparison",
}  # fmt: skip


class Analysis(Protocol):
    """What the module of an analysis offers."""

    NEEDS: tuple[str, ...]
    FIELDS: tuple[str, ...]
    Settings: type[StrictSettings]

    @staticmethod
    def run(session: "Session", settings: Any, common: Common, seeds: Seeds) -> "Result":
        """Compute."""
        ...


def analysis_module(name: str) -> Analysis:
    """Return the module of an analysis."""
    module: Analysis = load(lookup(ANALYSES, name, "analysis"))
    return module


def analyse(
    name: str, session: "Session", settings: Any = None, common: Common | None = None, seeds: Seeds | None = None
) -> "Result":
    """Run one analysis on a session.

    Parameters
    ----------
    name : str
        A key of `ANALYSES`.
    session : Session
    settings : StrictSettings, optional
        The analysis' own settings; default: its defaults.
    common : Common, optional
        Time step, low-pass filter and choice of trials; default: the defaults.
    seeds : Seeds, optional
        Where its random numbers come from; default: root seed 0.

    Returns
    -------
    Result
        With status ``not applicable`` and the reason where the session lacks what the analysis needs.
    """
    from rscnav.analyses.result import Result
    from rscnav.sessions.rebinning import rebin

    module = analysis_module(name)
    common = common or Common()
    session = rebin(session, common.analysis_dt_s)
    missing = session.missing_fields(module.NEEDS)
    if missing:
        return Result.not_applicable(missing)
    return module.run(session, settings or module.Settings(), common, seeds or Seeds(0, (name, session.name)))
