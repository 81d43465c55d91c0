"""Tests of `draft`: the candidates in a text with their strength, title, parties and dates, and the command itself.

The sentences are invented. Properties of all sentences are tested in test_draft_properties.py.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date
from encodings.aliases import aliases
from pathlib import Path
from typing import Any

import pytest

from benchmarks import draft_score
from benchmarks.draft_titles import faults_of
from spacedialog.drafting.candidates import Candidate
from spacedialog.drafting.draft import About, Drafted, draft
from spacedialog.drafting.timing import cycles_in, dates_in
from spacedialog.errors import InputError
from spacedialog.model.dates import VagueDate
from spacedialog.statements import prose
from tests.support.program import Desk

MET = "2026-05-21"
HEAD = "Joint Statement of Japan and Australia\n\n"
STATEMENTS = Path(__file__).parent / "statements"


def drafted(text: str, **about: Any) -> Drafted:
    """Return the draft of a text on a meeting of Japan and Australia on 21 May 2026."""
    meeting = About(when=VagueDate.parse(MET), **about)
    return draft(prose.read(HEAD + text, "text"), meeting, name="statement.txt", compiled=date(2026, 11, 22))


def found(text: str) -> tuple[Candidate, ...]:
    """Return the candidates of a text."""
    return drafted(text).candidates


def titles(text: str) -> list[str]:
    """Return the title of each candidate of a text."""
    return [candidate.title for candidate in found(text)]


def title_faults(candidate: Candidate) -> set[str]:
    """Return the faults of a title by the criteria of docs/draft.md."""
    at = candidate.sentence
    return set(faults_of(candidate.title, at.text, stem=at.stem, strength=candidate.strength.value))


# Strength

LADDER = [
    ("Both sides will publish an atlas of reefs.", "firm"),
    ("Both sides shall publish an atlas of reefs.", "firm"),
    ("Both sides are to publish an atlas of reefs.", "firm"),
    ("Both sides agreed to publish an atlas of reefs.", "firm"),
    ("Both sides agreed that they would publish an atlas of reefs.", "firm"),
    ("It was agreed that an atlas of reefs shall be published.", "firm"),
    ("We commit to publishing an atlas of reefs.", "firm"),
    ("Japan pledged to publish an atlas of reefs.", "firm"),
    ("The leaders decided to publish an atlas of reefs.", "firm"),
    ("The ministers directed their officials to publish an atlas of reefs.", "firm"),
    ("The ministers charged their officials with publishing an atlas of reefs.", "firm"),
    ("Japan reaffirmed its commitment to publish an atlas of reefs.", "firm"),
    ("Japan restated its commitment to publish an atlas of reefs.", "firm"),
    ("Both sides intend to publish an atlas of reefs.", "intended"),
    ("Both sides plan to publish an atlas of reefs.", "intended"),
    ("Both sides are keen to publish an atlas of reefs.", "intended"),
    ("The two sides look forward to publishing an atlas of reefs.", "intended"),
    ("Japan expressed its readiness to publish an atlas of reefs.", "intended"),
    ("An atlas of reefs is expected to be published.", "intended"),
    ("Both sides would publish an atlas of reefs.", "exploratory"),
    ("JAXA may publish an atlas of reefs.", "exploratory"),
    ("Both sides discussed an atlas of reefs.", "exploratory"),
    ("Both sides will explore publishing an atlas of reefs.", "exploratory"),
    ("Both sides intend to explore ways to publish an atlas of reefs.", "exploratory"),
    ("The two sides seek to publish an atlas of reefs.", "exploratory"),
    ("Both sides published an atlas of reefs.", "delivered"),
    ("Both sides signed an agreement on an atlas of reefs.", "delivered"),
    ("Both sides welcomed the publication of an atlas of reefs.", "delivered"),
]


@pytest.mark.parametrize(("sentence", "strength"), LADDER, ids=[sentence for sentence, _ in LADDER])
def test_the_governing_verb_decides_the_strength(sentence: str, strength: str) -> None:
    """The strength follows from the governing verb with its tense, and from the weaker of two verbs."""
    (candidate,) = found(sentence)
    assert candidate.strength == strength
    assert "atlas of reefs" in candidate.title


# No commitment

NOTHING = [
    ("Both sides stressed the importance of healthy reefs.", "praise"),
    ("The leaders recognized that the friendship of their peoples is stronger than ever.", "praise"),
    ("The delegations were led by Ms. Ono of Japan and Mr. Lyall of Australia.", "participants"),
    ("The Japanese delegation expressed its appreciation for the warm hospitality of Cairns.", "thanks"),
    ("The two leaders thanked the Governor for his welcome.", "thanks"),
    ("No further talks on reefs are planned.", "negation"),
    ("Australia did not agree to publish an atlas.", "negation"),
    ("“Nothing will come of this atlas,” said Lucy Hale, an analyst in Perth.", "no wording"),
    # the will of a thing
    ("Closer collaboration will enable better forecasts of storms.", "no wording"),
    ("These investments will create thousands of jobs on both sides of the strait.", "no wording"),
    ("The new cable will reduce the cost of data for schools and hospitals.", "no wording"),
    ("Rising seas will threaten the ports of the region.", "no wording"),
    ("They will or.", "no wording"),
    # the promises of others
    ("Both sides welcome the G7's commitment to publish an atlas of reefs.", "praise"),
    ("The militias agreed to publish an atlas of reefs.", "no wording"),
    ("They had plans to publish an atlas of reefs.", "no wording"),
    ("They will publish an atlas of reefs, should funds allow it.", "no wording"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "why"), NOTHING, ids=[sentence for sentence, _ in NOTHING])
def test_sentences_without_commitment_are_left_out_with_a_reason(sentence: str, why: str) -> None:
    """Praise, thanks, delegations, refusals, outsiders and the effects of things are left out, with the reason."""
    result = drafted(sentence)
    assert not result.candidates
    (row,) = result.findings()
    assert row.ref is None
    assert why in str(row.why)


def test_a_heading_is_not_a_commitment() -> None:
    """A heading is not a sentence, even if its words would be a commitment."""
    result = drafted(
        "Will to Cooperate on Reefs\n\nBoth sides will map the reef.\n\nPlans to Train Divers\n\nThey met."
    )
    assert [sentence.text for sentence in result.sentences] == ["Both sides will map the reef.", "They met."]
    assert [candidate.title for candidate in result.candidates] == ["Map the reef", "Meet"]


# Negation and conditions

REFRAINING = [
    "The two sides will not conduct destructive tests of missiles.",
    "Both sides agreed not to levy duties on maps and charts.",
    "Neither side will place weapons on the reef.",
    "The two governments commit to refrain from subsidies for deep-sea fleets.",
    "Japan has committed to refrain from banning, or taxing, charts of the reef.",
    "Japan and Australia shall never sell the archive.",
    "We will not build or lease terminals for coal.",
    "The leaders reaffirmed that they will not recognize the closure of the strait.",
    "Both sides undertake to share the charts and not to publish the raw records.",
    "The two governments will not:\n- build terminals on the reef;\n- sell the archive.",
]


@pytest.mark.parametrize("text", REFRAINING)
def test_a_promise_to_refrain_keeps_its_negation(text: str) -> None:
    """A promise not to act is a commitment, and its title has the negation."""
    candidates = found(text)
    assert candidates
    assert {candidate.title: title_faults(candidate) for candidate in candidates if title_faults(candidate)} == {}
    assert any(re.search(r"\b(?:not|never|neither|refrain)\b", c.title, re.IGNORECASE) for c in candidates)


CONDITIONS = [
    ("If funds allow, both sides will map the reef.", "if funds allow"),
    ("Both sides will map the reef, subject to their national laws.", "subject to their national laws"),
    ("Both sides will open a museum, unless the survey finds a fault in the ground.", "unless the survey finds"),
    ("The two sides intend to share charts with Fiji where appropriate.", "where appropriate"),
    ("Both sides agreed to train divers, provided that insurers consent.", "provided that insurers consent"),
    ("Both sides will explore ways to widen the channel.", "explore ways to"),
    ("The two sides intend to consider opening a second port.", "consider opening"),
    ("Both sides considered opening a second port.", "consider opening"),
    ("Lest the reef die, both sides will map it.", "lest the reef die"),
    ("Should Parliament agree, both sides will map the reef.", "should parliament agree"),
    ("Both sides falsely agreed to map the reef.", "falsely agreed"),
]


@pytest.mark.parametrize(("sentence", "words"), CONDITIONS, ids=[sentence for sentence, _ in CONDITIONS])
def test_a_condition_stays_in_the_title(sentence: str, words: str) -> None:
    """A condition, and a verb that only explores, are in the title of every candidate."""
    found_titles = titles(sentence)
    assert found_titles
    assert [title for title in found_titles if words not in title.lower()] == []


# Titles

TITLES = [
    ("Both sides will map the reef.", "Map the reef"),
    ("We commit to expanding the exchange of tide data.", "Expand the exchange of tide data"),
    # The unchanged clause, if it has no verb with an object.
    ("It was agreed that an atlas of reefs shall be published.", "An atlas of reefs shall be published"),
    ("JAXA may join the survey.", "JAXA may join the survey"),
    ("Both sides may jointly survey the reef.", "Both sides may jointly survey the reef"),
    ("Japan will host the next Dialogue in Kobe.", "Host the next Dialogue in Kobe"),
    ("The leaders reaffirmed their commitment to protect the reef.", "Protect the reef"),
    ("Both sides will work together to address the causes of bleaching.",
     "Work together to address the causes of bleaching"),
    ("Both sides will advance a free, open and safe sea.", "Advance a free, open and safe sea"),
    ("Both sides will deepen information and technology sharing.", "Deepen information and technology sharing"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "title"), TITLES, ids=[title for _, title in TITLES])
def test_the_title_is_the_wording_of_the_sentence_in_the_imperative(sentence: str, title: str) -> None:
    """A title is the sentence from the verb on, in the imperative, or the unchanged clause."""
    assert titles(sentence) == [title]


WORDY = [
    "Recognizing that storms grow stronger, the leaders decided to accelerate the deployment of tide gauges along the"
    " northern coast, including through the Reef Fund, which was set up in 2019, and to review progress every year.",
    "The two sides intend to increase their cooperation on fisheries, and work to address forced labor, including the"
    " worst forms of child labor, in the supply chains of canneries.",
    "To that end, Australia will provide up to A$40 million (about 4 billion yen) to help island states build seawalls,"
    " restore mangroves and move schools to higher ground, in line with the plans that their parliaments have adopted.",
    "Both sides resolved to continue talks on aligning rules to further promote and protect sensitive charts,"
    " including by licences, and to enhance the resilience of ports.",
    "The two sides will drive cooperation across four areas, including ports and ferries; charts; clean fuel and"
    " shore power; and the training of pilots.",
]


@pytest.mark.parametrize("sentence", WORDY, ids=[sentence[:40] for sentence in WORDY])
def test_the_titles_of_a_long_sentence_do_not_distort_it(sentence: str) -> None:
    """The titles of a sentence with purposes, means and lists are not joined, cut inside a phrase, or made firmer."""
    candidates = found(sentence)
    assert candidates
    assert {candidate.title: title_faults(candidate) for candidate in candidates if title_faults(candidate)} == {}


# Splitting and lists

SPLITS = [
    ("Both sides will map the reef and open a museum.", ["Map the reef", "Open a museum"]),
    ("Both sides intend to share tide data, train divers, and build a pier.",
     ["Share tide data", "Train divers", "Build a pier"]),
    ("JAXA will (a) map the reef; (b) open a museum.", ["Map the reef", "Open a museum"]),
    ("They agreed to open a museum and to train divers.", ["Open a museum", "Train divers"]),
    # not split
    ("They agreed on preventing thieves from stealing coral, building bases and selling shells.",
     ["Prevent thieves from stealing coral, building bases and selling shells"]),
    ("Both sides will support search and rescue.", ["Support search and rescue"]),
    ("Both sides will advance research in physics and biology.", ["Advance research in physics and biology"]),
    ("Both sides will deepen economic and security ties.", ["Deepen economic and security ties"]),
    ("Both sides will build a pier to shelter ferries and protect the beach.",
     ["Build a pier to shelter ferries and protect the beach"]),
    ("Japan will fund a laboratory that will study corals and train divers.",
     ["Fund a laboratory that will study corals and train divers"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "wanted"), SPLITS, ids=[sentence for sentence, _ in SPLITS])
def test_a_sentence_is_split_where_verbs_are_listed(sentence: str, wanted: list[str]) -> None:
    """Verbs in a list under one governing verb are a candidate each; fields, pairs, purposes and clauses are not."""
    assert titles(sentence) == wanted


STEMS = [
    ("Both sides intend to:", "intended"),
    ("The leaders hereby decide to:", "firm"),
    ("To this end, Japan and Australia will:", "firm"),
    ("The two governments agreed to take the following steps:", "firm"),
    ("The two sides agreed to explore ways to:", "exploratory"),
]


@pytest.mark.parametrize(("stem", "strength"), STEMS)
def test_points_have_the_verb_of_the_introduction(stem: str, strength: str) -> None:
    """List points belong to the paragraph that introduces them: they continue its numbers and take its strength."""
    result = drafted(f"{stem}\n- map the reef;\n- open a joint museum in Cairns.\n\nJapan will train divers.")
    assert [(c.sentence.paragraph, c.sentence.number, c.strength.value) for c in result.candidates] == [
        ("1", 2, strength),
        ("1", 3, strength),
        ("2", 1, "firm"),
    ]
    assert not any(title_faults(candidate) for candidate in result.candidates)
    assert re.search(r"\b[Oo]pen a joint museum in Cairns$", result.candidates[1].title)


def test_a_point_has_its_own_strength_if_its_verb_is_more_careful() -> None:
    """A point with a verb such as `explore` is exploratory, also if the introduction of the list is intended."""
    assert [c.strength.value for c in found("Both sides intend to:\n- map the reef;\n- explore a joint museum.")] == [
        "intended",
        "exploratory",
    ]


def test_numbered_points_under_a_stem_keep_their_numbers() -> None:
    """A numbered point of a list is the paragraph with its number."""
    points = "1. Map the reef;\n\n2. Explore the training of divers; and\n\n3. Open a pier."
    text = f"The ministers,\n\nHereby decide to:\n\n{points}"
    assert [(c.sentence.paragraph, c.strength.value, c.title) for c in found(text)] == [
        ("1", "firm", "Map the reef"),
        ("2", "exploratory", "Explore the training of divers"),
        ("3", "firm", "Open a pier"),
    ]


def test_numbered_paragraphs_keep_their_numbers() -> None:
    """A paragraph that begins with `4.` is paragraph 4, wherever it is in the text."""
    result = drafted(
        "3. Reefs are dear to both sides.\n\n4. Both sides will map the reef.\n\n5. Japan will train divers."
    )
    assert [c.sentence.paragraph for c in result.candidates] == ["4", "5"]


DATES = [
    ("in 2027", "2027"),
    ("by 2030", "../2030"),
    ("by the end of 2026", "../2026-12"),
    ("no later than March 2027", "../2027-03"),
    ("before March 2027", "../2027-02"),
    ("in the first half of 2027", "2027-40"),
    ("in early 2027", "2027-40"),
    ("in late 2027", "2027-41"),
    ("in mid-2027", "2027-07~"),
    ("in the second quarter of 2027", "2027-34"),
    ("in the spring of 2027", "2027-21"),
    ("on 5 October 2026", "2026-10-05"),
    ("on October 5, 2026", "2026-10-05"),
    ("on 20 and 21 May 2026", "2026-05-20/2026-05-21"),
    ("from 2026 to 2028", "2026/2028"),
    ("from January 2025 to December 2027", "2025-01/2027-12"),
    ("from 2028 onwards", "2028/.."),
    ("starting in spring 2027", "2027-21/.."),
    ("around 2030", "2030~"),
    ("next year", "2027"),
    ("later this year", "2026"),
    ("by the end of the year", "../2026-12"),
    ("within three months", "../2026-08"),
    ("in October", "2026-10"),
    ("on 14 April", "2026-04-14"),
]


@pytest.mark.parametrize(("words", "edtf"), DATES)
def test_a_date_is_as_vague_as_the_text(words: str, edtf: str) -> None:
    """A date is exactly as vague as its words; relative dates count from the meeting."""
    assert [dated.edtf for dated in dates_in(f"Both sides will open a port {words}.", date(2026, 5, 21))] == [edtf]


@pytest.mark.parametrize(
    "words",
    ["the Landsat 2030 partnership", "Agenda 2030", "the 2015 Paris Agreement", "the Roadmap of 2022", "the 2030s"],
)
def test_a_year_in_a_name_is_no_date(words: str) -> None:
    """A year in a name, such as `Landsat 2030`, is not a due date."""
    assert dates_in(f"Both sides discussed {words}.", date(2026, 5, 21)) == []


@pytest.mark.parametrize(
    ("words", "every"),
    [
        ("every two years", "2 years"),
        ("annually", "1 year"),
        ("twice a year", "6 months"),
        ("on a quarterly basis", "3 months"),
        ("the biennial dialogue", "2 years"),
        ("every twelve days", "12 days"),
        ("every eleven years", "11 years"),
        ("every thirty days", "30 days"),
        ("each 18 months", "18 months"),
        ("every other week", "2 weeks"),
        ("calls every day year-round", "1 day"),
        ("every single year", None),
        ("two teams a year", "1 year"),
        ("the 19th annual meeting", None),
    ],
)
def test_recurrences_are_found(words: str, every: str | None) -> None:
    """A recurrence is found as a span; `the 19th annual meeting` is a name and not a recurrence."""
    assert [cycle.every for cycle in cycles_in(f"They will hold {words}.")] == ([every] if every else [])


def test_a_date_applies_to_the_items_next_to_it() -> None:
    """A date after several verbs applies to the last, and one in front to all."""

    def dues(text: str) -> list[str | None]:
        return [candidate.due for candidate in drafted(text).candidates]

    assert dues("Both sides will map the reef and open a museum by 2028.") == [None, "../2028"]
    assert dues("Both sides will share tide data and wave data by 2028.") == ["../2028"]
    assert dues("In 2027, Japan will map the reef and open a museum.") == ["2027", "2027"]


def parties(text: str) -> list[tuple[str, ...]]:
    """Return the parties of each candidate."""
    return [candidate.parties for candidate in drafted(text).candidates]


def test_the_parties_are_those_that_act() -> None:
    """Parties are agencies by the acronyms that the text defines, and governments by the register, both for `both`."""
    definitions = "The Reef Institute (RI) and the Dive Agency (DA) took part.\n\n"
    assert parties("Both sides will map the reef.") == [("JPN", "AUS")]
    assert parties("Japan will map the reef.") == [("JPN",)]
    assert parties(f"{definitions}RI and DA will map the reef.") == [("RI", "DA")]
    assert parties(f"{definitions}RI will map the reef. It will train divers.")[1] == ("RI",)
    assert parties(f"{definitions}RI and DA signed a lease. They will map the reef.")[1] == ("RI", "DA")
    assert parties(f"{definitions}Japan will map the reef with DA.") == [("JPN", "DA")]
    assert parties("JAXA will map the reef.") == [("JAXA",)]
    assert parties("The reef will be mapped by JAXA and CSIRO.") == [("JAXA", "CSIRO")]
    assert parties("We will map the reef.") == [("JPN", "AUS")]
    assert parties("The leaders will map the reef.") == [("JPN", "AUS")]


def test_officials_and_organs_are_their_government() -> None:
    """A president, a minister and a parliament are not separate parties: they count as their government."""
    met = "Prime Minister Mori of Japan and Prime Minister Hale of Australia met.\n\n"
    assert parties(f"{met}Prime Minister Mori will map the reef.")[-1] == ("JPN",)
    assert parties(f"{met}Prime Minister Mori and Prime Minister Hale will map the reef.")[-1] == ("JPN", "AUS")
    assert parties("The Government of Japan will map the reef.") == [("JPN",)]
    assert parties("The Australian Parliament will ratify the treaty.") == [("AUS",)]


def test_a_host_or_witness_is_not_a_side() -> None:
    """A host country or an observer is not one of the governments that made the promise."""
    text = "In Singapore, in the presence of the King of Norway, Japan and Australia agreed to map the reef."
    assert parties(text) == [("JPN", "AUS")]


def test_the_sides_are_read_from_the_title_or_the_option() -> None:
    """The sides are governments of the register or those of --side; a text without any is refused with a remedy."""
    text = prose.read("A note\n\nThe ministers will map the reef.", "text")
    about = About(when=VagueDate.parse(MET))
    with pytest.raises(InputError, match="governments that met"):
        draft(text, about, name="note.txt", compiled=date(2026, 11, 22))
    named = draft(text, about._replace(sides=("NOR", "ISL")), name="note.txt", compiled=date(2026, 11, 22))
    assert named.candidates[0].parties == ("NOR", "ISL")
    invented = draft(text, about._replace(sides=("ZUB=Zubrowka", "NOR")), name="note.txt", compiled=date(2026, 11, 22))
    assert [party["name"] for party in invented.document["parties"]] == ["Zubrowka", "Norway"]
    with pytest.raises(InputError, match="not a known government"):
        draft(text, about._replace(sides=("XYZ",)), name="note.txt", compiled=date(2026, 11, 22))


def test_every_source_names_its_sentence() -> None:
    """Each source has the hash of the sentence at its place, and that sentence is the quote."""
    result = drafted("Both sides will map the reef and open a museum. Japan will train divers.\n\nJAXA may join.")
    by_place = {(s.paragraph, s.number): prose.fingerprint(s.text) for s in result.sentences}
    for commitment in result.document["commitments"]:
        (source,) = commitment["sources"]
        assert source["hash"] == by_place[source["paragraph"], source["sentence"]]
        assert source["hash"] == prose.fingerprint(commitment["quote"])


def test_a_meeting_that_recurs_becomes_a_milestone_only_with_a_date() -> None:
    """A recurring meeting without a first date gets no milestone, and no date is invented."""
    dated, undated = drafted(
        "Both sides will hold a forum every two years, beginning in 2027. They will hold calls every year."
    ).document["commitments"]
    assert [(m["when"], m["recurs"]) for m in dated["milestones"]] == [("2027/..", "2 years")]
    assert "milestones" not in undated
    assert "every year" in undated["draft"]["why"]


def test_headings_are_areas_where_a_text_has_them() -> None:
    """Headings that cover most of the text become its areas; else the words of the register decide the area."""
    text = "\n\n".join(f"{name}\n\nBoth sides will map {what}." for name, what in
                       (("Deep reefs", "reefs"), ("Old ports", "ports"), ("Wild birds", "birds")))  # fmt: skip
    assert [c.area for c in drafted(text).candidates] == ["deep-reefs", "old-ports", "wild-birds"]
    assert drafted("JAXA will launch a lunar lander.").candidates[0].area == "exploration"


@pytest.mark.parametrize("name", ["japan_australia_space", "uk_canada_media_note"])
def test_most_of_a_statement_is_found(name: str) -> None:
    """In two invented statements that were coded by hand, most rows are found with their fields; no title distorts."""
    ((path, coding),) = [pair for pair in draft_score.codings(STATEMENTS) if pair[0].stem == name]
    score, _ = draft_score.score(coding["rows"], draft_score.read(path, coding["when"]))
    assert score.matched >= 0.7 * score.rows
    assert score.matched >= 0.75 * score.candidates
    assert score.strength >= 0.9 * score.matched
    assert score.dates >= 0.85 * score.matched
    assert score.paragraph == score.matched
    assert score.distorting == 0


# The command

TEXT = (
    "Joint Statement of the Third Japan-Australia Reef Dialogue\n\nCairns, 21 May 2026\n\n"
    "Both sides will map the reef by 2028. The importance of reefs was stressed.\n\nJAXA may join.\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a statement in its folder."""
    desk = Desk(tmp_path)
    (desk.folder / "statement.txt").write_text(TEXT)
    return desk


