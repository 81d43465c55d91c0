"""Tests of a member's store: reports, briefs, doctor, backups, fingerprints, and views of a position."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from spacedialog.analysis.brief import brief
from spacedialog.errors import SyncRefusedError
from spacedialog.maintenance import checks as checkup
from spacedialog.maintenance import copies
from spacedialog.model.filters import Flagged
from spacedialog.model.position import Scope, Since
from spacedialog.model.rows.maintenance import DoctorRow
from spacedialog.model.vocabulary import Flag
from spacedialog.presentation import brief as news
from spacedialog.presentation import report
from spacedialog.render import html, markdown, xlsx
from spacedialog.render.formats import Settings
from spacedialog.store import database, migrations, team_state
from spacedialog.store.log import shared_position
from spacedialog.team.exchange import chained, first_chain
from spacedialog.team.sync import begin
from spacedialog.tracker import Tracker
from tests.support.team import EVIDENCE, Team
from tests.support.trackers import TODAY, Clock, Maker


@pytest.fixture
def team(make: Maker, clock: Clock) -> Team:
    return Team(make, clock)


def checks(path: Path, clock: Clock) -> dict[str, DoctorRow]:
    return {row.check: row for row in checkup.run_checks(path, now=clock())}


# Reports and briefs


def test_a_report_shows_the_position_and_both_values(team: Team) -> None:
    """A report shows the position in the shared log, and both values and authors of a conflict, in every format."""
    anna, _ = team.disagreeing()
    with anna.snapshot() as view:
        at = view.position()
        whole = view.report()
    assert whole.position == at.seq
    assert at.seq
    assert "conflict" in whole.commitments[0].commitment.flags
    (row,) = whole.commitments[0].conflicts
    assert {row.evidence, row.other_evidence} == {(EVIDENCE,), ()}
    document = report.report(whole)

    page, text, book = io.StringIO(), io.StringIO(), io.BytesIO()
    html.write(document, page, Settings())
    markdown.write(document, text, Settings())
    xlsx.write(document, book, Settings())
    for written in (page.getvalue(), text.getvalue().replace("\\", "")):
        assert f"position {at.seq} of the shared log" in written
        for said in ("complete", "stalled", "Anna", "Rudolf", "conflict"):
            assert said in written
    fold = page.getvalue().split("<h3>Conflicts</h3>")[1].split("</ul>")[0]
    assert all(said in fold for said in ("complete, by Rudolf", "stalled, by Anna", EVIDENCE))
    assert "recorded different values, and the conflict is not resolved" in page.getvalue().split('id="_reading"')[1]
    sheets = openpyxl.load_workbook(io.BytesIO(book.getvalue()))
    cells = [cell.value for cell in sheets["Conflicts"][2]]
    assert {"complete", "stalled", "Anna", "Rudolf", EVIDENCE} <= set(cells)
    about = {line[0].value: line[1].value for line in sheets["About"].iter_rows()}
    assert str(about["Log"]).endswith(f"position {at.seq} of the shared log")


def test_a_report_of_one_desk_speaks_of_no_team(tracker: Tracker) -> None:
    """A report without a team has neither a position nor conflicts."""
    with tracker.snapshot() as view:
        whole = view.report()
    assert whole.position is None
    page = io.StringIO()
    html.write(report.report(whole), page, Settings())
    assert "team&#39;s log" not in page.getvalue()
    assert "<h3>Conflicts</h3>" not in page.getvalue()


def test_a_brief_has_the_position_and_the_conflicts(team: Team) -> None:
    """A brief shows the position and each open conflict, with both values and their evidence."""
    anna, _ = team.disagreeing()
    with anna.snapshot() as view:
        told = brief(view, Since(TODAY, TODAY - timedelta(1), recorded=0), until=TODAY + timedelta(60))
        position = view.position().seq
    assert told.position == position
    text = io.StringIO()
    markdown.write(news.brief(told), text, Settings())
    said = text.getvalue().replace("\\", "")
    assert f"position {position} of the shared log" in said
    section = said.split("## Conflicts")[1].split("##")[0]
    assert all(word in section for word in ("RUR1-01", "complete, by Rudolf", "stalled, by Anna", EVIDENCE))
    lines: Iterable[Any] = news.brief(told).table.rows
    assert [line.source for line in lines if line.section == "conflicts"] == [(EVIDENCE,)]
    anna.mark("1", "complete")
    with anna.snapshot() as view:
        assert not brief(view, Since(TODAY, TODAY - timedelta(1), recorded=0), until=TODAY).conflicts


@pytest.fixture
def decided(team: Team, clock: Clock) -> tuple[Tracker, int]:
    """A member's store and the time of a decision in it.

    Marks of 10 and 20 November are in conflict, and a decision is dated 25 November. Two things were given one ref on
    the same days, and on the day of the decision the second is renamed.
    """
    anna, rudolf = team.member("Anna"), team.member("Rudolf")
    for one, ref, status, on in ((anna, "2", "stalled", "2026-11-10"), (rudolf, "3", "complete", "2026-11-20")):
        one.mark("1", status, on=on)
        one.edit(ref, {"ref": "RUR1-77"}, on=on)
    team.sync(anna, rudolf, anna)
    known = clock.now
    anna.mark("1", "in-progress", on="2026-11-25")
    anna.edit("77b", {"ref": "RUR1-78"}, on="2026-11-25")
    return anna, known


@pytest.mark.parametrize("day", ["2026-11-19", "2026-11-20", "2026-11-24", "2026-11-25"])
@pytest.mark.parametrize("before", [False, True])
def test_every_view_of_a_day_shows_the_conflicts_of_that_day(
    decided: tuple[Tracker, int], day: str, before: bool
) -> None:
    """All views show a conflict and a ref clash from the day on which both entries apply until the day of the decision.

    A view as known before the decision was recorded still shows them.
    """
    anna, known = decided
    expected = day >= "2026-11-20" and (before or day < "2026-11-25")
    with anna.snapshot(Scope(date.fromisoformat(day), known_at=known if before else None)) as view:
        whole = view.report()
        rows = [row for row in view.commitments() if Flag.CONFLICT in row.flags]
        assert list(view.commitments(Flagged(Flag.CONFLICT))) == rows
        assert [row.ref for row in rows] == ["RUR1-01"] * expected
        conflicts = list(view.conflicts())
        assert [(row.ref, row.field) for row in conflicts] == [("RUR1-01", "status"), ("RUR1-77b", "ref")] * expected
        assert view.disagreements() == (expected, expected)
        assert [row for one in whole.commitments for row in one.conflicts] == conflicts
        assert list(view.detail(view.refs.resolve("1")).conflicts) == conflicts[:1]
        assert list(brief(view, Since(), until=TODAY).conflicts) == conflicts
        assert ("RUR1-77b" in {row.ref for row in view.commitments()}) == expected


def test_a_ref_given_twice_has_its_letter_on_every_day(team: Team) -> None:
    """The letter does not depend on the day of the view, because a ref names one thing on all days."""
    anna, rudolf = team.member("Anna"), team.member("Rudolf")
    anna.edit("2", {"ref": "RUR1-77"}, on="2026-11-20")
    rudolf.edit("3", {"ref": "RUR1-77"}, on="2026-11-10")
    team.sync(anna, rudolf, anna)
    for day in (date(2026, 11, 10), TODAY):
        with anna.snapshot(Scope(day)) as view:
            assert "RUR1-77b" in {row.ref for row in view.commitments()}
            assert view.disagreements() == (0, 1)


def test_a_report_at_a_position_stays_as_it_was(team: Team) -> None:
    """A report and a brief of a position do not change with entries recorded or received later."""
    anna, rudolf = team.disagreeing()
    with anna.snapshot() as view:
        seq = view.position().seq
    assert seq

    def seen(tracker: Tracker) -> tuple[object, object]:
        with tracker.snapshot(Scope(at_seq=seq)) as view:
            return view.report(), brief(view, Since(), until=TODAY)

    before = seen(anna)
    rudolf.mark("1", "withdrawn")
    team.sync(rudolf, anna)
    anna.note("2", "not shared yet")
    assert seen(anna) == before


# Maintenance


def test_doctor_finds_nothing_amiss_with_a_member(team: Team, clock: Clock) -> None:
    """A member's store with conflicts, a ref clash and positions passes every check."""
    anna, rudolf = team.member("Anna"), team.member("Rudolf")
    for one, ref, status in ((anna, "2", "complete"), (rudolf, "3", "stalled")):
        one.edit(ref, {"ref": "RUR1-77"})
        one.mark("1", status)
    for one in (anna, rudolf, anna):
        team.replica(one).sync()
    with anna.snapshot() as view:
        assert view.disagreements() == (1, 1)
    found = checks(anna.path, clock)
    assert all(row.ok for row in found.values())
    assert found["positions"].looked_at == len(list(anna.log()))
    assert not any(row.findings for name, row in found.items() if name not in ("modes", "stamps"))


