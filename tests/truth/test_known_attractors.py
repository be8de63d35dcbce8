"""Correlation dimension of attractors from their equations, and of manifolds among 128 noisy units.

Published values: Grassberger & Procaccia, Physica D 9, 189 (1983), doi:10.1016/0167-2789(83)90298-1 (Hénon, Lorenz,
Mackey-Glass); Sprott, Chaos and Time-Series Analysis, Oxford 2003, appendix A (Ikeda 1.690, Rössler 1.991).
"""

import numpy as np
import pytest

from helpers import point_sets as sets
from rscnav.analyses.dimension.correlation_dimension import correlation_dimension

N = 100_000
N_PLANTED = 6000


@pytest.mark.parametrize(
    ("points", "truth", "within", "theiler", "largest"),
    [
        (lambda rng: sets.henon(N, *rng.uniform(-0.1, 0.1, 2)), 1.21, 0.02, 0, 0.1),
        (lambda rng: sets.lorenz(N, rng), 2.05, 0.03, 10, 5.0),
        (lambda rng: sets.ikeda(N, *rng.uniform(-0.1, 0.1, 2)), 1.69, 0.04, 0, 0.1),
        (lambda rng: sets.delayed(sets.mackey_glass(N, 17, 10, 1.2), 6, 5), 1.95, 0.06, 50, 0.1),
        (lambda rng: sets.delayed(sets.mackey_glass(N, 23, 10, 1.2), 6, 6), 2.44, 0.08, 50, 0.1),
    ],
    ids=["henon", "lorenz", "ikeda", "mackey-glass 17", "mackey-glass 23"],
)
def test_attractors(points, truth, within, theiler, largest):
    found = correlation_dimension(points(np.random.default_rng(0)), theiler=theiler, largest=largest)
    assert found.reliable
    assert abs(found.dimension - truth) < within
    assert found.interval[0] < truth < found.interval[1] or abs(found.dimension - truth) < 0.02


def test_roessler_comes_up_to_its_dimension_slowly():
    """Its sheets are so uneven that local slopes still grow at the smallest radii: 1.8 at 1, 1.9 at 0.02, 1.99 in the limit."""
    points = sets.roessler(N, np.random.default_rng(0))
    wide, narrow = (correlation_dimension(points, theiler=10, largest=largest) for largest in (2.0, 0.2))
    assert 1.75 < wide.dimension < narrow.dimension < 2.0
    assert narrow.dimension > 1.84


MANIFOLDS = [
    (sets.circle, 1, (0.95, 1.05)),
    (sets.torus, 2, (1.9, 2.1)),
    (sets.sphere3, 3, (2.9, 3.1)),
    (
        sets.ball5,
        5,
        (4.5, 5.05),
    ),  # a third of its points are close to the edge, where there are neighbours on one side only
]


@pytest.mark.parametrize(("manifold", "truth", "clean"), MANIFOLDS, ids=["circle", "torus", "3-sphere", "5-ball"])
def test_a_manifold_turned_into_128_dimensions(manifold, truth, clean):
    found = correlation_dimension(
        sets.among_units(manifold(N_PLANTED, np.random.default_rng(1)), 128, 0.0, np.random.default_rng(2))
    )
    assert found.reliable
    assert clean[0] < found.dimension < clean[1]
    assert found.interval[0] < found.dimension < found.interval[1]


@pytest.mark.parametrize(("manifold", "truth", "clean"), MANIFOLDS, ids=["circle", "torus", "3-sphere", "5-ball"])
def test_noise_of_a_hundredth_of_its_size(manifold, truth, clean):
    points = sets.among_units(
        manifold(N_PLANTED, np.random.default_rng(1)), 128, 0.01 / np.sqrt(128), np.random.default_rng(2)
    )
    for noise in (None, "floor"):
        found = correlation_dimension(points, noise=noise)
        assert found.reliable
        assert clean[0] - 0.05 < found.dimension < clean[1] + 0.05


@pytest.mark.parametrize(
    ("manifold", "truth", "clean", "raised"),
    [(*row, raised) for row, raised in zip(MANIFOLDS, (0.08, 0.2, 0.0, 0.0), strict=True)],
    ids=["circle", "torus", "3-sphere", "5-ball"],
)
def test_noise_of_a_hundredth_on_every_unit(manifold, truth, clean, raised):
    """It adds up to 11 % of the size: as they are, the smaller dimensions are raised, and the larger ones have no scaling region."""
    points = sets.among_units(manifold(N_PLANTED, np.random.default_rng(1)), 128, 0.01, np.random.default_rng(2))
    plain, floor = correlation_dimension(points), correlation_dimension(points, noise="floor")
    size = np.sqrt(np.mean(np.sum((points - points.mean(axis=0)) ** 2, axis=1)))
    assert floor.noise_variance == pytest.approx((0.01 * size) ** 2, rel=0.05)
    assert floor.reliable
    assert clean[0] - 0.05 < floor.dimension < clean[1] + 0.05
    without = correlation_dimension(
        sets.among_units(manifold(N_PLANTED, np.random.default_rng(1)), 128, 0.0, np.random.default_rng(2))
    )
    assert abs(floor.dimension - without.dimension) < 0.03
    assert plain.dimension > truth + raised or not plain.reliable
