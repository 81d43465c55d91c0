"""Tests of dated events: their sources and web addresses."""

from __future__ import annotations

import json
from datetime import date
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest

from spacedialog.analysis.brief import brief
from spacedialog.model.filters import Flagged
from spacedialog.model.position import Scope, Since
from spacedialog.model.vocabulary import Flag
from spacedialog.store.read import events

if TYPE_CHECKING:
    from spacedialog.model.rows.record import UpcomingRow
    from spacedialog.tracker import Tracker
    from tests.support.program import Desk
    from tests.support.trackers import Maker

DAY = date(2026, 12, 1)
STATEMENT = "https://strelsau.example/statement"
SENSOR = "https://strelsau.example/sensor"
NEWS = "https://strelsau.example/news"


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ({"document": "JS"}, STATEMENT),
        ({"document": "JS", "paragraph": "3"}, STATEMENT),
        ({"document": "JS", "sentence": 2}, STATEMENT),
        ({"document": "JS", "paragraph": "3", "sentence": 2}, STATEMENT),
        ({"document": "JS", "sentence": 2, "grade": "A"}, STATEMENT),
        ({"document": "JS", "grade": "A"}, STATEMENT),
        ({"document": "JS2", "sentence": 2}, "https://strelsau.example/annex"),
        ({"document": "FS", "sentence": 2}, None),
    ],
)
def test_a_due_date_has_the_web_address_of_its_document(
    make: Maker, ruritania: bytes, source: dict[str, Any], url: str | None
) -> None:
    """A due date has the address of the document that its commitment cites."""
    document: dict[str, Any] = json.loads(ruritania)
    document["documents"] += [
        {"key": "JS2", "title": "Annex", "url": "https://strelsau.example/annex"},
        {"key": "FS", "title": "Fact sheet"},
    ]
    document["grades"] = {"A": "said by both parties"}
    document["commitments"][0]["sources"] = [source]
    tracker = make("empty")
    tracker.import_file(json.dumps(document).encode(), "sources.json")
    with tracker.snapshot() as view:
        events = [event for event in view.calendar() if event.commitment == "RUR1-01"]
    assert {event.ref: event.url for event in events} == {"RUR1-01": url, "RUR1-01.1": SENSOR}


def events_of(tracker: Tracker, ref: str) -> dict[str, str]:
    """Return the source of the event in `upcoming`, in the calendar and, if it is there, in the brief."""
    with tracker.snapshot() as view:
        found = {
            "upcoming": next(row.source for row in view.upcoming(everything=True) if row.ref == ref),
            "calendar": next(event.source for event in view.calendar() if event.ref == ref),
            "url": next(event.url for event in view.calendar() if event.ref == ref) or "",
        }
        news = brief(view, Since(DAY, DAY, entries=0), until=date(2030, 1, 1))
    sources = {
        row.source for rows in (news.opens, news.closes, news.opened, news.overdue) for row in rows if row.ref == ref
    }
    return found | {"brief": sources.pop()} if sources else found


def test_a_milestone_has_its_own_sources(make: Maker, ruritania: bytes) -> None:
    """A milestone names the document that it cites; without one, its evidence; never the document of its commitment."""
    document: dict[str, Any] = json.loads(ruritania)
    relay = document["commitments"][1]
    relay["milestones"] = [
        {
            "ref": "RUR1-02.1",
            "title": "Launch the relay",
            "when": "2027",
            "sources": [{"document": "JS"}],
            "evidence": NEWS,
        },
        {"ref": "RUR1-02.2", "title": "Test the relay", "when": "2028", "evidence": NEWS},
        {"ref": "RUR1-02.3", "title": "Retire the relay", "when": "2029"},
        {"ref": "RUR1-02.4", "title": "Sink the relay", "when": "2030", "evidence": ["Cable 12", NEWS, STATEMENT]},
    ]
    tracker = make("empty")
    tracker.import_file(json.dumps(document).encode(), "sources.json")
    cited, reported, unsourced, cable = (events_of(tracker, f"RUR1-02.{number}") for number in (1, 2, 3, 4))
    assert cited == {"upcoming": "JS", "calendar": "JS", "url": STATEMENT, "brief": "JS"}
    assert reported == dict.fromkeys(("upcoming", "calendar", "url", "brief"), NEWS)
    assert unsourced == dict.fromkeys(("upcoming", "calendar", "url", "brief"), "")
    assert cable == {"upcoming": "Cable 12", "calendar": "Cable 12", "url": NEWS, "brief": "Cable 12"}


def test_the_source_of_a_moved_milestone_is_that_of_its_new_date(tracker: Tracker) -> None:
    """A new date or status has the evidence of its entry, or none; an entry that changes neither only adds evidence."""
    assert events_of(tracker, "RUR1-01.1")["upcoming"] == SENSOR
    tracker.note("1.1", "Confirmed", evidence=NEWS)
    assert events_of(tracker, "RUR1-01.1")["upcoming"] == SENSOR
    tracker.reschedule("1.1", "2027")
    assert events_of(tracker, "RUR1-01.1")["upcoming"] == ""
    tracker.note("1.1", "Confirmed", evidence=NEWS)
    assert events_of(tracker, "RUR1-01.1")["upcoming"] == NEWS
    tracker.undo()
    assert events_of(tracker, "RUR1-01.1")["upcoming"] == ""
    tracker.mark("1.1", "met", evidence=NEWS)
    assert events_of(tracker, "RUR1-01.1")["upcoming"] == NEWS


