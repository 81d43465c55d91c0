"""Tests of the tracker's writes: what each records, returns and refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacedialog.errors import InputError, NotFoundError, ProblemsError, SpacedialogError
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import has_valid_hash
from spacedialog.model.fields import CommitmentRow, NewCommitment
from spacedialog.model.position import Scope
from spacedialog.model.rows.record import UpcomingRow
from spacedialog.model.rows.written import Written
from spacedialog.model.values import check_web_address, is_web_address
from spacedialog.tracker import Tracker

if TYPE_CHECKING:
    from tests.support.trackers import Maker

Write = Callable[[Tracker], Any]
TODAY = date(2026, 12, 1)
FLY = NewCommitment("Fly a kite", "moon", "JS")


def row(tracker: Tracker, ref: str) -> CommitmentRow:
    """Return a commitment today."""
    with tracker.snapshot() as view:
        return view.detail(view.refs.resolve(ref)).commitment


def milestone(tracker: Tracker, ref: str) -> list[UpcomingRow]:
    """Return the occurrences of a milestone, also met ones."""
    with tracker.snapshot() as view:
        return [event for event in view.upcoming(everything=True) if event.ref == ref]


def _differences(written: Written) -> dict[str, tuple[Any, Any]]:
    """Return the fields that a write changed, with old and new value."""
    return {difference.field: (difference.old, difference.new) for difference in written.differences}


# Mark


def test_a_mark_records_all_remarks(tracker: Tracker) -> None:
    """A mark records author, time, day, note and evidence, and returns what it changed."""
    written = tracker.mark("2", "in-progress", percent=30, on="2026-11", note="Begun.", evidence="https://a.example/1")
    change = list(tracker.log())[-1]
    assert (change.on, change.author, change.kind) == ("2026-11", "Zenda", "set")
    assert change.content == {
        "v": 2,
        "set": {"status": "in-progress", "percent": 30},
        "note": "Begun.",
        "evidence": "https://a.example/1",
    }
    assert has_valid_hash(change)
    assert (written.did, written.ref, written.title) == ("marked", "RUR1-02", "Explore sharing a lunar relay")
    assert _differences(written) == {"status": ("unknown", "in-progress"), "percent": (None, 30)}
    assert (written.changes, written.undo, written.notices, written.created_store) == (1, change.id, (), None)
    assert (row(tracker, "2").status, row(tracker, "2").percent) == ("in-progress", 30)


def test_an_entry_names_the_one_before(tracker: Tracker) -> None:
    """The base of an entry is the newest entry of its item when it was written."""
    first = tracker.mark("2", "stalled").undo
    tracker.mark("3", "stalled")
    tracker.note("2", "Heard of a delay.")
    assert list(tracker.log())[-1].base == first


@pytest.mark.parametrize("status", ["in-progress", "In Progress", " IN_PROGRESS "])
def test_a_status_is_read_as_people_write_it(tracker: Tracker, status: str) -> None:
    """A status is accepted in any case, with dashes or spaces."""
    tracker.mark("2", status)
    assert row(tracker, "2").status == "in-progress"


def test_complete_clears_the_percentage(tracker: Tracker) -> None:
    """Marking as complete clears the percentage, unless one is given."""
    assert row(tracker, "1").percent == 20
    tracker.mark("1", "complete")
    assert (row(tracker, "1").status, row(tracker, "1").percent) == ("complete", None)
    tracker.undo()
    tracker.mark("1", "complete", percent=100)
    assert row(tracker, "1").percent == 100
    tracker.mark("2", "complete")
    assert "percent" not in list(tracker.log())[-1].content["set"]


def test_a_mark_before_a_later_entry_gets_a_notice(tracker: Tracker) -> None:
    """A mark for a day before a later entry is recorded, with a notice that today's value stays."""
    tracker.mark("2", "complete", on="2026-10-01")
    written = tracker.mark("2", "in-progress", on="2026-09-30")
    assert "RUR1-02: status is still complete, because the entry of 2026-10-01 is later." in written.notices
    assert written.differences == ()
    assert written.changes == 1
    with tracker.snapshot(Scope(date(2026, 9, 30))) as view:
        assert view.detail(view.refs.resolve("2")).commitment.status == "in-progress"
    assert tracker.mark("2", "complete", on="2026-09-30").notices == ()


