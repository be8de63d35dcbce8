"""Registry of the analyses, and the function that runs one.

To add an analysis, write a module and add a line to `ANALYSES`; the workflow makes its rule from this table. The module contains:

- ``NEEDS``     fields that a session must have (names of fields, or ``outcome``); if one is missing, the result is not applicable
- ``FIELDS``    fields of the session that it reads, in addition to activity, time, trial, trials and units
- ``Settings``  its settings, a `StrictSettings` model with defaults: a section of ``config.yaml`` under ``analyses``
- ``run(session, settings, common, seeds)``  returns a `Result`; the session's activity may be lazy (`rscnav.sessions.lazy`):
  `preprocessing.prepare` accepts it, and an index along time returns arrays
"""

from typing import TYPE_CHECKING, Any, Protocol

from rscnav.analyses.settings import Common
from rscnav.errors import InvalidValueError
from rscnav.registry import Registry, load, lookup
from rscnav.seeds import Seeds
from rscnav.settings.strict_settings import StrictSettings, check

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
    """Names that the module of an analysis must contain."""

    NEEDS: tuple[str, ...]
    FIELDS: tuple[str, ...]
    Settings: type[StrictSettings]

    @staticmethod
    def run(session: "Session", settings: Any, common: Common, seeds: Seeds) -> "Result":
        """Run the analysis on a session."""
        ...


def analysis_module(name: str) -> Analysis:
    """Return the module of an analysis."""
    module: Analysis = load(lookup(ANALYSES, name, "analysis"))
    return module


def analyse(
    session: "Session",
    name: str,
    settings: Any = None,
    common: Common | None = None,
    seeds: Seeds | None = None,
    **keywords: Any,
) -> "Result":
    """Run one analysis on a session.

    Parameters
    ----------
    session : Session
    name : str
        A key of `ANALYSES`.
    settings : StrictSettings, optional
        All settings of the analysis; default: its defaults.
    common : Common, optional
        Settings of all analyses: bin width, low-pass filter, selection of trials; default: the defaults.
    seeds : Seeds, optional
        Source of its random numbers; default: root seed 0.
    **keywords
        Single settings of the analysis, for example ``n_null=50``, in place of `settings`; the others have their defaults. The page
        ``docs/config.md`` lists all settings, in the section ``analyses``.

    Returns
    -------
    Result
        Its status is ``not applicable``, with the reason, if the session lacks a field that the analysis needs.

    Raises
    ------
    InvalidValueError
        For an unknown analysis, or an unknown or invalid setting; the message names the most similar valid name.

    Examples
    --------
    Two units follow one signal, so that the first principal component explains all variance. Tuning needs a position, which is
    not given.

    >>> import numpy as np
    >>> from rscnav.analyses import analyse
    >>> from rscnav.recordings import session_from_arrays
    >>> signal = np.random.default_rng(0).normal(size=(2000, 1))
    >>> session = session_from_arrays(signal * [1.0, 2.0], 0.1, trial=np.arange(2000) // 100)
    >>> result = analyse(session, "eigenspectrum")
    >>> result.status, round(float(result["all/eigenvalues"][0]), 3)
    ('ok', 1.0)
    >>> analyse(session, "eigenspectrum", n_null=20)["all/n_samples"].item()
    2000
    >>> analyse(session, "tuning_entropy").reason
    'the session has no position'
    """
    from rscnav.analyses.result import Result
    from rscnav.sessions.rebinning import rebin

    if isinstance(session, str):
        raise InvalidValueError(f"session: '{session}' is a text, not a session; write analyse(session, NAME)")
    module = analysis_module(name)
    if keywords and settings is not None:
        raise InvalidValueError(
            f"settings: not valid together with the keyword {next(iter(keywords))}; use either settings or keywords"
        )
    if keywords:
        settings = check(module.Settings, keywords, f"settings of the analysis '{name}'")
    common = common or Common()
    session = rebin(session, common.analysis_dt_s)
    missing = session.missing_fields(module.NEEDS)
    if missing:
        return Result.not_applicable(missing)
    return module.run(session, settings or module.Settings(), common, seeds or Seeds(0, (name, session.name)))
