"""A training killed at ten random moments, and resumed each time, ends with the bytes of an undisturbed one."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from helpers.project import TINY, copy_project, environment, rscnav

pytestmark = pytest.mark.slow

N_KILLS = 10
LONG = TINY["training"] | {
    "batch_size": 8,
    "n_batches": 1200,
    "validate_every_batches": 200,
    "checkpoint_every_s": 0.05,
}
FILES = ("--config", "config.yaml", "--config", "tiny.yaml", "--session", "gru-s1", "--output-dir")


def test_ten_kills(tmp_path):
    moments = random.Random(0)
    project = copy_project(tmp_path / "project")
    networks = [TINY["networks"][0] | {"process_noise": 0.05}]
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"training": LONG, "networks": networks}))
    whole = rscnav(project, "train", *FILES, "whole")
    assert whole.returncode == 0, whole.stderr

    command = [str(Path(sys.executable).parent / "rscnav"), "train", *FILES, "killed"]
    log = project / "killed.log"
    for kill in range(N_KILLS):
        before = stamp(project)
        with log.open("a") as said:
            process = subprocess.Popen(command, cwd=project, env=environment(project), stderr=said)
        while process.poll() is None and stamp(project) == before and kill % 5 != 4:
            time.sleep(0.005)  # until it has trained; two of the ten are killed while they begin
        time.sleep(moments.uniform(0, 0.1))
        assert process.poll() is None, "it ended before it could be killed: make it longer"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (project / "killed" / "weights.pt").exists()
    last = rscnav(project, "train", *FILES, "killed")
    assert last.returncode == 0, last.stderr
    assert "resumes from its checkpoint" in last.stderr
    assert "starts from the beginning" not in log.read_text() + last.stderr
    for name in ("weights.pt", "curve.csv"):
        assert (project / "killed" / name).read_bytes() == (project / "whole" / name).read_bytes(), name
    left, undisturbed = ({path.name for path in (project / name).iterdir()} for name in ("killed", "whole"))
    assert left == undisturbed == {"weights.pt", "curve.csv", "curve.csv.sha256", "progress.csv"}


def stamp(project: Path) -> int:
    """When the checkpoint was written."""
    path = project / "killed" / "checkpoint.pt"
    return path.stat().st_mtime_ns if path.exists() else 0