def test_a_value_that_a_later_entry_clears_is_named_in_words(tracker: Tracker) -> None:
    """A notice names no Python value and no EDTF code, and says which entry decides."""
    tracker.mark("1", "complete")
    assert tracker.mark("1", "in-progress", percent=5, on="2025-07").notices[:2] == (
        "RUR1-01: status is still complete, because the entry of 2026-12-01 is later.",
        "RUR1-01: percent is still not set, because the entry of 2026-12-01 is later.",
    )
    tracker.reschedule("3", "2027-H1", on="2026-Q3")
    tracker.edit("3", {"partners": [], "sources": [{"document": "JS", "paragraph": "7"}]}, on="2026-10")
    assert tracker.reschedule("3", "2027", on="2026-06").notices == (
        "RUR1-03: due is still 2027-H1, because the entry of 2026-Q3 is later.",
    )
    assert tracker.edit("3", {"partners": ["RSA", "GRA"], "sources": [{"document": "X"}]}, on="2026-09").notices == (
        "RUR1-03: partners is still not set, because the entry of 2026-10 is later.",
        "RUR1-03: sources is still JS par. 7, because the entry of 2026-10 is later.",
    )


def test_updates_of_one_file_replace_each_other_without_a_notice(tracker: Tracker) -> None:
    """A file may set a status several times; only an entry recorded earlier gets a notice."""
    course = "ref,status,on\n2,stalled,2026-10-01\n2,complete,2026-11-01\n2,in-progress,2026-09-01\n"
    assert tracker.apply(course, "updates.csv").notices == ()
    (notice,) = tracker.apply("ref,status,on\n2,withdrawn,2026-10-20\n", "updates.csv").notices
    assert notice == "RUR1-02: status is still complete, because the entry of 2026-11-01 is later."


@pytest.mark.parametrize(
    "write",
    [
        lambda tracker: tracker.mark("2", "happy"),
        lambda tracker: tracker.mark("2", ""),
        lambda tracker: tracker.mark("2", "met"),
        lambda tracker: tracker.mark("1.1", "complete"),
        lambda tracker: tracker.mark("1.1", "met", percent=5),
        lambda tracker: tracker.mark("2", "stalled", percent=101),
        lambda tracker: tracker.mark("2", "stalled", percent=-1),
        lambda tracker: tracker.mark("2", "complete", percent=99),
        lambda tracker: tracker.note("2", ""),
        lambda tracker: tracker.note("2", " \n"),
        lambda tracker: tracker.note("2", "x" * 10_001),
        lambda tracker: tracker.mark("2", "stalled", note=" "),
        lambda tracker: tracker.reschedule("2", "soon"),
        lambda tracker: tracker.reschedule("2", "2026-02-30"),
        lambda tracker: tracker.edit("2", {}),
        lambda tracker: tracker.edit("2", {"paragraph": "5"}),
        lambda tracker: tracker.edit("2", {"source": ""}),
        lambda tracker: tracker.edit("2", {"title": ""}),
        lambda tracker: tracker.edit("2", {"title": None}),
        lambda tracker: tracker.edit("2", {"area": "alchemy"}),
        lambda tracker: tracker.edit("2", {"lead": "NOBODY"}),
        lambda tracker: tracker.edit("2", {"partners": ["RUR", "NOBODY"]}),
        lambda tracker: tracker.edit("2", {"strength": "iron"}),
        lambda tracker: tracker.edit("2", {"ref": "RUR1-03"}),
        lambda tracker: tracker.edit("2", {"ref": "rur1-01.1"}),
        lambda tracker: tracker.edit("2", {"ref": "a b"}),
        lambda tracker: tracker.edit("2", {"ref": ""}),
        lambda tracker: tracker.edit("1.1", {"area": "moon"}),
        lambda tracker: tracker.add(FLY._replace(title="")),
        lambda tracker: tracker.add(FLY._replace(source=" ")),
        lambda tracker: tracker.add(FLY._replace(area="alchemy")),
        lambda tracker: tracker.add(FLY._replace(dialogue="RUR9")),
        lambda tracker: tracker.add(FLY._replace(ref="RUR1-01")),
        lambda tracker: tracker.add(FLY._replace(ref="../etc")),
        lambda tracker: tracker.add_milestone("1.1", "Launch", "2027"),
        lambda tracker: tracker.add_milestone("1", "", "2027"),
        lambda tracker: tracker.add_milestone("1", "Launch", "2027", recurs="6 months"),
        lambda tracker: tracker.add_milestone("1", "Launch", "2027", recurs="often"),
        lambda tracker: tracker.note("99", "Hello."),
        lambda tracker: tracker.note("", "Hello."),
    ],
)
def test_invalid_values_are_refused(tracker: Tracker, write: Write) -> None:
    """Invalid input is refused with a remedy, and nothing is recorded."""
    log = list(tracker.log())
    with pytest.raises(SpacedialogError) as caught:
        write(tracker)
    assert isinstance(caught.value, InputError | NotFoundError)
    assert caught.value.remedy
    assert list(tracker.log()) == log


