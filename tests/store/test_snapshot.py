"""Tests of views: filters, sorts, searches, query plans, and views of the past."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spacedialog.analysis.brief import brief
from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.dates import VagueDate, readable
from spacedialog.model.fields import CommitmentRow, NewCommitment
from spacedialog.model.filters import (
    EVERYTHING,
    All,
    ContainsWords,
    DueAfter,
    DueBefore,
    DueIn,
    DueWithin,
    EntryFilter,
    Filter,
    Flagged,
    Involves,
    LedBy,
    OfSide,
    OneOf,
    Was,
)
from spacedialog.model.position import Scope, Since
from spacedialog.model.rows.record import Coverage, HistoryRow
from spacedialog.model.vocabulary import CLOSING_DAYS, REVIEW_DAYS, Flag, Status, Strength
from spacedialog.store import database
from spacedialog.store.read.commitment_sql import SORTS, filter_sql, order_by
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.tracker import Selection, Tracker
from tests.support.built_in import COMMITMENTS, REFS
from tests.support.trackers import Clock

if TYPE_CHECKING:
    from tests.support.trackers import Maker

DAY = date(2026, 12, 1)
T = TypeVar("T")


@pytest.fixture(scope="module")
def busy(make: Maker) -> Tracker:
    """The built-in record with a year of entries: every status, moved dates, notes, additions and withdrawals."""
    tracker = make("built-in")
    tracker.mark("4-08", "stalled", on="2026-11-20", note="Heard nothing of the flight.")
    tracker.mark("4-09", "withdrawn", on="2026-10")
    tracker.mark("4-11", "not-started", on="2025-12-31")
    tracker.reschedule("31", "2027-02", on="2026-11-01", note="Ice on the pad.")
    tracker.reschedule("4-15", "2026-11-30", on="2026-11-01")
    tracker.reschedule("4-16", "2026-12-01/2027-01-30", on="2026-11-01")
    tracker.reschedule("4-17", "2027-01-31", on="2026-11-01")
    tracker.reschedule("4-24", "2027/..", on="2026-11-01")
    tracker.reschedule("4-26", "../2026-06", on="2026-11-01")
    tracker.reschedule("4-28", "2026-06", on="2026-05-01")
    tracker.mark("4-29", "in-progress", percent=40, on="2026-06-04")
    tracker.mark("4-30", "in-progress", percent=5, on="2026-06-03")
    tracker.edit("33", {"lead": "Commerce", "partners": ["KASA"], "title": "talk of export controls"})
    return tracker


@pytest.fixture(scope="module")
def view(busy: Tracker) -> Iterator[Snapshot]:
    """That record on 1 December 2026."""
    with busy.snapshot(Scope(DAY)) as view:
        yield view


@pytest.fixture(scope="module")
def sides(view: Snapshot) -> Mapping[str, str]:
    """The side of each party."""
    rows = view._connection.execute("SELECT key, side FROM party")
    return dict(rows.fetchall())


@pytest.fixture(scope="module")
def texts(busy: Tracker) -> Mapping[str, list[str]]:
    """The texts of each commitment by 1 December 2026, one for each entry, in lower case."""
    said: dict[str, list[str]] = {}
    with busy.snapshot(Scope(DAY)) as view:
        for row in view.commitments():
            entries = view.history(view.refs.resolve(row.ref))
            said[row.ref] = [
                " ".join(str(text or "") for text in (e.changed.get("title"), e.changed.get("detail"), e.note)).lower()
                for e in entries
                if not e.retracted and "decided" not in e.changed  # about a pair, not about either alone
            ]
    return said


def flags_of(row: CommitmentRow, day: date, history: Sequence[HistoryRow]) -> set[Flag]:
    """Return the flags that the design gives a row with these entries, except `slipped` and `unevidenced`."""
    if row.status in ("complete", "withdrawn"):
        return set()
    flags = set()
    if row.due_latest:
        left = (date.fromisoformat(row.due_latest) - day).days
        flags |= {Flag.OVERDUE} if left < 0 else {Flag.CLOSING} if left <= CLOSING_DAYS else set()
    fields = {"status", "percent", "due", "when", "met"}
    checks = [
        e
        for e in history
        if e.kind in ("note", "check") or (e.kind == "set" and fields & e.changed.keys()) or "verdict" in e.changed
    ]
    held = {"ROK2": date(2016, 4, 29), "ROK3": date(2022, 12, 16), "ROK4": date(2025, 4, 14)}[row.dialogue]
    found = (_check_day(entry, day) for entry in checks if not entry.retracted)
    last = max((checked for checked in found if checked >= held), default=None)
    if last is None:
        flags.add(Flag.UNCHECKED)
    elif (day - last).days >= REVIEW_DAYS:
        flags.add(Flag.STALE)
    return flags


def _check_day(entry: HistoryRow, day: date) -> date:
    true, recorded = VagueDate.parse(entry.on).latest, datetime.fromisoformat(entry.recorded_at)
    assert true
    days = [(recorded - timedelta(hours=behind)).date() for behind in (0, 12)]
    return max(true, *(recorded_on for recorded_on in days if recorded_on <= day), true)


def passes(filter_: Filter, row: CommitmentRow, sides: Mapping[str, str]) -> bool:
    """Return whether a row passes the filter, computed in plain Python."""
    parties = {row.lead, *row.partners} - {None}
    latest = VagueDate.parse(row.due).latest if row.due else None
    match filter_:
        case OneOf(field, values):
            return getattr(row, field) in values
        case LedBy(wanted, (), or_joint):
            return row.lead in wanted or (or_joint and row.lead is None)
        case Involves(wanted):
            return bool(parties & set(wanted))
        case OfSide(wanted):
            return any(sides[party] in wanted for party in parties if party)
        case DueBefore(day):
            return latest is not None and latest < day
        case DueAfter(day):
            return row.due is not None and (latest is None or latest > day)
        case DueWithin(after, before):
            return latest is not None and after < latest < before
        case DueIn(first, last):
            earliest = VagueDate.parse(row.due).earliest if row.due else None
            begins = last is None or earliest is None or earliest <= last
            return row.due is not None and begins and (first is None or latest is None or latest >= first)
        case Flagged(flag):
            return flag.value in row.flags
        case All(parts):
            return all(passes(part, row, sides) for part in parts)
    raise AssertionError(filter_)


FIELDS: dict[str, Sequence[str | None]] = {
    "dialogue": ("ROK4", "RUR1", ""),
    "area": ("science", "commercial", "earth-observation", "alchemy"),
    "kind": ("event", "study", "action-item", "nothing"),
    "lead": ("ROK", "Commerce", "KASI", "nobody"),
    "status": tuple(status.value for status in Status),
    "strength": tuple(strength.value for strength in Strength),
}
PARTIES = ("US", "NASA", "KASA", "Commerce", "ICG", "COPUOS", "nobody")
near_days = st.dates(date(2025, 1, 1), date(2028, 1, 1)) | st.sampled_from(
    [date(2026, 11, 30), date(2026, 12, 1), date(2026, 6, 30), date(2027, 12, 31), date.min, date.max]
)


def some(values: Sequence[T]) -> st.SearchStrategy[list[T]]:
    return st.lists(st.sampled_from(values), max_size=3)


leaves: st.SearchStrategy[Filter] = st.one_of(
    st.builds(LedBy, some(FIELDS["lead"]), st.just(()), st.booleans()),
    st.sampled_from(sorted(FIELDS)).flatmap(lambda field: st.builds(OneOf, st.just(field), some(FIELDS[field]))),
    st.builds(Involves, some(PARTIES)),
    st.builds(OfSide, some(("US", "ROK", "INT", "none"))),
    st.builds(DueBefore, near_days),
    st.builds(DueAfter, near_days),
    st.builds(DueWithin, near_days, near_days),
    st.builds(DueIn, near_days | st.none(), near_days | st.none()),
    st.builds(Flagged, st.sampled_from(Flag)),
)
filters: st.SearchStrategy[Filter] = st.recursive(
    leaves, lambda parts: st.builds(All, st.lists(parts, max_size=3)), max_leaves=4
)


@settings(max_examples=250, deadline=None)
@given(filter_=filters)
def test_a_filter_lets_through_what_it_says(view: Snapshot, sides: Mapping[str, str], filter_: Filter) -> None:
    """Every filter keeps the rows that the same filter in plain Python keeps, in their order."""
    everything = list(view.commitments())
    assert list(view.commitments(filter_)) == [row for row in everything if passes(filter_, row, sides)]


@pytest.mark.parametrize(
    ("filter_", "some_pass"),
    [
        (EVERYTHING, True),
        (All((Flagged(Flag.OVERDUE), OneOf("status", ["in-progress"]))), False),
        *((Flagged(flag), flag not in (Flag.CONFLICT, Flag.STALE)) for flag in Flag),
        *((OneOf("status", [status.value]), True) for status in Status),
        *((OneOf("strength", [strength.value]), True) for strength in Strength),
        (OneOf("lead", ["Commerce"]), True),
        (OneOf("area", ["'; DROP TABLE change; --"]), False),
        (OneOf("kind", []), False),
        (Involves(["ICG"]), True),
        (OfSide(["INT"]), True),
        (DueBefore(date(2026, 12, 1)), True),
        (DueAfter(date(2028, 1, 1)), True),
        (DueAfter(date.max), True),
        (DueWithin(date.min, date(2026, 12, 1)), True),
        (DueIn(date(2026, 1, 1), date(2026, 12, 31)), True),
        (DueIn(None, date(2015, 12, 31)), True),
        (LedBy([], or_joint=True), True),
        (LedBy(["KASI"], or_joint=True), True),
    ],
)
def test_the_record_shows_each_filter_at_work(
    view: Snapshot, sides: Mapping[str, str], filter_: Filter, some_pass: bool
) -> None:
    """The record has rows that each filter keeps."""
    rows = list(view.commitments(filter_))
    assert bool(rows) is some_pass
    assert rows == [row for row in view.commitments() if passes(filter_, row, sides)]


@settings(max_examples=50, deadline=None)
@given(day=st.dates(date(2025, 4, 1), date(2027, 12, 31)) | st.just(DAY))
@example(day=date(2026, 11, 30))
@example(day=date(2027, 1, 31))
@example(day=date(2026, 12, 31))
@example(day=date(2027, 1, 1))
@example(day=date(2026, 12, 2))
def test_flags_are_reckoned_from_the_day(busy: Tracker, day: date) -> None:
    """Overdue, closing, unchecked and stale follow the design on every day."""
    with busy.snapshot(Scope(day)) as view:
        for row in view.commitments():
            history = view.history(view.refs.resolve(row.ref))
            assert set(row.flags) - {"slipped", "unevidenced"} == flags_of(row, day, history), row
            assert list(row.flags) == [flag.value for flag in Flag if flag.value in row.flags]


def test_a_status_of_the_past_selects(busy: Tracker) -> None:
    """`Was` selects the commitments that have had a status on some day up to the day of the view."""
    for day in (date(2025, 6, 1), date(2026, 11, 19), DAY):
        with busy.snapshot(Scope(day)) as view:
            past = [view.on(date.fromordinal(day.toordinal() - back)) for back in (0, 1, 12, 300, 600, 2000)]
            once = {row.ref for one in past for row in one.commitments(OneOf("status", ["in-progress"]))}
            assert once <= {row.ref for row in view.commitments(Was(["in-progress"]))}
            assert ("ROK4-08" in {row.ref for row in view.commitments(Was(["stalled"]))}) is (day == DAY)
    settled = Selection(was=["open"], status=["withdrawn"])
    with busy.snapshot(Scope(DAY)) as view:
        assert "ROK4-09" in {row.ref for row in view.commitments(settled.filter(view))}


def test_a_month_is_not_overdue_on_its_last_day(tracker: Tracker) -> None:
    """A commitment due 2025-10 is not overdue on 31 October 2025, and is on 1 November."""
    tracker.reschedule("RUR1-01", "2025-10", on="2025-04-01")
    for day, overdue in ((date(2025, 10, 31), False), (date(2025, 11, 1), True)):
        with tracker.snapshot(Scope(day)) as view:
            row = next(view.commitments())
            assert (row.ref, Flag.OVERDUE in row.flags) == ("RUR1-01", overdue)


def test_slipped_are_those_whose_date_was_put_off(view: Snapshot) -> None:
    """A commitment is slipped if its own date or a milestone's closes later than at first."""
    put_off = {row.commitment for row in view.slips() if (row.max_delay_days or 0) > 0}
    assert {row.ref for row in view.commitments(Flagged(Flag.SLIPPED))} >= put_off - {"ROK4-14", "ROK4-03"}
    assert "ROK4-31" in {row.ref for row in view.commitments(Flagged(Flag.SLIPPED))}
    assert "ROK4-16" not in {row.ref for row in view.commitments(Flagged(Flag.SLIPPED))}


