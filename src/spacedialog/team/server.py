"""Shared logs in PostgreSQL, or in an engine that speaks its protocol: connecting, and the few statements it takes.

The one module that imports psycopg. Statements that can go together go in one round trip. The head's row is what
members take turns by; what the log holds is told by its changes alone, so a head moved by hand does no harm.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from spacedialog.errors import InputError, NetworkError, SpacedialogError, SyncRefusedError
from spacedialog.model.entry import BODY_VERSION
from spacedialog.team.exchange import PAGE, Head, InterruptedExchange, Page, SharedEntry, Turn, first_chain

try:
    import psycopg
    from psycopg import conninfo, errors, pq
except ImportError as error:
    raise InputError(
        "a team needs psycopg, which is not installed", "pip install 'spacedialog[team]' installs it"
    ) from error

# What it has to say of a connection that broke, the errors say too.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

_PAGE_SQL = (
    "SELECT seq, id, sha, chain, CASE WHEN seq > %s THEN body END, pushed_by"
    " FROM spacedialog_change WHERE log_id = %s AND seq >= %s ORDER BY seq LIMIT %s"
)
_HEAD_SQL = (
    "SELECT head, min_client, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
    " FROM spacedialog_log WHERE log_id = %s"
)
_COLUMNS = "log_id, seq, id, sha, chain, format, body"
_ROW = "(%s, %s, %s, %s, %s, %s, %s)"

_FEW = 200
"""Up to so many changes go along with the other statements in one round trip; COPY takes three, but is faster."""

# Serialization failure, deadlock, unknown outcome, somebody was first, a lock waited for too long.
_AGAIN = ("40001", "40P01", "40003", "23505", "55P03", "25P03")
_AGAIN_CLASSES = ("57P0", "08")
_IN_A_MOMENT = re.compile("starting up|shutting down|recovery|not yet accepting|closed the connection|reset by peer")

Password = Callable[[], str | None]


def checked_url(url: str) -> str:
    """The address of a database, as it stands; InputError where it holds a password, or would be read in the open."""
    _parameters(url)
    return url


def place(url: str) -> str:
    """The server of an address, for people: host and database."""
    given = _parameters(url)
    host = given.get("host") or given.get("hostaddr") or given.get("service") or "the local server"
    return f"{host}/{given['dbname']}" if given.get("dbname") else str(host)


def _parameters(url: str) -> dict[str, Any]:
    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.Error as error:
        # What libpq says quotes the address, and with it a password that may be in there.
        raise InputError("this is not the address of a database", "write postgresql://user@host/database") from error
    for name in ("password", "sslpassword"):
        if given.get(name):
            raise InputError(
                "the address holds a password, which others could read",
                "leave it out: put it into ~/.pgpass or a service file, or type it when asked",
            )
    if not _is_local(given):
        if given.get("sslmode", "verify-full") != "verify-full":
            raise InputError(
                f"sslmode={given['sslmode']} does not make sure who the server is",
                "leave it out: over a network it is verify-full (sslrootcert=FILE, or system, names who is trusted)",
            )
        given["sslmode"] = "verify-full"
    return given


def _is_local(given: dict[str, Any]) -> bool:
    """Whether the connection stays on this machine: a local socket, or the loopback interface."""
    if given.get("service"):
        return False
    defaults = {option.keyword.decode(): (option.val or b"").decode() for option in pq.Conninfo.get_defaults()}
    if defaults.get("service"):
        return False
    names = []
    for keyword in ("hostaddr", "host"):
        named = given.get(keyword) or defaults.get(keyword)
        names += str(named).split(",") if named else []
    return all(not name or name.startswith(("/", "@")) or _is_loopback(name) for name in names)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def connect(url: str, password: Password = lambda: None) -> Server:
    """A connection to the database; `password` is asked where the server wants one that is not on file.

    NetworkError where it cannot be had, InterruptedExchange where it may be had in a moment.
    """
    given = {
        "connect_timeout": 10,
        "application_name": "spacedialog",
        # A server that went away without a word is noticed within a minute.
        "keepalives_idle": 20,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": 40_000,
        **_parameters(url),
    }
    try:
        return Server(_connected(given, password), place(url))
    except psycopg.Error as error:
        said = _said(error)
        kind = InterruptedExchange if _IN_A_MOMENT.search(said) else NetworkError
        raise kind(f"{place(url)} cannot be reached: {said}", "try again when it can") from error


def _connected(given: dict[str, Any], password: Password) -> psycopg.Connection[Any]:
    try:
        return psycopg.connect("", autocommit=True, prepare_threshold=None, **given)
    except psycopg.OperationalError as error:
        if not (error.pgconn and error.pgconn.needs_password):
            raise
        typed = password()
        if typed is None:
            raise
        return psycopg.connect("", autocommit=True, prepare_threshold=None, **given, password=typed)


class Server:
    """A database with shared logs in it."""

    def __init__(self, connection: psycopg.Connection[Any], name: str) -> None:
        self.connection = connection
        self.name = name

    def find(self, name: str) -> str | None:
        """The id of the log of that name."""
        with self.telling():
            row = self.connection.execute("SELECT log_id FROM spacedialog_log WHERE name = %s", (name,)).fetchone()
        return row[0] if row else None

    def create(self, name: str, log_id: str) -> None:
        """Begin a log; InputError where there is one of that name."""
        try:
            with self.telling():
                self.connection.execute(
                    "INSERT INTO spacedialog_log (log_id, name, chain) VALUES (%s, %s, %s)",
                    (log_id, name, first_chain(log_id)),
                )
        except InterruptedExchange as error:
            if isinstance(error.__cause__, errors.UniqueViolation):
                raise InputError(
                    f"{self.name} has a log called {name} already",
                    f"join it (spacedialog team join URL {name}), or take another name",
                ) from error
            raise

    def log(self, log_id: str) -> SharedLog:
        """The log of that id."""
        return SharedLog(self, log_id)

    def close(self) -> None:
        """Leave."""
        self.connection.close()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What goes wrong with the server, told as one of the program's errors."""
        try:
            yield
        except psycopg.Error as error:
            raise self._told(error) from error

    def _told(self, error: psycopg.Error) -> SpacedialogError:
        if _is_passing(error):
            return InterruptedExchange(f"{self.name}: {_said(error)}", "try again")
        match error:
            case errors.UndefinedTable() | errors.InvalidSchemaName():
                return NetworkError(
                    f"{self.name} has no tables for a team",
                    "whoever keeps the database makes them: spacedialog team sql | psql URL",
                )
            case errors.InsufficientPrivilege():
                return NetworkError(
                    f"{self.name}: {_said(error)}",
                    "whoever keeps the database lets you in: GRANT spacedialog_member TO you",
                )
        return NetworkError(f"{self.name}: {_said(error)}", "docs/team.md says how the server is set up")


