"""Checks of a recording against flaws that were planted."""

import numpy as np
import pytest

from helpers.nwb import walk, write_nwb
from rscnav.inspection import clock_alignment as lag
from rscnav.inspection import spike_checks
from rscnav.inspection import tracking_checks as track_checks
from rscnav.inspection.inspect import inspect_recording
from rscnav.inspection.mapping.guess import circle_through
from rscnav.inspection.page.page import header
from rscnav.inspection.run_checks import SESSION, SPIKES, TRACK
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.settings.position import Position
from rscnav.recordings.time_checks.clock_findings import COVERAGE, RESTARTS, UNITS


def walk_speed(generator, n=6000):
    """Speeds with a correlation time of about a second at 0.1 s."""
    noise = generator.normal(size=n + 50)
    return np.exp(0.5 * np.convolve(noise, np.exp(-np.arange(50) / 10), "valid")[:n])


@pytest.mark.parametrize("planted_s", [0.8, -2.0, 0.0])
def test_a_planted_lag_is_found_within_a_bin(planted_s):
    generator = np.random.default_rng(3)
    speed = walk_speed(generator)
    drive = np.roll(speed, round(planted_s / 0.1))
    rates = generator.poisson(drive[:, None] * [0.1, 0.3, 0.5]).astype(float)
    found = lag.coupling(rates, speed, 0.1)
    assert found.found
    assert found.best_s == pytest.approx(planted_s, abs=0.101)
    assert found.check().verdict == ("look" if abs(planted_s) > 1 else "ok")


def test_without_coupling_chance_is_exceeded_as_rarely_as_said():
    hits = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        speed = walk_speed(generator, 3000)
        rates = generator.poisson(walk_speed(generator, 3000)[:, None] * [0.2, 0.2]).astype(float)
        hits += lag.coupling(rates, speed, 0.1).found
    assert hits <= 19  # of 200 at 0.05: more than 19 have a probability below 0.005


def test_too_short_or_constant_says_nothing():
    generator = np.random.default_rng(0)
    assert lag.coupling(generator.normal(size=(2000, 2)), walk_speed(generator, 2000), 0.1) is None
    assert lag.coupling(np.ones((5000, 2)), walk_speed(generator, 5000), 0.1) is None


def test_order_of_spikes():
    part = np.arange(0.5, 100, 0.7)
    assert spike_checks.order([part, part]).verdict == "ok"
    again = spike_checks.order([np.concatenate([part, part]), np.concatenate([part, part, part])])
    assert again.verdict == "wrong"
    assert "restart in 2 of 2 units (unit 0 after 99.9 s)" in again.words
    shuffled = spike_checks.order([np.random.default_rng(0).permutation(part), part])
    assert shuffled.verdict == "look"
    assert "1 of 2 units are not sorted" in shuffled.words


def test_refractory_period():
    clean = np.arange(0, 100, 0.05)
    doubled = np.sort(np.concatenate([clean, clean[::10] + 0.001]))  # one interval of 2,199 in eleven
    check, share = spike_checks.refractory([clean, doubled, np.array([1.0])])
    assert check.verdict == "look"
    assert share[0] == 0
    assert share[1] == pytest.approx(200 / 2199)
    assert np.isnan(share[2])


def test_drift():
    steady, fading = np.arange(0, 300, 0.5), np.arange(0, 100, 0.5)
    assert spike_checks.drift([steady, steady], (0.0, 300.0)).verdict == "ok"
    assert "the rate of 1 of 2 units" in spike_checks.drift([steady, fading], (0.0, 300.0)).words


def test_dropped_frames_are_counted():
    time = np.arange(1000) / 50
    assert track_checks.frames(time).verdict == "ok"
    holed = np.delete(time, [10, 11, 12, 500])
    assert "4 frames missing in 2 gaps, the longest 0.08 s" in track_checks.frames(holed).words
    assert track_checks.frames(np.delete(time, slice(100, 200))).verdict == "look"
    repeated = time.copy()
    repeated[20], repeated[31] = repeated[19], repeated[29] - 0.001
    assert "1 times go back, 1 are equal to the one before" in track_checks.frames(repeated).words