def test_a_draft_can_be_imported(desk: Desk) -> None:
    """A draft can be imported, and `verify-source` then finds every sentence in the text."""
    ran = desk.call("draft", "statement.txt", "-o", "draft.json")
    assert ran.status == 0
    assert "2 candidates" in ran.stderr
    assert "review draft.json" in ran.stderr
    dialogue = json.loads((desk.folder / "draft.json").read_text())["dialogue"]
    assert dialogue["key"] == "JPNAUS3"
    assert (dialogue["when"], dialogue["number"], dialogue["place"]) == ("2026-05-21", 3, "Cairns")
    assert desk.call("import", "draft.json", "--without-built-in").status == 0
    rows = desk.call("list", "--json").data
    assert [(row["ref"], row["strength"], row["due"]) for row in rows] == [
        ("JPNAUS3-01", "firm", "../2028"),
        ("JPNAUS3-02", "exploratory", None),
    ]
    assert desk.call("verify-source", "JPNAUS3", "statement.txt", "--exit-code").status == 0


def test_an_existing_draft_is_never_overwritten(desk: Desk) -> None:
    """`draft` refuses to overwrite an existing file, which may have been reviewed."""
    (desk.folder / "draft.json").write_text("mine")
    refused = desk.call("draft", "statement.txt", "-o", "draft.json")
    assert refused.status == 2
    assert "reviewed" in refused.stderr
    assert (desk.folder / "draft.json").read_text() == "mine"


