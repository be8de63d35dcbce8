"""Check of the results folder: `results_dir` in normal form, never a folder of the project itself."""

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
    """Return `results_dir` in normal form, as used in all file names.

    Parameters
    ----------
    given : str
        Absolute path, or path relative to the folder in which the run starts; ``~`` is the home folder. Blanks, quotes and other
        characters with a meaning in a shell are part of the name.

    Returns
    -------
    str
        Without ``~``, ``.``, ``..`` inside, doubled or trailing slashes.

    Raises
    ------
    InvalidValueError
        For text that is no folder name, for the current folder and its parents, and for folders of the project.
    """
    problem = f"{given[:200]!r} is not valid as results folder"
    if not given.strip():
        raise InvalidValueError(f"{problem}: it is blank; expected a folder, for example {EXAMPLE}")
    if "://" in given:
        raise InvalidValueError(
            f"{problem}: it is an internet address; expected a folder of this machine, for example {EXAMPLE}"
        )
    for sign in given:
        if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp"):
            raise InvalidValueError(f"{problem}: it contains the control character {sign!r}; delete it")
        if sign in _NOT_A_NAME:
            raise InvalidValueError(f"{problem}: it contains '{sign}', but {_NOT_A_NAME[sign]}; delete it")
    folder = os.path.normpath(os.path.expanduser(given))
    if folder.startswith("//"):  # POSIX lets normpath keep exactly two
        folder = folder[1:]
    if folder.startswith("~"):
        raise InvalidValueError(f"{problem}: there is no home folder {folder.split('/')[0]}; write the path in full")
    if folder.startswith("-"):
        raise InvalidValueError(f"{problem}: commands would read it as an option; begin with another character")
    if any(len(os.fsencode(part)) > 255 for part in folder.split("/")):
        raise InvalidValueError(f"{problem}: the name of a folder has at most 255 bytes; shorten it")
    if taken := _taken(folder):
        raise InvalidValueError(f"{problem}: {taken}; use a separate folder, for example {EXAMPLE}")
    return folder


def _taken(folder: str) -> str:
    """Return why a folder cannot hold results; '' if it can."""
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
    """Return the folders of the project: the current folder and the checkout of this package, if they hold a Snakefile."""
    checkout = Path(rscnav.__file__).resolve().parents[2]
    return [root for root in dict.fromkeys([here, checkout]) if (root / "Snakefile").is_file()]


def _own_part(real: Path, root: Path) -> str:
    """Return the folder of the project that `real` is, or lies in; '' if none. Links and upper or lower case make no difference."""
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
