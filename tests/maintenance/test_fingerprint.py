"""Tests of the fingerprint of a log: it depends on the entries alone, and holds while entries are added."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from spacedialog.errors import InputError, StoreError
from spacedialog.maintenance import copies
from spacedialog.maintenance.fingerprint import Fingerprint, fingerprint_of, parse
from spacedialog.model.entry import entry_hash as hash_of
from spacedialog.model.rows.maintenance import FingerprintRow
from spacedialog.tracker import Tracker
from tests.support.program import Desk
from tests.support.trackers import NOON, Maker


def printed(tracker: Tracker) -> str:
    """Return the fingerprint of the tracker's log."""
    return tracker.fingerprint().fingerprint


def verified(tracker: Tracker, text: str) -> FingerprintRow:
    """Return whether the fingerprint holds for the tracker's log."""
    return tracker.verify_fingerprint(text)


def altered(tracker: Tracker, statement: str, *parameters: object) -> None:
    """Change the log with SQL, with its triggers removed."""
    with closing(sqlite3.connect(tracker.path, isolation_level=None)) as connection:
        for name in ("change_stays", "change_keeps_its_words"):
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        connection.execute(statement, parameters)


def test_the_order_of_arrival_has_no_bearing(tracker: Tracker) -> None:
    """The same entries in any order have the same fingerprint."""
    changes = list(tracker.log())
    shuffled = random.Random(5).sample(changes, len(changes))
    assert fingerprint_of(shuffled) == fingerprint_of(changes)
    assert fingerprint_of(shuffled).entries == len(changes)


def test_every_change_has_a_bearing(tracker: Tracker) -> None:
    """An entry more, less or changed gives another fingerprint."""
    entries = list(tracker.log())
    seen = {fingerprint_of(entries[:number] + entries[number + 1 :]).hash for number in range(len(entries))}
    seen |= {fingerprint_of(entries).hash, fingerprint_of([]).hash}
    seen |= {fingerprint_of([*entries[:-1], entries[-1]._replace(sha="0" * 64)]).hash}
    assert len(seen) == len(entries) + 3


def test_a_fingerprint_is_read_back_as_people_copy_it() -> None:
    """White space, line breaks and capitals in a fingerprint are accepted, and anything else is refused."""
    value = Fingerprint(3, 1_795_404_906_654_921, "a" * 32)
    text = str(value)
    assert parse(text) == value
    assert parse(f" {text[:30].upper()}\n  {text[30:]} ") == value
    for wrong in ("", "abc", text[:-1], text + "a", text.replace("a", "1"), text.replace("-", "_")):
        with pytest.raises(InputError, match="is not a fingerprint"):
            parse(wrong)


def test_a_fingerprint_holds_after_later_entries(tracker: Tracker) -> None:
    """A fingerprint holds while entries are added, and for the same log elsewhere."""
    text = printed(tracker)
    assert verified(tracker, text)[3:5] == (True, 0)
    tracker.mark("1", "stalled")
    tracker.note("2", "Heard of it.")
    tracker.undo()
    row = verified(tracker, text)
    assert (row.holds, row.since) == (True, 3)
    assert printed(tracker) != text


def test_changes_from_elsewhere_do_no_harm(make: Maker, tracker: Tracker, tmp_path: Path) -> None:
    """A fingerprint still holds in its store after older entries were merged in."""
    mine = make("ruritania", clock=lambda: NOON - 500_000, author="Rischenheim")
    mine.note("1", "Recorded earlier, elsewhere.")
    tracker.note("2", "Here.")
    text = printed(tracker)
    content = _exported(mine)
    tracker.import_file(content, "log.json")
    assert verified(tracker, text).holds
    # In a store created anew the entries are in another order, with the merged entry among them.
    copies.rescue(tracker.path, tmp_path / "new.db")
    moved = make(path=tmp_path / "new.db")
    row = verified(moved, text)
    assert not row.holds
    assert "cannot be verified" in row.said
    assert printed(moved) == printed(tracker)


