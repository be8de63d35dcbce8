"""One root seed; a generator for every (stage, item, purpose), derived from it by hashing.

The global generators of numpy and torch are never used, so that no result depends on the order of calls.
"""

import hashlib
from dataclasses import dataclass

import numpy as np


def derive_seed(root: int, *keys: str | int) -> int:
    """Return a 63-bit seed that depends on the root seed and on every key.

    Parameters
    ----------
    root : int
        The run's root seed (``seed`` in ``config.yaml``).
    *keys : str or int
        What the random numbers are for, for example ``"train", "gru-s1", "batch", 17``.

    Returns
    -------
    int
        In [0, 2**63).
    """
    text = "\x1f".join([str(root), *(f"{type(key).__name__}:{key}" for key in keys)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


@dataclass(frozen=True)
class Seeds:
    """Generators of one stage and item: ``Seeds(root, "analyse", "tuning_entropy", "gru-s1").generator("null")``."""

    root: int
    path: tuple[str | int, ...] = ()

    def spawn(self, *keys: str | int) -> "Seeds":
        """Return the seeds of a part of this item."""
        return Seeds(self.root, (*self.path, *keys))

    def integer(self, *purpose: str | int) -> int:
        """Return the seed itself, for libraries that take an integer (torch generators do)."""
        return derive_seed(self.root, *self.path, *purpose)

    def generator(self, *purpose: str | int) -> np.random.Generator:
        """Return a numpy generator for one purpose."""
        return np.random.default_rng(self.integer(*purpose))
