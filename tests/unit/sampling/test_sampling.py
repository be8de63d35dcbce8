"""Networks seen as a recording would see them: what is matched, what is taken over, what is refused."""

import numpy as np
import pytest

from rscnav.config.job_settings import sampled_sessions, session_names
from rscnav.config.load import parse_config
from rscnav.sampling.sample import sample_network
from rscnav.sampling.settings import SampledNetwork
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.sessions.schema import ENCOUNTERS, TRIALS
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import ConfigError

N_STEPS, DT_S, N_POOL = 40, 0.1, 60
LIKE = SampledNetwork(network="net", match_recording="rat")


def network(**changes) -> Session:
    """A network of 12 units: 10 training trials, then 60 test trials of which the odd ones stay at 2 rad, the even ones at -2."""
    rng = np.random.default_rng(1)
    n_trials = 10 + N_POOL
    trial = np.repeat(np.arange(n_trials, dtype="i4"), N_STEPS)
    step = np.tile(np.arange(N_STEPS), n_trials)
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"] = np.arange(n_trials) * N_STEPS * DT_S
    trials["stop_s"] = trials["start_s"] + N_STEPS * DT_S
    trials["split"] = np.repeat(["train", "test"], [10, N_POOL])
    trials["outcome"] = "correct"
    met = np.zeros(2 * n_trials, ENCOUNTERS)  # a from step 5, b from step 30, two steps each
    met["trial"], met["order"] = np.repeat(np.arange(n_trials), 2), np.tile([1, 2], n_trials)
    met["landmark"], met["kind"], met["is_new"] = np.tile(["a", "b"], n_trials), "encounter", True
    met["onset_s"] = np.repeat(trials["start_s"], 2) + np.tile([0.5, 3.0], n_trials)
    met["offset_s"] = met["onset_s"] + 0.2
    values = dict(
        name="net-s1",
        kind="network",
        subject="net-s1",
        dt_s=DT_S,
        activity=np.tanh(rng.normal(size=(len(trial), 12)) + np.linspace(-1, 1, 12)).astype("f4"),
        time=(np.arange(len(trial)) + 0.5) * DT_S,
        trial=trial,
        trials=trials,
        units=np.array([(f"u{k}",) for k in range(12)], [("id", "U4")]),
        position=np.where(trial % 2, 2.0, -2.0)[:, None] + 1e-3 * step[:, None],
        velocity=step.astype(float),
        phase=np.digitize(step, [5, 30]).astype("u1"),
        landmarks=np.broadcast_to(np.array([[0.0], [2.5]]), (n_trials, 2, 1)).copy(),
        encounters=met,
        belief=np.full((len(trial), 4), 0.25, "f4"),
        landmark_names=("a", "b"),
        visibility_radius=0.25,
        position_unit="rad",
        attributes={"network": "net", "seed": 1, "task": "ring-fixed", "map_known": True},
    )
    return Session(**(values | changes))


def recording(steps=(40,) * 20, odd=0.8, dt_s=DT_S, **changes) -> Session:
    """A rat with 5 units; a share of its trials is spent at 2 rad, the rest at -2."""
    trial = np.repeat(np.arange(len(steps), dtype="i4"), steps)
    within = np.concatenate([np.arange(n) for n in steps])
    trials = np.zeros(len(steps), TRIALS)
    trials["start_s"] = 7 + np.cumsum([0, *steps[:-1]]) * dt_s + 3 * np.arange(len(steps))
    trials["stop_s"] = trials["start_s"] + np.array(steps) * dt_s
    trials["split"] = np.where(np.arange(len(steps)) % 5, "test", "train")
    values = dict(
        name="rat",
        kind="recording",
        subject="rat",
        dt_s=dt_s,
        activity=np.broadcast_to(np.array([1.0, 2.0, 4.0, 8.0, 16.0], "f4"), (len(trial), 5)).copy(),
        time=trials["start_s"][trial] + (within + 0.5) * dt_s,
        trial=trial,
        trials=trials,
        units=np.array([(k,) for k in range(5)], [("id", "i8")]),
        position=np.where(trial < odd * len(steps), 2.0, -2.0)[:, None],
        phase=np.digitize(within * dt_s, [0.5 - 1e-9, 3.0 - 1e-9]).astype("u1"),
        position_unit="rad",
    )
    return Session(**(values | changes))


def sampled(settings=LIKE, seed=0, net=None, like=None) -> Session:
    like = like if like is not None else (None if settings.match_recording == "none" else recording())
    return sample_network(net or network(), settings, "net-s1-like-rat", Seeds(seed, ("sample",)), like)


def test_units_trials_lengths_rates_and_bins_are_the_recording_s(tmp_path):
    like = recording(steps=(40, 10, 33, 25, 40, 31), odd=0.5)
    session = sampled(like=like)
    assert session.kind == "sampled network"
    assert session.n_units == 5
    np.testing.assert_allclose(session.time, like.time)
    np.testing.assert_array_equal(session.trial, like.trial)
    for column in ("start_s", "stop_s", "split"):
        np.testing.assert_array_equal(session.trials[column], like.trials[column])
    assert sorted(session.units["mean_rate_hz"].round(6)) == [1, 2, 4, 8, 16]
    write_session(session, tmp_path / "s.h5")
    assert load_session(tmp_path / "s.h5").attributes["sampled_from"] == "net-s1"