WRITES: tuple[Callable[..., Any], ...] = (
    lambda tracker, **more: tracker.mark("2", "stalled", **more),
    lambda tracker, **more: tracker.note("2", "Hello.", **more),
    lambda tracker, **more: tracker.reschedule("2", "2027", **more),
    lambda tracker, **more: tracker.edit("2", {"title": "Another"}, **more),
    lambda tracker, **more: tracker.add(FLY, **more),
    lambda tracker, **more: tracker.add_milestone("2", "Launch", "2027", **more),
)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("on", ["2026-12-02", "2026-12", "2026", "2026/..", "../2027", "9999-12-31", "2026-11/2027"])
def test_a_date_in_the_future_is_not_recorded(tracker: Tracker, write: Callable[..., Any], on: str) -> None:
    """A day that is or may be after today is refused."""
    log = list(tracker.log())
    with pytest.raises(InputError, match="after today"):
        write(tracker, on=on)
    assert list(tracker.log()) == log


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("on", ["2026-12-01", "2026-11", "2025", "2026-11~", "2026-35", "../2025-06", "2025/2026-11"])
def test_a_vague_day_stays_vague(tracker: Tracker, write: Callable[..., Any], on: str) -> None:
    """A vague day up to today is kept as written, and counts from its last day."""
    write(tracker, on=on)
    change = list(tracker.log())[-1]
    assert change.on == on
    latest = VagueDate.parse(on).latest
    assert latest
    with tracker.snapshot() as view:
        assert [entry.on for entry in view.history() if entry.id == change.id] == [on]
    with tracker.snapshot(Scope(date.fromordinal(latest.toordinal() - 1))) as view:
        assert change.id not in [entry.id for entry in view.history()]


def test_the_day_is_today_unless_it_is_given(tracker: Tracker) -> None:
    """An entry without a day is of today."""
    tracker.note("2", "Hello.")
    assert list(tracker.log())[-1].on == "2026-12-01"


CABLE = "Cable STRELSAU 1234 of 3 May 2026"
BAD_ADDRESSES = (
    *("javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://a.example/"),
    *("http://", "https:///path", "https://?q", "//a.example/", "a.example", "", " ", "https://a.example/ b"),
    *("https://ann:secret@a.example/", "https://ann@a.example/", "https://:secret@a.example/", "https://[::1/"),
    *("https://a.example/\n", "https://a.example/\x1b[31m", "https://a.example/\u202e", " https://a.example/"),
)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("evidence", ["https://ann:secret@a.example/", "https:///path", "no", "", ["Cable 1", "www.a"]])
def test_invalid_evidence_is_refused(tracker: Tracker, write: Callable[..., Any], evidence: str | list[str]) -> None:
    """Every write refuses an invalid web address and a citation that is too short."""
    log = list(tracker.log())
    with pytest.raises(InputError, match="evidence") as caught:
        write(tracker, evidence=evidence)
    assert "secret" not in caught.value.problem + caught.value.remedy
    assert list(tracker.log()) == log


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("evidence", [f"{CABLE}\nhttps://a.example/1\n{CABLE}", (CABLE, "https://a.example/1", CABLE)])
def test_an_entry_has_several_pieces_of_evidence(
    tracker: Tracker, write: Callable[..., Any], evidence: str | tuple[str, ...]
) -> None:
    """Citations and web addresses are lines of one text in the log, none twice, and a sequence in a row of output."""
    write(tracker, evidence=evidence)
    assert list(tracker.log())[-1].content["evidence"] == f"{CABLE}\nhttps://a.example/1"
    with tracker.snapshot() as view:
        assert view.history()[-1].evidence == (CABLE, "https://a.example/1")


def test_an_empty_sequence_is_not_evidence(tracker: Tracker) -> None:
    """An empty sequence is not evidence, and a mark without evidence gets a notice; a citation is enough."""
    assert "No evidence recorded" in "".join(tracker.mark("2", "stalled", evidence=[]).notices)
    with tracker.snapshot() as view:
        assert view.history()[-1].evidence == ()
    assert not tracker.mark("2", "complete", evidence=CABLE).notices
    assert "unevidenced" not in row(tracker, "2").flags


