"""The frames of a write-ahead log: those that SQLite applies, and those that it does not read because of damage.

SQLite applies the frames up to the first one that is damaged, or none if the header of the log is damaged. The later
frames can still be verified, because each stores the running checksum of the log up to its end.
Source: https://sqlite.org/fileformat2.html#walformat.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

_MAGIC = 0x377F0682
_HEADER, _FRAME_HEADER = 32, 24
_WORD = 1 << 32

_Sums = tuple[int, int]


class Frame(NamedTuple):
    """A page in the log: its number, 0 if unknown, and its content.

    `commits` is the number of pages of the database after the commit that this frame ends; 0 if it ends none.
    """

    page: int
    commits: int
    data: bytes


class Log(NamedTuple):
    """The committed frames since the last reset of the log: those that SQLite applies, and those that it does not."""

    applied: tuple[Frame, ...] = ()
    lost: tuple[Frame, ...] = ()


class _Read(NamedTuple):
    """A frame with the checks of its header. It is linked if its checksum continues that of the frame before."""

    frame: Frame
    salts: bytes
    is_linked: bool
    is_repaired: bool


def is_page_size(size: int) -> bool:
    """Return whether a database can have pages of this size, in bytes."""
    return 512 <= size <= 65536 and size & (size - 1) == 0


def has_sound_header(log: bytes) -> bool:
    """Return whether SQLite would read a log: its header is sound, or it is blank, as before the first write.

    `log` needs to contain the header only.
    """
    header = log[:_HEADER]
    if not header.strip(b"\0") or len(header) < _HEADER:
        return True
    magic, _, size = struct.unpack(">III", header[:12])
    is_known = magic in (_MAGIC, _MAGIC | 1) and is_page_size(size)
    return is_known and _checksum(header[:24], (0, 0), _order(magic)) == _sums(header[24:])


def parse(log: bytes, sizes: Iterable[int]) -> Log:
    """Return the committed frames of a log. `sizes` are the likely sizes of a page, for a log with a damaged header.

    A reset writes a new header with other salts at the start of the log, and leaves the earlier frames after the new
    ones. The earlier frames are already in the database file, and are not returned.
    """
    if len(log) < _HEADER:
        return Log()
    magic, _, size = struct.unpack(">III", log[:12])
    order, is_sound = _order(magic), has_sound_header(log) and size > 0
    if is_sound:
        salts, frame = log[16:24], _FRAME_HEADER + size
        starts = (start for start in range(_HEADER, len(log), frame) if log[start + 8 : start + 16] == salts)
        # One frame more, because the salts of the last one may be damaged.
        read = list(_frames(log[: max(starts, default=_HEADER) + 2 * frame], order, size))
    else:
        readings = [list(_frames(log, order, size)) for size in {*sizes} for order in "<>"]
        read = max(readings, key=lambda frames: sum(frame.is_linked for frame in frames))
        salts = _first_salts(read)
    current = max((number for number, frame in enumerate(read, 1) if frame.salts == salts), default=0)
    while current < len(read) and read[current].is_linked:  # only the salts of this frame are damaged
        current += 1
    intact = 0
    while is_sound and intact < current and read[intact].is_linked and read[intact].salts == salts:
        intact += 1
    frames = tuple(
        # The number of a page is trusted if other parts of the frame's header are correct.
        each.frame if each.is_linked or each.is_repaired or each.salts == salts else each.frame._replace(page=0)
        for each in read[:current]
    )
    commits = [number for number, frame in enumerate(frames, 1) if frame.commits]
    end = max((number for number in commits if number <= intact), default=0)
    return Log(frames[:end], frames[end : max(commits, default=0)])


def _order(magic: int) -> str:
    """Return the byte order of the words from which the checksums are computed."""
    return ">" if magic & 1 else "<"


def _first_salts(read: Sequence[_Read]) -> bytes:
    """Return the salts of the first frames that are linked, which are those of the last reset."""
    salts: Counter[bytes] = Counter()
    for frame in read:
        if salts and not frame.is_linked:
            break
        if frame.is_linked:
            salts[frame.salts] += 1
    return salts.most_common(1)[0][0] if salts else b"".join(frame.salts for frame in read[:1])


def _frames(log: bytes, order: str, size: int) -> Iterator[_Read]:
    # Damage may be in the stored checksum or in what it covers, so the next frame may continue the stored or the
    # computed one.
    before = [_sums(log[24:32]), _checksum(log[:24], (0, 0), order)]
    for start in range(_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        head, data = log[start : start + _FRAME_HEADER], log[start + _FRAME_HEADER : start + _FRAME_HEADER + size]
        words, stored = head[:8], _sums(head[16:24])
        computed = [_checksum(data, _checksum(words, sums, order), order) for sums in dict.fromkeys(before)]
        is_linked = stored in computed and any(words[:4])
        repaired = None if is_linked else _repaired(words, size, [(sums, stored) for sums in computed], order)
        page, commits = struct.unpack(">II", repaired or words)
        before = [stored, computed[0]]
        yield _Read(Frame(page, commits, data), head[8:16], is_linked, repaired is not None)


def _repaired(words: bytes, size: int, sums: Sequence[tuple[_Sums, _Sums]], order: str) -> bytes | None:
    """Return the page number and the commit of a frame, corrected by its checksum, if only one of them is damaged.

    `sums` are pairs of a computed and a stored checksum. A checksum is a linear function of the bytes that it covers,
    so the difference of a pair shows by how much a word is wrong.
    """
    for at, unit in ((0, (1, 1)), (4, (0, 1))):
        first, second = _unit_effect(size, unit)
        for computed, stored in sums:
            differences = ((stored[0] - computed[0]) % _WORD, (stored[1] - computed[1]) % _WORD)
            # One of the factors is odd, and has an inverse.
            factor, difference = (first, differences[0]) if first & 1 else (second, differences[1])
            error = difference * pow(factor, -1, _WORD) % _WORD
            if (first * error % _WORD, second * error % _WORD) == differences:
                word = (struct.unpack_from(f"{order}I", words, at)[0] + error) % _WORD
                return words[:at] + struct.pack(f"{order}I", word) + words[at + 4 :]
    return None


@cache
def _unit_effect(size: int, unit: _Sums) -> _Sums:
    return _checksum(bytes(size), unit, ">")


def _sums(stored: bytes) -> _Sums:
    first, second = struct.unpack(">II", stored)
    return first, second


def _checksum(data: bytes, seed: _Sums, order: str) -> _Sums:
    """Return the running checksum of the log. Source: https://sqlite.org/fileformat2.html#checksum_algorithm."""
    first, second = seed
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for low, high in zip(words[::2], words[1::2], strict=True):
        first = (first + low + second) & 0xFFFFFFFF
        second = (second + high + first) & 0xFFFFFFFF
    return first, second
