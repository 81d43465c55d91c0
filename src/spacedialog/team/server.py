"""Shared logs in PostgreSQL, or in an engine that speaks its protocol: the connection and its SQL statements.

No other module imports psycopg. Statements are sent together if possible, to save round trips. Members lock the row of
the head to take turns. The position is read from the entries, so a head changed by hand does no harm.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from spacedialog.errors import InputError, NetworkError, SpacedialogError, SyncRefusedError
from spacedialog.model.entry import BODY_VERSION
from spacedialog.team.exchange import PAGE, InterruptedExchange, LogHead, Page, SharedEntry, Turn, first_chain

try:
    import psycopg
    from psycopg import conninfo, errors, pq
except ImportError as error:
    raise InputError(
        "team commands need psycopg, which is not installed", "install it with pip install 'spacedialog[team]'"
    ) from error

if TYPE_CHECKING:
    from psycopg.abc import PQGen

# psycopg logs broken connections, which the errors report too.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

_PAGE_SQL = (
    "SELECT seq, id, sha, chain, CASE WHEN seq > %s THEN body END, pushed_by,"
    " CAST(EXTRACT(EPOCH FROM pushed_at) * 1000000 AS BIGINT)"
    " FROM spacedialog_change WHERE log_id = %s AND seq >= %s ORDER BY seq LIMIT %s"
)
# now() is the start of the transaction, which is also the `pushed_at` of the entries that the transaction adds.
_HEAD_SQL = (
    "SELECT head, min_client, CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)"
    " FROM spacedialog_log WHERE log_id = %s"
)
_COLUMNS = "log_id, seq, id, sha, chain, format, body"
_ROW = "(%s, %s, %s, %s, %s, %s, %s)"

_MOST_INSERTED = 200
"""The maximum number of entries sent by INSERT, in one round trip. COPY takes three, but is faster for more entries."""

LONGEST_SILENCE = 40.0
"""The time, in seconds, without a byte from or to the server after which a connection is closed."""

# Serialization failure, deadlock, unknown outcome, concurrent insert, lock timeout, session timeout, standby.
_PASSING_STATES = ("40001", "40P01", "40003", "23505", "55P03", "25P03", "25006")
_PASSING_CLASSES = ("57P0", "08")
_STARTING_OR_STOPPING = re.compile(
    "starting up|shutting down|recovery|not (yet )?accepting|read-only|closed the connection|reset by peer"
)

# The connection parameters that an address can have. It is stored and shown, so none of them is a secret.
_PLACE = ("host", "hostaddr", "port", "dbname", "user", "service", "passfile", "options", "application_name")
_NETWORK = ("connect_timeout", "tcp_user_timeout", "target_session_attrs", "load_balance_hosts")
_KEEPALIVES = ("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count")
_TLS = ("sslmode", "sslnegotiation", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir", "sslsni")
_LOGIN = ("ssl_min_protocol_version", "channel_binding", "require_auth", "krbsrvname")
_ALLOWED = frozenset({*_PLACE, *_NETWORK, *_KEEPALIVES, *_TLS, *_LOGIN})

Password = Callable[[], str | None]
Result = TypeVar("Result")


def checked_url(url: str) -> str:
    """Return a database's address unchanged; InputError if it could contain a secret or allows an unverified server."""
    _parameters(url)
    return url


def place(url: str) -> str:
    """Return the host and the database of an address, for messages."""
    given = _parameters(url)
    host = given.get("host") or given.get("hostaddr") or given.get("service") or "the local server"
    return f"{host}/{given['dbname']}" if given.get("dbname") else str(host)


def _parameters(url: str) -> dict[str, Any]:
    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.Error as error:
        # libpq's message quotes the address, which may contain a password.
        raise InputError("this is not the address of a database", "write postgresql://user@host/database") from error
    if refused := sorted(given.keys() - _ALLOWED):
        raise InputError(
            f"the address contains {', '.join(refused)}, which is not allowed, because an address is stored and shown",
            "leave it out; passwords belong in ~/.pgpass, other settings in a service file (pg_service.conf)",
        )
    if not all(port.isdecimal() for port in str(given.get("port", 1)).split(",") if port):
        raise InputError("the port in the address is not a number", "write postgresql://user@host:5432/database")
    if not _is_local(given):
        if given.get("sslmode", "verify-full") != "verify-full":
            raise InputError(
                "the sslmode in the address does not verify the identity of the server",
                "leave it out: the default is verify-full; set the trusted issuers with sslrootcert=FILE or"
                " sslrootcert=system",
            )
        # Kerberos encryption would replace TLS, and the check of the certificate.
        given |= {"sslmode": "verify-full", "gssencmode": "disable"}
    if given.setdefault("target_session_attrs", "read-write") not in ("read-write", "primary"):
        raise InputError(
            "the target_session_attrs in the address allows a standby, which may lack entries that this copy has",
            "leave it out: the default is read-write",
        )
    return given


