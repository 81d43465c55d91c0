"""Tests of `draft` with random texts: it writes a valid data file or refuses the text with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spacedialog.drafting import lexicon
from spacedialog.drafting.draft import About, Drafted, draft
from spacedialog.drafting.lexicon import register
from spacedialog.errors import InputError
from spacedialog.importing import parse
from spacedialog.model.dates import VagueDate
from spacedialog.statements import prose
from tests.support.measured import Meter
from tests.support.program import Desk

FILES = sorted(path.stem for path in (Path(lexicon.__file__).parent / "register").glob("*.json"))
BETWEEN = (
    "and or of the a to will would shall agreed that which with including under by from in on for it they both sides"
    " two agencies May 2027 2026-28 14 not be been being is are was has have no there WHO (i) (a) every year next month"
)
SIGNS = [
    "\u200b",
    "\u2028",
    "\u3164",
    ",",
    ".",
    ";",
    ":",
    "(",
    ")",
    '"',
    "'s",
    "\u2019",
    "\u201c",
    "-",
    "\u2014",
    "&",
    "/",
    "\0",
    "**",
    "#",
    "<p>",
    "</p>",
]


def phrases(value: Any) -> Iterator[str]:
    """Yield every word and phrase of a file of the register."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            if not str(key).startswith(("about", "source")):
                yield from phrases(part)


WORDS = sorted({phrase for name in FILES for phrase in phrases(register(name))})
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS).map(lambda word: f"{word}ing"),
    st.sampled_from(BETWEEN.split()),
    st.sampled_from(BETWEEN.split()),
    st.sampled_from(SIGNS),
    st.text(max_size=6),
)
SENTENCES = st.lists(PIECES, min_size=1, max_size=40).map(" ".join)
TEXTS = st.lists(st.tuples(SENTENCES, st.sampled_from([" ", ". ", ".\n\n", "\n", "\n- ", "\n## ", "\n1. "]))).map(
    lambda parts: "".join(f"{sentence}{end}" for sentence, end in parts)
)
ABOUT = st.builds(
    lambda when, sides: About(when, sides=sides),
    when=st.sampled_from(["2026-05-14", "2026", "2026/..", "0001-01-01", "9999-12-31"]).map(VagueDate.parse),
    sides=st.sampled_from([(), ("US", "JPN"), ("ROK",)]),
)


ABOUT_2026 = About(VagueDate.parse("2026"), sides=("US", "JPN"))


def drafted(text: str, form: prose.Form, about: About) -> Drafted | None:
    """Return the draft of a text; None if the text is refused."""
    try:
        return draft(prose.read(text, form), about, name="text", compiled=date(2026, 11, 23))
    except InputError:
        return None


@settings(max_examples=60)
@given(TEXTS, st.sampled_from(get_args(prose.Form)), ABOUT)
@example("Work will be carried out with WHO, FAO and ILO.", "text", About(VagueDate.parse("2026"), sides=("US", "JPN")))
@example("It will be launched", "text", About(VagueDate.parse("2026"), sides=("US", "JPN")))
@example("NASA welcomed it, with tests to be", "text", About(VagueDate.parse("2026"), sides=("US", "JPN")))
@example("\u3164\n\nBoth sides will share data.", "text", About(VagueDate.parse("2026"), sides=("US", "JPN")))
@example(
    "# " + "x" * 10_001 + "\n\nThey will share data.", "markdown", About(VagueDate.parse("2026"), sides=("US", "JPN"))
)
@example(
    "".join(f"\n\n# {heading}\n\nThey will share data." for heading in ("\u200b", "y" * 10_001, "Moon", "Sun")),
    "markdown",
    About(VagueDate.parse("2026"), sides=("US", "JPN")),
)
@example("On Friday they met tomorrow.", "text", About(VagueDate.parse("9999-12-31"), sides=("US", "JPN")))
def test_every_draft_is_valid(text: str, form: prose.Form, about: About) -> None:
    """A text is refused, or its draft passes all checks of an import and each source names an existing sentence."""
    result = drafted(text, form, about)
    if result is None:
        return
    document = result.document
    contents = parse.read(BytesIO(json.dumps(document).encode()), "draft.json")
    assert isinstance(contents, parse.Contents)
    entries = list(contents.commitments())
    contents.problems.refuse()
    assert len(entries) == len(document["commitments"]) == len(result.candidates)
    sentences = {
        (sentence.paragraph, sentence.number, prose.fingerprint(sentence.text)) for sentence in result.sentences
    }
    areas, parties = ({row["key"] for row in document[name]} for name in ("areas", "parties"))
    refs = [commitment["ref"] for commitment in document["commitments"]]
    assert len(set(refs)) == len(refs)
    for commitment in document["commitments"]:
        cited = {(source["paragraph"], source["sentence"], source["hash"]) for source in commitment["sources"]}
        assert cited <= sentences
        assert commitment["area"] in areas
        assert parties >= ({commitment["lead"]} if "lead" in commitment else set(commitment["partners"]))
        for due in (commitment.get("due"), *(milestone["when"] for milestone in commitment.get("milestones", ()))):
            assert due is None or VagueDate.parse(due)
    assert len(result.findings()) == len(result.candidates) + len(result.left_out)


