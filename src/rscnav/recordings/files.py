"""The one door to a recorded file: NWB in HDF5 or Zarr, or plain arrays that a mapping makes the same of."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rscnav.config.arrays import Arrays
from rscnav.recordings.tolerant import read_tolerantly
from rscnav.sealed.hdf5 import CHANGED, check_sealed

ARRAY_ENDINGS = (".npz", ".mat")  # and .h5, .hdf5 where the mapping has `arrays`
_REMOTE = re.compile(r"^(https?|s3|gs|ftp|dandi|ssh|sftp)(://|:)", re.IGNORECASE)


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

    Raises
    ------
    FileNotFoundError
        For a missing file.
    ValueError
        For a remote address, a folder that is not Zarr, an empty or damaged file, one that is being written, plain arrays
        without `arrays`. The message says what to do.
    """
    text = os.fspath(path)
    refuse_unreadable(text)
    if arrays is not None:
        from rscnav.recordings.arrays import file_of_arrays

        yield file_of_arrays(text, arrays)
        return
    if text.lower().endswith(ARRAY_ENDINGS):
        raise ValueError(f"{text}: a file of plain arrays; say with the recording's key `arrays` what they are")
    if os.path.isfile(text):
        check_sealed(text, CHANGED)
    io = _opened(text)
    try:
        try:
            file = read_tolerantly(io)
        except Exception as error:  # whatever h5py, zarr or hdmf make of it
            raise ValueError(f"{text}: not an NWB file, or a damaged one ({_first_line(error)})") from None
        yield file
    finally:
        io.close()


def refuse_unreadable(text: str) -> None:
    """Raise for what no reader could open, each with its own cure; see `open_recording`."""
    if _REMOTE.match(text):
        raise ValueError(f"{text}: files are read from disk only; download it, and give the path of the copy as `file`")
    if not os.path.exists(text):
        raise FileNotFoundError(f"{text}: no such file; correct the recording's key `file`")
    if os.path.isdir(text):
        if not is_zarr(text):
            raise ValueError(
                f"{text}: a folder, not a file; for all files in it write the pattern file: {os.path.join(text, '*.nwb')}"
            )
        return
    if not os.access(text, os.R_OK):
        raise PermissionError(f"{text}: may not be read; its permissions are not yours")
    if os.path.getsize(text) == 0:
        raise ValueError(f"{text}: the file is empty (0 bytes); was a copy or a download cut short?")


def is_zarr(text: str) -> bool:
    """Tell whether a folder holds a Zarr store."""
    return any(os.path.exists(os.path.join(text, name)) for name in (".zgroup", ".zmetadata", ".zattrs", "zarr.json"))


def _opened(text: str) -> Any:
    """Open NWB by its backend."""
    if os.path.isdir(text):
        from hdmf_zarr import NWBZarrIO

        try:
            return NWBZarrIO(text, "r")
        except Exception as error:
            raise ValueError(f"{text}: not NWB in Zarr, or damaged ({_first_line(error)})") from None
    import pynwb  # takes longer to import than most jobs to start

    try:
        return pynwb.NWBHDF5IO(text, "r")
    except Exception as error:
        said = _first_line(error)
        if "truncated" in said:
            raise ValueError(f"{text}: the file is cut short ({said}); copy or download it again") from None
        if "lock" in said or "already open" in said:
            raise ValueError(
                f"{text}: another program has the file open for writing ({said}); close it there and run again"
            ) from None
        raise ValueError(f"{text}: not an NWB file, or a damaged one ({said})") from None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