def _is_local(given: dict[str, Any]) -> bool:
    """Return whether the connection stays on this computer: a local socket, or the loopback interface."""
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


class _Connection(psycopg.Connection[Any]):
    """A connection that closes itself and raises OperationalError if the server does not answer a call in time."""

    longest_silence = LONGEST_SILENCE

    def wait(self, gen: PQGen[Result], *arguments: Any, **named: Any) -> Result:
        """Run a call within the limit. psycopg makes every call through this method."""
        return super().wait(self._limited(gen), *arguments, **named)

    def _limited(self, call: PQGen[Result]) -> PQGen[Result]:
        """Yield from `call`, which psycopg resumes ten times a second even if the socket is not ready."""
        heard = time.monotonic()
        try:
            wanted = next(call)
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > self.longest_silence:
                    # The state of the protocol is unknown, so the connection cannot be used again.
                    self.close()
                    raise psycopg.OperationalError(f"no answer for {self.longest_silence:g} seconds")
                wanted = call.send(ready)
        except StopIteration as end:
            result: Result = end.value
            return result


def connect(url: str, password: Password = lambda: None, *, longest_silence: float = LONGEST_SILENCE) -> Server:
    """Return a connection to the database; `password` is called if the server asks for one that is not in a file.

    Calls end after `longest_silence` (s) without an answer. NetworkError if connecting fails, InterruptedExchange if
    another attempt may succeed.
    """
    given = {
        # For each address of each host, including the handshakes.
        "connect_timeout": 10,
        "application_name": "spacedialog",
        # A server that disappears between two calls is detected too.
        "keepalives_idle": 20,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": 40_000,
        **_parameters(url),
    }
    try:
        connection = _open(given, password)
    except psycopg.Error as error:
        # With several hosts, the message has a line for each.
        kind = InterruptedExchange if _STARTING_OR_STOPPING.search(str(error)) else NetworkError
        raise kind(f"{place(url)} cannot be reached: {_message(error)}", "try again later") from error
    connection.longest_silence = longest_silence
    return Server(connection, place(url))


def _open(given: dict[str, Any], password: Password) -> _Connection:
    try:
        return _Connection.connect("", autocommit=True, prepare_threshold=None, **given)
    except psycopg.OperationalError as error:
        # libpq's message PQnoPasswordSupplied; with several hosts, any of them can have asked.
        if "no password supplied" not in str(error):
            raise
        typed = password()
        if typed is None:
            raise
        return _Connection.connect("", autocommit=True, prepare_threshold=None, **given, password=typed)


class Server:
    """A connection to a database with shared logs."""

    def __init__(self, connection: psycopg.Connection[Any], name: str) -> None:
        self.connection = connection
        self.name = name

    def find(self, name: str) -> str | None:
        """Return the id of the log with that name; None if there is none."""
        with self.raising_own_errors():
            row = self.connection.execute("SELECT log_id FROM spacedialog_log WHERE name = %s", (name,)).fetchone()
        return row[0] if row else None

    def create(self, name: str, log_id: str) -> None:
        """Create a log; InputError if the name is taken."""
        try:
            with self.raising_own_errors():
                self.connection.execute(
                    "INSERT INTO spacedialog_log (log_id, name, chain) VALUES (%s, %s, %s)",
                    (log_id, name, first_chain(log_id)),
                )
        except InterruptedExchange as error:
            if isinstance(error.__cause__, errors.UniqueViolation):
                raise InputError(
                    f"{self.name} already has a shared log named {name}",
                    f"join it with spacedialog team join URL {name}, or choose another name",
                ) from error
            raise

    def log(self, log_id: str) -> SharedLog:
        """Return the log with that id."""
        return SharedLog(self, log_id)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @contextmanager
    def raising_own_errors(self) -> Iterator[None]:
        """Raise errors of psycopg in the block as errors of this program."""
        try:
            yield
        except psycopg.Error as error:
            raise self._own_error(error) from error

    def _own_error(self, error: psycopg.Error) -> SpacedialogError:
        if _is_passing(error):
            return InterruptedExchange(f"{self.name}: {_message(error)}", "try again")
        match error:
            case errors.UndefinedTable() | errors.InvalidSchemaName():
                return NetworkError(
                    f"{self.name} has no tables for shared logs",
                    "ask the administrator of the server to create them: spacedialog team sql | psql URL",
                )
            case errors.InsufficientPrivilege():
                return NetworkError(
                    f"{self.name}: {_message(error)}",
                    "ask the administrator of the server for access: GRANT spacedialog_member TO you",
                )
        return NetworkError(f"{self.name}: {_message(error)}", "compare the setup of the server with docs/team.md")


