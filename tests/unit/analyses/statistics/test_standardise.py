"""Sums and z-scores that are computed in blocks are those of the whole array."""

import numpy as np
import pytest

from rscnav.analyses.statistics.standardise import blockwise_sum, zscore
from rscnav.sessions import lazy


@pytest.fixture(params=[1, 3, 4, 100])
def activity(request, monkeypatch):
    """13 samples of 3 units, in blocks of that many rows; the last block of 3 or 4 has a single one."""
    monkeypatch.setattr(lazy, "BLOCK_BYTES", request.param * 3 * 8)
    return np.random.default_rng(0).normal(1.0, 2.0, size=(13, 3)).astype(np.float32)


def test_a_sum_over_blocks_is_that_of_the_whole(activity):
    np.testing.assert_allclose(blockwise_sum(activity), activity.sum(axis=0, dtype=np.float64), rtol=1e-14)
    before = activity.copy()
    squares = blockwise_sum(activity, np.square)
    np.testing.assert_allclose(squares, np.sum(activity.astype(np.float64) ** 2, axis=0), rtol=1e-14)
    np.testing.assert_array_equal(activity, before)
    rows = np.array([0, 5, 6, 12])
    np.testing.assert_allclose(
        blockwise_sum(activity, rows=rows), activity[rows].sum(axis=0, dtype=np.float64), rtol=1e-14
    )


def test_z_scores_have_mean_0_and_variance_1_and_constant_units_are_dropped(activity):
    activity[:, 1] = 7.0
    z = zscore(activity)
    assert z.shape == (13, 2)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-6)
    assert np.corrcoef(z[:, 1], activity[:, 2])[0, 1] == pytest.approx(1)


def test_z_scores_may_replace_the_activity(activity):
    expected = zscore(activity)
    assert zscore(activity, out=activity) is activity
    np.testing.assert_array_equal(activity, expected)
