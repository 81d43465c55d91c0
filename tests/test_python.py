"""Tests of `import spacedialog`: the same record and rows for scripts and notebooks."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

import spacedialog
from spacedialog import environment
from spacedialog.errors import InputError, NotFoundError, SpacedialogError, StoreError
from spacedialog.model.fields import CommitmentRow, NewCommitment
from spacedialog.model.position import Scope
from spacedialog.model.rows.record import UpcomingRow
from spacedialog.model.rows.written import Written
from spacedialog.store.read.selection import Selection
from spacedialog.tracker import Tracker
from spacedialog.tracker.statements import StatementFile
from spacedialog.tracker.team import Team
from tests.support import drafted
from tests.support.built_in import COMMITMENTS
from tests.support.program import Desk

TODAY = date(2026, 11, 22)


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return spacedialog.open(tmp_path / "tracker.db", today=TODAY, author="script")


def test_rows_are_those_of_the_commands(tracker: Tracker, tmp_path: Path) -> None:
    """The rows of a script are those of `--json`, field by field."""
    desk = Desk(tmp_path)
    with tracker.snapshot() as snapshot:
        listed, coming = list(snapshot.commitments()), snapshot.upcoming()
    assert all(isinstance(row, CommitmentRow) for row in listed)
    assert all(isinstance(row, UpcomingRow) for row in coming)
    said = desk.call("list", "--json").data
    assert [{**row._asdict(), "partners": [*row.partners], "flags": [*row.flags]} for row in listed] == said
    assert [row._asdict() for row in coming] == desk.call("upcoming", "--json").data


def test_opening_and_reading_create_no_store(tracker: Tracker, tmp_path: Path) -> None:
    """Opening and reading a tracker without a store creates none."""
    assert not tracker.has_store
    with tracker.snapshot() as snapshot:
        assert snapshot.coverage().commitments == COMMITMENTS
    assert list(tmp_path.iterdir()) == []


def test_writes_as_the_documentation_shows(tracker: Tracker) -> None:
    """A mark has the author's name, and takes effect on its day."""
    written = tracker.mark("31", "in-progress", percent=60, on="2026-06-01", evidence="https://example.org/news")
    assert isinstance(written, Written)
    assert (written.did, written.ref, written.changes) == ("marked", "ROK4-31", 1)
    assert tracker.has_store
    with tracker.snapshot() as snapshot:
        (row,) = [row for row in snapshot.commitments() if row.ref == "ROK4-31"]
        entry = snapshot.history()[-1]
    assert (row.status, row.percent) == ("in-progress", 60)
    assert (entry.author, entry.on, entry.evidence) == ("script", "2026-06-01", ("https://example.org/news",))
    tracker.mark("31", "complete", evidence=["Cable SEOUL 1234 of 3 May 2026", "https://example.org/news"])
    with tracker.snapshot() as snapshot:
        assert snapshot.history()[-1].evidence == ("Cable SEOUL 1234 of 3 May 2026", "https://example.org/news")
    with tracker.snapshot(Scope(as_of=date(2025, 4, 14))) as snapshot:
        (before,) = [row for row in snapshot.commitments() if row.ref == "ROK4-31"]
    assert before.percent is None


def test_every_write_can_be_undone(tracker: Tracker) -> None:
    """Notes, dates, marks and files of updates are recorded and undone from a script."""
    tracker.mark("33", "stalled")
    with tracker.snapshot() as snapshot:
        before = list(snapshot.commitments())
    writes: list[Callable[[], Written]] = [
        lambda: tracker.note("33", "Raised again"),
        lambda: tracker.reschedule("31", "2027"),
        lambda: tracker.edit("33", {"title": "Other"}),
        lambda: tracker.add_milestone("33", "Talks", "2027"),
        lambda: tracker.apply('{"ref": "33", "status": "complete"}', "updates"),
    ]
    for write in writes:
        written = write()
        assert written.undo
        tracker.undo(written.undo)
        with tracker.snapshot() as snapshot:
            assert list(snapshot.commitments()) == before


def test_every_remaining_write_is_recorded(tracker: Tracker) -> None:
    """Additions, verdicts and links are written from a script, with the remarks that the options have."""
    added = tracker.add(NewCommitment("Share orbit data", "exploration", "ST1"), on="2026-05-04", note="By phone")
    assert (added.did, added.ref) == ("added", "ROK4-43")
    assessed = tracker.assess("43", "met", assessor="Anna", evidence="https://example.org/report")
    assert (assessed.did, assessed.notices) == ("assessed", ())
    assert tracker.link("ROK3-12", "ROK4-43").did == "linked"
    assert tracker.unlink("ROK3-12", "ROK4-43").did == "not-linked"
    undone = tracker.undo()
    assert tracker.redo().changes == undone.changes == 1
    (entry,) = [entry for entry in tracker.log() if entry.id == added.undo]
    assert (entry.on, entry.content["note"]) == ("2026-05-04", "By phone")


