"""Tests of the checks of text: visible characters and line breaks."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacedialog.errors import InputError
from spacedialog.model.characters import is_visible
from spacedialog.model.values import check_line, check_text

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