def test_what_no_recording_has_is_gone():
    session = sampled()
    for gone in ("belief", "head_loss", "training_curve"):
        assert getattr(session, gone) is None
    assert session.reference_observer == ""


def test_time_at_places_and_in_phases_is_matched():
    session = sampled(like=recording(odd=0.8))
    at_odd = np.mean(session.position[:, 0] > 0)
    assert at_odd == pytest.approx(0.8)
    assert session.attributes["occupancy_distance"] == pytest.approx(0, abs=1e-6)
    assert session.attributes["occupancy_distance_at_random"] == pytest.approx(0.3, abs=0.08)
    left = sampled(SampledNetwork(network="net", match_recording="rat", match_occupancy=False))
    assert left.attributes["occupancy_distance"] > 0.1
    assert "matched" not in left.attributes["notes"]


def test_each_trial_is_used_once_and_none_of_training():
    net = network(velocity=np.repeat(np.arange(10.0 + N_POOL), N_STEPS))  # tells the trial
    session = sampled(net=net, like=recording(steps=(40,) * 30, odd=0.5))
    used = [np.unique(session.velocity[session.trial == k]) for k in range(30)]
    assert all(len(u) == 1 and u[0] >= 10 for u in used)
    assert len({float(u[0]) for u in used}) == 30


def test_what_happens_after_a_trial_s_end_is_not_recorded():
    session = sampled(like=recording(steps=(40, 31, 30, 12, 4), odd=0.5))
    assert session.trials["outcome"].tolist() == ["correct", "correct", "none", "none", "none"]
    met = session.encounters
    assert [np.sum(met["trial"] == k) for k in range(5)] == [2, 2, 1, 1, 0]
    start = session.trials["start_s"][met["trial"]]
    np.testing.assert_allclose(met["onset_s"] - start, np.where(met["order"] == 1, 0.5, 3.0))
    assert met["offset_s"][3] == pytest.approx(session.trials["stop_s"][1])  # cut in the middle of b


@pytest.mark.parametrize("factor", [0.5, 1, 2])
def test_behaviour_at_other_widths_of_bins(factor):
    n = round(40 / factor)
    session = sampled(like=recording(steps=(n,) * 4, dt_s=DT_S * factor, odd=0.5))
    assert session.dt_s == DT_S * factor
    within = (session.time - session.trials["start_s"][session.trial]) / DT_S
    np.testing.assert_array_equal(session.velocity, np.floor(within + 1e-6))  # the network's step at the bin's centre
    total = sum(len(times) for times in session.spikes)
    assert session.activity.sum() * session.dt_s == pytest.approx(total)


def test_trials_longer_than_the_network_s_stay_shorter_and_are_said():
    session = sampled(like=recording(steps=(40, 80), odd=0.5))
    np.testing.assert_allclose(session.trials["stop_s"] - session.trials["start_s"], 4.0)
    assert session.attributes["fraction_of_time"] == pytest.approx(8 / 12)
    assert "8 of 12 s" in session.attributes["notes"]


def test_without_a_recording_all_units_and_test_trials_fire_at_the_given_rate():
    session = sampled(SampledNetwork(network="net", match_recording="none", rate_hz=30.0))
    assert session.n_units == 12
    assert len(session.trials) == N_POOL
    assert np.all(np.abs(session.activity.mean(axis=0) - 30) < 4 * np.sqrt(30 / (N_POOL * N_STEPS * DT_S)))


def test_counts_are_poisson_around_the_state_shifted_and_scaled():
    net = network(velocity=np.arange(70.0 * N_STEPS))  # tells the sample
    session = sampled(SampledNetwork(network="net", match_recording="none", rate_hz=1000.0), net=net)
    states = net.activity[session.velocity.astype(int)].astype(float)
    expected = states - states.min(axis=0)
    expected *= 1000 / expected.mean(axis=0)
    counts, mean = session.activity * session.dt_s, expected * session.dt_s
    some = mean > 5
    deviation = (counts - mean)[some] / np.sqrt(mean[some])
    assert deviation.mean() == pytest.approx(0, abs=0.03)
    assert deviation.std() == pytest.approx(1, abs=0.02)  # the variance is the mean
    assert counts[mean == 0].sum() == 0


def test_the_same_seed_gives_the_same_session_and_another_another():
    one, two, other = sampled(), sampled(), sampled(seed=1)
    np.testing.assert_array_equal(one.activity, two.activity)
    np.testing.assert_array_equal(np.concatenate(one.spikes), np.concatenate(two.spikes))
    assert one.activity.shape == other.activity.shape
    assert not np.array_equal(one.activity, other.activity)


def test_more_units_than_the_network_has_are_said():
    session = sampled(SampledNetwork(network="net", match_recording="rat", n_units=20))
    assert session.n_units == 12
    assert "20 units were requested, but only 12 units of the network vary" in session.attributes["notes"]


