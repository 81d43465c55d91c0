"""Tests of the team's commands on a real server, and of the server's access control."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

import spacedialog
from spacedialog.errors import InputError, NotFoundError
from spacedialog.team.server import checked_url
from spacedialog.team.server_schema import tables_sql
from spacedialog.tracker.team import Interaction
from tests.faults import chaos_sync
from tests.support.bundled import CHANGES
from tests.support.program import Desk
from tests.support.proxy import relay
from tests.support.servers import Server, running


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with the team's tables and two members."""
    with running("15") as server:
        for name in ("anna", "rudolf", "stranger"):
            server.sql(f"CREATE ROLE {name} LOGIN")
        server.sql("GRANT spacedialog_member TO anna, rudolf")
        yield server


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Desk, Desk]:
    """The desks of Anna and Rudolf."""
    for name in ("anna", "rudolf"):
        (tmp_path / name).mkdir()
    return Desk(tmp_path / "anna"), Desk(tmp_path / "rudolf")


def test_a_day_of_two(server: Server, desks: tuple[Desk, Desk]) -> None:
    """Two users create and join a log, work offline, sync, see their conflict and resolve it."""
    anna, rudolf = desks
    began = anna.call("team", "create", server.address("anna"), "day")
    assert began.status == 0, began.stderr
    assert f"{CHANGES} sent, 0 received; at position {CHANGES}" in began.stdout
    assert f"0 sent, {CHANGES} received" in rudolf.call("team", "join", server.address("rudolf"), "day").stdout
    anna.call("mark", "31", "complete", "--by", "anna")
    rudolf.call("mark", "31", "stalled", "--by", "rudolf")
    rudolf.call("add", "Share orbit data", "--area", "exploration", "--source", "ST1", "--by", "rudolf")
    anna.call("add", "Share tide data", "--area", "exploration", "--source", "ST1", "--by", "anna")
    assert "2 changes to be sent" in anna.call("team", "status").stdout
    assert "2 would be sent, 0 would be received" in anna.call("sync", "--dry-run").stdout
    assert "2 sent, 0 received" in anna.call("sync").stdout
    met = rudolf.call("sync").stdout
    assert "2 sent, 2 received" in met
    assert "1 conflict to decide" in met
    assert "1 ref given twice" in met
    anna.call("sync")
    for desk in desks:
        assert [row["ref"] for row in desk.call("list", "--conflict", "--json").data] == ["ROK4-31"]
        rows = desk.call("conflicts", "--json").data
        assert [(row["ref"], row["field"], row["author"], row["other_author"]) for row in rows] == [
            ("ROK4-31", "status", "rudolf", "anna"),
            ("ROK4-43b", "ref", "anna", "rudolf"),
        ]
        assert "complete, says anna" in desk.call("show", "31", "-f", "md").stdout
        assert desk.call("show", "43b", "--json").data["commitment"]["title"] == "Share tide data"
    anna.call("mark", "31", "in-progress", "--note", "Both looked again")
    anna.call("edit", "ROK4-43b", "--ref", "ROK4-44")
    anna.call("sync")
    assert "conflict" not in rudolf.call("sync").stdout
    assert rudolf.call("conflicts", "--json").data == []
    assert rudolf.call("list", "--json").data == anna.call("list", "--json").data
    assert (
        rudolf.call("list", "--at-seq", str(CHANGES), "--json").data
        == anna.call("list", "--at-seq", str(CHANGES), "--json").data
    )
    assert anna.call("overview", "--json").data["position"] == CHANGES + 6
    signed = server.sql("SELECT DISTINCT pushed_by FROM spacedialog_change ORDER BY pushed_by")
    assert signed == [("anna",), ("rudolf",)]
    assert "left day" in rudolf.call("team", "leave").stdout
    assert rudolf.call("sync").status == 2