words = st.sampled_from(("moon", "ice", "LUNAR", "korea", "satell", "heard", "data", "zzz", "the"))


@settings(max_examples=50, deadline=None)
@given(wanted=st.lists(words, min_size=1, max_size=3))
def test_says_finds_the_words_that_the_entries_hold(
    view: Snapshot, texts: Mapping[str, list[str]], wanted: list[str]
) -> None:
    """A text filter keeps a commitment if its entries have all the words; a search finds the same commitments."""
    found = {row.ref for row in view.commitments(ContainsWords(" ".join(wanted)))}
    searched = {row.ref for row in view.search(" ".join(wanted)) if row.kind == "commitment"}

    def holds(texts: list[str], word: str) -> bool:
        plain = "".join(character if character.isalnum() else " " for character in " ".join(texts))
        return word.lower() in plain.split()

    assert {ref for ref, said in texts.items() if all(holds(said, word) for word in wanted)} <= found
    assert found == searched


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("pad ice", {"ROK4-31"}),
        ("LUSÉM", {"ROK4-31"}),
        ("ROK4-31", {"ROK4-31"}),
        ("export commerce", {"ROK3-12", "ROK4-33"}),  # a note, and the current lead
        ("étude", set()),
        ("zzzz", set()),
    ],
)
def test_search_finds(view: Snapshot, text: str, refs: set[str]) -> None:
    """A search finds refs, titles and notes, whatever the order of the words."""
    assert {row.ref for row in view.search(text)} == refs


