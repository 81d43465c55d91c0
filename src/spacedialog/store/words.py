"""The words of the full-text search: the form of a text in the index, and the queries for a word that a user types."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

from spacedialog.errors import InputError

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""The FTS5 tokenizer of the index: English word stems, without regard to case and diacritics."""

MOST_WORDS = 50
"""The most different words in one search."""

# Chinese, Japanese and Korean texts are indexed character by character: their words are not always separated, and
# Korean ones have endings. The space has no width, so that a snippet looks like the text.
_UNSPACED = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U0001aff0-\U0003ffff]"
)
_SPACE = "\u200b"

# Quotation marks, NUL and lone surrogates, which FTS5 or SQLite would not take; and marks between alternatives.
_NO_WORD = re.compile('["“”„«»,;/|()\\[\\]{}\0\ud800-\udfff]')
_POSSESSIVE = re.compile("['\u2019]s?$", re.IGNORECASE)

_SHORTEST_BEGINNING = 4
_SURE_STEM = 5


class Word(NamedTuple):
    """A word as typed, with its FTS5 queries: `stem` for its forms, `query` for these and for longer words.

    `whole` are the LIKE patterns of which the highlighted text must match one. They are given for a word of two
    letters, because other words have it as their stem: that of `use` is `us`.
    """

    text: str
    stem: str
    query: str
    whole: tuple[str, ...] = ()


def indexed_form(text: str) -> str:
    """Return a text with a space of no width after each Chinese, Japanese and Korean character."""
    if text.isascii():
        return text
    return _UNSPACED.sub(rf"\g<0>{_SPACE}", unicodedata.normalize("NFC", text))


def plain_form(text: str) -> str:
    """Return an indexed text, or a part of one, without the spaces of no width."""
    return text.replace(_SPACE, "")


def words_of(text: str) -> list[Word]:
    """Return the different words of a text that a user typed.

    InputError if there is none, or if there are more than `MOST_WORDS`.
    """
    parts = (_POSSESSIVE.sub("", part) for part in _NO_WORD.sub(" ", text).split())
    typed = list({part.casefold(): part for part in parts if any(map(str.isalnum, part))}.values())
    if len(typed) > MOST_WORDS:
        raise InputError(f"there are {len(typed)} words to search for", f"give at most {MOST_WORDS} different words")
    words = [_word(part, stems) for part, stems in zip(typed, _stems(typed), strict=True) if stems]
    if not words:
        raise InputError("there is nothing to search for", "give one or more words: spacedialog search lunar payload")
    return words


def phrase_of(words: Sequence[Word]) -> Word:
    """Return the words as one word, which occurs where they follow each other."""
    text = " ".join(word.text for word in words)
    phrase = f'"{indexed_form(text)}"'
    return Word(text, phrase, phrase)


def _stems(typed: Sequence[str]) -> list[list[str]]:
    """Return the stems of each part that the user typed: of `deep-space`, two; of an emoji, none."""
    stems: list[list[str]] = [[] for _ in typed]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE part USING fts5(text, tokenize='{TOKENIZER}')")
        connection.execute("CREATE VIRTUAL TABLE stem USING fts5vocab(part, 'instance')")
        connection.executemany(
            "INSERT INTO part (rowid, text) VALUES (?, ?)",
            ((position, indexed_form(part)) for position, part in enumerate(typed)),
        )
        for position, stem in connection.execute("SELECT doc, term FROM stem ORDER BY doc, offset"):
            stems[position].append(stem)
    return stems


def _word(text: str, stems: Sequence[str]) -> Word:
    quoted = f'"{indexed_form(text)}"'
    letters = re.sub(r"[\W_]", "", text).lower()
    if _UNSPACED.search(text):
        return Word(text, quoted, quoted)
    if letters.isascii() and letters.isalpha() and len(letters) in (2, 3) and len(stems) in (1, len(letters)):
        # An abbreviation is written with full stops or without: U.S., US.
        either = f'"{letters}" OR "{" ".join(letters)}"'
        whole = (f"%\x01{letters}\x02%", f"%\x01{'_'.join(letters)}\x02%") if len(letters) == 2 else ()
        return Word(text, either, either, whole)
    if len(stems) > 1:
        # A hyphen may be left out: SWFO-L1, SWFOL1.
        quoted = f'{quoted} OR "{letters}"'
        return Word(text, quoted, f'{quoted.split(" OR ")[0]}* OR "{letters}"' if _is_beginning(stems[-1]) else quoted)
    # The stem of a short word may begin words that have nothing to do with it: that of Mars begins maritime.
    is_beginning = _is_beginning(stems[0]) and (len(stems[0]) >= _SURE_STEM or len(letters) == len(stems[0]))
    return Word(text, quoted, f"{quoted}*" if is_beginning else quoted)


def _is_beginning(stem: str) -> bool:
    return len(stem) >= _SHORTEST_BEGINNING and not stem.isdigit()
