"""Tests of assessments: verdicts beside progress, and completion without evidence."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from spacedialog.errors import InputError
from spacedialog.maintenance import checks as checkup
from spacedialog.model.entry import CREATE, NOTE, RETRACT, SET, Entry, PendingEntry
from spacedialog.model.fields import CommitmentRow
from spacedialog.model.fold import fold
from spacedialog.model.position import Scope
from spacedialog.model.rows.record import AssessmentRow
from spacedialog.presentation import report
from spacedialog.render import html, log_export, xlsx
from spacedialog.render.formats import Settings
from spacedialog.store import database, migrations
from spacedialog.store.schema import SCHEMA_VERSION
from spacedialog.tracker import Tracker
from tests.support import entries
from tests.support.program import Desk
from tests.support.team import Team
from tests.support.trackers import Clock, Maker

URL = "https://strelsau.example/seen"
MORE = settings(max_examples=120, deadline=None)


def row(tracker: Tracker, ref: str) -> CommitmentRow:
    with tracker.snapshot() as view:
        return next(one for one in view.commitments() if one.ref.endswith(ref))


def verdicts(tracker: Tracker, day: date | None = None) -> list[AssessmentRow]:
    with tracker.snapshot(Scope(day)) as view:
        return list(view.assessments())


def said(rows: list[AssessmentRow]) -> set[tuple[str, str | None, str, str, str]]:
    return {(one.ref, one.party, one.assessor, one.rubric, one.verdict) for one in rows}


# Claims

EVENTS = st.lists(
    st.tuples(
        st.sampled_from((SET, SET, SET, NOTE)),
        st.sampled_from(("2026-01-01", "2026-01", "2026-02-01", "2026-02-02", "2025-11-11")),
        st.sampled_from((None, "in-progress", "complete", "complete", "withdrawn")),
        st.booleans(),
        st.sampled_from((None, None, "m")),
    ),
    max_size=7,
)


def changes_of(events: list[Any], first: str) -> list[Entry]:
    """Return the log of one commitment with a milestone: its creation, then the events in the order recorded."""
    part_id = entries.milestone_id("m")
    log = [
        entries.creation("2026-01-01", status=first),
        entries.creation("2026-01-01", milestone=part_id),
    ]
    for kind, on, status, shown, part in events:
        body: dict[str, Any] = {"milestone": part_id} if part else {}
        if kind == SET:
            body["set"] = {"status": "met" if part else status} if status else {"detail": "x"}
        body |= {"evidence": f"{URL}{len(log)}"} if shown else {}
        log.append(PendingEntry(kind, entries.ITEM, on, body))
    return [entries.entry(number, pending, ts=1000 + number) for number, pending in enumerate(log)]


def is_unevidenced(changes: list[Entry]) -> bool:
    """Return whether the commitment is complete without evidence, computed independently of the program."""
    first, *rest = [change for change in changes if "milestone" not in change.content]

    def place(change: Entry) -> tuple[str, str, int]:
        true = "2026-01-31" if change.on == "2026-01" else change.on
        return max(true, first.on), true, change.ts

    order = [first, *sorted(rest, key=place)]
    run: list[Entry] = []
    status = None
    for change in order:
        new = change.content.get("set", {}).get("status", status)
        run = [*run, change] if new == status else [change]
        status = new
    return status == "complete" and not any("evidence" in change.content for change in run)


@MORE
@given(EVENTS, st.sampled_from(("complete", "unknown")), st.randoms(use_true_random=False))
def test_a_claim_is_completion_that_nothing_bears_out(events: list[Any], first: str, random: Any) -> None:
    """A completion is a claim unless an entry on the commitment since has evidence, in any order of arrival."""
    changes = changes_of(events, first)
    shuffled = list(changes)
    random.shuffle(shuffled)
    history = fold(shuffled)
    assert history is not None
    assert history.periods[-1].is_unevidenced is is_unevidenced(changes)


def test_evidence_ends_a_claim_and_its_undo_brings_it_back(tracker: Tracker) -> None:
    """An entry with evidence ends a claim, and undoing that entry restores it."""
    assert row(tracker, "05").flags == ("unevidenced",)  # complete in the record, with its document as the only source
    tracker.mark("3", "complete")
    assert "unevidenced" in row(tracker, "03").flags  # evidence of an earlier note does not count
    tracker.note("3", "Seen.", evidence=URL)
    assert "unevidenced" not in row(tracker, "03").flags
    with tracker.snapshot() as view:
        assert (view.coverage().complete, view.coverage().unevidenced) == (2, 1)
    tracker.undo()
    assert "unevidenced" in row(tracker, "03").flags
    tracker.undo()
    tracker.mark("3", "complete", evidence=URL)
    assert "unevidenced" not in row(tracker, "03").flags
    tracker.mark("3", "complete", note="Said once more.")
    assert "unevidenced" not in row(tracker, "03").flags
    tracker.mark("3", "stalled")
    tracker.mark("3", "complete")
    assert "unevidenced" in row(tracker, "03").flags


def test_completions_without_evidence_are_listed_and_counted(desk: Desk) -> None:
    """`list --unevidenced` lists completions without evidence, and each count of completions includes one of them."""
    listed = desk.call("list", "--unevidenced", "--json").data
    assert [one["ref"] for one in listed if one["dialogue"] == "ROK4"] == ["ROK4-18", "ROK4-32"]
    assert all(one["flags"] == ["unevidenced"] for one in listed)
    assert "7 complete, 2 of them without evidence" in desk.call("overview", "--dialogue", "ROK4", "-f", "md").stdout
    for counted in ("areas", "dialogues"):
        rows = desk.call(counted, "--json").data
        assert sum(row["unevidenced"] for row in rows) == len(listed)
        assert all(row["unevidenced"] <= row["complete"] for row in rows)
    overview = desk.call("overview", "--json").data
    assert overview["coverage"]["unevidenced"] == len(listed)
    assert [of["unevidenced"] for of in overview["dialogues"]] == [row["unevidenced"] for row in rows]


# Assessments


def test_a_verdict_touches_nothing_of_the_progress(tracker: Tracker) -> None:
    """A verdict on commitments that were checked today changes neither status, flags nor coverage."""
    with tracker.snapshot() as view:
        before = (list(view.commitments()), view.coverage(), view.areas(), view.todo())
    written = tracker.assess("1", "partly-met", evidence=URL, note="Half of it flew.")
    tracker.assess("3", "not-met", party="RSA", assessor="Anna", on="2026-06-01")
    with tracker.snapshot() as view:
        assert (list(view.commitments()), view.coverage(), view.areas(), view.todo()) == before
        assert view.detail(view.refs.resolve("1")).assessments == (verdicts(tracker)[0],)
    assert (written.did, written.ref, written.title) == (
        "assessed",
        "RUR1-01",
        "Fly a Graustark seismometer to the Moon",
    )
    assert "commitment" not in {move.field for move in written.differences}
    assert said(verdicts(tracker)) == {
        ("RUR1-01", None, "Zenda", "fulfilment@1", "partly-met"),
        ("RUR1-03", "RSA", "Anna", "fulfilment@1", "not-met"),
    }
    (first, second) = verdicts(tracker)
    assert (first.note, first.evidence, first.author) == ("Half of it flew.", (URL,), "Zenda")
    assert (second.on, second.author) == ("2026-06-01", "Zenda")


def test_verdicts_of_assessors_coexist_and_a_later_one_replaces_the_earlier(tracker: Tracker) -> None:
    """A verdict replaces the same assessor's earlier one under that rubric and no other, and all are kept."""
    tracker.assess("1", "met", assessor="Anna", on="2026-03-01")
    tracker.assess("1", "partly-met", assessor="Bo", on="2026-03-01")
    tracker.assess("1", "0", assessor="Anna", rubric="g7-g20", party="rsa", on="2026-03-01")
    tracker.assess("1", "met", assessor="Anna", party="GRA", on="2026-03-01")
    tracker.assess("1", "not-met", assessor="Anna", on="2026-05-01")
    late = tracker.assess("1", "cannot tell", assessor="Anna", on="2026-01-01")
    assert "is still not-met" in " ".join(late.notices)
    assert said(verdicts(tracker)) == {
        ("RUR1-01", None, "Anna", "fulfilment@1", "not-met"),
        ("RUR1-01", "GRA", "Anna", "fulfilment@1", "met"),
        ("RUR1-01", None, "Bo", "fulfilment@1", "partly-met"),
        ("RUR1-01", "RSA", "Anna", "g7-g20@1", "0"),
    }
    assert {one.verdict for one in verdicts(tracker, date(2026, 4, 1)) if one.assessor == "Anna"} == {"met", "0"}
    assert [one.verdict for one in verdicts(tracker, date(2026, 2, 1))] == ["cannot-tell"]
    with tracker.snapshot() as view:
        told = view.history(view.refs.resolve("1"))
    assert [entry.changed["verdict"] for entry in told if "verdict" in entry.changed] == [
        "met",
        "partly-met",
        "0",
        "met",
        "not-met",
        "cannot-tell",
    ]


