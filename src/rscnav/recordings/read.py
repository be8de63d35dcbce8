"""NWB file and mapping -> `Session`.

What the file holds is read by name (`recorded`); trials, spikes and tracking are brought on bins; the encounters follow from
the geometry, by the rule that networks' sessions use too.
"""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.config.base import check
from rscnav.config.landmarks import Landmarks
from rscnav.config.recordings import Recording
from rscnav.config.schema import Encounters
from rscnav.recordings.binning import Bins, bins_within, outside, spike_rates, touching
from rscnav.recordings.files import open_recording
from rscnav.recordings.landmarks import check_reach, landmark_places
from rscnav.recordings.nwb import Columns
from rscnav.recordings.phases import phases_of_file
from rscnav.recordings.recorded import Recorded, read_file
from rscnav.recordings.tracking import moves_in
from rscnav.recordings.visibility import seen_from, told_by_file
from rscnav.seeds import Seeds
from rscnav.sessions.encounters import Behaviour, find_encounters
from rscnav.sessions.geometry import wrap
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session


def read_recording(
    path: str | os.PathLike[str],
    mapping: Mapping[str, Any] | Recording,
    encounters: Encounters | None = None,
    seeds: Seeds | None = None,
) -> Session:
    """Read a recorded session from an NWB file.

    Parameters
    ----------
    path : path-like
    mapping : dict or Recording
        As an item of `recordings` in ``config.yaml``; ``file`` may be left out, and ``name`` is then the file's stem.
    encounters : Encounters, optional
        What counts as meeting a landmark. Default: the defaults.
    seeds : Seeds, optional
        Where the draw of test trials comes from. Default: root seed 0.

    Returns
    -------
    Session
        Activity in Hz. Only bins inside trials (or pieces of stretches) with tracked position are there; what was dropped
        is counted in ``attributes``.

    Raises
    ------
    FileNotFoundError
        For a missing file.
    ConfigError
        For a mapping with a wrong key or value.
    ValueError
        Where the file does not hold what the mapping names, or holds what cannot be; the message names key and cure.
    """
    if isinstance(mapping, Recording):
        checked = mapping
    else:
        stem = os.path.splitext(os.path.basename(path))[0]
        checked = check(Recording, {"name": stem, "file": os.fspath(path), **mapping}, "mapping of the recording")
    with open_recording(path, checked.arrays) as file:
        try:
            recorded = read_file(file, checked)
            session = _session(
                file, recorded, checked, encounters or Encounters(), seeds or Seeds(0, ("read", checked.name))
            )
        except ValueError as error:
            raise ValueError(f"recording '{checked.name}', file {os.fspath(path)}: {error}") from None
    session.attributes["source"] = os.path.basename(path)
    session.attributes["mapping"] = checked.model_dump_json(exclude={"file"})
    print(_summary(session))
    return session


