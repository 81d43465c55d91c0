"""Making text from others harmless: no terminal control, no direction override, no formula gets out of a field."""

from __future__ import annotations

import re
from typing import Any

# C0 and C1 controls, bidi marks and overrides, line and paragraph separators, annotations, lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]")
_NAMED = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return _NAMED.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}")


def one_line(text: str) -> str:
    """The text for people, on one line: white space folded, what is unsafe written as an escape."""
    return _UNSAFE.sub(_escape, " ".join(text.split()))


def passage(text: str) -> str:
    """The text for people, on its lines: what is unsafe, beyond line breaks and tabs, written as an escape."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] in "\n\t" else _escape(found), text)


def escaped(text: str) -> str:
    """The text for machines, on one line, reversibly: what is unsafe, and the backslash, as escapes."""
    return _UNSAFE.sub(_escape, text.replace("\\", "\\\\"))


def json_safe(encoded: str) -> str:
    """Encoded JSON in which what is unsafe, beyond what JSON itself escapes, is escaped too."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded)


def flat(value: Any) -> str:
    """A field's value as the text of one cell: nothing as an empty one, parts of a list by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ", ".join(flat(part) for part in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}={flat(part)}" for name, part in value.items())
    return str(value)
