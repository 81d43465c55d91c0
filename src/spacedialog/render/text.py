"""Make text from others harmless: terminal controls, direction marks and line breaks become escapes."""

from __future__ import annotations

import re
from typing import Any

# C0 and C1 controls, bidi marks and overrides, line and paragraph separators, annotations, lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]")
_NAMED_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _NAMED_ESCAPES.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}")


def one_line(text: str) -> str:
    """Return the text for people on one line: white space collapsed, unsafe characters as escapes."""
    return _UNSAFE.sub(_escape, " ".join(text.split()))


def passage(text: str) -> str:
    """Return the text for people with its line breaks and tabs; other unsafe characters as escapes."""
    return _UNSAFE.sub(lambda match: match[0] if match[0] in "\n\t" else _escape(match), text)


def escaped(text: str) -> str:
    """Return the text for machines on one line, reversibly: unsafe characters and backslashes as escapes."""
    return _UNSAFE.sub(_escape, text.replace("\\", "\\\\"))


def json_safe(encoded: str) -> str:
    """Return encoded JSON with escapes for the unsafe characters that JSON allows."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", encoded)


def flat(value: Any) -> str:
    """Return the value of a field as the text of one cell: None as an empty cell, a list separated by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ", ".join(flat(part) for part in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}={flat(part)}" for name, part in value.items())
    return str(value)
