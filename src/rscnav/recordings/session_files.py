"""Sessions that are in our own format already, as `write_session` writes them: by hand, or by another run."""

import os

from rscnav.errors import InvalidValueError
from rscnav.files.sealed.hdf5 import sealed_format
from rscnav.recordings.settings.recording import Recording
from rscnav.sessions.hdf5 import FORMAT, read_session
from rscnav.sessions.session import Session

_OWN = {"name", "file", "subject"}  # what a mapping may say of such a file


def is_session(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file holds a session of ours, whatever its format's number; libhdf5 is not asked.

    Raises
    ------
    InvalidValueError
        For a file of ours whose first bytes are damaged.
    """
    return sealed_format(path).startswith(FORMAT.rpartition(" ")[0])


def session_of_file(path: str | os.PathLike[str], mapping: Recording) -> Session:
    """Read a session as it is, under the name that the mapping gives.

    Parameters
    ----------
    path : path-like
    mapping : Recording
        With no other keys than `name`, `file` and `subject`: such a file needs no mapping.

    Returns
    -------
    Session
        Its activity and spikes are lazy (`rscnav.sessions.lazy`).

    Raises
    ------
    InvalidValueError
        For a mapping that says more, or a session of another version's format.
    """
    more = sorted(mapping.model_fields_set - _OWN)
    if more:
        raise InvalidValueError(
            f"recording '{mapping.name}': {os.fspath(path)} is a session already, and is read as it is; remove {', '.join(more)}"
        )
    session = read_session(path, lazy=True)
    session.name = mapping.name
    session.subject = mapping.subject or session.subject
    session.attributes.setdefault("trials_cut", False)
    session.attributes.setdefault("notes", "")
    return session
