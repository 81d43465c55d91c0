"""Escape the control characters and the invisible characters of text from others."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from spacedialog.model.characters import IGNORABLE

# Controls, ignorable characters such as bidi marks, separators, annotations, the noncharacters that XML forbids,
# hieroglyph joiners, lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb\ufffe\uffff\U00013430-\U0001343f\ud800-\udfff" + IGNORABLE + "]"
)
_NAMED_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}

# Arabic to Sinhala, Burmese, Khmer, Mongolian.
_JOINING_SCRIPTS = "\u0620-\u0dff\u1000-\u109f\u1780-\u17d3\u1820-\u18aa"
_EMOJI = "\xa9\xae\u203c-\u3299\U0001f000-\U0001faff"
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


@cache
def _joiner() -> re.Pattern[str]:
    """Return the pattern of joiners and variation selectors where Unicode gives them a meaning (UAX 31, UTS 37, 51).

    They follow a letter of a joining script, stand between emoji, or select the form of an emoji or an ideograph.
    """
    return re.compile(
        f"(?<=[{_JOINING_SCRIPTS}])[\u200c\u200d]"
        f"|(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])"
        f"|(?<=[#*0-9{_EMOJI}])[\ufe0e\ufe0f]"
        f"|(?<=[{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]"
    )


def _with_escapes(text: str, escape: Callable[[str], str]) -> str:
    """Replace the unsafe characters of a text by their escapes."""
    if text.isascii() and text.isprintable():
        return text  # Most texts are of this kind, and the pattern takes ten times as long.

    def replaced(match: re.Match[str]) -> str:
        char = match[0]
        is_joiner = char > "\u200b" and _joiner().match(text, match.start())
        return char if is_joiner else escape(char)

    return _UNSAFE.sub(replaced, text)


def _escape(char: str) -> str:
    code = ord(char)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return _NAMED_ESCAPES.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _json_escape(char: str) -> str:
    code = ord(char)
    if code > 0xFFFF:
        return f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 | code & 0x3FF:04x}"
    return f"\\u{code:04x}"


def one_line(text: str) -> str:
    """Return the text for people on one line: white space collapsed, unsafe characters as escapes."""
    return _with_escapes(" ".join(text.split()), _escape)


def passage(text: str) -> str:
    """Return the text for people with its line breaks and tabs; other unsafe characters as escapes."""
    return _with_escapes(text, lambda char: char if char in "\n\t" else _escape(char))


def escaped(text: str) -> str:
    """Return the text for machines on one line, reversibly: unsafe characters and backslashes as escapes."""
    return _with_escapes(text.replace("\\", "\\\\"), _escape)


def json_safe(encoded: str) -> str:
    """Return encoded JSON with escapes for the unsafe characters that JSON allows."""
    return _with_escapes(encoded, _json_escape)


_ESCAPE = r"\\(?:\\|[tnr]|x[0-9a-f]{2}|u[0-9a-f]{4}|U000[0-9a-f]{5}|U0010[0-9a-f]{4})"
_ESCAPED = {r"\\": "\\", r"\t": "\t", r"\n": "\n", r"\r": "\r"}


def unescaped(text: str) -> str:
    """Return the text from which `escaped` made this one; a backslash that begins no escape is kept."""
    return re.sub(_ESCAPE, lambda match: _ESCAPED.get(match[0]) or chr(int(match[0][2:], 16)), text)


FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n", "'")
"""The beginnings of text in front of which CSV files get an apostrophe.

Some spreadsheets treat the full-width signs of East Asian keyboards like the narrow ones.
"""

CUT = " … [cut: "
"""The beginning of the remark at the end of a text that is too long for a cell of a workbook."""
