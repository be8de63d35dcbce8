"""Go through a results folder."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rscnav.errors import InvalidValueError, MissingFileError
from rscnav.files.atomic import is_left_over
from rscnav.files.sealed.regular import DamagedError
from rscnav.files.sealed.tails import BESIDE
from rscnav.workflow.results_check.file_check import FOLDERS, check_product, is_product, partners, session_of, tables_of

Step = Callable[[int, int], None]  # what is called with the number of files that are checked, and of all


@dataclass
class Survey:
    """What a results folder holds; paths are relative to it."""

    n_files: int = 0  # that were checked
    damaged: dict[str, str] = field(default_factory=dict)  # with what is wrong with them
    missing: list[str] = field(default_factory=list)  # that a run makes, or that belong to others that are there
    left_over: dict[str, str] = field(default_factory=dict)  # that nothing needs, with the reason
    foreign: dict[str, list[str]] = field(default_factory=dict)  # not of the configuration, by session

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged, and nothing is missing."""
        return not self.damaged and not self.missing

    def lines(self) -> Iterator[str]:
        """Describe everything found, a line each."""
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
    """Check every file of a results folder; call `step` after each.

    With `declared`, the files that a run makes (`rscnav.workflow.results_check.expected_files`), these must be there. Without it, what
    belongs together must be there together.

    Raises
    ------
    MissingFileError
        Where there is no such folder.
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
            found.left_over[path] = "half-written by a process that has ended; it can be deleted"
        elif path.endswith(BESIDE) and not (folder / path.removesuffix(BESIDE)).exists():
            found.left_over[path] = "the digest of a file that is not there; it can be deleted"
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
    """List the files of the folders that runs make, and those of the results folder itself."""
    yield from (entry.name for entry in os.scandir(folder) if entry.is_file() and entry.name != "README.md")
    for name in FOLDERS:
        for place, _, names in os.walk(folder / name):
            yield from (os.path.relpath(os.path.join(place, file), folder) for file in names)