def test_undo_takes_a_verdict_back_and_redo_returns_it(tracker: Tracker) -> None:
    """An undone verdict no longer counts but is in the history, and redo restores it."""
    tracker.assess("1", "met")
    before = verdicts(tracker)
    undone = tracker.undo()
    assert undone.ref == "RUR1-01"
    assert verdicts(tracker) == []
    with tracker.snapshot() as view:
        told = view.history(view.refs.resolve("1"))
    assert [(entry.ref, entry.retracted) for entry in told if "verdict" in entry.changed] == [("RUR1-01", True)]
    assert told[-1].changed.keys() == {"retracts"}
    assert tracker.assess("1", "not-met").differences
    tracker.undo()
    tracker.redo(str(undone.undo))
    assert verdicts(tracker) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"ref": "1", "verdict": "fine"}, "write one of 'not-met', 'partly-met', 'met', 'cannot-tell'"),
        ({"ref": "1", "verdict": "met", "rubric": "stars"}, "fulfilment@1, g7-g20@1, gao@1"),
        ({"ref": "1", "verdict": "met", "rubric": "fulfilment@9"}, "there is no rubric"),
        ({"ref": "1", "verdict": "met", "party": "GMO"}, "write one of RSA, GRA"),
        ({"ref": "1", "verdict": "2", "rubric": "g7-g20"}, "'-1', '0', '+1'"),
        ({"ref": "1.1", "verdict": "met"}, "is a milestone"),
        ({"ref": "1", "verdict": "met", "assessor": " "}, "assessor"),
        ({"ref": "1", "verdict": "met", "on": "2027"}, "may be after today"),
    ],
)
def test_an_invalid_assessment_is_refused_with_the_choices(
    tracker: Tracker, arguments: dict[str, Any], says: str
) -> None:
    """An unknown verdict, rubric or party is refused with the known ones, and nothing is recorded."""
    before = len(list(tracker.log()))
    with pytest.raises(InputError) as refused:
        tracker.assess(**arguments)
    assert says in f"{refused.value.problem} {refused.value.remedy}"
    assert len(list(tracker.log())) == before


