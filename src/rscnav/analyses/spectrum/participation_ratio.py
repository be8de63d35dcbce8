"""Participation ratio free of what few samples add to it, with an interval over trials."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.jackknife import jackknife_interval

MIN_GROUPS = 5  # four different groups enter each product, and one is left out for the interval


@dataclass(frozen=True)
class Moments:
    """Sums over the samples of each group of trials.

    Parameters
    ----------
    n : array, (group,)
        Samples.
    first : array, (group, unit)
        Sums of activity.
    second : array, (group, unit, unit)
        Sums of products of two units' activity.
    """

    n: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]


def moments(activity: NDArray[np.floating], group: NDArray[np.integer]) -> Moments:
    """Sum up activity (time, unit), its mean taken off, over groups of trials (time,)."""
    centred = activity - activity.mean(axis=0, dtype=np.float64)
    numbers, counts = np.unique(group, return_counts=True)
    parts = [centred[group == number] for number in numbers]
    return Moments(
        counts.astype(np.float64),
        np.stack([part.sum(axis=0) for part in parts]),
        np.stack([part.T @ part for part in parts]),
    )


def corrected_participation_ratio(sums: Moments) -> tuple[float, float, float]:
    """Participation ratio tr(C)² / tr(C²) of the covariance C of the activity's process, with its 95 % interval.

    Noise of the estimate spreads the sample covariance's eigenvalues, so that its plain ratio is too small, the more so the
    fewer independent samples there are; and samples of one trial are not independent. Here both traces are sums over
    products of four different groups of trials, each of which is free of that bias: with K_ij the sum over all samples x of group
    i and y of group j of (x - y)(x - y)ᵀ / 2, whose expectation is proportional to C,

        tr(C)² ∝ Σ tr(K_ij) tr(K_kl),  tr(C²) ∝ Σ tr(K_ij K_kl),  i, j, k, l all different.

    Parameters
    ----------
    sums : Moments
        Of at least four groups, five for an interval. More than some thirty cost much memory.

    Returns
    -------
    value, low, high : float
        The interval is a jackknife over groups, of the ratio's logarithm. NaN with too few groups, or where the sums are not above
        0: data too few to tell.

    References
    ----------
    Unbiased sums over different samples: Hoeffding, Ann. Math. Stat. 19, 293 (1948), doi:10.1214/aoms/1177730196; for
    eigenvalue moments: Kong & Valiant, Ann. Stat. 45, 2218 (2017), doi:10.1214/16-AOS1525; for the participation ratio:
    Chun, Canatar, Chung & Lee, arXiv:2509.26560 (2025).
    """
    n_groups = len(sums.n)
    if n_groups < MIN_GROUPS - 1:
        return np.nan, np.nan, np.nan
    different = _all_different(n_groups)
    trace, square = _traces(sums), _squares(sums)
    above = np.where(different, trace[:, :, None, None] * trace, 0.0)
    below = np.where(different, square, 0.0)
    # A group is in a product once at most, in any of four places that are alike: leaving it out takes off four times its sum.
    total = np.array([above.sum(), below.sum()])
    own = np.array([above.sum(axis=(1, 2, 3)), below.sum(axis=(1, 2, 3))])
    value = _ratio(*total)
    if n_groups < MIN_GROUPS:
        return value, np.nan, np.nan
    without = np.array([_ratio(*rest) for rest in (total[:, None] - 4 * own).T])
    low, high = jackknife_interval(float(np.log(value)), np.log(without))
    return value, float(np.exp(low)), float(np.exp(high))


def _all_different(n: int) -> NDArray[np.bool_]:
    """Mark the products (i, j, k, l) of four different groups."""
    i, j, k, m = np.ix_(*[np.arange(n)] * 4)
    return (i != j) & (i != k) & (i != m) & (j != k) & (j != m) & (k != m)


def _traces(sums: Moments) -> NDArray[np.float64]:
    """tr(K_ij), (group, group)."""
    own = np.trace(sums.second, axis1=1, axis2=2)
    crossed = np.outer(own, sums.n)
    return 0.5 * (crossed + crossed.T) - sums.first @ sums.first.T


def _squares(sums: Moments) -> NDArray[np.float64]:
    """tr(K_ij K_kl), (group, group, group, group).

    K_ij = (n_j S_i + n_i S_j - m_i m_jᵀ - m_j m_iᵀ) / 2 with counts n, sums m and sums of products S.
    """
    n, m, s = sums.n, sums.first, sums.second
    flat = s.reshape(len(s), -1)
    ss = flat @ flat.T  # tr(S_i S_k)
    mm = m @ m.T
    msm = np.einsum("aiu,bu->aib", np.einsum("au,iuv->aiv", m, s, optimize=True), m, optimize=True)  # m_a S_i m_b
    terms = np.einsum("j,l,ik->ijkl", n, n, ss)
    terms = terms + terms.transpose(1, 0, 2, 3)
    terms = terms + terms.transpose(0, 1, 3, 2)
    mixed = np.einsum("j,kil->ijkl", n, msm)  # tr(n_j S_i m_k m_lᵀ)
    mixed = mixed + mixed.transpose(1, 0, 2, 3)
    mixed = mixed + mixed.transpose(2, 3, 0, 1)
    outer = np.einsum("ik,jl->ijkl", mm, mm)
    outer = outer + outer.transpose(0, 1, 3, 2)
    return 0.25 * (terms - 2 * mixed + 2 * outer)


def _ratio(above: float, below: float) -> float:
    return above / below if above > 0 and below > 0 else np.nan
