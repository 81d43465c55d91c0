"""Tests of the checks of text and evidence: visible characters, line breaks, web addresses and citations."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacedialog.errors import InputError
from spacedialog.model.characters import is_visible
from spacedialog.model.values import check_evidence, check_line, check_text, evidence_pieces, evidence_text

INVISIBLE = [
    "",
    " \u3000",
    "\u200b",
    "\u2060",
    "\u3164",
    "\u115f",
    "\u2800",
    "\ufeff",
    "\u00ad",
    "\U000e0041",
    "\u0301",
]
INVISIBLE += ["\ufe0f", "\u200d \u200c", "\x1b", "\u202e", "\u17b4", "\ufff0", "\u180e", "\U000e0fff", "\u0903"]
BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
UNSEEN = st.text(st.characters(categories=["Cc", "Cf", "Mn", "Me", "Mc", "Zs", "Zl", "Zp"], exclude_characters="\0"))


@pytest.mark.parametrize("text", INVISIBLE)
def test_invisible_text_is_refused(text: str) -> None:
    """A text of blank, format or combining characters only is refused, on one line and on several."""
    for check in (check_line, check_text):
        with pytest.raises(InputError, match="title: the text has no visible character"):
            check("title", text)


@given(before=UNSEEN, after=UNSEEN, shown=st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u2800"))
def test_one_visible_character_is_enough(before: str, after: str, shown: str) -> None:
    """Text with one letter, digit or sign among invisible characters is visible; without it, it is not."""
    assert not is_visible(before + after)
    assert is_visible(before + shown + after) is (shown not in "\u115f\u1160\u3164\uffa0\U0001d159\U00013441\U00013442")


@pytest.mark.parametrize("sign", BREAKS)
def test_a_line_break_is_refused_only_in_text_of_one_line(sign: str) -> None:
    """A line break of any kind is refused in a text of one line, and kept in a longer text."""
    for text in (f"a{sign}b", f"a{sign}", f"{sign}a"):
        assert check_text("note", text) == text
        with pytest.raises(InputError, match="title: the text has a line break"):
            check_line("title", text)


def test_the_line_breaks_are_those_of_python() -> None:
    """Every character at which Python splits lines is in the list of line breaks."""
    for number in (*range(1, 0xD800), *range(0xE000, sys.maxunicode + 1)):
        char = chr(number)
        if len(f"a{char}b".splitlines()) > 1 or unicodedata.category(char) in ("Zl", "Zp"):
            assert char in BREAKS


ADDRESS, CABLE = "https://a.example/news", "Cable SEOUL 1234 of 3 May 2026"


@pytest.mark.parametrize(
    "piece",
    [
        *(ADDRESS, "http://a.example:8080/x?y=1#z", CABLE, "call with KASA, 3 May", "전문 서울 1234호", "abc"),
        *("javascript:alert(1)", "mailto:ann@a.example", "data:text/html,x", "a.example", "//a.example/", "=1+1"),
        *("See www.a.example", "Note verbale: 12/2026", "👩🏽\u200d🚀 EVA log"),
    ],
)
def test_evidence_is_a_web_address_or_a_citation(piece: str) -> None:
    """A valid web address and any other line of three visible characters are evidence, without the spaces around."""
    assert check_evidence([f" {piece}\n"]) == piece


@pytest.mark.parametrize(
    ("piece", "problem"),
    [
        *((text, "not a web address") for text in ("www.a.example", "WWW.a.example/x", "http:a.example", "https:///x")),
        *((text, "not a web address") for text in ("ftp://a.example", "javascript://a.example/%0aalert(1)", "HTTPS:x")),
        *((text, "not a web address") for text in ("https://a.example/\u202e", "https://a.example/\x1b[31m", "://")),
        ("https://ann:secret@a.example/", "a user name or a password"),
        *((text, "contains a web address") for text in (f"{CABLE}, {ADDRESS}", f"{ADDRESS} of 3 May")),
        *((text, "no visible character") for text in ("", " ", "\u200b\u200b\u200b", "\u2800")),
        *((text, "fewer than 3 visible characters") for text in ("ok", "한국", "a\u200b\u0301b")),
        *((text, "a line break") for text in ("one\ntwo", "one\u2028two", "one\rtwo")),
        *((text, "a control character") for text in ("red \x1b[31m", "a tab\there", "\x9b31m red", "bell\x07 rang")),
        *(
            (text, "a control character")
            for text in ("Cable \u202e4321", "Cable \u2066x", "Cable\u200f 1", "\u061cabc")
        ),
        ("Cable \ud800 12", "an invalid character"),
        ("Cable \0 12", "an invalid character"),
        ("x" * 10_001, "10001 characters"),
    ],
)
def test_invalid_evidence_is_refused(piece: str, problem: str) -> None:
    """An invalid web address, hidden or too little text and control characters are refused, with the place."""
    for pieces, place in (([piece], "evidence: "), ([CABLE, piece], "evidence 2 of 2: ")):
        with pytest.raises(InputError, match=problem) as caught:
            check_evidence(pieces)
        assert caught.value.problem.startswith(place)
        assert caught.value.remedy
        assert "secret" not in caught.value.problem + caught.value.remedy


def test_the_text_of_evidence_has_one_piece_per_line() -> None:
    """Pieces are lines of one text in their order, none twice; the lines of a text are its pieces."""
    text = check_evidence([ADDRESS, CABLE, f"{ADDRESS} ", CABLE])
    assert text == f"{ADDRESS}\n{CABLE}"
    assert evidence_pieces(text) == (ADDRESS, CABLE)
    assert evidence_pieces(f"\r\n {ADDRESS} \r\n\n{CABLE}\n") == (ADDRESS, CABLE)
    assert evidence_pieces(ADDRESS) == (ADDRESS,)
    assert evidence_pieces(None) == evidence_pieces([]) == ()
    with pytest.raises(InputError, match="evidence: the text has 12001 characters"):
        check_evidence(["x" * 6_000, "y" * 6_000])
    with pytest.raises(InputError, match="no visible character"):
        check_evidence([])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=1))
def test_accepted_evidence_is_read_back(pieces: list[str]) -> None:
    """Evidence that is accepted is read back piece by piece."""
    try:
        text = check_evidence(pieces)
    except InputError:
        return
    assert evidence_pieces(text) == tuple(dict.fromkeys(map(str.strip, pieces)))
    assert evidence_text(evidence_pieces(text)) == text
