"""Figure `observer_comparison`: what it shows is what the results hold; poor sessions are drawn too."""

import numpy as np
import pytest

from helpers.observers import MISSED, NAMES, session
from rscnav.analyses.optimality.observer_comparison import Settings
from rscnav.analyses.registry import analyse
from rscnav.analyses.result import Result
from rscnav.figures.layout import SessionResults
from rscnav.figures.observer_comparison import OBSERVERS
from rscnav.figures.registry import draw_figure
from rscnav.figures.style import Canvas
from rscnav.observers.registry import STRATEGIES

POOR = {
    "no second landmark": {},
    "one trial": {"n_trials": 1, "rows": [(0, 15, 19, 0, MISSED), (0, 30, 35, 2, "encounter")]},
    "four landmarks": {"landmarks": np.random.default_rng(0).uniform(-3, 3, (6, 4, 1))},
    "plane": {"dim": 2, "landmarks": np.zeros((6, 2, 2))},
    "network only": {"names": ("network",)},
    "no network": {"names": ("bayes",)},
    "no table": {"encounters": None, "observer_correct": None},
    "losses only": {f"observer_{m}": None for m in ("error", "certainty", "alternative", "kl_divergence", "correct")},
}


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", POOR)
def test_poor_sessions_are_analysed_and_drawn(case, tmp_path):
    here = session(**POOR[case])
    result = analyse(here, "observer_comparison")
    assert result.applicable
    assert result["loss/mean"].shape == (len(here.observer_names), 4)
    for drawn in (
        [SessionResults("poor", "network", {"observer_comparison": result})],
        [SessionResults("x", "network", {"observer_comparison": result})] * 3,
    ):
        Canvas(dpi=40).save(draw_figure("observer_comparison", drawn, max_sessions=2), tmp_path / "figure")


@pytest.fixture(scope="module")
def full():
    """Six trials with all that the figure shows; the dead reckoner is worse than a uniform belief."""
    rows = [(t, 30, 34, 2, "encounter") for t in range(6)] + [(t, 15, 19, 0, MISSED) for t in range(6)]
    places = np.zeros((6, 2, 1))
    places[:, 1, 0] = np.linspace(0.6, 3.0, 6)
    here = session(6, rows, landmarks=places, bin_centres=np.zeros((8, 1)))
    rng = np.random.default_rng(0)
    for what in ("loss", "error", "certainty", "alternative", "kl_divergence"):
        getattr(here, f"observer_{what}")[:] = rng.uniform(0.2, 0.9, here.observer_loss.shape)
    here.observer_loss[:, 2] = 7.0
    here.observer_kl_divergence[:, 0] = 0
    here.observer_correct[:] = rng.integers(0, 2, (6, 4))
    return {"observer_comparison": analyse(here, "observer_comparison", Settings(n_separation_bins=3))}


def lines(ax, colour):
    return [line.get_ydata() for line in ax.lines if line.get_color() == colour]


def holds(found, wanted):
    return any(len(y) == len(wanted) and np.allclose(y, wanted, equal_nan=True) for y in found)


def test_the_figure_shows_the_numbers(full):
    axes = draw_figure("observer_comparison", [SessionResults("full", "network", full)]).axes
    result = full["observer_comparison"]
    for k, name in enumerate(NAMES):
        colour = OBSERVERS[name][1]
        for p in range(4):
            value = min(result["loss/mean"][k, p], 1.08 * np.log(8))
            assert holds(lines(axes[0], colour), [value]), (name, p)
            assert name == "network" or holds(lines(axes[4], colour), [result["kl_divergence/median"][k, p]])
        assert holds(lines(axes[1], colour), result["certainty/mean"][k])
        assert holds(lines(axes[2], colour), result["non_encounter/mean"][k])
        assert holds(lines(axes[3], colour), result["separation/fraction"][k])
    assert not [y for y in lines(axes[4], OBSERVERS["network"][1]) if len(y) == 1]
    assert axes[4].get_yscale() == "log"
    beyond = [line for line in axes[0].lines if line.get_marker() == "^"]
    assert {line.get_color() for line in beyond} == {OBSERVERS["dead_reckoning"][1]}
    assert len(beyond) == 4
    assert axes[0].get_ylim()[1] == pytest.approx(1.08 * np.log(8))


def test_every_observer_has_a_name_and_a_colour_of_its_own():
    assert set(OBSERVERS) == {"network", *STRATEGIES}
    assert len({colour for _, colour, _ in OBSERVERS.values()}) == len(OBSERVERS)
    assert len({marker for _, _, marker in OBSERVERS.values()}) == len(OBSERVERS)


def test_rows_of_sessions_and_of_kinds(full, tmp_path):
    lacking = {"observer_comparison": Result.not_applicable("the session has no observer_loss")}
    drawn = [SessionResults(f"n-s{k}", "network", full) for k in range(3)] + [
        SessionResults("rat", "recording", lacking)
    ]
    canvas = Canvas(dpi=60)
    figure = draw_figure("observer_comparison", drawn, canvas)
    assert len(figure.axes) == 20
    said = [" ".join(text.get_text().split()) for ax in figure.axes[15:] for text in ax.texts]
    assert sum("not applicable: the session has no observer_loss" in text for text in said) == 5
    assert figure.legends[0].get_texts()[0].get_text() == "network"
    for stem in ("one", "two"):
        figure = draw_figure("observer_comparison", drawn, canvas, max_sessions=2)
        paths = canvas.save(figure, tmp_path / stem)
    assert "3 networks" in [text.get_text() for ax in figure.axes for text in ax.texts]
    assert holds(lines(figure.axes[1], "#000000"), full["observer_comparison"]["certainty/mean"][0])
    for path in paths:
        assert path.read_bytes() == path.with_name(path.name.replace("two", "one")).read_bytes()
