"""Panels by phase: list of phases, reasons for empty panels, means over sessions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.sessions.schema import PHASES


def parts_of(results: Sequence[Result], key: str) -> list[str]:
    """Return the parts (LM0, LM1, LM2 or ``all``) for which any result has the array PART/`key`."""
    return [part for part in (*PHASES, "all") if any(f"{part}/{key}" in result for result in results)]


def columns(parts: Sequence[str]) -> list[str]:
    """Return the part of each of three columns: the phases, or ``all`` in the first if phases are not known."""
    return ["all", "", ""] if list(parts) == ["all"] else list(PHASES)


def why_empty(results: Sequence[Result], part: str) -> str:
    """Return why the panel of a part is empty."""
    if not part:
        return "phases are not known"
    return next((result.notes[part] for result in results if part in result.notes), "no samples")


def mean_curve(curves: Sequence[tuple[NDArray, NDArray]], n: int = 200) -> tuple[NDArray, NDArray]:
    """Return the mean of curves (x, y), interpolated in log x over their common range; x increasing and above 0."""
    curves = [(x[np.isfinite(y)], y[np.isfinite(y)]) for x, y in curves]
    curves = [(x, y) for x, y in curves if len(x)]
    if not curves:
        return np.empty(0), np.empty(0)
    first, last = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    if first >= last:
        return np.empty(0), np.empty(0)
    grid = np.geomspace(first, last, n)
    return grid, np.mean([np.interp(np.log(grid), np.log(x), y) for x, y in curves], axis=0)
