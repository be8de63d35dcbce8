"""Pooled quantities: means and sign-flip tests over subjects, of one value per session.

The sessions of each subject are averaged first. A test needs at least six subjects.
To pool another quantity, add a line to `COMPARED`. A group of sessions is the seeds of one network, or all recordings.
Networks and recordings are never pooled with each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import BAND, Result
from rscnav.analyses.statistics.group_tests import MIN_SESSIONS, over_sessions
from rscnav.seeds import Seeds


@dataclass(frozen=True)
class Compared:
    """One number of an analysis, or one minus another; `null` is its value under the null hypothesis (None: no test)."""

    analysis: str
    value: str
    minus: str = ""
    null: float | None = None
    unit: str = ""


COMPARED: dict[str, Compared] = {
    "tuning_entropy": Compared("tuning_entropy", "mean_entropy", unit="bits"),
    "tuning_below_control": Compared("tuning_entropy", "mean_entropy_compared", "control_mean_entropy", 0.0, "bits"),
    "spatial_entropy": Compared("spatial_entropy", "mean_entropy", unit="bits"),
    "spatial_below_control": Compared("spatial_entropy", "mean_entropy_compared", "control_mean_entropy", 0.0, "bits"),
    "dispersion_excess": Compared("rate_dispersion", "excess", null=0.0, unit="bits"),
    "dispersion_difference": Compared("rate_dispersion", "difference", unit="bits"),
    "dimension_LM1_to_LM2": Compared("dimension", "LM2/dimension", "LM1/dimension", 0.0),
    "components_above_LM1_to_LM2": Compared("eigenspectrum", "LM2/components_above", "LM1/components_above", 0.0),
    "participation_LM1_to_LM2": Compared("eigenspectrum", "LM2/participation_ratio_corrected", "LM1/participation_ratio_corrected", 0.0),
}  # fmt: skip
ANALYSES = tuple(dict.fromkeys(compared.analysis for compared in COMPARED.values()))  # their results are read


@dataclass(frozen=True)
class PooledSession:
    """One session: its group of sessions, its subject, and its results by analysis."""

    name: str
    group: str
    subject: str
    results: Mapping[str, Result]


def group_of(kind: str, network: str) -> str:
    """Return the name of a session's group: kind and network, or ``recording`` for all recordings."""
    return kind if kind == "recording" else f"{kind} {network}"


def across(members: Sequence[PooledSession], seeds: Seeds) -> Result:
    """Compute mean, interval and test of each quantity in `COMPARED` over the sessions of each group.

    Parameters
    ----------
    members : sequence of PooledSession
    seeds : Seeds
        Source of the random sign flips.

    Returns
    -------
    Result
        By quantity: ``NAME/values`` (session,), ``NAME/mean``, ``NAME/low``, ``NAME/high``, ``NAME/p``, ``NAME/n``
        (group,). Interval and p need at least six subjects with a value. With fewer they are NaN, and a note gives the
        counts.
    """
    groups = list(dict.fromkeys(member.group for member in members))
    subjects = np.array([m.subject for m in members], np.str_)
    group_of_session = np.array([groups.index(m.group) for m in members], np.int64)
    result = Result()
    result.add("session", np.array([m.name for m in members], np.str_), "", ("session",))
    result.add("subject", subjects, "", ("session",))
    result.add("group", np.array(groups, np.str_), "", ("group",))
    result.add("group_of_session", group_of_session, "", ("session",))
    for name, compared in COMPARED.items():
        values = np.array([value_of(member.results, compared) for member in members], np.float64)
        null = compared.null or 0.0
        found = []
        for number, group in enumerate(groups):
            mine = group_of_session == number
            of_subject = by_subject(values[mine], subjects[mine])
            found.append(over_sessions(of_subject - null, seeds.generator(name, group)))
        result.add(f"{name}/values", values, compared.unit, ("session",))
        shifted = np.array([(test.mean, test.low, test.high) for test in found], np.float64).reshape(-1, 3).T + null
        result.add_each(f"{name}/", BAND, shifted, compared.unit, ("group",))
        p = np.array([test.p for test in found], np.float64)
        result.add(f"{name}/p", p if compared.null is not None else np.full(len(p), np.nan), "", ("group",))
        counts = np.array([test.n for test in found], np.int64)
        result.add(f"{name}/n", counts, "", ("group",))
        few = [f"{group}: {n}" for group, n in zip(groups, counts, strict=True) if n < MIN_SESSIONS]
        if few:
            result.notes[name] = f"no interval and no p with fewer than {MIN_SESSIONS} subjects ({', '.join(few)})"
    return result


def value_of(results: Mapping[str, Result], compared: Compared) -> float:
    """Return the quantity in one session; NaN if its analysis does not provide it."""
    result = results[compared.analysis]
    keys = [compared.value] + ([compared.minus] if compared.minus else [])
    if not result.applicable or any(key not in result for key in keys):
        return float("nan")
    numbers = [float(result[key]) for key in keys]
    return numbers[0] - sum(numbers[1:])


def by_subject(values: NDArray[np.float64], subjects: NDArray) -> NDArray[np.float64]:
    """Compute the mean over the sessions of each subject, without NaN values: (subject,), in order of the subjects' names."""
    found = []
    for subject in np.unique(subjects):
        known = values[(subjects == subject) & np.isfinite(values)]
        found.append(known.mean() if len(known) else np.nan)
    return np.array(found, np.float64)
