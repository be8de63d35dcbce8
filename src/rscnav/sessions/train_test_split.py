"""Random split into training and test trials."""

import numpy as np
from numpy.typing import NDArray

from rscnav.seeds import Seeds


def draw_split(n_trials: int, test_fraction: float, seeds: Seeds) -> NDArray[np.str_]:
    """Draw a fraction `test_fraction` of the trials for testing: ``train`` or ``test``, (trial,). With two or more trials both occur."""
    n_test = min(max(round(test_fraction * n_trials), 1), max(n_trials - 1, 1))
    split = np.full(n_trials, "train", "U5")
    split[seeds.generator("split").permutation(n_trials)[:n_test]] = "test"
    return split
