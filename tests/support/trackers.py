"""Trackers for tests: each in a folder of its own, with a clock that the test sets and identifiers that repeat."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from spacedialog.tracker import Tracker

TODAY = date(2026, 12, 1)
NOON = round(datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp() * 1_000_000)
"""Noon of `TODAY`, in µs since 1970."""


class Clock:
    """A clock that starts at `now` and advances by 1 µs at each reading; set `now` to move it."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        self.now += 1
        return self.now


def entropy(seed: str) -> Callable[[int], bytes]:
    """Return a source of bytes that never repeats within a run and gives the same bytes in every run."""
    numbers = count()
    return lambda size: hashlib.shake_128(f"{seed}{next(numbers)}".encode()).digest(size)


class Maker:
    """Makes trackers, each in a new folder unless a path is given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self.templates: dict[str, Path] = {}

    def __call__(
        self,
        like: str | Path | None = None,
        *,
        path: Path | None = None,
        today: date = TODAY,
        clock: Callable[[], int] | None = None,
        author: str = "Zenda",
        dry_run: bool = False,
        seed: str = "",
    ) -> Tracker:
        """Return a tracker with the store at `path`, by default in a new folder.

        There is no store yet, unless `like` names one to copy: `ruritania` (the invented record), `empty`, `built-in`,
        or the path of a store.
        """
        number = next(self._numbers)
        store = path or self._folder / str(number) / "folder" / "spacedialog.db"
        if like:
            store.parent.mkdir(parents=True, mode=0o700)
            shutil.copy(self.templates[like] if isinstance(like, str) else like, store)
        return Tracker(
            store,
            today=today,
            now=clock or Clock(),
            author=author,
            entropy=entropy(seed or str(number)),
            dry_run=dry_run,
        )
