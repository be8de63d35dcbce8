"""Participation ratio without sampling bias, with an interval over trials."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.jackknife import jackknife_interval

MIN_GROUPS = 5  # four different groups for each product, and one that the jackknife leaves out


@dataclass(frozen=True)
class Moments:
    """Sums over the samples of each group of trials.

    Parameters
    ----------
    n : array, (group,)
        Count of samples.
    first : array, (group, unit)
        Sums of activity.
    second : array, (group, unit, unit)
        Sums of products of two units' activity.
    """

    n: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]


def moments(activity: NDArray[np.floating], group: NDArray[np.integer]) -> Moments:
    """Compute the sums of activity (time, unit), after subtraction of its mean, over groups of trials (time,)."""
    centred = activity - activity.mean(axis=0, dtype=np.float64)
    numbers, counts = np.unique(group, return_counts=True)
    parts = [centred[group == number] for number in numbers]
    return Moments(
        counts.astype(np.float64),
        np.stack([part.sum(axis=0) for part in parts]),
        np.stack([part.T @ part for part in parts]),
    )


def corrected_participation_ratio(sums: Moments) -> tuple[float, float, float]:
    """Compute the bias-corrected participation ratio tr(C)² / tr(C²) of the covariance C of activity, with its 95 % interval.

    Sampling noise spreads the eigenvalues of the sample covariance. The plain ratio is therefore too small, with a bias
    that grows as the count of independent samples decreases; samples of one trial are not independent. Here both traces
    are sums over products of four different groups of trials, which have no such bias. With K_ij the sum over all
    samples x of group i and y of group j of (x - y)(x - y)ᵀ / 2, whose expectation is proportional to C,

        tr(C)² ∝ Σ tr(K_ij) tr(K_kl),  tr(C²) ∝ Σ tr(K_ij K_kl),  i, j, k, l all different.

    Parameters
    ----------
    sums : Moments
        At least four groups, five for an interval. Memory grows with the fourth power of the count; use at most about 30.

    Returns
    -------
    value, low, high : float
        The interval is a jackknife over groups, of the logarithm of the ratio. NaN with too few groups, or if a sum is
        not positive, which means that there are too few data.

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
    # A group occurs at most once in a product, at one of four symmetric positions: without it, four times its sum is subtracted.
    total = np.array([above.sum(), below.sum()])
    own = np.array([above.sum(axis=(1, 2, 3)), below.sum(axis=(1, 2, 3))])
    value = _ratio(*total)
    if n_groups < MIN_GROUPS:
        return value, np.nan, np.nan
    without = np.array([_ratio(*rest) for rest in (total[:, None] - 4 * own).T])
    low, high = jackknife_interval(float(np.log(value)), np.log(without))
    return value, float(np.exp(low)), float(np.exp(high))


def _all_different(n: int) -> NDArray[np.bool_]:
    """Return the mask of the products (i, j, k, l) of four different groups."""
    i, j, k, m = np.ix_(*[np.arange(n)] * 4)
    return (i != j) & (i != k) & (i != m) & (j != k) & (j != m) & (k != m)


def _traces(sums: Moments) -> NDArray[np.float64]:
    """Compute tr(K_ij), (group, group)."""
    own = np.trace(sums.second, axis1=1, axis2=2)
    crossed = np.outer(own, sums.n)
    return 0.5 * (crossed + crossed.T) - sums.first @ sums.first.T


def _squares(sums: Moments) -> NDArray[np.float64]:
    """Compute tr(K_ij K_kl), (group, group, group, group).

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
    """Return the ratio; NaN unless both arguments are positive."""
    return above / below if above > 0 and below > 0 else np.nan
