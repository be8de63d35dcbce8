"""Figure `entropy` says what the results hold, and where a session lacks something, what."""

import numpy as np
import pytest
from planted_ring import place_bumps, ring_session, smooth_noise

from rscnav.analyses.dispersion import Settings as Dispersion
from rscnav.analyses.result import Result
from rscnav.analyses.table import analyse
from rscnav.analyses.tuning import Settings as Tuning
from rscnav.figures.layout import Drawn
from rscnav.figures.style import Canvas
from rscnav.figures.table import draw_figure, figure_module

SETTINGS = {
    "tuning": Tuning(n_permutations=19),
    "dispersion": Dispersion(n_permutations=19, n_draws=2, n_groups=4),
}
LACKING = {name: Result.not_applicable(f"no data for {name}") for name in SETTINGS}


def plant(session, rng):
    return 3 * place_bumps(session.position[:, 0], rng.uniform(-np.pi, np.pi, 5)) + smooth_noise(session, rng, 5)


@pytest.fixture(scope="module")
def results():
    session = ring_session(plant, 60, p_incorrect=0.4)
    return {name: analyse(name, session, settings) for name, settings in SETTINGS.items()}


@pytest.fixture(scope="module")
def without_outcome():
    session = ring_session(plant, 40, seed=1)
    session.trials["outcome"] = session.encounters["outcome"] = "none"
    return {name: analyse(name, session, settings) for name, settings in SETTINGS.items()}


def texts(ax):
    found = [text.get_text() for text in ax.texts] + [ax.get_xlabel(), ax.get_ylabel(), ax.get_title()]
    legend = ax.get_legend()
    found += [text.get_text() for text in legend.get_texts()] if legend else []
    return " ".join(" ".join(found).split())


@pytest.mark.parametrize("name", ["entropy"])
def test_a_row_a_session_with_named_empty_panels(name, results):
    drawn = [Drawn("full", "network", results), Drawn("bare", "recording", LACKING)]
    figure = draw_figure(name, drawn)
    full, bare = np.array([ax for ax in figure.axes if ax.get_label() != "<colorbar>"]).reshape(2, 4)
    first, last = figure_module(name).ANALYSES
    for column, analysis in enumerate((first, first, last, last)):
        assert f"no data for {analysis}" in texts(bare[column])
        assert "not applicable" not in texts(full[column])
        assert full[column].get_xlabel() or name == "entropy"
        assert full[column].get_ylabel() or column == 0


def test_entropy_shows_the_numbers(results):
    curves, entropies, phases, differences = draw_figure("entropy", [Drawn("full", "network", results)]).axes[:4]
    tuning, dispersion = results["tuning"], results["dispersion"]
    shown = curves.images[0].get_array()
    assert shown.shape == tuning["tuning_curves"].shape
    assert (shown.min(axis=1) == 0).all()
    assert (shown.max(axis=1) == 1).all()
    assert f"{tuning.number('n_tuned')} of 5 units" in texts(entropies)
    assert {"control", "observed"} <= set(texts(entropies).split())
    points = [tuple(line.get_xydata()[0]) for line in phases.lines if len(line.get_xydata()) == 1]
    assert (dispersion["LM1"], dispersion["LM2"]) in points
    bars = sorted((bar.get_y(), bar.get_y() + bar.get_height()) for bar in differences.patches)
    names = [f"{control}_{{}}{suffix}" for control in ("control", "phase_control") for suffix in ("", "_mm")]
    bands = sorted((float(dispersion[n.format("low")]), float(dispersion[n.format("high")])) for n in names)
    assert np.array(bars) == pytest.approx(np.array(bands))
    intervals = [tuple(line.get_ydata()) for line in differences.lines]
    assert (dispersion["low"], dispersion["high"]) in intervals


@pytest.mark.parametrize("case", ["one trial", "silent", "no angle"])
@pytest.mark.parametrize("name", ["entropy"])
def test_poor_sessions_are_drawn_too(name, case, tmp_path):
    session = ring_session(lambda s, r: plant(s, r) * (case != "silent"), 1 if case == "one trial" else 12, n_steps=60)
    if case == "no angle":
        session.heading, session.encounters = None, session.encounters[session.encounters["kind"] == "non-encounter"]
    poor = {analysis: analyse(analysis, session, settings) for analysis, settings in SETTINGS.items()}
    figure = draw_figure(name, [Drawn("poor", "network", poor)])
    Canvas(dpi=40).save(figure, tmp_path / name)
    if case == "silent":
        assert "no unit has an entropy" in texts(figure.axes[0]) or "every unit is constant" in texts(figure.axes[0])


@pytest.mark.parametrize("name", ["entropy"])
def test_many_sessions_are_drawn_by_kind_and_files_do_not_change(name, results, without_outcome, tmp_path):
    drawn = [Drawn(f"n-s{k}", "network", results) for k in range(4)]
    drawn += [Drawn("rat", "recording", without_outcome), Drawn("bare", "recording", LACKING)]
    canvas = Canvas(dpi=60)
    for stem in ("one", "two"):
        figure = draw_figure(name, drawn, canvas, max_sessions=3)
        paths = canvas.save(figure, tmp_path / stem)
    labels = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert "4 networks" in labels
    assert "2 recordings" in labels
    for path in paths:
        assert path.read_bytes() == path.with_name(path.name.replace("two", "one")).read_bytes()