@pytest.mark.parametrize("text", BAD_ADDRESSES)
def test_an_invalid_web_address_is_refused(text: str) -> None:
    """An address that is not http(s), lacks a host, or has credentials or unprintable characters is refused."""
    with pytest.raises(InputError, match="web address"):
        check_web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example",
        "http://a.example:8080/x?y=1&z#f",
        "https://ü.example/é",
        "HTTPS://a.example/",
        "http://[::1]/",
    ],
)
def test_a_web_address_is_stored_unchanged(text: str) -> None:
    """A valid address is kept unchanged."""
    assert check_web_address(text) == text


BEGINNINGS = (
    "https://",
    "HTTP://",
    "hTTps://",
    " http://",
    "\thttps://",
    "ht\ntp://",
    "http\u017f://",
    "http:/",
    "ftp://",
)


@settings(max_examples=100)
@given(
    st.builds(str.__add__, st.sampled_from(BEGINNINGS), st.text(alphabet="htps:/@.[]a\\?# \x00é%0", max_size=20))
    | st.text(max_size=30)
)
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """Any text is kept unchanged as an address, or refused; `is_web_address` says which."""
    try:
        assert check_web_address(text) == text
    except InputError:
        assert not is_web_address(text)
    else:
        assert is_web_address(text)


# Dates and milestones


def test_a_date_that_was_moved_is_remembered(tracker: Tracker) -> None:
    """A moved due date is kept with its least and greatest delay and its reason."""
    written = tracker.reschedule("3", "2027-02", note="Ice.", evidence="https://a.example/ice")
    assert _differences(written) == {"due": ("2026-11", "2027-02")}
    with tracker.snapshot() as view:
        slip = list(view.slips())[-1]
    assert (slip.ref, slip.old, slip.new, slip.on) == ("RUR1-03", "2026-11", "2027-02", "2026-12-01")
    assert (slip.min_delay_days, slip.max_delay_days) == (63, 119)
    assert (slip.author, slip.note, slip.evidence) == ("Zenda", "Ice.", ("https://a.example/ice",))
    assert "slipped" in row(tracker, "3").flags


def test_the_same_date_is_not_recorded_again(tracker: Tracker) -> None:
    """A date that the item already has is not recorded again, unless that changes an earlier view."""
    log = list(tracker.log())
    for ref, due, shown in (("3", "2026-11", "2026-11"), ("1.1", "2026-09", "2026-09")):
        written = tracker.reschedule(ref, due, evidence="https://a.example/")
        assert (written.changes, written.undo, written.differences) == (0, None, ())
        (notice,) = written.notices
        assert f"is already {shown}. Confirm it with spacedialog check or note." in notice
    assert list(tracker.log()) == log
    tracker.reschedule("1.1", "2026-09", on="2026-01")  # it had another date then
    assert len(list(tracker.log())) == len(log) + 1


def test_the_date_of_a_settled_item_gets_a_notice(tracker: Tracker) -> None:
    """The new date of an item that is complete, met or withdrawn is recorded, with a notice of its status."""
    tracker.mark("1.1", "met", evidence="https://a.example/")
    tracker.mark("3", "complete", evidence="https://a.example/")
    tracker.mark("4", "withdrawn")
    for ref, status in (("1.1", "met"), ("3", "complete"), ("4.1", "withdrawn")):
        written = tracker.reschedule(ref, "2026-10", evidence="https://a.example/")
        assert written.changes == 1
        assert written.notices == (f"{written.ref} is {status}. The new date does not change its status.",)


def test_a_date_in_the_past_gets_a_notice(tracker: Tracker) -> None:
    """A new window that has already closed is recorded, with a notice that the item is overdue."""
    source = "https://a.example/"
    (notice,) = tracker.reschedule("1", "2026-10", evidence=source).notices
    assert notice == "The new window closed on 2026-10-31, so RUR1-01 is overdue."
    assert "overdue" in row(tracker, "1").flags
    assert tracker.reschedule("1", "2026-12", evidence=source).notices == ()
    assert len(tracker.reschedule("1", "2026-05", on="2026-04", evidence=source).notices) == 1  # a later date decides


def test_a_quarter_is_stored_as_edtf(tracker: Tracker) -> None:
    """A typed quarter is stored as an EDTF code, and is one window."""
    tracker.reschedule("3", "2027-Q3")
    found = row(tracker, "3")
    assert (found.due, found.due_earliest, found.due_latest) == ("2027-35", "2027-07-01", "2027-09-30")


def test_a_milestone_is_met(tracker: Tracker) -> None:
    """A met milestone keeps its date, and its commitment keeps its status."""
    written = tracker.mark("1.1", "met", on="2026-09")
    assert (written.ref, written.title) == ("RUR1-01.1", "Deliver the seismometer")
    (event,) = milestone(tracker, "RUR1-01.1")
    assert (event.when, event.state) == ("2026-09", "met")
    assert row(tracker, "1").status == "in-progress"


