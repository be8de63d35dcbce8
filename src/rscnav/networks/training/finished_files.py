"""Finished files of a network, and their transfer from the job of another network.

Networks of one shape may train together in the job of one of them. ``weights.pt`` and ``curve.csv`` of another network are outputs
of that network's own job. The training job therefore writes them to a subfolder ``ready`` of the network's folder, or the reason of a
failure. The network's own job moves them to their final place.
"""

import json
import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from rscnav.errors import DivergedError, InvalidValueError
from rscnav.files.run_ownership import refuse_if_orphaned
from rscnav.files.sealed.tails import read_with_digest
from rscnav.networks import checkpoint
from rscnav.networks.devices import describe
from rscnav.networks.training.member import FAILED
from rscnav.networks.weights_file import check_trained

log = logging.getLogger(__name__)
FILES = ("curve.csv", "curve.csv.sha256", "weights.pt")  # in the order of moving


def ready_folder(folder: Path) -> Path:
    """Return the subfolder to which jobs of other networks write the files of the network of a folder."""
    return folder / "ready"


def trained_on(folder: Path, record: Mapping[str, str]) -> str:
    """Return the device of training if a folder contains the files of this record (settings and code); otherwise ''."""
    weights = folder / "weights.pt"
    if not all((folder / file).exists() for file in FILES):
        return ""
    try:
        saved = checkpoint.load(weights)
        check_trained(saved, weights)
        read_with_digest(folder / "curve.csv")
    except (OSError, InvalidValueError):  # damaged, or another job is moving them
        return ""
    return describe(saved["devices"][-1]) if saved["record"] == dict(record) else ""


def failure_of(folder: Path, record: Mapping[str, str]) -> tuple[str, str]:
    """Return why training of this record failed in the job of another network, and the device; two empty strings without failure."""
    try:
        failed = json.loads((ready_folder(folder) / FAILED).read_text(encoding="utf-8"))
        return (str(failed["failure"]), str(failed["device"])) if failed["record"] == dict(record) else ("", "")
    except (OSError, ValueError, KeyError, TypeError):
        return "", ""


def is_finished(folder: Path, record: Mapping[str, str]) -> bool:
    """Return whether training of this record has finished or failed; its files may still be in the subfolder ``ready``."""
    return bool(trained_on(folder, record)) or is_waiting(folder, record)


def take(folder: Path, record: Mapping[str, str], name: str) -> bool:
    """Move the files of a network from the subfolder ``ready`` to its folder, and log this; only files of this record.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the network.
    record : mapping of str
        ``settings`` and ``code`` of its plan.
    name : str
        Name of the network, for the log.

    Returns
    -------
    bool
        Whether there were such files.

    Raises
    ------
    DivergedError
        If training of the network failed. The record of the failure is removed, so that the next call returns False.
    """
    waiting = ready_folder(folder)
    device = trained_on(waiting, record)
    failure, where = ("", device) if device else failure_of(folder, record)
    if not device and not failure:
        return False
    refuse_if_orphaned()
    if device:
        for file in FILES:
            os.replace(waiting / file, folder / file)
    clear(folder)
    files = "here" if device else "not made"
    log.info("%s  trained on %s, together with others of its shape, in one job; its files are %s", name, where, files)
    if failure:
        raise DivergedError(failure)
    return True


def clear(folder: Path) -> None:
    """Remove the subfolder ``ready`` of a network."""
    shutil.rmtree(ready_folder(folder), ignore_errors=True)


def is_waiting(folder: Path, record: Mapping[str, str]) -> bool:
    """Return whether `take` would find files or a failure of this record."""
    return bool(trained_on(ready_folder(folder), record) or failure_of(folder, record)[0])
