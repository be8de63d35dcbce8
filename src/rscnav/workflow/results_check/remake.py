"""Delete what is damaged in a results folder, and let the workflow make it again."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rscnav.errors import InvalidValueError
from rscnav.files.sealed.regular import DamagedError, read_bytes
from rscnav.workflow.jobs.planned import settings_file
from rscnav.workflow.results_check.file_check import files_of
from rscnav.workflow.results_check.survey import Survey


def settings_of(folder: Path) -> Path | None:
    """Return the settings of the last run that began in a results folder; None where there are none.

    Raises
    ------
    DamagedError
        Where they are not those that the run wrote: the file's name is that of its content.
    """
    found = sorted((folder / "config").glob("*.yaml"), key=lambda path: path.stat().st_mtime_ns)
    if not found:
        return None
    text = read_bytes(found[-1]).decode("utf-8", "replace")
    if Path(settings_file("", text)).name != found[-1].name:
        cure = "delete it, and give the configuration of the run with --config"
        raise DamagedError(found[-1], "damaged, or changed after it was written", cure)
    return found[-1]


def remake(folder: Path, found: Survey, declared: Sequence[str], configs: Sequence[str]) -> None:
    """Delete damaged files that a run makes (`declared`), and run ``snakemake``, which makes them and what is missing.

    Other files stay as they are. Of the configuration files, later ones lie over earlier ones.

    Raises
    ------
    FileError, InvalidValueError
        Where a file cannot be deleted, or there is no workflow here, or it fails.
    """
    if not Path("Snakefile").exists():
        raise InvalidValueError(
            "--remake runs the workflow: start it in the folder that holds the Snakefile, the one in which the run was started"
        )
    damaged = [path for path in found.damaged if path in set(declared)]
    command = ["--configfile", *configs, "--replace-workflow-config"]
    print(
        f"deleting {len(damaged)} damaged files; then `snakemake {' '.join(command)}` makes them, and what is missing"
    )
    for path in damaged:
        for file in files_of(path):
            (folder / file).unlink(missing_ok=True)
    sys.stdout.flush()
    beside = os.path.join(os.path.dirname(sys.executable), "snakemake")
    program = beside if os.path.exists(beside) else shutil.which("snakemake")
    if program is None:
        raise InvalidValueError("--remake needs snakemake, which is not installed beside this Python; see README.md")
    done = subprocess.run([program, *command], check=False)
    if done.returncode:
        raise InvalidValueError(f"snakemake ended with status {done.returncode}; what it printed above says why")
