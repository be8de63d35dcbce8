"""A guessed mapping, with the reasons."""

from dataclasses import dataclass, field
from typing import Any

from rscnav.inspection.file_contents import Item


@dataclass
class Guess:
    """A mapping as plain values, why each was chosen, and what else could have been.

    Parameters
    ----------
    mapping : dict
        As an item of `recordings`.
    why : dict of str
        By key, with dots between levels.
    used : set of str
        Paths of series and tables that the mapping uses.
    """

    mapping: dict[str, Any] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


def others(reason: str, ranked: list[Item]) -> str:
    """Say why the first was chosen, and which came next."""
    rest = [item.path for item in ranked[1:4]]
    return reason + (f"; others: {', '.join(rest)}" if rest else "")
