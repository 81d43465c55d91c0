"""Tests of parties and areas: added, corrected, undone, succeeding one another, and found through their successors."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from typing import Any

import pytest

from spacedialog.errors import InputError, ProblemsError, SpacedialogError
from spacedialog.importing import parse
from spacedialog.model.entry import item_id
from spacedialog.model.fields import NewCommitment
from spacedialog.model.parties import NewParty
from spacedialog.model.position import Scope
from spacedialog.model.rows.parties import PartyRow
from spacedialog.tracker import Selection, Tracker
from tests.support import ruritania
from tests.support.program import Desk
from tests.support.trackers import Maker

SECOND = {**ruritania.DIALOGUE, "key": "RUR2", "number": 2, "title": "Second Dialogue", "when": "2026-05"}


def parties(tracker: Tracker, **more: Any) -> dict[str, PartyRow]:
    """Return the parties by key."""
    with tracker.snapshot(Scope(**more)) as view:
        return {row.party: row for row in view.parties()}


def found(tracker: Tracker, as_of: date | None = None, **selection: Any) -> list[str]:
    """Return the refs that a selection has."""
    with tracker.snapshot(Scope(as_of)) as view:
        return [row.ref for row in view.commitments(Selection(**selection).filter(view), sort="ref")]


def second(succeeds: list[dict[str, str]]) -> bytes:
    """Return a data file of the second dialogue, in which the party NSA takes part and leads a commitment."""
    parts: dict[str, Any] = {
        "dialogue": {**SECOND, "host": "NSA"},
        "parties": [{"key": "NSA", "name": "New Space Agency", "side": "RUR", "succeeds": succeeds}],
        "commitments": [ruritania.commitment(1, "moon", "Land", "firm", ref="RUR2-01", lead="NSA")],
        "updates": [],
    }
    return json.dumps({**ruritania.RECORD, **parts}).encode()


@pytest.fixture
def two(tracker: Tracker) -> Tracker:
    """A tracker of two dialogues: RSA takes part in the first, NSA in the second."""
    tracker.import_file(second([]), "second.json")
    return tracker


# Add and edit


def test_a_party_is_added_and_can_lead(tracker: Tracker) -> None:
    """A new party exists from the day of its dialogue, has the id that a data file gives it, and can be undone."""
    before = parties(tracker)
    written = tracker.add_party(NewParty("RNA", "Ruritanian Navy", "rur", aliases=["Navy", "Navy"]), note="Asked.")
    assert (written.ref, written.title, written.changes) == ("RUR1/RNA", "Ruritanian Navy", 1)
    entry = list(tracker.log())[-1]
    assert (entry.kind, entry.item, entry.on) == ("create", item_id("party", "RUR1/RNA"), "2025-03-10")
    row = parties(tracker)["RNA"]
    assert (row.name, row.side, row.aliases, row.dialogues) == ("Ruritanian Navy", "RUR", ("Navy",), ("RUR1",))
    tracker.add(NewCommitment("Sail", "moon", "JS", lead="rna"))
    assert (found(tracker, lead=["RNA"]), parties(tracker)["RNA"].led) == (["RUR1-06"], 1)
    tracker.undo()
    assert tracker.undo().refs == ("RUR1/RNA",)
    assert parties(tracker) == before
    assert tracker.add_party(NewParty("RNA", "Navy", "RUR")).changes == 1


def test_a_party_is_corrected(tracker: Tracker) -> None:
    """An edit changes what it names, None clears aliases, and an edit without a change records nothing."""
    tracker.edit_party("gmo", {"name": "Met Office", "aliases": ["Weather office"]}, evidence="https://a.example/")
    assert parties(tracker)["GMO"][:3] == ("GMO", "Met Office", "GRA")
    with tracker.snapshot() as view:
        assert "RUR1-03" in [hit.ref for hit in view.search("weather office")]
        assert view.history()[-1].ref == "RUR1/GMO"
    assert tracker.edit_party("GMO", {"name": "Met Office"}).changes == 0
    assert tracker.edit_party("rur1/gmo", {"name": "Met Office"}).ref == "RUR1/GMO", "as results and history print it"
    tracker.edit_party("GMO", {"aliases": None})
    assert parties(tracker)["GMO"].aliases == ()
    tracker.undo()
    assert parties(tracker)["GMO"].aliases == ("Weather office",)


def test_an_area_is_added(tracker: Tracker) -> None:
    """A new area comes after the others of its dialogue, and is listed when it has a commitment."""
    assert tracker.add_area("sea", "The Sea").ref == "RUR1/sea"
    tracker.add(NewCommitment("Sail", "sea", "JS"))
    with tracker.snapshot() as view:
        assert [(area.area, area.title) for area in view.areas()][-1] == ("sea", "The Sea")
    assert all(check.ok for check in tracker.doctor() if check.check in ("form", "fold"))


@pytest.mark.parametrize(
    "write",
    [
        lambda tracker: tracker.add_party(NewParty("rsa", "Another", "RUR")),
        lambda tracker: tracker.add_party(NewParty("a b", "Another", "RUR")),
        lambda tracker: tracker.add_party(NewParty("Joint", "Another", "RUR")),
        lambda tracker: tracker.add_party(NewParty("none", "Another", "RUR")),
        lambda tracker: tracker.add_party(NewParty("X", "", "RUR")),
        lambda tracker: tracker.add_party(NewParty("X", "Another", "R R")),
        lambda tracker: tracker.add_party(NewParty("X", "Another", "RUR", aliases=[""])),
        lambda tracker: tracker.add_party(NewParty("X", "Another", "RUR", dialogue="RUR9")),
        lambda tracker: tracker.add_party(NewParty("X", "Another", "RUR", succeeds={"NOBODY": "2020"})),
        lambda tracker: tracker.add_party(NewParty("X", "Another", "RUR", succeeds={"RSA": "soon"})),
        lambda tracker: tracker.edit_party("NOBODY", {"name": "X"}),
        lambda tracker: tracker.edit_party("RSA", {}),
        lambda tracker: tracker.edit_party("RSA", {"name": None}),
        lambda tracker: tracker.edit_party("RSA", {"key": "RS"}),
        lambda tracker: tracker.edit_party("RSA", {"succeeds": {"rsa": "2020"}}),
        lambda tracker: tracker.add_area("MOON", "The Moon"),
        lambda tracker: tracker.add_area("sea", "\n"),
    ],
)
def test_invalid_parties_and_areas_are_refused(tracker: Tracker, write: Any) -> None:
    """A key that exists, an invalid name and an unknown predecessor are refused with a remedy; nothing is recorded."""
    before = len(list(tracker.log()))
    with pytest.raises(SpacedialogError) as caught:
        write(tracker)
    assert caught.value.remedy
    assert len(list(tracker.log())) == before


# Successions


def test_a_successor_finds_the_commitments_of_its_predecessor(two: Tracker) -> None:
    """The filters for a party and a lead also find its predecessor's commitments before the succession, in any view."""
    assert (found(two, party=["NSA"]), found(two, lead=["NSA"])) == (["RUR2-01"], ["RUR2-01"])
    two.edit_party("NSA", {"succeeds": {"rsa": "2025-12"}})
    assert found(two, party=["NSA"]) == ["RUR2-01", "RUR1-01", "RUR1-02", "RUR1-03"]
    assert found(two, lead=["NSA"]) == ["RUR2-01", "RUR1-01"]
    assert found(two, party=["RSA"]) == ["RUR1-01", "RUR1-02", "RUR1-03"]
    assert "RUR1-01" in found(two, date(2026, 6, 1), party=["NSA"])
    rows = parties(two)
    assert rows["NSA"].succeeds == ({"party": "RSA", "from": "2025-12"},)
    assert rows["RSA"].succeeded_by == ({"party": "NSA", "from": "2025-12"},)
    assert (rows["NSA"].commitments, rows["NSA"].led, rows["NSA"].hosted) == (1, 1, 1)
    two.undo()
    assert found(two, party=["NSA"]) == ["RUR2-01"]


