"""Layout of a sealed HDF5 file.

===================  ==========================================================================================
first 512 bytes      HDF5's user block: `Header` as text; HDF5 and all programs that use it pass over it
content              what libhdf5 wrote
last bytes           the sha256 of each block of content, one after the other; beyond the end that HDF5 knows of
===================  ==========================================================================================

Each block has its own digest. Only the blocks that are read are checked, so that reading a small part of a large session is fast.
"""

import hashlib
import os
import re
from dataclasses import dataclass

from rscnav.files.sealed.regular import BLOCK_BYTES, DamagedError

HEADER_BYTES = 512  # the minimum of HDF5
DIGEST_BYTES = 32
MAGIC = b"rscnav sealed file 1\n"
_TEXT = re.compile(
    rb"rscnav sealed file 1\nformat: ([ -~]{1,64})\nend of content: (\d{1,18})\nsha256: ([0-9a-f]{64})\n"
)


@dataclass(frozen=True)
class Header:
    """Header of a sealed file."""

    format: str  # for example ``rscnav session 4``
    end: int  # where the content ends and the digests begin
    digest: str  # SHA-256 of the lines before it and of all digests; it identifies the whole content

    @property
    def n_blocks(self) -> int:
        """Count of blocks of content."""
        return -(-(self.end - HEADER_BYTES) // BLOCK_BYTES)

    def encoded(self) -> bytes:
        """Return the header as 512 bytes."""
        return (_lines(self.format, self.end) + f"sha256: {self.digest}\n".encode()).ljust(HEADER_BYTES, b" ")


def _lines(name: str, end: int) -> bytes:
    return MAGIC + f"format: {name}\nend of content: {end}\n".encode()


def _root(name: str, end: int, table: bytes) -> str:
    return hashlib.sha256(_lines(name, end) + table).hexdigest()


def read_header(descriptor: int) -> Header | None:
    """Read the header of a file; None if it is not a sealed file, or its header is damaged."""
    data = os.pread(descriptor, HEADER_BYTES, 0)
    found = _TEXT.match(data)
    if found is None:
        return None
    header = Header(found[1].decode(), int(found[2]), found[3].decode())
    return header if header.encoded() == data and header.end >= HEADER_BYTES else None


def read_table(descriptor: int, header: Header, path: str | os.PathLike[str]) -> bytes:
    """Read the digests of a file's blocks, and check them against the header.

    Raises
    ------
    DamagedError
        If the size of the file or the digests changed.
    """
    size, expected = os.fstat(descriptor).st_size, header.end + DIGEST_BYTES * header.n_blocks
    if size < expected:
        raise DamagedError(path, f"cut short or changed after it was written ({size:,} bytes of {expected:,})")
    table = os.pread(descriptor, size - header.end, header.end) if size == expected else b""
    if _root(header.format, header.end, table) != header.digest:
        raise DamagedError(path, "damaged, or changed after it was written (its sha256 differs)")
    return table


def check_block(data: bytes, number: int, table: bytes, path: str | os.PathLike[str]) -> None:
    """Raise a DamagedError if a block of content changed after it was written."""
    if hashlib.sha256(data).digest() != table[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]:
        start = HEADER_BYTES + number * BLOCK_BYTES
        raise DamagedError(
            path, f"damaged, or changed after it was written (sha256 of the bytes {start:,} to {start + len(data):,})"
        )


def block_at(descriptor: int, number: int, end: int) -> bytes:
    """Read one block of content."""
    start = HEADER_BYTES + number * BLOCK_BYTES
    return os.pread(descriptor, min(BLOCK_BYTES, end - start), start)


def seal(descriptor: int, name: str) -> None:
    """Append the digests of all blocks to a closed HDF5 file, and write its header."""
    end = os.fstat(descriptor).st_size
    n_blocks = Header(name, end, "").n_blocks
    table = b"".join(hashlib.sha256(block_at(descriptor, k, end)).digest() for k in range(n_blocks))
    write_all(descriptor, table, end)
    write_all(descriptor, Header(name, end, _root(name, end, table)).encoded(), 0)


def write_all(descriptor: int, data: bytes | memoryview, at: int) -> None:
    """Write all bytes at a position of a file; repeat partial writes, which occur on a nearly full disk."""
    left = memoryview(data).cast("B")
    while left:
        written = os.pwrite(descriptor, left, at)
        left, at = left[written:], at + written
