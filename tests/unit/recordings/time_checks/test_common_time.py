"""Spikes, tracking and trials must cover the same time: what must be refused and what must be read, over many made-up sessions."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from helpers.nwb import write_nwb
from rscnav.cli.main import main
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.read import read_recording
from rscnav.recordings.time_checks.activity_span import of_trains
from rscnav.recordings.time_checks.clock_findings import COVERAGE, RESTARTS, UNITS, Clocks, Rows
from rscnav.recordings.time_checks.common_time import same_time
from rscnav.recordings.time_checks.restarting_spikes import agreed_repeats, repeats
from rscnav.recordings.time_checks.time_units import likely_unit
from rscnav.recordings.tracking.interpolation import track
from rscnav.sessions.lazy import LazySpikeTrains

SEEDS = range(8)


@dataclass
class Made:
    """A session: spikes over `length` s, tracking in a part of it, trials in a part of that."""

    seed: int
    tracked: tuple[float, float] = (0.0, 1.0)  # fractions of the recording
    in_trials: tuple[float, float] = (0.02, 0.98)  # fractions of the tracked time
    n_units: int | None = None
    rate_hz: float | None = None
    shortest: float = 300.0
    trains: list = field(default_factory=list)
    frames: np.ndarray | None = None
    trials: np.ndarray | None = None
    epochs: np.ndarray | None = None

    def __post_init__(self):
        draw = np.random.default_rng(self.seed)
        self.length = length = float(draw.uniform(self.shortest, 6 * self.shortest))
        n = self.n_units or int(draw.integers(6, 25))
        rates = np.full(n, self.rate_hz) if self.rate_hz else draw.lognormal(0.5, 1.0, n).clip(0.2, 20)
        self.trains = [np.sort(draw.uniform(0, length, draw.poisson(rate * length))) for rate in rates]
        first, last = (length * part for part in self.tracked)
        self.frames = np.arange(first, last, 1 / float(draw.choice([5, 8, 12])))
        start, stop = (first + (last - first) * part for part in self.in_trials)
        edges = np.linspace(start, stop, int(draw.integers(12, 40)))
        self.trials = np.stack(
            [edges[:-1], edges[:-1] + draw.uniform(0.3, 0.95, len(edges) - 1) * np.diff(edges)], axis=1
        )

    def found(self):
        ordered = [np.sort(train) for train in self.trains]
        ends = np.array([(t[0], t[-1]) if len(t) else (np.nan, np.nan) for t in ordered])
        counts = np.array([len(t) for t in ordered])
        tracking = None
        if self.frames is not None:
            place = np.stack([np.sin(self.frames / 7), np.cos(self.frames / 9)], axis=1)
            tracking = track(Series("xy", self.frames, place, "m"), "m", 0.25, "position")
        tables = {
            key: None if times is None else Rows(key, key, times, np.arange(len(times)), times)
            for key, times in (("trials", self.trials), ("epochs", self.epochs))
        }
        clocks = Clocks(
            of_trains(LazySpikeTrains(counts, lambda k: ordered[k]), ends),
            agreed_repeats([repeats(t) for t in self.trains], counts),
            tracking,
            np.empty(0) if self.frames is None else self.frames,
            **tables,
        )
        return same_time(clocks)

    def wrong(self):
        return {found.name: found.words for found in self.found() if found.verdict == "wrong"}

    def looks(self):
        return " ".join(found.words for found in self.found() if found.verdict == "look")


def scaled(made, spikes=1.0, frames=1.0, trials=1.0, whole=False):
    made.trains = [np.rint(t * spikes) if whole else t * spikes for t in made.trains]
    made.frames = None if made.frames is None else made.frames * frames
    made.trials = None if made.trials is None else made.trials * trials
    return made


PARTS = [(0.0, 1.0), (0.4, 0.6), (0.05, 0.12)]


# Units of time: must be refused


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("factor", [1e3, 1e6, 2e4, 25000.0, 3e4])
@pytest.mark.parametrize("whole", [False, True])
def test_spikes_in_another_unit_than_tracking_and_trials(factor, part, whole):
    for seed in SEEDS:
        made = scaled(Made(seed, tracked=part), spikes=factor, whole=whole)
        made.trains = [
            np.append(made.trials[1, 0] + 0.1 * k, train) for k, train in enumerate(made.trains)
        ]  # a few fall early
        assert UNITS in made.wrong()


@pytest.mark.parametrize(("factor", "name"), [(1e3, "milliseconds"), (1e6, "microseconds"), (3e4, "sample numbers")])
def test_the_likely_unit_and_the_cure_are_named(factor, name):
    said = [scaled(Made(seed), spikes=factor).wrong()[UNITS] for seed in SEEDS]
    assert all(f"re spike times in {name}?" in words for words in said)
    assert all("divide them by" in words and "in seconds" in words for words in said)


def test_ratios_and_names():
    assert [likely_unit(r, False)[0] for r in (990, 1e3, 3e3, 3e4, 1e6)] == [
        "milliseconds", "milliseconds", "milliseconds", "sample numbers", "microseconds"
    ]  # fmt: skip
    assert likely_unit(1.5e5, True)[0] == "sample numbers"  # a fifth of a recording at 30 kHz is tracked


@pytest.mark.parametrize("factor", [1e3, 1e6, 3e4])
def test_spikes_in_another_unit_than_trials_without_tracking(factor):
    for seed in SEEDS:
        made = Made(seed, in_trials=(0.3, 0.6))
        made.frames = None
        assert not made.wrong()
        assert UNITS in scaled(made, spikes=factor).wrong()


@pytest.mark.parametrize("part", PARTS[:2])
@pytest.mark.parametrize("factor", [1e3, 1e6])
def test_tracking_in_another_unit(factor, part):
    for seed in SEEDS:
        made = scaled(Made(seed, tracked=part), frames=factor)
        assert UNITS in made.wrong()
        assert "position" in made.wrong()[UNITS]


def test_tracking_in_frame_numbers():
    for seed in SEEDS:
        made = Made(seed)
        made.frames = np.arange(30 * made.length).round()  # of a camera with 30 frames a second
        assert "frame numbers" in made.wrong()[UNITS]


@pytest.mark.parametrize("factor", [1e3, 3e4])
def test_trials_in_another_unit(factor):
    for seed in SEEDS:
        for tracked in (True, False):
            made = scaled(Made(seed), trials=factor)
            made.frames = made.frames if tracked else None
            assert made.wrong()


def test_epochs_in_milliseconds_of_which_one_is_chosen():
    for seed in SEEDS:
        made = Made(seed)
        halves = np.array([[0.0, 0.5], [0.5, 1.0]]) * made.length * 1e3
        made.epochs = halves
        assert UNITS in made.wrong()
        made.epochs = halves / 1e3
        assert not made.wrong()


def test_spikes_alone_as_sample_numbers():
    for seed in SEEDS:
        made = scaled(Made(seed), spikes=3e4, whole=True)
        made.frames = made.trials = None
        assert "whole numbers" in made.wrong()[UNITS]
        fractions = scaled(Made(seed, rate_hz=3.0), spikes=1e3)
        fractions.frames = fractions.trials = None
        assert "median rate" in fractions.looks()


# Spikes that begin anew with each trial


@pytest.mark.parametrize("ordered", [False, True])
def test_spike_times_from_each_trial_s_start(ordered):
    for seed in SEEDS:
        made = Made(seed, rate_hz=4.0)
        relative = [
            np.concatenate([t[(t >= a) & (t < b)] - a for a, b in made.trials]) if len(t) else t for t in made.trains
        ]
        made.trains = [np.sort(t) for t in relative] if ordered else relative
        assert RESTARTS in made.wrong()
        assert "start_time" in made.wrong()[RESTARTS]
        if not ordered:
            assert "trials' has" in made.wrong()[RESTARTS]


def test_spike_times_around_an_event_of_each_trial():
    """From 1 s before to 3 s after it."""
    for seed in SEEDS:
        made = Made(seed, rate_hz=6.0)
        made.trials[:, 1] = made.trials[:, 0] + 4.0
        made.trains = [np.concatenate([t[(t >= a) & (t < a + 4)] - a - 1 for a, _ in made.trials]) for t in made.trains]
        assert RESTARTS in made.wrong()


def test_times_in_no_order_and_merged_units_do_not_start_again():
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        made = Made(seed)
        made.trains = [draw.permutation(t) for t in made.trains]
        assert not made.wrong()
        made = Made(seed, n_units=9)
        made.trains[0] = np.concatenate(
            [made.trains[0], made.trains[0] + 0.01, made.trains[0] + 0.02, made.trains[0] + 0.03]
        )
        assert not made.wrong()
        slightly = Made(seed)
        for train in slightly.trains:
            train[1:-1:7], train[2::7][: len(train[1:-1:7])] = (
                train[2::7][: len(train[1:-1:7])].copy(),
                train[1:-1:7].copy(),
            )
        assert not slightly.wrong()


# Trials and epochs where nothing was recorded


@pytest.mark.parametrize("tracked", [True, False])
def test_trials_before_the_recording_began_and_after_it_ended_are_named(tracked):
    for seed in SEEDS:
        made = Made(seed)
        made.frames = made.frames if tracked else None
        late = made.length + np.array([[50.0, 90.0], [100.0, 140.0]])
        early = np.array([[-140.0, -90.0]])
        made.trials = np.concatenate([early, made.trials, late])
        words = made.wrong()[COVERAGE]
        n = len(made.trials)
        assert f"3 of {n} trials lie outside" in words
        assert "1 before its start (row 0)" in words
        assert f"2 after its end (row {n - 2}, {n - 1})" in words
        assert "trials.select" in words


def test_trials_that_are_tracked_but_without_spikes():
    """The camera ran on after the probe had stopped: the rates there would be 0."""
    for seed in SEEDS:
        made = Made(seed)
        made.trains = [t[t < 0.5 * made.length] for t in made.trains]
        words = made.wrong()[COVERAGE]
        gone = np.flatnonzero(made.trials[:, 0] > max(t[-1] for t in made.trains if len(t)))
        assert "outside all spikes" in words
        assert f"after its end (row {gone[0]}" in words or f"(row {gone[0] + 1}" in words


def test_epochs_outside_are_named():
    for seed in SEEDS:
        made = Made(seed)
        made.epochs = np.array([[0.0, 0.5 * made.length], [made.length + 100, made.length + 400]])
        assert "epochs.select" in made.wrong()[COVERAGE]
        assert "(row 1)" in made.wrong()[COVERAGE]
        made.epochs[1] = [0.5 * made.length, 1e6]  # up to the end, whatever that is
        assert not made.wrong()


@pytest.mark.parametrize("n_rows", [1, 2])
def test_one_or_two_trials_in_milliseconds(n_rows):
    for seed in SEEDS:
        made = Made(seed)
        edges = np.linspace(0, made.length, n_rows + 1) * 1e3
        made.trials = np.stack([edges[:-1], edges[1:]], axis=1)
        assert made.wrong()
        made.frames = None
        assert made.wrong()


# What must be read


@pytest.mark.parametrize("part", [*PARTS, (0.3, 1.0), (0.0, 0.02)])
def test_a_recording_of_which_a_part_is_tracked(part):
    for seed in SEEDS:
        made = Made(seed, tracked=part, shortest=1500.0)
        assert not made.wrong()
        assert ("tracked in" in made.looks()) == (part[1] - part[0] < 0.5)


def test_a_day_of_recording_with_a_quarter_of_an_hour_of_tracking():
    made = Made(1, tracked=(0.5, 0.511), shortest=40000.0, n_units=4, rate_hz=0.3)
    assert not made.wrong()


@pytest.mark.parametrize("part", [(0.8, 0.99), (0.45, 0.5), (0.0, 0.03)])
def test_head_fixed_with_a_long_spontaneous_part(part):
    for seed in SEEDS:
        made = Made(seed, in_trials=part)
        made.frames = None
        assert not made.wrong()


@pytest.mark.parametrize("n_units", [1, 2, 3, 8])
def test_sparse_units(n_units):
    """A few spikes a unit: the first and last trials hold none, by chance."""
    for seed in range(25):
        made = Made(seed, n_units=n_units, rate_hz=0.02, shortest=600.0, in_trials=(0.0, 1.0))
        if not any(len(t) for t in made.trains):
            continue
        assert not made.wrong()
        made.frames = None
        wrong = made.wrong().get(COVERAGE, "")
        assert not wrong, wrong


def test_place_cells_that_fire_in_one_of_two_rooms():
    noted = 0
    for seed in SEEDS:
        made = Made(seed, n_units=4, rate_hz=2.0)
        made.trains = [t[t < 0.5 * made.length] for t in made.trains]
        made.trains = [t[np.sin(2 * np.pi * t / 40) > 0.7] for t in made.trains]  # once a lap
        assert not made.wrong()
        noted += "was anything recorded there?" in made.looks()
    assert noted


def test_a_silent_probe_and_units_that_were_lost():
    for seed in SEEDS:
        made = Made(seed, n_units=10)
        for k in range(5):
            made.trains[k] = np.empty(0)
        made.trains[5] = made.trains[5][made.trains[5] < 0.2 * made.length]
        assert not made.wrong()


@pytest.mark.parametrize("shift", [-400.0, 1.7e9])
def test_other_beginnings_of_one_clock(shift):
    for seed in SEEDS:
        made = Made(seed)
        made.trains = [t + shift for t in made.trains]
        made.frames, made.trials = made.frames + shift, made.trials + shift
        assert not made.wrong()


def test_a_false_spike_far_away_is_no_other_unit():
    for seed in SEEDS:
        made = Made(seed)
        made.trains[0] = np.append(made.trains[0], 3e6)
        assert not made.wrong()


def test_slow_tracking_and_slow_units_in_seconds():
    for seed in SEEDS:
        made = Made(seed, rate_hz=0.1, n_units=20)
        made.frames = np.arange(0, made.length, 1.0)
        assert not made.wrong()
        made.trains = [np.rint(t) for t in made.trains]  # whole seconds: odd, but not impossible
        assert not made.wrong()
        assert "whole numbers" in made.looks()


def test_few_spikes_say_nothing():
    made = Made(0, n_units=2)
    made.trains = [np.array([0.5, 1.5]), np.array([2.0])]
    verdicts = {found.name: found.verdict for found in made.found()}
    assert verdicts[UNITS] == verdicts[RESTARTS] == "not checked"


# Through files


def files(tmp_path, made, **change):
    trials = [{"start_time": a, "stop_time": b} for a, b in made.trials]
    place = np.stack([np.sin(made.frames / 7), np.cos(made.frames / 9)], axis=1)
    series = {"xy": {"data": place, "timestamps": made.frames, "unit": "m"}}
    return write_nwb(tmp_path / "x.nwb", spikes=made.trains, series=series, trials=trials, **change)


MAPPING = {"position": {"series": "xy"}, "trials": {}}


def test_a_wrong_unit_is_refused_on_reading_and_a_verdict_on_inspection(tmp_path, capsys):
    made = scaled(Made(3), spikes=1e3)
    path = files(tmp_path, made)
    with pytest.raises(ValueError, match=r"recording 'x', file .*milliseconds\? If so, divide them by 1,000"):
        read_recording(path, MAPPING)
    capsys.readouterr()
    main(["inspect", str(path)])
    said = capsys.readouterr().out
    assert "  wrong units of time: spike times extend from" in said
    assert "not checked time covered" in said


def test_a_part_that_is_tracked_is_read_with_a_note(tmp_path, capsys):
    made = Made(3, tracked=(0.4, 0.6))
    path = files(tmp_path, made)
    session = read_recording(path, MAPPING)
    assert len(session.trials) == len(made.trials)
    assert "position is tracked in 20% of the time with spikes" in session.attributes["notes"]
    capsys.readouterr()
    assert main(["inspect", str(path)]) == 0
    assert "look  time covered: position is tracked in 20%" in capsys.readouterr().out


def test_pieces_are_cut_only_where_spikes_were_recorded(tmp_path):
    """No trial table: the camera ran on after the probe had stopped."""
    made = Made(5, n_units=8, rate_hz=3.0)
    end = 0.5 * made.length
    made.trains = [t[t < end] for t in made.trains]
    session = read_recording(files(tmp_path, made), {"position": {"series": "xy"}, "trial_s": 5.0})
    assert session.time.max() < end
    assert "after the last spike: nothing was recorded there" in session.attributes["notes"]


def test_the_end_of_a_trial_without_spikes_is_left_out_and_counted(tmp_path):
    """The probe stopped within the last trial."""
    made = Made(4, n_units=8, rate_hz=5.0)
    end = float(made.trials[-1].mean())
    made.trains = [t[t < end] for t in made.trains]
    made.trials[-1, 1] = end + 60.0
    session = read_recording(files(tmp_path, made), {"trials": {}})
    assert session.time.max() < end
    assert session.attributes["n_bins_unrecorded"] == pytest.approx(600, abs=3)
    assert len(session.trials) == len(made.trials)


def test_clocks_that_do_not_touch_name_the_likely_cause(tmp_path):
    made = Made(2)
    made.trains = [(t + made.length) * 1e3 for t in made.trains]
    with pytest.raises(ValueError, match=r"clocks do not overlap.*milliseconds"):
        read_recording(files(tmp_path, made), MAPPING)
    made = Made(2)
    made.frames = made.frames + 1.7e9
    with pytest.raises(ValueError, match=r"clocks do not overlap.*relative to 1970"):
        read_recording(files(tmp_path, made), {"position": {"series": "xy"}})
