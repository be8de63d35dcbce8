"""Figures `encounters`, `decoding` and `non_encounters` say what the results hold, and where a session lacks something, what."""

import numpy as np
import pytest

from helpers.ring import place_bumps, ring_session, smooth_noise
from rscnav.analyses.decoding.decoding import Settings as Decoding
from rscnav.analyses.encounters.encounters import Settings as Meetings
from rscnav.analyses.encounters.non_encounters import Settings as Missed
from rscnav.analyses.encounters.trajectory_divergence import Settings as Divergence
from rscnav.analyses.registry import analyse
from rscnav.analyses.result import Result
from rscnav.figures.layout import SessionResults
from rscnav.figures.registry import draw_figure, figure_module
from rscnav.figures.style import Canvas

SETTINGS = {
    "encounters": Meetings(),
    "trajectory_divergence": Divergence(n_null=19),
    "decoding": Decoding(n_null=19, before_s=0.3, after_s=0.6),
    "non_encounters": Missed(n_null=19),
}
LACKING = {name: Result.not_applicable(f"no data for {name}") for name in SETTINGS}
PANELS = {
    "encounters": ["encounters"] * 3 + ["trajectory_divergence"],
    "decoding": ["decoding"] * 3,
    "non_encounters": ["non_encounters"] * 4,
}


def plant(session, rng):
    return 3 * place_bumps(session.position[:, 0], rng.uniform(-np.pi, np.pi, 5)) + smooth_noise(session, rng, 5)


def analysed(session):
    return {name: analyse(session, name, settings) for name, settings in SETTINGS.items()}


@pytest.fixture(scope="module")
def results():
    return analysed(ring_session(plant, 120, p_incorrect=0.4))


@pytest.fixture(scope="module")
def without_outcome():
    session = ring_session(plant, 40, seed=1)
    session.trials["outcome"] = session.encounters["outcome"] = "none"
    return analysed(session)


def texts(ax):
    found = [text.get_text() for text in ax.texts] + [ax.get_xlabel(), ax.get_ylabel(), ax.get_title()]
    legend = ax.get_legend()
    found += [text.get_text() for text in legend.get_texts()] if legend else []
    return " ".join(" ".join(found).split())


def shows(ax, values):
    return any(np.array_equal(line.get_ydata(), values, equal_nan=True) for line in ax.lines)


@pytest.mark.parametrize("name", PANELS)
def test_a_row_a_session_with_named_empty_panels(name, results):
    figure = draw_figure(
        name, [SessionResults("full", "network", results), SessionResults("bare", "recording", LACKING)]
    )
    full, bare = np.array(figure.axes).reshape(2, -1)
    assert set(figure_module(name).ANALYSES) == set(PANELS[name])
    for k, analysis in enumerate(PANELS[name]):
        assert f"no data for {analysis}" in texts(bare[k])
        if (name, k) == ("non_encounters", 1):
            assert "the session has no belief" in texts(full[k])
            continue
        assert full[k].get_xlabel() or full[k].get_xticklabels()
        assert full[k].get_ylabel() or full[k].get_yticklabels()
        assert full[k].lines or full[k].patches


def test_encounters_shows_the_numbers(results):
    counts, activity, outcome, distance = draw_figure("encounters", [SessionResults("full", "network", results)]).axes
    met, apart = results["encounters"], results["trajectory_divergence"]
    total = sum(bar.get_width() for bar in counts.patches if bar.get_height() == pytest.approx(0.7))
    assert total == met["category_count"].sum()
    groups = dict(zip(met["group"].tolist(), met["group_activity"], strict=True))
    for label in ("1st a", "1st b", "2nd a", "2nd b"):
        assert shows(activity, groups[label])
    for label in ("2nd correct", "2nd incorrect", "return", "non-encounter"):
        assert shows(outcome, groups[label])
    for order in ("1st", "2nd"):
        assert shows(distance, apart[f"{order}/ratio"])
    assert "a and b exchanged" in texts(distance)