def _session(file: Any, recorded: Recorded, mapping: Recording, encounters: Encounters, seeds: Seeds) -> Session:
    """Put everything on bins."""
    bins, dropped = _kept_bins(recorded, mapping)
    rates = np.empty((0, 0), np.float32) if recorded.sampled is None else recorded.sampled.in_bins(bins)
    if recorded.sampled is not None:
        bins, rates, dropped["n_bins_nan_activity"] = _known(bins, rates, mapping)
    left = np.unique(bins.span)
    if not len(left):
        raise ValueError(
            f"no bin of {mapping.bin_s:g} s is left: every one lies outside the epochs or touches a gap in the position "
            f"({dropped}); are trials, epochs and position on one clock, and is bin_s shorter than the trials?"
        )
    trials = np.zeros(len(left), TRIALS)
    trials["start_s"], trials["stop_s"] = recorded.spans.times[left].T
    trials["rotation_rad"], trials["outcome"] = recorded.spans.rotation[left], recorded.spans.outcome[left]
    trials["split"] = _split(len(left), mapping.test_share, seeds)
    notes = list(recorded.notes)
    if mapping.landmarks is not None and recorded.spans.cut:
        notes.append("no trial table: phases and encounters, which begin anew with each trial, are not defined")
    gone = np.setdiff1d(np.arange(len(recorded.spans.times)), left)
    if len(gone):
        start, stop = recorded.spans.times[gone[0]]
        notes.append(
            f"no bin is left of {len(gone)} of {len(recorded.spans.times)} trials, the first from {start:g} to {stop:g} s"
        )
    session = Session(
        name=mapping.name,
        kind="recording",
        subject=recorded.subject,
        dt_s=mapping.bin_s,
        activity=rates if recorded.spikes is None else spike_rates(recorded.spikes, bins, mapping.bin_s),
        time=bins.centre,
        trial=np.searchsorted(left, bins.span).astype(np.int32),
        trials=trials,
        units=_unit_table(recorded.units),
        spikes=recorded.spikes,
        attributes={
            **dropped,
            "n_trials_without_bins": len(recorded.spans.times) - len(left),
            "n_units_left_out": recorded.n_units_left_out,
            "n_spikes_unobserved": recorded.n_spikes_unobserved,
            "activity_unit": "Hz" if recorded.sampled is None else recorded.sampled.unit,
            "n_stretches_dropped": recorded.spans.n_dropped,
            "trials_cut": recorded.spans.cut,
            **({} if recorded.tracking is None else recorded.tracking.counts),
            "notes": "; ".join(notes),
        },
        **_behaviour(recorded, mapping, bins),
        **_landmarks(file, recorded, mapping, left),
    )
    if mapping.landmarks is not None:
        _meet(session, mapping.landmarks, told_by_file(file, mapping.landmarks, bins), encounters)
    if mapping.phases is not None and not recorded.spans.cut:
        session.phase = phases_of_file(file, mapping.phases, bins)
    return session


def _kept_bins(recorded: Recorded, mapping: Recording) -> tuple[Bins, dict[str, int]]:
    """Lay bins into the trials and drop those that are invalid, outside the epochs, or without position or activity."""
    bins = bins_within(recorded.spans.times, mapping.bin_s)
    dropped = {"n_bins_outside_epochs": 0, "n_bins_in_gaps": 0, "n_bins_nan": 0}
    for key, intervals in (("n_bins_invalid", recorded.invalid), ("n_bins_unobserved", recorded.unobserved)):
        there = touching(bins, intervals)
        dropped[key] = int(there.sum())
        bins = bins.keep(~there)
    if recorded.sampled is not None:
        silent = recorded.sampled.per_bin(bins) == 0
        dropped["n_bins_without_samples"] = int(silent.sum())
        bins = bins.keep(~silent)
    if recorded.epochs is not None:
        beyond = touching(bins, outside(recorded.epochs))
        dropped["n_bins_outside_epochs"] = int(beyond.sum())
        bins = bins.keep(~beyond)
    if recorded.tracking is not None and mapping.position is not None:
        in_gap = touching(bins, recorded.tracking.gaps)
        dropped["n_bins_in_gaps"] = int(in_gap.sum())
        bins = bins.keep(~in_gap)
        missing = touching(bins, recorded.tracking.missing)
        if missing.any() and mapping.position.nan == "refuse":
            raise ValueError(
                f"position.series: '{mapping.position.series}' is NaN in {missing.sum()} bins, the first at "
                f"{bins.centre[missing][0]:.3f} s; write position.nan: drop to leave them out, or interpolate in the file"
            )
        dropped["n_bins_nan"] = int(missing.sum())
        bins = bins.keep(~missing)
    return bins, dropped


def _known(bins: Bins, rates: NDArray[np.float32], mapping: Recording) -> tuple[Bins, NDArray[np.float32], int]:
    """Drop bins in which some unit's activity is NaN, or refuse them, as the mapping says."""
    unknown: NDArray[np.bool_] = np.any(np.isnan(rates), axis=1)
    if unknown.any() and mapping.activity is not None and mapping.activity.nan == "refuse":
        raise ValueError(
            f"activity.series: '{mapping.activity.series}' is NaN in {unknown.sum()} bins, the first at "
            f"{bins.centre[unknown][0]:.3f} s; write activity.nan: drop to leave them out"
        )
    return bins.keep(~unknown), rates[~unknown], int(unknown.sum())


