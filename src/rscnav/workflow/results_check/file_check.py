"""Check of one file of a results folder, and the files that belong to it."""

import json
from collections.abc import Callable
from pathlib import Path

from rscnav.analyses.result import FORMAT as RESULT
from rscnav.export.tables import COLUMNS, TABLES
from rscnav.files.sealed.hdf5 import NWB_FORMAT, check_sealed
from rscnav.files.sealed.regular import DamagedError, file_digest
from rscnav.files.sealed.tails import digest_file, read_sealed, read_with_digest
from rscnav.sessions.hdf5 import FORMAT as SESSION

FOLDERS = ("networks", "recordings", "sessions", "analyses", "comparisons", "figures", "numbers", "export", "parts")
OWN_TABLES = "progress.csv"  # run times, different in each run
_READ: dict[str, Callable[[Path], object]] = {
    ".csv": read_with_digest,
    **dict.fromkeys((".json", ".md", ".pdf", ".png", ".pt"), read_sealed),
}


def is_product(path: str) -> bool:
    """Return whether a file of a results folder carries a digest; logs, settings and run times do not."""
    name, top = Path(path).name, Path(path).parts[0]
    if top not in (*FOLDERS, name) or name == OWN_TABLES or name.startswith(".") or "ready" in Path(path).parts[:-1]:
        return False
    return is_table(path) or Path(path).suffix in (".h5", ".nwb", *_READ)


def is_table(path: str) -> bool:
    """Return whether a file is an exported table; its digest is in ``columns.json`` of the same folder."""
    parts = Path(path).parts
    return (
        parts[0] == "export" and len(parts) == 3 and Path(path).stem in TABLES and path.endswith((".parquet", ".csv"))
    )


def check_product(folder: Path, path: str) -> None:
    """Check every byte of a file in a results folder.

    Raises
    ------
    FileError, InvalidValueError
        If the file cannot be read, or changed after it was written.
    """
    file = folder / path
    if is_table(path):
        _check_table(file)
    elif file.suffix in (".h5", ".nwb"):
        expected = NWB_FORMAT if file.suffix == ".nwb" else SESSION if path.startswith(("sessions", "rec")) else RESULT
        found = check_sealed(file)
        if found != expected:
            raise DamagedError(file, f"format '{found or 'unknown'}' is not valid here; expected '{expected}'")
    else:
        _READ[file.suffix](file)


def _check_table(file: Path) -> None:
    """Check a table against its digest in ``columns.json``; skip it if ``columns.json`` is damaged or missing, which is reported itself."""
    digests = _digests(file.parent / COLUMNS)
    if digests is not None and digests.get(file.name) != file_digest(file):
        raise DamagedError(file, f"damaged, or changed after it was written (its sha256 is not that in {COLUMNS})")


def partners(path: str) -> list[str]:
    """Return the files that are written together with a file and must exist if it exists."""
    file = Path(path)
    found: list[Path] = []
    if file.parts[0] == "figures" and file.suffix in (".pdf", ".png"):
        found = [file.with_suffix(".png" if file.suffix == ".pdf" else ".pdf")]
    elif file.parts[0] == "networks" and file.name in ("weights.pt", "curve.csv"):
        found = [file.with_name("curve.csv" if file.name == "weights.pt" else "weights.pt")]
    elif file.parts[0] == "recordings" and file.suffix == ".nwb":
        found = [file.with_name(f"{file.stem}_truth.h5")]
    elif file.parts[0] == "comparisons" and file.suffix == ".csv":
        found = [file.with_suffix(".h5")]
    elif file.parts[0] == "analyses":
        found = [Path("sessions", file.name)]
    elif is_table(path):
        found = [file.with_name(f"{name}{file.suffix}") for name in TABLES] + [file.with_name(COLUMNS)]
    return [str(partner) for partner in found if partner != file]


def tables_of(folder: Path, path: str) -> list[str]:
    """Return the tables that a ``columns.json`` lists; empty for any other file, or if it cannot be read."""
    digests = _digests(folder / path) if path.endswith(COLUMNS) else None
    return [str(Path(path).with_name(name)) for name in digests or ()]


def _digests(columns: Path) -> dict[str, str] | None:
    """Return the digest of each table by file name; None if ``columns.json`` cannot be read."""
    try:
        found: dict[str, str] = json.loads(read_sealed(columns))["sha256_of"]
        return found
    except (OSError, ValueError, KeyError):
        return None


def session_of(path: str) -> str:
    """Return the name of the session, network or comparison of a file; the stem of any other file."""
    parts = Path(path).parts
    if parts[0] in ("networks", "figures", "export") and len(parts) > 2 and parts[1] != "comparisons":
        return parts[1]
    return Path(path).stem.removesuffix("_truth")


def files_of(path: str) -> list[str]:
    """Return a file, and its digest file if its kind has one."""
    has_digest_file = Path(path).suffix == ".csv" and not is_table(path)
    return [path, str(digest_file(path))] if has_digest_file else [path]