Steps = st.lists(
    st.tuples(
        st.sampled_from(("met", "not-met", "partly-met", "cannot-tell")),
        st.sampled_from(("2026-01-05", "2026-02", "2026-02-28", "2025")),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@MORE
@given(Steps, st.randoms(use_true_random=False))
def test_verdicts_fold_alike_in_any_order(steps: list[tuple[str, str, bool]], random: Any) -> None:
    """Copies with the same verdicts agree, the latest counts, and undo followed by redo changes nothing."""
    changes: list[Entry] = []

    def add(kind: str, on: str, body: dict[str, Any]) -> str:
        change = entries.entry(len(changes), PendingEntry(kind, entries.ITEM, on, body), ts=len(changes))
        changes.append(change)
        return change.id

    standing = []
    for verdict, on, gone in steps:
        values = {"commitment": entries.ITEM, "assessor": "Anna", "rubric": "fulfilment@1", "verdict": verdict}
        change = add(CREATE, on, {"type": "assessment", "set": values})
        if gone:
            add(RETRACT, on, {"retracts": change})
        else:
            standing.append(({"2026-02": "2026-02-28", "2025": "2025-12-31"}.get(on, on), len(changes), verdict))
    before = fold(changes)
    assert (before.periods[-1].fields["verdict"] if before else None) == (max(standing)[2] if standing else None)
    undo = add(RETRACT, "2026-06-01", {"retracts": "0000"})
    add(RETRACT, "2026-06-01", {"retracts": undo})
    shuffled = list(changes)
    random.shuffle(shuffled)
    after = fold(shuffled)
    assert (after.periods if after else None) == (before.periods if before else None)


@pytest.fixture
def team(make: Maker, clock: Clock) -> Team:
    return Team(make, clock)


def test_two_copies_come_to_the_same_verdicts(team: Team) -> None:
    """Verdicts of two members are listed together; two under one assessor's name are reported as such."""
    anna, rudolf = team.member("Anna"), team.member("Rudolf")
    team.replica(anna).sync()
    team.replica(rudolf).sync()
    anna.assess("1", "met")
    rudolf.assess("1", "not-met")
    anna.assess("2", "met", assessor="The institute")
    rudolf.assess("2", "partly-met", assessor="The institute")
    for one in (anna, rudolf, anna):
        team.replica(one).sync()
    assert verdicts(anna) == verdicts(rudolf)
    assert {(one.ref, one.assessor) for one in verdicts(anna)} == {
        ("RUR1-01", "Anna"),
        ("RUR1-01", "Rudolf"),
        ("RUR1-02", "The institute"),
    }
    with anna.snapshot() as view:
        (conflict,) = view.conflicts()
        assert (conflict.ref, conflict.field) == ("RUR1-02", "verdict")
        assert {conflict.value, conflict.other_value} == {"met", "partly-met"}
    anna.assess("2", "met", assessor="The institute", note="We talked.")
    with anna.snapshot() as view:
        assert list(view.conflicts()) == []


def test_an_exported_log_brings_the_verdicts_along(tracker: Tracker, make: Maker) -> None:
    """An exported log has the same verdicts in another store, and its tables are those of a rebuild."""
    tracker.assess("1", "met", evidence=URL)
    tracker.assess("2", "-1", rubric="g7-g20", party="GRA", assessor="Bo")
    tracker.undo()
    out = io.StringIO()
    log_export.write(tracker.log(), out, lines=False)
    other = make(author="Other")
    other.import_file(out.getvalue().encode(), "log.json", built_in=False)
    assert verdicts(other) == verdicts(tracker)
    assert all(check.ok for check in checkup.run_checks(other.path, now=0) if check.check in ("fold", "schema", "form"))


def test_reports_show_the_verdicts(tracker: Tracker) -> None:
    """A report shows each verdict with its assessor, reason and evidence, as HTML and as a workbook."""
    page = io.StringIO()
    with tracker.snapshot() as view:
        html.write(report.report(view.report()), page, Settings())
    assert "<h3>Assessments</h3>" not in page.getvalue()
    tracker.assess("1", "partly-met", assessor="<b>Anna</b>", evidence=URL, note="Half of it flew.")
    page, book = io.StringIO(), io.BytesIO()
    with tracker.snapshot() as view:
        document = report.report(view.report())
    html.write(document, page, Settings())
    xlsx.write(document, book, Settings())
    (fold_,) = page.getvalue().split("<h3>Assessments</h3>")[1:]
    for words in ("partly-met", "&lt;b&gt;Anna&lt;/b&gt;", "fulfilment@1", "Half of it flew.", URL):
        assert words in fold_.split("</ul>")[0]
    cells = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(book.getvalue()))["Assessments"][2]]
    assert {"RUR1-01", "whole commitment", "partly-met", "<b>Anna</b>", URL} <= set(cells)


