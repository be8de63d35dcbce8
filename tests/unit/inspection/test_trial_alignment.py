"""Where trials start: trials of a made animal, moved in time, are found out; those that are right raise no alarm."""

import numpy as np
import pytest

from helpers.nwb import write_nwb
from rscnav.cli.main import main
from rscnav.inspection.trial_alignment import scan_starts
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.tracking.coordinates import CoordinateFrame
from rscnav.recordings.tracking.interpolation import track

PLANE = CoordinateFrame("m", 2, 1.0, np.zeros(2), False, np.zeros(2))
RATE = 20.0


def smooth(generator, n, width_s=1.0):
    """Noise with a correlation time of about `width_s`, (n, 2), of sd 1."""
    kernel = np.exp(-np.arange(0, 6 * width_s, 1 / RATE) / width_s)
    noise = generator.normal(size=(n + len(kernel) - 1, 2))
    return np.stack([np.convolve(noise[:, k], kernel, "valid") for k in range(2)], axis=1) / np.sqrt((kernel**2).sum())


def journeys(generator, homes, n_trials=40):
    """An animal that waits at one of `homes` for 2-6 s, leaves for 8-20 s, and comes back: (tracking, trials)."""
    place, trials, at = [], [], 0.0
    for _ in range(n_trials):
        rest, away = generator.uniform(2, 6), generator.uniform(8, 20)
        n_rest, n_away = int(rest * RATE), int(away * RATE)
        home = np.array(homes[generator.integers(len(homes))])
        leave = np.sqrt(np.sin(np.linspace(0, np.pi, n_away)))[:, None]
        place += [home + 0.01 * smooth(generator, n_rest), home + leave * 0.4 * smooth(generator, n_away)]
        trials.append((at + n_rest / RATE, at + (n_rest + n_away) / RATE))
        at += (n_rest + n_away) / RATE
    values = np.concatenate(place)
    return track(Series("xy", np.arange(len(values)) / RATE, values, "m"), "m", 0.25, "position"), np.array(trials)


def foraging(generator, n_trials=40):
    """An animal that wanders, with trials at moments that have nothing to do with where it is."""
    values = smooth(generator, int(900 * RATE), 2.0)
    starts = np.sort(generator.uniform(30, 850, n_trials))
    return track(Series("xy", np.arange(len(values)) / RATE, values, "m"), "m", 0.25, "position"), np.stack(
        [starts, starts + 5], axis=1
    )


def scan(made, shift_s=0.0):
    tracking, trials = made
    return scan_starts(tracking, PLANE, trials + shift_s, np.zeros(len(trials)), np.random.default_rng(0))


ONE, BOTH_ENDS = [(0.0, 0.0)], [(0.0, 0.0), (2.0, 0.0)]


@pytest.mark.parametrize("homes", [ONE, BOTH_ENDS], ids=["one home", "two homes"])
@pytest.mark.parametrize("shift_s", [7.0, -7.0])
def test_trials_that_were_moved_by_seven_seconds_are_found_out(homes, shift_s):
    found = [scan(journeys(np.random.default_rng(seed), homes), shift_s) for seed in range(10)]
    assert sum(f.moved for f in found) >= 9
    # A shift within the animal's wait (2 to 6 s) before it leaves is as good as the true one.
    assert np.all([-7.0 <= f.best_s + shift_s <= 1.0 for f in found if f.moved])
    words = found[0].check()
    assert words.verdict == "look"
    assert f"with all trials shifted by {found[0].best_s:+.1f} s" in words.words


