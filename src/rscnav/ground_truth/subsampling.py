"""Subsets of units and trials of a session."""

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.seeds import Seeds
from rscnav.sessions.selection import select_units_and_trials
from rscnav.sessions.session import Session


def random_subset(session: Session, n_units: int, n_trials: int, seeds: Seeds) -> Session:
    """Return a random subset of units and trials, named ``NAME-u20-t30``.

    With the same seeds a smaller subset is part of a larger one. Units and trials stay in the order of the session.

    Parameters
    ----------
    session : Session
    n_units, n_trials : int
        From 1 to the count in the session.
    seeds : Seeds

    Raises
    ------
    InvalidValueError
        If a count is out of range.
    """
    chosen = {}
    for what, n, there in (("units", n_units, session.n_units), ("trials", n_trials, len(session.trials))):
        if not 1 <= n <= there:
            raise InvalidValueError(
                f"{what}: {n} is not valid; session '{session.name}' has {there}; choose 1 to {there}"
            )
        chosen[what] = np.sort(seeds.generator("subset", what).permutation(there)[:n])
    part = select_units_and_trials(session, chosen["units"], chosen["trials"])
    part.name = f"{session.name}-u{n_units}-t{n_trials}"
    return part