def test_search_does_not_see_ahead(busy: Tracker) -> None:
    """A note is found from its own day on."""
    with busy.snapshot(Scope(date(2026, 11, 19))) as view:
        assert not view.search("heard nothing flight")
        assert not list(view.commitments(ContainsWords("heard nothing flight")))
    with busy.snapshot(Scope(date(2026, 11, 20))) as view:
        assert [row.ref for row in view.search("heard nothing flight")] == ["ROK4-08"]
        assert [row.ref for row in view.commitments(ContainsWords("heard nothing flight"))] == ["ROK4-08"]


HOSTILE = (
    *('"', '""', "'", "a\0b", "\0", "AND", "NOT", "a AND", "NEAR(", "*", "a*", "(", ")", "((", "title:", "title: a"),
    *("-", "^moon", "{title}: a", "+", ".", "\u202e", "🚀", "🚀*", "\x1b[31m", "é", "%", "_", "\\", ";--", "\n", " "),
    *("a" * 5000, "a " * 300, '"a" "', "\ud800", "ａ", "\U000e0001", "co\u0301te", "1/0", ":p0", "?1", "@day"),  # noqa: RUF001
)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_words_are_only_words(view: Snapshot, text: str) -> None:
    """Any text is searched for as words, or refused as input."""
    _ask(view, text)