def test_offline_and_back(server: Server, desks: tuple[Desk, Desk]) -> None:
    """A sync without a network ends with status 5, and the entries wait."""
    anna, _ = desks
    with relay(server.port) as network:
        anna.call("team", "create", f"postgresql://anna@127.0.0.1:{network.port}/postgres", "offline")
        port = network.port
    anna.call("note", "31", "on the train")
    away = anna.call("sync")
    assert (away.status, away.stdout) == (5, "")
    assert "saved here; 1 change waits" in away.stderr
    assert "Traceback" not in away.stderr
    assert str(port) in away.stderr
    standing = anna.call("team", "status", "--json").data
    assert (standing["waiting"], standing["position"]) == (1, CHANGES)


def test_a_server_put_back_is_refused_with_status_6(server: Server, desks: tuple[Desk, Desk]) -> None:
    """A sync with a restored server ends with status 6 and the position; --heal sends the lost entries."""
    anna, _ = desks
    anna.call("team", "create", server.address("anna"), "backup")
    anna.call("note", "31", "lost by the server")
    anna.call("sync")
    log = "(SELECT log_id FROM spacedialog_log WHERE name = 'backup')"
    server.sql(f"DELETE FROM spacedialog_change WHERE seq > {CHANGES - 8} AND log_id = {log}")
    refused = anna.call("sync")
    assert refused.status == 6
    assert f"no position {CHANGES + 1}" in refused.stderr
    assert "--heal" in refused.stderr
    healed = anna.call("sync", "--heal")
    assert (healed.status, healed.stdout.splitlines()[0]) == (
        0,
        f"9 sent, 0 received; at position {CHANGES + 1} of the team's log",
    )
    assert server.sql(f"SELECT count(*) FROM spacedialog_change WHERE log_id = {log}") == [(CHANGES + 1,)]


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
def test_an_address_without_secrets_is_kept_to_the_letter(url: str) -> None:
    """An address of several hosts, with certificates, local or with a service is accepted unchanged."""
    assert checked_url(url) == url


def test_without_psycopg_it_says_how_to_get_it(tmp_path: Path) -> None:
    """Without psycopg a team command names the command that installs it, and ends with status 2."""
    desk = Desk(tmp_path)
    blocked = (
        "import sys; sys.modules['psycopg'] = None; from spacedialog.cli.main import run;"
        "sys.exit(run(['team', 'join', 'postgresql://anna@localhost/space', 'space']))"
    )
    ran = desk.python("-c", blocked)
    assert ran.status == 2
    assert "pip install 'spacedialog[team]'" in ran.stderr


