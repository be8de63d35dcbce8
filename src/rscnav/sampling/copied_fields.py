"""Fields copied from the network's session: trials, encounters, units, behaviour; and attributes of the matching."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.sampling.settings import SampledNetwork
from rscnav.sampling.trial_matching import TOLERANCE, MatchingPlan
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session


def copy_trials(network: Session, plan: MatchingPlan) -> NDArray:
    """Return the table of trials; the outcome is ``none`` for a trial that is cut before its decision."""
    trials = np.zeros(len(plan.start_s), TRIALS)
    trials["start_s"], trials["stop_s"] = plan.spans.T
    trials["split"] = plan.split
    rows = network.trials[plan.chosen.trials]
    trials["rotation_rad"] = rows["rotation_rad"]
    decided = plan.length_s >= rows["stop_s"] - rows["start_s"] - TOLERANCE
    if network.is_circular and network.encounters is not None:  # in the plane the choice is at the end of a trial
        second = network.encounters[network.encounters["order"] == 2]
        onset = np.full(len(network.trials), np.inf)
        onset[second["trial"]] = second["onset_s"] - network.trials["start_s"][second["trial"]]
        decided |= onset[plan.chosen.trials] < plan.length_s - TOLERANCE
    trials["outcome"] = np.where(decided, rows["outcome"], "none")
    return trials


def copy_encounters(network: Session, plan: MatchingPlan) -> NDArray | None:
    """Return the encounters that began before the end of the cut trial, with times of the new session."""
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
    """Return the table of the drawn units: the network's columns, and the mean rate (Hz)."""
    table = np.empty(len(units), [*network.units.dtype.descr, ("mean_rate_hz", "f8")])
    for column in network.units.dtype.names or ():
        table[column] = network.units[column][units]
    table["mean_rate_hz"] = mean_hz
    return table


def in_bins(network: Session, samples: NDArray[np.int64]) -> dict[str, Any]:
    """Return the fields of the behaviour and of the phase at some samples of the network's session."""
    fields = ("position", "heading", "velocity", "phase", "n_hypotheses")
    return {name: None if getattr(network, name) is None else getattr(network, name)[samples] for name in fields}


def attributes(
    network: Session, settings: SampledNetwork, plan: MatchingPlan, like: Session | None, wanted: int, n_units: int
) -> dict[str, Any]:
    """Return the attributes of the session: its source, what was matched, and the quality of the match."""
    recorded_s = float(plan.length_s.sum())
    notes = []
    if n_units < wanted:
        notes.append(f"{wanted} units were requested, but only {n_units} units of the network vary")
    if recorded_s < plan.wanted_s * (1 - 1e-9):
        notes.append(
            f"trials of the network are shorter than those of the recording: {recorded_s:.0f} of {plan.wanted_s:.0f} s; use a task with a longer trial_s"
        )
    if like is not None and settings.match_occupancy:
        notes.append(
            f"occupancy matched by {plan.matched}"
            if plan.matched
            else "occupancy not matched: phases and positions have nothing in common"
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
        "fraction_of_time": recorded_s / plan.wanted_s,
        "occupancy_distance": plan.chosen.distance,
        "occupancy_distance_at_random": plan.chosen.at_random,
        "notes": "; ".join(notes),
    }
