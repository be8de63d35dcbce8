"""Results folder in Python: its sessions, results and numbers, figures drawn from it, and what is missing."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from rscnav import analyse, load_results, plot
from rscnav.analyses.registry import ANALYSES
from rscnav.analyses.result import Result, write_result
from rscnav.calibration.null_sessions import null_session
from rscnav.config.yaml_text import yaml_text
from rscnav.figures.style import Canvas
from rscnav.files.sealed.tails import json_bytes, write_sealed
from rscnav.sessions.hdf5 import write_session
from rscnav.sessions.lazy import LazyRows
from rscnav.workflow.jobs.planned import settings_file

N_STAGES = len(ANALYSES) + 1


def in_memory(name: str, seed: int = 0):
    session = null_session("noise", np.random.default_rng(seed), n_trials=6, n_units=4, n_steps=40)
    session.name = name
    return session


@pytest.fixture
def folder(tmp_path):
    """Two sessions, all results of `gru-s1`, no spectrum of `rat7`, the summary and one figure."""
    folder = tmp_path / "results"
    for name in ("rat7", "gru-s1"):
        write_session(in_memory(name), folder / "sessions" / f"{name}.h5")
        for analysis in (*ANALYSES, "dynamics"):
            if (name, analysis) != ("rat7", "eigenspectrum"):
                write_result(Result.not_applicable("not tried"), folder / "analyses" / analysis / f"{name}.h5")
    spectrum = analyse(in_memory("gru-s1"), "eigenspectrum", n_null=20)
    write_result(spectrum, folder / "analyses" / "eigenspectrum" / "gru-s1.h5")
    write_sealed(folder / "numbers" / "summary.json", json_bytes({"sessions": {"rat7": 1}}))
    canvas = Canvas(dpi=50)
    canvas.save(canvas.figure(1, 1, 20)[0], folder / "figures" / "task")
    return folder


def test_names_of_a_run(folder):
    run = load_results(folder)
    assert run.sessions == list(run) == ["gru-s1", "rat7"]
    assert run.analyses == [*ANALYSES, "dynamics"]
    assert run.figures == ["task"]
    assert run.summary["sessions"] == {"rat7": 1}
    assert ("rat7" in run, "rat" in run, len(run)) == (True, False, 2)


def test_sessions_and_results_are_read_on_access(folder):
    found = load_results(str(folder))["gru-s1"]
    assert isinstance(found.session.activity, LazyRows)
    np.testing.assert_array_equal(np.asarray(found.session.activity), in_memory("gru-s1").activity)
    assert found.session is found.session
    expected = analyse(in_memory("gru-s1"), "eigenspectrum", n_null=20)
    assert found["eigenspectrum"].scalars() == expected.scalars()
    assert found["dimension"].reason == "not tried"
    assert list(found) == found.analyses == [*ANALYSES, "dynamics"]
    assert ("dimension" in found, "dimensions" in found) == (True, False)


def test_short_descriptions(folder):
    run = load_results(folder)
    assert (
        repr(run) == f"<Run {folder}: 2 sessions, {N_STAGES} analyses, 1 figure; 1 file missing (listed in `missing`)>"
    )
    assert repr(run["rat7"]) == f"<RunSession rat7: network, {N_STAGES - 1} results>"


def test_unknown_names_are_refused_with_the_similar_one(folder):
    run = load_results(folder)
    with pytest.raises(ValueError, match=r"session: 'gru-s2' is not in .*; it has gru-s1, rat7; did you mean 'gru-s1'"):
        run["gru-s2"]
    with pytest.raises(ValueError, match="analysis: 'dimensions' is not valid; .*; did you mean 'dimension'"):
        run["rat7"]["dimensions"]


def test_a_run_that_is_not_finished_names_what_is_missing(folder):
    run = load_results(folder)
    assert run.missing == ["analyses/eigenspectrum/rat7.h5"]
    with pytest.raises(FileNotFoundError, match=r"eigenspectrum/rat7\.h5: no such file; the run has not made it; run"):
        run["rat7"]["eigenspectrum"]
    (folder / "numbers" / "summary.json").unlink()
    (folder / "logs").mkdir()
    (folder / "logs" / "failed.txt").write_text("eigenspectrum of rat7")
    message = r"summary\.json: no such file; .*; also missing: analyses/eigenspectrum/rat7\.h5; .*failed\.txt lists the"
    with pytest.raises(FileNotFoundError, match=message):
        load_results(folder).summary  # noqa: B018


def test_the_recorded_configuration_names_missing_sessions(folder):
    text = yaml_text({"networks": [{"name": "gru", "seeds": [1, 2]}], "results_dir": str(folder)})
    path = folder / "config" / settings_file("", text).rpartition("/")[2]
    path.parent.mkdir()
    path.write_text(text)
    run = load_results(folder)
    assert "sessions/gru-s2.h5" in run.missing
    assert "sessions/gru-s1.h5" not in run.missing
    with pytest.raises(
        FileNotFoundError, match=r"sessions/gru-s2\.h5: no such file; the run has not made it; also missi"
    ):
        run["gru-s2"]


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder; name the results folder of a run"):
        load_results(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"no sessions/\*\.h5 in this folder"):
        load_results(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileNotFoundError, match="file: a file, not a folder"):
        load_results(tmp_path / "file")


def texts(figure: Figure) -> str:
    """All text in a figure, on one line: long text is wrapped, and where depends on the path of the folder."""
    return " ".join(" ".join(text.get_text() for ax in figure.axes for text in ax.texts).split())


def test_a_figure_of_a_run(folder):
    run = load_results(folder)
    figure = plot("eigenspectra", run)
    assert isinstance(figure, Figure)
    assert "gru-s1" in texts(figure)
    assert "the run has not made it" not in texts(plot("eigenspectra", run, sessions=["gru-s1"]))
    assert "no such file" in texts(figure)  # below the panels, for rat7
    assert "gru-s1" not in texts(plot("dimension", run, sessions=["rat7"]))
    assert "rat7" in texts(plot("task", run["rat7"]))
    with pytest.raises(FileNotFoundError, match=r"rat7\.h5: no such file; the run has not made it"):
        plot("eigenspectra", run, sessions=["rat7"])
    with pytest.raises(FileNotFoundError, match=r"rat7\.h5: no such file"):
        plot("eigenspectra", run["rat7"])


def test_a_figure_of_sessions_in_memory():
    figure = plot("eigenspectra", [in_memory("one"), in_memory("two", 1)])
    assert "one" in texts(figure)
    assert "two" in texts(figure)
    assert "needs the" in texts(plot("dynamics", in_memory("one")))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("eigenspectrum", "run"), "figure: 'eigenspectrum' is not valid; .*; did you mean 'eigenspectra'"),
        (("eigenspectra", "run", ["rat8"]), "session: 'rat8' is not in .*; did you mean 'rat7'"),
        (("eigenspectra", "run", []), "sessions: the list is empty"),
        (("eigenspectra", "session", ["rat7"]), "sessions: valid with the results of a run only"),
        (("eigenspectra", []), "source: list is not valid; expected a Run, a Session or a list"),
        (("eigenspectra", "results"), "source: str is not valid"),
        (("eigenspectra", [1]), "source: the list holds a int; expected sessions"),
    ],
)
def test_invalid_arguments_of_plot_are_named(folder, arguments, message):
    name, source, *sessions = arguments
    source = (
        {"run": load_results(folder), "session": in_memory("one")}.get(source, source)
        if isinstance(source, str)
        else source
    )
    with pytest.raises(ValueError, match=message):
        plot(name, source, *sessions)