def test_a_store_of_the_schema_without_days_of_conflicts_is_sound_and_is_upgraded(
    decided: tuple[Tracker, int], clock: Clock
) -> None:
    """doctor accepts a store whose conflicts have no days, as in schema 5, and a write upgrades it."""
    anna, _ = decided
    newer = anna.path.rename(anna.path.with_name("newer.db"))
    with closing(sqlite3.connect(anna.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrations.migrate(connection, 5)
        connection.execute("ATTACH ? AS newer", (str(newer),))
        for table in ("change", "team"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM newer.{table}")
        connection.execute("DETACH newer")
        connection.execute(f"PRAGMA application_id = {database.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 5")
    anna.path.chmod(0o600)
    found = checks(anna.path, clock)
    assert all(row.ok for row in found.values()), found
    anna.note("1", "Heard.")
    assert all(row.ok for row in checks(anna.path, clock).values())
    with anna.snapshot(Scope(date(2026, 11, 20))) as view:
        assert view.disagreements() == (1, 1)


@pytest.mark.parametrize(
    ("statement", "check", "says"),
    [
        ("DELETE FROM conflict", "fold", "RUR1-01"),
        ("UPDATE conflict SET field = 'due'", "fold", "conflict"),
        ("INSERT INTO clash VALUES ('x', NULL, 'a', 'b', 'c', 'd')", "fold", "clash"),
        ("UPDATE team SET cursor = cursor + 1", "positions", "sync --heal"),
        ("UPDATE change SET seq = NULL WHERE seq = 3", "positions", "sync --heal"),
        ("INSERT INTO quarantine VALUES (1, 2, '', '', 'Mallory', 'why', NULL)", "positions", "occur twice"),
        ("INSERT INTO team SELECT * FROM team", "positions", "2 teams"),
        ("DROP INDEX idx_change_seq", "schema", "idx_change_seq is missing"),
        ("DROP TABLE quarantine", "schema", "quarantine is missing"),
    ],
)
def test_doctor_sees_what_was_done_to_a_members_copy(
    team: Team, clock: Clock, statement: str, check: str, says: str
) -> None:
    """doctor finds and names changes that were made to the team's tables by hand."""
    anna, _ = team.disagreeing()
    with closing(sqlite3.connect(anna.path)) as connection:
        connection.execute(statement)
        connection.commit()
    row = checks(anna.path, clock)[check]
    assert not row.ok
    assert says in " ".join(row.said)


def test_a_hole_in_the_positions_is_healed(team: Team, clock: Clock) -> None:
    """A heal and a sync close a gap in the positions that doctor reported, and send nothing again."""
    anna, rudolf = team.disagreeing()
    with closing(sqlite3.connect(anna.path)) as connection:
        connection.execute("UPDATE change SET seq = NULL WHERE seq = 3")
        connection.commit()
    team.replica(anna).heal()
    assert team.replica(anna).sync().sent == 0
    assert checks(anna.path, clock)["positions"].ok
    assert list(anna.log()) == list(rudolf.log())


def test_doctor_names_what_was_set_aside(team: Team, clock: Clock) -> None:
    """doctor reports a quarantined entry with its position, its sender and the reason."""
    anna = team.member("Anna")
    team.sync(anna)
    head = team.logs.logs["log"][-1]
    invalid = next(iter(anna.log()))._replace(id="01930000-0000-7000-8000-000000000001", sha="0" * 64)
    team.logs.log("log", "mallory").append(chained(head.chain, head.seq, [invalid]))
    team.sync(anna)
    found = checks(anna.path, clock)
    (said,) = found["quarantine"].said
    assert found["quarantine"].ok
    assert said == f"position {head.seq + 1}, sent by mallory: quarantined: its hash does not match its content"
    assert found["positions"].ok


def test_an_older_copy_that_is_put_back_gets_what_it_lacks(team: Team, tmp_path: Path, clock: Clock) -> None:
    """A sync after a restore of an older backup receives the missing entries and sends none."""
    anna, rudolf = team.disagreeing()
    copies.back_up(anna.path, tmp_path / "old.db")
    anna.note("2", "after the backup")
    team.sync(anna)
    rudolf.note("3", "from Rudolf")
    team.replica(rudolf).sync()
    copies.restore(anna.path, tmp_path / "old.db", replace=True)
    assert checks(anna.path, clock)["positions"].ok
    got = team.replica(anna).sync()
    assert (got.sent, got.received) == (0, 2)
    assert list(anna.log()) == list(rudolf.log())
    anna.note("2", "after the restore")
    team.sync(anna, rudolf)
    assert list(anna.log()) == list(rudolf.log())
    assert all(row.ok for row in checks(anna.path, clock).values())


def test_a_backup_with_changes_that_were_sent_since_sends_none_twice(team: Team, tmp_path: Path) -> None:
    """Entries that waited at the time of a backup and were sent since are not sent again after a restore."""
    anna, rudolf = team.disagreeing()
    anna.note("2", "waits")
    copies.back_up(anna.path, tmp_path / "old.db")
    team.replica(anna).sync()
    copies.restore(anna.path, tmp_path / "old.db", replace=True)
    assert (team.replica(anna).sync().received, len(team.logs.logs["log"])) == (0, len(list(anna.log())))
    team.replica(rudolf).sync()
    assert list(anna.log()) == list(rudolf.log())


def test_a_rescued_copy_joins_again_without_a_loss(team: Team, tmp_path: Path, clock: Clock) -> None:
    """A rescued store has neither team nor positions; after joining again it sends only new entries."""
    anna, rudolf = team.disagreeing()
    anna.note("2", "not sent yet")
    log = list(anna.log())
    copies.rescue(anna.path, tmp_path / "new.db")
    with database.reading(tmp_path / "new.db") as connection:
        assert team_state.membership(connection) is None
        assert shared_position(connection) is None
    begin(tmp_path / "new.db", team_state.Membership("memory:", "space", "log", 0, first_chain("log")))
    rescued = Tracker(tmp_path / "new.db", today=TODAY, now=clock, author="Anna")
    assert team.replica(rescued).sync().received == 0
    team.sync(rudolf)
    assert list(rescued.log()) == list(rudolf.log())
    assert [entry.id for entry in rescued.log()] == [entry.id for entry in log]


def test_a_fingerprint_of_a_member_holds_after_others_changes_came_in(team: Team) -> None:
    """A fingerprint still holds after earlier entries of other members and positions were received."""
    anna, rudolf = team.member("Anna"), team.member("Rudolf")
    rudolf.note("1", "earlier, and elsewhere")
    anna.note("2", "mine")
    printed = anna.fingerprint().fingerprint
    for one in (rudolf, anna):
        team.replica(one).sync()
    assert anna.verify_fingerprint(printed).holds


def test_restamped_changes_leave_a_sound_store(team: Team, clock: Clock) -> None:
    """After a restamp the store passes every check, and a copy of the old store is kept."""
    fast = Clock(clock.now + 400_000_000)
    anna, rudolf = team.member("Anna", fast), team.member("Rudolf")
    anna.note("1", "first")
    anna.note("2", "second")
    rudolf.note("3", "comes in before the rest is refused")
    team.sync(rudolf)
    with pytest.raises(SyncRefusedError):
        team.replica(anna, fast).sync()
    fast.now = clock.now
    before = len(list(anna.log()))
    assert anna.restamp().changes == 2
    with anna.snapshot() as view:
        assert view.position().entries == len(list(anna.log())) == before
    found = checks(anna.path, clock)
    assert all(row.ok for row in found.values())
    assert not any("future" in said for said in found["stamps"].said)
    (kept,) = anna.path.parent.glob("*.backup-1-before-restamp")
    assert all(row.ok for row in checks(kept, clock).values())
    assert b"first" in kept.read_bytes()


def test_a_check_is_synced_to_the_other_members(team: Team) -> None:
    """A check is synced like any other entry: the other copy has its day, and the status does not change."""
    anna, rudolf = team.member("Anna"), team.member("Rudolf")
    anna.check(["2"], note="News pages.")
    for one in (anna, rudolf):
        team.replica(one).sync()
    with rudolf.snapshot() as view:
        shown = view.detail(view.refs.resolve("2"))
        assert view.history(limit=1)[0].kind == "check"
    with anna.snapshot() as view:
        assert shown.checked_on == view.detail(view.refs.resolve("2")).checked_on is not None
    assert shown.commitment.status == "unknown"