def test_a_met_recurring_milestone_moves_to_the_next_occurrence(tracker: Tracker) -> None:
    """A met recurring milestone moves to its next occurrence without a slip, and undo reverts it."""
    tracker.today = date(2029, 6, 1)
    before = milestone(tracker, "RUR1-04.1")
    assert [event.when for event in before] == ["2027", "2029", "2031"]
    written = tracker.mark("4.1", "met", note="They met.")
    assert _differences(written) == {"when": ("2027", "2029"), "met": (None, "2027")}
    events = milestone(tracker, "RUR1-04.1")
    assert sorted((event.when, event.state) for event in events) == [
        ("2027", "met"),
        ("2029", "open"),
        ("2031", "upcoming"),
        ("2033", "upcoming"),
    ]
    with tracker.snapshot() as view:
        assert "RUR1-04.1" not in [slip.ref for slip in view.slips()]
    assert "slipped" not in row(tracker, "4").flags
    tracker.mark("4.1", "met")
    assert next(event.when for event in milestone(tracker, "RUR1-04.1") if event.state == "upcoming") == "2031"
    tracker.undo()
    tracker.undo()
    assert milestone(tracker, "RUR1-04.1") == before


@pytest.mark.parametrize("on", [None, "2026-11", "2026-11-01/2026-12-01"])
def test_an_occurrence_is_not_met_before_its_window_opens(tracker: Tracker, on: str | None) -> None:
    """A recurring milestone is not met on a day before its window opens, unless its date is changed first."""
    log = list(tracker.log())
    with pytest.raises(InputError, match="its window, 2027, opens on 2027-01-01") as caught:
        tracker.mark("4.1", "met", on=on)
    assert "spacedialog reschedule RUR1-04.1 DATE" in caught.value.remedy
    assert "--on" in caught.value.remedy
    assert list(tracker.log()) == log
    tracker.reschedule("4.1", "2026-11")
    tracker.mark("4.1", "met", on=on)
    assert [event.when for event in milestone(tracker, "RUR1-04.1") if event.state == "met"] == ["2026-11"]


def test_an_occurrence_is_not_met_twice(tracker: Tracker) -> None:
    """A second mark of the same occurrence is refused; it would meet the next one, whose window has not opened."""
    tracker.today = date(2027, 5, 2)
    tracker.mark("4.1", "met", on="2027-05-01")
    for on in (None, "2027-05-01", "2027-03"):
        with pytest.raises(InputError, match="already met for 2027; its next window, 2029, opens on 2029-01-01"):
            tracker.mark("4.1", "met", on=on)
    tracker.reschedule("1.1", "2028")
    tracker.mark("1.1", "met")  # one that does not recur may be met early
    tracker.today = date(2029, 1, 1)
    tracker.mark("4.1", "met")


def test_a_second_mark_of_a_milestone_that_does_not_recur_gets_a_notice(tracker: Tracker) -> None:
    """A milestone that is already met can be marked again, for example with evidence; a notice says so."""
    assert tracker.mark("1.1", "met", evidence="https://a.example/").notices == ()
    again = tracker.mark("1.1", "met", evidence="https://a.example/2")
    assert again.notices == ("RUR1-01.1 was already met.",)
    assert (again.changes, again.differences) == (1, ())


def test_a_file_of_updates_cannot_meet_an_occurrence_early(tracker: Tracker) -> None:
    """A file of updates is refused with the line that meets an occurrence before its window opens."""
    tracker.today = date(2027, 5, 2)
    lines = '{"ref": "4.1", "status": "met", "on": "2027-05-0%d"}\n'
    with pytest.raises(ProblemsError) as caught:
        tracker.apply(lines % 1 + lines % 2, "updates.jsonl")
    (problem,) = caught.value.problems
    assert problem.startswith("updates.jsonl: line 2: RUR1-04.1 is already met for 2027; its next window, 2029, opens")
    assert [tracker.apply(lines % 1, "updates.jsonl").changes for _ in range(2)] == [1, 0]


def test_a_milestone_is_added_and_moved(tracker: Tracker) -> None:
    """A new milestone gets the next number of its commitment, and can be moved and renamed."""
    assert tracker.add_milestone("1", "Launch", "2027-06~", recurs="year").ref == "RUR1-01.2"
    assert tracker.add_milestone("RUR1-02", "Decide", "../2028").ref == "RUR1-02.1"
    tracker.reschedule("1.2", "2028-06~")
    tracker.edit("1.2", {"title": "Launch day"})
    found = milestone(tracker, "RUR1-01.2")
    assert {(event.title, event.recurs, event.commitment) for event in found} == {("Launch day", "1 year", "RUR1-01")}
    assert [event.when for event in found] == ["2028-06~", "2029-06~", "2030-06~"]


