"""Analysis `dimension`: the correlation dimension of the states of each phase, an upper bound.

It is given twice: as it is, and with the noise floor (from the small eigenvalues) taken off the squared distances, named
``*_floor``. The control, named ``control_*``, rolls each unit's samples by an offset of its own.
"""

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.correlation import Window
from rscnav.analyses.dimension import Dimension, correlation_dimension
from rscnav.analyses.noise_floor import MIN_DIMS as MIN_DIMS_FLOOR
from rscnav.analyses.nulls import roll_each_unit
from rscnav.analyses.prepare import prepare
from rscnav.analyses.result import Result
from rscnav.config.base import Closed
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

NEEDS: tuple[str, ...] = ()
FIELDS: tuple[str, ...] = ("phase", "position", "belief", "bin_centres")
MIN_POINTS = 50
MIN_TRIALS = 20  # with fewer, pairs of one trial are kept if they are far enough apart in time
FEW_TRIALS_S = 1.0


class Settings(Closed):
    """Numbers of the analysis."""

    max_points: int = Field(6000, ge=100, description="samples a phase, drawn at random; cost grows with the square")
    theiler: Literal["auto", "trial"] | Annotated[float, Field(ge=0)] = Field(
        "auto",
        description="pairs left out as too close in time: trial: all pairs of one trial; a number: pairs of one trial up "
        "to this far apart (s); auto: trial, and with fewer than 20 trials 1 s",
    )


def run(session: Session, settings: Settings, common: Any, seeds: Seeds) -> Result:
    """Compute the dimension of each phase."""
    prepared = prepare(session, common)
    result = Result()
    result.notes[""] = f"trials: {prepared.trials}; correlation dimensions are upper bounds"
    unit = "Hz" if session.kind == "recording" else ""
    for name, mask in prepared.parts().items():
        samples = np.flatnonzero(mask)
        generator = seeds.generator(name, "points")
        drawn = np.sort(generator.permutation(len(samples))[: settings.max_points])
        activity = prepared.activity[samples]
        reason = _too_little(activity[drawn])
        if reason:
            result.notes[name] = reason
            continue
        theiler = _window(settings.theiler, prepared.trial[samples[drawn]], session.dt_s)
        result.add(f"{name}/n_points", len(drawn))
        result.add(f"{name}/theiler_s", np.inf if theiler == "trial" else theiler * session.dt_s, "s")
        points = activity[drawn].astype(np.float64)
        labels = {"trial": prepared.trial[samples[drawn]], "step": prepared.step[samples[drawn]], "theiler": theiler}
        rolled = roll_each_unit(activity, seeds.generator(name, "control"))[drawn].astype(np.float64)
        joined = {"trial": None, "step": drawn, "theiler": _window_joined(theiler, prepared.trial[samples])}
        cases: list[tuple[str, str, NDArray, dict[str, Any]]] = [
            ("", "", points, labels),
            ("control_", "", rolled, joined),
        ]
        if session.n_units >= MIN_DIMS_FLOOR:
            cases.append(("", "_floor", points, {**labels, "noise": "floor"}))
        else:
            result.notes[name] = f"no noise floor: {session.n_units} units are too few, {MIN_DIMS_FLOOR} are needed"
        for prefix, suffix, values, options in cases:
            try:
                found = correlation_dimension(values, **options)
            except ValueError as error:
                result.notes[name] = str(error)
                continue
            _add(result, lambda key, n=name, p=prefix, s=suffix: f"{n}/{p}{key}{s}", found, unit)
    return result


def _window(setting: str | float, trial: NDArray[np.integer], dt_s: float) -> Window:
    """Turn the setting into a Theiler window."""
    if setting == "auto":
        setting = "trial" if len(np.unique(trial)) >= MIN_TRIALS else FEW_TRIALS_S
    return "trial" if isinstance(setting, str) else round(setting / dt_s)


def _window_joined(theiler: Window, trial: NDArray[np.integer]) -> int:
    """Give the window for samples that are rolled: there a trial's end and the next one's start come to lie in one trial.

    It is the longest trial's number of samples where the window is a trial.
    """
    return int(np.unique(trial, return_counts=True)[1].max()) if theiler == "trial" else int(theiler)


def _too_little(points: NDArray[np.floating]) -> str:
    """Say why these points (time, unit) have no dimension worth giving; '' if they may."""
    if len(points) < MIN_POINTS:
        return f"{len(points)} samples are too few; at least {MIN_POINTS} are needed"
    if not np.any(np.ptp(points, axis=0) > 0):
        return "all units are constant"
    return ""


def _add(result: Result, key: Any, found: Dimension, unit: str) -> None:
    """Store one dimension with its curve."""
    for name, value in (
        ("dimension", found.dimension),
        ("low", found.interval[0]),
        ("high", found.interval[1]),
        ("takens", found.takens),
        ("reliable", found.reliable),
    ):
        result.add(key(name), value)
    result.add(key("noise_variance"), found.noise_variance, f"{unit}²" if unit else "")
    result.add(key("radii"), found.radii, unit, ("radius",))
    result.add(key("correlation_sum"), found.correlation_sum, "", ("radius",))
    result.add(key("local_slopes"), found.local_slopes, "", ("radius",))
    result.add(key("scaling_region"), found.scaling_region, unit, ("end",))
