"""Tests of `draft`: the candidates in a text with their strength, parties and dates, and the command itself."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from encodings.aliases import aliases
from pathlib import Path
from typing import Any

import pytest

from benchmarks import draft_score
from spacedialog.drafting import prose
from spacedialog.drafting.cycles import cycles_in
from spacedialog.drafting.draft import About, Drafted, draft
from spacedialog.drafting.timing import dates_in
from spacedialog.errors import InputError
from spacedialog.model.dates import VagueDate
from tests.support.program import Desk

MET = "2026-05-21"
HEAD = "Joint Statement of Japan and Australia\n\n"


def drafted(text: str, **about: Any) -> Drafted:
    """Return the draft of a text on a meeting of Japan and Australia on 21 May 2026."""
    meeting = About(when=VagueDate.parse(MET), **about)
    return draft(prose.read(HEAD + text, "text"), meeting, name="statement.txt", compiled=date(2026, 11, 22))


def strengths_and_titles(text: str) -> list[tuple[str, str]]:
    """Return the first four letters of the strength, and the title, of each candidate."""
    return [(candidate.strength.value[:4], candidate.title) for candidate in drafted(text).candidates]


WORDINGS = [
    ("Both sides will publish an atlas of reefs.", [("firm", "Publish an atlas of reefs")]),
    ("Both sides agreed to publish an atlas of reefs.", [("firm", "Publish an atlas of reefs")]),
    ("It was agreed that an atlas of reefs shall be published.", [("firm", "Publish an atlas of reefs")]),
    ("Japan pledged to publish an atlas of reefs.", [("firm", "Publish an atlas of reefs")]),
    ("Both sides intend to publish an atlas of reefs.", [("inte", "Publish an atlas of reefs")]),
    ("Both sides are keen to publish an atlas of reefs.", [("inte", "Publish an atlas of reefs")]),
    ("The two sides look forward to publishing an atlas of reefs.", [("inte", "Publish an atlas of reefs")]),
    ("Both sides would publish an atlas of reefs.", [("expl", "Publish an atlas of reefs")]),
    ("JAXA may publish an atlas of reefs.", [("expl", "Publish an atlas of reefs")]),
    ("Both sides discussed an atlas of reefs.", [("expl", "Discuss an atlas of reefs")]),
    ("An atlas of reefs was discussed.", [("expl", "Discuss an atlas of reefs")]),
    ("Both sides intend to explore an atlas of reefs.", [("expl", "Explore an atlas of reefs")]),
    ("Discussions on an atlas of reefs are ongoing.", [("expl", "An atlas of reefs")]),
    ("Both sides published an atlas of reefs.", [("deli", "Publish an atlas of reefs")]),
    ("Both sides welcomed the publication of an atlas of reefs.", [("deli", "The publication of an atlas of reefs")]),
    ("Progress was noted on an atlas of reefs.", [("expl", "An atlas of reefs")]),
    ("Progress was noted on an atlas of reefs, due in 2027.", [("inte", "An atlas of reefs, due")]),
    ("Japan expressed its readiness to publish an atlas of reefs.", [("inte", "Publish an atlas of reefs")]),
    ("Japan reaffirmed its commitment to publish an atlas of reefs.", [("firm", "Publish an atlas of reefs")]),
    ("There was agreement to publish an atlas of reefs.", [("firm", "Publish an atlas of reefs")]),
    ("There is interest in publishing an atlas of reefs.", [("expl", "Publish an atlas of reefs")]),
]


@pytest.mark.parametrize(("sentence", "wanted"), WORDINGS, ids=[sentence for sentence, _ in WORDINGS])
def test_the_governing_verb_decides_the_strength(sentence: str, wanted: list[tuple[str, str]]) -> None:
    """The strength follows from the governing verb and its tense, or from a noun that takes the place of the verb."""
    assert strengths_and_titles(sentence) == wanted


NOTHING = [
    "Both sides stressed the importance of reefs.",
    "The delegations were led by Ms. Ono of Japan and Mr. Lyall of Australia.",
    "Japan thanked the City of Adelaide for its hospitality.",
    "Coral reefs are home to many fish.",
    "Both sides decided not to open an office in Cairns.",
    "No further talks on reefs are planned.",
    "Australia did not agree to publish an atlas.",
    "“Nothing will come of this atlas,” said Lucy Hale, an analyst in Perth.",
]


@pytest.mark.parametrize("sentence", NOTHING)
def test_sentences_without_commitment_are_left_out_with_a_reason(sentence: str) -> None:
    """Praise, delegations, facts, refusals and outsiders' quotes give no candidate, and `findings` gives the reason."""
    result = drafted(sentence)
    assert not result.candidates
    assert [row.ref for row in result.findings()] == [None] * len(result.left_out) != []
    assert all(row.why for row in result.findings())


def test_a_promise_to_refrain_is_a_promise() -> None:
    """`agreed not to` is a commitment, unlike `decided not to`."""
    assert strengths_and_titles("Both sides agreed not to test such missiles.") == [
        ("firm", "Not to test such missiles")
    ]
    assert strengths_and_titles("Neither side will test such missiles.") != []


