"""Sessions as objects of xarray, pynapple and pandas; the methods of `Session` call these functions."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import extra
from rscnav.registry import lookup
from rscnav.sessions.schema import ARRAYS, PHASES
from rscnav.sessions.session import Session, contiguous_stretches, phase_stretches

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

INDEX = {"trials": "trial", "units": "unit", "encounters": "encounter", "training_curve": "validation"}  # by table
TOUCHING_S = 1e-6  # least distance of intervals in pynapple
RESERVED = {"rate": "table_rate"}  # columns of units that pynapple refuses, with their new names


def to_xarray(session: Session) -> "xr.Dataset":
    """Return all arrays of a session as a Dataset; see `Session.to_xarray`."""
    import xarray as xr

    arrays: dict[str, Any] = {}
    for spec in ARRAYS:
        values = getattr(session, spec.name)
        if values is not None:
            about = {"units": session.unit_of(spec), "long_name": spec.about}
            arrays[spec.name] = (spec.dims, np.asarray(values), about)
    coordinates = {"time": arrays.pop("time"), "unit": _unit_ids(session)}
    for dim in ("head", "observer", "landmark"):
        names = getattr(session, f"{dim}_names")
        if names:
            coordinates[dim] = list(names)
    about = {name: getattr(session, name) for name in ("name", "kind", "subject", "dt_s", "position_unit")}
    return xr.Dataset(arrays, coordinates, about)


def to_dataframe(session: Session, table: str) -> "pd.DataFrame":
    """Return a table of a session as a DataFrame; see `Session.to_dataframe`."""
    import pandas as pd

    index = lookup(INDEX, table, "table")
    frame = pd.DataFrame(session.require(table))
    return frame.rename_axis(index=index)


def to_pynapple(session: Session) -> dict[str, Any]:
    """Return the objects of pynapple of a session; see `Session.to_pynapple`."""
    with extra("pynapple"):
        import pynapple as nap

    half = session.dt_s / 2
    stretches = contiguous_stretches(session.time, np.zeros(len(session.time), np.int32), session.dt_s)
    first, last = [s.start for s in stretches], [s.stop - 1 for s in stretches]
    support = _intervals(session.time[first] - half, session.time[last] + half, {})
    ids = _unit_ids(session)

    def series(values: NDArray, columns: Any = None) -> Any:
        if values.ndim == 1:
            return nap.Tsd(t=session.time, d=values, time_support=support)
        return nap.TsdFrame(t=session.time, d=values, time_support=support, columns=columns)

    found = {"activity": series(np.asarray(session.activity), ids)}
    if session.spikes is not None:
        trains = {k: nap.Ts(t=np.asarray(times), time_support=support) for k, times in enumerate(session.spikes)}
        columns = {RESERVED.get(name, name): session.units[name] for name in session.units.dtype.names or ()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # names of columns that are also names of methods
            found["units"] = nap.TsGroup(trains, time_support=support, metadata=columns)
    for name in ("position", "heading", "velocity"):
        values = getattr(session, name)
        if values is not None:
            flat = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
            found[name] = series(flat, list("xyz"[: flat.shape[-1]]))
    trials = session.trials
    found["trials"] = _intervals(trials["start_s"], trials["stop_s"], _columns(trials, "start_s", "stop_s"))
    if session.phase is not None:
        start, stop, phase, trial = phase_stretches(session)
        for name in PHASES:
            here = phase == name
            found[name] = _intervals(start[here], stop[here], {"trial": trial[here]})
    return found | _encounters(session)


def _encounters(session: Session) -> dict[str, Any]:
    """Return the encounters and non-encounters of each landmark; empty without a table of encounters."""
    table = session.encounters
    if table is None:
        return {}
    found = {}
    for landmark in session.landmark_names or np.unique(table["landmark"]).tolist():
        for kind, prefix in (("encounter", "encounters_of"), ("non-encounter", "non_encounters_of")):
            rows = table[(table["kind"] == kind) & (table["landmark"] == landmark)]
            columns = _columns(rows, "onset_s", "offset_s", "landmark", "kind")
            found[f"{prefix}_{landmark}"] = _intervals(rows["onset_s"], rows["offset_s"], columns)
    return found


def _intervals(start: NDArray, stop: NDArray, columns: dict[str, NDArray]) -> Any:
    """Return an IntervalSet; intervals without an end, or of no length, are dropped, and touching ones are separated."""
    import pynapple as nap

    valid = np.flatnonzero(stop - start > TOUCHING_S)
    order = valid[np.argsort(start[valid], kind="stable")]
    start, stop = start[order], stop[order].copy()
    stop[:-1] = np.minimum(stop[:-1], start[1:] - TOUCHING_S)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # names of columns that are also names of methods
        return nap.IntervalSet(start, stop, metadata={name: values[order] for name, values in columns.items()})


def _columns(table: NDArray, *dropped: str) -> dict[str, NDArray]:
    return {name: table[name] for name in table.dtype.names or () if name not in dropped}


def _unit_ids(session: Session) -> NDArray:
    """Return the column ``id`` of the units; indices if there is none."""
    return session.units["id"] if "id" in (session.units.dtype.names or ()) else np.arange(session.n_units)
