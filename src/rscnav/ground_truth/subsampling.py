"""Subsets of units and trials of a session."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.seeds import Seeds
from rscnav.sessions.schema import ARRAYS
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


def select_units_and_trials(session: Session, units: NDArray[np.integer], trials: NDArray[np.integer]) -> Session:
    """Return a session with some units and trials only; trials are renumbered from 0.

    Time bins outside these trials are dropped. Spike times of the units are not cut.

    Parameters
    ----------
    session : Session
    units, trials : array of int
        Indices in increasing order.
    """
    inside = np.isin(session.trial, trials)
    at: dict[str, Any] = {"time": inside, "unit": units, "trials": trials}
    changed: dict[str, Any] = {"trials": session.trials[trials], "units": session.units[units]}
    for spec in ARRAYS:
        values = getattr(session, spec.name)
        if values is None:
            continue
        for axis, dim in enumerate(spec.dims):
            if dim in at:
                values = np.compress(at[dim], values, axis) if dim == "time" else np.take(values, at[dim], axis)
        changed[spec.name] = values
    changed["trial"] = np.searchsorted(trials, changed["trial"]).astype(session.trial.dtype)
    if session.encounters is not None:
        table = session.encounters[np.isin(session.encounters["trial"], trials)]
        table["trial"] = np.searchsorted(trials, table["trial"])
        changed["encounters"] = table
    if session.spikes is not None:
        changed["spikes"] = [session.spikes[unit] for unit in units]
    return replace(session, **changed, attributes=dict(session.attributes))