@pytest.mark.parametrize(("shift_s", "verdict"), [(7.0, "look"), (0.0, "ok")])
def test_inspection_says_so_of_a_file(tmp_path, capsys, shift_s, verdict):
    tracking, trials = journeys(np.random.default_rng(5), ONE)
    rows = [{"start_time": float(a), "stop_time": float(b)} for a, b in trials[:-1] + shift_s]
    series = {"xy": {"data": tracking.values, "timestamps": tracking.time, "unit": "meters"}}
    path = write_nwb(tmp_path / "x.nwb", spikes=[tracking.time[::7]], series=series, trials=rows)
    assert main(["inspect", str(path)]) == 0
    said = next(line for line in capsys.readouterr().out.splitlines() if "starts of trials:" in line)
    assert said.split()[0] == verdict
    assert ("on the clock of the tracking" in said) == (verdict == "look")


@pytest.mark.parametrize("made", [lambda g: journeys(g, ONE), lambda g: journeys(g, BOTH_ENDS), foraging])
def test_trials_that_are_right_raise_an_alarm_in_less_than_one_of_twenty(made):
    found = [scan(made(np.random.default_rng(seed))) for seed in range(40)]
    assert sum(f.moved for f in found) <= 2


def test_what_is_said_of_trials_that_start_at_home_and_anywhere():
    home, anywhere = scan(journeys(np.random.default_rng(1), ONE)), scan(foraging(np.random.default_rng(1)))
    assert "start at one position or a few" in home.check().words
    assert "do not start at certain positions" in anywhere.check().words
    assert home.starts[np.argmin(np.abs(home.shift_s))] < 0.3
    assert 0.6 < np.mean(anywhere.starts) < 1.6


def test_trials_that_stop_at_one_place_are_on_the_right_clock():
    """From anywhere to one port, and on after a wait that is always as long: starts look better elsewhere, stops do not."""
    generator = np.random.default_rng(2)
    place, trials, at = [], [], 0.0
    for _ in range(40):
        n = int(generator.uniform(8, 20) * RATE)
        fade = np.linspace(1, 0, n)[:, None]
        there = generator.uniform(-2, 2, 2)
        place += [0.005 * smooth(generator, int(5 * RATE)), there * fade + fade * 0.4 * smooth(generator, n)]
        trials.append((at + 5, at + 5 + n / RATE))
        at += 5 + n / RATE
    values = np.concatenate(place)
    tracking = track(Series("xy", np.arange(len(values)) / RATE, values, "m"), "m", 0.25, "position")
    found = scan((tracking, np.array(trials)))
    assert found.best_s < -1
    assert not found.moved
    assert scan((tracking, np.array(trials)), 7.0).moved


def test_on_a_ring_whose_scene_turns_starts_in_the_scene_count():
    """The animal starts where the scene's 0 is; in the room that is anywhere."""
    generator = np.random.default_rng(3)
    rotation = generator.uniform(-np.pi, np.pi, 40)
    pieces = [
        turn + 0.02 * np.cumsum(np.append(0, generator.normal(size=199))) * np.linspace(0, 3, 200) for turn in rotation
    ]
    series = Series("angle", np.arange(8000) / RATE, np.mod(np.concatenate(pieces) + np.pi, 2 * np.pi) - np.pi, "rad")
    series = Series(series.path, series.time, series.values[:, None], "rad")
    tracking = track(series, "rad", 0.25, "position")
    starts = np.arange(40) * 10.0
    ring = CoordinateFrame("rad", 1, 1.0, np.zeros(1), False, np.zeros(1))
    times = np.stack([starts, starts + 9], axis=1)
    turned = scan_starts(tracking, ring, times, rotation, generator)
    still = scan_starts(tracking, ring, times, np.zeros(40), generator)
    now = np.argmin(np.abs(turned.shift_s))
    assert turned.starts[now] < 0.3
    assert still.starts[now] > 0.5


def test_few_trials_or_an_animal_that_does_not_move_say_nothing():
    tracking, trials = journeys(np.random.default_rng(0), ONE)
    assert scan((tracking, trials[:7])) is None
    still = track(Series("xy", tracking.time, np.zeros_like(tracking.values), "m"), "m", 0.25, "position")
    assert scan((still, trials)) is None
