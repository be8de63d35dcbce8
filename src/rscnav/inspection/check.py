"""One check: its name, whether a person should look, and why in a sentence."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """Result of one check.

    ``ok``, ``look`` (a person should), ``wrong`` (the data can't be used as they are), or ``not checked`` (it could not be made, which
    is no ``ok``).
    """

    name: str
    verdict: Literal["ok", "look", "wrong", "not checked"]
    words: str
