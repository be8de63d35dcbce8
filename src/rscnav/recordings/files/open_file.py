"""Open a recorded file, NWB in HDF5 or Zarr or plain arrays, as an NWB file.

Each file is checked before a library opens it: by `refuse_unreadable`, and then by `rscnav.recordings.files.hdf5_probe.findings` (HDF5) or
`rscnav.recordings.files.zarr_nwb` (Zarr).
"""

import os
import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rscnav.errors import FileError, InvalidValueError, MissingFileError, RscnavError, first_line, is_internal
from rscnav.files.sealed.hdf5 import CHANGED, check_sealed
from rscnav.files.sealed.regular import file_digest, read_bytes
from rscnav.files.sealed.tails import digest_file
from rscnav.recordings.files.damaged_objects import add_notes, read_tolerantly
from rscnav.recordings.files.hdf5_probe.findings import is_hdf5, probe, probed
from rscnav.recordings.files.zarr_nwb import is_zarr, open_zarr
from rscnav.recordings.settings.arrays import Arrays

ARRAY_ENDINGS = (".npz", ".mat")  # also .h5 and .hdf5 if the mapping has `arrays`
_REMOTE = re.compile(r"^(https?|s3|gs|ftp|dandi|ssh|sftp)(://|:)", re.IGNORECASE)
_TEXTS = (
    "/identifier",
    "/session_description",
    "/session_start_time",
    "/timestamps_reference_time",
    "/file_create_date",
)
_SPECIFICATIONS = "/specifications"  # usual group of the stored extensions
_KINDS = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
_ENDLESS = ("/proc/", "/sys/", "/dev/")


@contextmanager
def open_recording(path: str | os.PathLike[str], arrays: Arrays | None = None) -> Iterator[Any]:
    """Open a recorded file for reading.

    Parameters
    ----------
    path : path-like
        An NWB file, the folder of an NWB file in Zarr, or a file of plain arrays.
    arrays : Arrays, optional
        Mapping of the arrays in a file of plain arrays.

    Yields
    ------
    pynwb.NWBFile
        Objects that cannot be read are left out (`rscnav.recordings.files.damaged_objects`).

    Raises
    ------
    MissingFileError
        If the file does not exist.
    InvalidValueError
        For a remote address, an object that is not a regular file, a folder that is not Zarr, an empty or damaged file, a file that is
        being written, or plain arrays without `arrays`. The message names the remedy.
    """
    text = os.fspath(path)
    refuse_unreadable(text)
    refuse_other_content(text)
    if arrays is not None:
        from rscnav.recordings.plain_arrays.to_nwb import file_of_arrays

        file = file_of_arrays(text, arrays)
        add_notes(file, list(probe(text).notes) if is_hdf5(text) else [])
        yield file
        return
    if text.lower().endswith(ARRAY_ENDINGS):
        raise InvalidValueError(f"{text}: a file of plain arrays; describe them with the recording's key `arrays`")
    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=UserWarning)
        io = _opened(text)
        try:
            try:
                file = read_tolerantly(io)
            except Exception as error:  # h5py, zarr, hdmf and pynwb raise many kinds of errors
                raise InvalidValueError(f"{text}: {_not_read(error)}{_wrong_in(text)}") from error
            _refuse_without_subject(text, io)
        except BaseException:
            io.close()
            raise
    try:
        yield file
    finally:
        io.close()


