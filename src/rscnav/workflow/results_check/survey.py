"""Check of all files of a results folder."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rscnav.errors import InvalidValueError, MissingFileError
from rscnav.files.atomic import is_left_over
from rscnav.files.sealed.regular import DamagedError
from rscnav.files.sealed.tails import BESIDE
from rscnav.workflow.results_check.file_check import FOLDERS, check_product, is_product, partners, session_of, tables_of

Step = Callable[[int, int], None]  # called with the count of checked files and of all files


@dataclass
class Survey:
    """Findings of a check of a results folder; paths are relative to it."""

    n_files: int = 0  # checked files
    damaged: dict[str, str] = field(default_factory=dict)  # damaged files, with the reason
    missing: list[str] = field(
        default_factory=list
    )  # missing files of the run, or of a group of files that exists in part
    left_over: dict[str, str] = field(default_factory=dict)  # files that can be deleted, with the reason
    foreign: dict[str, list[str]] = field(
        default_factory=dict
    )  # files that are not part of the configuration, by session

    @property
    def sound(self) -> bool:
        """Whether no file is damaged or missing."""
        return not self.damaged and not self.missing

    def lines(self) -> Iterator[str]:
        """Yield a line for each finding."""
        for path, reason in self.damaged.items():
            yield f"damaged: {path}: {reason}"
        for path in self.missing:
            yield f"missing: {path}"
        for path, reason in self.left_over.items():
            yield f"left over: {path}: {reason}"
        for name, paths in self.foreign.items():
            more = f" and {len(paths) - 1} more files" if len(paths) > 1 else ""
            yield f"not in the configuration: '{name}': {paths[0]}{more}"


def survey(folder: Path, declared: Sequence[str] | None = None, step: Step | None = None) -> Survey:
    """Check every file of a results folder.

    Parameters
    ----------
    folder : pathlib.Path
        The results folder.
    declared : sequence of str, optional
        Files that a run makes (`rscnav.workflow.results_check.expected_files`); a file that does not exist is missing. Without it, a
        file is missing if other files of its group exist (`rscnav.workflow.results_check.file_check.partners`).
    step : callable, optional
        Called after each file with the count of checked files and of all files.

    Raises
    ------
    MissingFileError
        If the folder does not exist.
    """
    if not folder.is_dir():
        why = "a file, not a folder" if folder.exists() else "no such folder"
        raise MissingFileError(f"{folder}: {why}; name the folder of a run's results, for example results")
    there = sorted(_files(folder))
    products, found = [path for path in there if is_product(path)], Survey()
    found.n_files = len(products)
    for number, path in enumerate(products, 1):
        try:
            check_product(folder, path)
        except DamagedError as error:
            found.damaged[path] = error.reason
        except (OSError, InvalidValueError) as error:
            found.damaged[path] = str(error).removeprefix(f"{folder / path}: ")
        if step is not None:
            step(number, len(products))
    for path in there:
        if is_left_over(Path(path).name):
            found.left_over[path] = "half-written file of a process that has ended; it can be deleted"
        elif path.endswith(BESIDE) and not (folder / path.removesuffix(BESIDE)).exists():
            found.left_over[path] = "digest of a file that does not exist; it can be deleted"
    if declared is None:
        needed = [other for path in products for other in (*partners(path), *tables_of(folder, path))]
        found.missing = sorted(set(needed) - set(products))
    else:
        gone = [path for path in declared if path not in set(there)]
        found.missing = [path for path in gone if path.removesuffix(BESIDE) not in found.damaged]
        for path in set(products) - set(declared):
            if not path.endswith("checkpoint.pt"):
                found.foreign.setdefault(session_of(path), []).append(path)
        found.foreign = {name: sorted(paths) for name, paths in sorted(found.foreign.items())}
    return found


def _files(folder: Path) -> Iterator[str]:
    """Yield the files of the results folder itself and of the folders that runs make."""
    yield from (entry.name for entry in os.scandir(folder) if entry.is_file() and entry.name != "README.md")
    for name in FOLDERS:
        for place, _, names in os.walk(folder / name):
            yield from (os.path.relpath(os.path.join(place, file), folder) for file in names)
