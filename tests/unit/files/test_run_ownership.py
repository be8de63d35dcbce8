"""Jobs and the run that started them: a job whose scheduler has ended stops and writes nothing; so does one whose folder another run took."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from rscnav.cli import status
from rscnav.files import run_ownership as owner
from rscnav.files.atomic import atomic_path, write_text

JOB = """
import sys, time
from rscnav.cli import main
from rscnav.files.atomic import atomic_path
from pathlib import Path

main._end_cleanly()
with atomic_path(sys.argv[1]) as temporary:
    temporary.write_text("half")
    Path(sys.argv[1] + ".started").touch()
    {wait}
    temporary.write_text("whole")
"""
SCHEDULER = """
import subprocess, sys, time
from rscnav.files import run_ownership as owner

owner.announce_scheduler()
owner.begin_run()
subprocess.Popen([sys.executable, *sys.argv[1:]])
time.sleep(600)
"""
IN_PYTHON, IN_C = (
    "time.sleep(600)",
    "__import__('ctypes').PyDLL(None).usleep(4_000_000)",
)  # the second keeps the interpreter's lock


@pytest.fixture(autouse=True)
def nobodys(monkeypatch, tmp_path):
    for name in (owner.RUN, owner.SCHEDULER):  # set first, so that what a test sets is taken back
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def start(folder, wait):
    """Start a scheduler of a job in a folder; give the scheduler, once its job is writing, and the job."""
    (folder / "job.py").write_text(JOB.replace("{wait}", wait))
    scheduler = subprocess.Popen(
        [sys.executable, "-c", SCHEDULER, "job.py", "result.txt"],
        cwd=folder,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    )
    until(lambda: (folder / "result.txt.started").exists())
    return scheduler, psutil.Process(scheduler.pid).children()[0]


def until(met, seconds=120):
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("wait", [IN_PYTHON, IN_C])
def test_a_job_ends_with_its_scheduler_and_leaves_nothing(tmp_path, wait):
    scheduler, job = start(tmp_path, wait)
    scheduler.send_signal(signal.SIGKILL)
    scheduler.wait()
    until(lambda: gone(job))
    assert {path.name for path in tmp_path.iterdir()} == {"job.py", "result.txt.started", ".snakemake"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_a_job_leaves_nothing_half_written(tmp_path, number):
    scheduler, job = start(tmp_path, IN_PYTHON)
    job.send_signal(number)
    until(lambda: gone(job))
    scheduler.kill()
    scheduler.wait()
    assert not list(tmp_path.glob(".result*"))
    assert not (tmp_path / "result.txt").exists()


def test_a_job_of_a_dead_scheduler_writes_nothing(tmp_path, monkeypatch):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setenv(owner.SCHEDULER, f"{ended.pid}:12345")
    with pytest.raises(owner.OrphanedError, match="the workflow that started this job has ended"):
        write_text(tmp_path / "a", "text")
    assert list(tmp_path.iterdir()) == []


def test_another_process_with_the_scheduler_s_number_is_not_the_scheduler(monkeypatch, tmp_path):
    monkeypatch.setenv(owner.SCHEDULER, f"{os.getpid()}:12345")
    with pytest.raises(owner.OrphanedError):
        write_text(tmp_path / "a", "text")


def test_a_job_whose_folder_another_run_takes_while_it_writes_writes_nothing(tmp_path):
    owner.announce_scheduler()
    owner.begin_run()
    write_text(tmp_path / "first", "text")
    of_first = os.environ[owner.RUN]
    with (
        pytest.raises(owner.OrphanedError, match="another run of the workflow has begun"),
        atomic_path(tmp_path / "second") as half,
    ):
        half.write_text("half")
        owner.begin_run()
        os.environ[owner.RUN] = of_first
    assert {path.name for path in tmp_path.iterdir()} == {"first", ".snakemake"}


def test_a_command_that_a_person_types_belongs_to_nobody(tmp_path):
    owner.begin_run()
    for name in (owner.RUN, owner.SCHEDULER):
        os.environ.pop(name, None)
    write_text(tmp_path / "a", "text")
    assert (tmp_path / "a").read_text() == "text"


def test_half_written_files_of_killed_processes_are_cleared_away(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine, other = tmp_path / f".a.{ended.pid}.part.txt", tmp_path / f".b.{ended.pid}.part.txt"
    running = tmp_path / f".a.{os.getppid()}.part.txt"
    for path in (mine, other, running):
        path.write_text("half")
    write_text(tmp_path / "a.txt", "whole")
    assert not mine.exists()
    assert other.exists()  # another file's, which its own job clears
    assert running.exists()


def locked(folder):
    (folder / ".snakemake" / "locks").mkdir(parents=True, exist_ok=True)
    (folder / ".snakemake" / "locks" / "0.output.lock").touch()


def ask(*arguments):
    import argparse

    parser = argparse.ArgumentParser()
    status.configure(parser)
    status.run(parser.parse_args(arguments))


def test_status_of_a_folder_in_which_nothing_runs(tmp_path):
    ask()
    owner.begin_run()
    record = json.loads(owner.RECORD.read_text())
    record["process"]["started"] = "1"  # it ended
    owner.RECORD.write_text(json.dumps(record))
    ask()


def test_status_does_not_call_a_living_run_killed(tmp_path):
    owner.begin_run()
    locked(tmp_path)
    with pytest.raises(status.FolderTakenError, match="a workflow is running in this folder"):
        ask()
    assert owner.killed_run(tmp_path) == ""


def test_status_names_a_killed_run_and_its_cure(tmp_path):
    scheduler, job = start(tmp_path, IN_PYTHON)
    locked(tmp_path)
    with pytest.raises(status.FolderTakenError, match="a workflow is running"):
        ask()
    scheduler.send_signal(signal.SIGKILL)
    scheduler.wait()
    with pytest.raises(status.FolderTakenError, match="an earlier run was killed(?s:.*)snakemake --unlock"):
        ask()
    until(lambda: gone(job))


def test_a_run_of_another_machine_is_not_called_killed(tmp_path):
    owner.begin_run()
    record = json.loads(owner.RECORD.read_text())
    record["process"]["host"] = "another-machine"
    owner.RECORD.write_text(json.dumps(record))
    locked(tmp_path)
    said = owner.killed_run(tmp_path)
    assert "another-machine" in said
    assert "this machine cannot check whether it still runs" in said


def test_a_scheduler_started_as_a_module_is_found(tmp_path):
    """`python -m snakemake`, and `snakemake` by its path, before they have recorded themselves."""
    (tmp_path / "Snakefile").write_text("import time\ntime.sleep(60)\n")
    process = subprocess.Popen([sys.executable, "-m", "snakemake", "-n"], cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        until(lambda: process.pid in owner.schedulers_in(tmp_path))
    finally:
        process.kill()
        process.wait()
    assert process.pid not in owner.schedulers_in(tmp_path)


def test_a_record_that_can_not_be_read_says_nothing(tmp_path):
    write_text(owner.RECORD, "no JSON")
    assert owner.recorded_run() is None
    locked(tmp_path)
    assert "an earlier run was killed" in owner.killed_run()
