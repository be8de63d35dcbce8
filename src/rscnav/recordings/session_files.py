"""Session files that `write_session` wrote, by hand or in another run, as recordings without a mapping."""

import os

from rscnav.errors import InvalidValueError
from rscnav.files.sealed.hdf5 import sealed_format
from rscnav.recordings.settings.recording import Recording
from rscnav.sessions.hdf5 import FORMAT, load_session
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import changed_keys

_OWN = {"name", "file", "subject"}  # keys that are valid for a session file


def is_session(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is a session file, of any version of the format; it is not opened with HDF5.

    Raises
    ------
    InvalidValueError
        If it is a file of rscnav whose first bytes are damaged.
    """
    return sealed_format(path).startswith(FORMAT.rpartition(" ")[0])


def session_of_file(path: str | os.PathLike[str], mapping: Recording) -> Session:
    """Read a session file without changes, except for the name and subject in the mapping.

    Parameters
    ----------
    path : path-like
    mapping : Recording
        With the keys `name`, `file` and `subject` only: a session file needs no mapping.

    Returns
    -------
    Session
        Activity and spikes are lazy (`rscnav.sessions.lazy`).

    Raises
    ------
    InvalidValueError
        If the mapping has other keys, or the session file has another version of the format.
    """
    more = sorted(changed_keys(mapping) - _OWN)
    if more:
        raise InvalidValueError(
            f"recording '{mapping.name}': {os.fspath(path)} is a session file, which needs no mapping; remove {', '.join(more)}"
        )
    session = load_session(path, lazy=True)
    session.name = mapping.name
    session.subject = mapping.subject or session.subject
    session.attributes.setdefault("trials_cut", False)
    session.attributes.setdefault("notes", "")
    return session