class SharedLog:
    """One shared log: an `Exchange`."""

    def __init__(self, server: Server, log_id: str) -> None:
        self._server = server
        self._connection = server.connection
        self._log_id = log_id

    def page(self, after: int, *, known_to: int = 0) -> Page:
        """The head, and the entries from `after` on; one round trip."""
        with self._server.telling():
            with self._connection.pipeline():
                head = self._connection.execute(_HEAD_SQL, (self._log_id,))
                entries = self._entries(after, known_to)
            return self._page(head, entries)

    @contextmanager
    def turn(self, after: int) -> Iterator[Turn]:
        """The log, held until the end of the block; one round trip to get it, with its first page."""
        with self._server.telling():
            with self._connection.pipeline():
                self._connection.execute("BEGIN")
                # Whoever holds the head and is not heard of lets it go.
                self._connection.execute("SET LOCAL idle_in_transaction_session_timeout = '60s'")
                self._connection.execute("SET LOCAL lock_timeout = '60s'")
                head = self._connection.execute(f"{_HEAD_SQL} FOR UPDATE", (self._log_id,))
                entries = self._entries(after, 0)
            first = self._page(head, entries)
            turn = _HeldLog(self, after, first)
            try:
                yield turn
            finally:
                if not turn.ended and not self._connection.closed:
                    self._connection.execute("ROLLBACK")

    def held_page(self, after: int) -> Page:
        """The head and the entries from `after` on, within a turn."""
        with self._connection.pipeline():
            head = self._connection.execute(_HEAD_SQL, (self._log_id,))
            entries = self._entries(after, 0)
        return self._page(head, entries)

    def add(self, entries: Sequence[SharedEntry]) -> None:
        """Add entries and move the head, and commit."""
        rows = [(self._log_id, *entry[:4], BODY_VERSION, entry.body) for entry in entries]
        if len(rows) > _FEW:
            with self._connection.cursor().copy(f"COPY spacedialog_change ({_COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        with self._connection.pipeline():
            if len(rows) <= _FEW:
                self._connection.execute(
                    f"INSERT INTO spacedialog_change ({_COLUMNS}) VALUES {', '.join([_ROW] * len(rows))}".encode(),
                    [value for row in rows for value in row],
                )
            self._connection.execute(
                "UPDATE spacedialog_log SET head = %s, chain = %s WHERE log_id = %s",
                (entries[-1].seq, entries[-1].chain, self._log_id),
            )
            self._connection.execute("COMMIT")

    def chain(self, seq: int) -> str | None:
        """The chain at a position."""
        with self._server.telling():
            row = self._connection.execute(
                "SELECT chain FROM spacedialog_change WHERE log_id = %s AND seq = %s", (self._log_id, seq)
            ).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Leave."""
        self._server.close()

    def _entries(self, after: int, known_to: int) -> psycopg.Cursor[Any]:
        return self._connection.execute(_PAGE_SQL, (max(after, known_to), self._log_id, after, PAGE + 1))

    def _page(self, head: psycopg.Cursor[Any], entries: psycopg.Cursor[Any]) -> Page:
        said = head.fetchone()
        if said is None:
            raise SyncRefusedError(
                f"{self._server.name} no longer has this team's log",
                "nothing is lost: all of it is here. spacedialog team leave, and team create begins it anew",
            )
        return Page(Head._make(said), [SharedEntry._make(row) for row in entries])


class _HeldLog:
    """A shared log within one's turn."""

    def __init__(self, log: SharedLog, after: int, first: Page) -> None:
        self._log = log
        self._first: tuple[int, Page] = (after, first)
        self.ended = False

    def page(self, after: int) -> Page:
        """The head, and the entries from `after` on."""
        return self._first[1] if self._first[0] == after else self._log.held_page(after)

    def append(self, entries: Sequence[SharedEntry]) -> None:
        """Add the entries, and end the turn."""
        self._log.add(entries)
        self.ended = True


def _is_passing(error: psycopg.Error) -> bool:
    """Whether the same may go well in a moment, on a connection that there was."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.OperationalError)
    return state in _AGAIN or state.startswith(_AGAIN_CLASSES)


def _said(error: psycopg.Error) -> str:
    """What the server, or libpq, says went wrong: one line, without the statement."""
    said = (error.diag.message_primary or str(error)).strip()
    return said.splitlines()[0].removeprefix("connection failed: ") if said else type(error).__name__
