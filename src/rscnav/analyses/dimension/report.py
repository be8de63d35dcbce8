"""What the analysis `dimension` writes into its result."""

from collections.abc import Callable, Mapping

import numpy as np

from rscnav.analyses.dimension.correlation_dimension import Dimension
from rscnav.analyses.dimension.space_time_separation import FRACTIONS, SpaceTime
from rscnav.analyses.dimension.surrogate_data_test import SurrogateTest
from rscnav.analyses.dimension.unit_subsets import DimensionByUnits, satisfies_embedding
from rscnav.analyses.result import Result


def add_dimension(result: Result, key: Callable[[str], str], found: Dimension, n_units: int, unit: str) -> None:
    """Add one dimension with its curve; from too few units to hold it (`satisfies_embedding`) it is not reliable, however steady its slope."""
    for name, value in (
        ("dimension", found.dimension),
        ("low", found.interval[0]),
        ("high", found.interval[1]),
        ("trials_low", found.over_trials[0]),
        ("trials_high", found.over_trials[1]),
        ("ranges_low", found.over_ranges[0]),
        ("ranges_high", found.over_ranges[1]),
        ("takens", found.takens),
        ("reliable", found.reliable and satisfies_embedding(n_units, found.dimension)),
        ("n_directions", found.n_directions),
    ):
        result.add(key(name), value)
    result.add(key("noise_variance"), found.noise_variance, f"{unit}²" if unit else "")
    result.add(key("radii"), found.radii, unit, ("radius",))
    result.add(key("correlation_sum"), found.correlation_sum, "", ("radius",))
    result.add(key("local_slopes"), found.local_slopes, "", ("radius",))
    result.add(key("scaling_region"), found.scaling_region, unit, ("end",))


def add_by_units(result: Result, name: str, suffix: str, found: DimensionByUnits) -> None:
    """Add the dimension by number of units: mean and standard deviation over the subsets, and the share that is reliable."""
    result.add(f"{name}/units{suffix}", found.n_units, "", ("size",))
    result.add(f"{name}/units_mean{suffix}", found.mean, "", ("size",))
    result.add(f"{name}/units_sd{suffix}", found.spread, "", ("size",))
    result.add(f"{name}/units_reliable{suffix}", found.reliable.mean(axis=1), "", ("size",))


def add_space_time(result: Result, name: str, found: SpaceTime, dt_s: float, unit: str) -> None:
    """Add the contours of the space-time separation plot, and the Theiler window that they suggest."""
    result.add(f"{name}/separation", found.separations * dt_s, "s", ("separation",))
    result.add(f"{name}/separation_distance", found.contours, unit, ("separation", "fraction"))
    result.add(f"{name}/unrelated_distance", found.unrelated, unit, ("fraction",))
    result.add(f"{name}/fractions", np.array(FRACTIONS), "", ("fraction",))
    result.add(f"{name}/suggested_theiler_s", found.suggested * dt_s, "s")


def add_surrogates(result: Result, found: Mapping[str, SurrogateTest | str]) -> None:
    """Add each part's test against surrogates, or the note why there is none."""
    for name, test in found.items():
        if isinstance(test, str):
            result.notes[f"{name}/surrogates"] = test
            continue
        result.add(f"{name}/slope", test.slope)
        result.add(f"{name}/slope_n_points", test.n_points)
        for kind, draws, p in (("linear", test.linear, test.p_linear), ("adjusted", test.adjusted, test.p_adjusted)):
            result.add(f"{name}/slope_{kind}", draws, "", ("draw",))
            result.add(f"{name}/surrogates_{kind}_p", p)
        result.add(f"{name}/surrogates_p", test.p)
