"""Tests of the scores of `draft`: the check of titles, and the tables of a folder of coded statements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import draft_score
from benchmarks.draft_titles import (
    CONDITION_LOST,
    CUT,
    NEGATION_ADDED,
    NEGATION_LOST,
    NO_VERB,
    NOT_VERBATIM,
    OTHER_ROW,
    OTHER_VERB,
    TOO_LONG,
    UNBALANCED,
    faults_of,
)

STATEMENTS = Path(__file__).parent / "drafting" / "statements"

USABLE = [
    ("Refrain from testing missiles in orbit", "The two sides will not test missiles in orbit."),
    ("Do not test missiles in orbit", "The two sides will not test missiles in orbit."),
    ("Not to test missiles in orbit", "Both sides agreed not to test missiles in orbit."),
    ("Refrain from subsidies for fleets", "Both sides commit to refrain from subsidies for fleets."),
    ("Share tide data", "Both sides will not test missiles and will share tide data."),
    ("Publish an atlas of reefs", "It was agreed that an atlas of reefs shall be published by 2030."),
    ("Map the reef if funds allow", "If funds allow, both sides will map the reef."),
    ("If funds allow, map the reef", "If funds allow, both sides will map the reef."),
    ("Map the reef, subject to national law", "Both sides will map the reef, subject to national law."),
    ("Open a museum", "Both sides will, where appropriate, map the reef and open a museum."),
    ("Explore ways to enhance trade", "Both sides will explore ways to enhance trade."),
    ("Join the mission", "JAXA may join the mission."),
    ("JAXA may join the mission", "JAXA may join the mission."),
    ("Deepen the training of divers", "They will expand and deepen the training of divers."),
    ("Enhance interoperability", "They will enhance data exchange and interoperability."),
    ("Cooperate in CEOS", "They will cooperate in COPUOS, GEO and CEOS."),
    ("Prepare the agenda", "They will hold a forum, with JAXA preparing the agenda."),
    ("Host the meeting in Kobe", "Japan will host in 2027 the meeting in Kobe."),
    ("Host the Dialogue in Seoul", "Korea will host the Dialogue (the third of its kind) in Seoul."),
    ("Sign a lease of the port", "Both sides welcomed the signing of a lease of the port."),
    ("Support the growth of ports", "Switzerland and Liechtenstein support the growth of ports."),
    ("Jointly monitor the reef", "The two sides will jointly monitor the reef."),
]

FAULTY = [
    (NEGATION_LOST, "Test missiles in orbit", "The two sides will not test missiles in orbit."),
    (NEGATION_LOST, "Deploy such weapons", "Both sides agreed not to build or deploy such weapons."),
    (NEGATION_LOST, "Deploy such weapons", "They agreed to refrain from building or deploying such weapons."),
    (NEGATION_LOST, "Place weapons on the reef", "Neither side will place weapons on the reef."),
    (NEGATION_ADDED, "Refrain from sharing tide data", "Both sides will share tide data."),
    (OTHER_VERB, "Increase the worst forms of child labor",
     "They will increase cooperation and work to address the worst forms of child labor."),
    (OTHER_VERB, "Commit rule of law", "They committed to an approach to address harm to health, safety, rule of law."),
    (CONDITION_LOST, "Map the reef", "If funds allow, both sides will map the reef."),
    (CONDITION_LOST, "Map the reef", "Both sides will map the reef, subject to national law."),
    (CONDITION_LOST, "Map the whole reef", "Both sides will, where appropriate, map the whole reef."),
    (CONDITION_LOST, "Enhance trade in fish", "Both sides will explore ways to enhance trade in fish."),
    (CONDITION_LOST, "Protect charts", "They will hold discussions on aligning rules to promote and protect charts."),
    (NO_VERB, "The opening of a port", "They announced the opening of a port."),
    (NO_VERB, "Foster trade in fish", "They will promote trade in fish."),
    (NOT_VERBATIM, "Commit close cooperation", "Both governments commit to close cooperation."),
    (NOT_VERBATIM, "Seek promote trade in fish", "Both governments seek to promote trade in fish."),
    (NOT_VERBATIM, "Protect labor rights", "They will protect recognized labor rights."),
    (NOT_VERBATIM, "Map the coral reef", "They will map the reef."),
    (CUT, "Advance a free", "They will advance a free and open sea."),
    (CUT, "Refrain from banning, or taxing", "Japan committed to refrain from banning, or taxing, charts."),
    (CUT, "Discuss the future of", "They discussed the future of ports."),
    (CUT, "Create a place to encourage", "They will create a place to encourage and protect research."),
    (CUT, "Pursue information", "They will pursue information and technology sharing."),
    (CUT, "Promote trade in fish, boats", "They will promote trade in fish, boats, and nets."),
    (UNBALANCED, "Join the Pacific Community (SPC", "They will join the Pacific Community (SPC) soon."),
    (TOO_LONG, "Map the reef\u2026", "They will map the reef."),
]  # fmt: skip


@pytest.mark.parametrize(("title", "sentence"), USABLE)
def test_a_usable_title_has_no_faults(title: str, sentence: str) -> None:
    """A title in the wording of the sentence, with a verb in front, its negations and conditions, is usable."""
    assert faults_of(title, sentence, strength="exploratory" if " may " in sentence else "firm") == []


@pytest.mark.parametrize(("fault", "title", "sentence"), FAULTY)
def test_a_faulty_title_is_named_by_its_fault(fault: str, title: str, sentence: str) -> None:
    """Each criterion for titles finds its fault."""
    assert fault in faults_of(title, sentence, strength="firm")


def test_a_title_belongs_to_its_row() -> None:
    """A title must have half of the words of the coded row."""
    sentence = "Both sides will map the reef and open a museum."
    assert faults_of("Map the reef", sentence, row="map the reef") == []
    assert faults_of("Map the reef", sentence, row="open a museum") == [OTHER_ROW]


def test_a_point_is_judged_with_its_introduction() -> None:
    """A point may take its verb from the introduction, and must keep the negation of the introduction."""
    assert faults_of("Map the reef", "map the reef;", stem="Both sides intend to:") == []
    assert faults_of("Discuss closer ties in ports", "Closer ties in ports", stem="They discussed the following:") == []
    assert faults_of("Map the reef", "map the reef;", stem="Both sides will not:") == [NEGATION_LOST]
    assert faults_of("Agree map the reef", "map the reef;", stem="Both sides agreed to:") == [NOT_VERBATIM]


def test_a_hedge_is_in_the_title_or_in_the_strength() -> None:
    """A title may leave out "may" if the strength is exploratory; if the strength is firm, it distorts."""
    assert faults_of("Join the mission", "JAXA may join the mission.", strength="exploratory") == []
    assert faults_of("Join the mission", "JAXA may join the mission.", strength="firm") == [CONDITION_LOST]


def test_a_folder_of_statements_is_scored(capsys: pytest.CaptureFixture[str]) -> None:
    """The tables have a line for each text, one for all, and one for each type of fault; --faults adds the places."""
    draft_score.main(["--folder", str(STATEMENTS), "--faults"])
    printed = capsys.readouterr().out
    assert printed.startswith(draft_score.HEADER)
    assert "| japan_australia_space | 34 |" in printed
    assert "| 2 texts | 60 |" in printed
    assert "| title: negation lost | 0 |" in printed


def test_one_text_can_be_scored(capsys: pytest.CaptureFixture[str]) -> None:
    """--text selects a text by its name; an unknown name is an error."""
    draft_score.main(["--folder", str(STATEMENTS), "--text", "uk_canada_media_note"])
    assert "| 1 texts |" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        draft_score.main(["--folder", str(STATEMENTS), "--text", "other"])
    assert "none of other" in capsys.readouterr().err


def test_a_missing_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is missing, or has no statements, ends with a message and the remedy."""
    for folder, says in ((tmp_path / "none", "no such folder"), (tmp_path, "no statements")):
        with pytest.raises(SystemExit):
            draft_score.main(["--folder", str(folder)])
        assert says in capsys.readouterr().err


def test_every_fault_is_of_a_known_type(tmp_path: Path) -> None:
    """Each difference between a coding and a draft is listed by its type, with the place in the text."""
    (tmp_path / "a.txt").write_text("Statement of Japan and Australia\n\nBoth sides will map the reef by 2030.\n")
    row = {"paragraph": "2", "sentence": 1, "words": "map the reef", "strength": "intended", "parties": ["Japan"]}
    rows = [{**row, "date": None, "recurs": None}, {**row, "words": "open a museum", "date": None, "recurs": None}]
    (tmp_path / "a.json").write_text(json.dumps({"when": "2026-05-21", "sides": ["Japan", "Australia"], "rows": rows}))
    ((path, coding),) = draft_score.codings(tmp_path)
    drafted = draft_score.read(path, coding["when"])
    score, matched = draft_score.score(coding["rows"], drafted)
    faults = list(draft_score.faults(matched, drafted))
    assert (score.rows, score.candidates, score.matched, score.usable) == (2, 1, 1, 1)
    assert {fault.kind for fault in faults} == {"missed row", "strength", "parties", "date", "paragraph"}
    assert {fault.kind for fault in faults} <= set(draft_score.KINDS)