def _exported(tracker: Tracker) -> bytes:
    from io import StringIO

    from spacedialog.render import log_export

    out = StringIO()
    log_export.write(tracker.log(), out, lines=False)
    return out.getvalue().encode()


def test_a_copy_and_a_rescue_hold_what_was_printed(make: Maker, tracker: Tracker, tmp_path: Path) -> None:
    """Earlier fingerprints hold for a backup, and for a rescue of a log without merged entries."""
    text = printed(tracker)
    tracker.note("1", "Later.")
    copies.back_up(tracker.path, tmp_path / "copy.db")
    copies.rescue(tracker.path, tmp_path / "new.db")
    for name in ("copy.db", "new.db"):
        assert verified(make(path=tmp_path / name), text).holds


def test_an_altered_change_is_named(tracker: Tracker) -> None:
    """An altered entry is named, and its log has no fingerprint."""
    text = printed(tracker)
    altered(tracker, "UPDATE change SET author = 'Mallory' WHERE rowid = 7")
    row = verified(tracker, text)
    assert not row.holds
    assert list(tracker.log())[6].id in row.said
    with pytest.raises(StoreError, match="does not match its content"):
        printed(tracker)


def test_a_change_altered_together_with_its_hash_shows(tracker: Tracker) -> None:
    """A fingerprint does not hold after an entry was altered together with its hash."""
    text = printed(tracker)
    change = list(tracker.log())[6]
    sha = hash_of(*change._replace(author="Mallory")[:8])
    altered(tracker, "UPDATE change SET author = 'Mallory', sha = ? WHERE rowid = 7", sha)
    row = verified(tracker, text)
    assert not row.holds
    assert "not the same ones" in row.said


def test_a_change_taken_away_shows(tracker: Tracker) -> None:
    """A fingerprint does not hold after an entry was removed, even if others were added."""
    text = printed(tracker)
    altered(tracker, "DELETE FROM change WHERE rowid = 7")
    with closing(sqlite3.connect(tracker.path)) as connection:
        connection.executescript(_triggers())
    tracker.note("2", "Another in its place.")
    row = verified(tracker, text)
    assert not row.holds
    assert f"at most {len(list(tracker.log())) - 1} of the" in row.said


def _triggers() -> str:
    from spacedialog.store import schema

    return "".join(re.findall(r"^CREATE TRIGGER.*?END;$", schema.SCHEMA_SQL, re.MULTILINE | re.DOTALL))


def test_fingerprint_and_verify_at_the_shell(tmp_path: Path) -> None:
    """`history --verify` ends with status 0 while the fingerprint holds, and with 4 otherwise."""
    desk = Desk(tmp_path)
    desk.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    ran = desk.run("fingerprint", "--json")
    assert (ran.status, ran.stderr) == (0, "")
    (row,) = ran.data
    desk.call("mark", "34", "stalled", "--evidence", "https://example.org/34")
    ran = desk.run("history", "--verify", row["fingerprint"])
    assert ran.status == 0
    assert "1 added since" in ran.stdout
    with closing(sqlite3.connect(desk.db)) as connection:
        connection.execute("DROP TRIGGER change_keeps_its_words")
        connection.execute("UPDATE change SET author = 'Mallory' WHERE rowid = 7")
        connection.commit()
    ran = desk.run("history", "--verify", row["fingerprint"])
    assert ran.status == 4
    assert "altered" in ran.stdout
    assert desk.call("history", "--verify", "x").status == 2
    assert desk.call("fingerprint", "--known-at", "2026-01-01").status == 2


def test_the_built_in_record_has_a_fingerprint(tmp_path: Path) -> None:
    """Without a store, the fingerprint is that of the built-in record, the same on every machine."""
    one, other = Desk(tmp_path), Desk(tmp_path)
    value = one.call("fingerprint", "--json").data[0]["fingerprint"]
    assert other.call("fingerprint", "--json").data[0]["fingerprint"] == value
    one.call("mark", "33", "complete", "--evidence", "https://example.org/33")
    assert one.call("history", "--verify", value).status == 0
