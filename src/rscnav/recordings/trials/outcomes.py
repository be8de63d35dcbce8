"""Outcomes of trials: what the values of a column mean."""

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.table_columns import Columns, column_of
from rscnav.recordings.files.value_mismatch import holds, refuse_other_types
from rscnav.recordings.settings.mapping import Trials


def outcomes(columns: Columns, trials: Trials) -> NDArray[np.str_]:
    """Translate the outcome column to correct, incorrect, none.

    Raises
    ------
    InvalidValueError
        For a column that is not there or holds several values a row, and where none of its values is known, or values of the
        mapping are of another type than those of the column.
    """
    if trials.outcome is None:
        return np.full(len(columns["start_time"]), "none", "U9")
    column = column_of(columns, trials.outcome, "trials.outcome")
    if column.ndim != 1:
        raise InvalidValueError(
            f"trials.outcome: column '{trials.outcome}' holds {column.shape[1:]} values a row; one is needed: name it, "
            f"'{trials.outcome}[:, 0]' is the first"
        )
    values = column.tolist()
    outcome = [
        "correct" if value in trials.correct else "incorrect" if value in trials.incorrect else "none"
        for value in values
    ]
    wanted = {"trials.correct": trials.correct, "trials.incorrect": trials.incorrect}
    refuse_other_types(values, wanted, f"column '{trials.outcome}'")
    unknown = {str(value) for value in values} - {"none", "", "nan"}
    if unknown and set(outcome) == {"none"}:
        raise InvalidValueError(
            f"trials.outcome: no value of column '{trials.outcome}' is in trials.correct or trials.incorrect; "
            f"{holds(values, [*trials.correct, *trials.incorrect])}"
        )
    return np.array(outcome, "U9")
