"""Guess a mapping: good units, activity and position here, trials and landmarks in `guess_trials`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.inspection.file_contents import Item
from rscnav.inspection.mapping.draft import Guess, others
from rscnav.inspection.mapping.guess_position import guess_heading, guess_place
from rscnav.inspection.mapping.guess_trials import guess_trials
from rscnav.recordings.activity.unit_tables import unit_tables, units_in
from rscnav.recordings.tracking.position_units import UNITS

_ROUND = 0.12  # a track is a circle if the coefficient of variation of the distance from its centre is below this


def guess(file: Any, items: list[Item]) -> Guess:
    """Return a guessed mapping of a `pynwb.NWBFile` with these contents, by types first, then values, then names."""
    found = Guess()
    _activity(file, items, found)
    ring = _position(file, items, found)
    guess_trials(file, items, found, ring)
    return found


def _activity(file: Any, items: list[Item], found: Guess) -> None:
    """Enter spikes if there are any, else the responses of regions of interest, in the mapping."""
    there = units_in(file)
    if there:
        found.used.update(there)
        if len(there) > 1:
            found.mapping["units_table"] = there
            found.why["units_table"] = f"{len(there)} Units tables, used as one population"
        for name, values in unit_tables(file, there).columns().items():
            labels = sorted({str(v) for v in values.tolist()}) if values.dtype.kind == "U" else []
            good = [label for label in labels if label.lower() in ("good", "single", "su", "single unit")]
            if good and len(labels) < 10:
                found.mapping["unit_filters"] = [{"column": name, "values": good}]
                found.why["unit_filters"] = f"values of column {name}: {', '.join(labels)}"
                break
        return
    responses = [i for i in items if i.kind == "RoiResponseSeries" and not i.why_not]
    ranked = sorted(responses, key=lambda i: ("deconv" not in i.path.lower(), "df" not in i.path.lower(), i.path))
    if ranked:
        found.mapping["activity"] = {"series": ranked[0].path, "kind": "continuous", "nan": "drop"}
        found.mapping["bin_s"] = float(np.ceil(1e3 / ranked[0].rate_hz)) / 1e3 if ranked[0].rate_hz < 10 else 0.1
        found.why["activity"] = others("the file has no spikes", (item.path for item in ranked[1:]))
        found.used.add(ranked[0].path)


def _position(file: Any, items: list[Item], found: Guess) -> bool:
    """Enter position and heading in the mapping; return whether the track is a circle."""
    series = guess_place(file, items, found)
    if series is None:
        return False
    position = found.mapping["position"]
    if np.isnan(series.values).any():
        position["nan"] = "drop"
        found.why["position.nan"] = f"{np.isnan(series.values).any(axis=1).mean():.2%} of the samples are NaN"
    ring = False
    if series.values.shape[1] == 2:
        middle, radius, spread, coverage = circle_through(series.values)
        ring = spread < _ROUND and coverage > 0.75
        if ring:
            position |= {"centre": [round(float(v), 4) for v in middle], "ring": True}
            found.why["position.ring"] = (
                f"the track is a circle of radius {radius:.4g} {position['unit']} (sd {spread:.1%}); false: use the plane"
            )
    guess_heading(file, items, position, series, found)
    return ring or UNITS[position["unit"]][0] == "rad"


def circle_through(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, float, float]:
    """Fit a circle to points (n, 2) by least squares (Kåsa's method).

    Returns
    -------
    middle : array, (2,)
        Centre of the circle.
    radius : float
    spread : float
        Standard deviation of the distances from the centre, as a fraction of the radius.
    coverage : float
        Fraction of 36 sectors that contain points.

    References
    ----------
    Kåsa, IEEE Trans. Instrum. Meas. IM-25, 8 (1976), doi:10.1109/TIM.1976.6312298
    """
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 10 or np.ptp(points, axis=0).min() == 0:
        return np.full(2, np.nan), np.nan, np.inf, 0.0
    design = np.column_stack([2 * points, np.ones(len(points))])
    solution = np.linalg.lstsq(design, np.sum(points**2, axis=1), rcond=None)[0]
    middle = solution[:2]
    away = points - middle
    distance = np.linalg.norm(away, axis=1)
    directions = np.floor((np.arctan2(away[:, 1], away[:, 0]) + np.pi) / (2 * np.pi) * 36).astype(int) % 36
    return middle, float(distance.mean()), float(distance.std() / distance.mean()), len(np.unique(directions)) / 36
