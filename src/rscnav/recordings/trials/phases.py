"""Phases of a recording, from a series or a table of its file."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.binning import Bins
from rscnav.recordings.files.nwb_lookup import find_series, interval_table
from rscnav.recordings.files.table_columns import column_of
from rscnav.recordings.files.value_mismatch import holds, refuse_other_types
from rscnav.recordings.settings.mapping import Phases
from rscnav.sessions.schema import NO_PHASE, PHASES


def phases_of_file(file: Any, phases: Phases, bins: Bins) -> NDArray[np.uint8]:
    """Return the phase at the centre of each bin, (bin,): 0, 1, 2 for LM0, LM1, LM2; 255 where the file has none.

    Raises
    ------
    InvalidValueError
        If the series, table or column does not exist, or contains none of the values in `phases.values`.
    """
    if phases.series is not None:
        series = find_series(file, phases.series, "phases.series")
        if series.values.shape[1] != 1:
            raise InvalidValueError(
                f"phases.series: '{series.path}' has {series.values.shape[1]} columns; expected one value per sample"
            )
        order = np.argsort(series.time, kind="stable")
        start, labels = series.time[order], series.values[order, 0].tolist()
        stop = np.append(start[1:], np.inf)
    else:
        columns = interval_table(file, str(phases.table), "phases.table")
        order = np.argsort(columns["start_time"], kind="stable")
        start, stop = columns["start_time"][order], columns["stop_time"][order]
        labels = column_of(columns, phases.column, "phases.column")[order].tolist()
    meaning = {value: PHASES.index(phase) for phase, values in phases.values.items() for value in values}
    codes = np.array([*(meaning.get(label, NO_PHASE) for label in labels), NO_PHASE], np.uint8)
    named = {f"phases.values.{phase}": values for phase, values in phases.values.items()}
    refuse_other_types(labels, named, f"'{phases.series or phases.table}'")
    if np.all(codes == NO_PHASE):
        raise InvalidValueError(
            f"phases.values: none of these values is in '{phases.series or phases.table}'; {holds(labels, meaning)}"
        )
    row = np.searchsorted(start, bins.centre, side="right") - 1
    inside = (row >= 0) & (bins.centre < np.append(stop, -np.inf)[row])
    return np.where(inside, codes[row], NO_PHASE).astype(np.uint8)
