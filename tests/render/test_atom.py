"""Tests of the feeds: valid by RFC 4287, with ids that stay the same, and harmless with any text."""

from __future__ import annotations

import io
import re
from datetime import date
from xml.etree import ElementTree

import pytest

from spacedialog.errors import InputError
from spacedialog.model.position import Scope
from spacedialog.presentation import brief as news
from spacedialog.presentation import tables
from spacedialog.presentation.feed import Feed, FeedEntry
from spacedialog.render import atom
from spacedialog.render.formats import Settings
from spacedialog.tracker import Tracker
from tests.support.hostile import HOSTILE
from tests.support.program import Desk
from tests.support.trackers import Maker

ATOM = "{http://www.w3.org/2005/Atom}"
ALLOWED = {"id", "title", "updated", "author", "name", "link", "content", "entry", "feed"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

Items = dict[str, dict[str, str]]


def items_of(text: str) -> Items:
    """Return the items of a feed by id, each with its texts, and assert what RFC 4287 requires."""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == f"{ATOM}feed"
    assert {part.tag.removeprefix(ATOM) for part in root.iter()} <= ALLOWED
    found: Items = {}
    for element in (root, *root.iter(f"{ATOM}entry")):
        (id_,), (title,), (updated,) = (element.findall(f"{ATOM}{name}") for name in ("id", "title", "updated"))
        assert UUID.fullmatch(id_.text or "")
        assert TIME.fullmatch(updated.text or "")
        assert title.text
        if element is not root:
            (author,) = element.findall(f"{ATOM}author/{ATOM}name")
            (content,) = element.findall(f"{ATOM}content")
            links = [link.attrib["href"] for link in element.findall(f"{ATOM}link")]
            assert all(link.startswith(("http://", "https://")) for link in links)
            assert id_.text not in found
            found[id_.text or ""] = {
                "title": title.text,
                "updated": updated.text or "",
                "author": author.text or "",
                "content": content.text or "",
                "links": " ".join(links),
            }
    return found


def written(feed: Feed) -> str:
    """Return the text of a feed."""
    out = io.StringIO(newline="")
    atom.write_feed(feed, out)
    return out.getvalue()


def news_of(tracker: Tracker, since: date | None, day: date) -> Items:
    """Return the items of the news since a day, in the view of another day."""
    out = io.StringIO(newline="")
    atom.write(news.brief(tracker.brief(since, scope=Scope(as_of=day))), out, Settings())
    return items_of(out.getvalue())


def test_each_entry_is_one_item_with_any_first_day(tracker: Tracker) -> None:
    """An entry keeps the id and the time that it has in the log, in every feed in which it appears."""
    tracker.mark("1", "complete", note="It flew & landed.", evidence=["https://example.org/1?a=1&b=2", "Cable 12"])
    tracker.reschedule("2", "2029", note="Later")
    tracker.note("3", "A remark")
    log = {f"urn:uuid:{entry.id}": entry.ts for entry in tracker.log()}
    week, every = (news_of(tracker, since, tracker.today) for since in (date(2026, 11, 28), None))
    own = {id_: item for id_, item in week.items() if item["author"] == "Zenda"}
    assert len(own) == 3
    assert own.keys() <= log.keys()
    assert all(every[id_] == item for id_, item in own.items())
    (done,) = (item for item in own.values() if "complete" in item["title"])
    assert done["content"].splitlines()[1:] == [
        "It flew & landed.",
        "Source: https://example.org/1?a=1&b=2; Cable 12",
    ]
    assert done["links"] == "https://example.org/1?a=1&b=2"
    assert done["updated"].startswith("2026-12-01T12:00:00.0000")


def test_an_item_that_follows_from_the_day_keeps_its_id(tracker: Tracker) -> None:
    """A date that is overdue, a window that opened and a check that is due are the same items on later days."""
    with tracker.snapshot() as view:
        refs = [row.ref for row in view.commitments()]
    tracker.check(refs, note="Nothing new")
    first, later = (news_of(tracker, date(2027, 1, 1), day) for day in (date(2028, 1, 10), date(2028, 6, 20)))
    derived = {id_: item for id_, item in first.items() if item["updated"].endswith((":00Z", ":59Z"))}
    words = {item["title"].rpartition(": ")[2] for item in derived.values()}
    assert {"overdue, outcome not recorded", "check is due"} <= words
    assert {id_: later.get(id_) for id_ in derived} == derived
    stale = [item["updated"] for item in derived.values() if item["title"].endswith(": check is due")]
    assert set(stale) == {"2027-05-30T00:00:00Z"}  # 180 days after the check


def test_a_feed_has_the_same_id_in_every_run_and_another_for_each_subject() -> None:
    """The id of a feed depends on what it is about, not on the day or on its items."""
    ids = [
        tables.history((), about=about).feed()  # type: ignore[misc]
        for about in ((), ("RUR1-01",), ("rur1-01",), ("RUR1-02",))
    ]
    assert [feed.id for feed in ids].count(ids[0].id) == 1
    assert ids[1].id == ids[2].id != ids[3].id
    assert items_of(written(ids[0])) == {}


def test_the_history_is_a_feed_and_a_list_is_not(desk: Desk) -> None:
    """`history REF -o FILE.atom` writes one item for each entry; a view without entries is refused with a remedy."""
    desk.call("mark", "33", "complete", "--evidence", "Cable 1")
    assert desk.call("history", "ROK4-33", "-o", "a.atom").status == 0
    items = items_of((desk.folder / "a.atom").read_text("utf-8"))
    assert next(item["title"] for item in items.values()) == "ROK4-33: status → complete"
    assert len(items) == len(desk.call("history", "ROK4-33", "--json").data)
    refused = desk.call("list", "-f", "atom")
    assert (refused.status, refused.stdout) == (2, "")
    assert "use brief or history" in refused.stderr
    assert desk.call("brief", "--fields", "ref", "-f", "atom").status == 2


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_of_others_stays_text(text: str) -> None:
    """No text becomes an element, an attribute or a character that XML forbids, in any field."""
    id_, time = "00000000-0000-7000-8000-000000000001", "2026-12-01T00:00:00Z"
    entry = FeedEntry(id_, time, text, text, (text, None, text), (text,), text)
    once = written(Feed(id_, time, text, [entry, entry], text, text))
    root = ElementTree.fromstring(once.encode())
    assert [part.tag for part in root.iter(f"{ATOM}entry")] == [f"{ATOM}entry"]
    assert {part.tag.removeprefix(ATOM) for part in root.iter()} <= ALLOWED
    assert once == written(Feed(id_, time, text, [entry, entry], text, text))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", once)


def test_the_view_of_one_table_without_entries_is_refused(make: Maker) -> None:
    """The error of a table without a feed names the table."""
    with make("ruritania").snapshot() as view, pytest.raises(InputError, match="areas: this output has no feed"):
        atom.write(tables.areas(view.areas()), io.StringIO(), Settings())


def test_a_feed_without_news_has_the_time_of_the_newest_entry(reader: Desk) -> None:
    """A brief without news is a valid feed, dated by the newest entry of the log."""
    feed = reader.call("brief", "--since", "2026-11-22", "--today", "2026-11-22", "-f", "atom").stdout
    assert "<entry>" not in feed
    assert "<updated>2026-11-29T00:00:00.000002Z</updated>" in feed
