"""Tests of escapes: no control or invisible character is written, except joiners that a script needs."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacedialog.model import escapes
from spacedialog.model.escapes import escaped, one_line, passage
from spacedialog.render.json_ import encoded
from tests.support.formats import unescaped

# DerivedCoreProperties.txt: default-ignorable code points that are not of the category Cf.
IGNORABLE = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2065, 0x3164, *range(0xFE00, 0xFE10)]
IGNORABLE += [0xFFA0, *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)]
# Visible signs of the category Cf: https://www.unicode.org/reports/tr44/#Prepended_Concatenation_Mark, and U+070F.
SHOWN = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
HIDDEN = [
    chr(number)
    for number in range(sys.maxunicode + 1)
    if unicodedata.category(chr(number)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and number not in SHOWN
] + [chr(number) for number in IGNORABLE]

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # I want

FORMS: dict[str, Callable[[str], str]] = {
    "one line": one_line,
    "passage": passage,
    "plain and CSV": escaped,
    "JSON": encoded,
}


@pytest.mark.parametrize("form", FORMS)
def test_no_hidden_character_is_written_raw(form: str) -> None:
    """Every control, format, separator and default-ignorable character is written as an escape."""
    kept = "\n\t" if form == "passage" else ""
    for char in HIDDEN:
        if char not in kept:
            assert char not in FORMS[form](f"a{char}b"), hex(ord(char))


def test_machines_read_every_character_back() -> None:
    """Every character is read back unchanged from plain, CSV and JSON."""
    for char in HIDDEN:
        text = f"\\a{char}\\b"
        assert unescaped(escaped(text)) == text
        if unicodedata.category(char) != "Cs":
            assert json.loads(encoded(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        PERSIAN,
        "क्\u200dष",  # Hindi: half KA before SSA
        "ශ්\u200dරී",  # Sinhala: Sri
        "ന്\u200d",  # Malayalam: a final N
        "👩🏽\u200d🚀",
        "🏳\ufe0f\u200d🌈",
        "🛰\ufe0f",
        "1\ufe0f\u20e3",
        "☎\ufe0e",
        "葛\U000e0100城",
    ],
)
def test_joiners_are_kept_where_a_script_needs_them(text: str) -> None:
    """A joiner after a letter of a script that needs it, or within an emoji, is kept, and so is a valid selector."""
    assert [one_line(text), passage(text), escaped(text), json.loads(encoded(text))] == [text] * 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u200dpal", r"pay\u200dpal"),
        ("a\u200cb", r"a\u200cb"),
        (PERSIAN.replace("\u200c", "\u200c\u200c"), PERSIAN.replace("\u200c", "\u200c\\u200c")),
        ("🚀\u200d", r"🚀\u200d"),
        ("🚀\u200da", r"🚀\u200da"),
        ("a\ufe0f", r"a\ufe0f"),
        ("🛰\ufe0f\ufe0f", "🛰\ufe0f" + r"\ufe0f"),
        ("🛰\U000e0100", r"🛰\U000e0100"),
        ("葛\U000e0100\U000e0101", "葛\U000e0100" + r"\U000e0101"),
        ("🏴\U000e0067\U000e0062\U000e007f", r"🏴\U000e0067\U000e0062\U000e007f"),
        ("to\u00adday", r"to\xadday"),
        ("a\u3164b", r"a\u3164b"),
    ],
)
def test_joiners_elsewhere_are_escaped(text: str, shown: str) -> None:
    """A joiner or a selector at any other place, a tag and a filler are shown as escapes."""
    assert one_line(text) == shown


@given(st.text() | st.text("\\nxu0012\n\t\u200e\U000e0001"))
def test_escapes_are_read_back(text: str) -> None:
    """The text of `escaped` is read back as it was; a backslash that begins no escape stays."""
    assert escapes.unescaped(escaped(text)) == text
    assert escapes.unescaped(r"AC\DC \x1 \U00110000 \q") == r"AC\DC \x1 \U00110000 \q"
