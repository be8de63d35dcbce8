"""What libhdf5 writes into and reads from: Python's own files, so that errors are raised once, by us, and with their cause."""

import io
import os
from collections import OrderedDict

from rscnav.files.sealed.blocks import HEADER_BYTES, Header, block_at, check_block, write_all
from rscnav.files.sealed.regular import BLOCK_BYTES, DamagedError

_checked: OrderedDict[tuple[int, int, int, int, str], bytearray] = OrderedDict()  # which blocks of a file are sound
_REMEMBERED = 1000  # files


class _Stream(io.RawIOBase):
    """A file by its descriptor, with a position."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.descriptor, self.at = descriptor, 0

    def end(self) -> int:
        """Return where the file ends for libhdf5."""
        return os.fstat(self.descriptor).st_size

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self.at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.end()}[whence]
        return self.at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class Output(_Stream):
    """A file that is being written.

    libhdf5 does not survive a write that fails: every object that is closed later fails again, in the garbage collector too.
    So the first error is raised and remembered; what is written after that is kept in memory, and libhdf5 closes in peace.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self.error: OSError | None = None
        self.unwritten: list[tuple[int, bytes]] = []

    def write(self, data: "memoryview[int]") -> int:  # type: ignore[override]
        """Write at the position; the first error is raised."""
        start, n = self.at, len(data)
        self.at += n
        if self.error is None:
            try:
                write_all(self.descriptor, data, start)
            except OSError as error:
                self.error = error
                self.unwritten.append((start, bytes(data)))
                raise
        else:
            self.unwritten.append((start, bytes(data)))
        return n

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        """Fill a buffer from the position on; zeros beyond the end."""
        buffer, start, n = memoryview(buffer), self.at, len(buffer)
        self.at += n
        found = os.pread(self.descriptor, n, start) if self.descriptor >= 0 else b""
        buffer[:] = found.ljust(n, b"\0")
        for place, data in self.unwritten:
            first, last = max(start, place), min(start + n, place + len(data))
            if first < last:
                buffer[first - start : last - start] = data[first - place : last - place]
        return n

    def truncate(self, size: int | None = None) -> int:
        """Cut or extend the file."""
        size = self.at if size is None else size
        if self.error is None:
            try:
                os.ftruncate(self.descriptor, size)
            except OSError as error:
                self.error = error
                raise
        return size

    def end(self) -> int:
        """Return where the file ends, with what could not be written."""
        size = os.fstat(self.descriptor).st_size if self.descriptor >= 0 else 0
        return max([size, *(place + len(data) for place, data in self.unwritten)])

    def writable(self) -> bool:
        """Return True."""
        return True

    def give_up(self) -> None:
        """Write nothing from now on: the file is closed, and objects of libhdf5 that outlive it may do as they like."""
        self.error, self.descriptor = self.error or OSError("closed"), -1


class Input(_Stream):
    """A sealed file that is being read: no byte goes to libhdf5 that is not the one written.

    A block is checked when it is first read in this process, and again when the file has changed.
    """

    def __init__(self, descriptor: int, header: Header, table: bytes, path: str | os.PathLike[str]) -> None:
        super().__init__(descriptor)
        self.header, self.table, self.path = header, table, path
        self.damage = ""
        found = os.fstat(descriptor)
        key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, header.digest)
        self.checked = _checked.setdefault(key, bytearray(header.n_blocks))
        _checked.move_to_end(key)
        if len(_checked) > _REMEMBERED:
            _checked.popitem(last=False)

    def end(self) -> int:
        """Return where the content ends: libhdf5 need not know of the digests behind it."""
        return self.header.end

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        """Fill a buffer from the position on; zeros beyond the end."""
        buffer, start, n = memoryview(buffer), self.at, len(buffer)
        stop = min(start + n, self.header.end)
        self.at += n
        if start < HEADER_BYTES:
            head = self.header.encoded()[start:stop]
            buffer[: len(head)] = head
        first = max(start, HEADER_BYTES)
        while first < stop:
            number = (first - HEADER_BYTES) // BLOCK_BYTES
            block = HEADER_BYTES + number * BLOCK_BYTES
            last = min(stop, block + BLOCK_BYTES)
            if self.checked[number]:
                buffer[first - start : last - start] = os.pread(self.descriptor, last - first, first)
            else:
                buffer[first - start : last - start] = self._sound(number)[first - block : last - block]
            first = last
        if stop < start + n:
            buffer[max(0, stop - start) :] = bytes(start + n - max(stop, start))
        return n

    def _sound(self, number: int) -> bytes:
        data = block_at(self.descriptor, number, self.header.end)
        try:
            check_block(data, number, self.table, self.path)
        except DamagedError as error:
            self.damage = error.reason  # libhdf5 may go on without what it could not read
            raise
        self.checked[number] = 1
        return data
