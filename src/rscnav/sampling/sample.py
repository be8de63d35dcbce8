"""Simulated recording of a network, matched to a recording.

As a recording, the session contains no belief, losses or observers. Its kind is ``sampled network``, so that no statistic pools it
with networks or recordings.
"""

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.activity.firing_rates import SpikeRates
from rscnav.recordings.binning import bins_within
from rscnav.sampling.copied_fields import attributes, copy_encounters, copy_trials, in_bins, unit_table
from rscnav.sampling.firing_rates import mean_rates, rates_from_states, varying
from rscnav.sampling.settings import SampledNetwork
from rscnav.sampling.trial_matching import plan_trials
from rscnav.seeds import Seeds
from rscnav.sessions.poisson import poisson_spikes
from rscnav.sessions.session import Session


def sample_network(
    network: Session, settings: SampledNetwork, name: str, seeds: Seeds, like: Session | None = None
) -> Session:
    """Return a simulated recording of a network: Poisson spikes of a subset of its units, in trials matched to a recording.

    Each trial of the recording is replaced by a test trial of the network, cut to the same length; a shorter network trial keeps its
    length. As many units as in the recording are drawn at random. Their states, shifted and scaled to the mean rates of the recorded
    units (`rates_from_states`), are the rates of the Poisson spikes.

    Parameters
    ----------
    network : Session
        Session of a trained network.
    settings : SampledNetwork
        What is matched.
    name : str
        Name of the new session.
    seeds : Seeds
        Seeds of the random choices and of the spikes.
    like : Session, optional
        Recording to match; default: numbers of trials and units, and rates, from `settings`.

    Returns
    -------
    Session
        Session of kind ``sampled network``; activity in Hz, in time bins of the recording's width. Attributes of the match:
        ``occupancy_distance`` (total variation distance between the occupancies of cells of phase and position),
        ``occupancy_distance_at_random``, ``fraction_of_time``, ``n_units_wanted`` and ``notes``.

    Raises
    ------
    InvalidValueError
        For too few test trials of the network, no unit that varies, or a recording without firing rates.

    Examples
    --------
    Ten of 30 units of a network in eight trials, as Poisson spikes with a mean rate of 5 Hz:

    >>> import numpy as np
    >>> from rscnav.recordings import session_from_arrays
    >>> from rscnav.sampling import sample_network
    >>> from rscnav.sampling.settings import SampledNetwork
    >>> from rscnav.seeds import Seeds
    >>> states = np.tanh(np.random.default_rng(0).normal(size=(2000, 30)))
    >>> network = session_from_arrays(states, 0.1, kind="network", trial=np.arange(2000) // 100)
    >>> settings = SampledNetwork(match_recording="none", n_trials=8, n_units=10, rate_hz=5.0)
    >>> session = sample_network(network, settings, "sampled", Seeds(0))
    >>> session.kind, session.activity.shape, round(float(session.activity.mean()))
    ('sampled network', (800, 10), 5)
    """
    if network.kind != "network":
        raise InvalidValueError(
            f"session '{network.name}' is a {network.kind}; only a network's session can be sampled"
        )
    plan = plan_trials(network, settings, seeds.generator("trials"), like)
    wanted = settings.n_units or (network.n_units if like is None else like.n_units)
    steps = bins_within(plan.spans, network.dt_s)
    units, rates = _rates(network, settings, like, plan.samples_at(network, steps), wanted, seeds)
    draw = seeds.generator("spikes")
    spikes = [poisson_spikes(rate, steps.left, steps.right, draw) for rate in rates.T]
    dt_s = network.dt_s if like is None else like.dt_s
    bins = bins_within(plan.spans, dt_s)
    return Session(
        name=name,
        kind="sampled network",
        subject=network.subject,
        dt_s=dt_s,
        activity=np.asarray(SpikeRates(spikes, bins, dt_s)),
        time=bins.centre,
        trial=bins.span.astype(np.int32),
        trials=copy_trials(network, plan),
        units=unit_table(network, units, rates.mean(axis=0)),
        spikes=spikes,
        encounters=copy_encounters(network, plan),
        landmarks=None if network.landmarks is None else network.landmarks[plan.chosen.trials],
        landmark_names=network.landmark_names,
        visibility_radius=network.visibility_radius,
        position_unit=network.position_unit,
        attributes=attributes(network, settings, plan, like, wanted, len(units)),
        **in_bins(network, plan.samples_at(network, bins)),
    )


def _rates(
    network: Session,
    settings: SampledNetwork,
    like: Session | None,
    samples: NDArray[np.int64],
    wanted: int,
    seeds: Seeds,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw units that vary in the selected samples; return their indices and their rates, (time, unit), in Hz."""
    useful = np.flatnonzero(varying(network.activity[samples]))
    if not len(useful):
        raise InvalidValueError(
            f"session '{network.name}': no unit's state varies, so that there is no activity to sample"
        )
    units = np.sort(seeds.generator("units").permutation(useful)[:wanted])
    if settings.rate_hz is not None or like is None:
        mean_hz = np.full(len(units), settings.rate_hz or 0.0)
    else:
        mean_hz = mean_rates(like, len(units), seeds.generator("rates"))
    return units, rates_from_states(network.activity[np.ix_(samples, units)], mean_hz)
