"""The landmarks of a recorded session, and when the animal met them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.extract import RawRecording
from rscnav.recordings.landmarks.positions import check_reach, landmark_places
from rscnav.recordings.landmarks.visibility import seen_from
from rscnav.recordings.settings.landmarks import Landmarks
from rscnav.recordings.settings.recording import Recording
from rscnav.sessions.encounters import Trajectory, find_encounters
from rscnav.sessions.session import Session
from rscnav.sessions.settings import Encounters


def landmark_fields(file: Any, recorded: RawRecording, mapping: Recording, left: NDArray[np.integer]) -> dict[str, Any]:
    """Give the landmarks' names, places and the radius of visibility."""
    landmarks, frame = mapping.landmarks, recorded.frame
    if landmarks is None:
        return {}
    found: dict[str, Any] = {"landmark_names": landmarks.names}
    if landmarks.places and frame is not None:
        found["landmarks"] = landmark_places(file, landmarks, recorded.spans, frame)[left]
    if landmarks.visibility_radius is not None and frame is not None:
        found["visibility_radius"] = frame.length(landmarks.visibility_radius)
    return found


def meet_landmarks(
    session: Session, landmarks: Landmarks, visible: NDArray[np.bool_] | None, encounters: Encounters
) -> None:
    """Add encounters, phases and hypotheses, where there are real trials."""
    places, position = session.landmarks, session.position
    radius = session.visibility_radius or 0.0
    if places is not None and position is not None and not session.is_circular:
        check_reach(places, position, radius, session.landmark_names, session.position_unit)
    if session.attributes["trials_cut"]:
        return
    if position is None:
        position = np.zeros((len(session.time), 1))
    if places is None:
        places = np.full((len(session.trials), len(session.landmark_names), position.shape[1]), np.nan)
    if landmarks.view_angle is not None:
        of_sample, heading = places[session.trial], session.require("heading")
        visible = seen_from(position, heading, of_sample, radius, landmarks.view_angle, session.is_circular)
    behaviour = Trajectory(
        position=position,
        time=session.time,
        trial=session.trial,
        landmarks=places,
        names=session.landmark_names,
        radius=radius,
        ring=session.is_circular,
        dt_s=session.dt_s,
        outcome=session.trials["outcome"],
        visible=visible,
    )
    met = find_encounters(behaviour, encounters.min_duration_s, encounters.merge_within_s)
    session.encounters, session.phase, session.n_hypotheses = met.table, met.phase, met.n_hypotheses
