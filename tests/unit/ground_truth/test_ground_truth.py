"""Subsets, rows, needs and figure of the ground truth; and all of it once, tiny, from the command line."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from rscnav.cli.main import main
from rscnav.config.job_settings import recording, simulation
from rscnav.config.load import load_config
from rscnav.figures.style import Canvas
from rscnav.files.sealed.rows import read_rows, write_rows
from rscnav.ground_truth.estimates import ESTIMATES, EstimateRow, counted
from rscnav.ground_truth.figure import draw
from rscnav.ground_truth.panels import NOISE_FREE, PANELS, Panel, ReferenceValue, reference
from rscnav.ground_truth.sample_size_table import markdown, need
from rscnav.ground_truth.subsampling import random_subset
from rscnav.ground_truth.true_values import Truth
from rscnav.recordings.read import read_recording
from rscnav.recordings.simulation.nwb_file import write_recording
from rscnav.recordings.simulation.simulate import simulate
from rscnav.seeds import Seeds
from rscnav.sessions.schema import ARRAYS
from rscnav.sessions.selection import select_units_and_trials


@pytest.fixture(scope="module")
def example(pytestconfig):
    """The example with few units and trials: configuration, settings, truth."""
    config = load_config(pytestconfig.rootpath / "config.yaml")
    settings = simulation(config, "example").model_copy(update={"n_units": 9, "n_trials": 12})
    return config, settings, simulate(settings, Seeds(3))


def test_subsets_are_random_seeded_and_nested(example):
    *_, truth = example
    small, large = (random_subset(truth, *size, Seeds(1)) for size in ((3, 4), (6, 8)))
    assert small.name == "example-u3-t4"
    assert set(small.units["id"]) < set(large.units["id"])
    assert set(small.trials["start_s"]) < set(large.trials["start_s"])
    assert list(small.units["id"]) == sorted(small.units["id"])
    np.testing.assert_array_equal(small.activity, random_subset(truth, 3, 4, Seeds(1)).activity)
    drawn = {tuple(random_subset(truth, 3, 4, Seeds(seed)).units["id"]) for seed in range(20)}
    assert len(drawn) > 10
    whole = random_subset(truth, 9, 12, Seeds(1))
    np.testing.assert_array_equal(whole.activity, truth.activity)


@pytest.mark.parametrize(("size", "words"), [((10, 4), "units: 10"), ((3, 13), "trials: 13"), ((0, 4), "units: 0")])
def test_more_than_there_is_cannot_be_drawn(example, size, words):
    *_, truth = example
    with pytest.raises(ValueError, match=f"{words} is not valid; session 'example' has"):
        random_subset(truth, *size, Seeds(0))


def test_taking_trials_keeps_each_trials_own(example):
    *_, truth = example
    part = select_units_and_trials(truth, np.array([1, 4]), np.array([2, 5, 11]))
    for new, old in enumerate((2, 5, 11)):
        np.testing.assert_array_equal(part.activity[part.trial == new], truth.activity[truth.trial == old][:, [1, 4]])
        np.testing.assert_array_equal(part.landmarks[new], truth.landmarks[old])
        here, there = (
            part.encounters[part.encounters["trial"] == new],
            truth.encounters[truth.encounters["trial"] == old],
        )
        np.testing.assert_array_equal(here["onset_s"], there["onset_s"])
    assert len(truth.encounters) > len(part.encounters) > 3
    assert truth.encounters["trial"].max() > 2  # the session that was taken from is as it was


def test_a_subset_in_memory_is_that_of_a_file_with_these_units_and_trials_alone(example, tmp_path):
    config, settings, truth = example
    units, trials = np.array([0, 3, 4, 8]), np.array([1, 2, 6, 7, 10])
    mapping = recording(config, "example")
    sessions = []
    for name, written in (("all", truth), ("some", select_units_and_trials(truth, units, trials))):
        write_recording(written, tmp_path / f"{name}.nwb", settings.gap_s)
        sessions.append(read_recording(tmp_path / f"{name}.nwb", mapping, config.encounters, quiet=True))
    from_memory, from_file = select_units_and_trials(sessions[0], units, trials), sessions[1]
    for spec in ARRAYS:
        a, b = getattr(from_memory, spec.name), getattr(from_file, spec.name)
        assert (a is None) == (b is None), spec.name
        if a is not None:
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-9, err_msg=spec.name)
    for a, b in zip(from_memory.spikes, from_file.spikes, strict=True):
        observed = (a >= b[0]) & (a <= b[-1])  # the file of some trials was observed from the first of them to the last
        np.testing.assert_array_equal(a[observed], b)
    np.testing.assert_array_equal(from_memory.encounters, from_file.encounters)
    for column in ("start_s", "stop_s", "outcome", "rotation_rad"):  # which trials are for testing is drawn on reading
        np.testing.assert_array_equal(from_memory.trials[column], from_file.trials[column])
    for column in ("id", "quality"):
        np.testing.assert_array_equal(from_memory.units[column], from_file.units[column])
    assert from_file.activity.sum() > 100


def test_counts_of_what_happened(example):
    *_, truth = example
    found = {f.name: f.value for f in counted(truth)}
    table = truth.encounters
    assert found["encounters_per_trial"] == pytest.approx(np.sum(table["kind"] == "encounter") / 12)
    mistaken, decided = (np.sum(truth.trials["outcome"] == o) for o in ("incorrect", "correct"))
    assert found["error_rate"] == pytest.approx(mistaken / (mistaken + decided))
    none = replace(truth, trials=truth.trials.copy())
    none.trials["outcome"] = "none"
    assert np.isnan({f.name: f.value for f in counted(none)}["error_rate"])


def planted_rows():
    """Estimates that are off by 8 / trials, a dimension that is reliable from 100 trials on, and one seed without a value."""
    rows = []
    for seed in (1, 2, 3):
        for units in (5, 20):
            for trials in (10, 30, 100):
                value = 2.0 + 8 / trials + 0.01 * (seed - 2) - 0.1 * (units == 5)
                rows.append(EstimateRow(seed, units, trials, "spikes", "e", "LM2", value, np.nan, np.nan))
                rows.append(
                    EstimateRow(
                        seed, units, trials, "spikes", "e_reliable", "LM2", float(trials >= 100), np.nan, np.nan
                    )
                )
                rows.append(EstimateRow(seed, units, trials, "spikes", "e_chance", "LM2", 5.0, np.nan, np.nan))
    rows.append(EstimateRow(1, 20, 100, "rates", "e", "LM2", 2.5, np.nan, np.nan))
    rows[0] = replace(rows[0], value=np.nan)
    return rows


PANEL = Panel("an estimate", "bits", "e", "LM2", (ReferenceValue("rates", "e"),), "e_chance", within=0.1)
TRUTHS = [Truth("e", "LM2", 0, "rates", 2.0), Truth("e", "LM2", 5, "neurons", 1.9), Truth("e", "LM1", 0, "rates", 9.0)]


def test_rows_come_back_and_nan_is_empty(tmp_path):
    write_rows(planted_rows(), tmp_path / "rows.csv")
    with open(tmp_path / "rows.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert list(table[0]) == ["seed", "units", "trials", "activity", "estimate", "phase", "value", "low", "high"]
    assert table[0]["value"] == table[1]["low"] == ""
    for a, b in zip(read_rows(tmp_path / "rows.csv", EstimateRow), planted_rows(), strict=True):
        np.testing.assert_equal(a.__dict__, b.__dict__)
    with pytest.raises(ValueError, match="no rows"):
        write_rows([], tmp_path / "none.csv")


def test_needs_of_a_planted_error():
    found = need(PANEL, PANEL.references[0], planted_rows(), TRUTHS)
    assert found.trials == {5: 100, 20: 100}  # 8 / 100 - 0.1 = -0.02 and 8 / 100 = 0.08; with 30 trials 0.17 and 0.27
    assert found.error[20, 30] == pytest.approx(8 / 30)
    assert np.isnan(found.error[5, 10])  # one seed has no value
    strict = need(replace(PANEL, within=0.05), PANEL.references[0], planted_rows(), TRUTHS)
    assert strict.trials == {5: 100, 20: None}
    text = markdown([*planted_rows(), *_entropies()], [*TRUTHS, Truth("tuning_entropy", "", 0, "rates", 2.4)])
    assert "| tuning entropy, plug-in (bits) | 2.4, rates | 0.02 | 10 trials | 10 trials |" in text


def _entropies():
    return [
        EstimateRow(1, u, t, "spikes", "tuning_entropy", "", 2.41, np.nan, np.nan) for u in (5, 20) for t in (10, 100)
    ]


def test_reference_is_of_its_kind_phase_and_number_of_units():
    rows = planted_rows()
    assert reference(PANEL, ReferenceValue("rates", "e"), rows, TRUTHS, 5) == 2.0
    assert reference(PANEL, ReferenceValue("neurons", "e"), rows, TRUTHS, 5) == 1.9
    assert np.isnan(reference(PANEL, ReferenceValue("neurons", "e"), rows, TRUTHS, 20))
    assert reference(PANEL, ReferenceValue(NOISE_FREE), rows, TRUTHS, 5) == 2.5


def test_the_figure_shows_what_the_rows_say():
    canvas = Canvas()
    with canvas.style():
        figure = draw(
            planted_rows(),
            TRUTHS,
            canvas,
            [PANEL, replace(PANEL, references=(ReferenceValue(NOISE_FREE),), chance=0.5)],
        )
    first, second = figure.axes
    lines = [c.lines[0] for c in first.containers]
    np.testing.assert_allclose(lines[1].get_ydata(), [2.8, 2 + 8 / 30, 2.08])
    np.testing.assert_allclose(lines[0].get_ydata()[0], 2.705)  # the mean of the two seeds that have a value
    np.testing.assert_allclose(lines[1].get_xdata(), np.array([10, 30, 100]) * lines[1].get_xdata()[0] / 10)
    bars = first.containers[1].lines[2][0].get_segments()
    np.testing.assert_allclose([segment[:, 1] for segment in bars][2], [2.07, 2.09])
    level = {line.get_ydata()[0]: line.get_linestyle() for line in first.lines if len(set(line.get_ydata())) == 1}
    assert {2.0, 5.0} <= set(level)  # truth, and chance as the rows give it
    assert level[5.0] == ":"
    assert {2.5, 0.5} <= {line.get_ydata()[0] for line in second.lines if len(line.get_xdata()) == 2}
    dots = [line for line in first.lines if line.get_marker() == "o"]
    hollow = [
        isinstance(line.get_markerfacecolor(), str) for line in dots
    ]  # white; the others have their line's colour
    assert hollow == [True, True, False] * 2
    assert first.get_title(loc="left") == "an estimate"


def test_every_panel_shows_an_estimate_that_is_made():
    made = {(e.name, e.phase) for e in ESTIMATES} | {("error_rate", "")}
    for panel in PANELS:
        assert (panel.estimate, panel.phase) in made
        if isinstance(panel.chance, str):
            assert (panel.chance, panel.phase) in made


@pytest.mark.slow
def test_all_of_it_once_and_tiny(tmp_path, monkeypatch, pytestconfig):
    """Simulate, read, measure two sizes and the rates, truths, table and figure: from the command line."""
    config = ["--config", str(pytestconfig.rootpath / "config.yaml")]
    most = ["--seed", "1", "--units", "12", "--trials", "30"]
    files = {name: str(tmp_path / f"{name}.h5") for name in ("spikes", "rates")}
    run = lambda *words: main(["ground-truth", *map(str, words)])  # noqa: E731
    assert run("simulate", *config, *most, "--output", files["spikes"], "--rates", files["rates"]) == 0
    parts = []
    for activity, units, trials in (("spikes", 5, 10), ("spikes", 12, 30), ("rates", 12, 30)):
        parts.append(tmp_path / f"{activity}-{units}-{trials}.csv")
        size = ["--seed", 1, "--units", units, "--trials", trials, "--activity", activity]
        assert run("measure", *config, *size, "--session", files[activity], "--output", parts[-1]) == 0
    assert run("truth", *config, "--trials", 200, "--units", 5, 12, "--output", tmp_path / "truth.csv") == 0
    assert run("summary", "--inputs", *parts, "--truth", tmp_path / "truth.csv", "--folder", tmp_path / "out") == 0
    rows = read_rows(tmp_path / "out" / "estimates.csv", EstimateRow)
    keys = [(r.units, r.trials, r.activity, r.estimate, r.phase) for r in rows]
    assert len(set(keys)) == len(keys) == 3 * (len(ESTIMATES) + 3)
    by = dict(zip(keys, rows, strict=True))
    entropy = by[12, 30, "spikes", "tuning_entropy", ""]
    assert entropy.low < entropy.value < entropy.high < np.log2(6)
    assert by[12, 30, "rates", "spatial_entropy", ""].value != by[12, 30, "spikes", "spatial_entropy", ""].value
    truths = {(t.estimate, t.phase, t.units, t.kind): t for t in read_rows(tmp_path / "truth.csv", Truth)}
    true = truths["tuning_entropy", "", 0, "rates"]
    assert abs(true.value - 2.42) < 0.05
    assert 0 < true.se < 0.05
    assert (
        truths["participation_ratio", "LM2", 12, "neurons"].value
        > truths["participation_ratio", "LM2", 12, "rates"].value
    )
    assert (tmp_path / "out" / "ground_truth.png").stat().st_size > 20_000
    assert "tuning entropy" in (tmp_path / "out" / "needs.md").read_text()
    assert (
        run(
            "measure",
            *config,
            "--seed",
            1,
            "--units",
            99,
            "--trials",
            10,
            "--session",
            files["spikes"],
            "--output",
            "x",
        )
        == 1
    )
