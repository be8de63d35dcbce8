"""Read several files of one session (one for each probe or imaging plane) as one."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.object_names import read_with
from rscnav.recordings.files.open_file import open_recording
from rscnav.recordings.settings.recording import Recording

_SAME_S = 1e-3  # largest difference between the reference times of one clock


@contextmanager
def open_joined(path: str | os.PathLike[str], mapping: Recording | None) -> Iterator[Any]:
    """Open a recorded file and those in `more_files`; names of the mapping then find objects in all of them.

    Parameters
    ----------
    path : path-like
    mapping : Recording or None
        Its `arrays` and `more_files` are used.

    Yields
    ------
    pynwb.NWBFile
        The first file.

    Raises
    ------
    MissingFileError, InvalidValueError
        As `open_recording`; also if the files are of different animals, or if their clocks begin at different times.
    """
    if mapping is None or not mapping.more_files:
        with open_recording(path, None if mapping is None else mapping.arrays) as file:
            yield file
        return
    with ExitStack() as stack:
        file = stack.enter_context(open_recording(path))
        more = [(other, stack.enter_context(open_recording(other))) for other in mapping.more_files]
        for name, other in more:
            _refuse_other_session(os.fspath(path), file, name, other, mapping)
        read_with(file, os.fspath(path), more)
        yield file


def _refuse_other_session(path: str, file: Any, name: str, other: Any, mapping: Recording) -> None:
    """Raise an InvalidValueError if two files are of different animals or on different clocks."""
    animals = [None if each.subject is None else each.subject.subject_id for each in (file, other)]
    if mapping.subject is None and None not in animals and animals[0] != animals[1]:
        raise InvalidValueError(
            f"more_files: {path} is of subject '{animals[0]}', {name} of subject '{animals[1]}'; join only files of one session, "
            "or, if it is one animal, name it in `subject`"
        )
    starts = [each.timestamps_reference_time for each in (file, other)]
    if None not in starts and abs((starts[0] - starts[1]).total_seconds()) > _SAME_S and not mapping.one_clock:
        raise InvalidValueError(
            f"more_files: the clock of {path} begins at {starts[0].isoformat()}, that of {name} at {starts[1].isoformat()}; convert "
            "the times of the files to one clock, or, if they are on one clock already, set one_clock: true"
        )
