"""Figure `entropy` says what the results hold, and where a session lacks something, what."""

from itertools import pairwise

import numpy as np
import pytest

from helpers.ring import place_bumps, ring_session, smooth_noise
from rscnav.analyses.registry import analyse
from rscnav.analyses.result import Result
from rscnav.analyses.tuning.rate_dispersion import Settings as Dispersion
from rscnav.analyses.tuning.spatial_entropy import Settings as Spatial
from rscnav.analyses.tuning.tuning_entropy import Settings as Tuning
from rscnav.figures.layout import SessionResults
from rscnav.figures.registry import draw_figure
from rscnav.figures.style import Canvas

SETTINGS = {
    "tuning_entropy": Tuning(n_null=19),
    "spatial_entropy": Spatial(n_null=19),
    "rate_dispersion": Dispersion(n_null=19, n_matching_draws=2, n_groups=4),
}
LACKING = {name: Result.not_applicable(f"no data for {name}") for name in SETTINGS}


def plant(session, rng):
    return 3 * place_bumps(session.position[:, 0], rng.uniform(-np.pi, np.pi, 5)) + smooth_noise(session, rng, 5)


@pytest.fixture(scope="module")
def results():
    session = ring_session(plant, 60)
    return {name: analyse(session, name, settings) for name, settings in SETTINGS.items()}


def texts(ax):
    found = [text.get_text() for text in ax.texts] + [ax.get_xlabel(), ax.get_ylabel(), ax.get_title()]
    legend = ax.get_legend()
    found += [text.get_text() for text in legend.get_texts()] if legend else []
    return " ".join(" ".join(found).split())


def test_a_row_a_session_with_named_empty_panels_and_a_row_of_all(results):
    figure = draw_figure(
        "entropy", [SessionResults("full", "network", results), SessionResults("bare", "recording", LACKING)]
    )
    full, bare, across = figure.axes[:6], figure.axes[6:12], figure.axes[12:]
    for column, analysis in enumerate(
        ("tuning_entropy", "tuning_entropy", "spatial_entropy", "spatial_entropy", "rate_dispersion", "rate_dispersion")
    ):
        assert f"no data for {analysis}" in texts(bare[column])
        assert "not applicable" not in texts(full[column])
        assert full[column].get_xlabel()
        assert full[column].get_ylabel()
    assert len(across) == 3
    assert all("fewer than 6" in texts(ax) for ax in across)


def test_one_session_alone_has_no_row_of_all(results):
    assert len(draw_figure("entropy", [SessionResults("full", "network", results)]).axes) == 6


def test_it_shows_the_numbers(results):
    axes = draw_figure("entropy", [SessionResults("full", "network", results)]).axes
    for name, (curves, entropies) in {"tuning_entropy": axes[:2], "spatial_entropy": axes[2:4]}.items():
        r = results[name]
        shown = curves.images[0].get_array()
        assert shown.shape == r["curves"].shape
        assert (np.nanmin(shown, axis=1) == 0).all()
        assert (np.nanmax(shown, axis=1) == 1).all()
        assert f"tuned: {r.scalar('n_tuned_fdr')} of 5" in texts(entropies)
        assert f"resampled: {r.scalar('n_tuned_fdr_fresh')} of 5" in texts(entropies)
        lines = [np.asarray(line.get_xdata(), float) for line in entropies.lines]
        for key in ("entropy", "control_mean", "fresh_mean"):
            assert any(np.array_equal(line, np.sort(r[key])) for line in lines)
        assert any(np.array_equal(line, [r["mean_entropy_low"], r["mean_entropy_high"]]) for line in lines)
    phases, differences = axes[4:]
    r = results["rate_dispersion"]
    points = [tuple(line.get_xydata()[0]) for line in phases.lines if len(line.get_xydata()) == 1]
    assert (r["LM1"], r["LM2"]) in points
    bars = sorted((bar.get_y(), bar.get_y() + bar.get_height()) for bar in differences.patches)
    names = [f"{control}_{{}}{suffix}" for control in ("control", "phase_control") for suffix in ("", "_miller_madow")]
    bands = sorted((float(r[n.format("low")]), float(r[n.format("high")])) for n in names)
    assert np.array(bars) == pytest.approx(np.array(bands))
    intervals = [tuple(line.get_ydata()) for line in differences.lines]
    assert (r["low"], r["high"]) in intervals
    assert (r["low_miller_madow"], r["high_miller_madow"]) in intervals
    assert f"excess {float(r['excess']):+.3f}" in texts(differences)


def test_values_over_sessions_are_those_of_the_sessions(results):
    drawn = [
        SessionResults("gru-s1", "network", results),
        SessionResults("gru-s2", "network", results),
        SessionResults("rat", "recording", results),
    ]
    tuned, _, excess = draw_figure("entropy", drawn).axes[18:]
    value = float(
        results["tuning_entropy"]["mean_entropy_compared"] - results["tuning_entropy"]["control_mean_entropy"]
    )
    points = [line.get_ydata() for line in tuned.lines if line.get_marker() == "o"]
    assert [np.ravel(y).tolist() for y in points] == [[value, value], [value]]
    labels = [label.get_text() for label in excess.get_xticklabels()]
    assert labels == ["network gru\n(n = 2)", "recording\n(n = 1)"]


def test_names_of_three_kinds_of_sessions_do_not_run_into_each_other(results):
    drawn = [
        SessionResults("gru-s1", "network", results),
        SessionResults("gru-s1-like-example", "sampled network", results),
        SessionResults("example", "recording", results),
    ]
    figure = draw_figure("entropy", drawn)
    figure.canvas.draw()
    for ax in figure.axes[18:]:
        boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
        assert len(boxes) == 3
        assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


@pytest.mark.parametrize("case", ["one trial", "silent", "no position"])
def test_poor_sessions_are_drawn_too(case, tmp_path):
    session = ring_session(lambda s, r: plant(s, r) * (case != "silent"), 1 if case == "one trial" else 12, n_steps=60)
    if case == "no position":
        session.position[:] = np.nan
    poor = {analysis: analyse(session, analysis, settings) for analysis, settings in SETTINGS.items()}
    figure = draw_figure("entropy", [SessionResults("poor", "network", poor)])
    Canvas(dpi=40).save(figure, tmp_path / "entropy")
    if case == "silent":
        assert "no unit has a rate above 0" in texts(figure.axes[0])
        assert "every unit is constant" in texts(figure.axes[5])
    if case == "no position":
        assert "the position is not known at any sample" in texts(figure.axes[2])


@pytest.mark.slow
def test_many_sessions_are_drawn_by_kind_and_files_do_not_change(results, tmp_path):
    drawn = [SessionResults(f"n-s{k}", "network", results) for k in range(4)]
    drawn += [SessionResults("rat", "recording", results), SessionResults("bare", "recording", LACKING)]
    canvas = Canvas(dpi=60)
    for stem in ("one", "two"):
        figure = draw_figure("entropy", drawn, canvas, max_sessions=3)
        paths = canvas.save(figure, tmp_path / stem)
    labels = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert "4 networks" in labels
    assert "2 recordings" in labels
    for path in paths:
        assert path.read_bytes() == path.with_name(path.name.replace("two", "one")).read_bytes()
