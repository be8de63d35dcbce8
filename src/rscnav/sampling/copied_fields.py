"""What a sampled session takes over from the network's: trials, encounters, units, behaviour, and what was matched."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.sampling.settings import SampledNetwork
from rscnav.sampling.trial_matching import TOLERANCE, MatchingPlan
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session


def copy_trials(network: Session, plan: MatchingPlan) -> NDArray:
    """Make the table of trials; a trial that ends before its outcome was decided has none."""
    trials = np.zeros(len(plan.start_s), TRIALS)
    trials["start_s"], trials["stop_s"] = plan.spans.T
    trials["split"] = plan.split
    rows = network.trials[plan.chosen.trials]
    trials["rotation_rad"] = rows["rotation_rad"]
    decided = plan.length_s >= rows["stop_s"] - rows["start_s"] - TOLERANCE
    if network.is_circular and network.encounters is not None:  # in the plane the choice is made at a trial's end
        second = network.encounters[network.encounters["order"] == 2]
        onset = np.full(len(network.trials), np.inf)
        onset[second["trial"]] = second["onset_s"] - network.trials["start_s"][second["trial"]]
        decided |= onset[plan.chosen.trials] < plan.length_s - TOLERANCE
    trials["outcome"] = np.where(decided, rows["outcome"], "none")
    return trials


def copy_encounters(network: Session, plan: MatchingPlan) -> NDArray | None:
    """Take over the encounters that began while the trial was still recorded, on the new clock."""
    if network.encounters is None:
        return None
    parts = []
    for slot, trial in enumerate(plan.chosen.trials):
        rows = network.encounters[network.encounters["trial"] == trial].copy()
        shift = plan.start_s[slot] - network.trials["start_s"][trial]
        stop = plan.start_s[slot] + plan.length_s[slot]
        rows["onset_s"] += shift
        rows["offset_s"] = np.minimum(rows["offset_s"] + shift, stop)
        rows["trial"] = slot
        parts.append(rows[rows["onset_s"] < stop - TOLERANCE])
    return np.concatenate(parts)


def unit_table(network: Session, units: NDArray[np.int64], mean_hz: NDArray[np.float64]) -> NDArray:
    """Give the network's columns of the drawn units, and their mean rates."""
    table = np.empty(len(units), [*network.units.dtype.descr, ("mean_rate_hz", "f8")])
    for column in network.units.dtype.names or ():
        table[column] = network.units[column][units]
    table["mean_rate_hz"] = mean_hz
    return table


def in_bins(network: Session, samples: NDArray[np.int64]) -> dict[str, Any]:
    """Take over what is known of the behaviour at each sample."""
    fields = ("position", "heading", "velocity", "phase", "n_hypotheses")
    return {name: None if getattr(network, name) is None else getattr(network, name)[samples] for name in fields}


def attributes(
    network: Session, settings: SampledNetwork, plan: MatchingPlan, like: Session | None, wanted: int, n_units: int
) -> dict[str, Any]:
    """Say what was matched, and how well."""
    recorded_s = float(plan.length_s.sum())
    notes = []
    if n_units < wanted:
        notes.append(f"{wanted} units were wanted, the network has {n_units} that vary")
    if recorded_s < plan.wanted_s * (1 - 1e-9):
        notes.append(
            f"trials of the network are shorter: {recorded_s:.0f} of {plan.wanted_s:.0f} s; rollouts with a longer trial_s are not cut"
        )
    if like is not None and settings.match_occupancy:
        notes.append(
            f"occupancy matched by {plan.matched}" if plan.matched else "nothing in common to match occupancy by"
        )
    network_name = str(network.attributes.get("network", network.name))
    carried = ("seed", "task", "map_known")
    return {
        **{key: network.attributes[key] for key in carried if key in network.attributes},
        "network": f"{network_name}-{settings.label_text}",
        "sampled_from": network.name,
        "match_recording": "" if like is None else like.name,
        "activity_unit": "Hz",
        "n_units_wanted": wanted,
        "share_of_time": recorded_s / plan.wanted_s,
        "occupancy_distance": plan.chosen.distance,
        "occupancy_distance_at_random": plan.chosen.at_random,
        "notes": "; ".join(notes),
    }