def test_a_server_without_tables_or_grants_says_what_to_do(server: Server, desks: tuple[Desk, Desk]) -> None:
    """A missing right or missing tables end with status 5, and the error says what the administrator must run."""
    anna, _ = desks
    outside = anna.call("team", "join", server.address("stranger"), "day")
    assert (outside.status, "GRANT spacedialog_member" in outside.stderr) == (5, True)
    server.sql("CREATE DATABASE bare")
    bare = anna.call("team", "join", server.address("anna", "bare"), "day")
    assert (bare.status, "spacedialog team sql | psql" in bare.stderr) == (5, True)
    assert not anna.db.exists()


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
def test_what_a_member_may_not_do(server: Server, statement: str) -> None:
    """The server forbids a member to change or delete shared entries, to sign as another, and to set times."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.sql(statement, user="anna")


def test_a_set_role_does_not_hide_who_pushed(server: Server) -> None:
    """An entry and a log are signed by who logged in, after SET ROLE too, once the SQL has run on an older server."""
    server.sql("ALTER TABLE spacedialog_change ALTER pushed_by SET DEFAULT current_user")
    server.sql("ALTER TABLE spacedialog_log ALTER created_by SET DEFAULT current_user")
    for _ in range(2):
        server.sql(tables_sql())
    server.sql(
        "SET ROLE spacedialog_member;"
        "INSERT INTO spacedialog_log (log_id, name, chain) VALUES ('role', 'role', repeat('0', 64));"
        "INSERT INTO spacedialog_change (log_id, seq, id, sha, chain, format, body)"
        " VALUES ('role', 1, repeat('a', 36), repeat('a', 64), repeat('a', 64), 1, '')",
        user="anna",
    )
    assert server.sql(
        "SELECT created_by, pushed_by FROM spacedialog_log JOIN spacedialog_change USING (log_id) WHERE log_id = 'role'"
    ) == [("anna", "anna")]


def test_a_change_over_64_kib_is_refused_by_the_server(server: Server) -> None:
    """The server accepts entries of up to 64 KiB."""
    with pytest.raises(psycopg.errors.CheckViolation):
        server.sql(
            "INSERT INTO spacedialog_change (log_id, seq, id, sha, chain, format, body)"
            " VALUES ('x', 1, repeat('a', 36), repeat('a', 64), repeat('a', 64), 1, repeat('é', 32769))",
            user="anna",
        )


def test_a_head_moved_by_hand_does_no_harm(server: Server, desks: tuple[Desk, Desk]) -> None:
    """If a member sets the head back, the next sync corrects it from the entries."""
    anna, rudolf = desks
    anna.call("team", "create", server.address("anna"), "head")
    rudolf.call("team", "join", server.address("rudolf"), "head")
    server.sql("UPDATE spacedialog_log SET head = 3, chain = repeat('0', 64) WHERE name = 'head'", user="rudolf")
    anna.call("note", "31", "all the same")
    assert "1 sent" in anna.call("sync").stdout
    assert "1 received" in rudolf.call("sync").stdout
    assert server.sql("SELECT head FROM spacedialog_log WHERE name = 'head'") == [(CHANGES + 1,)]


def test_one_change_takes_four_round_trips_out_and_one_in(server: Server, desks: tuple[Desk, Desk]) -> None:
    """Apart from connecting, a sync that sends takes at most four round trips, and one that receives takes one."""
    anna, rudolf = desks
    with relay(server.port) as network:
        url = "postgresql://{}@127.0.0.1:" + f"{network.port}/postgres"
        anna.call("team", "create", url.format("anna"), "trips")
        rudolf.call("team", "join", url.format("rudolf"), "trips")
        before = network.turns
        psycopg.connect(url.format("anna")).close()
        connecting = network.turns - before
        anna.call("note", "31", "one")
        for desk, most in ((anna, 4), (rudolf, 1)):
            before = network.turns
            assert desk.call("sync").status == 0
            assert network.turns - before - connecting == most
    assert json.loads(rudolf.call("team", "status", "--json").stdout)["data"]["waiting"] == 0


def test_chaos_in_small(server: Server) -> None:  # noqa: ARG001 - says what is missing
    """Killed backends, cut connections and power losses neither lose nor double entries."""
    did = chaos_sync.run(chaos_sync.Orders())
    assert did.kills >= 12
    assert did.stops >= 2
    assert did.entries > CHANGES + 4 * 6


def test_a_script_shares_a_record(server: Server, tmp_path: Path) -> None:
    """Two scripts create and join a log, exchange an entry, and leave; a dry run only counts."""
    told: list[str] = []
    interaction = Interaction(tell=told.append)
    anna = spacedialog.open(tmp_path / "anna.db", today=date(2026, 11, 22), author="anna")
    rudolf = spacedialog.open(tmp_path / "rudolf.db", today=date(2026, 11, 22), author="rudolf")
    assert anna.team.create(server.address("anna"), "script", interaction=interaction).sent == CHANGES
    assert told == [f"made a store at {anna.path}"]
    assert rudolf.team.join(server.address("rudolf"), "script").received == CHANGES
    anna.mark("31", "stalled")
    dry = spacedialog.open(anna.path, today=date(2026, 11, 22), author="anna", dry_run=True)
    assert (dry.sync().sent, dry.sync().dry_run, anna.team.status().waiting) == (1, True, 1)
    assert (anna.sync(heal=True, restamp=True).sent, rudolf.sync().received) == (1, 1)
    anna.note("31", "Kept here")
    assert anna.team.leave().waiting == 1
    with pytest.raises(InputError, match="belongs to no team"):
        anna.sync()
    with pytest.raises(NotFoundError, match="no team's log called nothing"):
        anna.team.join(server.address("anna"), "nothing")