class SharedLog:
    """A shared log of a server; it implements `Exchange`."""

    def __init__(self, server: Server, log_id: str) -> None:
        self._server = server
        self._connection = server.connection
        self._log_id = log_id

    def page(self, after: int, *, known_to: int = 0) -> Page:
        """Return the head, and the entries from `after` on, in one round trip."""
        with self._server.raising_own_errors():
            with self._connection.pipeline():
                head = self._connection.execute(_HEAD_SQL, (self._log_id,))
                entries = self._entries(after, known_to)
            return self._page(head, entries)

    @contextmanager
    def turn(self, after: int) -> Iterator[Turn]:
        """Lock the log until the end of the block; one round trip, with the first page."""
        with self._server.raising_own_errors():
            with self._connection.pipeline():
                self._connection.execute("BEGIN")
                # A member that stops responding loses the lock.
                self._connection.execute("SET LOCAL idle_in_transaction_session_timeout = '60s'")
                # Shorter than LONGEST_SILENCE, so that the server ends the call.
                self._connection.execute("SET LOCAL lock_timeout = '30s'")
                head = self._connection.execute(f"{_HEAD_SQL} FOR UPDATE", (self._log_id,))
                entries = self._entries(after, 0)
            first = self._page(head, entries)
            turn = _LockedLog(self, after, first)
            try:
                yield turn
            finally:
                if not turn.ended and not self._connection.closed:
                    self._connection.execute("ROLLBACK")

    def locked_page(self, after: int) -> Page:
        """Return the head and the entries from `after` on, within a turn."""
        with self._connection.pipeline():
            head = self._connection.execute(_HEAD_SQL, (self._log_id,))
            entries = self._entries(after, 0)
        return self._page(head, entries)

    def add(self, entries: Sequence[SharedEntry]) -> None:
        """Add entries, move the head, and commit."""
        rows = [(self._log_id, *entry[:4], BODY_VERSION, entry.body) for entry in entries]
        if len(rows) > _MOST_INSERTED:
            with self._connection.cursor().copy(f"COPY spacedialog_change ({_COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        with self._connection.pipeline():
            if len(rows) <= _MOST_INSERTED:
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
        """Return the chain at a position; None if the log is shorter."""
        with self._server.raising_own_errors():
            row = self._connection.execute(
                "SELECT chain FROM spacedialog_change WHERE log_id = %s AND seq = %s", (self._log_id, seq)
            ).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Close the connection."""
        self._server.close()

    def _entries(self, after: int, known_to: int) -> psycopg.Cursor[Any]:
        return self._connection.execute(_PAGE_SQL, (max(after, known_to), self._log_id, after, PAGE + 1))

    def _page(self, head: psycopg.Cursor[Any], entries: psycopg.Cursor[Any]) -> Page:
        row = head.fetchone()
        if row is None:
            raise SyncRefusedError(
                f"{self._server.name} no longer has this shared log",
                "ask the administrator of the server to restore it; all entries stay in this database",
            )
        return Page(LogHead._make(row), [SharedEntry._make(entry) for entry in entries])


class _LockedLog:
    """A locked shared log; it implements `Turn`."""

    def __init__(self, log: SharedLog, after: int, first: Page) -> None:
        self._log = log
        self._first: tuple[int, Page] = (after, first)
        self.ended = False

    def page(self, after: int) -> Page:
        """Return the head, and the entries from `after` on."""
        return self._first[1] if self._first[0] == after else self._log.locked_page(after)

    def append(self, entries: Sequence[SharedEntry]) -> None:
        """Add the entries, and unlock the log."""
        self._log.add(entries)
        self.ended = True


def _is_passing(error: psycopg.Error) -> bool:
    """Return whether the same request may succeed if it is repeated."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.OperationalError)
    return state in _PASSING_STATES or state.startswith(_PASSING_CLASSES)


def _message(error: psycopg.Error) -> str:
    """Return the message of the server or of libpq: one line, without the statement."""
    message = (error.diag.message_primary or str(error)).strip()
    return message.splitlines()[0].removeprefix("connection failed: ") if message else type(error).__name__
