"""Stores and commands for the faults, and checks of a store."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from benchmarks import data
from spacedialog.model.entry import Entry, has_valid_hash
from spacedialog.store import database, migrations, schema
from spacedialog.store import log as journal
from spacedialog.store.write import projection
from spacedialog.tracker import Tracker
from tests.support.program import PATIENCE, PROGRAM, TODAY
from tests.support.trackers import entropy

AUTHOR = "desk"
NOW = 1_795_914_000_000_000
"""A time on 29 November 2026, in µs since 1970: after the built-in entries and before the real clock."""
_INSERT = "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def tracker(
    store: Path,
    author: str = AUTHOR,
    now: Callable[[], int] = lambda: NOW,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Tracker:
    """Return a tracker of the store in this process."""
    return Tracker(store, today=date.fromisoformat(TODAY), now=now, author=author, entropy=entropy)


def next_writer(store: Path, before: Sequence[Entry]) -> Tracker:
    """Return a tracker of another author, a second after the last entry; after one log it always writes one entry."""
    now = max((entry.ts for entry in before), default=NOW) + 1_000_000
    return tracker(store, "next", now=lambda: now, entropy=entropy("next"))


def log(store: Path) -> list[Entry]:
    """Return the entries of a store; none without a store."""
    return list(tracker(store).log()) if store.exists() else []


class Action(NamedTuple):
    """A command, the store that it starts from, and the number of entries that it adds."""

    name: str
    before: Path | None
    arguments: tuple[str, ...]
    entries: int

    def laid(self, folder: Path) -> Path:
        """Copy the store as it was before the command into a new folder, and return its path."""
        store = folder / "store" / "tracker.db"
        if self.before:
            store.parent.mkdir(parents=True, mode=0o700)
            shutil.copyfile(self.before, store)
            store.chmod(0o600)
        else:
            folder.mkdir(parents=True, exist_ok=True)
        return store


def actions(
    folder: Path, *, updates: int = 20, commitments: int = 60, entropy: Callable[[int], bytes] = os.urandom
) -> dict[str, Action]:
    """Return one command of every kind that writes, each with a store of its own."""
    folder.mkdir(parents=True)
    batch, dialogue = folder / "updates.csv", folder / "dialogue.jsonl"
    lines = [f"ROK4-{number:02},Heard on day {number}.\n" for number in range(1, updates + 1)]
    batch.write_text("ref,note\n" + "".join(lines), "utf-8")
    data.write_lines(dialogue, commitments)

    current, undoable, older = folder / "current.db", folder / "undoable.db", folder / "older.db"
    tracker(current, entropy=entropy).note("ROK4-07", "The store is made.")
    shutil.copyfile(current, undoable)
    tracker(undoable, entropy=entropy).apply(batch.read_text("utf-8"), "updates.csv")
    _older(older, log(current))

    made = len(log(current)) - 1
    imported = len(_after_import(current, dialogue, folder / "imported.db"))
    commands: dict[str, tuple[Path | None, tuple[str, ...], int]] = {
        "add": (current, ("add", "Share ephemerides", "--area", "exploration", "--source", "JS", "--force"), 1),
        "mark": (current, ("mark", "ROK4-33", "complete"), 1),
        "apply": (current, ("apply", str(batch)), updates),
        "import": (current, ("import", str(dialogue)), imported - made - 1),
        "undo": (undoable, ("undo",), updates),
        "migration": (older, ("note", "ROK4-07", "After the upgrade."), 1),
        "first write": (None, ("note", "ROK4-07", "The first."), made + 1),
    }
    return {name: Action(name, *command) for name, command in commands.items()}


def _after_import(store: Path, file: Path, copy: Path) -> list[Entry]:
    shutil.copyfile(store, copy)
    with file.open("rb") as stream:
        tracker(copy).import_file(stream, file.name)
    return log(copy)


def _older(store: Path, entries: Sequence[Entry]) -> None:
    """Create a store of the first version, which has the log alone."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrations.steps.apply(Database(connection, execute_plugins=False), stop_before="m0002_periods")
        connection.execute("BEGIN")
        connection.executemany(_INSERT, entries)
        connection.execute(f"PRAGMA application_id = {database.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("COMMIT")


def environment(store: Path) -> dict[str, str]:
    """Return the program's whole environment: an empty home and a fixed day."""
    return {
        "HOME": str(store.parent),
        "PATH": f"{PROGRAM.parent}:/usr/bin:/bin",
        "LOGNAME": AUTHOR,
        "SPACEDIALOG_DB": str(store),
        "SPACEDIALOG_TODAY": TODAY,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def started(
    arguments: Sequence[str | Path],
    store: Path,
    *,
    command: Sequence[str | Path] = (PROGRAM,),
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start the installed program."""
    return subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment(store), **(env or {})},
    )


class Ended(NamedTuple):
    """Exit status and output of a run of the program."""

    status: int
    stdout: str
    stderr: str

    @property
    def is_clear(self) -> bool:
        """Whether the program ended with status 4, one sentence that begins with its name, and a remedy."""
        lines = self.stderr.splitlines()
        return self.status == 4 and len(lines) == 2 and lines[0].startswith("spacedialog: ") and lines[1][:2] == "  "


def ended(process: subprocess.Popen[bytes]) -> Ended:
    """Wait for a run of the program."""
    out, err = process.communicate(timeout=4 * PATIENCE)
    return Ended(process.returncode, (out or b"").decode("utf-8"), err.decode("utf-8"))


def kept(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every projection table without their row numbers."""
    tables = {}
    for table in schema.PROJECTION_TABLES:
        names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]
        columns = ", ".join(f'"{name}"' for name in names)
        tables[table] = sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr)
    return tables


_MOST_REBUILT = 64
_rebuilt: dict[tuple[Entry, ...], dict[str, list[tuple[object, ...]]]] = {}
"""The rows that a rebuild gives for the logs of the last stores: most faults leave one of a few logs."""


def _rebuilt_from(connection: sqlite3.Connection, entries: Sequence[Entry]) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows that the log of the connection, which is not changed, gives."""
    log = tuple(entries)
    if (rows := _rebuilt.get(log)) is None:
        connection.execute("BEGIN")
        projection.rebuild(connection)
        rows = kept(connection)
        connection.execute("ROLLBACK")
        if len(_rebuilt) >= _MOST_REBUILT:
            _rebuilt.clear()
        _rebuilt[log] = rows
    return rows


class Sound(NamedTuple):
    """The entries of a store, and its problems."""

    entries: list[Entry]
    problems: list[str]


def sound(store: Path) -> Sound:
    """Open a store as the program does, and check pages, keys, hashes and tables."""
    problems = []
    with database.reading(store) as connection:
        entries = list(journal.entries(connection))
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            connection.backup(copy)
            (integrity,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            if integrity != "ok":
                problems.append(f"integrity_check: {integrity}")
            if copy.execute("PRAGMA foreign_key_check").fetchone():
                problems.append("a foreign key leads nowhere")
            if kept(copy) != _rebuilt_from(copy, entries):
                problems.append("the tables are not what the log gives")
    problems += [f"the hash of {entry.id} does not fit" for entry in entries if not has_valid_hash(entry)]
    return Sound(entries, problems)


def missing(entries: Sequence[Entry], before: Sequence[Entry]) -> list[str]:
    """Return a problem if entries of an earlier log are missing."""
    now = set(entries)
    lost = [entry.id for entry in before if entry not in now]
    return [f"{len(lost)} earlier entries are lost, such as {lost[0]}"] if lost else []