def test_assess_says_what_it_did(desk: Desk) -> None:
    """`assess` prints the commitment, the verdict and the undo command, and `show` has the verdict as text and data."""
    ran = desk.call("assess", "31", "--verdict", "-1", "--rubric", "g7-g20", "--party", "kasi", "--by", "Anna")
    assert ran.status == 0
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("Assessed ROK4-31 (Launch")
    assert {"party: KASI", "verdict: -1", "rubric: g7-g20@1", "assessor: Anna"} <= {line.strip() for line in lines}
    assert "No evidence recorded" in ran.stderr
    (shown,) = desk.call("show", "31", "--json").data["assessments"]
    assert (shown["party"], shown["verdict"], shown["assessor"], shown["evidence"]) == ("KASI", "-1", "Anna", [])
    assert "KASI: -1 (Anna, g7-g20@1, 2026-11-22). no evidence recorded" in desk.call("show", "31").stdout
    assert "assessed KASI: -1 (Anna, g7-g20@1)" in desk.call("brief", "--since", "2026-11-01", "-f", "md").stdout
    assert desk.call("assess", "31", "--verdict", "met", "--dry-run", "--json").data["dry_run"] is True
    assert len(desk.call("show", "31", "--json").data["assessments"]) == 1


# The schema


_FORMER_COLUMNS = {"claimed": "unevidenced", "checked": "status_on"}


