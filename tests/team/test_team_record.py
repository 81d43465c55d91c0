"""The record of a team, looked at and cared for: reports, briefs, doctor, backups, and views of a position."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from spacedialog.analysis.brief import brief
from spacedialog.errors import SyncRefusedError
from spacedialog.maintenance import checks as checkup
from spacedialog.maintenance import copies
from spacedialog.model.position import Scope, Since
from spacedialog.model.rows.record import DoctorRow
from spacedialog.presentation import brief as news
from spacedialog.presentation import documents
from spacedialog.render import html, markdown, xlsx
from spacedialog.store import database
from spacedialog.store.write import team_state
from spacedialog.team.exchange import chained, first_chain
from spacedialog.team.sync import Replica, SyncEnvironment, begin, empty_store
from spacedialog.tracker import Tracker
from tests.conftest import TODAY, Clock, Maker, entropy
from tests.support.memory_log import MemoryLogs

URL = "https://strelsau.example/done"


class Team:
    """Members with copies of the invented record, and their log in memory."""

    def __init__(self, make: Maker, clock: Clock) -> None:
        self.logs = MemoryLogs(clock)
        self.logs.create("space", "log")
        self._make, self._clock = make, clock

    def member(self, name: str, clock: Clock | None = None, *, record: str = "ruritania") -> Tracker:
        tracker = self._make(record, author=name, seed=name, clock=clock or self._clock)
        begin(tracker.path, team_state.Membership("memory:", "space", "log", 0, first_chain("log")), empty_store)
        return tracker

    def copy(self, tracker: Tracker, now: Callable[[], int] | None = None) -> Replica:
        around = SyncEnvironment(now or self._clock, lambda: 0.5, lambda _: None, entropy(tracker.author), print)
        return Replica(tracker.path, lambda member: self.logs.log(member.log_id), around)

    def disagreeing(self) -> tuple[Tracker, Tracker]:
        """Two who, apart from each other, said different things of the first commitment, and then met."""
        anna, rudolf = self.member("Anna"), self.member("Rudolf")
        self.copy(anna).sync()
        self.copy(rudolf).sync()
        anna.mark("1", "stalled", evidence=URL)
        rudolf.mark("1", "complete")
        for one in (anna, rudolf, anna):
            self.copy(one).sync()
        return anna, rudolf


@pytest.fixture
def team(make: Maker, clock: Clock) -> Team:
    return Team(make, clock)


def checks(path: Path, clock: Clock) -> dict[str, DoctorRow]:
    return {row.check: row for row in checkup.run_checks(path, now=clock())}


# Reports and briefs


def test_a_report_shows_the_position_and_both_values(team: Team) -> None:
    """A report has the position in the team's log, and of a conflict both values and who said them, in every format."""
    anna, _ = team.disagreeing()
    with anna.snapshot() as view:
        at = view.position()
        whole = view.report()
    assert whole.position == at.seq
    assert at.seq
    assert "conflict" in whole.commitments[0].commitment.flags
    (row,) = whole.commitments[0].conflicts
    assert {row.evidence, row.other_evidence} == {URL, None}
    document = documents.whole(whole)

    page, text, book = io.StringIO(), io.StringIO(), io.BytesIO()
    html.write(document, page)
    markdown.write(document, text)
    xlsx.write(document, book)
    for written in (page.getvalue(), text.getvalue().replace("\\", "")):
        assert f"position {at.seq} of the team" in written
        for said in ("complete", "stalled", "Anna", "Rudolf", "conflict"):
            assert said in written
    fold = page.getvalue().split("<h3>Not agreed on</h3>")[1].split("</ul>")[0]
    assert all(said in fold for said in ("complete, says Rudolf", "stalled, says Anna", URL))
    assert "nobody has decided yet" in page.getvalue().split('id="_reading"')[1]
    sheets = openpyxl.load_workbook(io.BytesIO(book.getvalue()))
    cells = [cell.value for cell in sheets["Not agreed on"][2]]
    assert {"complete", "stalled", "Anna", "Rudolf", URL} <= set(cells)
    about = {line[0].value: line[1].value for line in sheets["About"].iter_rows()}
    assert str(about["Log"]).endswith(f"position {at.seq} of the team's log")


def test_a_report_of_one_desk_speaks_of_no_team(tracker: Tracker) -> None:
    """Where nothing was shared there is no position and no conflict to see."""
    with tracker.snapshot() as view:
        whole = view.report()
    assert whole.position is None
    page = io.StringIO()
    html.write(documents.whole(whole), page)
    assert "team&#39;s log" not in page.getvalue()
    assert "Not agreed on" not in page.getvalue()


