"""The one door to a recorded file: NWB in HDF5 or Zarr, or plain arrays that a mapping makes the same of.

No file is opened by a library before it was looked at: `refuse_unreadable` (what is it?), `rscnav.recordings.files.hdf5_probe.findings` (HDF5), and
`rscnav.recordings.files.zarr_nwb`.
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

ARRAY_ENDINGS = (".npz", ".mat")  # and .h5, .hdf5 where the mapping has `arrays`
_REMOTE = re.compile(r"^(https?|s3|gs|ftp|dandi|ssh|sftp)(://|:)", re.IGNORECASE)
_TEXTS = (
    "/identifier",
    "/session_description",
    "/session_start_time",
    "/timestamps_reference_time",
    "/file_create_date",
)
_SPECIFICATIONS = "/specifications"  # where every program stores them
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
        What the arrays in it are.

    Yields
    ------
    pynwb.NWBFile
        Objects in it that cannot be read are left out (`rscnav.recordings.files.damaged_objects`).

    Raises
    ------
    MissingFileError
        For a missing file.
    InvalidValueError
        For a remote address, what is no regular file, a folder that is not Zarr, an empty or damaged file, one that is being
        written, plain arrays without `arrays`. The message says what to do.
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
        raise InvalidValueError(f"{text}: a file of plain arrays; say with the recording's key `arrays` what they are")
    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=UserWarning)
        io = _opened(text)
        try:
            try:
                file = read_tolerantly(io)
            except Exception as error:  # whatever h5py, zarr, hdmf or pynwb make of it
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
    """Raise for what no reader could open, each with its own cure; see `open_recording`. Nothing is opened for it."""
    if _REMOTE.match(text):
        raise InvalidValueError(
            f"{text}: files are read from disk only; download it, and give the path of the copy as `file`"
        )
    try:
        state = os.stat(text)
    except ValueError:  # a zero byte in the name
        raise InvalidValueError(f"{text!r}: no name that a file can have; correct the recording's key `file`") from None
    except (FileNotFoundError, NotADirectoryError):
        link = ", which a link of that name leads to" if os.path.islink(text) else ""
        raise MissingFileError(f"{text}: no such file{link}; correct the recording's key `file`") from None
    except PermissionError:
        raise FileError(f"{text}: may not be read; the permissions of its folder are not yours") from None
    except OSError as error:  # a name too long, a loop of links, a stale mount
        raise FileError(
            error.errno, f"{text}: cannot be looked at ({error.strerror}); correct the recording's key `file`"
        ) from None
    if stat.S_ISDIR(state.st_mode):
        if not is_zarr(text):
            raise InvalidValueError(
                f"{text}: a folder, not a file; for all files in it write the pattern file: {os.path.join(text, '*.nwb')}"
            )
        return
    if not stat.S_ISREG(state.st_mode):
        kind = _KINDS.get(stat.S_IFMT(state.st_mode), "something that is no file")
        raise InvalidValueError(f"{text}: {kind}, not a file; give the path of a file as the recording's key `file`")
    if os.path.realpath(text).startswith(_ENDLESS):
        raise InvalidValueError(
            f"{text}: made up by the system as it is read, and no file on a disk; correct the recording's key `file`"
        )
    if not os.access(text, os.R_OK):
        raise FileError(f"{text}: may not be read; its permissions are not yours")
    if state.st_size == 0:
        raise InvalidValueError(f"{text}: the file is empty (0 bytes); was a copy or a download cut short?")


def refuse_other_content(text: str) -> None:
    """Raise an InvalidValueError where ``FILE.sha256`` lies beside a file, as ``sha256sum`` writes it, and the content is another.

    Most formats of recordings have no digests of their own, so that a flipped bit in an uncompressed value is a value like any other.
    """
    beside = digest_file(text)
    if not os.path.isfile(beside) or os.path.isdir(text):
        return
    words = read_bytes(beside).decode("utf-8", "replace").split()
    if not words or not re.fullmatch(r"[0-9a-fA-F]{64}", words[0]):
        raise InvalidValueError(
            f"{beside}: not a digest as sha256sum writes it; make it anew (sha256sum {text} > {beside}), or remove it"
        )
    if file_digest(text) != words[0].lower():
        raise InvalidValueError(
            f"{text}: damaged, or changed since {os.path.basename(beside)} was made (its sha256 is another); copy the file again, or, where "
            f"the change was meant, make {os.path.basename(beside)} anew"
        )


def _opened(text: str) -> Any:
    """Open NWB by its backend."""
    if os.path.isdir(text):
        try:
            return open_zarr(text)
        except Exception as error:
            if isinstance(error, ValueError) and text in str(error):
                raise
            raise InvalidValueError(f"{text}: not NWB in Zarr, or damaged ({first_line(error)})") from error
    check_sealed(text, CHANGED)
    found = probed(text)
    from rscnav.recordings.files.hdf5_nwb import HDF5Reader  # pynwb takes longer to import than most jobs to start

    wrong = [f"'{path}': {why}" for path, why in found.faults().items() if path.startswith(f"{_SPECIFICATIONS}/")]
    try:
        if wrong:  # pynwb reads these before anything is left out
            raise InvalidValueError(wrong[0])
        return HDF5Reader(found, load_namespaces=found.specifications in ("", _SPECIFICATIONS))
    except Exception as error:
        warnings.warn(f"the extensions stored in the file cannot be used ({first_line(error)})", stacklevel=2)
    try:
        return HDF5Reader(found, load_namespaces=False)
    except Exception as error:
        raise InvalidValueError(f"{text}: {_not_read(error)}{_wrong_in(text)}") from error


def _wrong_in(text: str) -> str:
    """Say what the look through a file found that may be why it cannot be read."""
    if os.path.isdir(text):
        return ""
    found = probe(text)
    wrong = [f"'{path}': {why}" for path, why in found.faults().items()]
    kinds = {each.path: each.dtype for each in found.objects if each.kind == "dataset"}
    wrong += [f"'{path}' is missing or no text" for path in _TEXTS if found.is_nwb and kinds.get(path, "") != "text"]
    return f"; in the file {', '.join(wrong[:3])}" if wrong else ""


def _refuse_without_subject(text: str, io: Any) -> None:
    """Raise where the animal, which every statistic needs and no mapping names, is there but cannot be read."""
    for path, why in getattr(io, "left_out", {}).items():
        if path in ("/general", "/general/subject"):
            raise InvalidValueError(
                f"{text}: '{path}' cannot be read ({why}), so that it is not known which animal this is"
            )


def _not_read(error: Exception) -> str:
    """Say why a file that HDF5 or Zarr can read cannot be read as NWB."""
    said = first_line(error)
    if type(error).__name__ == "ConstructError":  # its first argument is all of the file
        said = " ".join(str(error.args[-1]).rpartition("due to: ")[2].split())[:300]
    if "NWB version" in said and "not supported" in said:
        return f"of an old format ({said}); convert it to NWB 2 first"
    if "NWB version" in said:
        return "not an NWB file (it names no nwb_version); for plain arrays, say with the recording's key `arrays` what they are"
    if isinstance(error, RecursionError):
        return "its groups lie too deep in each other, or in themselves, to be read as NWB"
    if isinstance(error, MemoryError):
        return "more memory is needed than there is to open it"
    if isinstance(error, KeyError) and "not a namespace" in said:
        name = said.strip("\"'").partition("'")[0]
        return (
            f"it needs the extension '{name}', which is neither installed nor stored in the file; the file itself is sound. Install "
            f"the extension into the environment (pip install {name}), or ask the file's author for it"
        )
    return f"not an NWB file, or a damaged one ({type(error).__name__}: {said})"


def linked_files(path: str | os.PathLike[str]) -> str:
    """Return names and sizes of the other files that an HDF5 file's links lead into, '' without any."""
    if not os.path.isfile(path) or not is_hdf5(path):
        return ""
    return ", ".join(f"{os.path.basename(other)} ({os.path.getsize(other)} bytes)" for other in probe(path).linked)


