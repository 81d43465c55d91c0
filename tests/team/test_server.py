"""Tests of the connection to a team's server: its address, its time-outs, and the privileges of members."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from typing import NamedTuple

import psycopg
import pytest

from spacedialog.errors import InputError, NetworkError
from spacedialog.model.entry import sha256_hex
from spacedialog.team.exchange import InterruptedExchange, SharedEntry
from spacedialog.team.server import Server as Connected
from spacedialog.team.server import SharedLog, checked_url, connect
from spacedialog.team.server_schema import tables_sql
from tests.support.proxy import Relay, relay
from tests.support.servers import Server


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://anna:secret-word@db.example.org/space", "password"),
        ("host=db.example.org dbname=space password=secret-word", "password"),
        ("postgresql://anna@db.example.org/space?sslpassword=secret-word", "sslpassword"),
        ("postgresql://anna@/space?scram_client_key=secret-word&scram_server_key=x", "scram_client_key, scram_server"),
        ("postgresql://anna@db.example.org/space?oauth_client_secret=secret-word", "oauth_client_secret"),
        ("postgresql://anna@db.example.org/space?sslkeylogfile=secret-word", "sslkeylogfile"),
        ("postgresql://anna@db.example.org/space?sslmode=require", "sslmode"),
        ("postgresql://anna@localhost,db.example.org/space?sslmode=prefer", "sslmode"),
        (
            "postgresql://anna@/space?host=localhost,&hostaddr=127.0.0.1,10.0.0.1&sslmode=secret-word",
            "sslmode",
        ),
        ("postgresql://anna@db-1.example.org,db-2.example.org/space?target_session_attrs=any", "target_session_attrs"),
        ("postgresql://anna@db.example.org:secret-word/space", "port"),
        ("postgresql://anna@localhost:5432,127.0.0.1:secret-word/space", "port"),
        ("nonsense secret-word", "not the address of a database"),
    ],
)
def test_an_address_with_a_secret_or_an_unverified_server_is_refused(url: str, says: str) -> None:
    """An address that could contain a secret, or reach an unverified or stale server, is refused by parameter name."""
    with pytest.raises(InputError, match=says) as caught:
        checked_url(url)
    assert "secret-word" not in f"{caught.value.problem} {caught.value.remedy}"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna@db-1.example.org,db-2.example.org:5433/space?target_session_attrs=read-write&connect_timeout=3",
        "postgresql://anna@db.example.org/space?sslrootcert=system&sslcert=anna.crt&sslkey=anna.key&options=-csearch_path%3Dt",
        "postgresql://anna@/space?host=/run/postgresql,localhost&hostaddr=,::1&sslmode=disable",
        "service=space",
    ],
)
def test_an_address_without_secrets_is_accepted_unchanged(url: str) -> None:
    """An address of several hosts, with certificates, local or with a service is accepted unchanged."""
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE spacedialog_change SET body = ''",
        "UPDATE spacedialog_change SET pushed_by = 'rudolf'",
        "DELETE FROM spacedialog_change",
        "TRUNCATE spacedialog_change",
        "DELETE FROM spacedialog_log",
        "UPDATE spacedialog_log SET name = 'mine'",
        "UPDATE spacedialog_log SET min_client = 99",
        "INSERT INTO spacedialog_change (log_id, seq, id, sha, chain, format, body, pushed_by)"
        " VALUES ('x', 1, repeat('a', 36), repeat('a', 64), repeat('a', 64), 1, '', 'rudolf')",
        "INSERT INTO spacedialog_change (log_id, seq, id, sha, chain, format, body, pushed_at)"
        " VALUES ('x', 1, repeat('a', 36), repeat('a', 64), repeat('a', 64), 1, '', now())",
        "INSERT INTO spacedialog_log (log_id, name, chain, created_by) VALUES ('y', 'y', repeat('a', 64), 'rudolf')",
        "DROP TABLE spacedialog_change",
        "ALTER TABLE spacedialog_change DROP COLUMN pushed_by",
        "CREATE TRIGGER t BEFORE INSERT ON spacedialog_change EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "SET ROLE rudolf",
    ],
)
def test_a_member_cannot_change_shared_entries(server: Server, statement: str) -> None:
    """The server forbids a member to change or delete shared entries, to sign as another, and to set times."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.sql(statement, user="anna")


def test_a_set_role_does_not_hide_who_pushed(server: Server) -> None:
    """An entry and a log have the user who logged in, also after SET ROLE, once the SQL has run on an older server."""
    server.sql("ALTER TABLE spacedialog_change ALTER pushed_by SET DEFAULT current_user")
    server.sql("ALTER TABLE spacedialog_log ALTER created_by SET DEFAULT current_user")
    for _ in range(2):
        server.sql(tables_sql())
    server.sql(
        "SET ROLE spacedialog_member;"
        "INSERT INTO spacedialog_log (log_id, name, chain) VALUES ('role', 'role', repeat('0', 64));"
        "INSERT INTO spacedialog_change (log_id, seq, id, sha, chain, format, body)"
        f" VALUES ('role', 1, repeat('a', 36), '{sha256_hex('')}', repeat('a', 64), 1, '')",
        user="anna",
    )
    assert server.sql(
        "SELECT created_by, pushed_by FROM spacedialog_log JOIN spacedialog_change USING (log_id) WHERE log_id = 'role'"
    ) == [("anna", "anna")]


