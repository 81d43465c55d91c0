"""The search for dialogues and commitments by words: candidates by word, their order, and the text that matched."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from spacedialog.model.rows.record import FoundRow
from spacedialog.store.read.commitment_sql import (
    VALID,
    Parameters,
    day_parameters,
    in_dialogues,
    is_among,
    reached_sql,
)
from spacedialog.store.words import Word, phrase_of, plain_form, words_of

_RANKS = {
    "ref": -2,
    **dict.fromkeys(("key", "title", "series", "place", "head"), 0),
    "milestone": 2,
    **dict.fromkeys(("detail", "difference"), 4),
    "note": 6,
    **dict.fromkeys(("area", "lead", "partner"), 8),
    **dict.fromkeys(("office", "document"), 10),
}
"""The rank of a match in each field; the lowest is listed first. Every second rank is free for inexact matches."""

_EARLIER, _INEXACT, _OF_DIALOGUE = 6, 1, 20
_FIRST, _MIDDLE, _LAST = range(3)

_LEADING = ("key", "head")
"""The fields of a dialogue that also lead to its commitments."""

_TITLES = ("title", "ref", "key")
_LABELS = {"head": "head of delegation", "office": "head of delegation"}
_LONGEST_WHOLE = 100
_NEARBY = 16
_MOST_TEXTS = 20_000


class _Hit(NamedTuple):
    """The best match of a word in an item: its rank, its field, and the id of its text, if it has one."""

    rank: int
    field: str
    text: int | None


class _Row(NamedTuple):
    """A dialogue, with its key as the ref and no status, or a commitment."""

    item: str
    ref: str
    title: str
    status: str | None


class _Search(NamedTuple):
    """A search on a day in the dialogues with the given keys, or in all."""

    connection: sqlite3.Connection
    day: date
    dialogues: Sequence[str]
    words: Sequence[Word]

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run a query with the parameters of the day."""
        return self.connection.execute(sql, {**day_parameters(self.day), **parameters})


def search(
    connection: sqlite3.Connection, day: date, text: str, *, dialogues: Sequence[str], limit: int | None
) -> list[FoundRow]:
    """Return the dialogues and the commitments that all the words lead to, best match first.

    A dialogue comes first if its key, title, place or heads have all the words, and else last. A commitment to which
    only its dialogue's key or heads lead is left out, because the dialogue is listed.
    """
    query = _Search(connection, day, dialogues, words_of(text))
    known = _dialogues(query)
    hits: list[dict[str, _Hit]] = []
    for word in query.words:
        hits.append(_hits(query, word, hits[-1] if hits else None, known))
    as_phrase = _hits(query, phrase_of(query.words), hits[-1], known) if len(hits) > 1 and hits[-1] else {}
    order: dict[str, tuple[int, int, bool]] = {}
    for item in hits[-1]:
        matches = [of_word[item] for of_word in hits]
        rank = sum([hit.rank for hit in matches])
        is_apart = item not in as_phrase
        if not is_apart and (phrase := as_phrase[item]).rank < rank:
            rank, matches = phrase.rank, [phrase] * len(hits)
            for of_word in hits:
                of_word[item] = phrase
        if item in known:
            is_first = all(_RANKS.get(hit.field, 1) <= 0 for hit in matches)
            order[item] = (_FIRST if is_first else _LAST), rank, is_apart
        elif any(hit.field not in _LEADING for hit in matches):
            order[item] = _MIDDLE, rank, is_apart
    rows = [row for item, row in known.items() if item in order]
    rows += _commitments(query, list(order))
    rows.sort(key=lambda row: order[row.item])
    return _found(query, rows[:limit], hits, known)


def _found(
    query: _Search, rows: Sequence[_Row], hits: Sequence[Mapping[str, _Hit]], dialogues: Container[str]
) -> list[FoundRow]:
    """Return the rows with the texts that matched, except titles."""
    matches = [[of_word[row.item] for of_word in hits] for row in rows]
    named = [[hit for hit in found if hit.field not in _TITLES] for found in matches]
    texts = _texts(query, {hit.text for found in named for hit in found})
    return [
        FoundRow(
            row.ref,
            row.title,
            row.status,
            "; ".join([f"{_LABELS.get(hit.field, hit.field)}: {texts[hit.text]}" for hit in dict.fromkeys(said)])
            if said
            else "",
            "dialogue" if row.item in dialogues else "commitment",
            tuple([hit.field for hit in found]),
        )
        for row, found, said in zip(rows, matches, named, strict=True)
    ]


