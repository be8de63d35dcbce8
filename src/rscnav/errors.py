"""Errors that a user can correct: all are `RscnavError`, and the command line shows each as one message.

Any other exception that leaves a command is an error of this program: a traceback, and the request to report it. A child is also one of
Python's own exceptions, so that a caller in Python may write ``except ValueError``. A message names the key, argument or file, the value,
what is valid, and the cure.
"""

import difflib
import os
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class RscnavError(Exception):
    """Something is wrong that the user can correct."""


class InvalidValueError(RscnavError, ValueError):
    """An argument, a setting or the content of a file is not valid."""


class FileError(RscnavError, OSError):
    """A file or folder cannot be read or written. Its arguments are a message, or those of `OSError`: errno, message, file."""

    def __str__(self) -> str:
        return f"{os.fspath(self.filename)}: {self.strerror}" if self.filename is not None else super().__str__()


class MissingFileError(FileError, FileNotFoundError):
    """A file or folder is not there."""


class MissingPackageError(RscnavError, ModuleNotFoundError):
    """An optional package is not installed; the message states how to install it."""


class DivergedError(RscnavError, FloatingPointError):
    """A training diverged and could not be restarted."""


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Raise `MissingPackageError` where an import in the body of the ``with`` statement finds no package.

    Parameters
    ----------
    name : str
        The extra of rscnav that installs the package, for example ``"compare"``.

    Raises
    ------
    MissingPackageError
        The message names the package and ``pip install 'rscnav[name]'``.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"the package '{error.name}' is not installed; install it with: pip install 'rscnav[{name}]'"
        raise MissingPackageError(message, name=error.name) from error


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return the end of a message, "; did you mean 'NAME'?", with the known name most similar to a word; '' where none is similar."""
    near = difflib.get_close_matches(str(word)[:60], list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def first_line(error: BaseException) -> str:
    """Return the first line of an error message, or the type of the error if the message is empty."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__


def is_internal(error: BaseException) -> bool:
    """Whether an error is one of this program: raised by its own code, and not an `RscnavError` or an error of the operating system."""
    raised_in = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = bool(raised_in) and raised_in[-1].partition(".")[0] == "rscnav"
    of_system = isinstance(error, OSError) and error.errno is not None
    return own and not of_system and not isinstance(error, RscnavError | MemoryError)
