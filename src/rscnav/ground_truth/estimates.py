"""Quantities of the analyses that are compared with ground truth, and their settings.

Settings are those of ``config.yaml``, except that permutations are as few as an analysis allows, because p-values are not used.
Estimates and intervals do not depend on them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rscnav.analyses.registry import analyse, analysis_module
from rscnav.analyses.settings import Common
from rscnav.seeds import Seeds
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NAN = float("nan")
EXAMPLE = "example"  # name of the simulation and of its recording
FEW: dict[str, dict[str, Any]] = {
    "tuning_entropy": {"n_null": 1},
    "spatial_entropy": {"n_null": 1},
    "rate_dispersion": {"n_null": 1},
    "eigenspectrum": {"n_null": 20},
    "dimension": {"n_null": 0, "n_subsets": 0, "max_points": 3000},  # the cost grows with the square of the points
    "pairwise": {"n_null": 5},
    "position_decoding": {"n_null": 5},
    "decoding": {"n_null": 1, "before_s": 0.1, "after_s": 0.5},
}


@dataclass(frozen=True)
class Estimate:
    """One quantity of an analysis: its name, its phase ('' for none), and its keys in the result."""

    name: str
    phase: str
    analysis: str
    value: str
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class EstimateValue:
    """Value of an estimate with its 95 % interval over trials; NaN if missing."""

    name: str
    phase: str
    value: float
    low: float = NAN
    high: float = NAN


@dataclass(frozen=True)
class EstimateRow:
    """One estimate of one recording: seed of the simulation, counts of units and trials, spikes or expected rates."""

    seed: int
    units: int
    trials: int
    activity: str
    estimate: str
    phase: str
    value: float
    low: float
    high: float


def _ends(name: str, phase: str, analysis: str, key: str, suffix: str = "") -> Estimate:
    """Return an estimate whose interval has the same key, with ``_low`` and ``_high``."""
    return Estimate(name, phase, analysis, f"{key}{suffix}", f"{key}_low{suffix}", f"{key}_high{suffix}")


def _by_phase() -> Iterator[Estimate]:
    for f in PHASES:
        yield Estimate("components_above_control", f, "eigenspectrum", f"{f}/components_above")
        yield Estimate("participation_ratio", f, "eigenspectrum", f"{f}/participation_ratio")
        ratio = f"{f}/participation_ratio"
        ends = (f"{ratio}_corrected", f"{ratio}_low", f"{ratio}_high")
        yield Estimate("participation_ratio_corrected", f, "eigenspectrum", *ends)
        for noise in ("", "_floor", "_counting"):
            keys = (f"{f}/{what}{noise}" for what in ("dimension", "low", "high"))
            yield Estimate(f"dimension{noise}", f, "dimension", *keys)
            yield Estimate(f"dimension{noise}_reliable", f, "dimension", f"{f}/reliable{noise}")
        yield _ends("correlation_rms", f, "pairwise", f"{f}/rms")
        yield _ends("position_error", f, "position_decoding", f"{f}/error")
        yield _ends("position_chance", f, "position_decoding", f"{f}/chance")


ESTIMATES: tuple[Estimate, ...] = (
    *(_ends(a, "", a, "mean_entropy") for a in ("tuning_entropy", "spatial_entropy")),
    *(Estimate(f"{a}_jackknife", "", a, "mean_entropy_jackknife") for a in ("tuning_entropy", "spatial_entropy")),
    *(
        _ends(f"rate_dispersion{suffix}", f, "rate_dispersion", f, suffix)
        for suffix in ("", "_miller_madow")
        for f in PHASES[1:]
    ),
    *(
        Estimate(f"rate_dispersion_{key}", "", "rate_dispersion", key, low, high)
        for key, low, high in (
            ("difference", "low", "high"),
            ("difference_miller_madow", "low_miller_madow", "high_miller_madow"),
        )
    ),
    *_by_phase(),
    _ends("correlations_kept", "", "pairwise", "structure_preserved"),
    _ends("position_error_of_LM1_readout", "LM2", "position_decoding", "LM1_to_LM2/error"),
    *(
        _ends(f"{task}_decoded_{when}", "", "decoding", f"{task}_{when}")
        for task in ("identity", "outcome")
        for when in ("before", "after")
    ),
)


def estimated(
    session: Session, settings: dict[str, StrictSettings], common: Common, seeds: Seeds
) -> Iterator[EstimateValue]:
    """Run the analyses on a session and yield every estimate; NaN if the session does not allow it.

    Parameters
    ----------
    session : Session
    settings : dict
        Settings by name of the analysis; permutations are reduced here.
    common : Common
    seeds : Seeds
    """
    for analysis, few in FEW.items():
        needed = set(analysis_module(analysis).FIELDS)
        # The spike shuffle costs as much as all other nulls, and is not used.
        given = replace(session, spikes=None) if analysis == "eigenspectrum" and "spikes" in needed else session
        result = analyse(given, analysis, settings[analysis].model_copy(update=few), common, seeds.spawn(analysis))
        for e in ESTIMATES:
            if e.analysis == analysis:
                numbers = [result.scalar(key) for key in (e.value, e.low, e.high)]
                yield EstimateValue(e.name, e.phase, *(NAN if n is None else float(n) for n in numbers))
    yield from counted(session)


def counted(session: Session) -> Iterator[EstimateValue]:
    """Yield encounters per trial, second landmarks per trial, and error rate of the animal."""
    table = session.require("encounters")
    encountered = table[table["kind"] == "encounter"]
    n_trials = len(session.trials)
    yield EstimateValue("encounters_per_trial", "", len(encountered) / n_trials)
    yield EstimateValue("second_landmarks_per_trial", "", float(np.sum(encountered["order"] == 2)) / n_trials)
    outcome = session.trials["outcome"]
    decided = int(np.sum(outcome != "none"))
    rate = float(np.sum(outcome == "incorrect")) / decided if decided else NAN
    yield EstimateValue("error_rate", "", rate)