def test_a_later_correction_of_a_succession_counts(two: Tracker) -> None:
    """A succession that was cleared, or dated after the dialogue, can be set again."""
    for succeeds in ({"RSA": "2025-12"}, None, {"RSA": "2026-07"}, {"RSA": "2025-11"}, None, {"RSA": "2025-12"}):
        written = two.edit_party("NSA", {"succeeds": succeeds})
        assert (written.changes, written.notices) == (1, ())
        expected = [{"party": party, "from": start} for party, start in (succeeds or {}).items()]
        assert list(parties(two)["NSA"].succeeds) == expected


@pytest.mark.parametrize(("start", "is_found"), [("2025-03-10", False), ("2025-03", True), ("2025-03-11", True)])
def test_a_dialogue_after_the_succession_is_not_found(two: Tracker, start: str, is_found: bool) -> None:
    """A dialogue counts if it began before the last day of the date of the succession."""
    two.edit_party("NSA", {"succeeds": {"RSA": start}})
    assert ("RUR1-01" in found(two, party=["NSA"])) is is_found


def test_a_cycle_of_successions_is_refused(two: Tracker, make: Maker) -> None:
    """A party cannot succeed itself through others; reads also end if two members record a cycle."""
    other = make(two.path, author="Rudolf", seed="other")
    two.edit_party("NSA", {"succeeds": {"RSA": "2025-12"}})
    with pytest.raises(InputError, match="RSA would succeed itself through NSA"):
        two.edit_party("RSA", {"succeeds": {"NSA": "2026-07"}})
    other.edit_party("RSA", {"succeeds": {"NSA": "2026-07"}})
    export = [entry._asdict() | {"body": entry.content} for entry in other.log()]
    two.import_file(json.dumps({"format": "spacedialog-log/1", "changes": export}).encode(), "other.json")
    assert {"RUR1-01", "RUR2-01"} <= {*found(two, party=["NSA"])}
    assert {"RUR1-01", "RUR2-01"} <= {*found(two, lead=["RSA"])}
    assert all(check.ok for check in two.doctor() if check.check in ("form", "fold"))


