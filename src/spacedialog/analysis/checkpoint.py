"""Checkpoints: by what name a brief went how far, in a small file beside the store, outside the log.

It stands beside the store since cron may know no home, and since it is about this store and no other.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from spacedialog import atomic
from spacedialog.errors import InputError, StoreError
from spacedialog.model.vocabulary import NAME_PATTERN
from spacedialog.store.read.history import Position, Since

if TYPE_CHECKING:
    from spacedialog.store.read.snapshot import Snapshot

_FORMAT = "spacedialog-checkpoint/1"


class Checkpoint(NamedTuple):
    """How far a brief went: the day of its view, and the position in the log."""

    day: date
    position: Position


def path_of(store: Path, name: str) -> Path:
    """The file of a checkpoint; InputError where that cannot be its name."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise InputError(f"--checkpoint: '{name}' is not a name", "write letters, digits and - only, such as weekly")
    return store.with_name(f"{store.name}.checkpoint-{name}")


def load(path: Path) -> Checkpoint | None:
    """The checkpoint that is kept there, if there is any; StoreError where that cannot be read."""
    try:
        kept = json.loads(path.read_bytes())
        if kept["format"] != _FORMAT:
            raise ValueError(kept["format"])
        day, entries, last, recorded = (kept[name] for name in ("day", "entries", "last", "recorded"))
        if not isinstance(entries, int) or not isinstance(recorded, int | None):
            raise TypeError
        return Checkpoint(date.fromisoformat(day), Position(entries, last, recorded))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}", "see that it can be read") from error
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"{path}: this is not a checkpoint that this program knows",
            "remove it, and say with --since from where on to begin again",
        ) from error


def since(path: Path, view: Snapshot) -> Since:
    """What is news after the checkpoint that is kept there: all, where there is none.

    A log that was never at its position was made anew; of that it is what was recorded later.
    """
    kept = load(path)
    if kept is None:
        return Since()
    if view.has_been_at(kept.position):
        return Since(kept.day, kept.day, entries=kept.position.entries)
    return Since(kept.day, kept.day, recorded=(kept.position.recorded or 0) + 1)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Save the checkpoint, whole or not at all, also while other programs save it; StoreError if that fails."""
    position = checkpoint.position
    content = {
        "format": _FORMAT,
        "day": checkpoint.day.isoformat(),
        "entries": position.entries,
        "last": position.last,
        "recorded": position.recorded,
    }
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.write(path, (json.dumps(content) + "\n").encode())
    except OSError as error:
        raise StoreError(
            f"{path}: the checkpoint was not kept: {error.strerror}",
            "see that the store's folder can be written to; the next brief says the same again",
        ) from error