@settings(max_examples=100, deadline=None)
@given(text=st.text() | st.text(alphabet="\"'*()^:{}-+ aANDOR.\0,"))
def test_any_text_can_be_searched_for(view: Snapshot, text: str) -> None:
    """A search for any text answers, or is refused if the text has no word."""
    _ask(view, text)


def _ask(view: Snapshot, text: str) -> None:
    asked: list[Callable[[], Any]] = [
        lambda: view.search(text),
        lambda: list(view.commitments(ContainsWords(text))),
        lambda: list(view.commitments(OneOf("area", [text]))),
        lambda: list(view.commitments(Involves([text]))),
        lambda: list(view.commitments(OfSide([text]))),
    ]
    for ask in asked:
        with suppress(InputError):
            ask()


@pytest.mark.parametrize("text", ["", "   ", '"', '" "', "\0", "\n\t"])
def test_no_word_is_refused(view: Snapshot, text: str) -> None:
    """A search without a word is refused with a remedy."""
    with pytest.raises(InputError, match="nothing to search for"):
        view.search(text)
    with pytest.raises(InputError, match="nothing to search for"):
        list(view.commitments(ContainsWords(text)))


# Order


_ORDER: dict[str, Callable[[CommitmentRow], Any]] = {
    "ref": lambda row: (-int(row.dialogue[3]), row.ref),
    "due": lambda row: (row.due is None, row.due_latest is None, row.due_latest or "", row.due_earliest or ""),
    "status": lambda row: [status.value for status in Status].index(row.status),
    "area": lambda row: row.area,
    "kind": lambda row: row.kind,
    "lead": lambda row: (row.lead is None, row.lead or ""),
    "owner": lambda row: (row.owner is None, row.owner or ""),
    "percent": lambda row: (row.percent is None, row.percent or 0),
    "strength": lambda row: [strength.value for strength in Strength].index(row.strength),
    "title": lambda row: row.title.lower(),
    "updated": lambda row: VagueDate.parse(row.updated_on).latest,
}


@pytest.mark.parametrize("sort", SORTS)
def test_a_sort_orders_and_ties_go_by_ref(view: Snapshot, sort: str) -> None:
    """Every sort orders by its field, a minus sign reverses it; equal rows are ordered by ref, and empty ones last."""
    by_ref = list(view.commitments())
    assert [row.ref for row in by_ref] == sorted(REFS, key=lambda ref: -int(ref[3]))
    assert list(view.commitments(sort=sort)) == sorted(by_ref, key=_ORDER[sort])
    backwards = list(view.commitments(sort=f"-{sort}"))
    filled = [row for row in by_ref if getattr(row, sort, row.ref) is not None]
    empty = [row for row in by_ref if row not in filled]
    assert backwards == [*sorted(filled, key=_ORDER[sort], reverse=True), *empty]


def test_every_sort_is_tried() -> None:
    """The table above has every sort."""
    assert _ORDER.keys() == SORTS.keys()


@pytest.mark.parametrize("sort", ["", "-", "--ref", "refs", "ref;", "c.ref", "ref DESC", "1"])
def test_an_unknown_sort_is_refused(view: Snapshot, sort: str) -> None:
    """An unknown sort is refused with the known ones."""
    with pytest.raises(InputError, match="not a field to sort by") as caught:
        order_by(sort, (), {})
    assert "updated" in caught.value.remedy
    with pytest.raises(InputError):
        list(view.commitments(sort=sort))


@pytest.mark.parametrize("limit", [0, 1, 5, COMMITMENTS, 100])
def test_a_limit_takes_the_first(view: Snapshot, limit: int) -> None:
    """A limit keeps the first rows of the order asked for."""
    assert list(view.commitments(sort="-due", limit=limit)) == list(view.commitments(sort="-due"))[:limit]
    assert view.search("the", limit=limit) == view.search("the")[:limit]
    assert view.history(limit=limit) == (view.history()[-limit:] if limit else [])


def test_nothing_a_user_wrote_becomes_sql() -> None:
    """The values of a filter are bound, and are never part of the SQL."""
    parameters: dict[str, str | int] = {}
    evil = "x') OR 1=1 --"
    parts = (OneOf("area", [evil]), Involves([evil, evil]), OfSide([evil]), ContainsWords(evil))
    sql = filter_sql(All(parts), parameters)
    assert "1=1" not in sql
    assert list(parameters.values()).count(evil) == 4
    assert filter_sql(All(()), {}) == "TRUE"


def test_a_filter_takes_no_other_field() -> None:
    """A name that is no field to filter by never gets into the SQL."""
    with pytest.raises(KeyError):
        filter_sql(OneOf("ref = '' OR 1", ["x"]), {})


# Plans