@contextmanager
def named(recording: str, path: str | os.PathLike[str]) -> Iterator[None]:
    """Add the recording's name and its file to every error; what libraries raise becomes an InvalidValueError.

    Errors of this program pass as they are; with RSCNAV_DEBUG set, errors of libraries do, too.
    """
    text = os.fspath(path)
    try:
        yield
    except Exception as error:
        said = explained(error)
        if said.startswith(f"recording '{recording}'"):
            raise
        where = f"recording '{recording}'" + ("" if text in said else f", file {text}")
        raise _class_of(error)(f"{where}: {said}") from error


def _class_of(error: Exception) -> type[RscnavError]:
    """Return the class of the error that names a recording."""
    if isinstance(error, FileNotFoundError):
        return MissingFileError
    return FileError if isinstance(error, FileError | PermissionError) else InvalidValueError


def explained(error: Exception) -> str:
    """Return a sentence for whatever was raised around a recorded file; an error of this program is raised again.

    With RSCNAV_DEBUG set, errors of libraries are raised again, too.
    """
    if isinstance(error, RscnavError):
        return str(error)
    of_program = is_internal(error) and not isinstance(error, RecursionError)
    if of_program or isinstance(error, NameError | AssertionError | ImportError) or os.environ.get("RSCNAV_DEBUG"):
        raise error
    if isinstance(error, ValueError | OSError) and not isinstance(error, UnicodeError):
        return str(error)
    if isinstance(error, MemoryError):
        return "it cannot be read: more memory is needed than there is"
    return f"it cannot be read ({type(error).__name__}: {first_line(error)}); rscnav inspect says what is in it"
