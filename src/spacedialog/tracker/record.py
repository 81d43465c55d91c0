"""Read access to a record: the store at a path or, without a store, the built-in record."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from spacedialog.errors import DateError, InputError, NotFoundError, PublicOnlyError, ReadOnlyError
from spacedialog.model.position import NOW, Scope
from spacedialog.model.vocabulary import DEFAULT_INTERVALS, Intervals
from spacedialog.store import database, log, sidefiles
from spacedialog.store.read.selection import find_value
from spacedialog.store.read.snapshot import Snapshot

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from spacedialog.model.entry import Entry

ROW_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""The errors that rows of a damaged store can raise."""


class Record:
    """The record in the store at `path`; without a store there, the built-in record.

    `today` is the local day, `now` returns the time in µs since 1970 (UTC), `entropy` returns the given number of
    random bytes, and `author` is the author of new entries. With `dry_run`, writes are rolled back; with
    `read_only`, they raise ReadOnlyError. With `public`, every read leaves internal entries out, and use cases that
    need the whole log raise PublicOnlyError. `intervals` decide the flags.
    """

    def __init__(
        self,
        path: Path,
        *,
        today: date,
        now: Callable[[], int],
        author: str,
        entropy: Callable[[int], bytes] = os.urandom,
        dry_run: bool = False,
        read_only: bool = False,
        public: bool = False,
        intervals: Intervals = DEFAULT_INTERVALS,
    ) -> None:
        self.path = path
        self.today = today
        self.author = author
        self.dry_run = dry_run
        self.read_only = read_only
        self.public = public
        self.intervals = intervals
        self._now = now
        self._entropy = entropy

    def path_to_write(self) -> Path:
        """Return the path of the store, for a write; ReadOnlyError or PublicOnlyError if that is not allowed."""
        if self.read_only:
            raise ReadOnlyError("the record")
        return self.whole_path()

    def whole_path(self) -> Path:
        """Return the path of the store, for a use case of the whole log; PublicOnlyError if reads are public."""
        if self.public:
            raise PublicOnlyError
        return self.path

    @property
    def has_store(self) -> bool:
        """Whether the store exists; StoreError if the path cannot be examined."""
        try:
            return self.path.exists()
        except OSError as error:
            raise database.store_error(self.path, error) from error

    @contextmanager
    def snapshot(self, scope: Scope = NOW) -> Iterator[Snapshot]:
        """Yield the state of the record that the scope names; its rows can be read until the block ends.

        Raises NotFoundError if the team's log has not reached `scope.at_seq`, InputError for an unknown dialogue.
        """
        with self._reading(scope) as connection:
            snapshot = Snapshot(connection, scope.as_of or self.today, self.intervals)
            try:
                keys = [find_value(snapshot, "dialogue", key) for key in scope.dialogues]
            except InputError as error:
                if not scope.origin:
                    raise
                error.add_place(scope.origin)
                raise
            yield snapshot.of(keys)

    def log(self, scope: Scope = NOW) -> Iterator[Entry]:
        """Yield every entry of the log in the order of recording that belongs to the scope."""
        with self._reading(scope) as connection:
            for entry in log.entries(connection):
                if not isinstance(entry.body, str):
                    # Only a damaged store has such a body; an error raised here is reported as damage.
                    raise TypeError(entry.id)
                yield entry

    @staticmethod
    def built_in_path() -> Path:
        """Return the folder of the built-in record's data files."""
        from spacedialog.importing.built_in import built_in_path

        return built_in_path()

    @contextmanager
    def _reading(self, scope: Scope = NOW) -> Iterator[sqlite3.Connection]:
        known_at, at_seq, public = scope.known_at, scope.at_seq, scope.public or self.public
        if public and at_seq is not None:
            raise InputError("the public record has no positions in the shared log", "use --known-at TIME")
        if self.has_store:
            opened: AbstractContextManager[sqlite3.Connection] = database.reading(self.path)
        else:
            from spacedialog.importing import built_in

            opened = closing(built_in.built_in_record())
        with self._reporting_damage(*ROW_ERRORS, DateError), opened as connection:
            if known_at is None and at_seq is None and not public:
                yield connection
                return
            if at_seq is not None and at_seq > (reached := log.shared_position(connection) or 0):
                raise NotFoundError(
                    f"this copy has not reached position {at_seq} of the shared log: it is at {reached}",
                    "run spacedialog sync"
                    if reached
                    else "leave out --at-seq; only the record of a team has positions",
                )
            with closing(database.past_record(connection, known_at=known_at, at_seq=at_seq, public=public)) as past:
                yield past

    @contextmanager
    def _reporting_damage(self, *errors: type[Exception]) -> Iterator[None]:
        """Turn these errors into a StoreError if the store is damaged; otherwise re-raise them, as bugs."""
        try:
            yield
        except errors as error:
            from spacedialog.maintenance import checks

            if self.has_store and not checks.is_sound(self.path):
                raise sidefiles.damaged_store_error(self.path) from error
            raise
