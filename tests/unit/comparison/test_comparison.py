"""Sessions side by side: names in the configuration, conditions that two sessions share, what is said where something is missing."""

import csv
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from helpers import ROOT
from rscnav.analyses.result import Result, read_result, write_result
from rscnav.calibration.planted_sessions import planted_session
from rscnav.calibration.random_walks import ring_walk, with_activity
from rscnav.comparison.compare import compare
from rscnav.comparison.conditions import place_conditions, places_differ, time_conditions
from rscnav.comparison.settings import Similarity
from rscnav.comparison.summary_table import ANALYSES, TableCell, entries
from rscnav.config.job_settings import settings_text
from rscnav.config.load import parse_config
from rscnav.figures.comparison.comparison import draw_comparison
from rscnav.files.sealed.rows import write_rows
from rscnav.seeds import Seeds
from rscnav.settings.strict_settings import ConfigError
from rscnav.workflow.summary import NOTHING, _comparison

DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())
QUICK = Similarity(
    n_null=19, n_subsamples=10, n_splits=2, max_segments=40, iterations=50, n_dynamics_subsamples=10, n_dynamics_splits=1,
    n_components=4, rank=4, n_delays=2,
)  # fmt: skip


@pytest.mark.parametrize(
    ("sessions", "message"),
    [
        (
            ["gru-s1", "mouse"],
            r"'x': there is no session mouse; there are: gru-s1, gru-s2, gru-s1-like-example, example",
        ),
        (["gru-s1"], r"comparison 'x': sessions: 1 of them are not valid; name two to 6"),
        (["gru-s1", "gru-s1"], r"gru-s1 occurs more than once"),
        ([f"gru-s{k}" for k in range(7)], r"7 of them are not valid"),
    ],
)
def test_sessions_that_will_not_do_are_refused_by_name(sessions, message):
    with pytest.raises(ConfigError, match=message):
        parse_config(DEFAULT | {"comparisons": [{"name": "x", "sessions": sessions}]})


def sessions_by_default(**changes):
    config = parse_config({**DEFAULT, "comparisons": [{"name": "x"}], **changes})
    return [comparison.sessions for comparison in config.comparisons]


def test_without_names_one_session_of_each_network_is_set_beside_the_recordings():
    assert sessions_by_default() == [["gru-s1", "gru-s1-like-example", "example"]]
    assert sessions_by_default(recordings=[]) == [["gru-s1", "gru-s2"]]  # two seeds are all there is
    assert sessions_by_default(networks=[]) == []  # one recording has nothing beside it
    many = [{"name": f"n{k}", "seeds": [1, 2]} for k in range(9)]
    assert sessions_by_default(networks=many) == [[f"n{k}-s1" for k in range(6)]]


def test_two_comparisons_of_one_name_and_edges_out_of_order_are_refused():
    one = {"name": "x", "sessions": ["gru-s1", "example"]}
    with pytest.raises(ConfigError, match=r"comparison name\(s\) x occur more than once; give each its own name"):
        parse_config(DEFAULT | {"comparisons": [one, one]})
    with pytest.raises(ConfigError, match=r"time_edges_s: \[1\.0, 0\.5, 2\.0\] must start at 0 or later and increase"):
        parse_config(DEFAULT | {"similarity": {"time_edges_s": [1.0, 0.5, 2.0]}})


def test_a_comparison_runs_again_for_its_own_numbers_only():
    config, other = (parse_config(DEFAULT | {"figures": {"dpi": dpi}}) for dpi in (300, 100))
    assert settings_text(config, "compare", "side-by-side") == settings_text(other, "compare", "side-by-side")
    assert settings_text(config, "plot_comparison", "side-by-side") != settings_text(
        other, "plot_comparison", "side-by-side"
    )
    with pytest.raises(ConfigError, match="comparisons: there is no 'y'; there are: side-by-side"):
        settings_text(config, "compare", "y")