def processor_times(text: str) -> Iterator[float]:
    """Yield the processor time of a draft in seconds, three times; each draft has all of the text."""
    for _ in range(3):
        begin = process_time()
        result = drafted(text, "text", ABOUT_2026)
        taken = process_time() - begin
        assert result
        assert sum(len(sentence.text) for sentence in result.sentences) > 0.9 * len(text)
        yield taken


@pytest.mark.parametrize(
    "text_of",
    [
        lambda size: "a" * (size // 3),
        lambda size: "A'" * (size // 10),
        lambda size: "(" * (size // 10) + "A" * (size // 10),
        lambda size: "-" * (size // 5) + "x.",
        lambda size: "Both sides will share " + "data and maps, " * (size // 50),
        lambda size: "Foo Japan " * (size // 50),
        lambda size: "They will share data " + "!" * (size // 3),
        lambda size: " ".join(f"Foo Bar Agency (FB{n}) will act." for n in range(size // 1_000)),
        lambda size: "Both sides will share data and maps. " * (size // 1_000),
    ],
    ids=["one word", "quotes", "brackets", "dashes", "one sentence", "names", "stops", "definitions", "sentences"],
)
def test_a_long_text_is_read_in_time_that_grows_with_it(text_of: Callable[[int], str]) -> None:
    """A text with a very long word, sentence or list of names is read in time proportional to its length.

    If the time grew with the square of the length, four times the text would take sixteen times as long.
    """
    short, long = (
        processor_times(f"Both sides met.\n\nThey will share data.\n\n{text_of(size)}.")
        for size in (250_000, 1_000_000)
    )
    most = 8 * min(short) + 0.1
    # The least of three; the others are not needed if one is small enough.
    assert any(taken < most for taken in long)


@pytest.mark.parametrize(
    ("about", "option"),
    [
        (About(title="One\ntwo"), "--title"),
        (About(series="\u200b"), "--series"),
        (About(place="\u2028"), "--place"),
        (About(sides=("US", "ZUB=\u3164")), "--side"),
    ],
)
def test_an_option_about_the_meeting_is_one_visible_line(about: About, option: str) -> None:
    """A title, series, place or name of a side that an import would refuse is refused by `draft`."""
    read = prose.read("Both sides will share data.", "text")
    with pytest.raises(InputError, match=f"{option}: "):
        draft(read, about._replace(when=VagueDate.parse("2026")), name="text", compiled=date(2026, 11, 23))


def test_a_file_name_with_a_line_break_is_one_line_as_title() -> None:
    """The name of the file, which is the title of a text without one, is on one line."""
    read = prose.read("Both sides will share data by 2027, and both of them will hold a workshop on it.", "text")
    result = draft(read, ABOUT_2026, name="my\nfile.txt", compiled=date(2026, 11, 23))
    assert result.document["dialogue"]["title"] == "my file.txt"


def test_a_deeply_nested_page_is_refused() -> None:
    """A page nested more deeply than a browser accepts is refused with a remedy."""
    with pytest.raises(InputError, match="512 levels") as refused:
        prose.read("<div>" * 5_000 + "text", "html")
    assert "plain text" in str(refused.value.remedy)


@pytest.mark.parametrize(
    ("text", "form", "says"),
    [
        ("Both sides will share data by 2027.\n\n" * 10_001, "text", "10000 sentences"),
        ("Both sides will share:\n" + "- data\n" * 10_001, "markdown", "10000 sentences"),
        ("Both sides will " + "share data " * 120 + ":\n" + "- maps\n" * 400, "text", "500000 characters"),
        ("- a\n" * 20_001, "markdown", "20000 lines"),
        ("Both sides will share data" + " and share data" * 90 + ".\n\n", "text", ""),
        ("<p " + "".join(f"a{number}=1 " for number in range(1_000)) + ">They met.", "html", "1000 attributes"),
        ("<p" + "".join(f"/a{number}='>'" for number in range(1_000)) + ">They met.", "html", "1000 attributes"),
        (f"<img alt='{'a ' * 5_000}'><p>Both sides will share data.</p>", "html", ""),
    ],
    ids=["paragraphs", "points", "stem", "lines", "sentence", "attributes", "odd attributes", "long attribute"],
)
def test_a_text_beyond_the_limits_of_a_statement_is_refused(text: str, form: prose.Form, says: str) -> None:
    """A text with too many sentences, points, lines or attributes is refused with the limit; a long sentence is not."""
    if not says:
        assert drafted(text, form, ABOUT_2026)
        return
    with pytest.raises(InputError, match=says) as caught:
        prose.read(text, form)
    assert caught.value.remedy


def test_too_many_candidates_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text with too many candidates is refused with the limit."""
    monkeypatch.setattr("spacedialog.drafting.draft.MOST_CANDIDATES", 3)
    read = prose.read("Both sides will share data. They will hold a workshop. " * 2, "text")
    with pytest.raises(InputError, match="more than 3 candidates"):
        draft(read, ABOUT_2026, name="text", compiled=date(2026, 11, 23))


def test_a_very_long_paragraph_of_markdown_is_read_as_text() -> None:
    """The markup of a paragraph of more than 20,000 characters is kept as text; that of other paragraphs is read."""
    (long, short) = prose.read("*a " * 7_000 + ".\n\nBoth sides will *share* data.", "markdown").sentences
    assert long.text.startswith("*a *a")
    assert short.text == "Both sides will share data."


HARDEST = {
    "share.txt": ("Both sides will " + "share and " * 140 + "share data.\n\n", 495_000),
    "stops.txt": ("! ", 499_000),
    "lists.md": ("- " * 24 + "a\n", 999_000),
}
"""The texts that take the most memory: the part that a file repeats, and the size of the file in bytes."""


@pytest.mark.parametrize("name", HARDEST)
def test_a_hostile_statement_needs_little_memory(desk: Desk, measured: Meter, name: str) -> None:
    """A hostile statement of 1 MB is drafted or refused within 300 MB."""
    part, size = HARDEST[name]
    (desk.folder / name).write_text(part * (size // len(part)))
    options = "--when 2026-03-12 --side US --side JPN -o draft.json"
    status, said, memory = measured(desk, "draft", name, *options.split())
    assert status in (0, 2), said
    assert memory < 300


def test_the_size_of_a_statement_is_limited(desk: Desk) -> None:
    """A statement of more than 1 MB is refused, and accepted if --max-size allows it."""
    (desk.folder / "text.txt").write_text("They met. " + " " * 1_000_000)
    ran = desk.call("draft", "text.txt", "--when", "2026", "--side", "US", "--side", "JPN")
    assert (ran.status, "1 MB" in ran.stderr, "--max-size" in ran.stderr) == (2, True, True), ran.stderr
    ran = desk.call("draft", "text.txt", "--when", "2026", "--side", "US", "--side", "JPN", "--max-size", "2MB")
    assert ran.status == 0


def test_nested_navigation_is_left_out() -> None:
    """Navigation inside navigation is left out, and the text beside it is read."""
    page = "<html><body><nav><div class=menu><aside><p>Go.</p></aside></div></nav><p>They will meet.</p></body></html>"
    assert [sentence.text for sentence in prose.read(page, "html").sentences] == ["They will meet."]
