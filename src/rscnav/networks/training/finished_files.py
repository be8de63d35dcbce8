"""Finished files of a network, and those that another network's job left for it to take.

Networks of one shape may train together in the job of one of them. A job writes no other's ``weights.pt`` and ``curve.csv``, which
are the outputs of that network's own job: it leaves them in the folder ``ready`` beside, or there the reason why the network was given
up, and the network's own job moves them into place.
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
FILES = ("curve.csv", "curve.csv.sha256", "weights.pt")  # in the order in which they are moved


def ready_folder(folder: Path) -> Path:
    """Return where other networks' jobs leave what they made for the network of a folder."""
    return folder / "ready"


def trained_on(folder: Path, record: Mapping[str, str]) -> str:
    """Return what a network was trained on, where a folder holds its files, made with these settings and this code; else ''."""
    weights = folder / "weights.pt"
    if not all((folder / file).exists() for file in FILES):
        return ""
    try:
        saved = checkpoint.load(weights)
        check_trained(saved, weights)
        read_with_digest(folder / "curve.csv")
    except (OSError, InvalidValueError):  # damaged, or just being moved
        return ""
    return describe(saved["devices"][-1]) if saved["record"] == dict(record) else ""


def failure_of(folder: Path, record: Mapping[str, str]) -> tuple[str, str]:
    """Return why another network's job gave up the network of a folder, with these settings and this code, and on what; '' where none did."""
    try:
        said = json.loads((ready_folder(folder) / FAILED).read_text(encoding="utf-8"))
        return (str(said["failure"]), str(said["device"])) if said["record"] == dict(record) else ("", "")
    except (OSError, ValueError, KeyError, TypeError):
        return "", ""


def is_finished(folder: Path, record: Mapping[str, str]) -> bool:
    """Whether a network is trained, or given up, with these settings and this code; its files may wait for its own job."""
    return bool(trained_on(folder, record)) or is_waiting(folder, record)


def take(folder: Path, record: Mapping[str, str], name: str) -> bool:
    """Move files that wait for a network's own job into place, and say so in the log; those of other settings or code stay.

    Returns
    -------
    bool
        Whether there were such files.

    Raises
    ------
    DivergedError
        Where the network was given up; the next call finds nothing more.
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
    """Remove what waits for a network's own job."""
    shutil.rmtree(ready_folder(folder), ignore_errors=True)


def is_waiting(folder: Path, record: Mapping[str, str]) -> bool:
    """Whether `take` has something to take."""
    return bool(trained_on(ready_folder(folder), record) or failure_of(folder, record)[0])
