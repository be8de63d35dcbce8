"""Table of the results of all analyses of several sessions; the figure is drawn from it, and it is written as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rscnav.analyses.result import Result
from rscnav.sessions.schema import PHASES

NAN = float("nan")


@dataclass(frozen=True)
class TableRow:
    """One quantity of an analysis: keys of the value, the interval and the null distribution, or a constant chance level."""

    group: str
    label: str
    analysis: str
    key: str
    interval: tuple[str, str] = ("", "")
    control: tuple[str, str, str] = ("", "", "")
    chance: float = NAN
    reliable: str = ""


@dataclass(frozen=True)
class TableCell:
    """One cell of the table; `of` is a session or a session pair."""

    group: str
    number: str
    unit: str
    of: str
    value: float
    low: float = NAN
    high: float = NAN
    control: float = NAN
    control_low: float = NAN
    control_high: float = NAN
    reliable: bool = True


def _ends(key: str) -> tuple[str, str]:
    return f"{key}_low", f"{key}_high"


def _of_phase(phase: str) -> tuple[TableRow, ...]:
    """Return the rows of one phase (or of ``all`` if phases are not known)."""
    ratio = f"{phase}/participation_ratio"
    chance = (f"{phase}/chance", *_ends(f"{phase}/chance"))
    return (
        TableRow("components", phase, "eigenspectrum", f"{phase}/components_above_trial_shuffle"),
        TableRow("participation", phase, "eigenspectrum", f"{ratio}_corrected", _ends(ratio)),
        TableRow(
            "dimension", phase, "dimension", f"{phase}/dimension", (f"{phase}/low", f"{phase}/high"),
            reliable=f"{phase}/reliable",
        ),
        TableRow("position", phase, "position_decoding", f"{phase}/error", _ends(f"{phase}/error"), chance),
    )  # fmt: skip


def _decoded(task: str, when: str) -> TableRow:
    key = f"{task}_{when}"
    return TableRow(task, when, "decoding", key, _ends(key), chance=0.5)


SHOWN: tuple[TableRow, ...] = (
    *(shown for phase in (*PHASES, "all") for shown in _of_phase(phase)),
    TableRow(
        "rate_dispersion", "LM1 - LM2", "rate_dispersion", "difference", ("low", "high"),
        ("phase_control_mean", "phase_control_low", "phase_control_high"),
    ),
    TableRow(
        "tuning_entropy", "mean entropy", "tuning_entropy", "mean_entropy", _ends("mean_entropy"),
        ("control_mean_entropy", *_ends("control_mean_entropy")),
    ),
    *(_decoded(task, when) for task in ("identity", "outcome") for when in ("before", "after")),
    TableRow("structure_preserved", "LM1 to LM2", "pairwise", "structure_preserved", _ends("structure_preserved")),
)  # fmt: skip
ANALYSES = tuple(dict.fromkeys(shown.analysis for shown in SHOWN))  # analyses whose results are read
OF_PAIRS = (  # quantities of the result of the comparison: group, label, interval, null
    TableRow("geometry", "similarity", "", "similarity", ("low", "high"), ("places_null", *_ends("places_null"))),
    *(TableRow("geometry", f"similarity {p}", "", f"{p}/similarity", (f"{p}/low", f"{p}/high")) for p in PHASES),
    TableRow("geometry", "similarity, phases too", "", "overall", _ends("overall")),
    TableRow("geometry", "phase and time only", "", "trials_null", _ends("trials_null")),
    TableRow("geometry", "ceiling", "", "ceiling"),
    TableRow("geometry", "p", "", "p"),
    TableRow("geometry", "p places", "", "p_places"),
    TableRow("geometry", "p trials", "", "p_trials"),
    TableRow("dynamics", "distance", "", "distance", _ends("distance")),
    TableRow("dynamics", "floor", "", "distance_floor"),
    TableRow("dynamics", "uncoupled", "", "distance_uncoupled"),
    TableRow("dynamics", "shuffled", "", "distance_shuffled"),
)


def entries(results: Mapping[str, Mapping[str, Result]], compared: Result) -> list[TableCell]:
    """Return the cells of the table in the order of `SHOWN` and `OF_PAIRS`, without missing values.

    Parameters
    ----------
    results : mapping of str to (mapping of str to Result)
        Results of `ANALYSES` by session.
    compared : Result
        Result of `rscnav.comparison.compare.compare`.
    """
    found = [_entry(shown, of, r[shown.analysis]) for shown in SHOWN for of, r in results.items()]
    pairs = compared["pair"].tolist()
    found += [_entry(shown, pair, compared, f"{pair}/") for shown in OF_PAIRS for pair in pairs]
    return [entry for entry in found if entry is not None]


def of_group(table: Sequence[TableCell], group: str, of: str) -> dict[str, TableCell]:
    """Return the cells of one group and one session (or pair), by label."""
    return {entry.number: entry for entry in table if entry.group == group and entry.of == of}


def _entry(shown: TableRow, of: str, result: Result, prefix: str = "") -> TableCell | None:
    value = _number(result, prefix + shown.key)
    if not np.isfinite(value):
        return None
    low, high = (_number(result, prefix + key) if key else NAN for key in shown.interval)
    middle, lowest, highest = (_number(result, prefix + key) if key else shown.chance for key in shown.control)
    reliable = bool(_number(result, prefix + shown.reliable)) if shown.reliable else True
    unit = result.units[prefix + shown.key]
    return TableCell(shown.group, shown.label, unit, of, value, low, high, middle, lowest, highest, reliable)


def _number(result: Result, key: str) -> float:
    return float(result[key]) if result.applicable and key in result else NAN
