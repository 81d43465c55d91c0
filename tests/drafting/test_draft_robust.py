"""`draft` on texts of no meaning: whatever it is given, it makes a data file in order, or says why it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spacedialog.drafting import prose
from spacedialog.drafting.draft import About, Drafted, draft
from spacedialog.drafting.lexicon import register
from spacedialog.errors import InputError
from spacedialog.importing import parse as intake
from spacedialog.model.dates import VagueDate

FILES = ("verbs", "nouns", "words", "actions", "parties", "areas")
BETWEEN = (
    "and or of the a to will would shall agreed that which with including under by from in on for it they both sides"
    " two agencies May 2027 2026-28 14 not be been being is are was has have no there WHO (i) (a) every year next month"
)
SIGNS = [
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


def told(value: Any) -> Iterator[str]:
    """Every word or phrase of a file of the register."""
    if isinstance(value, str):
        yield value
    else:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            if not str(key).startswith(("about", "source")):
                yield from told(part)


WORDS = sorted({said for name in FILES for said in told(register(name))})
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


def drafted(text: str, form: prose.Form, about: About) -> Drafted | None:
    """What becomes of a text; None where that is refused."""
    try:
        return draft(prose.read(text, form), about, name="text", compiled=date(2026, 11, 23))
    except InputError:
        return None


@settings(max_examples=60)
@given(TEXTS, st.sampled_from(get_args(prose.Form)), ABOUT)
@example("Work will be carried out with WHO, FAO and ILO.", "text", About(VagueDate.parse("2026"), sides=("US", "JPN")))
@example("It will be launched", "text", About(VagueDate.parse("2026"), sides=("US", "JPN")))
@example("NASA welcomed it, with tests to be", "text", About(VagueDate.parse("2026"), sides=("US", "JPN")))
@example("On Friday they met tomorrow.", "text", About(VagueDate.parse("9999-12-31"), sides=("US", "JPN")))
def test_whatever_the_text_the_draft_is_in_order(text: str, form: prose.Form, about: About) -> None:
    """A draft is refused, or its file passes every check of an import, and each source is of the sentence it names."""
    made = drafted(text, form, about)
    if made is None:
        return
    document = made.document
    contents = intake.read(BytesIO(json.dumps(document).encode()), "draft.json")
    assert isinstance(contents, intake.Contents)
    entries = list(contents.commitments())
    contents.problems.refuse()
    assert len(entries) == len(document["commitments"]) == len(made.candidates)
    sentences = {(one.paragraph, one.number, prose.fingerprint(one.text)) for one in made.sentences}
    areas, parties = ({one["key"] for one in document[name]} for name in ("areas", "parties"))
    refs = [one["ref"] for one in document["commitments"]]
    assert len(set(refs)) == len(refs)
    for one in document["commitments"]:
        assert {(at["paragraph"], at["sentence"], at["hash"]) for at in one["sources"]} <= sentences
        assert one["area"] in areas
        assert parties >= {one["lead"]} if "lead" in one else parties >= set(one["partners"])
        for due in (one.get("due"), *(milestone["when"] for milestone in one.get("milestones", ()))):
            assert due is None or VagueDate.parse(due)
    assert len(made.findings()) == len(made.candidates) + len(made.left_out)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "A'" * 100_000,
        "(" * 100_000 + "A" * 100_000,
        "-" * 200_000 + "x.",
        "Both sides will share " + "data and maps, " * 20_000,
        "Foo Japan " * 20_000,
        " ".join(f"Foo Bar Agency (FB{n}) will act." for n in range(1_000)),
    ],
    ids=["one word", "quotes", "brackets", "dashes", "one sentence", "names", "definitions"],
)
def test_a_long_text_is_read_in_time_that_grows_with_it(text: str) -> None:
    """What has no end (a word, a sentence, a list of names) is read, or left out, and does not take forever."""
    drafted(text, "text", About(VagueDate.parse("2026"), sides=("US", "JPN")))


def test_a_page_nested_without_end_is_refused() -> None:
    """A page with more elements in each other than a browser bears is refused, and told what to do."""
    with pytest.raises(InputError, match="512 elements") as refused:
        prose.read("<div>" * 5_000 + "text", "html")
    assert "plain text" in str(refused.value.remedy)


def test_furniture_within_furniture_goes() -> None:
    """Navigation in navigation is left out, and the text around it stays."""
    page = "<html><body><nav><div class=menu><aside><p>Go.</p></aside></div></nav><p>They will meet.</p></body></html>"
    assert [one.text for one in prose.read(page, "html").sentences] == ["They will meet."]
