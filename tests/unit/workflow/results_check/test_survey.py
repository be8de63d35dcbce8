"""`rscnav check`: what it finds in a folder, and what it does not look at."""

import json
import os
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from helpers import ROOT
from rscnav.analyses.result import Result, write_result
from rscnav.calibration.null_sessions import null_session
from rscnav.cli.main import main
from rscnav.config.load import load_config
from rscnav.export import export_nwb, export_tables
from rscnav.figures.style import Canvas
from rscnav.files.sealed.tails import json_bytes, write_sealed, write_with_digest
from rscnav.networks import checkpoint
from rscnav.sessions.hdf5 import write_session
from rscnav.workflow.jobs.planned import settings_file
from rscnav.workflow.results_check.expected_files import declared
from rscnav.workflow.results_check.survey import survey


@pytest.fixture
def results(tmp_path):
    """A small results folder with a file of each kind."""
    folder = tmp_path / "results"
    session = null_session("noise", np.random.default_rng(0), n_trials=4, n_units=3, n_steps=20)
    write_session(session, folder / "sessions" / "a.h5")
    write_result(Result(), folder / "analyses" / "tuning_entropy" / "a.h5")
    write_with_digest(folder / "networks" / "a" / "curve.csv", "batch,loss\n1,2.0\n")
    checkpoint.save({"weights": {}}, folder / "networks" / "a" / "weights.pt")
    write_result(Result(), folder / "comparisons" / "c.h5")
    write_with_digest(folder / "comparisons" / "c.csv", "x\n1\n")
    write_sealed(folder / "numbers" / "summary.json", json_bytes({"n": 1}))
    export_nwb(session, folder / "export" / "a.nwb")
    export_tables(session, folder / "export" / "a")
    canvas = Canvas(dpi=50)
    figure, _ = canvas.figure(1, 1, 20)
    canvas.save(figure, folder / "figures" / "task")
    for path in ("logs/a.log", "benchmarks/a.tsv", "config/0.yaml", "networks/a/progress.csv", "mine.txt"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("not one that carries a digest")
    (folder / "config" / "0.yaml").unlink()
    return folder


def products(folder):
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".sha256", ".log", ".tsv", ".txt") and path.name != "progress.csv"
    )


def test_a_sound_folder_has_nothing_to_name(results):
    found = survey(results)
    assert (found.sound, found.n_files, list(found.lines())) == (True, len(products(results)), [])
    assert found.n_files == 17