def test_a_brief_tells_the_position_and_what_is_not_agreed_on(team: Team) -> None:
    """A brief names the position and every conflict, with both values and the evidence, until someone decides."""
    anna, _ = team.disagreeing()
    with anna.snapshot() as view:
        told = brief(view, Since(TODAY, TODAY - timedelta(1), recorded=0), until=TODAY + timedelta(60))
        position = view.position().seq
    assert told.position == position
    text = io.StringIO()
    markdown.write(news.brief(told), text)
    said = text.getvalue().replace("\\", "")
    assert f"position {position} of the team's log" in said
    section = said.split("## Not agreed on")[1].split("##")[0]
    assert all(word in section for word in ("RUR1-01", "complete, says Rudolf", "stalled, says Anna", URL))
    lines: Iterable[Any] = news.brief(told).sheet.rows
    assert [line.source for line in lines if line.section == "conflicts"] == [URL]
    anna.mark("1", "complete")
    with anna.snapshot() as view:
        assert not brief(view, Since(TODAY, TODAY - timedelta(1), recorded=0), until=TODAY).conflicts


def test_a_report_at_a_position_stays_as_it_was(team: Team) -> None:
    """A report and a brief of a position say the same whatever was recorded, or came in, since."""
    anna, rudolf = team.disagreeing()
    with anna.snapshot() as view:
        seq = view.position().seq
    assert seq

    def seen(tracker: Tracker) -> tuple[object, object]:
        with tracker.snapshot(Scope(at_seq=seq)) as view:
            return view.report(), brief(view, Since(), until=TODAY)

    before = seen(anna)
    rudolf.mark("1", "withdrawn")
    team.copy(rudolf).sync()
    team.copy(anna).sync()
    anna.note("2", "not shared yet")
    assert seen(anna) == before


# Care


def test_doctor_finds_nothing_amiss_with_a_member(team: Team, clock: Clock) -> None:
    """A copy with conflicts, a clash of refs and positions is sound."""
    anna, rudolf = team.member("Anna"), team.member("Rudolf")
    for one, ref, status in ((anna, "2", "complete"), (rudolf, "3", "stalled")):
        one.edit(ref, {"ref": "RUR1-77"})
        one.mark("1", status)
    for one in (anna, rudolf, anna):
        team.copy(one).sync()
    with anna.snapshot() as view:
        assert view.disagreements() == (1, 1)
    found = checks(anna.path, clock)
    assert all(row.ok for row in found.values())
    assert found["positions"].looked_at == len(list(anna.log()))
    assert not any(row.findings for name, row in found.items() if name not in ("modes", "stamps"))


@pytest.mark.parametrize(
    ("statement", "check", "says"),
    [
        ("DELETE FROM conflict", "fold", "RUR1-01"),
        ("UPDATE conflict SET field = 'due'", "fold", "conflict"),
        ("INSERT INTO clash VALUES ('x', NULL, 'a', 'b', 'c', 'd')", "fold", "clash"),
        ("UPDATE team SET cursor = cursor + 1", "positions", "sync --heal"),
        ("UPDATE change SET seq = NULL WHERE seq = 3", "positions", "sync --heal"),
        ("INSERT INTO quarantine VALUES (1, 2, '', '', 'Mallory', 'why')", "positions", "taken twice"),
        ("INSERT INTO team SELECT * FROM team", "positions", "2 teams"),
        ("DROP INDEX idx_change_seq", "schema", "idx_change_seq is missing"),
        ("DROP TABLE quarantine", "schema", "quarantine is missing"),
    ],
)
def test_doctor_sees_what_was_done_to_a_members_copy(
    team: Team, clock: Clock, statement: str, check: str, says: str
) -> None:
    """What was altered in the tables of a team is found, and named."""
    anna, _ = team.disagreeing()
    with closing(sqlite3.connect(anna.path)) as connection:
        connection.execute(statement)
        connection.commit()
    row = checks(anna.path, clock)[check]
    assert not row.ok
    assert says in " ".join(row.said)


def test_a_hole_in_the_positions_is_healed(team: Team, clock: Clock) -> None:
    """What doctor says of a hole is true: a heal and a sync close it, and nothing is sent again."""
    anna, rudolf = team.disagreeing()
    with closing(sqlite3.connect(anna.path)) as connection:
        connection.execute("UPDATE change SET seq = NULL WHERE seq = 3")
        connection.commit()
    team.copy(anna).heal()
    assert team.copy(anna).sync().sent == 0
    assert checks(anna.path, clock)["positions"].ok
    assert list(anna.log()) == list(rudolf.log())


