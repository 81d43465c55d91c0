"""The image of a store: the bytes of its file with the committed pages of its write-ahead log applied.

SQLite may write to a file that it opens, for example to recover after a crash. A damaged store is therefore examined as
an image in memory, so that its files are not changed.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from spacedialog.storefiles import MAGIC

PAGE_SIZE = 4096
"""The page size, in bytes, of the stores that this program creates."""

_WAL_HEADER, _FRAME_HEADER = 32, 24
_ATTEMPTS = 5


class Image(NamedTuple):
    """A store's bytes as SQLite would read them.

    SQLite stops at the first damaged page of the write-ahead log. `beyond` also has the pages after it, and is None if
    there are none. `odd` describes the faults of the files.
    """

    data: bytes
    page_size: int
    beyond: bytes | None
    odd: tuple[str, ...]

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
    wal = path.with_name(path.name + "-wal")
    for _ in range(_ATTEMPTS):
        before = _file_states(path, wal)
        # The log is read first: pages that SQLite moves to the file in the meantime are then in both.
        log = b""
        with suppress(FileNotFoundError):
            log = wal.read_bytes()
        data = path.read_bytes()
        if _file_states(path, wal) == before:
            break
    odd = tuple(_oddities(data))
    page_size = _page_size(data)
    if not log:
        return Image(data, page_size, None, odd)
    sound, beyond = _with_log(data, log)
    if beyond is not None:
        odd += (f"{wal.name}: damaged; what stands after the damage is lost to SQLite",)
    return Image(sound, page_size, beyond, odd)


def _file_states(*paths: Path) -> list[tuple[int, int]]:
    return [(status.st_size, status.st_mtime_ns) for path in paths if path.exists() for status in [path.stat()]]


def _page_size(data: bytes) -> int:
    size = int.from_bytes(data[16:18], "big")
    size = 65536 if size == 1 else size
    return size if size >= 512 and size & (size - 1) == 0 else PAGE_SIZE


def _oddities(data: bytes) -> Iterator[str]:
    """Yield a description of each fault in the first 100 bytes of the file."""
    if data[:16] != MAGIC:
        yield "the file does not begin as a SQLite database does"
    size = int.from_bytes(data[16:18], "big")
    if size != 1 and _page_size(data) != size:
        yield f"the header names a page size of {size}, which there is not"
    if not {*data[18:20]} <= {1, 2} or data[20:21] != b"\0" or data[21:24] != b"\x40\x20\x20":
        yield "the header has a format that there is not"
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


class _Frame(NamedTuple):
    page: int
    commits: int  # pages of the database after the commit that this frame ends; 0 if it ends none
    sound: bool
    data: bytes


def _frames(log: bytes) -> Iterator[_Frame]:
    """Yield the frames of the write-ahead log since its last reset; they are sound up to the first wrong checksum."""
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
        is_current = head[8:16] == log[16:24]
        if sound:
            check = _checksum(data, _checksum(head[:8], check, order), order)
            sound = is_current and check == struct.unpack(">II", head[16:24])
        # The page number is unknown if the frame's header is damaged.
        yield _Frame(page, commits, sound, data) if is_current else _Frame(0, 0, False, data)


def _checksum(data: bytes, seed: tuple[int, int], order: str) -> tuple[int, int]:
    """Return the running checksum of the log. Source: https://sqlite.org/fileformat2.html#checksum_algorithm."""
    first, second = seed
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for low, high in zip(words[::2], words[1::2], strict=True):
        first = (first + low + second) & 0xFFFFFFFF
        second = (second + high + first) & 0xFFFFFFFF
    return first, second


def _with_log(data: bytes, log: bytes) -> tuple[bytes, bytes | None]:
    """Return the file with the sound commits of the log applied.

    If a frame is damaged, also return the file with the later commits applied, else None.
    """
    frames = list(_frames(log))
    ends = [number for number, frame in enumerate(frames) if frame.commits]
    last_sound = max((number for number in ends if frames[number].sound), default=-1)
    sound = _applied(data, frames[: last_sound + 1])
    torn = any(not frame.sound for frame in frames[: ends[-1] + 1]) if ends else False
    return sound, _applied(sound, frames[last_sound + 1 : ends[-1] + 1], cut=False) if torn else None


def _applied(data: bytes, frames: list[_Frame], *, cut: bool = True) -> bytes:
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
    if cut:
        return bytes(pages[: frames[-1].commits * size])
    # Pages without a known number follow at the end, because they may contain an entry.
    return bytes(pages) + b"".join(frame.data for frame in frames if not frame.page)
