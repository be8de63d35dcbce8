"""Where results may go: `results_dir`, written the same way however it was given, and never a folder of the project's own."""

import os
import unicodedata
from pathlib import Path

import rscnav
from rscnav.errors import InvalidValueError

OWN_FOLDERS = ("src", "workflow", "profiles", "docs", "tests", "notebooks", "benchmarks")  # that the project ships
OWN_FILES = ("Snakefile", "pyproject.toml", ".git")  # a folder that holds one of these is a project's
EXAMPLE = "results, results/quick, /data/lab/results"
_NOT_A_NAME = {
    **dict.fromkeys("{}", "braces stand for wildcards"),
    **dict.fromkeys("*?[]", "it stands for a pattern of names"),
}


def results_folder(given: str) -> str:
    """Return `results_dir` in the form that all file names are built from.

    Parameters
    ----------
    given : str
        A folder, relative to the folder that the run starts in or absolute; ``~`` is the home folder. Blanks, quotes and any other
        text that has a meaning in a shell are part of the name.

    Returns
    -------
    str
        Without ``~``, ``.``, ``..`` inside, doubled or trailing slashes.

    Raises
    ------
    InvalidValueError
        For text that names no folder, for the current folder or one above it, and for the project's own folders.
    """
    said = f"{given[:200]!r} can't be the folder of results"
    if not given.strip():
        raise InvalidValueError(f"{said}: it is blank; name a folder, for example {EXAMPLE}")
    if "://" in given:
        raise InvalidValueError(
            f"{said}: it is an address; results are written to a folder of this machine, for example {EXAMPLE}"
        )
    for sign in given:
        if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp"):
            raise InvalidValueError(f"{said}: it holds the control character {sign!r}; leave that out")
        if sign in _NOT_A_NAME:
            raise InvalidValueError(f"{said}: it holds '{sign}', and {_NOT_A_NAME[sign]}; leave that out")
    folder = os.path.normpath(os.path.expanduser(given))
    if folder.startswith("//"):  # POSIX lets normpath keep exactly two
        folder = folder[1:]
    if folder.startswith("~"):
        raise InvalidValueError(f"{said}: there is no home folder {folder.split('/')[0]}; write the path in full")
    if folder.startswith("-"):
        raise InvalidValueError(f"{said}: commands would take it for an option; begin with another sign")
    if any(len(os.fsencode(part)) > 255 for part in folder.split("/")):
        raise InvalidValueError(f"{said}: a folder's name has 255 bytes at most")
    if taken := _taken(folder):
        raise InvalidValueError(f"{said}: {taken}; name a folder of its own, for example {EXAMPLE}")
    return folder


def _taken(folder: str) -> str:
    """Say what else the folder is; '' where nothing speaks against it."""
    here, real = Path.cwd().resolve(), Path(os.path.realpath(folder))
    if real == here:
        return "it is the current folder"
    if real in here.parents:
        return "the current folder lies in it"
    for name in (".git", ".snakemake"):
        if name in real.parts:
            return f"it lies in {name}"
    for part in (real, *real.parents):
        if part.exists() and not part.is_dir():
            return f"{part} is a file"
    for name in OWN_FILES:
        if os.path.lexists(real / name):
            return f"it holds {name}, so it is the folder of a project"
    for root in _roots(here):
        if real == root or real in root.parents:
            return f"the project's folder {root} lies in it"
        if own := _own_part(real, root):
            return f"{own}/ belongs to the project"
    return ""


def _roots(here: Path) -> list[Path]:
    """List the folders of the project: the one at hand, and the checkout that this package is part of."""
    checkout = Path(rscnav.__file__).resolve().parents[2]
    return [root for root in dict.fromkeys([here, checkout]) if (root / "Snakefile").is_file()]


def _own_part(real: Path, root: Path) -> str:
    """Name the project's own folder that `real` is, or lies in; '' for none. Links and spelling make no difference."""
    if root in real.parents and real.relative_to(root).parts[0].startswith("."):
        return real.relative_to(root).parts[0]
    for name in OWN_FOLDERS:
        own = root / name
        if own.is_dir() and any(part.is_dir() and part.samefile(own) for part in (real, *real.parents)):
            return name
    examples = root / "examples"
    if examples.is_dir() and (real == examples or real.parent == examples):
        return real.relative_to(root).as_posix()
    return ""