@contextmanager
def plans(view: Snapshot) -> Iterator[list[str]]:
    """Yield the query plans of the statements that the view runs during the block, one line for each step."""
    steps: list[str] = []
    connection = view._connection
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    yield steps
    connection.set_trace_callback(None)
    for statement in statements:
        if statement.lstrip().upper().startswith("SELECT"):  # the traced text includes bound values
            steps += [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


PLANS: dict[str, tuple[Callable[[Snapshot], Any], str]] = {
    "area and status": (
        lambda v: list(v.commitments(All((OneOf("area", ["pnt"]), OneOf("status", ["in-progress"]))))),
        "c USING INDEX idx_commitment_area_status",
    ),
    "status": (lambda v: list(v.commitments(OneOf("status", ["stalled"]))), "c USING INDEX idx_commitment_status"),
    "due": (lambda v: list(v.commitments(DueBefore(DAY), sort="due")), "c USING INDEX idx_commitment_due_latest"),
    "a status within a window": (
        lambda v: list(v.commitments(All((OneOf("status", ["stalled"]), DueWithin(DAY, date.max))))),
        "c USING INDEX idx_commitment_due_latest_valid_to (due_latest>? AND due_latest<?)",
    ),
    "overdue": (lambda v: list(v.commitments(Flagged(Flag.OVERDUE))), "c USING INDEX idx_commitment_"),
    "ref": (lambda v: v.refs.resolve("ROK4-07"), "USING INDEX idx_given_ref_key"),
    "number": (lambda v: v.refs.resolve("31"), "USING INDEX idx_commitment_number"),
    "show": (lambda v: v.detail(v.refs.resolve("ROK4-31")), "c USING INDEX idx_commitment_item_valid_from"),
    "party": (lambda v: list(v.commitments(Involves(["NASA"]))), "idx_involved_party"),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_hot_question_uses_its_index(busy: Tracker, name: str) -> None:
    """Frequent queries find their rows by an index, and scan no period table."""
    ask, index = PLANS[name]
    with busy.snapshot(Scope(DAY)) as view:
        with plans(view) as steps:
            ask(view)
        assert any(index in step for step in steps), steps
        assert not [step for step in steps if step in ("SCAN c", "SCAN commitment", "SCAN m", "SCAN milestone")], steps
        assert not [step for step in steps if step in ("SCAN change", "SCAN l", "SCAN involved", "SCAN i")], steps


def test_the_overview_reads_the_next_events_in_order(busy: Tracker) -> None:
    """The next events, of the record and of each area, are read from the indexes of windows, and not sorted."""
    with busy.snapshot(Scope(DAY)) as view:
        with plans(view) as steps:
            view.overview()
        assert steps.count("MERGE (UNION ALL)") == 2
        for step in ("c USING INDEX idx_commitment_due_latest_valid_to", "m USING INDEX idx_milestone_latest_valid_to"):
            assert len([one for one in steps if step in one]) >= 2


def test_expected_due_dates_are_found_by_status_and_window(busy: Tracker) -> None:
    """Dates to come and the worklist read the windows of open commitments from an index."""
    with busy.snapshot(Scope(DAY)) as view:
        with plans(view) as steps:
            assert view.upcoming(until=DAY)
            assert view.todo(limit=1)
        index = "c USING INDEX idx_commitment_status_valid_to_valid_from_due_earliest_due_latest"
        assert len([step for step in steps if index in step]) == 2, steps


# The past


def _seen(view: Snapshot) -> dict[str, Any]:
    """Return all that a view shows, without later retractions."""
    detail = [view.detail(view.refs.resolve(row.ref)) for row in view.commitments()]
    return {
        "list": list(view.commitments()),
        "detail": detail,
        "upcoming": view.upcoming(everything=True),
        "areas": view.areas(),
        "overview": view.overview(),
        "history": view.history(),
        "slips": list(view.slips()),
        "coverage": view.coverage(),
        "found": sorted(row[:3] for row in view.search("the")),
    }


STEPS: tuple[Callable[[Tracker], Any], ...] = (
    lambda tracker: tracker.mark("1", "stalled", note="The lander is late."),
    lambda tracker: tracker.mark("2", "in-progress", on="2026-01", percent=10),
    lambda tracker: tracker.reschedule("1", "2028", on="2026-11-30"),
    lambda tracker: tracker.undo(),
    lambda tracker: tracker.edit("3", {"title": "Exchange the data on sea ice", "partners": ["GRA"]}),
    lambda tracker: tracker.add_milestone("3", "The first exchange", "2027-06"),
    lambda tracker: tracker.redo(),
    lambda tracker: tracker.mark("3.1", "met", on="2026-11-29"),
    lambda tracker: tracker.undo(next(tracker.log()).id),
    lambda tracker: tracker.redo(),
    lambda tracker: tracker.reschedule("4.1", "2026"),
    lambda tracker: tracker.mark("4.1", "met"),
    lambda tracker: tracker.apply("ref,status\n2,complete\n3,withdrawn\n", "updates.csv"),
)


_ON = "2026-11-20"
LATER: tuple[Callable[[Tracker], Any], ...] = (
    lambda tracker: tracker.edit("2", {"lead": "GMO"}, on=_ON),
    lambda tracker: tracker.edit("3", {"partners": ["GRA"]}, on=_ON),
    lambda tracker: tracker.edit("1", {"title": "Fly a plover", "detail": "The plover"}, on=_ON),
    lambda tracker: tracker.mark("1", "complete", note="The plover flew.", on=_ON),
    lambda tracker: tracker.reschedule("1", "2029", on=_ON),
    lambda tracker: tracker.assess("1", "not-met", on=_ON),
    lambda tracker: tracker.add_milestone("2", "Fly a plover", "2028", on=_ON),
    lambda tracker: tracker.edit("1", {"ref": "RUR1-88"}, on=_ON),
    lambda tracker: tracker.edit("RUR1-01.1", {"ref": "RUR1-88.9", "title": "Fly a plover"}, on=_ON),
    lambda tracker: tracker.add(NewCommitment("Fly a plover again", "moon", "JS", lead="GRA"), on=_ON),
)


def test_an_entry_of_a_later_day_changes_no_view_of_a_day(tracker: Tracker) -> None:
    """Every view of a day keeps its content, names and titles when an entry of a later day is recorded."""
    day = date(2026, 11, 19)
    tracker.note("1.1", "Looked at.", on="2026-11-01")
    tracker.assess("1", "met", on="2026-11-02")

    def look() -> dict[str, Any]:
        with tracker.snapshot(Scope(day)) as view:
            told = brief(view, Since(recorded=0, before=date(2026, 10, 1)), until=DAY)
            return {
                **_seen(view),
                "brief": told._replace(changes=0, recorded_until=None),  # how far the log goes
                "words": {word: view.search(word) for word in ("GMO", "GRA", "RUR1-88", "plover")},
                "says": {
                    word: list(view.commitments(ContainsWords(word))) for word in ("GMO", "GRA", "RUR1-88", "plover")
                },
                "details": view.details("RUR1"),
                "assessments": list(view.assessments()),
            }

    before = look()
    for step in LATER:
        step(tracker)
        assert look() == before
    with tracker.snapshot() as view:
        assert {row.ref for row in view.search("GMO Explore")} == {"RUR1-02"}
        assert {row.ref for row in view.search("plover RUR1-88")} == {"RUR1-88"}
        assert {row.ref for row in view.history(view.refs.resolve("88"))} == {"RUR1-88", "RUR1-88.9"}


def test_known_at_shows_what_was_seen_then(tracker: Tracker) -> None:
    """A view as known at a time shows the same as a view at that time did, through undo and redo."""
    seen: list[tuple[int, dict[str, Any]]] = []

    def look() -> None:
        newest = max(change.ts for change in tracker.log())
        with tracker.snapshot() as view:
            seen.append((newest, _seen(view)))

    look()
    for step in STEPS:
        try:
            step(tracker)
        except NotFoundError:
            raise AssertionError(step) from None
        look()
    assert all(one != other for (_, one), (_, other) in pairwise(seen))
    for (newest, then), (later, _) in pairwise([*seen, (seen[-1][0] + 99, {})]):
        for moment in (newest, later - 1):
            with tracker.snapshot(Scope(known_at=moment)) as view:
                assert _seen(view) == then
    with tracker.snapshot(Scope(known_at=seen[0][0] - 1)) as view:
        assert list(view.commitments()) == []


def test_as_of_shows_what_was_true_then(tracker: Tracker) -> None:
    """A view as of a day shows the state of that day as known now."""
    tracker.mark("2", "in-progress", on="2025-05")
    tracker.mark("2", "complete", on="2026-02-03")
    for day, status in (
        ("2025-03-09", None),
        ("2025-03-10", "unknown"),
        ("2025-05-30", "unknown"),
        ("2025-05-31", "in-progress"),
        ("2026-02-02", "in-progress"),
        ("2026-02-03", "complete"),
    ):
        with tracker.snapshot(Scope(date.fromisoformat(day))) as view:
            assert [row.status for row in view.commitments() if row.ref == "RUR1-02"] == ([status] if status else [])
            if status is None:
                with pytest.raises(NotFoundError, match="not in the record"):
                    view.detail(view.refs.resolve("RUR1-02"))


@settings(max_examples=25, deadline=None)
@given(days=st.lists(st.integers(0, 600), min_size=1, max_size=6), statuses=st.permutations([*Status]))
def test_as_of_is_the_view_of_that_day(make: Maker, days: list[int], statuses: list[Status]) -> None:
    """Entries of later days leave the view of each day unchanged."""
    store = make("ruritania").path
    seen: dict[date, list[CommitmentRow]] = {}
    day = date(2025, 3, 10)
    for gap, status in zip(sorted(days), statuses, strict=False):
        day = date(2025, 3, 10) + timedelta(gap)
        writer = make(path=store, today=day)
        writer.mark("2", status.value)
        with writer.snapshot() as view:
            seen[day] = [row for row in view.commitments() if row.ref == "RUR1-02"]
    with closing(sqlite3.connect(store)):
        for then, rows in seen.items():
            with make(path=store, today=date(2027, 1, 1)).snapshot(Scope(then)) as view:
                assert [row for row in view.commitments() if row.ref == "RUR1-02"] == rows


def test_a_view_before_everything_is_empty(tracker: Tracker) -> None:
    """A view of a day before the first dialogue is empty."""
    for day in (date.min, date(2025, 3, 9)):
        with tracker.snapshot(Scope(day)) as view:
            assert (list(view.commitments()), view.areas(), view.upcoming(), view.history()) == ([], [], [], [])
            assert view.coverage() == Coverage(0, 0, None)
            assert view.todo() == []
    with tracker.snapshot(Scope(date.max - timedelta(1))) as view:
        assert len(list(view.commitments())) == 5


def test_coverage_says_how_old_the_oldest_check_is(tracker: Tracker) -> None:
    """Coverage counts checked commitments, and the days since the oldest check of an open one, here of number 3."""
    with tracker.snapshot() as view:
        assert view.coverage() == Coverage(5, 2, 0, complete=1, unevidenced=1)
    day = DAY - timedelta(2)
    with tracker.snapshot(Scope(day)) as view:
        assert view.coverage() == Coverage(5, 2, (day - date(2025, 9, 20)).days, complete=1, unevidenced=1)
    tracker.mark("5", "complete", on="2026-11-01")
    with tracker.snapshot() as view:
        assert view.coverage()[:2] == (5, 3)


# Names


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("RUR1-03", "RUR1-03"),
        ("rur1-03", "RUR1-03"),
        (" RUR1-3 ", "RUR1-03"),
        ("3", "RUR1-03"),
        ("003", "RUR1-03"),
        ("1-03", "RUR1-03"),
        ("RUR1-01.1", "RUR1-01.1"),
        ("1.1", "RUR1-01.1"),
    ],
)
def test_a_ref_has_short_forms(tracker: Tracker, text: str, ref: str) -> None:
    """A ref is found in any case, and by its number alone if that is unambiguous."""
    with tracker.snapshot() as view:
        assert view.refs.resolve(text).ref == ref


