"""The `Session`: input of every analysis and figure, from a network or an animal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.registry import Registry, load
from rscnav.sessions.lazy import Activity, Trains
from rscnav.sessions.schema import ARRAYS, KINDS, PHASES, TABLES, Field
from rscnav.settings.object_repr import clipped, counted, html_table, size_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

VIEWS: Registry[str] = {
    "select": "rscnav.sessions.selection:select",
    "to_dataframe": "rscnav.sessions.notebook_views:to_dataframe",
    "to_pynapple": "rscnav.sessions.notebook_views:to_pynapple",
    "to_xarray": "rscnav.sessions.notebook_views:to_xarray",
}  # methods for notebooks; by name, so that no job depends on their packages


@dataclass(repr=False)
class Session:
    """Activity of many units over time, with behaviour.

    `rscnav.sessions.schema` lists the dimensions, unit and meaning of each field. Unknown optional fields are None.
    Trials may differ in length; they follow each other in time, without padding.

    Parameters
    ----------
    name, kind, subject : str
        `kind` is ``network``, ``sampled network`` or ``recording``; statistics over sessions average over `subject` first.
    dt_s : float
        Width of the time bins (s), constant within a trial.
    activity : array, (time, unit)
        Array, or lazy rows that are read on access (`rscnav.sessions.lazy`).
    time : array, (time,)
        Bin centres (s), increasing.
    trial : array, (time,)
        Index into `trials`, -1 between trials.
    trials, units : structured array
        One row per trial; one row per unit.
    spikes : sequence of array, optional
        Spike times (s) of each unit.
    attributes : dict
        Numbers and texts: settings, code version, counts of dropped data.

    Raises
    ------
    InvalidValueError
        If fields are inconsistent; the message names the field, its shape and the expected shape.

    Examples
    --------
    Two units in one trial of 10 s, from arrays. `rscnav.recordings.session_from_arrays` makes the tables itself.

    >>> import numpy as np
    >>> from rscnav.sessions import Session
    >>> from rscnav.sessions.schema import TRIALS
    >>> trials = np.zeros(1, TRIALS)
    >>> trials["stop_s"], trials["split"], trials["outcome"] = 10.0, "test", "none"
    >>> units = np.array([(0,), (1,)], [("id", "i8")])
    >>> time, trial, rates = 0.05 + 0.1 * np.arange(100), np.zeros(100, int), np.ones((100, 2))
    >>> session = Session("rat7-day1", "recording", "rat7", 0.1, rates, time, trial, trials, units)
    >>> session.n_units, session.activity_unit
    (2, 'Hz')
    >>> session.missing_fields(["position"])
    'the session has no position'
    >>> session
    <Session rat7-day1: recording, 2 units, 1 trial, 100 bins of 0.1 s>
    """

    name: str
    kind: str
    subject: str
    dt_s: float
    activity: Activity
    time: NDArray[np.floating]
    trial: NDArray[np.integer]
    trials: NDArray
    units: NDArray
    position: NDArray[np.floating] | None = None
    heading: NDArray[np.floating] | None = None
    velocity: NDArray[np.floating] | None = None
    phase: NDArray[np.integer] | None = None
    n_hypotheses: NDArray[np.integer] | None = None
    belief: NDArray[np.floating] | None = None
    bayes_posterior: NDArray[np.floating] | None = None
    bin_centres: NDArray[np.floating] | None = None
    ambiguity: NDArray[np.floating] | None = None
    head_loss: NDArray[np.floating] | None = None
    head_bayes_loss: NDArray[np.floating] | None = None
    observer_loss: NDArray[np.floating] | None = None
    observer_error: NDArray[np.floating] | None = None
    observer_certainty: NDArray[np.floating] | None = None
    observer_alternative: NDArray[np.floating] | None = None
    observer_kl_divergence: NDArray[np.floating] | None = None
    observer_correct: NDArray[np.integer] | None = None
    landmarks: NDArray[np.floating] | None = None
    encounters: NDArray | None = None
    training_curve: NDArray | None = None
    spikes: Trains | None = None
    landmark_names: tuple[str, ...] = ()
    head_names: tuple[str, ...] = ()
    observer_names: tuple[str, ...] = ()
    visibility_radius: float | None = None
    position_unit: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise InvalidValueError(f"session '{self.name}': {problem}")

    def __repr__(self) -> str:
        """Return one line: name, kind, size, and the optional fields that are present."""
        counts = (counted(self.n_units, "unit"), counted(len(self.trials), "trial"), counted(len(self.time), "bin"))
        found = [*self._optional_fields()] + ([] if self.spikes is None else ["spikes"])
        found += [] if self.encounters is None else [counted(len(self.encounters), "encounter")]
        fields = f"; {', '.join(found)}" if found else ""
        return f"<Session {clipped(self.name)}: {self.kind}, {', '.join(counts)} of {self.dt_s:g} s{fields}>"

    def _repr_html_(self) -> str:
        """Return a table of the fields that are present, for notebooks."""
        rows = []
        for spec in ARRAYS:
            array = getattr(self, spec.name)
            if array is not None:
                size = size_text(spec.dims, array.shape)
                rows.append((spec.name, size, self.unit_of(spec), spec.about))
        rows += [(name, f"{len(table)} rows", "", ", ".join(table.dtype.names or ())) for name, table in self._tables()]
        if self.spikes is not None:
            rows.append(("spikes", f"unit {len(self.spikes)}", "s", "spike times of each unit"))
        return html_table(repr(self)[1:-1], ("field", "size", "unit", "meaning"), rows)

    def _optional_fields(self) -> Iterator[str]:
        """Yield the names of the optional arrays over time that are present."""
        required = ("activity", "time", "trial")
        for spec in ARRAYS:
            if spec.dims[0] == "time" and spec.name not in required and getattr(self, spec.name) is not None:
                yield spec.name

    def _tables(self) -> Iterator[tuple[str, NDArray]]:
        """Yield the tables that are present: trials, units, encounters, training curve."""
        for name in ("trials", "units", "encounters", "training_curve"):
            if getattr(self, name) is not None:
                yield name, getattr(self, name)

    def _problems(self) -> Iterator[str]:
        """Yield a message for each inconsistency."""
        if self.kind not in KINDS:
            yield f"kind '{self.kind}' is not valid; expected one of {', '.join(KINDS)}"
        sizes: dict[str, int] = {"trials": len(self.trials), "unit": len(self.units)}
        for dim, names in (("head", self.head_names), ("observer", self.observer_names)):
            if names:
                sizes[dim] = len(names)
        for spec in ARRAYS:
            array = getattr(self, spec.name)
            if array is None:
                continue
            if array.ndim != len(spec.dims):
                yield f"{spec.name} needs dims {spec.dims}, got shape {array.shape}"
            for dim, size in zip(spec.dims, array.shape, strict=True):
                if sizes.setdefault(dim, size) != size:
                    yield f"{spec.name} has {size} along '{dim}', other fields have {sizes[dim]}"
        for name, dtype in TABLES.items():
            table = getattr(self, name)
            if table is not None and table.dtype.names != dtype.names:
                yield f"{name} needs the columns {dtype.names}, got {table.dtype.names}"
        if self.spikes is not None and len(self.spikes) != len(self.units):
            yield f"spikes of {len(self.spikes)} units, {len(self.units)} in the table"
        if len(self.trial) and (self.trial.min() < -1 or self.trial.max() >= len(self.trials)):
            yield f"trial has indices outside -1 to {len(self.trials) - 1}"
        if np.any(np.diff(self.time) <= 0):
            yield f"time must increase; it does not after sample {np.argmin(np.diff(self.time) > 0)}"

    def load(self) -> "Session":
        """Return the same session with all activity and spikes in memory, as arrays."""
        spikes = None if self.spikes is None else list(self.spikes)
        return replace(self, activity=np.asarray(self.activity), spikes=spikes)

    @property
    def n_units(self) -> int:
        """Count of units."""
        return self.activity.shape[1]

    @property
    def is_circular(self) -> bool:
        """Whether positions are angles on a ring."""
        return self.position is not None and self.position.shape[1] == 1 and self.position_unit == "rad"

    @property
    def activity_unit(self) -> str:
        """Unit of `activity`: Hz, or the unit given in the file; '' for states of a network."""
        return str(self.attributes.get("activity_unit", "" if self.kind == "network" else "Hz"))

    def unit_of(self, spec: Field) -> str:
        """Return the unit of a field; '' for none."""
        return self.activity_unit if spec.name == "activity" else spec.unit.replace("position_unit", self.position_unit)

    @property
    def reference_observer(self) -> str:
        """Observer that a network is compared with, ``bayes`` unless its file names another; '' for a recording."""
        return str(self.attributes.get("reference_observer", "bayes")) if self.kind == "network" else ""

    def require(self, name: str) -> Any:
        """Return a field, or raise an InvalidValueError that names it if it is None."""
        value = getattr(self, name)
        if value is None:
            raise InvalidValueError(f"session '{self.name}' has no {name}; was it read from the file?")
        return value

    def missing_fields(self, needs: Iterable[str]) -> str:
        """Return a message that lists the missing fields among `needs`; '' if none is missing.

        A field without content (no encounter, no applicable phase, no trial with an outcome) counts as missing.
        `outcome` is accepted in addition to the fields.
        """
        lacking = [need for need in needs if not self._has(need)]
        return f"the session has no {', no '.join(lacking)}" if lacking else ""

    def _has(self, need: str) -> bool:
        if need == "outcome":
            return bool(np.any(self.trials["outcome"] != "none"))
        value = getattr(self, need)
        if need == "phase" and value is not None:
            return bool(np.any(value < len(PHASES)))
        if need == "trials":
            return len(value) > 0 and not self.attributes.get("trials_cut", False)
        return value is not None and len(value) > 0

    def select(self, trials: Any = None, units: Any = None, phase: str | Sequence[str] | None = None) -> "Session":
        """Return the session restricted to some trials, units and phases.

        Trials are renumbered from 0, in `trials` and in everything that refers to them. Lazy activity and spikes stay lazy.

        Parameters
        ----------
        trials : str, mask, indices or slice, optional
            ``"train"``, ``"test"``, or trials of the table, which stay in the order of time. Time bins and encounters of other trials
            are dropped, and so are time bins between trials.
        units : mask, indices or slice, optional
            Units, in this order.
        phase : str or list of str, optional
            ``"LM0"``, ``"LM1"``, ``"LM2"``. Time bins of other phases, trials without such a bin, and encounters during which there is
            no such bin are dropped.

        Returns
        -------
        Session
            Spikes outside the time bins are dropped where time bins are.

        Raises
        ------
        InvalidValueError
            For an unknown split or phase, an index that is out of range or repeated, or a selection without units or time bins.

        Examples
        --------
        >>> import numpy as np
        >>> from rscnav.recordings import session_from_arrays
        >>> rates = np.arange(12.0).reshape(6, 2)
        >>> session = session_from_arrays(rates, 0.1, trial=[0, 0, 1, 1, 2, 2], phase=[0, 1, 0, 1, 0, 0])
        >>> part = session.select(trials=[1, 2], units=[1], phase="LM0")
        >>> part.activity.ravel().tolist(), part.trial.tolist(), len(part.trials)
        ([5.0, 9.0, 11.0], [0, 1, 1], 2)
        """
        part: Session = load(VIEWS["select"])(self, trials, units, phase)
        return part

    def to_xarray(self) -> "xr.Dataset":
        """Return all arrays as an `xarray.Dataset`, with dimensions, coordinates, units and meanings.

        Returns
        -------
        xarray.Dataset
            Variables and dimensions are those of `rscnav.sessions.schema`. Coordinates: `time` (s), `unit` (the column ``id``), names of
            reports (`head`), observers and landmarks. Attributes of variables: `units` and `long_name`. Attributes of the data set:
            name, kind, subject, dt_s, position_unit. Lazy activity is read; arrays are not copied.

        Examples
        --------
        >>> import numpy as np
        >>> from rscnav.recordings import session_from_arrays
        >>> session = session_from_arrays(np.ones((6, 2)), 0.1, units={"id": [7, 9]}, trial=[0, 0, 1, 1, 2, 2])
        >>> data = session.to_xarray()
        >>> data["activity"].sel(unit=9).shape, data["activity"].attrs["units"]
        ((6,), 'Hz')
        """
        data: xr.Dataset = load(VIEWS["to_xarray"])(self)
        return data

    def to_pynapple(self) -> dict[str, Any]:
        """Return the session as objects of pynapple, by name; needs the package pynapple.

        Returns
        -------
        dict
            ``activity`` (TsdFrame, one column per unit), ``units`` (TsGroup, where there are spikes), ``position`` (Tsd, or TsdFrame with the
            columns x, y), ``heading``, ``velocity`` (Tsd). Their time support is the recorded stretches.
            ``trials``, ``LM0``, ``LM1``, ``LM2``, ``encounters_of_a``, ``non_encounters_of_a``, ... are IntervalSets whose columns can be
            read with ``get_info``. Intervals that touch are separated by 1 µs, because pynapple requires it.

        Raises
        ------
        MissingPackageError
            If pynapple is not installed.

        Examples
        --------
        >>> import numpy as np
        >>> from rscnav.recordings import session_from_arrays
        >>> session = session_from_arrays(
        ...     np.arange(8.0)[:, None], 0.1, trial=[0, 0, 0, 0, 1, 1, 1, 1], phase=[0, 0, 1, 1, 0, 1, 1, 1]
        ... )
        >>> data = session.to_pynapple()
        >>> data["activity"].restrict(data["LM1"]).values.ravel().tolist()
        [2.0, 3.0, 5.0, 6.0, 7.0]
        """
        objects: dict[str, Any] = load(VIEWS["to_pynapple"])(self)
        return objects

    def to_dataframe(self, table: str) -> "pd.DataFrame":
        """Return a table as a `pandas.DataFrame`.

        Parameters
        ----------
        table : str
            ``"trials"``, ``"units"``, ``"encounters"`` or ``"training_curve"``.

        Raises
        ------
        InvalidValueError
            For an unknown table, or one that the session does not have.

        Examples
        --------
        >>> import numpy as np
        >>> from rscnav.recordings import session_from_arrays
        >>> session = session_from_arrays(np.ones((4, 1)), 0.5, trial=[0, 0, 1, 1], outcome=["correct", "incorrect"])
        >>> session.to_dataframe("trials")[["start_s", "stop_s", "outcome"]]
               start_s  stop_s    outcome
        trial
        0          0.0     1.0    correct
        1          1.0     2.0  incorrect
        """
        frame: pd.DataFrame = load(VIEWS["to_dataframe"])(self, table)
        return frame

    def segments(self) -> list[slice]:
        """Return the `contiguous_stretches` of all samples."""
        return contiguous_stretches(self.time, self.trial, self.dt_s)

    def split_mask(self, split: str) -> NDArray[np.bool_]:
        """Return a mask of the samples in trials of one split (``train`` or ``test``)."""
        wanted = np.append(self.trials["split"] == split, False)  # the last entry is for trial -1
        return wanted[self.trial]


def contiguous_stretches(time: NDArray[np.floating], trial: NDArray[np.integer], dt_s: float) -> list[slice]:
    """Divide samples into stretches without a gap, each within one trial (or between trials)."""
    breaks = (np.diff(time) > 1.5 * dt_s) | (np.diff(trial) != 0)
    edges = np.concatenate([[0], np.flatnonzero(breaks) + 1, [len(time)]])
    return [slice(int(a), int(b)) for a, b in pairwise(edges) if b > a]


def phase_stretches(session: Session) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return start and stop (s), name of the phase and trial of each stretch of one phase."""
    phase, half = session.require("phase"), session.dt_s / 2
    rows = []
    for stretch in session.segments():
        here = phase[stretch]
        edges = np.concatenate([[0], np.flatnonzero(np.diff(here)) + 1, [len(here)]]) + stretch.start
        rows += [(a, b - 1) for a, b in pairwise(edges.tolist()) if phase[a] < len(PHASES)]
    pairs = np.array(rows, int).reshape(-1, 2)
    names = np.array(PHASES)[phase[pairs[:, 0]]]
    start, stop = np.round([session.time[pairs[:, 0]] - half, session.time[pairs[:, 1]] + half], 9)
    return start, stop, names, session.trial[pairs[:, 0]]
