"""Tests of dated events for calendars."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.trackers import Maker

STATEMENT = "https://strelsau.example/statement"


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
def test_an_event_has_the_web_address_of_its_document(
    make: Maker, ruritania: bytes, source: dict[str, Any], url: str | None
) -> None:
    """An event has the address of the document that its commitment cites, whatever part of it is cited."""
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
    assert [event.url for event in events] == [url, url]
