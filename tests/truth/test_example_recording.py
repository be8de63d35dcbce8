"""The built-in example, read back from its NWB file, against the truth that it was made from."""

import numpy as np
import pytest

from rscnav.analyses.registry import analyse
from rscnav.config.job_settings import recording, simulation
from rscnav.config.load import load_config
from rscnav.recordings.read import read_recording
from rscnav.recordings.simulation.simulate import simulate_recording
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import wrap
from rscnav.sessions.schema import PHASES

N_BINS = 36


@pytest.fixture(scope="module", params=["belief", "position"])
def example(request, tmp_path_factory, pytestconfig):
    """Truth and what was read, with the project's own configuration."""
    config = load_config(pytestconfig.rootpath / "config.yaml")
    settings = simulation(config, "example").model_copy(update={"encodes": request.param})
    path = tmp_path_factory.mktemp("example") / "example.nwb"
    truth = simulate_recording(settings, path, Seeds(config.seed, ("simulate", "example")))
    session = read_recording(
        path, recording(config, "example"), config.encounters, Seeds(config.seed, ("read", "example"))
    )
    return truth, session


def preferred_places(activity, position):
    """Peak of the occupancy-normalised rate on the ring, smoothed over neighbours: (unit,) in rad."""
    edges = np.linspace(-np.pi, np.pi, N_BINS + 1)
    where = np.clip(np.digitize(position, edges) - 1, 0, N_BINS - 1)
    rate = np.stack([activity[where == k].mean(axis=0) for k in range(N_BINS)])
    smooth = sum(np.roll(rate, shift, axis=0) for shift in (-2, -1, 0, 1, 2))
    return (0.5 * (edges[:-1] + edges[1:]))[np.argmax(smooth, axis=0)]


def test_phases_and_encounters_come_back_exactly(example):
    truth, session = example
    np.testing.assert_array_equal(session.phase, truth.phase)
    np.testing.assert_array_equal(session.n_hypotheses, truth.n_hypotheses)
    np.testing.assert_array_equal(session.trial, truth.trial)
    assert len(session.encounters) == len(truth.encounters) > 500
    for column in truth.encounters.dtype.names:
        if column.endswith("_s"):
            np.testing.assert_allclose(session.encounters[column], truth.encounters[column], atol=1e-9)
        else:
            np.testing.assert_array_equal(session.encounters[column], truth.encounters[column])
    np.testing.assert_array_equal(session.trials["outcome"], truth.trials["outcome"])
    np.testing.assert_allclose(wrap(session.landmarks - truth.landmarks), 0, atol=1e-9)


def test_positions_come_back_in_the_landmark_frame(example):
    truth, session = example
    np.testing.assert_allclose(wrap(session.position - truth.position), 0, atol=1e-9)
    assert len(np.unique(session.trials["rotation_rad"])) > 10  # the room is another frame


def test_every_spike_inside_a_trial_is_counted(example):
    _, session = example
    counts = session.activity.sum(axis=0, dtype=np.float64) * session.dt_s
    for unit, times in enumerate(session.spikes):
        row = np.searchsorted(session.trials["start_s"], times, side="right") - 1
        inside = (row >= 0) & (times < session.trials["start_s"][row] + 10.0)
        assert abs(counts[unit] - inside.sum()) <= 2  # a spike within rounding of a trial's end


def test_preferred_places_come_back_from_spikes_alone(example):
    truth, session = example
    resolved = session.phase == 2
    found = preferred_places(session.activity[resolved], session.position[resolved, 0])
    error = np.abs(wrap(found - truth.units["preferred_rad"]))
    assert np.mean(error < 1.5 * 2 * np.pi / N_BINS) >= 0.95
    chance = np.abs(wrap(np.roll(found, 1) - truth.units["preferred_rad"]))
    assert np.mean(chance < 1.5 * 2 * np.pi / N_BINS) < 0.3


def test_the_animal_errs_in_about_an_eighth_of_the_trials(example):
    _, session = example
    judged = session.trials["outcome"] != "none"
    reached = np.isin(np.arange(len(session.trials)), session.trial[session.phase == 2])
    np.testing.assert_array_equal(judged, reached)
    error_rate = np.mean(session.trials["outcome"][judged] == "incorrect")
    assert 0.07 < error_rate < 0.18


def test_only_the_belief_code_holds_two_places(example):
    """In LM1 before a non-encounter, units that prefer the wrong place fire with the belief code alone."""
    truth, session = example
    two = (session.phase == 1) & (session.n_hypotheses == 2)
    first = {row["trial"]: row["landmark"] for row in session.encounters if row["order"] == 1}
    is_b = np.array([first.get(trial) == "b" for trial in session.trial])
    shift = session.landmarks[session.trial, 1, 0] - session.landmarks[session.trial, 0, 0]
    other = wrap(
        session.position[:, 0] + np.where(is_b, -shift, shift)
    )  # where it would be, were it the other landmark
    far = wrap(session.position[:, 0] + np.where(is_b, shift, -shift))  # as far away, but no hypothesis
    scaled = session.activity / truth.units["peak_rate_hz"]
    preferred = truth.units["preferred_rad"]
    rates = [scaled[two][np.abs(wrap(place[two, None] - preferred)) < 0.3].mean() for place in (other, far)]
    if truth.attributes["encodes"] == "belief":
        assert rates[0] > 2 * rates[1]
    else:
        assert abs(rates[0] - rates[1]) < 0.25 * rates[1]


@pytest.mark.slow
def test_no_dimension_is_called_reliable_under_poisson_noise(example):
    """Some 80 noisy neurons leave no scaling region over a factor of three, whatever they code for."""
    _, session = example
    result = analyse(session, "dimension")
    reliable = {part: result.scalar(f"{part}/reliable") for part in PHASES if f"{part}/reliable" in result}
    assert reliable
    assert not any(reliable.values())