def test_conditions_are_phase_by_place_and_phase_by_time_since_it_began():
    session = ring_walk(np.full(30, 80), np.random.default_rng(0))
    everything = np.arange(len(session.time))
    by_place = place_conditions(session, everything, Similarity())
    assert np.array_equal(by_place.label // 12, session.phase)
    expected = np.floor((session.position[:, 0] + np.pi) / (2 * np.pi / 12))
    assert np.array_equal(by_place.label % 12, expected)
    settings = SimpleNamespace(time_edges_s=[0.0, 0.5, 1.0, 2.0])
    by_time = time_conditions(session, everything, settings)
    for trial in range(5):
        mine = session.trial == trial
        phase, label = session.phase[mine], by_time.label[mine]
        for number in np.unique(phase):
            found = label[phase == number][:25]
            steps = np.repeat([0, 1, 2, -1], [5, 5, 10, 5])[: len(found)]
            assert np.array_equal(found, np.where(steps >= 0, 3 * number + steps, -1))


def test_places_compare_only_in_one_sort_of_space_with_landmarks_at_the_same_places():
    one = ring_walk(np.full(4, 50), np.random.default_rng(1))
    assert places_differ(one, replace(one, name="other")) == ""
    metres = replace(one, name="plane", position_unit="m")
    assert places_differ(one, metres) == "planted is on a ring, plane is not"
    assert places_differ(replace(metres, position_unit="px"), metres) == "positions are in px in plane, in m in plane"
    assert (
        places_differ(one, replace(one, name="blind", landmarks=None))
        == "where the landmarks of blind stand is not known"
    )
    moved = replace(one, name="moved", landmarks=one.landmarks + np.array([0.0, 0.5])[None, :, None])
    assert places_differ(one, moved) == "the landmarks of the two stand at different places"
    each = one.landmarks + np.arange(4)[:, None, None]
    assert (
        places_differ(one, replace(one, name="new", landmarks=each))
        == "the landmarks of new stand elsewhere in each trial"
    )
    around = replace(one, name="around", landmarks=one.landmarks + 2 * np.pi)
    assert places_differ(one, around) == ""


@pytest.fixture(scope="module")
def compared():
    """Three sessions: two on one ring, and one that is too short for anything."""
    one, other = (planted_session(np.random.default_rng(seed), n_trials=60) for seed in (0, 1))
    short = with_activity(ring_walk(np.full(6, 40), np.random.default_rng(2)), np.ones((240, 20)))
    sessions = [replace(s, name=name) for s, name in ((one, "one"), (other, "other"), (short, "short"))]
    return sessions, compare(sessions, QUICK, None, Seeds(0))


def test_pairs_have_numbers_or_a_note_that_says_why_not(compared):
    _, result = compared
    assert result["pair"].tolist() == ["one:other", "one:short", "other:short"]
    assert result.scalar("one:other/low") < result.scalar("one:other/similarity") < result.scalar("one:other/high")
    assert result.scalar("one:other/similarity") > 0.8
    assert result.scalar("one:other/distance_low") < result.scalar("one:other/distance")
    assert result.notes["one:other"] == "geometry by phase x place"
    assert "one:short/similarity" not in result
    assert "short: 6 trials are too few; at least 8 are needed" in result.notes["one:short"]
    assert "dynamics: short: 0 pieces of 5 s in 0 trials are too few" in result.notes["one:short"]


def test_the_same_seeds_give_the_same_numbers(compared):
    sessions, result = compared
    again = compare(sessions[:2], QUICK, None, Seeds(0))
    assert again.scalars() == {k: v for k, v in result.scalars().items() if "short" not in k}


def test_its_numbers_are_json_by_session_and_pair(compared, tmp_path):
    _, result = compared
    (tmp_path / "comparisons").mkdir()
    write_result(result, tmp_path / "comparisons" / "c.h5")
    summary = json.loads(json.dumps(_comparison(tmp_path, "c", NOTHING), allow_nan=False))
    assert summary["sessions"] == ["one", "other", "short"]
    assert summary["numbers"]["one:other"]["similarity"] == result.scalar("one:other/similarity")
    assert summary["numbers"]["one"]["floor"] == result.scalar("one/floor")
    assert summary["notes"] == result.notes
    assert _comparison(tmp_path, "nothing", NOTHING) is None


def test_sessions_of_one_name_are_refused(compared):
    sessions, _ = compared
    with pytest.raises(ValueError, match="sessions to compare: one, one; name two at least, each once"):
        compare([sessions[0], sessions[0]])


def _analyses() -> dict[str, Result]:
    results = {name: Result.not_applicable("the session has no phase") for name in ANALYSES}
    results["pairwise"] = Result()
    for key, value in (
        ("structure_preserved", 0.8),
        ("structure_preserved_low", 0.7),
        ("structure_preserved_high", 0.9),
    ):
        results["pairwise"].add(key, value)
    return results


def test_the_table_holds_what_there_is_and_comes_back(compared, tmp_path):
    _, result = compared
    write_result(result, tmp_path / "c.h5")
    result = read_result(tmp_path / "c.h5")
    table = entries({name: _analyses() for name in ("one", "other", "short")}, result)
    write_rows(table, tmp_path / "t.csv", TableCell)
    rows = list(csv.DictReader((tmp_path / "t.csv").open()))
    assert list(rows[0])[:5] == ["group", "number", "unit", "of", "value"]
    kept = [row for row in rows if row["group"] == "structure_preserved"]
    assert [(row["of"], row["value"], row["low"], row["control"]) for row in kept] == [
        (name, "0.8", "0.7", "") for name in ("one", "other", "short")
    ]
    assert {row["of"] for row in rows if row["group"] == "geometry"} == {"one:other"}
    similarity = next(row for row in rows if row["number"] == "similarity")
    assert float(similarity["value"]) == result.scalar("one:other/similarity")


def test_the_figure_says_why_panels_are_empty(compared):
    _, result = compared
    figure = draw_comparison({name: _analyses() for name in ("one", "other", "short")}, result)
    texts = [" ".join(text.get_text().split()) for ax in figure.axes for text in ax.texts]
    assert any("one: the session has no phase" in text for text in texts)
    assert any("short: 6 trials are too few" in text for text in texts)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend[:3] == [
        f"{k}  {name}: network, 20 units, {n} trials"
        for k, name, n in ((1, "one", 60), (2, "other", 60), (3, "short", 6))
    ]