def test_explain_shows_what_was_left_out_and_why(desk: Desk) -> None:
    """`--explain` lists every sentence with its candidates, or with the reason why it has none."""
    rows = desk.call("draft", "statement.txt", "--explain", "--json").data
    assert [(row["paragraph"], row["sentence"], row["ref"]) for row in rows] == [
        ("1", 1, "JPNAUS3-01"),
        ("1", 2, None),
        ("2", 1, "JPNAUS3-02"),
    ]
    assert "praise" in rows[1]["why"]


UNDATED = "Japan and Australia will map the reef next year. Japan will launch a probe by 2030."


def test_without_a_date_of_the_meeting_dates_that_depend_on_it_stay_open(desk: Desk) -> None:
    """A text without the date of the meeting is drafted; the meeting was before today, and `next year` is no date."""
    (desk.folder / "undated.txt").write_text(UNDATED)
    ran = desk.call("draft", "undated.txt", "-o", "draft.json")
    assert ran.status == 0
    assert "No date of the meeting was found" in ran.stderr
    document = json.loads((desk.folder / "draft.json").read_text())
    assert document["dialogue"]["when"] == f"../{document['compiled']}"
    assert [one.get("due") for one in document["commitments"]] == [None, "../2030"]
    assert desk.call("import", "draft.json", "--without-built-in").status == 0
    prompt = desk.call("draft", "undated.txt", "--prompt")
    assert "day that is not known" in prompt.stdout


