"""Figures of eigenspectra, dimension and state space: what they show is what the results hold."""

import numpy as np
import pytest

from helpers.ring import ring_session
from rscnav.analyses.dimension.dimension import Settings as Dimension
from rscnav.analyses.registry import analyse
from rscnav.analyses.result import Result
from rscnav.analyses.spectrum.eigenspectrum import Settings as Eigenspectrum
from rscnav.figures.layout import SessionResults
from rscnav.figures.registry import draw_figure
from rscnav.figures.style import PHASE_COLOURS

ANALYSES = {
    "eigenspectrum": Eigenspectrum(n_null=20, max_samples=1000),
    "dimension": Dimension(max_points=600),
    "state_space": None,
}
FIGURES = {"eigenspectra": "eigenspectrum", "dimension": "dimension", "state_space": "state_space"}


def code(session, rng):
    centres = np.linspace(-np.pi, np.pi, 16, endpoint=False)
    return np.exp(np.cos(session.position - centres) - 1) + 0.02 * rng.standard_normal((len(session.time), 16))


def drawn(name, session, kind="recording"):
    return SessionResults(name, kind, {key: analyse(session, key, settings) for key, settings in ANALYSES.items()})


@pytest.fixture(scope="module")
def full():
    return drawn("full", ring_session(code, n_trials=40))


@pytest.fixture(scope="module")
def bare():
    session = ring_session(code, n_trials=20)
    session.position = session.phase = session.encounters = None
    return drawn("bare", session)


@pytest.fixture(scope="module")
def empty():
    return SessionResults(
        "empty", "network", {key: Result.not_applicable("the session has no units") for key in ANALYSES}
    )


@pytest.fixture(scope="module")
def poor():
    return drawn("poor", ring_session(lambda s, rng: np.ones((len(s.time), 3)), n_trials=2))


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_every_kind_of_session_gets_its_row(name, full, bare, empty, poor, tmp_path):
    figure = draw_figure(name, [full, bare, empty, poor])
    figure.savefig(tmp_path / "figure.png", dpi=60)
    written = texts(figure)
    for session in ("full", "bare", "empty", "poor"):
        assert session in written
    panels = 3 if name == "dimension" else 4
    assert sum("the session has no units" in " ".join(text.split()) for text in written) == panels
    if name != "dimension":
        assert sum("phases are not known" in text for text in written) >= 2


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_empty_sessions_only_is_drawn(name, empty, tmp_path):
    draw_figure(name, [empty]).savefig(tmp_path / "figure.png", dpi=60)


@pytest.mark.parametrize("name", FIGURES)
def test_many_sessions_become_rows_of_kinds(name, full, bare, empty, tmp_path):
    figure = draw_figure(name, [full, bare, empty] * 3)
    figure.savefig(tmp_path / "figure.png", dpi=60)
    written = texts(figure)
    assert "6 recordings" in written
    assert "3 networks" in written


def test_spectra_are_the_result(full):
    figure = draw_figure("eigenspectra", [full])
    result = full.results["eigenspectrum"]
    lines = [line for line in figure.axes[2].lines if line.get_color() == PHASE_COLOURS["LM2"]]
    np.testing.assert_array_equal(lines[-1].get_ydata(), result["LM2/eigenvalues"])
    assert figure.axes[2].get_yscale() == "log"
    counts = {tuple(line.get_ydata()) for line in figure.axes[3].lines}
    assert (float(result["LM2/components_above_trial_shuffle"]),) in counts


def test_dimensions_are_the_result_and_hollow_where_not_reliable(full):
    result = full.results["dimension"]
    result.arrays["LM1/reliable"], result.arrays["LM2/reliable"] = np.array(False), np.array(True)
    values = draw_figure("dimension", [full]).axes[2]
    found = {
        part: line.get_markerfacecolor()
        for part in ("LM1", "LM2")
        for line in values.lines
        if line.get_marker() == "o"
        and line.get_color() == PHASE_COLOURS[part]
        and line.get_ydata()[0] == result[f"{part}/dimension"]
    }
    assert found == {"LM1": "white", "LM2": PHASE_COLOURS["LM2"]}


def test_trajectories_of_a_phase_are_the_samples_of_that_phase(full):
    figure = draw_figure("state_space", [full])
    phase = full.results["state_space"]["example/phase"]
    for column in range(3):
        (points,) = figure.axes[column].collections
        assert len(points.get_offsets()) == np.sum(phase == column)