def test_no_other_body_is_added_under_the_hash_of_an_entry(server: Server) -> None:
    """The server refuses a body that does not match its hash, once the SQL has run on an older server."""
    server.sql("ALTER TABLE spacedialog_change DROP CONSTRAINT spacedialog_change_hash")
    server.sql(tables_sql())
    with pytest.raises(psycopg.errors.CheckViolation, match="spacedialog_change_hash"):
        server.sql(
            "INSERT INTO spacedialog_change (log_id, seq, id, sha, chain, format, body)"
            f" VALUES ('x', 1, repeat('a', 36), '{sha256_hex('another')}', repeat('a', 64), 1, 'garbage')",
            user="anna",
        )


def test_a_change_over_64_kib_is_refused_by_the_server(server: Server) -> None:
    """The server refuses a body of more than 64 KiB."""
    with pytest.raises(psycopg.errors.CheckViolation, match="body_check"):  # not the constraint on the hash
        server.sql(
            "INSERT INTO spacedialog_change (log_id, seq, id, sha, chain, format, body)"
            " VALUES ('x', 1, repeat('a', 36), repeat('a', 64), repeat('a', 64), 1, repeat('é', 32769))",
            user="anna",
        )


# Failures


def test_a_read_only_server_interrupts_the_exchange(server: Server) -> None:
    """A read-only server, such as a standby before its promotion, interrupts a connection and a push."""
    hosts = f"host={server.folder},127.0.0.1&port={server.port},1"
    server.sql("CREATE ROLE reader LOGIN; ALTER ROLE reader SET default_transaction_read_only = on")
    with pytest.raises(InterruptedExchange):
        connect(f"postgresql://reader@/postgres?{hosts}")
    with closing(connect(f"postgresql://anna@/postgres?{hosts}")) as connected:
        connected.create("read-only", "read-only")
        connected.connection.execute("SET default_transaction_read_only = on")
        with pytest.raises(InterruptedExchange, match="read-only"), connected.log("read-only").turn(0):
            pass


# Silence


@contextmanager
def unresponsive(reply: bytes) -> Iterator[int]:
    """Run a server that answers the first message with `reply` and then stops answering; yield its port."""

    def answer(listener: socket.socket) -> None:
        client, _ = listener.accept()
        clients.append(client)
        client.recv(1024)
        client.sendall(reply)

    clients: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()
    for client in clients:
        client.close()


def test_connecting_to_a_silent_server_ends() -> None:
    """Connecting ends in time if the server is silent from the start, in the TLS handshake, or after the login."""
    replies = {"require": b"S", "disable": b"", "allow": b"R\0\0\0\x08\0\0\0\0"}
    failures: list[NetworkError] = []

    def fail(port: int, sslmode: str) -> None:
        with pytest.raises(NetworkError, match="timeout expired") as caught:
            connect(f"postgresql://anna@127.0.0.1:{port}/space?sslmode={sslmode}&connect_timeout=2")
        failures.append(caught.value)

    with ExitStack() as stack:
        ports = {sslmode: stack.enter_context(unresponsive(reply)) for sslmode, reply in replies.items()}
        threads = [threading.Thread(target=fail, args=(port, sslmode)) for sslmode, port in ports.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [failure.exit_status for failure in failures] == [5, 5, 5]


_numbers = count()


class Reached(NamedTuple):
    """A server and one of its logs, reached over a relay."""

    server: Connected
    log: SharedLog
    network: Relay

    def silent(self) -> Reached:
        """Silence the network."""
        self.network.silence()
        return self

    def append(self, number: int, length: int = 1) -> None:
        """Send entries with bodies of a length after silencing the network."""
        entries = [SharedEntry(seq, f"{seq:036}", "0" * 64, "0" * 64, "x" * length) for seq in range(1, number + 1)]
        with self.log.turn(0) as turn:
            self.network.silence()
            turn.append(entries)


@pytest.mark.parametrize(
    "call",
    [
        lambda reached: reached.silent().server.find("log"),
        lambda reached: reached.silent().server.create("log", "log"),
        lambda reached: reached.silent().log.page(0),
        lambda reached: reached.silent().log.chain(1),
        lambda reached: reached.silent().log.turn(0).__enter__(),
        lambda reached: reached.append(2),
        lambda reached: reached.append(201),
        lambda reached: reached.append(400, length=60_000),
    ],
    ids=["find", "create", "page", "chain", "turn", "insert", "copy", "long copy"],
)
def test_every_call_ends_if_the_server_is_silent(server: Server, call: Callable[[Reached], object]) -> None:
    """Every call ends with InterruptedExchange, and closes the connection, if the server stops answering."""
    log_id = f"silent {next(_numbers)}"
    with relay(server.port) as network:
        url = f"postgresql://anna@127.0.0.1:{network.port}/postgres"
        with closing(connect(url, longest_silence=0.2)) as connected:
            connected.create(log_id, log_id)
            with pytest.raises(InterruptedExchange, match=r"no answer for 0\.2 seconds"):
                call(Reached(connected, connected.log(log_id), network))
            assert connected.connection.closed
