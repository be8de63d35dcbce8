"""Checks of the names of sessions, comparisons and simulations: unique, and different from fixed names of the results."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.settings.printable import listed, shown

MOST_SESSIONS = 10_000
MOST_CHARACTERS = 150  # of a session's name, which is part of file names
KEYS = {"session": "networks, recordings", "comparison": "comparisons", "simulation": "simulations"}
FIXED = {"comparisons": "figures/comparisons is the folder of the comparisons' figures"}
ENDINGS = (".nwb", ".h5", ".hdf5", ".npz", ".mat", ".zarr", ".png", ".pdf", ".csv", ".json", ".log", ".tsv", ".part")


def check_names(kind: str, names: Sequence[str]) -> None:
    """Check the names of sessions, comparisons or simulations (`kind`).

    Raises
    ------
    InvalidValueError
        For names that occur twice, differ only in case (one file on many disks), are too long, end in a suffix of `ENDINGS`, or are
        used by the results (`FIXED`).
    """
    where = f"{KEYS[kind]}: {kind}"
    twice = repeated(names)
    if twice:
        cure = "name or seed" if kind == "session" else "name"
        raise InvalidValueError(f"{where} name(s) {listed(twice)} occur more than once; give each its own {cure}")
    folded: dict[str, str] = {}
    for name in names:
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            raise InvalidValueError(
                f"{where}s {shown(other)} and {shown(name)} differ only in upper and lower case, which many disks do not distinguish; "
                "rename one"
            )
        if len(name) > MOST_CHARACTERS:
            raise InvalidValueError(
                f"{where} {shown(name)}: a name of {len(name)} characters is not valid, since it is part of file names; use at most "
                f"{MOST_CHARACTERS} characters"
            )
        ending = next((ending for ending in ENDINGS if name.casefold().endswith(ending)), "")
        if ending:
            raise InvalidValueError(
                f"{where} {shown(name)} is not valid: the ending {ending} is reserved for files of the results; rename it, for example to "
                f"{shown(name[: -len(ending)])}"
            )
        if kind == "session" and name.casefold() in FIXED:
            raise InvalidValueError(f"{where} {shown(name)}: {FIXED[name.casefold()]}; give the session another name")


def check_number(networks: Sequence[str], sampled: Iterable[Any], recordings: Sequence[str]) -> None:
    """Raise an InvalidValueError for more than `MOST_SESSIONS` sessions; sampled networks are counted before they are named."""
    n_sampled = len(networks) * sum(1 for _ in sampled)  # at most
    if len(networks) + len(recordings) > MOST_SESSIONS or n_sampled > 10 * MOST_SESSIONS:
        raise InvalidValueError(
            f"the configuration has {len(networks):,} sessions of networks, up to {n_sampled:,} sampled networks and {len(recordings):,} "
            f"recordings; at most {MOST_SESSIONS:,} sessions are valid: use fewer seeds, values or files"
        )


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once, sorted."""
    return sorted(name for name, number in Counter(names).items() if number > 1)
