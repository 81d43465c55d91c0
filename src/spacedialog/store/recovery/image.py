"""A store's bytes, read without opening it: the file, with the committed pages of its write-ahead log laid over it.

SQLite writes to what it opens, be it only to sweep up after a crash. A damaged store is therefore looked at in an
image in memory, and its files stay as they are.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PAGE_SIZE = 4096
"""Bytes in a page of the stores that this program makes."""

_MAGIC = b"SQLite format 3\0"
_WAL_HEADER, _FRAME_HEADER = 32, 24
_PATIENCE = 5


class Image(NamedTuple):
    """A store's bytes as SQLite would see them.

    `beyond` has the pages, too, that stand in the write-ahead log after a damaged one, where SQLite stops; it is
    None where there are none. `odd` says in words what is odd about the files.
    """

    data: bytes
    page_size: int
    beyond: bytes | None
    odd: tuple[str, ...]

    def opened(self) -> sqlite3.Connection:
        """The image as a database in memory; what stands in it is not trusted. It may be altered: it is a copy."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        # One cell of a hostile file must not ask for more memory than any real one has.
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(len(self.data), 1 << 20))
        connection.text_factory = _text
        connection.deserialize(_mended(self.data, self.page_size))
        return connection


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def read(path: Path) -> Image:
    """The image of the store at `path`; OSError where the file cannot be read. Hold the store's lock meanwhile."""
    wal = path.with_name(path.name + "-wal")
    for _ in range(_PATIENCE):
        before = _stamps(path, wal)
        # The log first: what moves from it into the file in the meantime is in both.
        frames = b""
        with suppress(FileNotFoundError):
            frames = wal.read_bytes()
        data = path.read_bytes()
        if _stamps(path, wal) == before:
            break
    odd = tuple(_oddities(data))
    page_size = _page_size(data)
    if not frames:
        return Image(data, page_size, None, odd)
    sound, beyond = _overlaid(data, frames)
    if beyond is not None:
        odd += (f"{wal.name}: damaged; what stands after the damage is lost to SQLite",)
    return Image(sound, page_size, beyond, odd)


def _stamps(*paths: Path) -> list[tuple[int, int]]:
    return [(status.st_size, status.st_mtime_ns) for path in paths if path.exists() for status in [path.stat()]]


def _page_size(data: bytes) -> int:
    size = int.from_bytes(data[16:18], "big")
    size = 65536 if size == 1 else size
    return size if size >= 512 and size & (size - 1) == 0 else PAGE_SIZE


def _oddities(data: bytes) -> Iterator[str]:
    """What is wrong in the first 100 bytes of the file, in words."""
    if data[:16] != _MAGIC:
        yield "the file does not begin as a SQLite database does"
    size = int.from_bytes(data[16:18], "big")
    if size != 1 and _page_size(data) != size:
        yield f"the header names a page size of {size}, which there is not"
    if not {*data[18:20]} <= {1, 2} or data[20:21] != b"\0" or data[21:24] != b"\x40\x20\x20":
        yield "the header has a format that there is not"
    if len(data) % _page_size(data):
        yield f"the file's length ({len(data)} bytes) is not a whole number of pages"


def _mended(data: bytes, page_size: int) -> bytes:
    """The bytes with a header by which SQLite opens them in memory; what depends on a store stays as it is."""
    whole = len(data) // page_size or 1
    start = bytearray(data[:100].ljust(100, b"\0"))
    start[:16] = _MAGIC
    start[16:18] = (page_size if page_size < 65536 else 1).to_bytes(2, "big")
    start[18:24] = b"\1\1\0\x40\x20\x20"
    start[24:28] = start[92:96]
    start[28:32] = whole.to_bytes(4, "big")
    start[44:48] = b"\0\0\0\4"
    start[56:60] = b"\0\0\0\1"
    return (bytes(start) + data[100 : whole * page_size]).ljust(whole * page_size, b"\0")


class _Frame(NamedTuple):
    page: int
    commits: int  # pages in the database after the commit that this frame ends; 0 where it ends none
    sound: bool
    data: bytes


def _frames(log: bytes) -> Iterator[_Frame]:
    """The frames of the log's latest run, sound up to the first whose checksum does not fit."""
    if len(log) < _WAL_HEADER:
        return
    magic, _, size = struct.unpack(">III", log[:12])
    order = ">" if magic & 1 else "<"
    size = size if size >= 512 and size & (size - 1) == 0 else PAGE_SIZE
    check = _checksum(log[:24], (0, 0), order)
    sound = check == struct.unpack(">II", log[24:32]) and magic | 1 == 0x377F0683
    for start in range(_WAL_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        head, data = log[start : start + _FRAME_HEADER], log[start + _FRAME_HEADER : start + _FRAME_HEADER + size]
        page, commits = struct.unpack(">II", head[:8])
        of_this_run = head[8:16] == log[16:24]
        if sound:
            check = _checksum(data, _checksum(head[:8], check, order), order)
            sound = of_this_run and check == struct.unpack(">II", head[16:24])
        # Where it is the frame's head that is damaged, what page it is of cannot be told.
        yield _Frame(page, commits, sound, data) if of_this_run else _Frame(0, 0, False, data)


def _checksum(data: bytes, seed: tuple[int, int], order: str) -> tuple[int, int]:
    """The log's running checksum, https://sqlite.org/fileformat2.html#checksum_algorithm."""
    first, second = seed
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for low, high in zip(words[::2], words[1::2], strict=True):
        first = (first + low + second) & 0xFFFFFFFF
        second = (second + high + first) & 0xFFFFFFFF
    return first, second


def _overlaid(data: bytes, log: bytes) -> tuple[bytes, bytes | None]:
    """The file with the log's sound commits over it; and with those after a damaged frame too, where there are any."""
    frames = list(_frames(log))
    ends = [number for number, frame in enumerate(frames) if frame.commits]
    last_sound = max((number for number in ends if frames[number].sound), default=-1)
    sound = _laid(data, frames[: last_sound + 1])
    torn = any(not frame.sound for frame in frames[: ends[-1] + 1]) if ends else False
    return sound, _laid(sound, frames[last_sound + 1 : ends[-1] + 1], cut=False) if torn else None


def _laid(data: bytes, frames: list[_Frame], *, cut: bool = True) -> bytes:
    if not frames:
        return data
    size = len(frames[0].data)
    pages = bytearray(data)
    for frame in frames:
        end = frame.page * size
        # A page number from a damaged frame must not ask for memory that no store has.
        if frame.page and end <= len(data) + len(frames) * size:
            pages.extend(bytes(max(0, end - len(pages))))
            pages[end - size : end] = frame.data
    if cut:
        return bytes(pages[: frames[-1].commits * size])
    # Behind them the pages that have no place: a change may stand in one.
    return bytes(pages) + b"".join(frame.data for frame in frames if not frame.page)
