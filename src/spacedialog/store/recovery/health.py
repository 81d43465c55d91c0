"""The checks of a store: SQLite's integrity check, the schema, the full-text index, the projection tables.

They run on an image of the store in memory (`image`), and return faults instead of raising errors.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, closing, suppress
from typing import Any, NamedTuple

from spacedialog.model.entry import Entry
from spacedialog.store import database
from spacedialog.store.database import SQLITE_ERRORS, sqlite_message
from spacedialog.store.recovery.image import Image
from spacedialog.store.recovery.salvage import Salvaged, Source, salvage
from spacedialog.store.schema import OWN_TABLES, PROJECTION_TABLES, SCHEMA_VERSION

_MOST = 1000
"""The maximum number of faults that SQLite reports."""

_SQUEEZED = re.compile(r"[\s\"'`\[\]]")


class CheckResult(NamedTuple):
    """The number of things checked, and the faults found, one sentence each."""

    checked: int
    faults: tuple[str, ...]


class Examination:
    """A store's image, opened for the checks. Use it as a context manager.

    A table is queried only if this program created it in this form, because a view in its place could run any code.
    `why` is the reason why SQLite cannot read the image at all, or empty.
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
            self._read_header()
        except SQLITE_ERRORS as first:
            # SQLite then skips the parts of the schema that it cannot parse. This is safe on an untrusted copy.
            self.connection.execute("PRAGMA writable_schema = ON")
            try:
                self._read_header()
            except SQLITE_ERRORS as error:
                self.why = sqlite_message(error)
                self.schema = CheckResult(0, (f"cannot be read: {self.why}",))
            else:
                self.schema = self.schema._replace(faults=(sqlite_message(first), *self.schema.faults))
        return self

    def _read_header(self) -> None:
        (self.application,) = self.connection.execute("PRAGMA application_id").fetchone()
        (self.version,) = self.connection.execute("PRAGMA user_version").fetchone()
        self.schema = self._compare_schema()

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _compare_schema(self) -> CheckResult:
        present = _objects(self.connection)
        with closing(_empty_store(self.version)) as empty:
            wanted = _objects(empty)
            columns = {name: _columns(empty, name) for kind, name in wanted if kind == "table"}
        faults = []
        for key, (table, sql) in present.items():
            kind, name = key
            if key in wanted:
                if wanted[key] != (table, sql):
                    faults.append(f"the {kind} {name} has an unexpected definition")
            elif not _is_bookkeeping(name):
                faults.append(f"unknown {kind} {name}" + (f" on {table}" if table != name else ""))
        faults += [
            f"the {kind} {name} is missing"
            for kind, name in wanted
            if (kind, name) not in present and not _is_bookkeeping(name)
        ]
        alike = [
            name
            for (kind, name), shape in present.items()
            if kind == "table" and name in columns and wanted.get((kind, name)) == shape
        ]
        self._usable = {name for name in alike if self._has_columns(name, columns[name])}
        faults += [f"the table {name} cannot be read" for name in alike if name not in self._usable]
        return CheckResult(len(present), tuple(faults))

    def _has_columns(self, table: str, expected: list[str]) -> bool:
        """Return whether SQLite reads some or all of the expected columns; it skips a table with damaged SQL."""
        with suppress(*SQLITE_ERRORS):
            columns = _columns(self.connection, table)
            return bool(columns) and columns == expected[: len(columns)]
        return False

    def integrity(self) -> CheckResult:
        """Check the pages, the rows and the indexes of the file."""
        pages = len(self.image.data) // self.image.page_size
        if self.why:
            return CheckResult(pages, (f"cannot be read: {self.why}",))
        # If the schema has a fault, only tables with the expected SQL are checked.
        pragmas = [f"PRAGMA integrity_check({_MOST})"]
        if self.schema.faults:
            pragmas = [f"PRAGMA integrity_check({table})" for table in sorted(self._usable & {*OWN_TABLES})]
        faults: list[str] = []
        for pragma in pragmas:
            try:
                faults += [line for (text,) in self.connection.execute(pragma) for line in str(text).splitlines()]
            except SQLITE_ERRORS as error:
                faults.append(sqlite_message(error))
        return CheckResult(
            pages, tuple(line for line in faults if line != "ok" and not line.startswith("*** in database"))
        )

    def foreign_keys(self) -> CheckResult:
        """Check that the target row of every foreign key exists."""
        try:
            broken = self.connection.execute("PRAGMA foreign_key_check").fetchall() if not self.schema.faults else []
        except SQLITE_ERRORS as error:
            return CheckResult(0, (sqlite_message(error),))
        return CheckResult(
            len(self._usable),
            tuple(f"{table}, row {row} refers to a missing row of {parent}" for table, row, parent, _ in broken),
        )

    def changes(self) -> Salvaged:
        """Return the sound entries of the store, and the names of the damaged ones."""
        with ExitStack() as opened:
            examinations = [self]
            if self.image.log.lost:
                examinations.append(opened.enter_context(Examination(self.image.repaired())))
            return salvage([each._source() for each in examinations])

    def _source(self) -> Source:
        usable = not self.why and "change" in self._usable
        why = "" if usable else self.why or "the table change has an unexpected definition"
        return Source(self.image, self.connection if usable else None, why)

    def fold(self, entries: Iterable[Entry]) -> tuple[int, dict[str, list[str]]]:
        """Compare the tables with a fold of the entries; return the number of items and the tables that differ.

        The tables of an older schema are not compared: reads use the log instead, and an upgrade rebuilds the tables.
        """
        differing: dict[str, list[str]] = {}  # by item
        items: set[str] = set()
        with closing(database.record_from(entries)) as expected:
            for table in PROJECTION_TABLES:
                columns = _columns(expected, table)
                wanted = _rows(expected, table, columns)
                column = columns.index("item")
                items.update(str(row[column]) for row in wanted)
                if self.version < SCHEMA_VERSION:
                    continue
                try:
                    if table not in self._usable:
                        raise sqlite3.DatabaseError("it has an unexpected definition")
                    actual = _rows(self.connection, table, columns)
                except SQLITE_ERRORS as error:
                    differing.setdefault(f"all of {table}: {sqlite_message(error)}", [])
                    continue
                for row in (wanted - actual) + (actual - wanted):
                    tables = differing.setdefault(str(row[column]), [])
                    if table not in tables:
                        tables.append(table)
        return len(items), differing

    def search(self) -> CheckResult:
        """Check that the full-text index matches the table of words."""
        if "words_fts" not in self._usable or "words" not in self._usable:
            older = self.version < SCHEMA_VERSION and not self.why
            return CheckResult(0, () if older else ("cannot be read",))
        try:
            (count,) = self.connection.execute("SELECT count(*) FROM words").fetchone()
            self.connection.execute("INSERT INTO words_fts(words_fts, rank) VALUES ('integrity-check', 1)")
        except SQLITE_ERRORS as error:
            return CheckResult(0, (f"the full-text index differs from the texts: {sqlite_message(error)}",))
        return CheckResult(count, ())

    def positions(self) -> CheckResult:
        """Check that each position in the shared log, up to the last that was read, occurs exactly once."""
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
        faults = []
        if len(members) > 1:
            faults.append(f"the record belongs to {len(members)} teams")
        if count > different:
            faults.append(f"{count - different} positions of the shared log occur twice; run spacedialog sync --heal")
        if members and (different, first or 1, last or 0) != (members[0][0], 1, members[0][0]):
            faults.append(
                f"the shared log was read up to position {members[0][0]}, but this copy has {different} positions, up"
                f" to {last or 0}; run spacedialog sync --heal"
            )
        return CheckResult(count, tuple(faults))

    def quarantined(self) -> CheckResult:
        """Return the invalid records of the shared log that are in the quarantine, with the reasons."""
        if "quarantine" not in self._usable:
            return CheckResult(0, ())
        try:
            rows = self.connection.execute("SELECT seq, pushed_by, why FROM quarantine ORDER BY id").fetchall()
        except SQLITE_ERRORS as error:
            return CheckResult(0, (sqlite_message(error),))
        return CheckResult(
            len(rows),
            tuple(
                f"{f'position {seq}' if seq else 'an entry that the server lost'}, sent by {sender}: quarantined: {why}"
                for seq, sender, why in rows
            ),
        )

    def refs(self) -> dict[str, str]:
        """Return the refs by item, to name items in reports; empty if they cannot be read."""
        try:
            rows = self.connection.execute("SELECT item, ref FROM commitment") if "commitment" in self._usable else []
            return {str(item): str(ref) for item, ref in rows}
        except SQLITE_ERRORS:
            return {}


def _objects(connection: sqlite3.Connection) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the objects of a schema by kind and name: each with its table and its SQL without white space."""
    rows = connection.execute("SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema")
    return {(str(kind), str(name)): (str(table), _SQUEEZED.sub("", str(sql))) for kind, name, table, sql in rows}


def _empty_store(version: int) -> sqlite3.Connection:
    """Return an empty store of a schema version in memory; of the current one, if the version is unknown."""
    if not 0 < version < SCHEMA_VERSION:
        return database.in_memory()
    from spacedialog.store import migrations  # imported here because few stores are older

    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrations.migrate(connection, version)
    return connection


def _is_bookkeeping(name: str) -> bool:
    """Whether the object belongs to SQLite or to the record of migrations."""
    return name.startswith(("_sqlite_migrations", "idx__sqlite_migrations", "sqlite_stat"))


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]


def _rows(connection: sqlite3.Connection, table: str, columns: list[str]) -> Counter[tuple[Any, ...]]:
    names = ", ".join(f'"{name}"' for name in columns)
    return Counter(connection.execute(f"SELECT {names} FROM {table}"))
