"""Tests of the team's commands on a real server."""

from __future__ import annotations

import json
from datetime import date
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

import spacedialog
from spacedialog.cli import terminal
from spacedialog.cli.commands import team
from spacedialog.errors import InputError, NotFoundError
from spacedialog.tracker.team import Interaction
from tests.support.built_in import CHANGES
from tests.support.program import Desk
from tests.support.proxy import relay
from tests.support.servers import GUARDED, Server


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
    assert f"Sent {CHANGES} entries, received 0; position {CHANGES}" in began.stdout
    assert f"Sent 0 entries, received {CHANGES}" in rudolf.call("team", "join", server.address("rudolf"), "day").stdout
    anna.call("mark", "31", "complete", "--by", "anna")
    rudolf.call("mark", "31", "stalled", "--by", "rudolf")
    rudolf.call("add", "Share orbit data", "--area", "exploration", "--source", "ST1", "--by", "rudolf")
    anna.call("add", "Share tide data", "--area", "exploration", "--source", "ST1", "--by", "anna")
    assert "2 entries to send" in anna.call("team", "status").stdout
    assert "Dry run: 2 entries to send, 0 to receive" in anna.call("sync", "--dry-run").stdout
    assert "Sent 2 entries, received 0" in anna.call("sync").stdout
    met = rudolf.call("sync").stdout
    assert "Sent 2 entries, received 2" in met
    assert "1 conflict to resolve" in met
    assert "1 ref used twice" in met
    anna.call("sync")
    for desk in desks:
        assert [row["ref"] for row in desk.call("list", "--conflict", "--json").data] == ["ROK4-31"]
        rows = desk.call("conflicts", "--json").data
        assert [(row["ref"], row["field"], row["author"], row["other_author"]) for row in rows] == [
            ("ROK4-31", "status", "rudolf", "anna"),
            ("ROK4-43b", "ref", "anna", "rudolf"),
        ]
        assert "complete, by anna" in desk.call("show", "31", "-f", "md").stdout
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
    signed = server.sql(
        "SELECT DISTINCT pushed_by FROM spacedialog_change JOIN spacedialog_log USING (log_id) WHERE name = 'day'"
        " ORDER BY pushed_by"
    )
    assert signed == [("anna",), ("rudolf",)]
    assert "Left day" in rudolf.call("team", "leave").stdout
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
    assert "1 entry waits" in away.stderr
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
    assert f"ends before position {CHANGES + 1}" in refused.stderr
    assert "--heal" in refused.stderr
    healed = anna.call("sync", "--heal")
    assert (healed.status, healed.stdout.splitlines()[0]) == (
        0,
        f"Sent 9 entries, received 0; position {CHANGES + 1} of the shared log",
    )
    assert server.sql(f"SELECT count(*) FROM spacedialog_change WHERE log_id = {log}") == [(CHANGES + 1,)]


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


def test_a_head_moved_by_hand_does_no_harm(server: Server, desks: tuple[Desk, Desk]) -> None:
    """If a member sets the head back, the next sync corrects it from the entries."""
    anna, rudolf = desks
    anna.call("team", "create", server.address("anna"), "head")
    rudolf.call("team", "join", server.address("rudolf"), "head")
    server.sql("UPDATE spacedialog_log SET head = 3, chain = repeat('0', 64) WHERE name = 'head'", user="rudolf")
    anna.call("note", "31", "all the same")
    assert "Sent 1 entry" in anna.call("sync").stdout
    assert "received 1;" in rudolf.call("sync").stdout
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
        # A message that arrives in two pieces counts as a round trip more, so the least of three syncs counts.
        least = dict.fromkeys((anna, rudolf), 99)
        for number in range(3):
            anna.call("note", "31", f"note {number}")
            for desk in (anna, rudolf):
                before = network.turns
                assert desk.call("sync").status == 0
                least[desk] = min(least[desk], network.turns - before - connecting)
        assert least == {anna: 4, rudolf: 1}
    assert json.loads(rudolf.call("team", "status", "--json").stdout)["data"]["waiting"] == 0


def test_a_password_is_asked_once_per_run(
    server: Server, desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run asks once for a password, even if it connects repeatedly and another host of the address is down."""
    anna, _ = desks
    server.sql(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'secret-word' IN ROLE spacedialog_member")
    asked = count()

    def password() -> str:
        next(asked)
        return "secret-word"

    rounds = iter([None, None])
    monkeypatch.setattr(terminal, "password", password)
    monkeypatch.setattr(team, "time", SimpleNamespace(sleep=lambda _: next(rounds)))
    url = f"postgresql://{GUARDED}@127.0.0.1:{server.port},127.0.0.1:1/postgres"
    assert anna.call("team", "create", url, "password").status == 0
    assert next(asked) == 1
    with pytest.raises(StopIteration):
        anna.call("sync", "--watch", "60")
    assert next(asked) == 1 + 2
    assert not any(b"secret-word" in content for content in anna.files().values())


def test_a_script_shares_a_record(server: Server, tmp_path: Path) -> None:
    """Two scripts create and join a log, exchange an entry, and leave; a dry run only counts."""
    told: list[str] = []
    interaction = Interaction(show=told.append)
    anna = spacedialog.open(tmp_path / "anna.db", today=date(2026, 11, 22), author="anna")
    rudolf = spacedialog.open(tmp_path / "rudolf.db", today=date(2026, 11, 22), author="rudolf")
    assert anna.team.create(server.address("anna"), "script", interaction=interaction).sent == CHANGES
    assert told == [f"Created {anna.path}."]
    assert rudolf.team.join(server.address("rudolf"), "script").received == CHANGES
    anna.mark("31", "stalled")
    dry = spacedialog.open(anna.path, today=date(2026, 11, 22), author="anna", dry_run=True)
    assert (dry.sync().sent, dry.sync().dry_run, anna.team.status().waiting) == (1, True, 1)
    assert (anna.sync(heal=True).sent, rudolf.sync().received) == (1, 1)
    anna.note("31", "Kept here")
    assert anna.team.leave().waiting == 1
    with pytest.raises(InputError, match="does not belong to a team"):
        anna.sync()
    with pytest.raises(NotFoundError, match="no shared log called nothing"):
        anna.team.join(server.address("anna"), "nothing")