# Add and edit


def test_an_edit_follows_the_rules_of_the_command(tracker: Tracker) -> None:
    """From Python too, an edit takes a source with its paragraph, and only None or an empty list clears a field."""
    tracker.edit("1", {"source": "JS", "paragraph": "9", "partners": [], "lead": None})
    values = list(tracker.log())[-1].content["set"]
    assert values == {"sources": [{"document": "JS", "paragraph": "9"}], "partners": [], "lead": None}
    with pytest.raises(InputError, match="is empty"):
        tracker.edit("1", {"partners": [""]})
    with pytest.raises(InputError, match="is empty"):
        tracker.add(FLY._replace(lead=""))


def test_a_commitment_is_added(tracker: Tracker) -> None:
    """A new commitment gets the next number, is unchecked, and cites document and paragraph."""
    addition = FLY._replace(lead="rsa", partners=["gra"], area="MOON", due=VagueDate.parse("2027"), paragraph="9")
    written = tracker.add(addition._replace(strength="Firm", detail="With string."))
    assert (written.did, written.ref, written.title) == ("added", "RUR1-06", "Fly a kite")
    found = row(tracker, "6")
    assert (found.area, found.lead, found.partners, found.strength) == ("moon", "RSA", ("GRA",), "firm")
    assert (found.status, found.due, found.source, found.dialogue) == ("unknown", "2027", "JS par. 9", "RUR1")
    with tracker.snapshot() as view:
        assert view.detail(view.refs.resolve("6")).detail == "With string."
        assert [hit.ref for hit in view.search("kite string")] == ["RUR1-06"]


def test_an_edit_changes_what_it_names(tracker: Tracker) -> None:
    """An edit sets the fields that it names, clears those given as empty, and leaves the others."""
    before = row(tracker, "1")
    written = tracker.edit(
        "1", {"title": "Fly it", "lead": None, "partners": ["gmo", "RUR"]}, note="A slip of the pen."
    )
    assert {d.field for d in written.differences} == {"title", "lead", "partners"}
    after = row(tracker, "1")
    assert after._replace(updated_on="", flags=()) == before._replace(
        title="Fly it", lead=None, partners=("GMO", "RUR"), updated_on="", flags=()
    )


def test_a_note_changes_no_field(tracker: Tracker) -> None:
    """A note leaves every field unchanged."""
    before = row(tracker, "2")
    written = tracker.note("2", "Heard it on the wireless.", evidence="https://a.example/")
    assert (written.did, written.differences) == ("noted", ())
    assert row(tracker, "2")._replace(updated_on="", flags=()) == before._replace(updated_on="", flags=())
    assert "set" not in list(tracker.log())[-1].content


# Apply


LINES = (
    '{"ref": "1", "status": "stalled", "percent": 30, "on": "2026-11"}\n'
    '\n{"ref": "RUR1-02", "note": "One, \\"two\\"\\nand é", "evidence": "https://a.example/"}\r\n'
    '{"ref": "1.1", "status": "met", "due": null, "note": ""}\n'
    '{"ref": "3", "due": "2027-06"}\n'
)
CELLS = (
    "ref,status,percent,due,note,evidence,on\r\n"
    "1,stalled,30,,,,2026-11\r\n"
    '"RUR1-02",,,,"One, ""two""\nand é",https://a.example/,\r\n'
    "1.1,met,,,,,\r\n"
    "3,,,2027-06,,,\r\n"
)


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        CELLS,
        CELLS.replace("\r\n", "\n"),
        "\ufeff" + LINES,
        "\ufeff" + CELLS,
        CELLS.replace(",", ";").replace("One;", "One,"),
    ],
)
def test_many_updates_are_one_action(tracker: Tracker, text: str) -> None:
    """JSON Lines and CSV of any program are recorded as one action."""
    written = tracker.apply(text, "updates")
    assert (written.did, written.changes, written.ref) == ("applied", 4, "")
    changes = list(tracker.log())[-4:]
    assert len({change.ts for change in changes}) == 1
    said = [(change.on, change.content.get("set"), change.content.get("note")) for change in changes]
    assert said[0] == ("2026-11", {"status": "stalled", "percent": 30}, None)
    assert len(said) == 4
    for other in (None, 'One, "two"\nand é'), ({"status": "met"}, None), ({"due": "2027-06"}, None):
        assert ("2026-12-01", *other) in said
    (noted,) = (change for change in changes if "note" in change.content)
    assert noted.content["evidence"] == "https://a.example/"
    assert list(map(has_valid_hash, changes)) == [True] * 4


