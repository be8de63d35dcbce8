"""Commands: short help, errors as sentences, exit codes."""

import json

import pytest

from helpers.sessions import uneven_session
from rscnav.analyses.registry import ANALYSES
from rscnav.analyses.result import Result, read_result, write_result
from rscnav.cli.main import COMMANDS, main
from rscnav.config.load import load_config
from rscnav.files.atomic import write_text
from rscnav.sessions.hdf5 import write_session
from rscnav.workflow.summary import summary_text

CONFIG = "networks: [{name: n, seeds: [1]}]\n"


@pytest.fixture
def config(tmp_path):
    write_text(tmp_path / "config.yaml", CONFIG)
    return str(tmp_path / "config.yaml")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert COMMANDS[command] in capsys.readouterr().out


def test_errors_are_sentences_and_exit_with_1(config, tmp_path, capsys):
    arguments = [
        "--analysis",
        "tuning_entropy",
        "--session",
        str(tmp_path / "no.h5"),
        "--output",
        str(tmp_path / "out.h5"),
    ]
    assert main(["analyse", "--config", config, *arguments]) == 1
    text = capsys.readouterr().err
    assert f"rscnav analyse: error: {tmp_path / 'no.h5'}: no such file" in text
    assert "Traceback" not in text
    assert not (tmp_path / "out.h5").exists()


def test_the_traceback_is_shown_on_demand(config, monkeypatch):
    monkeypatch.setenv("RSCNAV_DEBUG", "1")
    with pytest.raises(ValueError, match="there is no session 'n-s7'; there are: n-s1"):
        main(["train", "--config", config, "--session", "n-s7", "--output-dir", "x"])


def test_an_unknown_session_lists_those_there_are(config, capsys):
    assert main(["train", "--config", config, "--session", "n-s7", "--output-dir", "x"]) == 1
    assert "there is no session 'n-s7'; there are: n-s1" in capsys.readouterr().err


def test_analyse_writes_a_result_even_where_it_does_not_apply(config, tmp_path, capsys):
    write_session(uneven_session(belief=None, phase=None), tmp_path / "s.h5")
    arguments = ["--session", str(tmp_path / "s.h5"), "--output", str(tmp_path / "r.h5")]
    assert main(["analyse", "--config", config, "--analysis", "optimality_gap", *arguments]) == 0
    assert read_result(tmp_path / "r.h5").reason == "the session has no belief, no phase"


def test_numbers_of_a_session_without_behaviour_are_null(config, tmp_path):
    bare = uneven_session(
        position=None, belief=None, bayes_posterior=None, phase=None, encounters=None, landmarks=None, name="n-s1"
    )
    bare.trials["outcome"] = "none"
    write_session(bare, tmp_path / "sessions" / "n-s1.h5")
    for analysis in ANALYSES:
        output = tmp_path / "analyses" / analysis / "n-s1.h5"
        arguments = ["--session", str(tmp_path / "sessions" / "n-s1.h5"), "--output", str(output)]
        assert main(["analyse", "--config", config, "--analysis", analysis, *arguments]) == 0
    write_result(Result.not_applicable("not asked"), tmp_path / "analyses" / "dynamics" / "n-s1.h5")
    summary = tmp_path / "summary.json"
    assert main(["summary", "--config", config, "--results", str(tmp_path), "--output", str(summary)]) == 0
    numbers = json.loads(summary.read_text())["sessions"]["n-s1"]
    assert numbers["n_units"] == 2
    assert [
        numbers[key] for key in ("error_rate", "loss", "gap", "tuning_entropy", "rate_dispersion", "n_encounters")
    ] == [None] * 6
    assert numbers["dynamics"] is None
    assert set(numbers["analyses"]) == {"eigenspectrum", "pairwise", "dimension"}  # those that need activity alone


def test_config_sha_ignores_where_results_lie_but_not_what_they_are(config, tmp_path):
    def sha(text: str) -> str:
        write_text(tmp_path / "c.yaml", CONFIG + text)
        return json.loads(summary_text(load_config(tmp_path / "c.yaml"), tmp_path, []))["run"]["config_sha"]

    assert sha("") == sha("results_dir: elsewhere\n") == sha("device: cpu\n")
    assert sha("") != sha("seed: 5\n")
