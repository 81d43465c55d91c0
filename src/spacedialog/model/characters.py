"""Classes of characters: line breaks and invisible characters."""

from __future__ import annotations

import re

LINE_BREAK = "[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]"

CONTROL = "[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""Control characters, and the characters that change the direction of text."""

IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The default-ignorable code points of Unicode (DerivedCoreProperties.txt 16.0), as ranges of a regular expression."""

# Also blank: the empty Braille pattern, the null notehead, and the blanks of Egyptian hieroglyphs.
_BLANK = f"[{IGNORABLE}\u2800\U0001d159\U00013441\U00013442]"
_SHOWN = "[!-~]"


def is_visible(text: str) -> bool:
    """Return whether a text has a visible character, which is not a space, a control, a format or a combining mark."""
    return re.search(_SHOWN, text) is not None or visible_characters(text) > 0


def visible_characters(text: str) -> int:
    """Return the number of visible characters of a text."""
    from unicodedata import category  # Imported here because most texts contain ASCII.

    return sum(category(char) not in _HIDDEN for char in re.sub(_BLANK, "", text))


_HIDDEN = frozenset(["Cc", "Cf", "Cs", "Mn", "Mc", "Me", "Zs", "Zl", "Zp"])
