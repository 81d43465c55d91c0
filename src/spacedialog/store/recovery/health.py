"""The health of a store: what SQLite, the schema, the search and the tables that are kept of the fold have to say.

Each question is asked of a store's image in memory (`store.image`), and answers with a finding, never an error.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from typing import Any, NamedTuple

from spacedialog.model.entry import Entry
from spacedialog.store import database
from spacedialog.store.database import SQLITE_ERRORS, sqlite_message
from spacedialog.store.recovery.image import Image
from spacedialog.store.recovery.salvage import Salvaged, salvage
from spacedialog.store.schema import OWN_TABLES, PROJECTION_TABLES, SCHEMA_VERSION
from spacedialog.store.trust import OLD_TRIGGER

_MOST = 1000
"""How many faults SQLite is asked for."""

_TRIGGER = ("trigger", "change_keeps_its_words")
_ALWAYS = (
    ("table", "change"),
    ("index", "idx_change_ts"),
    ("index", "idx_change_item"),
    _TRIGGER,
    ("trigger", "change_stays"),
)
"""What a store of any schema has."""

_STRICT = ")STRICT"
_SQUEEZED = re.compile(r"[\s\"'`\[\]]")


class CheckResult(NamedTuple):
    """How many things were looked at, and what was found wrong with them, one sentence each."""

    looked_at: int
    said: tuple[str, ...]


class Examination:
    """A store's image, opened. Use it as a context manager.

    Only tables that are as this program makes them are asked anything: a view in the place of one could do
    whatever it likes. `why` says what kept SQLite from reading the image at all.
    """

    def __init__(self, image: Image) -> None:
        self.image = image
        self.why = ""
        self.version = 0
        self.application = 0
        self.schema = CheckResult(0, ())
        self._usable: set[str] = set()
        self.connection = image.opened()

    def __enter__(self) -> Examination:
        try:
            self._ask()
        except SQLITE_ERRORS as first:
            # SQLite then passes over what it cannot make sense of; this is a copy, and nothing in it is trusted.
            self.connection.execute("PRAGMA writable_schema = ON")
            try:
                self._ask()
            except SQLITE_ERRORS as error:
                self.why = sqlite_message(error)
                self.schema = CheckResult(0, (f"cannot be read: {self.why}",))
            else:
                self.schema = self.schema._replace(said=(sqlite_message(first), *self.schema.said))
        return self

    def _ask(self) -> None:
        (self.application,) = self.connection.execute("PRAGMA application_id").fetchone()
        (self.version,) = self.connection.execute("PRAGMA user_version").fetchone()
        self.schema = self._compare_schema()

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _compare_schema(self) -> CheckResult:
        there = _objects(self.connection)
        with closing(database.in_memory()) as wanted_connection:
            wanted = _objects(wanted_connection)
        if self.version < SCHEMA_VERSION and not there.keys() - wanted.keys() - {
            key for key in there if _is_bookkeeping(key[1])
        }:
            # An older store has the log, and whatever else its schema had by then.
            wanted = {key: sql for key, sql in wanted.items() if key in there or key in _ALWAYS}
            for key in wanted.keys() & there.keys():
                if key[0] == "table" and _gains_columns(there[key][1], wanted[key][1]):
                    wanted[key] = there[key]
            if there.get(_TRIGGER) == ("change", _SQUEEZED.sub("", OLD_TRIGGER)):
                wanted[_TRIGGER] = there[_TRIGGER]
        said = []
        for key, (table, sql) in there.items():
            kind, name = key
            if key in wanted:
                if wanted[key] != (table, sql):
                    said.append(f"the {kind} {name} is not as this program makes it")
            elif not _is_bookkeeping(name):
                said.append(f"this program made no {kind} {name}" + (f" on {table}" if table != name else ""))
        said += [f"the {kind} {name} is missing" for kind, name in wanted if (kind, name) not in there]
        self._usable = {
            name for (kind, name), shape in there.items() if kind == "table" and wanted.get((kind, name)) == shape
        }
        return CheckResult(len(there), tuple(said))

    def integrity(self) -> CheckResult:
        """Whether the pages, the rows and the indexes of the file hold together."""
        pages = len(self.image.data) // self.image.page_size
        if self.why:
            return CheckResult(pages, (f"cannot be read: {self.why}",))
        # Where anything strange stands in the schema, only the tables that are known are looked at.
        asks = [f"PRAGMA integrity_check({_MOST})"]
        if self.schema.said:
            asks = [f"PRAGMA integrity_check({table})" for table in sorted(self._usable & {*OWN_TABLES})]
        said: list[str] = []
        for ask in asks:
            try:
                said += [line for (text,) in self.connection.execute(ask) for line in str(text).splitlines()]
            except SQLITE_ERRORS as error:
                said.append(sqlite_message(error))
        return CheckResult(
            pages, tuple(line for line in said if line != "ok" and not line.startswith("*** in database"))
        )

    def foreign_keys(self) -> CheckResult:
        """Whether every row that is pointed to is there."""
        try:
            broken = self.connection.execute("PRAGMA foreign_key_check").fetchall() if not self.schema.said else []
        except SQLITE_ERRORS as error:
            return CheckResult(0, (sqlite_message(error),))
        return CheckResult(
            len(self._usable),
            tuple(f"{table}, row {row}: {parent} has no such row" for table, row, parent, _ in broken),
        )

    def changes(self) -> Salvaged:
        """The changes that the store holds, and the names of those that are damaged."""
        usable = not self.why and "change" in self._usable
        sqlite_message = self.why or "the table of changes is not as this program makes it"
        return salvage(self.image, self.connection if usable else None, "" if usable else sqlite_message)

    def fold(self, changes: Iterable[Entry]) -> tuple[int, dict[str, list[str]]]:
        """How many items there are, and the tables by the items for which they are not what the log gives."""
        differing: dict[str, list[str]] = {}
        items: set[str] = set()
        with closing(database.record_from(changes)) as fresh:
            for table in PROJECTION_TABLES:
                if self.version < SCHEMA_VERSION and table not in self._usable:
                    continue
                columns = _columns(self.connection if table in self._usable else fresh, table)
                wanted = _rows(fresh, table, columns)
                try:
                    if table not in self._usable:
                        raise sqlite3.DatabaseError("it is not as this program makes it")
                    kept = _rows(self.connection, table, columns)
                except SQLITE_ERRORS as error:
                    differing.setdefault(f"all of {table}: {sqlite_message(error)}", [])
                    continue
                place = columns.index("item")
                items.update(str(row[place]) for row in wanted)
                for row in (wanted - kept) + (kept - wanted):
                    tables = differing.setdefault(str(row[place]), [])
                    if table not in tables:
                        tables.append(table)
        return len(items), differing

    def search(self) -> CheckResult:
        """Whether the index of the words is that of the table of words."""
        if "words_fts" not in self._usable or "words" not in self._usable:
            older = self.version < SCHEMA_VERSION and not self.why
            return CheckResult(0, () if older else ("cannot be read",))
        try:
            (count,) = self.connection.execute("SELECT count(*) FROM words").fetchone()
            self.connection.execute("INSERT INTO words_fts(words_fts, rank) VALUES ('integrity-check', 1)")
        except SQLITE_ERRORS as error:
            return CheckResult(0, (f"the search finds other words than there are: {sqlite_message(error)}",))
        return CheckResult(count, ())

    def positions(self) -> CheckResult:
        """Whether the positions in the team's log are taken without a hole up to where it was read, and once each."""
        if not self._usable >= {"change", "team", "quarantine"}:
            return CheckResult(0, ())
        taken = "SELECT seq FROM change WHERE seq NOT NULL UNION ALL SELECT seq FROM quarantine WHERE seq NOT NULL"
        try:
            members = self.connection.execute("SELECT cursor FROM team").fetchall()
            count, different, first, last = self.connection.execute(
                f"SELECT count(*), count(DISTINCT seq), min(seq), max(seq) FROM ({taken})"
            ).fetchone()
        except SQLITE_ERRORS as error:
            return CheckResult(0, (sqlite_message(error),))
        said = []
        if len(members) > 1:
            said.append(f"the record belongs to {len(members)} teams")
        if count > different:
            said.append(f"{count - different} positions of the team's log are taken twice; sync --heal mends it")
        if members and (different, first or 1, last or 0) != (members[0][0], 1, members[0][0]):
            said.append(
                f"the team's log was read to position {members[0][0]}, and {different} positions up to {last or 0} are"
                " here; sync --heal mends it"
            )
        return CheckResult(count, tuple(said))

    def quarantined(self) -> CheckResult:
        """The entries of the team's log that are no changes, and why."""
        if "quarantine" not in self._usable:
            return CheckResult(0, ())
        try:
            rows = self.connection.execute("SELECT seq, pushed_by, why FROM quarantine ORDER BY id").fetchall()
        except SQLITE_ERRORS as error:
            return CheckResult(0, (sqlite_message(error),))
        return CheckResult(
            len(rows),
            tuple(
                f"{f'position {seq}' if seq else 'an entry that the server lost'}, sent by {sender}: set aside, {why}"
                for seq, sender, why in rows
            ),
        )

    def refs(self) -> dict[str, str]:
        """The refs of the items, as far as they can be had: for the names of what is found."""
        try:
            rows = self.connection.execute("SELECT item, ref FROM commitment") if "commitment" in self._usable else []
            return {str(item): str(ref) for item, ref in rows}
        except SQLITE_ERRORS:
            return {}


def _objects(connection: sqlite3.Connection) -> dict[tuple[str, str], tuple[str, str]]:
    """Everything in the schema by kind and name: the table that it is about, and its words without white space."""
    rows = connection.execute("SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema")
    return {(str(kind), str(name)): (str(table), _SQUEEZED.sub("", str(sql))) for kind, name, table, sql in rows}


def _gains_columns(earlier: str, now: str) -> bool:
    """Whether a table is as it was before a migration added columns at its end; both without white space."""
    start = earlier.removesuffix(_STRICT)
    return start != earlier and now.startswith(f"{start},") and now.endswith(_STRICT)


def _is_bookkeeping(name: str) -> bool:
    """Whether this is SQLite's or the migrations' own."""
    return name.startswith(("_sqlite_migrations", "idx__sqlite_migrations", "sqlite_stat"))


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]


def _rows(connection: sqlite3.Connection, table: str, columns: list[str]) -> Counter[tuple[Any, ...]]:
    names = ", ".join(f'"{name}"' for name in columns)
    return Counter(connection.execute(f"SELECT {names} FROM {table}"))
