"""Encounter categories, and the samples around encounters."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.events import first_sample, segment_start
from rscnav.errors import InvalidValueError
from rscnav.sessions.session import Session

ORDERS = {1: "1st", 2: "2nd", 3: "3rd"}
OUTCOMES = ("correct", "incorrect", "none")
RETURN, MISSED = "return", "non-encounter"


def categorise_encounters(session: Session) -> NDArray:
    """Return the encounters with their categories.

    The first encounter of a landmark is named by its order among the trial's new landmarks, the landmark's name and the
    trial's outcome (``2nd b incorrect``), every later encounter of it ``return``, and a non-encounter ``non-encounter``.

    Parameters
    ----------
    session : Session

    Returns
    -------
    structured array
        The session's table of encounters with one more column, ``category``.

    Raises
    ------
    InvalidValueError
        If the session has no encounters.

    Examples
    --------
    One trial on the ring, past landmarks a and b and back:

    >>> import numpy as np
    >>> from rscnav.analyses import categorise_encounters
    >>> from rscnav.recordings import session_from_arrays
    >>> angle = np.concatenate([np.linspace(-0.5, 2.5, 61), np.linspace(2.5, -0.5, 61)])
    >>> session = session_from_arrays(
    ...     np.ones((122, 1)), 0.1, trial=np.zeros(122, int), outcome=["correct"], position=angle, position_unit="rad",
    ...     landmarks={"a": [0.0], "b": [2.0]}, visibility_radius=0.22,
    ... )
    >>> categorise_encounters(session)["category"].tolist()
    ['1st a correct', '2nd b correct', 'return', 'return']
    """
    if session.encounters is None:
        raise InvalidValueError(f"session '{session.name}' has no encounters; its landmarks are not known")
    table = session.encounters
    result = np.empty(len(table), [*table.dtype.descr, ("category", "U48")])
    for column in table.dtype.names or ():
        result[column] = table[column]
    result["category"] = [_category(row) for row in table]
    return result


def all_categories(session: Session) -> list[str]:
    """Return the categories of first and second landmarks, also those without encounters, ``return`` and ``non-encounter``."""
    names = [
        f"{ORDERS[order]} {landmark} {outcome}"
        for order in (1, 2)
        for landmark in session.landmark_names
        for outcome in OUTCOMES
    ]
    return [*names, RETURN, MISSED]


def samples_around(
    session: Session, onset_s: NDArray[np.floating], lags: NDArray[np.integer], samples: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the samples at given lags from each encounter's first sample in view.

    Parameters
    ----------
    session : Session
    onset_s : array, (encounter,)
    lags : array, (lag,)
        In samples; 0 is the first sample in view.
    samples : array, (sample,)
        Samples of the session that may be used, ascending.

    Returns
    -------
    array, (encounter, lag)
        Index into `samples`; -1 outside the contiguous stretch (thus outside the trial), or if the sample may not be used.
    """
    onset = first_sample(session, onset_s)
    wanted = onset[:, None] + lags
    inside = (wanted >= 0) & (wanted < len(session.time))
    wanted = np.clip(wanted, 0, len(session.time) - 1)
    stretch = segment_start(session)
    inside &= stretch[wanted] == stretch[onset][:, None]
    index = np.full(len(session.time), -1)
    index[samples] = np.arange(len(samples))
    return np.where(inside, index[wanted], -1)


def _category(row: np.void) -> str:
    """Return the category of one row of the table of encounters."""
    if row["kind"] == MISSED:
        return MISSED
    if row["order"] == 0:
        return RETURN
    order = ORDERS.get(int(row["order"]), f"{row['order']}th")
    return f"{order} {row['landmark']} {row['outcome']}"


def why_no_non_encounters(session: Session) -> str:
    """Return the reason why non-encounters are not defined in a session; '' if they are."""
    if not session.is_circular:
        return "non-encounters are defined on the ring only"
    if not session.attributes.get("map_known", True):
        return "the map is not known, so that no absence refutes a position"
    return ""