SPLITS = [
    ("Both sides will map the reef and open a museum.", ["Map the reef", "Open a museum"]),
    ("Both sides intend to share tide data, train divers, and build a pier.",
     ["Share tide data", "Train divers", "Build a pier"]),
    ("Both sides will enhance data exchange and interoperability.",
     ["Enhance data exchange", "Enhance interoperability"]),
    ("Both sides will cooperate in COPUOS, APRSAF and CEOS.",
     ["Cooperate in COPUOS", "Cooperate in APRSAF", "Cooperate in CEOS"]),
    ("Japan will host the next meeting, inviting Fiji as an observer.",
     ["Host the next meeting", "Invite Fiji as an observer"]),
    ("Both sides will hold a forum, with JAXA preparing the agenda.", ["Hold a forum", "Prepare the agenda"]),
    ("Both sides welcomed the signing of a lease and the opening of a port.",
     ["The signing of a lease", "The opening of a port"]),
    ("JAXA will (a) map the reef; (b) open a museum.", ["Map the reef", "Open a museum"]),
    ("Reefs were also discussed, with the two sides agreeing to map them.", ["Map them"]),
    # not split
    ("Both sides will support search and rescue.", ["Support search and rescue"]),
    ("Both sides will advance research in physics and biology.", ["Advance research in physics and biology"]),
    ("Both sides will deepen economic and security ties.", ["Deepen economic and security ties"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "titles"), SPLITS, ids=[sentence for sentence, _ in SPLITS])
def test_each_commitment_of_a_sentence_is_a_candidate(sentence: str, titles: list[str]) -> None:
    """Coordinated verbs, objects, named bodies and participles are split; fields, purposes and fixed pairs are not."""
    assert [title for _, title in strengths_and_titles(sentence)] == titles


def test_list_items_have_the_verb_of_the_introduction() -> None:
    """List points belong to the paragraph that introduces them: they continue its numbers and take its strength."""
    result = drafted("Both sides intend to:\n- map the reef;\n- explore a joint museum.\n\nJapan will train divers.")
    assert [(c.sentence.paragraph, c.sentence.number, c.strength.value, c.title) for c in result.candidates] == [
        ("1", 2, "intended", "Map the reef"),
        ("1", 3, "exploratory", "Explore a joint museum"),
        ("2", 1, "firm", "Train divers"),
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
        ("two teams a year", "1 year"),
        ("the 19th annual meeting", None),
    ],
)
def test_recurrences_are_found(words: str, every: str | None) -> None:
    """A recurrence is found as a span; `the 19th annual meeting` is a name and not a recurrence."""
    assert [cycle.every for cycle in cycles_in(f"They will hold {words}.")] == ([every] if every else [])


def test_a_date_applies_to_the_items_next_to_it() -> None:
    """A date after several verbs applies to the last, after objects of one verb to all, and in front to all."""

    def dues(text: str) -> list[str | None]:
        return [candidate.due for candidate in drafted(text).candidates]

    assert dues("Both sides will map the reef and open a museum by 2028.") == [None, "../2028"]
    assert dues("Both sides will share tide data and wave data by 2028.") == ["../2028", "../2028"]
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
    assert "every 1 year" in undated["draft"]["why"]


def test_headings_are_areas_where_a_text_has_them() -> None:
    """Headings that cover most of the text become its areas; else the words of the register decide the area."""
    text = "\n\n".join(f"{name}\n\nBoth sides will map {what}." for name, what in
                       (("Deep reefs", "reefs"), ("Old ports", "ports"), ("Wild birds", "birds")))  # fmt: skip
    assert [c.area for c in drafted(text).candidates] == ["deep-reefs", "old-ports", "wild-birds"]
    assert drafted("JAXA will launch a lunar lander.").candidates[0].area == "exploration"


@pytest.mark.parametrize("name", [path.name for path, _ in draft_score.codings(draft_score.STATEMENTS / "dev")])
def test_the_rules_reproduce_the_codings(name: str) -> None:
    """On every statement of `dev`, most rows coded by hand are found, and few other candidates."""
    ((text, coding),) = [pair for pair in draft_score.codings(draft_score.STATEMENTS / "dev") if pair[0].name == name]
    score, _ = draft_score.score(coding["rows"], draft_score.read(text, coding["when"]))
    assert score.matched >= 0.75 * score.rows
    assert score.matched >= 0.85 * score.candidates
    assert score.strength >= 0.9 * score.matched
    assert score.dates >= 0.85 * score.matched
    assert score.paragraph == score.matched


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


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("", (), "contains no sentences"),
        ("Japan and Australia will map the reef.", (), "--when"),
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
    assert [row["title"] for row in rows] == ["Map the reef", "Join"]


def test_a_draft_can_be_piped(desk: Desk) -> None:
    """With `-` the text comes from standard input, and the draft goes to standard output."""
    ran = desk.call("draft", "-", "--when", "2026-05-21", stdin="Japan and Australia will map the reef.")
    assert ran.status == 0
    assert json.loads(ran.stdout)["commitments"][0]["title"] == "Map the reef"