def _dialogues(query: _Search) -> dict[str, _Row]:
    """Return the dialogues by item, newest first."""
    parameters: Parameters = {}
    cursor = query.rows(
        "SELECT d.item, d.key, d.fields ->> 'title', NULL FROM dialogue AS d"
        f" WHERE {VALID.format('d')} AND {in_dialogues('d.key', query.dialogues, parameters)}"
        " ORDER BY d.held DESC, d.key",
        parameters,
    )
    return {row[0]: _Row._make(row) for row in cursor}


def _commitments(query: _Search, items: Sequence[str]) -> list[_Row]:
    """Return the commitments among the items, those of the newest dialogue first."""
    parameters: Parameters = {}
    cursor = query.rows(
        "SELECT c.item, c.ref, c.title, c.status FROM commitment AS c LEFT JOIN dialogue AS d ON d.key = c.dialogue"
        f" AND {VALID.format('d')} WHERE {VALID.format('c')}"
        f" AND {in_dialogues('c.dialogue', query.dialogues, parameters)} AND {is_among('c.item', items, parameters)}"
        " ORDER BY d.held DESC, c.dialogue, c.number, c.ref_key",
        parameters,
    )
    return list(map(_Row._make, cursor))


def _hits(query: _Search, word: Word, among: Container[str] | None, dialogues: Container[str]) -> dict[str, _Hit]:
    """Return the best match of a word in each item that it reaches; `among` are the items that count, None for all."""
    parameters: Parameters = {}
    cursor = query.rows(reached_sql(word, parameters), parameters)
    exact = None if word.query == word.stem else _texts_with(query.connection, word.stem)
    today = query.day.isoformat()
    best: dict[str, _Hit] = {}
    for item, text, field, until in cursor:
        if among is not None and item not in among:
            continue
        if field in _LEADING and item not in dialogues:
            rank = _OF_DIALOGUE
        else:
            rank = _RANKS[field]
            if until <= today and field != "ref":
                rank, field = rank + _EARLIER, f"earlier {field}"
            if exact is not None and text is not None and text not in exact:
                rank += _INEXACT
        if item not in best or rank < best[item][0]:
            best[item] = _Hit(rank, field, text)
    return best


def _texts_with(connection: sqlite3.Connection, query: str) -> frozenset[int | None]:
    """Return the ids of the texts that match an FTS5 query."""
    cursor = connection.execute("SELECT rowid FROM words_fts WHERE words_fts MATCH ?", (query,))
    return frozenset([text for (text,) in cursor])


def _texts(query: _Search, ids: set[int | None]) -> dict[int | None, str]:
    """Return each text, or the part of a long one around the words."""
    if not ids:
        return {}
    cursor = query.connection.execute(
        f"SELECT w.id, iif(length(w.text) <= {_LONGEST_WHOLE}, w.text,"
        f" snippet(words_fts, 0, '', '', '…', {_NEARBY})) FROM words_fts AS f JOIN words AS w ON w.id = f.rowid"
        " WHERE words_fts MATCH ? AND +f.rowid IN (SELECT value FROM json_each(?))",
        (" OR ".join(f"({word.query})" for word in query.words), json.dumps(list(ids))),
    )
    return {id_: plain_form(text) for id_, text in cursor}


def unknown_words(connection: sqlite3.Connection, day: date, text: str) -> dict[str, str | None]:
    """Return the words that no search finds, each with a similar word that it would find, if there is one."""
    from difflib import get_close_matches

    query = _Search(connection, day, (), words_of(text))
    unknown = []
    for word in query.words:
        parameters: Parameters = {}
        if not query.rows(f"SELECT EXISTS ({reached_sql(word, parameters)})", parameters).fetchone()[0]:
            unknown.append(word.text)
    if not unknown:
        return {}
    texts = query.rows(f'SELECT w.text FROM words AS w WHERE w."on" <= :day LIMIT {_MOST_TEXTS}', {})
    known = {found.casefold() for (said,) in texts for found in re.findall(r"[^\W\d_]{4,}", plain_form(said))}
    return {word: next(iter(get_close_matches(word.casefold(), known, 1, 0.75)), None) for word in unknown}
