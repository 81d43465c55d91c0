"""The image of a store: the bytes of its file with the committed pages of its write-ahead log applied.

SQLite may write to a file that it opens, for example to recover after a crash. A damaged store is therefore examined as
an image in memory, so that its files are not changed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from spacedialog.store.recovery.wal import Frame, Log, has_sound_header, is_page_size, parse
from spacedialog.storefiles import MAGIC, side_file

PAGE_SIZE = 4096
"""The page size, in bytes, of the stores that this program creates."""

_ATTEMPTS = 5
_CHUNK = 1 << 20


class Image(NamedTuple):
    """A store's bytes as SQLite would read them, and its write-ahead log. `faults` are those of the files."""

    data: bytes
    page_size: int
    log: Log
    faults: tuple[str, ...]

    def repaired(self) -> Image:
        """Return the image with the commits of the log that SQLite does not read because of damage."""
        return self._replace(data=_with(self.data, self.log.lost, cut=False), log=Log(self.log.applied + self.log.lost))

    def opened(self) -> sqlite3.Connection:
        """Open the image as an untrusted database in memory. It is a copy and may be changed."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        # A cell of a hostile file must not claim more memory than a valid one can need.
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(len(self.data), 1 << 20))
        connection.text_factory = _decode
        connection.deserialize(_with_valid_header(self.data, self.page_size))
        return connection


def _decode(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def read(path: Path) -> Image:
    """Read the image of the store at `path`; OSError if the file cannot be read. The caller holds the store's lock."""
    wal = side_file(path, "-wal")
    for _ in range(_ATTEMPTS):
        before = _file_states(path, wal)
        # The log is read first: pages that SQLite moves to the file in the meantime are then in both.
        log = b""
        with suppress(FileNotFoundError):
            log = content(wal) if wal.is_file() else b""
        data = content(path)
        size = path.stat().st_size
        if _file_states(path, wal) == before:
            break
    faults = tuple(_header_faults(data))
    if size > len(data):
        faults += (f"the file has {size} bytes, and the last {size - len(data)} are empty",)
    for side in (side_file(path, ending) for ending in ("-wal", "-shm")):
        if os.path.lexists(side) and not side.is_file():
            faults += (f"{side.name} was not written by SQLite",)
    page_size = _page_size(data)
    frames = parse(log, (page_size, PAGE_SIZE))
    if frames.lost or not has_sound_header(log):
        faults += (f"{wal.name} is damaged: SQLite does not read changes committed after the damage",)
    return Image(_with(data, frames.applied, cut=True), page_size, frames, faults)


def content(file: Path | int) -> bytes:
    """Return the content of a file, or of a handle from its start, without the zeros that follow a database's pages.

    In a sparse file such zeros take no space on the disk, and may exceed the memory. One chunk of them is kept, because
    a page of a write-ahead log may end with zeros.
    """
    read, empty = bytearray(), 0
    with open(file, "rb", closefd=isinstance(file, Path)) as stream:
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            if chunk == bytes(len(chunk)):
                empty += len(chunk)
            else:
                read += bytes(empty) + chunk
                empty = 0
    stated = int.from_bytes(read[28:32], "big") * _page_size(read) if read.startswith(MAGIC) else 0
    read += bytes(min(empty, max(stated - len(read), _CHUNK)))
    return bytes(read)


def _file_states(*paths: Path) -> list[tuple[int, int]]:
    return [(status.st_size, status.st_mtime_ns) for path in paths if path.exists() for status in [path.stat()]]


def _page_size(data: bytes | bytearray) -> int:
    size = int.from_bytes(data[16:18], "big")
    size = 65536 if size == 1 else size
    return size if is_page_size(size) else PAGE_SIZE


def _header_faults(data: bytes) -> Iterator[str]:
    """Yield a description of each fault in the first 100 bytes of the file."""
    if data[:16] != MAGIC:
        yield "the file does not begin with the header of a SQLite database"
    size = int.from_bytes(data[16:18], "big")
    if size != 1 and _page_size(data) != size:
        yield f"the header has an invalid page size, {size}"
    if not {*data[18:20]} <= {1, 2} or data[20:21] != b"\0" or data[21:24] != b"\x40\x20\x20":
        yield "the header has an invalid format number"
    if len(data) % _page_size(data):
        yield f"the file's length ({len(data)} bytes) is not a whole number of pages"


def _with_valid_header(data: bytes, page_size: int) -> bytes:
    """Return the bytes with a repaired header, so that SQLite opens them; application id and version are kept."""
    whole = len(data) // page_size or 1
    header = bytearray(data[:100].ljust(100, b"\0"))
    header[:16] = MAGIC
    header[16:18] = (page_size if page_size < 65536 else 1).to_bytes(2, "big")
    header[18:24] = b"\1\1\0\x40\x20\x20"
    header[24:28] = header[92:96]
    header[28:32] = whole.to_bytes(4, "big")
    header[44:48] = b"\0\0\0\4"
    header[56:60] = b"\0\0\0\1"
    return (bytes(header) + data[100 : whole * page_size]).ljust(whole * page_size, b"\0")


def _with(data: bytes, frames: Sequence[Frame], *, cut: bool) -> bytes:
    """Return the bytes with the frames applied; with `cut`, in the length that the last commit gave them."""
    if not frames:
        return data
    size = len(frames[0].data)
    pages = bytearray(data)
    for frame in frames:
        end = frame.page * size
        # A damaged frame with a wrong page number must not use more memory than a valid one can need.
        if frame.page and end <= len(data) + len(frames) * size:
            pages.extend(bytes(max(0, end - len(pages))))
            pages[end - size : end] = frame.data
    return bytes(pages[: frames[-1].commits * size] if cut else pages)