def refuse_unreadable(text: str) -> None:
    """Raise if a path is not a file or folder that can be read, without opening it; see `open_recording`."""
    if _REMOTE.match(text):
        raise InvalidValueError(
            f"{text}: a remote address; files are read from disk only; download it, and set `file` to the path of the copy"
        )
    try:
        state = os.stat(text)
    except ValueError:  # a zero byte in the name
        raise InvalidValueError(f"{text!r}: not a valid file name; correct the recording's key `file`") from None
    except (FileNotFoundError, NotADirectoryError):
        link = " (the path is a link whose target is missing)" if os.path.islink(text) else ""
        raise MissingFileError(f"{text}: no such file{link}; correct the recording's key `file`") from None
    except PermissionError:
        raise FileError(f"{text}: you have no permission to open its folder; change the permissions") from None
    except OSError as error:  # a name too long, a loop of links, a stale mount
        raise FileError(
            error.errno, f"{text}: cannot be accessed ({error.strerror}); correct the recording's key `file`"
        ) from None
    if stat.S_ISDIR(state.st_mode):
        if not is_zarr(text):
            raise InvalidValueError(
                f"{text}: a folder, not a file; to read all files in it, set `file` to the pattern {os.path.join(text, '*.nwb')}"
            )
        return
    if not stat.S_ISREG(state.st_mode):
        kind = _KINDS.get(stat.S_IFMT(state.st_mode), "a special file")
        raise InvalidValueError(f"{text}: {kind}, not a file; set the recording's key `file` to the path of a file")
    if os.path.realpath(text).startswith(_ENDLESS):
        raise InvalidValueError(
            f"{text}: created by the operating system, not a file on a disk; correct the recording's key `file`"
        )
    if not os.access(text, os.R_OK):
        raise FileError(f"{text}: you have no permission to read it; change the permissions of the file")
    if state.st_size == 0:
        raise InvalidValueError(f"{text}: the file is empty (0 bytes); was a copy or a download cut short?")


def refuse_other_content(text: str) -> None:
    """Raise an InvalidValueError if a file does not match the SHA-256 digest in ``FILE.sha256`` next to it (format of ``sha256sum``).

    Without ``FILE.sha256`` nothing is checked. Most formats of recordings have no digests of their own, so a flipped bit in an
    uncompressed value cannot be detected otherwise.
    """
    digest = digest_file(text)
    if not os.path.isfile(digest) or os.path.isdir(text):
        return
    words = read_bytes(digest).decode("utf-8", "replace").split()
    if not words or not re.fullmatch(r"[0-9a-fA-F]{64}", words[0]):
        raise InvalidValueError(
            f"{digest}: not a digest in the format of sha256sum; write it again (sha256sum {text} > {digest}), or remove it"
        )
    if file_digest(text) != words[0].lower():
        raise InvalidValueError(
            f"{text}: damaged, or changed since {os.path.basename(digest)} was written (its sha256 differs); copy the file again, or, "
            f"if the change was intended, write {os.path.basename(digest)} again"
        )


def _opened(text: str) -> Any:
    """Open an NWB file in Zarr (a folder) or HDF5, and return its reader."""
    if os.path.isdir(text):
        try:
            return open_zarr(text)
        except Exception as error:
            if isinstance(error, ValueError) and text in str(error):
                raise
            raise InvalidValueError(f"{text}: not NWB in Zarr, or damaged ({first_line(error)})") from error
    check_sealed(text, CHANGED)
    found = probed(text)
    from rscnav.recordings.files.hdf5_nwb import HDF5Reader  # slow import of pynwb

    wrong = [f"'{path}': {why}" for path, why in found.faults().items() if path.startswith(f"{_SPECIFICATIONS}/")]
    try:
        if wrong:  # pynwb reads the specifications before any object can be left out
            raise InvalidValueError(wrong[0])
        return HDF5Reader(found, load_namespaces=found.specifications in ("", _SPECIFICATIONS))
    except Exception as error:
        warnings.warn(f"the extensions stored in the file cannot be used ({first_line(error)})", stacklevel=2)
    try:
        return HDF5Reader(found, load_namespaces=False)
    except Exception as error:
        raise InvalidValueError(f"{text}: {_not_read(error)}{_wrong_in(text)}") from error


