"""Messages of exceptions on the command line: one message for a user error, a report with traceback for an internal error."""

import errno
import os
import platform
import shlex
import traceback
from collections.abc import Sequence

import rscnav
from rscnav.cli.memory_errors import explained
from rscnav.errors import RscnavError

_SPACE = "free some space, or choose a folder on another disk"
_PERMISSION = "change the permissions, or choose another file or folder"
_CURES = {
    errno.ENOENT: "correct the name",
    errno.EISDIR: "name a file",
    errno.ENOTDIR: "a part of the path is a file; correct the path",
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: _PERMISSION,
    errno.EEXIST: "a file has this name; choose another one",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EMFILE: "raise the limit of open files (`ulimit -n 4096`)",
}
# User errors even if the exception names no file.
_OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO)


def user_message(error: BaseException, command: str = "") -> str | None:
    """Return the message for an error that the user can correct; None for an internal error.

    `command`, for example ``train``, selects the settings that the message of an out-of-memory error names.
    """
    short_of_memory = explained(error, command)
    if short_of_memory is not None:
        return short_of_memory
    if isinstance(error, RscnavError):
        return str(error)
    return _system_message(error) if isinstance(error, OSError) else None


def internal_report(error: BaseException, words: Sequence[str]) -> str:
    """Return the traceback of an internal error with a request to report it; `words` follow ``rscnav`` on the command line."""
    summary = traceback.format_exception_only(error)[-1].strip().splitlines()[0]
    return (
        f"{''.join(traceback.format_exception(error))}"
        f"{name_of(words)}: internal error: {summary}; this is an error of rscnav, not of your files or settings: "
        "please report this with the lines above\n"
        f"(rscnav {rscnav.__version__}, Python {platform.python_version()}, {platform.system()}; command: {shlex.join(['rscnav', *words])})"
    )


def name_of(words: Sequence[str]) -> str:
    """Return ``rscnav COMMAND``, the beginning of a message."""
    return f"rscnav {words[0]}" if words and not words[0].startswith("-") else "rscnav"


def _system_message(error: OSError) -> str | None:
    """Return the message for an error of the operating system; None if it has no error number or names no file."""
    if error.errno is None or error.strerror is None:
        return None
    cure = f"; {_CURES[error.errno]}" if error.errno in _CURES else ""
    if isinstance(error.filename, str | bytes | os.PathLike):
        return f"{os.fsdecode(error.filename)}: {error.strerror}{cure}"
    return f"{error.strerror}{cure}" if error.errno in _OF_THE_MACHINE else None
