"""Named checkpoints: the position in the log up to which a brief reported, in a small file beside the database.

The file is beside the database because cron may have no home directory, and because it belongs to this database only.
"""

from __future__ import annotations

import json
import os
import re
import stat
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from spacedialog import atomic
from spacedialog.errors import InputError, StoreError
from spacedialog.model.position import Position, Since
from spacedialog.model.vocabulary import NAME_PATTERN
from spacedialog.storefiles import CHECKPOINT

if TYPE_CHECKING:
    from spacedialog.store.read.snapshot import Snapshot

_FORMAT = "spacedialog-checkpoint/1"
_MAX_SIZE = 4_096
"""The maximum size of a checkpoint file in bytes; `save` writes much less."""


class Checkpoint:
    """The checkpoint `name` of the database at `store`; InputError for an invalid name.

    With `public`, it is that of briefs on the public record.

    `since` sets `is_new` if nothing was saved, and `store_was_replaced` if the log was never at the saved position.
    """

    def __init__(self, store: Path, name: str, *, public: bool = False) -> None:
        if not re.fullmatch(NAME_PATTERN, name):
            raise InputError(
                f"--checkpoint: '{name}' is not a valid name", "use letters, digits, . _ and - only, such as weekly"
            )
        self.is_new = False
        self.store_was_replaced = False
        self._path = store.with_name(f"{store.name}{CHECKPOINT}{name}{'.public' if public else ''}")
        self._reached: tuple[date, Position] | None = None

    def since(self, snapshot: Snapshot) -> Since:
        """Return the saved point, or the end of the log if none was saved; StoreError if it cannot be read.

        If the log was never at the saved position, entries recorded after the saved time are new.
        """
        saved = self._load()
        if saved is None:
            self.is_new = True
            return Since(snapshot.day, snapshot.day, entries=snapshot.position().entries)
        day, position = saved
        if snapshot.has_been_at(position):
            return Since(day, day, entries=position.entries)
        self.store_was_replaced = True
        return Since(day, day, recorded=(position.recorded or 0) + 1)

    def reach(self, day: date, position: Position) -> None:
        """Set the point up to which a brief reported; `save` saves it."""
        self._reached = day, position

    def save(self) -> None:
        """Save the point set by `reach`; StoreError if the file cannot be written, which then stays unchanged."""
        if self._reached is None:
            raise ValueError("no brief was made from this checkpoint")
        day, position = self._reached
        content = {
            "format": _FORMAT,
            "day": day.isoformat(),
            "entries": position.entries,
            "last": position.last,
            "recorded": position.recorded,
        }
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic.write(self._path, (json.dumps(content) + "\n").encode(), store=None)
        except OSError as error:
            raise StoreError(
                f"{self._path}: the checkpoint was not saved: {error.strerror}",
                "make the folder writable; until then the next brief repeats these entries",
            ) from error

    def _load(self) -> tuple[date, Position] | None:
        try:
            saved = json.loads(_content(self._path))
            if saved["format"] != _FORMAT:
                raise ValueError(saved["format"])
            day, entries, last, recorded = (saved[name] for name in ("day", "entries", "last", "recorded"))
            if not (_is_count(entries) and isinstance(last, str | None) and (recorded is None or _is_count(recorded))):
                raise TypeError
            return date.fromisoformat(day), Position(entries, last, recorded)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}", "make the file readable") from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise StoreError(
                f"{self._path}: this is not a valid checkpoint",
                "use another name with --checkpoint, or rename the file",
            ) from error


def _content(path: Path) -> bytes:
    """Return the content of a small regular file; ValueError for another file."""
    # Opening a pipe for reading would otherwise wait until a program writes to it.
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        content = file.read(_MAX_SIZE + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    if not 0 < len(content) <= _MAX_SIZE:
        raise ValueError(path)
    return content


def _is_count(value: object) -> bool:
    """Return whether a value is a whole number, not negative and within the range of SQLite."""
    return type(value) is int and 0 <= value < 2**62