def test_a_scope_names_a_state_of_the_record(tracker: Tracker) -> None:
    """A snapshot shows the day, the recording time and the dialogues of its scope; others are refused."""
    before = environment.now()
    tracker.mark("31", "stalled")
    states = [(Scope(), "stalled"), (Scope(known_at=before), "in-progress"), (Scope(date(2026, 1, 1)), "in-progress")]
    for scope, status in states:
        with tracker.snapshot(scope) as snapshot:
            assert snapshot.fields_of(snapshot.refs.resolve("31"))["status"] == status
    with tracker.snapshot(Scope(dialogues=["rok3"])) as snapshot:
        assert {row.dialogue for row in snapshot.commitments()} == {"ROK3"}
    with pytest.raises(InputError, match="ROK9"), tracker.snapshot(Scope(dialogues=["ROK9"])):
        pass
    with pytest.raises(NotFoundError, match="position 3"), tracker.snapshot(Scope(at_seq=3)):
        pass


def test_a_brief_continues_from_its_checkpoint(tracker: Tracker) -> None:
    """A brief from a checkpoint covers the entries since it was saved, and only a save moves it."""
    assert [row.entry.ref for row in tracker.brief(date(2026, 11, 1)).changed] == []
    tracker.mark("31", "stalled")
    assert [row.entry.ref for row in tracker.brief(date(2026, 11, 1)).also] == ["ROK4-31"]
    weekly = tracker.checkpoint("weekly")
    assert not tracker.brief(checkpoint=weekly).has_news
    assert weekly.is_new
    weekly.save()
    assert not tracker.brief(checkpoint=tracker.checkpoint("weekly")).has_news
    tracker.note("33", "Raised again")
    brief = tracker.brief(checkpoint=tracker.checkpoint("weekly"), until=date(2027, 1, 31))
    assert ([row.entry.ref for row in brief.changed], brief.until) == (["ROK4-33"], "2027-01-31")
    with pytest.raises(InputError):
        tracker.checkpoint("no/name")


def test_a_report_has_the_selected_commitments(tracker: Tracker) -> None:
    """A report of the whole record compares its newest dialogues; a report on a part does not, and names the part."""
    whole = tracker.report()
    assert (len(whole.commitments), whole.selection) == (COMMITMENTS, "")
    assert whole.carried
    assert (whole.carried.old, whole.carried.new) == ("ROK3", "ROK4")
    part = tracker.report(Selection(area=["exploration"]), sort="due", scope=Scope(dialogues=["ROK4"]))
    assert {detail.commitment.area for detail in part.commitments} == {"exploration"}
    assert (part.selection, part.carried) == ("dialogue ROK4, area exploration", None)
    refs = {detail.commitment.ref for detail in part.commitments}
    events = tracker.calendar(Selection(area=["exploration"]), scope=Scope(dialogues=["ROK4"]))
    assert events
    assert {event.commitment for event in events} <= refs


def test_comparison_agreement_and_crosswalk(tracker: Tracker) -> None:
    """Comparison, agreement and crosswalk are each one typed row that covers the selected commitments."""
    comparison = tracker.compare("rok3", "ROK4")
    assert (comparison.old, comparison.new) == ("ROK3", "ROK4")
    assert sum(comparison.counts.values()) >= len(comparison.rows)
    for assessor, verdict in (("Anna", "met"), ("Bo", "not-met")):
        tracker.assess("33", verdict, assessor=assessor)
    agreement = tracker.agreement()
    assert (agreement.units, [row.ref for row in agreement.differences]) == (1, ["ROK4-33"])
    assert tracker.rubrics() == [agreement.rubric]
    assert tracker.agreement(Selection(area=["exploration"])).units == 0
    crosswalk = tracker.crosswalk("politifact", Selection(dialogue=["ROK3"]), sort="due")
    assert {row.ref.partition("-")[0] for row in crosswalk.rows} == {"ROK3"}
    assert tracker.coverage(scope=Scope(dialogues=["ROK3"])).commitments == len(crosswalk.rows)


def test_a_store_is_checked_copied_and_rescued(tracker: Tracker, tmp_path: Path) -> None:
    """`doctor` finds no fault in a sound store; a backup, a restored and a rescued store have the same fingerprint."""
    assert tracker.doctor() == []
    tracker.mark("33", "complete")
    assert all(row.ok for row in tracker.doctor())
    fingerprint = tracker.fingerprint().fingerprint
    copied = tracker.backup(tmp_path / "copy.db")
    tracker.note("33", "Recorded after the copy")
    assert tracker.verify_fingerprint(fingerprint).holds
    with pytest.raises(InputError):
        tracker.restore(tmp_path / "copy.db")
    assert tracker.restore(tmp_path / "copy.db", replace=True).changes == copied.changes
    tracker.rescue(tmp_path / "rescued.db")
    for path in (tracker.path, tmp_path / "copy.db", tmp_path / "rescued.db"):
        assert spacedialog.open(path, today=TODAY, author="script").fingerprint().fingerprint == fingerprint