@pytest.mark.parametrize("text", ["", "99", "0", "RUR2-03", "1.9", "R", "%", "3.1", "9" * 40, "-3x", "\0"])
def test_an_unknown_ref_is_not_found(tracker: Tracker, text: str) -> None:
    """An unknown name is not found, and the error names the command that lists the refs."""
    with tracker.snapshot() as view, pytest.raises(NotFoundError) as caught:
        view.refs.resolve(text)
    assert caught.value.exit_status == 3
    assert "spacedialog list" in caught.value.remedy


def test_the_key_of_a_dialogue_is_not_a_ref(tracker: Tracker) -> None:
    """Where a commitment is expected, a dialogue is named as one, with the command that lists its commitments."""
    with tracker.snapshot() as view, pytest.raises(InputError, match="RUR1 is a dialogue") as caught:
        view.refs.resolve("rur1")
    assert "spacedialog list --dialogue RUR1" in caught.value.remedy


def test_a_near_miss_is_pointed_out(tracker: Tracker) -> None:
    """The error for a misspelt ref suggests the right one."""
    with tracker.snapshot() as view, pytest.raises(NotFoundError) as caught:
        view.refs.resolve("RUR-03")
    assert "RUR1-03" in caught.value.remedy


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=8) | st.from_regex(r"[rRuU1-]{0,4}-?0*[0-9]{1,3}(\.[0-9])?", fullmatch=True))
def test_any_text_names_one_thing_or_is_refused(make: Maker, text: str) -> None:
    """Any text is resolved to one item, or refused as unknown or ambiguous."""
    with make(path=make.templates["ruritania"]).snapshot() as view, suppress(NotFoundError, InputError):
        assert view.refs.resolve(text).item


