"""Entries of the log: identifiers, hashes, canonical form and recorded time."""

from __future__ import annotations

import hashlib
import json
import uuid
from itertools import islice
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spacedialog.model.entry import (
    CREATE,
    SET,
    Entry,
    PendingEntry,
    canonical_json,
    entry_hash,
    has_valid_hash,
    item_id,
    make_entry,
    new_entry_ids,
    next_timestamp,
)

LATEST_TS = 2**48 * 1000 - 1  # the latest µs whose millisecond fits into a UUIDv7

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=8,
)


def an_entry(**values: Any) -> Entry:
    pending = PendingEntry(
        SET, item_id("commitment", "RUR1-01"), "2026-10", {"set": {"status": "complete"}, "note": "é"}
    )
    entry = make_entry(
        pending, entry_id=next(new_entry_ids(1_700_000_000_000_000, bytes(16))), ts=9, author="Ann", base=None
    )
    return entry._replace(**values)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, LATEST_TS), st.binary(min_size=16, max_size=32))
@example(0, bytes(16))
@example(LATEST_TS, b"\xff" * 16)
def test_an_id_is_a_uuid7_of_its_millisecond(ts: int, entropy: bytes) -> None:
    """Every id is a version 7 UUID in canonical form that starts with the millisecond of its entry."""
    for text in islice(new_entry_ids(ts, entropy), 50):
        value = uuid.UUID(text)
        assert str(value) == text
        assert (value.version, value.variant) == (7, uuid.RFC_4122)
        assert value.int >> 80 == ts // 1000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, LATEST_TS), st.binary(min_size=16, max_size=16))
@example(LATEST_TS, b"\xff" * 16)
@example(0, bytes(16))
def test_the_ids_of_an_action_increase(ts: int, entropy: bytes) -> None:
    """The ids of one action strictly increase, for any number of entries."""
    ids = list(islice(new_entry_ids(ts, entropy), 2000))
    assert ids == sorted(set(ids))


def test_ids_depend_on_every_byte_of_entropy() -> None:
    """Two actions in the same microsecond have different ids if any of their 16 random bytes differs."""
    plain = list(islice(new_entry_ids(7, bytes(16)), 3))
    for position in range(16):
        other = bytearray(16)
        other[position] = 0x80
        assert list(islice(new_entry_ids(7, bytes(other)), 3)) != plain


@given(st.text(), st.text())
@example("commitment", "RUR1-01")
def test_an_item_id_is_a_uuid8(kind: str, key: str) -> None:
    """An item that a data file names has a version 8 UUID that depends only on its kind and key."""
    value = uuid.UUID(item_id(kind, key))
    assert str(value) == item_id(kind, key)
    assert (value.version, value.variant) == (8, uuid.RFC_4122)
    digest = hashlib.sha256(f"{kind}:{key}".encode()).digest()
    assert value.bytes[:6] == digest[:6]


def test_an_item_id_never_changes() -> None:
    """The id of an item is the same in every version of the program, because existing stores contain it."""
    assert item_id("commitment", "ROK4-07") == "37cd891b-f4fe-8b5f-aa77-648847675617"
    assert item_id("commitment", "ROK4-07") != item_id("milestone", "ROK4-07") != item_id("commitment", "ROK4-70")


def test_a_hash_never_changes() -> None:
    """The hash of an entry is the same in every version of the program, because other copies have it."""
    entry = an_entry()
    assert entry.body == '{"note":"é","set":{"status":"complete"},"v":2}'
    assert entry.sha == "05719ea696e77bfdd355b22054986d4d2f0f1bc58a73d79251bb6be6f9cb94e8"
    form = json.dumps(list(entry[:8]), ensure_ascii=False, separators=(",", ":"))
    assert entry.sha == hashlib.sha256(form.encode()).hexdigest()
    assert has_valid_hash(entry)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "018bcfe5-6800-7000-8000-000000000001"),
        ("ts", 10),
        ("on", "2026-11"),
        ("author", "Bob"),
        ("kind", CREATE),
        ("item", item_id("commitment", "RUR1-02")),
        ("base", ""),
        ("body", "{}"),
    ],
)
def test_a_hash_covers_every_field(field: str, value: object) -> None:
    """An entry no longer matches its hash after a change of its id, time, day, author, kind, item, base or body."""
    assert has_valid_hash(an_entry())
    assert not has_valid_hash(an_entry(**{field: value}))


def test_the_hash_does_not_cover_the_position_in_a_shared_log() -> None:
    """An entry keeps its hash when it gets a position in a shared log."""
    assert has_valid_hash(an_entry(seq=12))
    assert not has_valid_hash(an_entry(sha="0" * 64))


def test_a_hash_separates_neighbouring_fields() -> None:
    """Moving text from one field to the next changes the hash."""
    assert entry_hash("a", 1, "2026", "b", "c", "d", None, "{}") != entry_hash(
        "a", 1, "2026", "bc", "", "d", None, "{}"
    )


@settings(max_examples=200)
@given(json_values)
def test_canonical_json_round_trips(value: object) -> None:
    """Parsing canonical JSON returns the original value."""
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), json_values, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_canonical_json_has_one_form(value: dict[str, object], random: Any) -> None:
    """The canonical form does not depend on the order in which fields were set."""
    names = list(value)
    random.shuffle(names)
    assert canonical_json({name: value[name] for name in names}) == canonical_json(value)


def test_canonical_json_is_short_and_plain() -> None:
    """Canonical JSON has sorted keys, no spaces and only required escapes, and refuses NaN."""
    assert canonical_json({"b": [1, None], "a": "é\n漢"}) == '{"a":"é\\n漢","b":[1,null]}'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": float("nan")})


def test_an_entry_has_the_content_of_the_pending_entry() -> None:
    """Recording a pending entry adds id, time, author, base and body version, and changes nothing else."""
    pending = PendingEntry(CREATE, "i", "2026~", {"type": "party", "set": {"key": "RUR"}})
    entry = make_entry(pending, entry_id="x", ts=5, author="Ann", base="w")
    assert entry[:7] == ("x", 5, "2026~", "Ann", CREATE, "i", "w")
    assert entry.content == {"v": 2, "type": "party", "set": {"key": "RUR"}}
    assert entry.seq is None


@pytest.mark.parametrize(
    ("now", "newest", "ts"),
    [(100, None, 100), (100, 50, 100), (100, 99, 100), (100, 100, 101), (100, 5000, 5001), (0, None, 0)],
)
def test_the_clock_never_goes_back(now: int, newest: int | None, ts: int) -> None:
    """The time of an entry is the wall clock, or 1 µs after the newest entry if the clock went back."""
    assert next_timestamp(now, newest) == ts