@pytest.mark.parametrize(
    ("changes", "words"), [({"phase": None}, "matched by place"), ({"position": None}, "matched by phase")]
)
def test_occupancy_by_what_both_have(changes, words):
    assert words in sampled(like=recording(**changes)).attributes["notes"]


def test_a_recording_of_spikes_alone_gives_nothing_to_match():
    session = sampled(like=recording(position=None, phase=None))
    assert "nothing in common" in session.attributes["notes"]
    assert np.isnan(session.attributes["occupancy_distance"])


def test_places_of_another_kind_are_not_matched():
    plane = recording(position=np.zeros((800, 2)), position_unit="m")
    assert "matched by phase" in sampled(like=plane).attributes["notes"]


def test_constant_units_are_never_drawn():
    activity = network().activity.copy()
    activity[:, :8] = 0.5
    session = sampled(net=network(activity=activity))
    assert session.n_units == 4
    with pytest.raises(ValueError, match="no unit's state varies"):
        sampled(net=network(activity=np.zeros_like(activity)))


@pytest.mark.parametrize(
    ("settings", "like", "words"),
    [
        (LIKE, recording(steps=(10,) * 61), "has 60 test trials, fewer than the 61.*rollout.test_trials: 61"),
        (SampledNetwork(network="net", match_recording="rat", n_trials=21), recording(), "n_trials: 21 trials are requested, but 'rat' has 20"),
        (SampledNetwork(network="net", match_recording="none", rate_hz=1.0, n_trials=99), None, "has 60 test trials"),
        (LIKE, recording(attributes={"activity_unit": "a.u."}), "is in 'a.u.'.*give rate_hz"),
    ],
)  # fmt: skip
def test_what_cannot_be_matched_is_refused(settings, like, words):
    with pytest.raises(ValueError, match=words):
        sampled(settings, like=like)


def test_only_networks_can_be_sampled():
    with pytest.raises(ValueError, match="is a recording; only a network's session"):
        sampled(net=recording())


def run_with(*entries, networks=("net",), recordings=("rat",)):
    return parse_config(
        {
            "networks": [{"name": name, "seeds": [1, 2]} for name in networks],
            "recordings": [{"name": name, "file": f"{name}.nwb"} for name in recordings],
            "sampled_networks": list(entries),
        }
    )


def test_sessions_by_network_and_by_seed():
    config = run_with(
        {"network": "net", "match_recording": "rat"},
        {"network": "net-s2", "match_recording": "none", "rate_hz": 5.0, "suffix": "few"},
    )
    expected = ["net-s1", "net-s2", "net-s1-like-rat", "net-s2-like-rat", "net-s2-few", "rat"]
    assert session_names(config) == expected
    assert sampled_sessions(config)["net-s2-few"][1] == "net-s2"


@pytest.mark.parametrize("networks", [("net", "gru"), ("gru", "net")])
@pytest.mark.parametrize("recordings", [("rat", "cat"), ("cat", "rat")])
def test_by_default_the_first_network_like_the_first_recording_in_alphabetical_order(networks, recordings):
    """So that the order of the configuration changes no session."""
    config = run_with({}, networks=networks, recordings=recordings)
    assert session_names(config)[4:] == ["gru-s1-like-cat", *recordings]
    entry, source = sampled_sessions(config)["gru-s1-like-cat"]
    assert (entry.network, entry.match_recording, source) == ("gru-s1", "cat", "gru-s1")


def test_by_default_the_lowest_seed():
    networks = [{"name": "net", "seeds": [10, 2]}]
    config = parse_config({"networks": networks, "sampled_networks": [{"rate_hz": 5.0}]})
    assert list(sampled_sessions(config)) == ["net-s2-sampled"]


def test_entries_go_with_the_section_they_need():
    entries = ({"network": "net", "match_recording": "rat"}, {"network": "net", "rate_hz": 5.0, "suffix": "x"}, {})
    assert session_names(run_with(*entries, networks=())) == ["rat"]
    alone = run_with(*entries, recordings=())
    assert session_names(alone)[2:] == ["net-s1-x", "net-s2-x"]
    assert sampled_sessions(alone)["net-s1-x"][0].match_recording == "none"


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([{"network": "nett", "match_recording": "rat"}], "no network 'nett'; there are: net, net-s1, net-s2"),
        ([{"network": "net", "match_recording": "cat"}], "no recording 'cat'; there are: rat"),
        ([{"network": "net", "match_recording": "none"}], "it needs rate_hz"),
        ([{"network": "net", "match_recording": "rat", "suffix": "as-s3"}], "looks like a network's seed"),
        ([{"network": "net", "match_recording": "rat"}, {"network": "net-s1", "match_recording": "rat"}], "two entries make 'net-s1-like-rat'"),
        ([{"network": "net", "match_recording": "rat", "unitts": 3}], "unitts"),
    ],
)  # fmt: skip
def test_configurations_that_will_not_do(entries, words):
    with pytest.raises(ConfigError, match=words):
        run_with(*entries)