def test_a_statement_is_drafted_reviewed_imported_and_verified(tracker: Tracker, tmp_path: Path) -> None:
    """A script drafts, reviews, imports and verifies a statement, whose sentences are all found in its text."""
    text = drafted.TEXT.encode()
    statement = StatementFile(BytesIO(text), "statement.txt")
    found = tracker.draft(statement, when="2026-05-04", sides=("ZUB=Zubrowka", "SYL=Syldavia"), key="ZUB2")
    assert found.document["compiled"] == TODAY.isoformat()
    path = tmp_path / "draft.json"
    path.write_text(json.dumps(found.document))
    review = tracker.review(path)
    total = review.counts().left
    review.edit({"title": "Launch a tender", "due": "2028"})
    review.accept()
    review.back()
    assert review.current
    assert (review.current.title, review.current.due, review.current.decision) == (
        "Launch a tender",
        "2028",
        "accepted",
    )
    review.undo()
    review.undo()
    review.split(["Launch a buoy tender", "Host a workshop"])
    review.next()
    review.merge("1")
    review.drop()
    assert review.counts() == (0, 2, total - 1)
    assert tracker.review(path).counts() == review.counts()
    checked = tracker.verify_data_file(
        BytesIO(path.read_bytes()), path.name, StatementFile(BytesIO(text), "statement.txt")
    )
    assert all(row.is_found for row in checked)
    tracker.import_file(path.read_bytes(), path.name)
    rows = tracker.verify_source("zub2", StatementFile(BytesIO(text), "statement.txt"))
    assert {row.verdict for row in rows} == {"same"}
    with pytest.raises(InputError, match="no sentences"):
        tracker.verify_source("zub2", StatementFile(BytesIO(b"Lutz"), "statement.txt"))


def test_a_file_of_updates_can_be_a_stream(tracker: Tracker) -> None:
    """Updates are read from an open file as well as from a text, up to the size allowed."""
    lines = b'{"ref": "33", "status": "complete"}\n{"ref": "31", "note": "Seen"}\n'
    assert tracker.apply(BytesIO(lines), "updates.jsonl").changes == 2
    with pytest.raises(InputError, match="10 bytes"):
        tracker.apply(BytesIO(lines), "updates.jsonl", max_size=10)


def test_schemas_and_the_sql_of_a_team_need_no_store(tmp_path: Path) -> None:
    """The schemas, the SQL of a team and the path of the built-in record are available without a store."""
    assert Tracker.schema("log")["title"] == "LogFile"
    assert "spacedialog_change" in Team.sql()
    assert Tracker.built_in_path().is_dir()
    assert list(tmp_path.iterdir()) == []


def test_team_use_cases_need_a_team(tracker: Tracker) -> None:
    """Without a team, `sync`, `team.status` and `team.leave` raise InputError."""
    tracker.mark("33", "complete")
    for use in (tracker.sync, tracker.team.status, tracker.team.leave):
        with pytest.raises(InputError, match="does not belong to a team"):
            use()


def test_a_dry_run_of_a_script_changes_no_file(tmp_path: Path) -> None:
    """A dry run returns what it would change, and creates no store."""
    tracker = spacedialog.open(tmp_path / "tracker.db", today=TODAY, author="script", dry_run=True)
    written = tracker.mark("33", "complete")
    assert written.dry_run
    assert [(part.field, part.old, part.new) for part in written.differences] == [("status", "unknown", "complete")]
    assert list(tmp_path.iterdir()) == []


def test_errors_are_of_one_base(tracker: Tracker, tmp_path: Path) -> None:
    """Errors that users can cause have one base class, with problem and remedy as attributes."""
    with pytest.raises(NotFoundError) as missing:
        tracker.mark("99", "complete")
    assert isinstance(missing.value, SpacedialogError)
    assert "'99'" in missing.value.problem
    assert missing.value.remedy
    with pytest.raises(InputError):
        tracker.mark("31", "done")
    with pytest.raises(StoreError), spacedialog.open(tmp_path, today=TODAY).snapshot():
        pass


def test_defaults_are_those_of_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without arguments, the tracker uses the same store, day and author as the commands."""
    for name, value in Desk(tmp_path).environment.items():
        monkeypatch.setenv(name, value)
    tracker = spacedialog.open()
    assert (tracker.path, tracker.today, tracker.author) == (tmp_path / "store" / "tracker.db", TODAY, "desk")


def test_example_of_the_documentation_runs(tmp_path: Path) -> None:
    """The example in the package's docstring runs as written."""
    documentation = inspect.getdoc(spacedialog)
    assert documentation
    lines = textwrap.dedent("\n".join(line for line in documentation.splitlines() if line.startswith("    ")))
    assert "spacedialog.open()" in lines
    desk = Desk(tmp_path)
    (tmp_path / "example.py").write_text(f"from datetime import date\n{lines}")
    ran = desk.python("example.py")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.count("\n") == COMMITMENTS
    assert [row["percent"] for row in desk.call("list", "--json").data if row["ref"] == "ROK4-31"] == [60]