@pytest.fixture
def older(make: Maker, tracker: Tracker) -> Tracker:
    """A store of the version before assessments, with its period tables filled."""
    tracker.mark("2", "complete", note="Heard of it.")
    old = make()
    old.path.parent.mkdir(parents=True, mode=0o700)
    with closing(sqlite3.connect(old.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrations.steps.apply(Database(connection, execute_plugins=False), stop_before="m0005_assessments")
        with closing(sqlite3.connect(tracker.path)) as full:
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'words_fts%'"
                " AND name NOT LIKE '\\_sqlite%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'"
            ).fetchall():
                columns = [f'"{name}"' for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
                current = [f'"{_FORMER_COLUMNS.get(name[1:-1], name[1:-1])}"' for name in columns]
                rows = full.execute(f"SELECT {', '.join(current)} FROM {table}").fetchall()
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        connection.execute("INSERT INTO words_fts(words_fts) VALUES ('rebuild')")
        connection.execute(f"PRAGMA application_id = {database.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 4")
    old.path.chmod(0o600)
    return old


def test_a_store_from_before_assessments_is_sound_and_is_upgraded(older: Tracker) -> None:
    """doctor accepts the older store, reads show its claims, and the first verdict upgrades it."""
    checks = {check.check: check for check in checkup.run_checks(older.path, now=0)}
    for name in ("schema", "fold", "integrity", "search"):
        assert checks[name].ok, checks[name]
    assert "unevidenced" in row(older, "02").flags
    older.assess("2", "not-met")
    assert [one.verdict for one in verdicts(older)] == ["not-met"]
    with closing(sqlite3.connect(older.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("SELECT count(*) FROM commitment WHERE unevidenced").fetchone()[0] > 0


def test_an_older_table_that_was_altered_is_still_found(older: Tracker) -> None:
    """A table that lacks only its newest columns passes before the upgrade, and any other difference of form fails.

    Its rows are never read.
    """
    with closing(sqlite3.connect(older.path, isolation_level=None)) as connection:
        connection.execute("UPDATE commitment SET title = 'Nothing' WHERE ref = 'RUR1-02'")
        connection.execute("ALTER TABLE area ADD COLUMN odd TEXT")
    checks = {check.check: check for check in checkup.run_checks(older.path, now=0)}
    assert checks["fold"].ok
    assert row(older, "02").title != "Nothing"
    assert any("area" in text for text in checks["schema"].said)