def test_lost_frames_and_jumps():
    values = np.stack([np.linspace(0, 10, 1000), np.zeros(1000)], axis=1)
    time = np.arange(1000) / 50
    assert [c.verdict for c in track_checks.samples(Series("xy", time, values, "m"))] == ["ok", "ok"]
    values[100:200] = np.nan
    values[600] += 5.0
    lost, jumps = track_checks.samples(Series("xy", time, values, "m"))
    assert "10.00% of the samples" in lost.words
    assert "jumps in 2 steps, the first at 12.000 s" in jumps.words


@pytest.mark.parametrize(("unit", "verdict"), [("cm", "ok"), ("m", "look"), ("px", "ok")])
def test_centimetres_that_are_called_metres(unit, verdict):
    values = np.random.default_rng(0).uniform(0, 80, (1000, 2))
    assert track_checks.size(Series("xy", np.arange(1000.0), values, unit), unit).verdict == verdict


def test_a_circle_is_found_and_a_square_is_none():
    generator = np.random.default_rng(0)
    angle = generator.uniform(-np.pi, np.pi, 5000)
    around = np.array([120.0, 85.0]) + 40 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    middle, radius, spread, coverage = circle_through(around + generator.normal(0, 0.5, around.shape))
    np.testing.assert_allclose(middle, [120, 85], atol=0.1)
    assert radius == pytest.approx(40, abs=0.1)
    assert spread < 0.02
    assert coverage == 1.0
    assert circle_through(generator.uniform(0, 80, (5000, 2)))[2] > 0.2


def test_a_check_that_cannot_be_made_is_never_ok():
    single, two = [np.array([1.0]), np.empty(0)], [np.array([1.0, 2.0])]
    assert spike_checks.order(single).verdict == "not checked"
    assert spike_checks.refractory(single)[0].verdict == "not checked"
    assert spike_checks.drift(two, (1.0, 2.0)).verdict == "not checked"
    assert track_checks.frames(np.array([1.0])).verdict == "not checked"
    line, short = np.linspace(0, 1, 500)[:, None], np.zeros((50, 2))
    assert track_checks.samples(Series("x", np.arange(500.0), line, "m"))[1].verdict == "not checked"
    assert track_checks.samples(Series("x", np.arange(50.0), short, "m"))[1].verdict == "not checked"
    assert track_checks.size(Series("x", np.arange(5.0), np.full((5, 2), np.nan), "m"), "m").verdict == "not checked"
    generator = np.random.default_rng(0)
    found = lag.coupling(generator.poisson(1.0, (4000, 3)).astype(float), walk_speed(generator, 4000), 0.1)
    assert not found.found
    assert found.check().verdict == "not checked"


@pytest.mark.parametrize(
    ("said", "unit", "override", "verdict"),
    [
        ("cm", "cm", False, "ok"),
        ("Centimeters", None, False, "ok"),
        ("unknown", "cm", False, "not checked"),
        ("unknown", None, False, "wrong"),
        ("millimeters", "m", False, "wrong"),
        ("meters", "cm", True, "look"),
    ],
)
def test_the_unit_of_the_position(said, unit, override, verdict):
    series = Series("xy", np.arange(5.0), np.zeros((5, 2)), said)
    assert track_checks.unit_of(series, Position(series="xy", unit=unit, override_unit=override)).verdict == verdict


def test_every_check_is_named_whatever_a_file_holds(tmp_path):
    """Spikes alone, and position alone: what was not checked stands there, with the reason."""
    names = {*SPIKES, *TRACK, *SESSION, UNITS, RESTARTS, COVERAGE}
    spikes = write_nwb(tmp_path / "x.nwb", spikes=[np.arange(0.1, 60, 0.3), [1.0, 50.0]])
    report = inspect_recording(str(spikes))
    assert {check.name for check in report.checks} == names
    unchecked = {check.name: check.words for check in report.checks if check.verdict == "not checked"}
    assert {*TRACK, *SESSION, UNITS, COVERAGE} <= set(unchecked)
    assert unchecked["frames"] == "no position in the mapping"
    assert f"  not checked frames: {unchecked['frames']}" in report.text()
    assert all(f"NOT CHECKED  {name}: " in " ".join(header(report)) for name in TRACK)
    place = write_nwb(tmp_path / "y.nwb", spikes=None, series={"xy": walk()})
    report = inspect_recording(str(place))
    assert names - {*SPIKES} <= {check.name for check in report.checks}
    assert not any(check.verdict == "ok" for check in report.checks if check.name in (*SPIKES, RESTARTS, COVERAGE))