@pytest.mark.parametrize(
    "text",
    [
        f'{{"ref": "2", "note": "x", "evidence": ["{CABLE}", "https://a.example/1"]}}',
        f'{{"ref": "2", "note": "x", "evidence": "{CABLE}\\nhttps://a.example/1"}}',
        f'ref,note,evidence\r\n2,x,"{CABLE}\nhttps://a.example/1"\r\n',
        f'ref,note,evidence\r\n2,x,"{CABLE}\r\nhttps://a.example/1\r\n"\r\n',
    ],
)
def test_an_update_has_several_pieces_of_evidence(tracker: Tracker, text: str) -> None:
    """An update has a list of texts as evidence, or one piece per line; the same update again records nothing."""
    tracker.apply(text, "updates")
    assert list(tracker.log())[-1].content["evidence"] == f"{CABLE}\nhttps://a.example/1"
    assert tracker.apply(text, "updates").changes == 0


BAD = (
    ({"ref": "99", "status": "stalled"}, "there is no ref '99'"),
    ({"ref": "2", "status": "happy"}, "status: 'happy'"),
    ({"ref": "2", "percent": "many", "status": "stalled"}, "percent: 'many'"),
    ({"ref": "2", "percent": "101"}, "101' is not a percentage"),
    ({"ref": "2", "due": "2026-13"}, "due: '2026-13' is not a date"),
    ({"ref": "2", "status": "stalled", "on": "2027"}, "on: 2027 may be after today"),
    ({"ref": "2", "note": "x", "evidence": "https:1"}, "evidence: this is not a web address"),
    ({"ref": "2", "note": "x", "evidence": "no"}, "evidence: the text has fewer than 3 visible characters"),
    ({"ref": "2"}, "the update is empty"),
    ({"status": "stalled"}, "ref: it is missing"),
    ({"ref": "1.1", "percent": "5"}, "a milestone has no percentage"),
)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_all_bad_lines_are_reported_and_none_recorded(tracker: Tracker, form: str) -> None:
    """A file with invalid lines is refused with the place of each, and no line is recorded."""
    records = [{"ref": "1", "status": "stalled"}, *(record for record, _ in BAD)]
    if form == "json":
        text, first = "\n".join(map(json.dumps, records)), 2
    else:
        names = ["ref", "status", "percent", "due", "note", "evidence", "on"]
        text, first = "\n".join([",".join(names), *(",".join(r.get(n, "") for n in names) for r in records)]), 3
    log = list(tracker.log())
    with pytest.raises(ProblemsError) as caught:
        tracker.apply(text, "updates")
    problems = caught.value.problems
    for number, (_, said) in enumerate(BAD, first):
        assert [problem for problem in problems if problem.startswith(f"updates: line {number}: ") and said in problem]
    assert not [problem for problem in problems if f"line {first - 1}:" in problem]
    assert all(problem.partition("\n  ")[2] for problem in problems)
    lines = [problem.split(":")[1] for problem in problems]
    assert len(lines) == len(set(lines)), "a line with one fault is reported once"
    assert list(tracker.log()) == log


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('{"ref": "1", "note": "a"}\n{"ref": "1", "note"', 2, "not JSON"),
        ('{"ref": "1", "note": "a"}\n[1]', 2, "not a JSON object"),
        ('{"ref": "1", "note": "a"}\n7', 2, "not a JSON object"),
        ('[{"ref": "1", "note": "a"}]', 1, "array"),
        ('\n \n[{"ref": "1", "note": "a"}]', 3, "array"),
        ('{"ref": "1", "note": "a", "note": "b"}', 1, "repeated"),
        ('{"ref": "2", "status": "stalled", "colour": "red"}', 1, "'colour' is not a field"),
        ('{"ref": 1, "note": "a"}', 1, "ref: '1' is not text"),
        ('{"ref": "1", "note": ["a"]}', 1, "is not text"),
        ('{"ref": "1", "percent": true}', 1, "percent"),
        ('{"ref": "1", "percent": 1.5}', 1, "percent"),
        ('{"ref": "1", "percent": 1e400}', 1, "not a JSON number"),
        ("{" * 100_000, 1, "not JSON"),
        ("ref,note\n1,a\n1,b,c,d\n", 3, "more cells"),
        ("ref,note,note\n1,a,b\n", 1, "columns 2 and 3 are both 'note'"),
        ("ref,status,note, Status \n1,stalled,,complete\n", 1, "columns 2 and 4 are both 'status'"),
        ('\ufeffREF;note;ref;"ref"\n1;a;2;2\n', 1, "columns 1, 3 and 4 are all 'ref'"),
        ("\n\nref\tnote\ttitle\tTITLE\n1\ta\tb\tb\n", 3, "columns 3 and 4 are both 'title'"),
        ("ref,note\n1,a, \n", 2, "more cells"),
        ('ref,note\n1,"a\n', 2, "not CSV"),
        ('ref,note\n1,"a"b\n', 2, "not CSV"),
        ("note\nHello.\n", 1, "no column ref"),
        ("ref,colour\n1,red\n", 1, "not a field"),
        ("1,stalled\n2,stalled\n", 1, "not a field"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tracker: Tracker, text: str, line: int, says: str) -> None:
    """A file that is neither JSON Lines nor CSV is refused with the line of the problem."""
    log = list(tracker.log())
    with pytest.raises(ProblemsError) as caught:
        tracker.apply(text, "updates")
    assert any(re.match(rf"updates: line {line}\b", problem) and says in problem for problem in caught.value.problems)
    assert list(tracker.log()) == log