def test_an_old_ref_still_finds_its_commitment(tracker: Tracker) -> None:
    """A commitment with a new ref is found by both refs."""
    tracker.edit("3", {"ref": "RUR1-77"}, on="2026-11-30")
    with tracker.snapshot() as view:
        assert view.refs.resolve("RUR1-03").item == view.refs.resolve("77").item
        assert [row.ref for row in view.commitments()][-1] == "RUR1-77"


def test_rows_are_what_json_has(view: Snapshot) -> None:
    """Every row can be written as JSON."""
    for row in view.commitments():
        assert json.loads(json.dumps(row._asdict()))["ref"] == row.ref
    with closing(database.in_memory()) as connection:
        assert Snapshot(connection, DAY).overview().dialogues == ()


def test_changed_since_is_news_other_than_checks(make: Maker, clock: Clock) -> None:
    """`changed_since` selects commitments with entries that are news since the day, but not checks or undone ones."""
    tracker = make("ruritania", clock=clock)
    clock.now += 9 * 86_400_000_000
    tracker.today = date(2026, 12, 10)
    tracker.check(["1"])
    tracker.note("2", "Asked.")
    tracker.mark("3", "stalled", on="2026-11-01")
    tracker.mark("1.1", "met", on="2026-12-09")
    tracker.mark("4", "stalled")
    tracker.undo()
    with tracker.snapshot() as view:
        found = {
            since: [row.ref for row in view.commitments(Selection(changed_since=since).filter(view))]
            for since in (date(2026, 12, 10), date(2026, 12, 9), date(2026, 12, 11))
        }
    refs = ["RUR1-01", "RUR1-02", "RUR1-03"]
    assert found == {date(2026, 12, 10): refs, date(2026, 12, 9): refs, date(2026, 12, 11): []}