def test_doctor_names_what_was_set_aside(team: Team, clock: Clock) -> None:
    """An entry of the log that is no change is a remark, with its position, who sent it and why."""
    anna = team.member("Anna")
    team.copy(anna).sync()
    head = team.logs.logs["log"][-1]
    no_change = next(iter(anna.log()))._replace(id="01930000-0000-7000-8000-000000000001", sha="0" * 64)
    team.logs.log("log", "mallory").append(chained(head.chain, head.seq, [no_change]))
    team.copy(anna).sync()
    found = checks(anna.path, clock)
    (said,) = found["quarantine"].said
    assert found["quarantine"].ok
    assert said == f"position {head.seq + 1}, sent by mallory: set aside, its hash does not fit what it says"
    assert found["positions"].ok


def test_an_older_copy_that_is_put_back_gets_what_it_lacks(team: Team, tmp_path: Path, clock: Clock) -> None:
    """After a restore of an older backup a sync brings the rest again and sends nothing, and the work goes on."""
    anna, rudolf = team.disagreeing()
    copies.back_up(anna.path, tmp_path / "old.db")
    anna.note("2", "after the backup")
    team.copy(anna).sync()
    rudolf.note("3", "from Rudolf")
    team.copy(rudolf).sync()
    copies.restore(anna.path, tmp_path / "old.db", replace=True)
    assert checks(anna.path, clock)["positions"].ok
    got = team.copy(anna).sync()
    assert (got.sent, got.received) == (0, 2)
    assert list(anna.log()) == list(rudolf.log())
    anna.note("2", "after the restore")
    for one in (anna, rudolf):
        team.copy(one).sync()
    assert list(anna.log()) == list(rudolf.log())
    assert all(row.ok for row in checks(anna.path, clock).values())


def test_a_backup_with_changes_that_were_sent_since_sends_none_twice(team: Team, tmp_path: Path) -> None:
    """What waited when a backup was made, and was sent since, is found in the team's log after the restore."""
    anna, rudolf = team.disagreeing()
    anna.note("2", "waits")
    copies.back_up(anna.path, tmp_path / "old.db")
    team.copy(anna).sync()
    copies.restore(anna.path, tmp_path / "old.db", replace=True)
    assert (team.copy(anna).sync().received, len(team.logs.logs["log"])) == (0, len(list(anna.log())))
    team.copy(rudolf).sync()
    assert list(anna.log()) == list(rudolf.log())


def test_who_was_rescued_joins_again_and_loses_nothing(team: Team, tmp_path: Path, clock: Clock) -> None:
    """A rescued store is in no team and has no positions; joined again, it finds them, and sends only what is new."""
    anna, rudolf = team.disagreeing()
    anna.note("2", "not sent yet")
    log = list(anna.log())
    copies.rescue(anna.path, tmp_path / "new.db")
    with database.reading(tmp_path / "new.db") as connection:
        assert team_state.membership(connection) is None
        assert team_state.position(connection) is None
    begin(tmp_path / "new.db", team_state.Membership("memory:", "space", "log", 0, first_chain("log")), empty_store)
    rescued = Tracker(tmp_path / "new.db", today=TODAY, now=clock, author="Anna")
    assert team.copy(rescued).sync().received == 0
    team.copy(rudolf).sync()
    assert list(rescued.log()) == list(rudolf.log())
    assert [change.id for change in rescued.log()] == [change.id for change in log]


def test_a_fingerprint_of_a_member_holds_after_others_changes_came_in(team: Team) -> None:
    """What others recorded before it was printed, and what positions they have, does not alter a fingerprint."""
    anna, rudolf = team.member("Anna"), team.member("Rudolf")
    rudolf.note("1", "earlier, and elsewhere")
    anna.note("2", "mine")
    printed = anna.fingerprint().fingerprint
    for one in (rudolf, anna):
        team.copy(one).sync()
    assert anna.verify_fingerprint(printed).holds


def test_restamped_changes_leave_a_sound_store(team: Team, clock: Clock) -> None:
    """After a restamp rows still count the changes, doctor finds nothing lost, and a copy stands beside the store."""
    fast = Clock(clock.now + 400_000_000)
    anna, rudolf = team.member("Anna", fast), team.member("Rudolf")
    anna.note("1", "first")
    anna.note("2", "second")
    rudolf.note("3", "comes in before the rest is refused")
    team.copy(rudolf).sync()
    with pytest.raises(SyncRefusedError):
        team.copy(anna, fast).sync()
    fast.now = clock.now
    before = len(list(anna.log()))
    assert team.copy(anna).restamp() == 2
    with anna.snapshot() as view:
        assert view.position().entries == len(list(anna.log())) == before
    found = checks(anna.path, clock)
    assert all(row.ok for row in found.values())
    assert not any("future" in said for said in found["stamps"].said)
    (kept,) = anna.path.parent.glob("*.backup-1-before-restamp")
    assert all(row.ok for row in checks(kept, clock).values())
    assert b"first" in kept.read_bytes()
