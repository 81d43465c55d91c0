"""The search for dialogues and commitments by words: the matches, their order, and the texts that matched."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from spacedialog.model.rows.record import FoundRow
from spacedialog.store.read.commitment_sql import (
    VALID,
    day_parameters,
    in_dialogues,
    reached_sql,
)
from spacedialog.store.words import Word, phrase_of, plain_form, words_of

_FIELDS = (
    ("key", "name", "series", "place", "head"),
    ("ref", "title"),
    ("detail", "difference", "criterion", "quote"),
    ("milestone",),
    ("note",),
    ("area", "lead", "partner", "party", "dialogue", "document", "office"),
)
"""The fields of texts, grouped by tier: a match in an earlier tier is listed first."""

_TIERS = {field: tier for tier, fields in enumerate(_FIELDS) for field in fields}
_EARLIER = _TIERS["note"]
_LABELS = {
    "head": "head of delegation",
    "office": "head of delegation",
    "difference": "differs",
    "criterion": "done when",
}
_IN_TITLE = ("ref", "title", "key", "name")
_MOST_SHOWN = 2
_LONGEST_WHOLE = 100
_NEARBY = 16
_MARKDOWN = re.compile(r"[*_]{2}|`|\[(?=[^\]]*\]\()|\]\([^)\s]*\)?")
_MOST_TEXTS = 20_000
_SIMILAR = 0.84
_LONGEST_MISSPELT = 40

_Place = tuple[int, bool, str, int | None]
"""A text with words: the tier of its field, whether it lacks the words as a phrase, its field, its id."""


class _Match(NamedTuple):
    """The match of an item in its best texts: their fields, and the field and the id of those that are shown.

    The rank is that of the best text: how many words it has (negative), the tier of its field, and whether it lacks the
    words as a phrase.
    """

    rank: tuple[int, int, bool]
    fields: tuple[str, ...]
    texts: list[tuple[str, int | None]]


def search(
    connection: sqlite3.Connection, day: date, text: str, *, dialogues: Sequence[str], limit: int | None
) -> list[FoundRow]:
    """Return the dialogues and the commitments that match all the words, best match first.

    Of items with the same rank, those of the newest dialogue come first, in the order of their refs. A commitment that
    matches only through its dialogue is left out, because the dialogue is listed.
    """
    words = words_of(text)
    matches = {item: _match(places) for item, places in _places(connection, day, words, phrase_of(text)).items()}
    rows = sorted(_rows(connection, day, dialogues, list(matches)), key=lambda row: matches[row[1]].rank)[:limit]
    texts = _texts(connection, words, {id_ for _, item, *_ in rows for _, id_ in matches[item].texts})
    return [
        FoundRow(
            ref,
            title,
            status,
            "; ".join([f"{_LABELS.get(field, field)}: {texts[id_]}" for field, id_ in matches[item].texts]),
            kind,
            matches[item].fields,
        )
        for kind, item, ref, title, status in rows
    ]


def _places(
    connection: sqlite3.Connection, day: date, words: Sequence[Word], phrase: str
) -> dict[str, dict[_Place, int]]:
    """Return the items that match all the words, each with the texts that have words: one bit for each word."""
    phrases = connection.execute("SELECT rowid FROM words_fts WHERE words_fts MATCH ?", (phrase,))
    has_phrase = {None, *(id_ for (id_,) in phrases)}
    found: dict[str, dict[_Place, int]] = {}
    for number, word in enumerate(words):
        parameters = day_parameters(day)
        reached: dict[str, dict[_Place, int]] = {}
        for item, field, id_ in connection.execute(reached_sql(word, parameters), parameters):
            if item not in reached:
                if number and item not in found:
                    continue
                reached[item] = found.get(item, {})
            place = _TIERS.get(field, _EARLIER), id_ not in has_phrase, field, id_
            reached[item][place] = reached[item].get(place, 0) | 1 << number
        found = reached
    return {item: places for item, places in found.items() if any(field != "dialogue" for _, _, field, _ in places)}


def _rows(
    connection: sqlite3.Connection, day: date, dialogues: Sequence[str], items: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Return kind, item, ref, title and status of the commitments among the items, and then of the dialogues.

    The newest dialogue is first, and its commitments are in the order of their refs. The ref of a dialogue is its key.
    """
    parameters = {**day_parameters(day), "items": json.dumps(items)}
    in_scope = in_dialogues("{}", dialogues, parameters)
    found = connection.execute(
        "SELECT 'commitment', c.item, c.ref, c.title, c.status"
        " FROM json_each(:items) AS i CROSS JOIN commitment AS c ON c.item = i.value"
        f" LEFT JOIN dialogue AS d ON d.key = c.dialogue AND {VALID.format('d')}"
        f" WHERE {VALID.format('c')} AND {in_scope.format('c.dialogue')}"
        " ORDER BY d.held DESC, c.dialogue, c.number, c.ref_key",
        parameters,
    ).fetchall()
    return (
        found
        + connection.execute(
            "SELECT 'dialogue', d.item, d.key, d.fields ->> 'title', NULL"
            " FROM json_each(:items) AS i CROSS JOIN dialogue AS d ON d.item = i.value"
            f" WHERE {VALID.format('d')} AND {in_scope.format('d.key')} ORDER BY d.held DESC, d.key",
            parameters,
        ).fetchall()
    )


