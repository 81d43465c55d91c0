"""Tests of every function that records text: invisible titles, names and notes are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from spacedialog.drafting import review
from spacedialog.errors import InputError, ProblemsError
from spacedialog.model.entry import PendingEntry, item_id, make_entry
from spacedialog.model.fields import NewCommitment
from spacedialog.tracker import Tracker
from tests.support import drafted, ruritania
from tests.support.trackers import TODAY, Maker

FLY = NewCommitment("Fly", "moon", "JS")
Writer = Callable[[Tracker, str], Any]


def imported(*path: str | int) -> Writer:
    """Return a function that imports the invented record with the text at this path."""

    def write(tracker: Tracker, text: str) -> Any:
        document = json.loads(json.dumps(ruritania.RECORD))
        document["grades"] = {"A": "Good"}
        document["dialogue"]["heads"] = [{"side": "RUR", "name": "Rudolf", "title": "King", "body": "Crown"}]
        within = document
        for key in path[:-1]:
            within = within[key]
        within[path[-1]] = text
        return tracker.import_file(json.dumps(document).encode(), "file")

    return write


LINES: dict[str, Writer] = {
    "add": lambda tracker, text: tracker.add(FLY._replace(title=text)),
    "add --source": lambda tracker, text: tracker.add(FLY._replace(source=text)),
    "add --paragraph": lambda tracker, text: tracker.add(FLY._replace(paragraph=text)),
    "add --milestone-of": lambda tracker, text: tracker.add_milestone("1", text, "2027"),
    "edit": lambda tracker, text: tracker.edit("1", {"title": text}),
    "assess --assessor": lambda tracker, text: tracker.assess("1", "partial", assessor=text),
    "review: title": lambda _, text: review.value_of(drafted.document(), "title", text, TODAY),
    "review: split": lambda _, text: review.split(drafted.document(), "01", ["A part", text]),
    "review: area": lambda _, text: review.declare(drafted.document(), "areas", {"key": "k", "title": text}),
    "review: party": lambda _, text: review.declare(
        drafted.document(), "parties", {"key": "K", "name": text, "side": "US"}
    ),
    "dialogue": imported("dialogue", "title"),
    "series": imported("dialogue", "series"),
    "place": imported("dialogue", "place"),
    "head": imported("dialogue", "heads", 0, "name"),
    "document": imported("documents", 0, "title"),
    "area": imported("areas", 0, "title"),
    "party": imported("parties", 0, "name"),
    "title": imported("commitments", 0, "title"),
    "paragraph": imported("commitments", 0, "sources", 0, "paragraph"),
    "milestone": imported("commitments", 0, "milestones", 0, "title"),
}
"""The functions that record text of one line."""

TEXTS: dict[str, Writer] = {
    "note": lambda tracker, text: tracker.note("1", text),
    "mark --note": lambda tracker, text: tracker.mark("1", "stalled", note=text),
    "edit --detail": lambda tracker, text: tracker.edit("1", {"detail": text}),
    "review: detail": lambda _, text: review.value_of(drafted.document(), "detail", text, TODAY),
    "apply": lambda tracker, text: tracker.apply(json.dumps({"ref": "1", "note": text}), "file"),
    "detail": imported("commitments", 0, "detail"),
    "grade": imported("grades", "A"),
    "update": imported("updates", 0, "note"),
    "document's note": imported("documents", 0, "note"),
}
"""The functions that record text of several lines."""

WRITERS = {**LINES, **TEXTS}


def refusal(write: Writer, tracker: Tracker, text: str) -> str:
    """Return why a text is refused, and assert that nothing is recorded."""
    log = list(tracker.log())
    with pytest.raises(InputError) as caught:
        write(tracker, text)
    assert list(tracker.log()) == log
    error = caught.value
    return error.problems[0] if isinstance(error, ProblemsError) else error.problem


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_invisible_text_is_refused_everywhere(tracker: Tracker, write: Writer) -> None:
    """A title, name or note of invisible characters is refused, and nothing is recorded."""
    for text in ("\u200b", "\u3164\u2800", "\U000e0041\u0301"):
        assert "the text has no visible character" in refusal(write, tracker, text)


@pytest.mark.parametrize("write", LINES.values(), ids=LINES)
def test_a_line_break_in_text_of_one_line_is_refused_everywhere(tracker: Tracker, write: Writer) -> None:
    """A title or name with a line break is refused, and nothing is recorded."""
    for text in ("Fly\nhome", "Fly\u2028home", "Fly\x85home"):
        assert "the text has a line break" in refusal(write, tracker, text)


@pytest.mark.parametrize("write", TEXTS.values(), ids=TEXTS)
def test_a_line_break_in_a_longer_text_is_kept(tracker: Tracker, write: Writer) -> None:
    """A note, a detail or the meaning of a grade may have several lines."""
    write(tracker, "One line.\n\nAnother line.")


def test_an_author_is_one_visible_line(make: Maker) -> None:
    """An author's name that is invisible, or has a line break, is refused."""
    path = make("ruritania").path
    for author in ("\u2060", "Rudolf\nRassendyll"):
        with pytest.raises(InputError, match="author: "):
            make(path=path, author=author).note("1", "Hello.")


def test_a_log_with_invalid_titles_of_an_older_version_is_imported(make: Maker) -> None:
    """An exported log whose titles have line breaks, or are invisible, is imported unchanged."""
    tracker = make("ruritania")
    for number, title in enumerate(("Fly\nhome", "\u200b")):
        body = {"set": {"title": title}, "note": title}
        pending = PendingEntry("set", item_id("commitment", "RUR1-02"), "2026-01-01", body)
        entry = make_entry(
            pending, entry_id=f"01900000-0000-7000-8000-00000000000{number}", ts=number, author=title, base=None
        )
        log = {"format": "spacedialog-log/1", "changes": [{**entry._asdict(), "body": entry.content}]}
        assert tracker.import_file(json.dumps(log).encode(), "log").changes == 1