@pytest.mark.parametrize(
    "selection",
    [
        Selection(due=VagueDate.parse("2026")),
        Selection(due=VagueDate.parse("2026-33/2027")),
        Selection(due=VagueDate.parse("../2026-06")),
        Selection(due=VagueDate.parse("2028/..")),
    ],
)
def test_a_due_date_selects_the_windows_that_it_touches(busy: Tracker, selection: Selection) -> None:
    """Lists, dated events, a calendar and the worklist select windows that have a day of the date `due`."""
    due = selection.due
    assert due
    with busy.snapshot(Scope(DAY)) as view:

        def touches(text: str | None) -> bool:
            return text is not None and VagueDate.parse(text).overlaps(due)

        rows = list(view.commitments(selection.filter(view)))
        assert rows == [row for row in view.commitments() if touches(row.due)]
        far = date(2040, 1, 1)
        expected = [row for row in view.upcoming(until=far, everything=True) if touches(row.when)]
        assert view.upcoming(until=far, due=due, everything=True) == expected
        once = {event.ref for event in view.calendar(due=due) if not event.recurs}
        assert once == {event.ref for event in view.calendar() if not event.recurs and touches(event.when)}
        assert view.todo(due=due) == [row for row in view.todo() if touches(row.due)]
        assert len(view.todo(due=due, limit=1)) <= 1
    assert selection.describe() == f"due in {readable(str(due))}"


def test_an_event_that_recurs_is_found_in_a_later_window(tracker: Tracker) -> None:
    """Of an event that recurs, the occurrences in the window are found, or the next three if it has no end."""
    with tracker.snapshot() as view:
        for due, expected in (("2031", ["2031"]), ("2032", []), ("2032/..", ["2033", "2035", "2037"])):
            found = [row.when for row in view.upcoming(due=VagueDate.parse(due)) if row.ref == "RUR1-04.1"]
            assert found == expected, due
        assert "RUR1-04.1" in [event.ref for event in view.calendar(due=VagueDate.parse("2031"))]
        assert "RUR1-04.1" not in [event.ref for event in view.calendar(due=VagueDate.parse("2026-01"))]


def test_a_history_is_selected_by_date_author_and_kind(busy: Tracker) -> None:
    """A filter of entries compares their dates, vague ones by overlap, their authors and kinds; then it limits."""

    def touches(on: str, since: str | None, until: str | None) -> bool:
        window = VagueDate.parse(f"{since or '..'}/{until or '..'}")
        return VagueDate.parse(on).overlaps(window)

    with busy.snapshot(Scope(DAY)) as view:
        everything = view.history()
        for since, until in (("2026-10-05", None), (None, "2025-12"), ("2025-12-31", "2026-10-31"), ("2026", "2026")):
            begin, end = (VagueDate.parse(text) if text else None for text in (since, until))
            asked = EntryFilter(begin, end)
            expected = [row for row in everything if touches(row.on, since, until)]
            assert expected
            assert view.history(None, asked) == expected
            assert view.history(None, asked, limit=2) == expected[-2:]
        target = view.refs.resolve("31")
        sets = [row for row in view.history(target) if row.kind == "set"]
        assert view.history(target, EntryFilter(kind=["SET"])) == sets
        assert view.history(None, EntryFilter(by=["zenda"], kind=["create", "set"])) == [
            row for row in everything if row.author == "Zenda" and row.kind in ("create", "set")
        ]
        assert view.history(view.refs.resolve("23.2"), EntryFilter(kind=["retract"])) == []
        for wrong, problem in (
            (EntryFilter(by=["Zenda", "Zend"]), "there is no author 'Zend'.*did you mean Zenda"),
            (EntryFilter(kind=["undo"]), "there is no entry kind 'undo'.*did you mean retract"),
        ):
            with pytest.raises(InputError) as caught:
                view.history(None, wrong)
            assert re.search(problem, f"{caught.value.problem} {caught.value.remedy}")


def test_a_dialogues_log_is_its_own(busy: Tracker) -> None:
    """A dialogue's history has the entries of its items, and only a link belongs to two."""
    with busy.snapshot(Scope(DAY)) as view:
        everything = {row.id for row in view.history()}
        found = {key: view.of((key,)).history() for key in view.values("dialogue")}
    assert len(found) > 1
    assert {row.id for rows in found.values() for row in rows} == everything
    for key, rows in found.items():
        refs = {row.ref for row in rows if row.ref.startswith("ROK")}
        assert refs
        assert {ref[: len(key)] for ref in refs if "→" not in ref} == {key}


def test_a_vague_date_of_ten_characters_is_not_taken_for_a_day(tracker: Tracker) -> None:
    """An entry of 2024/2025~ matches a `since` in 2025 and an `until` in 2024."""
    tracker.note("RUR1-02", "The talks continued.", on="2024/2025~")
    with tracker.snapshot() as view:
        for asked in (EntryFilter(since=VagueDate.parse("2025-06")), EntryFilter(until=VagueDate.parse("2024-02"))):
            assert "The talks continued." in [row.note for row in view.history(None, asked)]
