"""Delete damaged files of a results folder and run the workflow, which makes them again."""

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
    """Return the configuration file of the last run in a results folder; None if there is none.

    Raises
    ------
    DamagedError
        If the file changed after it was written: its name is no longer the hash of its content.
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
    """Delete the damaged files that a run makes (`declared`), and run ``snakemake``, which makes them and missing files.

    Other files stay unchanged. Later files of `configs` override earlier ones.

    Raises
    ------
    FileError, InvalidValueError
        If a file cannot be deleted, the current folder has no Snakefile, or the workflow fails.
    """
    if not Path("Snakefile").exists():
        raise InvalidValueError(
            "--remake: no Snakefile in the current folder; start it in the folder that holds the Snakefile, in which the run was started"
        )
    damaged = [path for path in found.damaged if path in set(declared)]
    command = ["--configfile", *configs, "--replace-workflow-config"]
    print(f"deleting {len(damaged)} damaged files; then `snakemake {' '.join(command)}` makes them and missing files")
    for path in damaged:
        for file in files_of(path):
            (folder / file).unlink(missing_ok=True)
    sys.stdout.flush()
    installed = os.path.join(os.path.dirname(sys.executable), "snakemake")
    program = installed if os.path.exists(installed) else shutil.which("snakemake")
    if program is None:
        raise InvalidValueError("--remake needs snakemake, which is not installed in this environment; see README.md")
    done = subprocess.run([program, *command], check=False)
    if done.returncode:
        raise InvalidValueError(f"snakemake ended with exit status {done.returncode}; its output above names the cause")