def test_each_line_sees_the_lines_before_it(tracker: Tracker) -> None:
    """Each line sees the state that the lines before it give."""
    tracker.today = date(2029, 6, 1)
    tracker.apply("ref,status,percent\n4.1,met,\n4.1,met,\n2,in-progress,50\n2,complete,\n", "updates.csv")
    assert next(event.when for event in milestone(tracker, "RUR1-04.1") if event.state == "upcoming") == "2031"
    assert (row(tracker, "2").status, row(tracker, "2").percent) == ("complete", None)


def test_a_recorded_update_is_not_recorded_again(tracker: Tracker) -> None:
    """Applying a file again records nothing, and neither does a repeated line."""
    assert tracker.apply(CELLS, "updates.csv").changes == 4
    assert tracker.apply(CELLS, "updates.csv").changes == 0
    assert tracker.apply(LINES + LINES, "updates.jsonl").changes == 0
    assert tracker.apply("ref,note\n2,One\n2,One\n", "updates.csv").changes == 1


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60) | st.text(alphabet='{}"ref:,1\n\r\0\ufeff[]', max_size=60))
def test_any_text_is_applied_or_refused(make: Maker, text: str) -> None:
    """Any text is applied as a file of updates, or refused with a list of problems."""
    dry = make(path=make.templates["ruritania"], dry_run=True)
    try:
        dry.apply(text, "updates")
    except ProblemsError as error:
        assert error.problems  # noqa: PT017 - often there is none
        assert all(problem.startswith("updates") for problem in error.problems)  # noqa: PT017


def test_the_built_in_record_is_written_to_at_first(make: Maker) -> None:
    """The first write creates the store from the built-in record and returns its path; later ones do not."""
    tracker = make()
    assert tracker.mark("4-07", "stalled").created_store == str(tracker.path)
    assert tracker.mark("4-07", "complete").created_store is None
    assert row(tracker, "4-07").ref == "ROK4-07"


@pytest.mark.parametrize("write", WRITES)
def test_text_that_utf8_cannot_hold_is_refused(tracker: Tracker, write: Callable[..., Any]) -> None:
    """An address with a lone surrogate is refused like other invalid input."""
    log = list(tracker.log())
    with pytest.raises(InputError):
        write(tracker, evidence="https://a.example/\ud800")
    assert list(tracker.log()) == log


@pytest.mark.parametrize(
    "write",
    [
        lambda tracker: tracker.note("2", "caf\udce9"),
        lambda tracker: tracker.mark("2", "stalled", note="caf\udce9"),
        lambda tracker: tracker.edit("2", {"title": "caf\udce9"}),
        lambda tracker: tracker.edit("2", {"detail": "caf\udce9"}),
        lambda tracker: tracker.add(FLY._replace(title="caf\udce9")),
        lambda tracker: tracker.add_milestone("2", "caf\udce9", "2027"),
        lambda tracker: tracker.note("caf\udce9", "Hello."),
        lambda tracker: tracker.apply('{"ref": "2", "note": "caf\\udce9"}', "updates"),
        lambda tracker: tracker.undo("caf\udce9"),
    ],
)
def test_half_a_character_is_refused_everywhere(tracker: Tracker, write: Write) -> None:
    """Text with a lone surrogate is refused in every field, and nothing is recorded."""
    log = list(tracker.log())
    with pytest.raises(SpacedialogError) as caught:
        write(tracker)
    assert caught.value.exit_status in (2, 3)
    assert list(tracker.log()) == log
