"""The words that differ between two versions of a sentence."""

from __future__ import annotations

from difflib import SequenceMatcher

from spacedialog.statements.prose import comparable

OLD, NEW = ("[-", "-]"), ("{+", "+}")
"""The marks around words that only the old version has, and around words that only the new one has."""


def changed_words(old: str, new: str) -> str:
    """Return the new sentence with the old words in `[-…-]` and the new ones in `{+…+}`.

    Spaces, compatibility forms and the form of quotation marks and hyphens are ignored, as in a hash.
    """
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, [*map(comparable, before)], [*map(comparable, after)], autojunk=False)
    parts: list[str] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            parts += after[start:end]
        else:
            parts += _marked(before[first:last], OLD) + _marked(after[start:end], NEW)
    return " ".join(parts)


def _marked(words: list[str], marks: tuple[str, str]) -> list[str]:
    return [f"{marks[0]}{' '.join(words)}{marks[1]}"] if words else []