def test_decoding_shows_the_numbers(results):
    identity, outcome, beside = draw_figure("decoding", [SessionResults("full", "network", results)]).axes
    found = results["decoding"]
    for panel, task in ((identity, "identity"), (outcome, "outcome")):
        assert shows(panel, found[f"{task}/accuracy"])
        assert shows(panel, found[f"{task}/displacement_accuracy"])
        assert "labels permuted" in texts(panel)
    points = [float(line.get_ydata()[0]) for line in beside.lines if len(line.get_ydata()) == 1]
    for task in ("identity", "outcome"):
        for name in ("before", "after", "displacement", "displacement_after", "trial_time"):
            assert found.scalar(f"{task}_{name}") in points


def test_non_encounters_shows_the_numbers(results):
    shown, _, moved, drops = draw_figure("non_encounters", [SessionResults("full", "network", results)]).axes
    found = results["non_encounters"]
    for kind in ("non_encounter", "other"):
        assert shows(shown, found[f"shown/{kind}"])
        assert shows(moved, found[f"moved/{kind}"])
        assert shows(drops, np.array([found.scalar(f"shown_drop_{kind}")]))
    assert f"p = {found.scalar('shown_drop_p'):.2g}" in texts(drops)
    drops.figure.draw_without_rendering()
    box, panel = drops.get_legend().get_window_extent(), drops.get_window_extent()
    assert box.x0 >= panel.x0 - 1
    assert box.x1 <= drops.figure.bbox.x1


def test_what_is_too_rare_is_said_with_how_many_are_needed(results, without_outcome):
    few = {**results, "decoding": analyse(ring_session(plant, 40, p_incorrect=0.1), "decoding", SETTINGS["decoding"])}
    identity, outcome, _ = draw_figure("decoding", [SessionResults("few", "network", few)]).axes
    assert "10 of each are needed" in texts(outcome)
    assert "needed" not in texts(identity)
    _, outcome, _ = draw_figure("decoding", [SessionResults("none", "recording", without_outcome)]).axes
    assert "no outcome is known" in texts(outcome)
    missed = {"non_encounters": analyse(ring_session(plant, 12), "non_encounters", SETTINGS["non_encounters"])}
    for panel in draw_figure("non_encounters", [SessionResults("few", "network", missed)]).axes:
        assert "6 are needed" in texts(panel)


@pytest.mark.parametrize("case", ["one trial", "silent", "no encounter"])
@pytest.mark.parametrize("name", PANELS)
def test_poor_sessions_are_drawn_too(name, case, tmp_path):
    session = ring_session(lambda s, r: plant(s, r) * (case != "silent"), 1 if case == "one trial" else 12, n_steps=60)
    if case == "no encounter":
        session.encounters = session.encounters[session.encounters["kind"] == "non-encounter"]
    poor = analysed(session)
    figure = draw_figure(name, [SessionResults("poor", "network", poor)])
    Canvas(dpi=40).save(figure, tmp_path / name)
    if case == "silent":
        assert "every unit is constant" in texts(figure.axes[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", PANELS)
def test_many_sessions_are_drawn_by_kind_and_files_do_not_change(name, results, without_outcome, tmp_path):
    drawn = [SessionResults(f"n-s{k}", "network", results) for k in range(4)]
    drawn += [SessionResults("rat", "recording", without_outcome), SessionResults("bare", "recording", LACKING)]
    canvas = Canvas(dpi=60)
    for stem in ("one", "two"):
        figure = draw_figure(name, drawn, canvas, max_sessions=3)
        paths = canvas.save(figure, tmp_path / stem)
    labels = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert "4 networks" in labels
    assert "2 recordings" in labels
    for path in paths:
        assert path.read_bytes() == path.with_name(path.name.replace("two", "one")).read_bytes()
