"""The words of the full-text search: the indexed form of a text, and the queries for the words that a user types."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import NamedTuple

from spacedialog.errors import InputError

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""The FTS5 tokenizer of the index: English word stems, without regard to case and diacritics."""

MOST_WORDS = 50
_MOST_CHARACTERS = 1000

# Ignored if there are other words.
_STOP_WORDS = frozenset({"a", "an", "and", "are", "at", "by", "did", "do", "does", "for", "from", "has", "have", "in"})
_STOP_WORDS |= {"is", "of", "on", "the", "to", "what", "which", "who", "with"}

# Chinese, Japanese and Korean texts are indexed character by character: their words are not always separated, and
# Korean ones have endings. The space is a zero-width space, so that a snippet looks like the text.
_UNSPACED = "[\u1100-\u11ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U0001aff0-\U0003ffff]"
_SPACE = "\u200b"

# SQLite cannot store NUL and lone surrogates.
_INVALID = "[\0\ud800-\udfff]"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SIGNS = str.maketrans({**dict.fromkeys("“”„«»", '"'), **dict.fromkeys(_DASHES, "-"), "\u2019": "'"})
_PHRASE = '"([^"]*)"'
_BETWEEN_WORDS = r'[\s",;/|()\[\]{}]+'
_AROUND_WORD = r"^[\W_]+|[\W_]+$"
_POSSESSIVE = "(?i)'s$"
_STOP_IN_ABBREVIATION = r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)"
_SHORTEST_BEGINNING = 4
_SURE_STEM = 5
_IN_WORD = r"[!-/:-@\[-`{-~]+"


class Word(NamedTuple):
    """A word as typed, or a phrase with its quotation marks, and its FTS5 query.

    `whole` are the LIKE patterns of which the highlighted text must match one. They are given for a word of two
    letters, because other words have it as their stem: the stem of `use` is `us`.
    """

    text: str
    query: str
    whole: tuple[str, ...] = ()


def indexed_form(text: str) -> str:
    """Return a text with a zero-width space after each Chinese, Japanese and Korean character."""
    if text.isascii():
        return text
    return re.sub(_UNSPACED, rf"\g<0>{_SPACE}", unicodedata.normalize("NFC", text))


def plain_form(text: str) -> str:
    """Return an indexed text, or a part of one, without the zero-width spaces."""
    return text.replace(_SPACE, "")


def words_of(text: str) -> list[Word]:
    """Return the different words and quoted phrases that a user typed, without stop words unless there are no others.

    InputError if there is none, or if there are too many.
    """
    typed = _clean(text)
    phrases = [phrase for phrase in re.findall(_PHRASE, typed) if any(map(str.isalnum, phrase))]
    words = _single_words(re.sub(_PHRASE, " ", typed))
    words = [word for word in words if word.lower() not in _STOP_WORDS] or ([] if phrases else words)
    # The pieces of deep-space occur in the same text, in any order.
    pieces = [re.split(_IN_WORD, word) for word in words]
    flat = list(chain.from_iterable(pieces))
    if not flat and not phrases:
        raise InputError("there is nothing to search for", "write one or more words, for example: lunar payload")
    if len(flat) + len(phrases) > MOST_WORDS or len(typed) > _MOST_CHARACTERS:
        raise InputError(
            "the search is too long", f"write at most {MOST_WORDS} words and {_MOST_CHARACTERS} characters"
        )
    queries = map(_query, ["", *flat], flat, [*flat[1:], ""], [_stems(flat)] * len(flat))
    return [
        *(
            Word(word, " AND ".join(islice(queries, len(of))), _whole(word))
            for word, of in zip(words, pieces, strict=True)
        ),
        *(Word(f'"{phrase}"', _quoted(phrase)) for phrase in phrases),
    ]


def phrase_of(text: str) -> str:
    """Return the FTS5 query for the whole typed text as one phrase; words with the same stems match too."""
    return _quoted(_clean(text).replace('"', " "))


def _clean(text: str) -> str:
    """Return a text in the compatibility form of Unicode, with one kind of quotation mark, hyphen and apostrophe."""
    return re.sub(_INVALID, " ", unicodedata.normalize("NFKC", text).translate(_SIGNS))


def _single_words(text: str) -> list[str]:
    """Return the different words of a text: U.S. as US, Korea's as Korea, without signs before and after a word."""
    bare = (re.sub(_POSSESSIVE, "", re.sub(_AROUND_WORD, "", part)) for part in re.split(_BETWEEN_WORDS, text))
    return list({word.casefold(): re.sub(_STOP_IN_ABBREVIATION, "", word) for word in bare if word}.values())


def _quoted(text: str) -> str:
    return f'"{indexed_form(text)}"'


def _stems(pieces: Sequence[str]) -> dict[str, str]:
    """Return the stem of each piece that is one word to the tokenizer."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE piece USING fts5(text, tokenize='{TOKENIZER}')")
        connection.execute("CREATE VIRTUAL TABLE stem USING fts5vocab(piece, 'instance')")
        connection.executemany("INSERT INTO piece VALUES (?)", ((indexed_form(piece),) for piece in pieces))
        return dict(
            connection.execute(
                "SELECT p.text, s.term FROM stem AS s JOIN piece AS p ON p.rowid = s.doc GROUP BY s.doc"
                " HAVING count(*) = 1"
            )
        )


def _query(before: str, piece: str, after: str, stems: Mapping[str, str]) -> str:
    """Return the FTS5 query for a piece of a word; a text may join it to the piece `before` or `after`."""
    forms = [_quoted(piece)]
    stem = stems.get(piece, "")
    # The stem of a short word may be the beginning of unrelated words: that of Mars, `mar`, begins maritime.
    if not stem.isdigit() and (len(stem) >= _SURE_STEM or _SHORTEST_BEGINNING <= len(stem) == len(piece)):
        forms[0] += "*"
    if len(piece) in (2, 3) and piece.isascii() and piece.isalpha():
        # An abbreviation is written with full stops or without: U.S., US.
        forms.append(_quoted(" ".join(piece)))
    forms += [_quoted(before + piece)] * bool(before) + [_quoted(piece + after)] * bool(after)
    return f"({' OR '.join(forms)})"


def _whole(word: str) -> tuple[str, ...]:
    if len(word) == 2 and word.isascii() and word.isalpha():
        return f"%\x01{word}\x02%", f"%\x01{'_'.join(word)}\x02%"
    return ()
