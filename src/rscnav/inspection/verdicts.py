"""One check: its name, whether a person should look, and why in a sentence."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """What came of one check: ``ok``, ``look`` (a person should), or ``wrong`` (the data can't be used as they are)."""

    name: str
    verdict: Literal["ok", "look", "wrong"]
    words: str
