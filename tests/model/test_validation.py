"""Validation of entries: what an entry of each kind may contain, and what only a newer program can know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacedialog.model.entry import CHECK, CREATE, NOTE, RETRACT, SET, Entry, PendingEntry, content_of
from spacedialog.model.fields import ITEM_TYPES, KINDS, MILESTONE
from spacedialog.model.validation import (
    DEEPEST,
    LATEST_TS,
    checked_content,
    counted_pending,
    is_counted,
    is_newer,
    is_plain,
    problems,
)
from tests.support import entries

if TYPE_CHECKING:
    from tests.support.trackers import Maker

PART = entries.milestone_id("m")


def faults(kind: str, body: dict[str, Any], on: str = "2026-01-01") -> list[str]:
    """Return the fields of an entry that have a fault."""
    return [problem.field for problem in problems(entries.entry(1, PendingEntry(kind, entries.ITEM, on, body)))]


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        (SET, {"set": {"status": "banana"}}, "body.set.status"),
        (SET, {"set": {"status": "met"}}, "body.set.status"),
        (SET, {"set": {"status": "stalled"}, "milestone": PART}, "body.set.status"),
        (SET, {"set": {"status": None}}, "body.set.status"),
        (SET, {"set": {"title": ""}}, "body.set.title"),
        (SET, {"set": {"title": " "}}, "body.set.title"),
        (SET, {"set": {"title": 7}}, "body.set.title"),
        (SET, {"set": {"detail": "x" * 10_001}}, "body.set.detail"),
        (SET, {"set": {"strength": "FIRM"}}, "body.set.strength"),
        (SET, {"set": {"percent": 101}}, "body.set.percent"),
        (SET, {"set": {"percent": True}}, "body.set.percent"),
        (SET, {"set": {"percent": 5.0}}, "body.set.percent"),
        (SET, {"set": {"percent": ""}}, "body.set.percent"),
        (SET, {"set": {"due": "2026-Q3"}}, "body.set.due"),
        (SET, {"set": {"due": ""}}, "body.set.due"),
        (SET, {"set": {"due": []}}, "body.set.due"),
        (SET, {"set": {"lead": "two words"}}, "body.set.lead"),
        (SET, {"set": {"partners": ["NASA", 7]}}, "body.set.partners"),
        (SET, {"set": {"partners": "NASA"}}, "body.set.partners"),
        (SET, {"set": {"sources": [{"paragraph": "1"}]}}, "body.set.sources"),
        (SET, {"set": {"sources": [{"document": "JS", "sentence": 0}]}}, "body.set.sources"),
        (SET, {"set": {"heads": [{"side": "US", "name": "A", "title": "B"}]}}, "body.set.heads"),
        (SET, {"set": {"grades": {"A": 1}}}, "body.set.grades"),
        (SET, {"set": {"recurs": "often"}, "milestone": PART}, "body.set.recurs"),
        (SET, {"set": {"when": "2026", "recurs": "10 days"}, "milestone": PART}, "body.set.recurs"),
        (SET, {"set": {"verdict": "met"}}, "body.set.verdict"),
        (SET, {"set": {"new": entries.ITEM}}, "body.set.new"),
        (SET, {"set": [1]}, "body.set"),
        (SET, {}, "body.set"),
        (NOTE, {"set": {"title": "Fly"}}, "body.set"),
        (NOTE, {"note": ["x"]}, "body.note"),
        (NOTE, {"evidence": 5}, "body.evidence"),
        (NOTE, {"milestone": "m"}, "body.milestone"),
        (NOTE, {"beside": ["x"]}, "body.beside"),
        (NOTE, {"v": "1"}, "body.v"),
        (NOTE, {"v": 0}, "body.v"),
        (RETRACT, {}, "body.retracts"),
        (RETRACT, {"retracts": "x"}, "body.retracts"),
        (CREATE, {"set": {}}, "body.type"),
        (CREATE, {"type": 7, "set": {}}, "body.type"),
    ],
)
def test_a_wrong_value_is_named_with_its_field(kind: str, body: dict[str, Any], field: str) -> None:
    """A value of the wrong type, range or vocabulary is a fault of its field, and the entry does not count."""
    assert faults(kind, body) == [field]
    assert not is_counted(entries.entry(1, PendingEntry(kind, entries.ITEM, "2026-01-01", body)))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (SET, {"set": {"due": None, "percent": None, "lead": "", "detail": "", "partners": []}}),
        (SET, {"set": {"mood": ["a field", {"of": "a newer program"}]}}),
        (SET, {"set": {"status": "met", "when": "2027", "met": "2026"}, "milestone": PART}),
        (SET, {"set": {"due": "2026/.."}, "note": "Later.", "evidence": "https://a.example/", "via": "import"}),
        (NOTE, {"note": "Two\nlines.", "beside": [entries.entry_id(2)]}),
        (RETRACT, {"retracts": entries.entry_id(2), "only": True}),
        (CREATE, entries.creation("2026-01-01", milestone=PART, recurs="2 years").body),
        (CREATE, entries.creation("2026-01-01", due="2026").body),
    ],
)
def test_a_valid_entry_has_no_fault_and_counts(kind: str, body: dict[str, Any]) -> None:
    """A field may be cleared if it is not required, and a field that only a newer program knows may have any value."""
    assert faults(kind, body) == []
    assert is_counted(entries.entry(1, PendingEntry(kind, entries.ITEM, "2026-01-01", body)))


@pytest.mark.parametrize("type_", [*ITEM_TYPES, "milestone"])
def test_a_creation_needs_every_required_field(type_: str) -> None:
    """An entry that creates an item without a required field is at fault for each such field."""
    body: dict[str, Any] = {"milestone": PART} if type_ == "milestone" else {"type": type_}
    required = MILESTONE.required if type_ == "milestone" else ITEM_TYPES[type_].required
    assert faults(CREATE, {**body, "set": {}}) == [f"body.set.{name}" for name in sorted(required)]


def test_a_verdict_is_one_of_its_rubric() -> None:
    """A verdict that its rubric does not have is a fault; the verdict of an unknown rubric may be newer."""
    values = {"commitment": entries.ITEM, "assessor": "Ann", "rubric": "fulfilment@1", "verdict": "banana"}
    assert faults(CREATE, {"type": "assessment", "set": values}) == ["body.set.verdict"]
    assert faults(CREATE, {"type": "assessment", "set": {**values, "rubric": "fulfilment@99"}}) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("bless", {}),
        (SET, {"v": 3, "set": ["a new form"]}),
        (CREATE, {"type": "treaty", "set": {"status": "banana"}}),
    ],
)
def test_an_entry_of_a_newer_program_is_valid_and_does_not_count(kind: str, body: dict[str, Any]) -> None:
    """An unknown kind, format or type of item is no fault; the entry is kept and not counted."""
    entry = entries.entry(1, PendingEntry(kind, entries.ITEM, "2026-01-01", body))
    assert list(problems(entry)) == []
    assert is_newer(entry.kind, entry.content)
    assert not is_counted(entry)
    assert faults(kind, {**body, "note": 5}) == ["body.note"]


@pytest.mark.parametrize("on", ["2026/..", "soon", "", "2026-Q3"])
def test_an_entry_is_true_on_a_date_with_an_end(on: str) -> None:
    """The date of an entry is EDTF and has a latest day."""
    assert faults(NOTE, {"note": "x"}, on) == ["on"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("id", "x"), ("item", entries.ITEM.upper()), ("base", ""), ("sha", "0" * 63), ("author", " "), ("kind", "")),
        *(("ts", -1), ("ts", LATEST_TS + 1), ("ts", "1"), ("ts", True), ("seq", 0), ("id", None), ("author", 7)),
        *(("body", "[]"), ("body", "not json"), ("body", "[" * 100_000), ("body", '{"v":1,"x":1e999}')),
        ("body", f'{{"v":1,"x":{"[" * 900}{"]" * 900}}}'),
        *(("body", f'{{"v":1,"x":{"[" * DEEPEST}{"]" * DEEPEST}}}'), ("body", f'{{"v":1,"x":{2**63}}}')),
    ],
)
def test_every_part_of_an_entry_is_checked(field: str, value: Any) -> None:
    """A fault of any other part of an entry is named, whatever type it has."""
    entry = entries.entry(1, PendingEntry(NOTE, entries.ITEM, "2026-01-01", {"note": "x"}))
    assert [problem.field for problem in problems(entry._replace(**{field: value}))] == [field]


def test_the_built_in_record_is_valid(make: Maker) -> None:
    """No entry of the built-in record has a fault, and all count."""
    log = list(make("built-in").log())
    assert [json.dumps(entry) for entry in log if list(problems(entry)) or not is_counted(entry)] == []


ODD: st.SearchStrategy[Any] = st.sampled_from(
    (
        *(
            None,
            True,
            False,
            0,
            1,
            100,
            101,
            -1,
            2**31,
            2**63,
            1.5,
            "",
            " ",
            "x",
            "a\0b",
            "\u2028",
            "\x1c",
            "x" * 10_001,
        ),
        *("2026", "2026-Q3", "2026/..", "2026-13", "2 years", "firm", "complete", "planned", "not-assessed", "import"),
        *(entries.ITEM, entries.ITEM.upper(), "ROK4-07", "ROK4-07\n", "-x", "0" * 64, "commitment", "party", "treaty"),
        *([], {}, ["JP", "US"], ["JP", 1], [""], [None], [["x"]], {"document": "JS"}, [{}], [{"document": ""}]),
        *([{"document": "JS", "sentence": 1}], [{"document": "JS", "sentence": True}], [{"document": "JS", "x": 1}]),
        *(
            [{"document": "JS", "hash": "0" * 16, "grade": "A"}],
            [{"document": "JS", "hash": "0" * 16 + "\n"}],
            "\ud800",
        ),
    )
)
BASES = st.sampled_from(
    (
        entries.creation("2026-01-01", due="2027", partners=["JP"]),
        entries.creation("2026-01-01", milestone=PART),
        PendingEntry(
            CREATE, entries.ITEM, "2026", {"type": "area", "set": {"key": "a", "dialogue": "R", "title": "A"}}
        ),
        PendingEntry(
            SET, entries.ITEM, "2026-02-01", {"set": {"status": "complete"}, "evidence": "x", "via": "import"}
        ),
        PendingEntry(SET, entries.ITEM, "2026-02-01", {"milestone": PART, "set": {"when": "2027", "status": "met"}}),
        PendingEntry(NOTE, entries.ITEM, "2026-02-01", {"note": "x"}),
        PendingEntry(CHECK, entries.ITEM, "2026-02-01", {"internal": True}),
        PendingEntry(RETRACT, entries.ITEM, "2026-02-01", {"retracts": entries.entry_id(2)}),
    )
)
PARTS = (
    "v",
    "type",
    "note",
    "evidence",
    "via",
    "milestone",
    "retracts",
    "internal",
    "beside",
    "only",
    "replaces",
    "set",
)
CHANGES = st.lists(st.tuples(st.sampled_from((*PARTS, *KINDS, "unheard")), st.none() | ODD), max_size=3)
FRAME = st.tuples(st.sampled_from(Entry._fields), ODD) | st.none()


def changed(base: PendingEntry, changes: list[tuple[str, Any]]) -> PendingEntry:
    """Return a pending entry with other parts of its body and other values; None removes one."""
    body = {**base.body, "set": dict(base.body["set"])} if "set" in base.body else dict(base.body)
    for name, value in changes:
        of = body if name in PARTS else body.get("set")
        if isinstance(of, dict):
            of.pop(name, None)
            of.update({} if value is None else {name: value})
    return base._replace(body=body)


@settings(max_examples=400, deadline=None)
@given(base=BASES, changes=CHANGES, frame=FRAME, kind=st.sampled_from((None, CREATE, SET, NOTE)))
def test_the_compiled_check_accepts_only_what_the_full_one_does(
    base: PendingEntry, changes: list[tuple[str, Any]], frame: tuple[str, Any] | None, kind: str | None
) -> None:
    """The compiled check and the full one come to the same verdict and content, for every entry."""
    pending = changed(base._replace(kind=kind or base.kind), changes)
    try:
        entry = entries.entry(1, pending)
    except UnicodeEncodeError:
        return  # it has no hash
    content = content_of(pending)
    assert counted_pending(entry, content) == full_content(entry)
    entry = entry._replace(**{frame[0]: frame[1]}) if frame else entry
    assert checked_content(entry) == (full_content(entry), next(problems(entry), None))


def full_content(entry: Entry) -> dict[str, Any] | None:
    """Return the content of an entry that has no fault, in current words, if it is not of a newer program."""
    if list(problems(entry)) or is_newer(entry.kind, entry.content):
        return None
    return entry.content


def test_the_usual_entries_need_no_full_check() -> None:
    """A commitment, a milestone, an update and a note as an import records them have the usual form."""
    update = {"set": {"status": "complete"}, "evidence": "https://zenda.example/1", "via": "import"}
    for pending in (
        entries.creation("2026-01-01", due="2027", partners=["JP"]),
        entries.creation("2026-01-01", milestone=PART),
        PendingEntry(SET, entries.ITEM, "2026-02-01", update),
        PendingEntry(NOTE, entries.ITEM, "2026-02-01", {"note": "Gehört.", "via": "import"}),
    ):
        assert is_plain(entries.entry(1, pending), content_of(pending))
