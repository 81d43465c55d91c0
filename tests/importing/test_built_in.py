"""Tests of the built-in record of 2025: its content is what its sources support."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from spacedialog.importing.dialogue_schema import Commitment, DataFile, Milestone
from spacedialog.model.dates import VagueDate
from spacedialog.model.vocabulary import MilestoneStatus, Status, Strength
from tests.importing.record_terms_2025 import TERMS_2025

PATH = Path(__file__).parents[2] / "data" / "dialogue_2025.json"
MET = date(2025, 4, 14)
DONE_WHEN_THEY_MET = {"ROK4-01", "ROK4-04", "ROK4-18", "ROK4-20", "ROK4-28", "ROK4-32"}
TITLE_WIDTH = 100


@pytest.fixture(scope="module")
def record() -> DataFile:
    return DataFile.model_validate_json(PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def by_ref(record: DataFile) -> dict[str, Commitment]:
    return {commitment.ref: commitment for commitment in record.commitments}


@pytest.fixture(scope="module")
def milestones(record: DataFile) -> dict[str, Milestone]:
    return {milestone.ref: milestone for one in record.commitments for milestone in one.milestones}


def latest(edtf: str) -> date:
    """Return the day from which an entry with this date counts."""
    day = VagueDate.parse(edtf).latest
    assert day is not None
    return day


def test_text_is_canonical() -> None:
    """The file is indented by two, is not escaped to ASCII, and ends with a line break."""
    text = PATH.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_refs_are_the_42_of_the_statement(record: DataFile) -> None:
    """ROK4-01 to ROK4-42 are in order, and each milestone's ref begins with its commitment's."""
    assert [commitment.ref for commitment in record.commitments] == [f"ROK4-{n:02}" for n in range(1, 43)]
    for commitment in record.commitments:
        numbers = range(1, len(commitment.milestones) + 1)
        assert [one.ref for one in commitment.milestones] == [f"{commitment.ref}.{n}" for n in numbers]


def test_news_report_leaves_out_four(record: DataFile) -> None:
    """The news report has 38 commitments, one of them in part, and lacks four."""
    missing = {commitment.ref for commitment in record.commitments if "SEED" in commitment.omitted_by}
    told = {one.ref for one in record.commitments if any(at.document == "SEED" for at in one.sources)}
    assert missing == {"ROK4-16", "ROK4-19", "ROK4-22", "ROK4-34"}
    assert len(told) == 38
    assert not missing & told


def test_grades_of_the_best_sources(record: DataFile) -> None:
    """Seven commitments were read in the statement itself, and one may not be in it."""
    grades = Counter(commitment.sources[0].grade for commitment in record.commitments)
    assert grades == {"A": 7, "B": 16, "C": 9, "C+": 9, "D": 1}
    assert set(grades) == set(record.grades)
    assert all(commitment.sources[0].paragraph for commitment in record.commitments)


@pytest.mark.parametrize(
    ("ref", "strength"),
    [
        ("ROK4-02", Strength.FIRM),
        ("ROK4-07", Strength.INTENDED),
        ("ROK4-10", Strength.EXPLORATORY),
        ("ROK4-17", Strength.INTENDED),
        ("ROK4-24", Strength.INTENDED),
        ("ROK4-25", Strength.FIRM),
    ],
)
def test_better_source_decides_the_strength(by_ref: dict[str, Commitment], ref: str, strength: Strength) -> None:
    """A difference between news report and statement is explained."""
    assert by_ref[ref].strength is strength
    assert by_ref[ref].difference


def test_l4_study_is_never_done(record: DataFile, by_ref: dict[str, Commitment]) -> None:
    """The L4 study agreement is in progress, and no entry calls it complete."""
    said = [update.status for update in record.updates if update.ref == "ROK4-10"]
    assert by_ref["ROK4-10"].status is Status.IN_PROGRESS
    assert Status.COMPLETE not in said


def test_done_when_they_met(record: DataFile) -> None:
    """Six commitments were delivered by the day of the dialogue, and no other is complete from the start."""
    complete = {one.ref for one in record.commitments if one.status is Status.COMPLETE}
    delivered = {one.ref for one in record.commitments if one.strength is Strength.DELIVERED}
    assert complete == delivered == DONE_WHEN_THEY_MET


def test_completed_since(record: DataFile) -> None:
    """Since the dialogue, only the hosting of the ICG has been completed."""
    assert [(one.ref, one.on) for one in record.updates if one.status is Status.COMPLETE] == [("ROK4-27", "2025-10-24")]


def test_dates_stay_as_vague_as_the_text(by_ref: dict[str, Commitment]) -> None:
    """A due date has the precision of the text, and only dates in the text are due dates."""
    assert {ref: one.due for ref, one in by_ref.items() if one.due} == {
        "ROK4-01": "2025-04-14",
        "ROK4-04": "2024-10",
        "ROK4-18": "2024",
        "ROK4-27": "2025-10",
        "ROK4-28": "2025-04-14",
        "ROK4-31": "2026",
        "ROK4-32": "2025-04-14",
        "ROK4-42": "2027",
    }


def test_dialogue_comes_round(milestones: dict[str, Milestone]) -> None:
    """The next dialogue is due in 2027 and recurs every two years."""
    assert (milestones["ROK4-41.1"].when, milestones["ROK4-41.1"].recurs) == ("2027", "2 years")


def test_moved_dates(record: DataFile, milestones: dict[str, Milestone]) -> None:
    """The first KPS satellite slipped by about two years, and the launch of CAS500-4 moved within its year."""
    assert (milestones["ROK4-25.1"].when, milestones["ROK4-14.1"].when) == ("2027-12", "2026")
    assert [(one.ref, one.on, one.due) for one in record.updates if one.due] == [
        ("ROK4-25.1", "2025-05-15", "2029-09"),
        ("ROK4-14.1", "2026-02-06", "2026-08"),
        ("ROK4-14.1", "2026-05-21", "2026-07"),
    ]


def test_milestones_are_met_on_plan(record: DataFile, milestones: dict[str, Milestone]) -> None:
    """Each launch that was met lies in the window that held when the parties met, or in the one set since."""
    met = {one.ref: one.on for one in record.updates if one.status is MilestoneStatus.MET}
    assert met == {
        "ROK4-22.1": "2025-09-24",
        "ROK4-23.1": "2025-09-24",
        "ROK4-03.1": "2026-04-01",
        "ROK4-23.2": "2026-06-30",
        "ROK4-14.1": "2026-07-07",
    }
    for ref, on in met.items():
        window = VagueDate.parse(milestones[ref].when)
        assert window.earliest is not None
        assert window.latest is not None
        assert window.earliest <= latest(on) <= window.latest


def test_status_claims_no_more_than_its_evidence(record: DataFile) -> None:
    """A contract between companies or a step of one country sets no status that needs both governments."""
    said = [(one.ref, one.on, str(one.status)) for one in record.updates if isinstance(one.status, Status)]
    assert said == [
        ("ROK4-03", "2025-05-02", "in-progress"),
        ("ROK4-27", "2025-10-24", "complete"),
        ("ROK4-10", "2025-12-12", "in-progress"),
        ("ROK4-31", "2025-12-12", "in-progress"),
        ("ROK4-05", "2025-12-17~", "in-progress"),
        ("ROK4-14", "2026-07-07", "in-progress"),
    ]


def test_unconfirmed_sources_are_named_as_such(record: DataFile) -> None:
    """An update without evidence is a check, or a note that begins with `Unconfirmed`."""
    without = [one for one in record.updates if one.evidence is None and not one.check]
    assert {one.ref for one in without} == {"ROK4-03", "ROK4-13.1", "ROK4-14.1", "ROK4-31"}
    assert all((one.note or "").startswith("Unconfirmed: ") for one in without)


def test_notes_of_checks_name_places_and_result(record: DataFile) -> None:
    """Each check is of the day of the file, and its note names the places searched and the result."""
    checks = [one for one in record.updates if one.check]
    assert len(checks) == 28
    assert {one.on for one in checks} == {record.compiled}
    assert {(one.note or "")[:18] for one in checks} == {"Searched web pages"}
    assert all("found" in (one.note or "") for one in checks)


def test_links_to_earlier_dialogues(record: DataFile) -> None:
    """The strong and medium links are recorded, each with a reason; the weak ones are not."""
    links = {(one.ref[5:], link.ref[3:]) for one in record.commitments for link in one.carries_on}
    assert links == {
        *(("01", "3-14"), ("02", "3-02"), ("03", "3-07"), ("04", "3-13"), ("05", "3-13"), ("07", "2-06")),
        *(("14", "2-05"), ("21", "2-05"), ("24", "2-05"), ("25", "3-15"), ("29", "3-09"), ("29", "3-11")),
        *(("30", "3-07"), ("33", "3-12"), ("34", "3-06"), ("35", "3-08"), ("38", "3-04"), ("41", "3-14")),
        ("42", "3-14"),
    }
    assert all(link.note for one in record.commitments for link in one.carries_on)


def test_lunar_payload_has_no_outcome(record: DataFile) -> None:
    """Without a report on the launch of the lunar payload, it stays in progress."""
    assert {update.status for update in record.updates if update.ref == "ROK4-31"} == {None, Status.IN_PROGRESS}


def test_nothing_later_is_known_on_the_day(record: DataFile, milestones: dict[str, Milestone]) -> None:
    """A view of the day of the dialogue has no later information."""
    for update in record.updates:
        if latest(update.on) <= MET:
            assert (update.status, update.percent, update.due) == (None, None, None), update
    assert {ref: one.since for ref, one in milestones.items() if one.since} == {
        "ROK4-03.1": "2024-12-05",
        "ROK4-10.1": "2024-09-05",
        "ROK4-22.1": "2024-12-20",
        "ROK4-23.1": "2024-12-20",
        "ROK4-23.2": "2025-09-25",
    }
    met = [one for one in milestones.values() if one.status is MilestoneStatus.MET]
    assert [(one.ref, one.when) for one in met] == [("ROK4-20.1", "2025-03-11")]


def test_updates_are_dated_and_in_order(record: DataFile) -> None:
    """Every update has a note, and is not later than the file."""
    days = [latest(update.on) for update in record.updates]
    assert days == sorted(days)
    assert days[-1] <= latest(record.compiled)
    assert all(update.note for update in record.updates)


def test_every_name_is_declared_once(record: DataFile, milestones: dict[str, Milestone]) -> None:
    """Every area, party, document and ref that is used is declared, and no key is repeated."""
    for declared in (record.areas, record.parties, record.documents):
        keys = [entry.key for entry in declared]
        assert len(keys) == len(set(keys))
    parties = {party.key for party in record.parties}
    documents = {document.key for document in record.documents}
    refs = {commitment.ref for commitment in record.commitments} | set(milestones)

    named = {record.dialogue.host} | {head.body for head in record.dialogue.heads}
    cited = {source.document for milestone in milestones.values() for source in milestone.sources}
    for one in record.commitments:
        named |= {key for key in (one.lead, *one.partners) if key}
        cited |= {source.document for source in one.sources} | set(one.omitted_by)
        assert one.lead not in one.partners
    assert named <= parties
    assert cited == documents
    assert {update.ref for update in record.updates} <= refs
    # The overview lists areas in the order of the file, without empty ones.
    assert {one.area for one in record.commitments} == {area.key for area in record.areas}


def test_title_or_detail_has_the_terms_of_the_statement() -> None:
    """The title or the detail of each commitment contains the terms that a reader searches for, as whole words."""
    commitments = json.loads(PATH.read_text(encoding="utf-8"))["commitments"]
    texts = {one["ref"]: f"{one['title']}\n{one.get('detail', '')}" for one in commitments}
    assert set(TERMS_2025) == set(texts)
    missing = {
        (ref, term)
        for ref, terms in TERMS_2025.items()
        for term in terms
        if not re.search(rf"(?<!\w){re.escape(term)}(?!\w)", texts[ref], re.IGNORECASE)
    }
    assert missing == set()


def test_titles_fit_a_table(record: DataFile, milestones: dict[str, Milestone]) -> None:
    """Each title is one short line, and no two are the same."""
    titles = [one.title for one in record.commitments]
    assert len(titles) == len(set(titles))
    for title in [*titles, *(one.title for one in milestones.values())]:
        assert len(title) <= TITLE_WIDTH
        assert title == title.strip().rstrip(".")
        assert "\n" not in title