def test_one_bit_of_any_file_is_found(results):
    for name in products(results):
        whole = (results / name).read_bytes()
        for at in (0, len(whole) // 3, len(whole) - 1):
            (results / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert list(survey(results).damaged) == [name], at
        (results / name).write_bytes(whole[: len(whole) // 2])
        assert list(survey(results).damaged) == [name]
        (results / name).write_bytes(whole)
    assert survey(results).sound


def test_files_of_another_kind_or_without_digest_are_named(results):
    (results / "sessions" / "a.h5").write_bytes((results / "analyses" / "tuning_entropy" / "a.h5").read_bytes())
    (results / "networks" / "a" / "curve.csv.sha256").unlink()
    with h5py.File(results / "analyses" / "tuning_entropy" / "b.h5", "w") as file:
        file["x"] = 1
    damaged = survey(results).damaged
    assert damaged["sessions/a.h5"] == "format 'rscnav result 3' is not valid here; expected 'rscnav session 4'"
    assert damaged["networks/a/curve.csv"] == "its digest curve.csv.sha256 is missing, so it cannot be checked"
    assert damaged["analyses/tuning_entropy/b.h5"].startswith("format 'unknown' is not valid here")


def test_without_a_configuration_what_belongs_together_is_missed(results):
    gone = ["comparisons/c.h5", "export/a/trials.parquet", "figures/task.png", "networks/a/weights.pt", "sessions/a.h5"]
    for name in gone:
        (results / name).unlink()
    assert survey(results).missing == gone


def test_a_configuration_says_what_is_missing_and_what_is_not_its_own(results):
    files = [*products(results), "sessions/b.h5"]
    files.remove("analyses/tuning_entropy/a.h5")
    found = survey(results, files)
    assert found.missing == ["sessions/b.h5"]
    assert found.foreign == {"a": ["analyses/tuning_entropy/a.h5"]}
    assert "not in the configuration: 'a': analyses/tuning_entropy/a.h5" in list(found.lines())


def test_half_written_files_of_dead_processes_are_named_and_others_are_not(results):
    (results / "sessions" / ".a.4999999.part.h5").write_bytes(b"x")
    (results / "sessions" / f".a.{os.getpid()}.part.h5").write_bytes(b"x")
    (results / "comparisons" / "gone.csv.sha256").write_text("x")
    found = survey(results)
    assert set(found.left_over) == {"sessions/.a.4999999.part.h5", "comparisons/gone.csv.sha256"}
    assert found.sound


def test_progress_is_counted(results):
    steps = []
    survey(results, step=lambda done, n: steps.append((done, n)))
    assert steps == [(k, 17) for k in range(1, 18)]


def test_a_run_of_the_default_configuration_declares_each_file_once():
    root = ROOT
    config = load_config(str(root / "config.yaml"))
    files = declared(config)
    assert len(files) == len(set(files))
    assert {"numbers/summary.json", "figures/task.pdf", "networks/gru-s1/curve.csv"} <= set(files)


def test_the_command_gives_status_and_cure(results, monkeypatch, capsys):
    monkeypatch.chdir(results.parent)
    assert main(["check"]) == 0
    assert "results: 17 files checked, without a configuration" in capsys.readouterr().out
    (results / "figures" / "task.png").unlink()
    assert main(["check", "results"]) == 1
    out, err = capsys.readouterr()
    assert "missing: figures/task.png" in out
    assert "0 files are damaged, 1 are missing" in err
    assert main(["check", "--remake"]) == 1
    assert "give its configuration with --config" in capsys.readouterr().err
    assert main(["check", "elsewhere"]) == 1
    assert "elsewhere: no such folder" in capsys.readouterr().err


def test_the_settings_of_the_last_run_are_the_configuration(results, monkeypatch, capsys):
    monkeypatch.chdir(results.parent)
    recording = {"name": "mouse", "file": "mouse.nwb", "position": {"series": "xy", "unit": "m"}}
    text = yaml.safe_dump({"results_dir": "results", "recordings": [recording], "comparisons": []})
    settings = Path(settings_file("results", text))
    settings.write_text(text)
    assert main(["check"]) == 1
    out, _ = capsys.readouterr()
    assert f"a run of {settings} makes" in out
    assert "missing: sessions/mouse.h5" in out
    assert "not in the configuration: 'a': " in out
    (results.parent / "own.yaml").write_text(text.replace("results_dir: results", "results_dir: other"))
    assert main(["check", "results", "--config", "own.yaml"]) == 1
    assert "writes its results to other (key `results_dir`)" in capsys.readouterr().err
    assert main(["check", "--remake"]) == 1
    assert "start it in the folder that holds the Snakefile" in capsys.readouterr().err
    settings.write_text(text.replace("mouse", "mouth"))
    assert main(["check", "--remake"]) == 1
    assert f"{settings}: damaged, or changed after it was written; delete it, and give" in capsys.readouterr().err


def test_a_change_on_purpose_is_accepted(results, capsys):
    path = results / "export" / "a.nwb"
    with h5py.File(path, "r+") as file:
        file.attrs["note"] = "mine"
    assert list(survey(results).damaged) == ["export/a.nwb"]
    assert main(["check", "--accept", str(path)]) == 0
    assert survey(results).sound
    with h5py.File(path) as file:
        assert file.attrs["note"] == "mine"
    assert main(["check", "--accept", str(results / "mine.txt")]) == 1
    assert "mine.txt: not a sealed file of rscnav" in capsys.readouterr().err


def test_usual_programs_read_all_of_it(results):
    """A digest is in nobody's way."""
    import hashlib
    import subprocess

    import matplotlib.image
    import pandas as pd
    import torch
    from pynwb import NWBHDF5IO, validate

    assert torch.load(results / "networks" / "a" / "weights.pt", weights_only=True) == {"weights": {}}
    assert matplotlib.image.imread(results / "figures" / "task.png").ndim == 3
    assert json.loads((results / "numbers" / "summary.json").read_text())["n"] == 1
    assert list(pd.read_csv(results / "networks" / "a" / "curve.csv")) == ["batch", "loss"]
    assert len(pd.read_parquet(results / "export" / "a" / "trials.parquet")) == 4
    columns = json.loads((results / "export" / "a" / "columns.json").read_text())
    for name, digest in columns["sha256_of"].items():
        assert hashlib.sha256((results / "export" / "a" / name).read_bytes()).hexdigest() == digest
    checked = subprocess.run(
        ["sha256sum", "-c", "curve.csv.sha256"], cwd=results / "networks" / "a", capture_output=True
    )
    assert checked.returncode == 0
    with NWBHDF5IO(results / "export" / "a.nwb", "r") as io:
        assert len(io.read().trials) == 4
    assert not validate(path=str(results / "export" / "a.nwb"))
    with h5py.File(results / "sessions" / "a.h5") as file:
        assert file.attrs["format"] == "rscnav session 4"
    text = (results / "figures" / "task.pdf").read_bytes()
    assert text.rindex(b"%%EOF") > len(text) - 1024  # where readers look for it
