"""Distribution of simulated neurons, and a long walk that drives them; expectations are sums over both.

The rate of a unit with preferred position p and peak rate r is w · y(t). y(t) contains the gain of the phase, and the gain times the
belief in each bin. w contains the baseline and (r - baseline) exp(-(bin - p)² / 2 width²). Means and covariances of all units
follow from those of y, which has about 65 entries.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.lowpass_filter import lowpass
from rscnav.errors import InvalidValueError
from rscnav.recordings.simulation.settings import Simulation
from rscnav.recordings.simulation.simulate import RATE_SPREAD
from rscnav.sessions.geometry import ring_bin_centres, wrap
from rscnav.sessions.selection import select_units_and_trials
from rscnav.sessions.session import Session


@dataclass(frozen=True)
class Population:
    """Distribution of units.

    Parameters
    ----------
    weights : array, (node, feature)
        w of units at the nodes of a quadrature over preferred positions and peak rates (Hz).
    share : array, (node,)
        Fraction of units at each node; sums to 1.
    """

    weights: NDArray[np.float64]
    share: NDArray[np.float64]

    def mean(self, values: NDArray[np.float64]) -> float:
        """Return the mean over units of values (node,), without values that are not finite."""
        known = np.isfinite(values)
        return float(np.sum(self.share[known] * values[known]) / self.share[known].sum())


@dataclass(frozen=True)
class LongWalk:
    """Drive of the units in many trials of equal length.

    Parameters
    ----------
    session : Session
        True behaviour of the simulation; its units are not used.
    drive : array, (trial, step, feature), float32
        y.
    phase : array, (trial, step)
    """

    session: Session
    drive: NDArray[np.floating]
    phase: NDArray[np.integer]

    def filtered(self, cutoff_hz: float, causal: bool = True) -> NDArray[np.floating]:
        """Return y, low-passed within trials, (trial, step, feature)."""
        n_trials, n_steps, n_features = self.drive.shape
        by_step = self.drive.transpose(1, 0, 2).reshape(n_steps, -1)
        out = lowpass(by_step, self.session.dt_s, cutoff_hz, causal=causal)
        return out.reshape(n_steps, n_trials, n_features).transpose(1, 0, 2)

    def counting(self, cutoff_hz: float, causal: bool = True) -> NDArray[np.float64]:
        """Return the Poisson variance of low-passed rates, (trial, step, feature); w times it is the variance of a unit (Hz²).

        Counts of a Poisson unit in bins of dt have the variance rate · dt, so the filtered rate has that of Σ_s h(t, s)² rate(s) / dt.
        """
        response = np.asarray(lowpass(np.eye(self.drive.shape[1]), self.session.dt_s, cutoff_hz, causal=causal))
        return np.einsum("ts,isf->itf", response**2, self.drive, optimize=True) / self.session.dt_s

    def parts(self, n: int) -> Iterator["LongWalk"]:
        """Yield `n` walks of about equal counts of trials, for the standard error of the true values."""
        for trials in np.array_split(np.arange(len(self.drive)), n):
            yield replace(self, session=select_units_and_trials(self.session, np.arange(self.session.n_units), trials),
                          drive=self.drive[trials], phase=self.phase[trials])  # fmt: skip


def walk_of(truth: Session, settings: Simulation) -> LongWalk:
    """Return the drive of the units in a simulation with trials of equal length.

    Parameters
    ----------
    truth : Session
        True behaviour and belief of the simulation.
    settings : Simulation

    Raises
    ------
    InvalidValueError
        If units do not encode the belief, or trials differ in length.
    """
    if settings.encodes != "belief":
        raise InvalidValueError(
            f"simulation '{settings.name}': encodes: '{settings.encodes}' has no known true values; use 'belief'"
        )
    lengths = np.bincount(truth.trial)
    if np.any(lengths != lengths[0]):
        raise InvalidValueError(
            f"simulation '{settings.name}': trials have {lengths.min()} to {lengths.max()} bins; all need the same length"
        )
    phase = truth.require("phase")
    gain = np.array(settings.phase_gain)[phase][:, None]
    drive = np.concatenate([gain, gain * truth.require("bayes_posterior")], axis=1).astype(np.float32)
    return LongWalk(truth, drive.reshape(-1, lengths[0], drive.shape[1]), phase.reshape(-1, lengths[0]))


def population(
    settings: Simulation, centres: NDArray[np.floating], n_position_bins: int = 128, n_peaks: int = 15
) -> Population:
    """Return a quadrature over the units: equally spaced preferred positions, Gauss-Hermite nodes of log peak rates.

    Parameters
    ----------
    settings : Simulation
    centres : array, (bin,)
        Centres of the bins of the belief (rad).
    n_position_bins, n_peaks : int
        Counts of nodes.
    """
    places = ring_bin_centres(n_position_bins)
    nodes, share = np.polynomial.hermite_e.hermegauss(n_peaks)
    peaks = settings.peak_rate_hz * np.exp(RATE_SPREAD * nodes)
    bump = np.exp(-0.5 * (wrap(centres - places[:, None]) / settings.tuning_width_rad) ** 2)  # (place, bin)
    base = settings.baseline_rate_hz
    heights = np.maximum(peaks - base, 0)[:, None, None] * bump  # (peak, place, bin)
    weights = np.concatenate([np.full((n_peaks, n_position_bins, 1), base), heights], axis=2)
    shares = np.repeat(share / share.sum() / n_position_bins, n_position_bins)
    return Population(weights.reshape(n_peaks * n_position_bins, -1), shares)