def test_the_milestones_of_a_withdrawn_commitment_are_withdrawn(tracker: Tracker) -> None:
    """The milestones of a withdrawn commitment are not upcoming, and those that were met stay met."""
    tracker.add_milestone("1", "Test the seismometer", "2026-05")
    tracker.mark("1.2", "met")
    with tracker.snapshot() as view:
        assert {"RUR1-01.1", "RUR1-04.1"} <= {row.ref for row in view.upcoming()}
        assert "RUR1-01.1" in [row.ref for row in view.todo()]
    for ref in ("1", "4"):
        tracker.mark(ref, "withdrawn")
    with tracker.snapshot() as view:
        assert {row.ref for row in view.upcoming()} == {"RUR1-03"}
        states = {(row.ref, row.state) for row in view.upcoming(everything=True)}
        withdrawn = {("RUR1-01.1", "withdrawn"), ("RUR1-01.2", "met"), ("RUR1-04.1", "withdrawn")}
        assert states == {*withdrawn, ("RUR1-01", "withdrawn"), ("RUR1-03", "overdue")}
        assert withdrawn <= {(event.ref, event.state) for event in view.calendar()}
        assert not {"RUR1-01.1", "RUR1-04.1"} & {row.ref for row in view.todo()}
        assert view.overview().next == ()
        assert [area.next_milestone for area in view.areas()] == [None, None]
        news = brief(view, Since(DAY, DAY, entries=0), until=date(2030, 1, 1))
        shown = [row.ref for rows in (news.opens, news.closes, news.opened, news.overdue) for row in rows]
        assert not {"RUR1-01.1", "RUR1-04.1"} & set(shown)
        assert withdrawn <= {(row.ref, row.state) for row in view.report().milestones}
        detail = view.detail(view.refs.resolve("1"))
        assert {(row.ref, row.state) for row in detail.milestones} == {
            ("RUR1-01", "withdrawn"),
            ("RUR1-01.1", "withdrawn"),
            ("RUR1-01.2", "met"),
        }
    with tracker.snapshot(Scope(date(2026, 11, 30))) as view:
        assert "RUR1-01.1" in [row.ref for row in view.todo()]


def test_the_next_events_are_the_first_of_upcoming(make: Maker, ruritania: bytes) -> None:
    """The next events of the overview, and of each area, are the first ones of `upcoming` that are not overdue."""
    document: dict[str, Any] = json.loads(ruritania)
    dates = [
        *("2026-12/..", "9999-12-31", "2027/9999-12-31", "../2027-05", "2027", "2026-12-10", "2027/.."),
        *("2027-05", "2026-12-10", None),
    ]
    model = {name: document["commitments"][1][name] for name in ("kind", "strength", "sources", "status")}
    document["areas"].append({"key": "sea", "title": "The sea"})
    document["commitments"] = [
        {
            **model,
            "ref": f"RUR1-{number:02}",
            "title": f"Visit island {number}",
            "area": area,
            **({"due": when} if when else {}),
        }
        for number, (when, area) in enumerate(zip(dates, cycle(("moon", "weather", "sea")), strict=False), 1)
    ]
    document["commitments"][0]["milestones"] = [
        {"ref": "RUR1-01.1", "title": "Meet again", "when": "2026", "recurs": "1 year"},
        {"ref": "RUR1-01.2", "title": "Land", "when": "2026-12"},
    ]
    del document["updates"]
    tracker = make("empty")
    tracker.import_file(json.dumps(document).encode(), "dates.json")
    tracker.mark("6", "complete")
    for day in ("2025-03-09", "2025-03-10", "2026-12-01", "2026-12-31", "2027-01-01", "2028-06-01", "9999-12-31"):
        with tracker.snapshot(Scope(date.fromisoformat(day))) as view:
            expected = [row for row in view.upcoming() if row.state != "overdue"]
            for limit in range(len(expected) + 2):
                assert events.following(view._connection, view.day, limit) == expected[:limit]
            areas = {row.ref: row.area for row in view.commitments()}
            firsts: dict[str, UpcomingRow] = {}
            for row in view.upcoming():
                # An event that recurs is the next one only at its first date.
                if row.latest and row.latest >= day and not (row.recurs and row.when != "2026"):
                    firsts.setdefault(areas[row.commitment], row)
            assert {area.area: area.next_milestone for area in view.areas() if area.next_milestone} == {
                area: {"ref": row.ref, "title": row.title, "when": row.when} for area, row in firsts.items()
            }


def test_the_span_of_a_worklist_does_not_change_the_filter(tracker: Tracker) -> None:
    """The flag `closing` in a filter keeps its own span, whatever the span of the worklist."""
    tracker.reschedule("2", "2027-05-31")
    with tracker.snapshot() as view:
        assert "RUR1-02" in [row.ref for row in view.todo(within=365)]
        closing = [row.commitment for row in view.todo(Flagged(Flag.CLOSING), within=365)]
        assert set(closing) == {"RUR1-01"}


def test_outputs_name_the_source_of_a_milestone(reader: Desk) -> None:
    """`upcoming`, `brief` and the calendar show a milestone's own evidence, not the document of its commitment."""
    launch = "https://seoul.co.kr/news/peoples/2024/09/06/20240906026004"
    upcoming = reader.call("upcoming", "--json", "--until", "2035")
    assert next(row["source"] for row in upcoming.data if row["ref"] == "ROK4-10.1") == launch
    brief_lines = reader.call("brief", "--ahead", "20 years", "--json").data["closes"]
    assert next(row["source"] for row in brief_lines if row["ref"] == "ROK4-10.1") == launch
    ics = reader.call("upcoming", "-f", "ics").stdout.replace("\r\n ", "")
    event = next(part for part in ics.split("BEGIN:VEVENT") if "(ROK4-10.1" in part)
    assert f"Source: {launch}" in event
    assert f"URL:{launch}" in event
