"""Dynamical similarity analysis (DSA) with the library of its authors.

A linear system is fitted to the delay-embedded trajectories of each session, in the coordinates of their leading singular vectors
(HAVOK). The distance is the angle between the matrices of both systems, minimised over orthogonal changes of coordinates:

    d(A, B) = min over orthogonal C of arccos( tr(Aᵀ C B Cᵀ) / (|A| |B|) )   (rad), 0 for the same system in other coordinates.

torch and the library are imported at first use, because no other analysis needs them.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.jackknife import delete_d_subsets, subsample_interval
from rscnav.comparison.segments import Segments, component_shuffle_surrogate, shuffled
from rscnav.comparison.settings import MIN_INTERVAL_GROUPS
from rscnav.errors import extra
from rscnav.seeds import Seeds

RATE = 0.01  # learning rate of the search for the rotation; the search is not reliable at 0.05
NAN = float("nan")


@dataclass(frozen=True)
class DSAResult:
    """DSA distance of two sessions (rad); every fit uses half of the trials of a session.

    Parameters
    ----------
    distance, low, high : float
        Mean over the two halves, with its 95 % interval over trials.
    uncoupled : float
        Component shuffle: distance to the other session with independent components (mean of both directions).
    shuffled : float
        Time shuffle: distance to the other session without dynamics.
    """

    distance: float
    low: float
    high: float
    uncoupled: float
    shuffled: float


def within_session_distance(one: Segments, settings: Any, seeds: Seeds) -> NDArray[np.float64]:
    """Return the distances between halves of the trials of one session, (split,): lower bound for identical dynamics."""
    found = []
    for k in range(settings.n_dynamics_splits):
        split = one.halved(seeds.generator("split", k))
        found.append(distance(split.in_half(0), split.in_half(1), settings, seeds.integer("floor", k)))
    return np.array(found)


def compare_dynamics(one: Segments, other: Segments, settings: Any, seeds: Seeds) -> DSAResult:
    """Compute the DSA distance of two sessions with its interval and nulls; segments have equal time step, length and components.

    References
    ----------
    Ostrow, Eisen, Kozachkov & Fiete, NeurIPS 36 (2023), doi:10.48550/arXiv.2306.10168.
    """

    def between(a: Segments, b: Segments, *purpose: str | int) -> float:
        seed = [seeds.integer("distance", half, *purpose) for half in (0, 1)]
        return float(np.mean([distance(a.in_half(h), b.in_half(h), settings, seed[h]) for h in (0, 1)]))

    value = between(one, other)
    n_groups = min(one.n_groups, other.n_groups)
    low = high = NAN
    if n_groups >= MIN_INTERVAL_GROUPS:
        kept = [
            delete_d_subsets(p.n_groups, settings.n_dynamics_subsamples, seeds.generator("draws", k))
            for k, p in enumerate((one, other))
        ]
        draws = [between(one.only(a), other.only(b), "draw", k) for k, (a, b) in enumerate(zip(*kept, strict=True))]
        low, high = subsample_interval(value, np.array(draws), n_groups)
    references = []
    for name, surrogate in (("uncoupled", component_shuffle_surrogate), ("shuffled", shuffled)):
        both = []
        for k, (a, b) in enumerate(((one, other), (other, one))):
            made = surrogate(b.in_half(0), seeds.generator(name, k))
            both.append(distance(a.in_half(0), made, settings, seeds.integer(name, k)))
        references.append(float(np.mean(both)))
    return DSAResult(value, low, high, *references)


def distance(one: NDArray[np.float64], other: NDArray[np.float64], settings: Any, seed: int) -> float:
    """Return the DSA distance (rad) of two sets of trajectories (segment, step, component).

    Both sets are cut to the same count of segments, because a fit to fewer is noisier. The search for the rotation starts from
    random weights of the global generator of torch, which is seeded here and restored afterwards.
    """
    import torch

    torch.set_num_threads(1)
    with warnings.catch_warnings(), extra("compare"):
        warnings.simplefilter("ignore")  # from the library, about optional parts
        from DSA import DSA

    n = min(len(one), len(other))
    systems: Sequence[NDArray[np.float32]] = [np.ascontiguousarray(x[:n], np.float32) for x in (one, other)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        measured = DSA(
            *systems, n_delays=settings.n_delays, rank=min(settings.rank, settings.n_delays * one.shape[2]),
            score_method="angular", iters=settings.iterations, lr=RATE,
        )  # fmt: skip
        return float(measured.fit_score())
