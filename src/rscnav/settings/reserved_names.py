"""Names of sessions, comparisons and simulations: each its own, none that meets a fixed name of the results."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.settings.printable import listed, shown

MOST_SESSIONS = 10_000
MOST_CHARACTERS = 150  # of a session's name: files are called by it, with endings
KEYS = {"session": "networks, recordings", "comparison": "comparisons", "simulation": "simulations"}
FIXED = {"comparisons": "figures/comparisons is the folder of the comparisons' figures"}
ENDINGS = (".nwb", ".h5", ".hdf5", ".npz", ".mat", ".zarr", ".png", ".pdf", ".csv", ".json", ".log", ".tsv", ".part")


def check_names(kind: str, names: Sequence[str]) -> None:
    """Refuse names of sessions, comparisons or simulations (`kind`) that can't stand side by side.

    Raises
    ------
    InvalidValueError
        For names that occur twice, that differ only in case (they are one file on many disks), that are too long, that end as
        files do, or that the results have already.
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
                f"{where}s {shown(other)} and {shown(name)} differ only in upper and lower case, and many disks hold them for one file; "
                "rename one"
            )
        if len(name) > MOST_CHARACTERS:
            raise InvalidValueError(
                f"{where} {shown(name)}: a name of {len(name)} characters is not valid, as files are called by it; at most "
                f"{MOST_CHARACTERS}: shorten it"
            )
        ending = next((ending for ending in ENDINGS if name.casefold().endswith(ending)), "")
        if ending:
            raise InvalidValueError(
                f"{where} {shown(name)} ends in {ending}, as files of the results do, and could be taken for one; name it "
                f"{shown(name[: -len(ending)])}"
            )
        if kind == "session" and name.casefold() in FIXED:
            raise InvalidValueError(f"{where} {shown(name)}: {FIXED[name.casefold()]}; give the session another name")


def check_number(networks: Sequence[str], sampled: Iterable[Any], recordings: Sequence[str]) -> None:
    """Refuse more than `MOST_SESSIONS` sessions, counted before those that are sampled from networks are named."""
    n_sampled = len(networks) * sum(1 for _ in sampled)  # at most
    if len(networks) + len(recordings) > MOST_SESSIONS or n_sampled > 10 * MOST_SESSIONS:
        raise InvalidValueError(
            f"this stands for {len(networks):,} sessions of networks, up to {n_sampled:,} sampled from them and {len(recordings):,} "
            f"recordings; at most {MOST_SESSIONS:,} are valid: give fewer seeds, values or files"
        )


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once, sorted."""
    return sorted(name for name, number in Counter(names).items() if number > 1)