def _match(places: Mapping[_Place, int]) -> _Match:
    """Return the match of an item in the best of its texts that together have the words."""
    best = sorted([(-words.bit_count(), *place, words) for place, words in places.items()])
    rank = best[0][:3]
    fields: list[str] = []
    texts: list[tuple[str, int | None]] = []
    found = 0
    for _, _, _, field, id_, words in best:
        if words & ~found and len(texts) < _MOST_SHOWN:
            found |= words
            fields.append(field)
            if field not in _IN_TITLE:
                texts.append((field, id_))
    return _Match(rank, tuple(dict.fromkeys(fields)), texts)


def _texts(connection: sqlite3.Connection, words: Sequence[Word], ids: set[int | None]) -> dict[int | None, str]:
    """Return each text, or the part of a long one around the words, without the marks of Markdown."""
    cursor = connection.execute(
        f"SELECT w.id, iif(length(w.text) <= {_LONGEST_WHOLE}, w.text,"
        f" (SELECT snippet(words_fts, 0, '', '', '…', {_NEARBY}) FROM words_fts WHERE words_fts MATCH ?"
        " AND rowid = w.id)) FROM words AS w WHERE w.id IN (SELECT value FROM json_each(?))",
        (" OR ".join(f"({word.query})" for word in words), json.dumps(list(ids))),
    )
    return {id_: _MARKDOWN.sub("", plain_form(text)) for id_, text in cursor}


def unknown_words(
    connection: sqlite3.Connection, day: date, text: str, *, dialogues: Sequence[str]
) -> dict[str, str | None]:
    """Return the words that a search does not find, each with a similar word that it finds, if there is one."""
    from difflib import get_close_matches

    def is_found(word: str) -> bool:
        return bool(search(connection, day, word, dialogues=dialogues, limit=1))

    unknown = [word.text for word in words_of(text) if not is_found(word.text)]
    texts = connection.execute(f'SELECT text FROM words WHERE "on" <= ? LIMIT {_MOST_TEXTS}', (day.isoformat(),))
    known = {word.casefold() for (said,) in texts if unknown for word in re.findall(r"[^\W\d_]{4,}", plain_form(said))}
    similar = {
        word: get_close_matches(word.casefold(), known, 3, _SIMILAR) if len(word) <= _LONGEST_MISSPELT else []
        for word in unknown
    }
    return {word: next(filter(is_found, near), None) for word, near in similar.items()}