def _wrong_in(text: str) -> str:
    """Return faults found by the probe that can explain why a file cannot be read, as the end of a message."""
    if os.path.isdir(text):
        return ""
    found = probe(text)
    wrong = [f"'{path}': {why}" for path, why in found.faults().items()]
    kinds = {each.path: each.dtype for each in found.objects if each.kind == "dataset"}
    wrong += [f"'{path}' is missing or not text" for path in _TEXTS if found.is_nwb and kinds.get(path, "") != "text"]
    return f"; faults in the file: {', '.join(wrong[:3])}" if wrong else ""


def _refuse_without_subject(text: str, io: Any) -> None:
    """Raise if the subject is in the file but cannot be read; all statistics need to know the animal."""
    for path, why in getattr(io, "left_out", {}).items():
        if path in ("/general", "/general/subject"):
            raise InvalidValueError(
                f"{text}: '{path}' cannot be read ({why}), so the animal is not known; copy or save the file again"
            )


def _not_read(error: Exception) -> str:
    """Return the reason why a file that HDF5 or Zarr can read cannot be read as NWB."""
    message = first_line(error)
    if type(error).__name__ == "ConstructError":  # its first argument is the whole file
        message = " ".join(str(error.args[-1]).rpartition("due to: ")[2].split())[:300]
    if "NWB version" in message and "not supported" in message:
        return f"an old format ({message}); convert it to NWB 2 first"
    if "NWB version" in message:
        return (
            "not an NWB file (it has no nwb_version); for plain arrays, describe them with the recording's key `arrays`"
        )
    if isinstance(error, RecursionError):
        return "its groups are nested too deeply, or contain themselves, and cannot be read as NWB"
    if isinstance(error, MemoryError):
        return "opening it needs more memory than is available"
    if isinstance(error, KeyError) and "not a namespace" in message:
        name = message.strip("\"'").partition("'")[0]
        return (
            f"it needs the extension '{name}', which is neither installed nor stored in the file; the file itself is not damaged. "
            f"Install the extension into the environment (pip install {name}), or ask the author of the file for it"
        )
    return f"not an NWB file, or a damaged one ({type(error).__name__}: {message})"


def linked_files(path: str | os.PathLike[str]) -> str:
    """Return names and sizes of the other files that links of an HDF5 file point to; '' without such links."""
    if not os.path.isfile(path) or not is_hdf5(path):
        return ""
    return ", ".join(f"{os.path.basename(other)} ({os.path.getsize(other)} bytes)" for other in probe(path).linked)


@contextmanager
def named(recording: str, path: str | os.PathLike[str]) -> Iterator[None]:
    """Add the recording's name and file to every error, and turn errors of libraries into an InvalidValueError.

    Internal errors of rscnav are not changed. With RSCNAV_DEBUG set, errors of libraries are not changed either.
    """
    text = os.fspath(path)
    try:
        yield
    except Exception as error:
        message = explained(error)
        if message.startswith(f"recording '{recording}'"):
            raise
        where = f"recording '{recording}'" + ("" if text in message else f", file {text}")
        raise _class_of(error)(f"{where}: {message}") from error


def _class_of(error: Exception) -> type[RscnavError]:
    """Return the class of the error that replaces an error in reading a recording."""
    if isinstance(error, FileNotFoundError):
        return MissingFileError
    return FileError if isinstance(error, FileError | PermissionError) else InvalidValueError


def explained(error: Exception) -> str:
    """Return a message for an error in reading a recorded file; raise internal errors of rscnav again.

    With RSCNAV_DEBUG set, errors of libraries are raised again too.
    """
    if isinstance(error, RscnavError):
        return str(error)
    of_program = is_internal(error) and not isinstance(error, RecursionError)
    if of_program or isinstance(error, NameError | AssertionError | ImportError) or os.environ.get("RSCNAV_DEBUG"):
        raise error
    if isinstance(error, ValueError | OSError) and not isinstance(error, UnicodeError):
        return str(error)
    if isinstance(error, MemoryError):
        return "it cannot be read: it needs more memory than is available"
    return f"it cannot be read ({type(error).__name__}: {first_line(error)}); rscnav inspect lists its content"
