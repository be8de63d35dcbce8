"""File objects for libhdf5, so that each error is raised once and with its cause."""

import io
import os
from collections import OrderedDict

from rscnav.files.sealed.blocks import HEADER_BYTES, Header, block_at, check_block, write_all
from rscnav.files.sealed.regular import BLOCK_BYTES, DamagedError

_checked: OrderedDict[tuple[int, int, int, int, str], bytearray] = OrderedDict()  # checked blocks of a file
_REMEMBERED = 1000  # files


class _Stream(io.RawIOBase):
    """A file object of a descriptor, with a position."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.descriptor, self.at = descriptor, 0

    def end(self) -> int:
        """Return the size of the file as seen by libhdf5."""
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

    After a failed write, libhdf5 fails again when each open object is closed, also during garbage collection. Therefore the first error
    is raised and stored. Later writes go to memory, so that libhdf5 can close all objects.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self.error: OSError | None = None
        self.unwritten: list[tuple[int, bytes]] = []

    def write(self, data: "memoryview[int]") -> int:  # type: ignore[override]
        """Write at the position; raise only the first error."""
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
        """Return the size of the file, unwritten bytes included."""
        size = os.fstat(self.descriptor).st_size if self.descriptor >= 0 else 0
        return max([size, *(place + len(data) for place, data in self.unwritten)])

    def writable(self) -> bool:
        """Return True."""
        return True

    def give_up(self) -> None:
        """Ignore all later writes: the file is closed, but objects of libhdf5 may still exist."""
        self.error, self.descriptor = self.error or OSError("closed"), -1


class Input(_Stream):
    """A sealed file that is being read; libhdf5 receives only bytes that passed the check.

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
        """Return the end of the content; libhdf5 does not see the digests after it."""
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
            self.damage = error.reason  # stored, since libhdf5 may ignore the error
            raise
        self.checked[number] = 1
        return data