def test_the_date_that_is_given_makes_relative_dates_known(desk: Desk) -> None:
    """With `--when`, `next year` is counted from that date."""
    (desk.folder / "undated.txt").write_text(UNDATED)
    document = json.loads(desk.call("draft", "undated.txt", "--when", "2026-05-21").stdout)
    assert [one.get("due") for one in document["commitments"]] == ["2027", "../2030"]


def test_a_candidate_has_the_sentences_around_it(desk: Desk) -> None:
    """A candidate quotes the sentences of the statement before and after its own, for its reviewer."""
    first, second = json.loads(desk.call("draft", "statement.txt").stdout)["commitments"]
    sentences = [row["text"] for row in desk.call("draft", "statement.txt", "--explain", "--json").data]
    assert "before" not in first["draft"]
    assert (first["draft"]["after"], second["draft"]["before"]) == (sentences[1], sentences[1])
    assert "after" not in second["draft"]


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("", (), "contains no sentences"),
        (TEXT, ("--when", "2026/.."), "open-ended"),
        ("Die Seiten beschlie\xdfen.".encode("latin-1"), (), "--encoding"),
        (b"\0\1\2", (), "not text"),
        (TEXT, ("--side", "XYZ"), "not a known government"),
        (TEXT, ("--encoding", "klingon"), "not a known encoding"),
        (TEXT, ("--json",), "--explain"),
        (TEXT, ("--url", "javascript:alert(1)"), "web address"),
    ],
)
def test_a_text_that_cannot_be_drafted_is_refused(
    desk: Desk, content: str | bytes, arguments: tuple[str, ...], message: str
) -> None:
    """A text that cannot be drafted ends with status 2, a message with the remedy, and no output."""
    (desk.folder / "text.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
    refused = desk.call("draft", "text.txt", *arguments)
    assert refused.status == 2
    assert message in refused.stderr
    assert not refused.stdout


@pytest.mark.parametrize("encoding", sorted({*aliases.values(), "idna", "punycode", "undefined", "unicode_escape"}))
def test_every_encoding_gives_text_or_an_error(encoding: str) -> None:
    """With any encoding of Python, a text is read or refused, whatever its bytes."""
    for content in (b"abc", b"caf\xe9 \\x \xff", b"\xff\xfe\x00\xd8", b"xn--\xe9", b"xn--a" * 30):
        with suppress(InputError):
            assert isinstance(prose.decoded(content, "copy.txt", encoding), str)


def test_only_the_article_of_a_web_page_is_read(desk: Desk) -> None:
    """Navigation, captions, newsletter forms and footers of a web page are not read as paragraphs."""
    (desk.folder / "page.html").write_text(
        "<html><head><title>x</title></head><body><nav><a href='/'>We will sell you things</a></nav><article>"
        "<h1>Joint Statement of Japan and Australia</h1><p>Cairns, 21 May 2026</p>"
        "<p>Both sides will map the reef.</p><figure><figcaption>Ministers will pose.</figcaption></figure>"
        "<div class='newsletter'><p>We will write to you.</p></div><ul><li>JAXA may join.</li></ul></article>"
        "<footer><p>We will use cookies.</p></footer></body></html>"
    )
    rows = json.loads(desk.call("draft", "page.html").stdout)["commitments"]
    assert [row["title"] for row in rows] == ["Map the reef", "JAXA may join"]


def test_a_draft_can_be_piped(desk: Desk) -> None:
    """With `-` the text comes from standard input, and the draft goes to standard output."""
    ran = desk.call("draft", "-", "--when", "2026-05-21", stdin="Japan and Australia will map the reef.")
    assert ran.status == 0
    assert json.loads(ran.stdout)["commitments"][0]["title"] == "Map the reef"