def test_a_data_file_declares_a_succession(tracker: Tracker) -> None:
    """`succeeds` of a party in a data file is imported; a party that would succeed itself is refused."""
    tracker.import_file(second([{"party": "RSA", "from": "2025-12"}]), "second.json")
    assert "RUR1-01" in found(tracker, party=["NSA"])
    for wrong in ([{"party": "NSA", "from": "2025-12"}], [{"party": "RSA"}], [{"party": "RSA", "from": "soon"}]):
        with pytest.raises(ProblemsError) as caught:
            parse.read(BytesIO(second(wrong)), "second.json")
        assert "parties[0].succeeds" in "".join(caught.value.problems)


# The command line


def test_the_commands_on_parties(desk: Desk) -> None:
    """`party edit --succeeds --from` is shown by `parties` and `history`, and `list --party` uses it."""
    args = ("party", "edit", "KASA", "--succeeds", "MSIT", "--from", "2024-05-27", "--note", "Asked.")
    assert desk.call(*args, "--dry-run").stdout.splitlines()[:2] == [
        "Dry run: would edit ROK4/KASA (Korea AeroSpace Administration)",
        "succeeds: MSIT from 2024-05-27",
    ]
    assert desk.call(*args).status == 0
    assert "ROK3-11" in desk.call("list", "--party", "KASA", "--dialogue", "ROK3").stdout
    lines = desk.call("parties", "--side", "rok", "-f", "table").stdout
    assert "succeeds MSIT from 2024-05-27" in " ".join(lines.split())
    assert "NASA" not in lines
    assert "succeeds → MSIT from 2024-05-27" in desk.call("history", "-f", "table").stdout
    assert desk.call("party", "add", "JAXA", "--name", "JAXA", "--side", "JPN").status == 0
    assert desk.call("area", "add", "debris", "--title", "Space debris").status == 0
    refused = desk.call("party", "edit", "KASA", "--succeeds", "MSIT")
    assert (refused.status, "--from for each --succeeds" in refused.stderr) == (2, True)