def _behaviour(recorded: Recorded, mapping: Recording, bins: Bins) -> dict[str, Any]:
    """Give position, velocity and heading, in the landmarks' frame."""
    if recorded.tracking is None or mapping.position is None or recorded.frame is None:
        return {}
    rotation = recorded.spans.rotation[bins.span]
    frame = recorded.frame
    moves = moves_in(recorded.tracking, bins, rotation, frame.turns_around, frame.length(mapping.position.min_speed))
    heading = moves.direction if mapping.position.heading == "movement" else None
    if recorded.heading is not None:
        unknown = touching(bins, recorded.heading.gaps) | touching(bins, recorded.heading.missing)
        heading = np.where(unknown, np.nan, wrap(recorded.heading.at(bins.centre)[:, 0] - rotation))
    return {
        "position": moves.position,
        "velocity": moves.velocity,
        "heading": heading,
        "position_unit": recorded.tracking.unit,
    }


def _landmarks(file: Any, recorded: Recorded, mapping: Recording, left: NDArray[np.integer]) -> dict[str, Any]:
    """Give the landmarks' names, places and the radius of visibility."""
    landmarks, frame = mapping.landmarks, recorded.frame
    if landmarks is None:
        return {}
    found: dict[str, Any] = {"landmark_names": landmarks.names}
    if landmarks.places and frame is not None:
        found["landmarks"] = landmark_places(file, landmarks, recorded.spans, frame)[left]
    if landmarks.radius is not None and frame is not None:
        found["visibility_radius"] = frame.length(landmarks.radius)
    return found


def _meet(session: Session, landmarks: Landmarks, visible: NDArray[np.bool_] | None, encounters: Encounters) -> None:
    """Add encounters, phases and hypotheses, where there are real trials."""
    places, position = session.landmarks, session.position
    radius = session.visibility_radius or 0.0
    if places is not None and position is not None and not session.is_ring:
        check_reach(places, position, radius, session.landmark_names, session.position_unit)
    if session.attributes["trials_cut"]:
        return
    if position is None:
        position = np.zeros((len(session.time), 1))
    if places is None:
        places = np.full((len(session.trials), len(session.landmark_names), position.shape[1]), np.nan)
    if landmarks.view_angle is not None:
        of_sample, heading = places[session.trial], session.need("heading")
        visible = seen_from(position, heading, of_sample, radius, landmarks.view_angle, session.is_ring)
    behaviour = Behaviour(
        position=position,
        time=session.time,
        trial=session.trial,
        landmarks=places,
        names=session.landmark_names,
        radius=radius,
        ring=session.is_ring,
        dt_s=session.dt_s,
        outcome=session.trials["outcome"],
        visible=visible,
    )
    met = find_encounters(behaviour, encounters.min_duration_s, encounters.merge_within_s)
    session.encounters, session.phase, session.hypotheses = met.table, met.phase, met.hypotheses


def _split(n_trials: int, test_share: float, seeds: Seeds) -> NDArray[np.str_]:
    """Draw the test trials; with two or more trials at least one of each kind."""
    n_test = min(max(round(test_share * n_trials), 1), max(n_trials - 1, 1))
    split = np.full(n_trials, "train", "U5")
    split[seeds.generator("split").permutation(n_trials)[:n_test]] = "test"
    return split


def _unit_table(columns: Columns) -> NDArray:
    """Make the session's table of units from the columns with one value a unit."""
    plain = {name: values for name, values in columns.items() if values.ndim == 1}
    table = np.empty(len(columns["id"]), [(name, values.dtype) for name, values in plain.items()])
    for name, values in plain.items():
        table[name] = values
    return table


def _summary(session: Session) -> str:
    """Say in one line what was read and what was dropped."""
    counts = {key: value for key, value in session.attributes.items() if key.startswith("n_") and value}
    words = ", ".join(f"{key.removeprefix('n_').replace('_', ' ')} {value}" for key, value in counts.items())
    notes = session.attributes["notes"]
    return (
        f"recording '{session.name}': {session.n_units} units, {len(session.trials)} "
        f"{'pieces' if session.attributes['trials_cut'] else 'trials'}, {len(session.time)} bins of {session.dt_s:g} s; "
        f"dropped: {words or 'nothing'}{'; ' + notes if notes else ''}"
    )
