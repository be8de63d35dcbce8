"""Distances between the mean states of conditions, cross-validated over groups of trials: without noise bias.

d_ij = (1 / n_units) (1 / n_groups) Σ_g (m_gi - m_gj) P (m_-gi - m_-gj)ᵀ, with m_gi the mean state of condition i in the trials of
group g, m_-gi its mean over all other groups (equal weights), and P the inverse of the noise covariance, or the identity.
Noise of different groups is independent, so the expectation is the true distance; estimates can be negative.

`distances` uses rsatoolbox; `fast_distances` is the same sum in closed form, for resamples.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from rscnav.errors import extra


def group_means(
    activity: NDArray[np.floating],
    label: NDArray[np.integer],
    group: NDArray[np.integer],
    n_labels: int,
    n_groups: int,
    states: NDArray[np.intp] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the mean activity over the samples of each condition in each group of trials.

    Parameters
    ----------
    activity : array, (time, unit)
        Fastest for float64.
    label, group : array, (time,)
        Condition and group of each sample; -1 for none.
    n_labels, n_groups : int
    states : array, (time,), optional
        Row of `activity` that belongs to each sample; default: its own.

    Returns
    -------
    means : array, (group, condition, unit)
        NaN if a group has no sample of the condition.
    counts : array, (group, condition)
    """
    used = np.flatnonzero((label >= 0) & (group >= 0))
    cell = group[used].astype(np.int64) * n_labels + label[used]
    n_cells = n_groups * n_labels
    counts = np.bincount(cell, minlength=n_cells)
    columns = used if states is None else states[used]
    sums = sparse.csr_array((np.ones(len(used)), (cell, columns)), shape=(n_cells, len(activity))) @ activity
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.asarray(sums, np.float64) / counts[:, None]
    return means.reshape(n_groups, n_labels, -1), counts.reshape(n_groups, n_labels)


def noise_precision(states: NDArray[np.float64], condition: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the inverse noise covariance (states around the mean of their condition), with shrinkage.

    The covariance is shrunk towards a multiple of the identity, so distances do not change with rotations of the states.

    Parameters
    ----------
    states : array, (visit, unit)
        Mean state of each visit (one trial in one condition).
    condition : array, (visit,)

    Returns
    -------
    array, (unit, unit)

    References
    ----------
    Ledoit & Wolf, J. Multivar. Anal. 88, 365 (2004), doi:10.1016/S0047-259X(03)00096-4; Walther et al., NeuroImage 137, 188
    (2016), doi:10.1016/j.neuroimage.2015.12.012.
    """
    with extra("compare"):
        from rsatoolbox.data import Dataset
        from rsatoolbox.data.noise import prec_from_unbalanced

    visits = Dataset(states, obs_descriptors={"condition": condition})
    precision: NDArray[np.float64] = prec_from_unbalanced(visits, obs_desc="condition", method="shrinkage_eye")
    return precision


def distances(means: NDArray[np.float64], precision: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the crossnobis distances between conditions (cross-validated, squared), computed by rsatoolbox.

    Parameters
    ----------
    means : array, (group, condition, unit)
        Without NaN; at least two groups.
    precision : array, (unit, unit), optional
        See `noise_precision`; default: the identity.

    Returns
    -------
    array, (condition, condition)
        Symmetric, 0 on the diagonal; per unit, in units of the noise variance or of the activity squared.

    References
    ----------
    Walther et al., NeuroImage 137, 188 (2016), doi:10.1016/j.neuroimage.2015.12.012; Schütt et al., eLife 12, e82566 (2023),
    doi:10.7554/eLife.82566.
    """
    with extra("compare"):
        from rsatoolbox.data import Dataset
        from rsatoolbox.rdm import calc_rdm

    group, condition = np.indices(means.shape[:2]).reshape(2, -1)
    states = Dataset(means.reshape(len(group), -1), obs_descriptors={"condition": condition, "group": group})
    with np.errstate(invalid="ignore"):  # from rsatoolbox, when it allocates descriptors
        found: Any = calc_rdm(
            states, method="crossnobis", descriptor="condition", noise=precision, cv_descriptor="group"
        )
    matrix: NDArray[np.float64] = found.get_matrices()[0]
    return matrix


def fast_distances(means: NDArray[np.float64], precision: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the distances of `distances` in closed form: sum over all pairs of groups minus pairs of equal groups."""
    n_groups, _, n_units = means.shape
    weighed = means if precision is None else means @ precision
    total = means.sum(axis=0)
    all_pairs = total @ (total if precision is None else total @ precision).T
    equal = np.einsum("gcu,gdu->cd", means, weighed, optimize=True)
    inner = (all_pairs - equal) / (n_groups * (n_groups - 1) * n_units)
    size = np.diag(inner)
    squared = size[:, None] + size - inner - inner.T
    np.fill_diagonal(squared, 0.0)
    return np.asarray(squared, np.float64)
