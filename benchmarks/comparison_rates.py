"""False-positive rates of RSA and coverage of the confidence intervals of RSA and DSA, on simulated pairs of sessions.

    python benchmarks/comparison_rates.py [PAIRS]

Rates: two independent sessions of one kind, as in `rscnav.calibration.null_sessions`. The additional kind `codes` has for each unit
a random mean in each spatial bin of each phase: both sessions encode position and phase, but have no common geometry.
Coverage of RSA: two sets of trials of the same units (`planted`). Coverage of DSA: two linear systems with different frequencies.
"""

import sys
from types import SimpleNamespace

import numpy as np

from rscnav.analyses.preprocessing import prepare
from rscnav.analyses.settings import Common
from rscnav.analyses.spatial_bins import spatial_bin
from rscnav.calibration.null_sessions import KINDS, N_STEPS, N_TRIALS, N_UNITS, coloured_noise, null_session
from rscnav.calibration.planted_sessions import planted_session
from rscnav.calibration.random_walks import ring_walk, with_activity
from rscnav.comparison.conditions import place_conditions
from rscnav.comparison.dsa import compare_dynamics
from rscnav.comparison.rdm import geometry
from rscnav.comparison.rsa import RSAResult, compare_geometries
from rscnav.comparison.segments import Segments
from rscnav.comparison.settings import Similarity
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

ROOT = Seeds(0, ("comparison rates",))
FEW = Similarity(n_null=39, n_subsamples=20, n_splits=2)
RATES = ((0.1, 0.25, 0.4), (0.1, 0.35, 0.6))  # frequencies of the two linear systems (rad per step)


def coded_session(generator: np.random.Generator) -> Session:
    """Simulate a session in which each unit has a random mean in each spatial bin of each phase."""
    session = ring_walk(np.full(N_TRIALS, N_STEPS), generator)
    place, n = spatial_bin(session.require("position"), True, FEW.n_position_bins, FEW.n_position_bins_side)
    means = generator.normal(0, 2, (3 * n, N_UNITS))
    activity = means[session.require("phase").astype(int) * n + place] + coloured_noise(len(place), N_UNITS, generator)
    return with_activity(session, activity)


def compared(sessions: tuple[Session, Session], settings: Similarity, seeds: Seeds) -> RSAResult | None:
    """Return the RSA of two sessions with spatial bins as conditions, or None if it cannot be computed."""
    made = []
    for k, session in enumerate(sessions):
        prepared = prepare(session, Common())
        labels = place_conditions(session, prepared.samples, settings)
        made.append(geometry(session, prepared, labels, settings, seeds.spawn("session", k))[0])
    if made[0] is None or made[1] is None:
        return None
    found = compare_geometries(made[0], made[1], settings.min_conditions, seeds.generator("places"))
    return found if isinstance(found, RSAResult) else None


def linear(
    rates: tuple[float, ...], generator: np.random.Generator, n_pieces: int = 100, n_steps: int = 50
) -> Segments:
    """Simulate a linear system driven by noise, with one plane of rotation for each of `rates` (rad per step)."""
    n = 2 * len(rates)
    step = np.zeros((n, n))
    for k, rate in enumerate(rates):
        step[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = 0.97 * np.array(
            [[np.cos(rate), -np.sin(rate)], [np.sin(rate), np.cos(rate)]]
        )
    states = np.zeros((n_pieces, n_steps + 50, n))
    for t in range(1, n_steps + 50):
        states[:, t] = states[:, t - 1] @ step.T + generator.standard_normal((n_pieces, n))
    group = np.arange(n_pieces) % 10
    return Segments(states[:, 50:], group, np.zeros(n_pieces, np.int64)).halved(generator)


def main(n_pairs: int) -> None:
    """Print the false-positive rates of each kind, and the coverage of RSA and DSA."""
    kinds = {kind: (lambda g, kind=kind: null_session(kind, g)) for kind in KINDS} | {"codes": coded_session}
    for kind, simulate in kinds.items():
        found = []
        for k in range(n_pairs):
            seeds = ROOT.spawn(kind, k)
            pair = (simulate(seeds.generator("one")), simulate(seeds.generator("other")))
            one = compared(pair, FEW, seeds)
            if one is not None:
                found.append((one.p_places, one.p_trials, one.p, one.similarity))
        rates = np.mean(np.array(found)[:, :3] <= 0.05, axis=0)
        print(f"{kind:10} n {len(found)}: p_places {rates[0]:.3f} p_trials {rates[1]:.3f} p {rates[2]:.3f}; similarity "
              f"{np.mean(found, axis=0)[3]:.2f}", flush=True)  # fmt: skip
    print("similarity (RSA), planted:", coverage([_planted(k) for k in range(n_pairs)]), flush=True)
    print("distance (DSA), linear systems:", coverage([_linear(k) for k in range(n_pairs // 4)]), flush=True)


def _planted(k: int) -> tuple[float, float, float]:
    seeds = ROOT.spawn("planted", k)
    pair = (planted_session(seeds.generator("one")), planted_session(seeds.generator("other")))
    found = compared(pair, Similarity(n_null=19, n_splits=1), seeds)
    assert found is not None
    return found.similarity, found.low, found.high


def _linear(k: int) -> tuple[float, float, float]:
    settings = SimpleNamespace(n_delays=2, rank=6, iterations=150, n_dynamics_subsamples=20)
    seeds = ROOT.spawn("linear", k)
    one, other = (linear(rates, seeds.generator(str(rates))) for rates in RATES)
    found = compare_dynamics(one, other, settings, seeds)
    return found.distance, found.low, found.high


def coverage(found: list[tuple[float, float, float]]) -> str:
    """Return as text the fraction of intervals (estimate, low, high) that contain the mean estimate, and their relative width.

    The width is relative to 3.92 standard deviations of the estimates.
    """
    value, low, high = np.array(found).T
    holds = np.mean((low <= value.mean()) & (value.mean() <= high))
    return f"n {len(value)}, mean {value.mean():.4f}, coverage {holds:.3f}, relative width {np.mean(high - low) / (3.92 * value.std(ddof=1)):.2f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
