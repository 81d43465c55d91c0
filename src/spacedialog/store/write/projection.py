"""The projection tables: updated item by item as entries are appended, or rebuilt from the log."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from spacedialog.errors import DateError
from spacedialog.model.conflicts import conflicts
from spacedialog.model.dates import Span, VagueDate, iso_day, parse_recorded_review
from spacedialog.model.entry import CREATE, Entry, canonical_json
from spacedialog.model.fields import STORED
from spacedialog.model.fold import FOREVER, Contents, History, Period, fold, retracted_ids
from spacedialog.model.validation import counted_content
from spacedialog.model.values import citation_text
from spacedialog.model.vocabulary import MilestoneStatus, Status
from spacedialog.store import indexes
from spacedialog.store.log import entries_by_item, entries_of
from spacedialog.store.schema import PROJECTION_TABLES
from spacedialog.store.words import indexed_form
from spacedialog.store.write import ref_clashes


class ProjectionWriter:
    """A writer that folds items and replaces their rows in batches.

    Use it as a context manager; the last batch is written at the end.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: dict[str, list[tuple[Any, ...]]] = {insert: [] for insert in _INSERTS}
        self._outdated: list[str] = []
        self._items = 0
        self._refs = ref_clashes.GivenRefs()
        (self._words,) = connection.execute("SELECT ifnull(max(id), 0) FROM words").fetchone()
        self._indexed_words = self._words

    def __enter__(self) -> ProjectionWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write()
            self._mark_ref_clashes()
            self._index_words()

    def add(
        self, item: str, entries: Sequence[Entry], contents: Contents | None = None, *, is_new: bool = False
    ) -> History | None:
        """Fold all entries of an item, replace the item's rows, and return the fold; `is_new` items have no rows.

        `contents` are the `counted_content` of the entries, if the caller has them.
        """
        if not is_new:
            self._outdated.append(item)
        if contents is None:
            contents = [counted_content(entry) for entry in entries]
        history = fold(entries, contents)
        if None in contents:
            pairs = zip(entries, contents, strict=True)
            self._rows["ignored"] += [(entry.id, item) for entry, content in pairs if content is None]
        given = _given(item, contents)
        self._rows["given"] += given
        for row in given:
            self._refs.add(row[2])
        if history:
            self._rows["conflict"] += [(item, *conflict) for conflict in conflicts(entries)]
        if retracted := history.retracted_ids if history else retracted_ids(entries):
            self._rows["retracted"] += [(entry, item) for entry in sorted(retracted)]
        if history and history.type in _ROWS_OF:
            for table, rows in _ROWS_OF[history.type](item, history):
                self._rows[table] += rows
            self._add_words(item, history)
        elif history is None:
            for table, rows in _retracted_rows(item, entries):
                self._rows[table] += rows
        self._items += 1
        if self._items % _BATCH == 0:
            self._write()
        return history

    def _add_words(self, item: str, history: History) -> None:
        rows = [(number, *row) for number, row in enumerate(_words(item, history), self._words + 1)]
        self._rows["words"] += rows
        self._words += len(rows)

    def _mark_ref_clashes(self) -> None:
        """Mark ref clashes with a letter, if one of the added items has a ref that was given twice."""
        clashes = self._refs.clashes(self._connection)
        for item in clashes.items:
            entries = entries_of(self._connection, item)
            self.add(item, entries)
            clashes.add(item, entries)
        self._write()
        clashes.mark()

    def _index_words(self) -> None:
        """Add the new words to the full-text index; one statement for all takes less time than one for each batch."""
        self._connection.execute(
            "INSERT INTO words_fts (rowid, text) SELECT id, text FROM words WHERE id > ?", (self._indexed_words,)
        )
        self._indexed_words = self._words

    def _write(self) -> None:
        # The old rows are deleted only here, so that earlier queries still find them.
        for item in self._outdated:
            _delete_rows(self._connection, item, self._indexed_words)
        self._outdated.clear()
        for table, insert in _INSERTS.items():
            if rows := self._rows[table]:
                self._connection.executemany(insert, rows)
                rows.clear()


def update_items(connection: sqlite3.Connection, items: Mapping[str, bool]) -> None:
    """Fold items and replace their rows; the value of an item is true if it is new and has no rows."""
    with ProjectionWriter(connection) as projection:
        for item, is_new in items.items():
            projection.add(item, entries_of(connection, item), is_new=is_new)


def rebuild(connection: sqlite3.Connection) -> None:
    """Rebuild all projection tables from the log."""
    indexes.create(connection, "change")
    connection.execute("INSERT INTO words_fts(words_fts) VALUES ('delete-all')")
    for table in PROJECTION_TABLES:
        connection.execute(f"DELETE FROM {table}")
    with ProjectionWriter(connection) as projection:
        for item, entries in entries_by_item(connection):
            projection.add(item, list(entries), is_new=True)


def _delete_rows(connection: sqlite3.Connection, item: str, indexed_words: int) -> None:
    """Delete the rows of an item; `indexed_words` is the last row of `words` that is in the full-text index."""
    connection.execute(
        "INSERT INTO words_fts(words_fts, rowid, text) SELECT 'delete', id, text FROM words WHERE item = ? AND id <= ?",
        (item, indexed_words),
    )
    for table in PROJECTION_TABLES:
        connection.execute(f"DELETE FROM {table} WHERE item = ?", (item,))


Rows = Iterable[tuple[str, Iterable[tuple[Any, ...]]]]


def _dialogue(item: str, history: History) -> Rows:
    for p in history.periods:
        yield "dialogue", [(item, *p[:2], _text(p, "key"), _text(p, "when"), canonical_json(p.fields))]


def _area(item: str, history: History) -> Rows:
    for p in history.periods:
        texts = [_text(p, name) for name in ("key", "dialogue", "title")]
        yield "area", [(item, *p[:2], *texts, p.fields.get("position") or 0)]


def _party(item: str, history: History) -> Rows:
    for p in history.periods:
        texts = [_text(p, name) for name in ("key", "dialogue", "name", "side")]
        yield "party", [(item, *p[:2], *texts, _list(p, "aliases"), _list(p, "succeeds"))]


def _commitments(item: str, history: History) -> Rows:
    yield "commitment", [_commitment(item, period, history.check_days) for period in history.periods]
    yield "involved", _runs(history.periods, item, _involved, _parties)
    yield "cited", _runs(history.periods, item, _cited, _sources)
    yield "milestone", _runs(history.periods, item, _milestones, attrgetter("milestones"))
    yield "check_day", [(item, day) for day in history.check_days]
    yield "redating", [(move.entry, item, move.milestone, *move[1:3], *move[4:]) for move in history.redatings]


def _assessment(item: str, history: History) -> Rows:
    needed = ("commitment", "assessor", "rubric", "verdict")
    yield "verdict_day", [(item, history.periods[0].fields["commitment"], day) for day in history.check_days]
    yield (
        "assessment",
        [
            (item, *p[:2], p.fields["commitment"], p.fields.get("party"), *(p.fields[n] for n in needed[1:]), p.entry)
            for p in history.periods
            if all(p.fields.get(name) for name in needed)  # another program may leave one out
        ],
    )


def _links(item: str, history: History) -> Rows:
    texts = ("old", "new", "decided")
    yield "link", [(item, *p[:2], *(_text(p, name) for name in texts)) for p in history.periods]


_ROWS_OF: dict[str, Callable[[str, History], Rows]] = {
    "dialogue": _dialogue,
    "area": _area,
    "party": _party,
    "commitment": _commitments,
    "link": _links,
    "assessment": _assessment,
}


def _retracted_rows(item: str, entries: Iterable[Entry]) -> Rows:
    """Return a row, valid on no day, of an assessment or a link whose entries are all retracted.

    The history of its commitment finds the entries through this row.
    """
    for entry in entries:
        content = (counted_content(entry) if entry.kind == CREATE else None) or {}
        kind = content.get("type")
        if kind in ("assessment", "link"):
            period = Period(FOREVER, FOREVER, content["set"], (), False, "", "", "", entry.id)
            return _ROWS_OF[kind](item, History(kind, (period,), (), (), (), frozenset(), ()))
    return ()


_BATCH = 500

_COLUMNS = {
    "retracted": "change, item",
    "ignored": "change, item",
    "dialogue": "item, valid_from, valid_to, key, held, fields",
    "area": "item, valid_from, valid_to, key, dialogue, title, position",
    "party": "item, valid_from, valid_to, key, dialogue, name, side, aliases, succeeds",
    "commitment": ", ".join(
        ("item, valid_from, valid_to", *(field.name for field in STORED), "ref_key, number, due_earliest, due_latest")
    )
    + ", review_from, review_days, slipped, updated, status_on, source, unevidenced, checked",
    "check_day": "item, day",
    "verdict_day": "item, commitment, day",
    "involved": "item, dialogue, party, leads, valid_from, valid_to",
    "milestone": 'item, milestone, ref, ref_key, title, "when", earliest, latest, recurs, status, met, source,'
    " valid_from, valid_to",
    "given": "item, milestone, ref_key, prefix, number",
    "redating": 'change, item, milestone, day, "on", old, new',
    "conflict": "item, milestone, field, kept, other, valid_from, valid_to",
    "link": "item, valid_from, valid_to, old, new, decided",
    "assessment": "item, valid_from, valid_to, commitment, party, assessor, rubric, verdict, entry",
    "words": 'id, item, field, part, text, "on", until',
    "cited": "item, dialogue, document, valid_from, valid_to",
}
_INSERTS = {
    table: f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"
    for table, columns in _COLUMNS.items()
}


def _given(item: str, contents: Contents) -> Iterable[tuple[Any, ...]]:
    """Return every ref that was ever given to the item or its milestones, including by retracted entries."""
    given: dict[tuple[Any, ...], None] = {}
    for content in contents:
        if content and (ref := (content.get("set") or _NOTHING).get("ref")):
            key, milestone = ref.casefold(), content.get("milestone")
            number = None if milestone else ref_number(ref)
            given[item, milestone, key, key.rpartition("-")[0], number] = None
    return given


_NOTHING: Mapping[str, Any] = {}


def _text(period: Period, name: str) -> str:
    return str(period.fields.get(name) or "")


def _list(period: Period, name: str) -> str:
    return canonical_json(period.fields.get(name) or [])


def _commitment(item: str, period: Period, check_days: Sequence[str]) -> tuple[Any, ...]:
    fields = period.fields
    ref = _text(period, "ref")
    valid_from, valid_to = period[:2]
    return (
        item,
        valid_from,
        valid_to,
        *_stored(fields),
        ref.casefold(),
        ref_number(ref),
        *_window(fields.get("due")),
        *_review(fields.get("review")),
        int(period.slipped),
        period.updated,
        period.status_on,
        citation_text(sources[0]) if (sources := fields.get("sources")) else "",
        int(period.is_unevidenced),
        # The last day on which it counts as checked again while the row is valid.
        check_days[latest - 1] if (latest := bisect_left(check_days, valid_to)) else "",
    )


def _words(item: str, history: History) -> Iterator[tuple[Any, ...]]:
    """Yield the texts to search for: item, field, part, text, and the days from which and until which it applies.

    A title or a detail applies until a later one replaces it; a note always does. The field of a milestone's title is
    `milestone`, that of a dialogue's title `name`. The part is the key of a document, and None in other rows.
    """
    if history.type == "dialogue":
        for on, _, field, text in history.texts:
            if field == "note":
                yield item, field, None, indexed_form(text), on, FOREVER
    if history.type == "commitment":
        until: dict[tuple[str | None, str], str] = {}
        for on, part, field, text in reversed(history.texts):
            end = FOREVER if field == "note" else until.get((part, field), FOREVER)
            until[part, field] = on
            if text:
                yield item, "milestone" if part and field == "title" else field, None, indexed_form(text), on, end
    elif names_of := _NAMES_OF.get(history.type):
        yield from _runs(history.periods, item, names_of, attrgetter("fields"))


def _area_names(period: Period) -> Iterator[tuple[Any, ...]]:
    yield "area", None, indexed_form(f"{_text(period, 'title')} ({_text(period, 'key')})")


def _party_names(period: Period) -> Iterator[tuple[Any, ...]]:
    names = _text(period, "key"), _text(period, "name"), *(period.fields.get("aliases") or ())
    yield "party", None, indexed_form(", ".join(filter(None, names)))


def _dialogue_names(period: Period) -> Iterator[tuple[Any, ...]]:
    for name, field in (("key", "key"), ("title", "name"), ("place", "place"), ("note", "note")):
        if text := _text(period, name):
            yield field, None, indexed_form(text)
    if (series := _text(period, "series")) not in _text(period, "title"):
        yield "series", None, indexed_form(series)
    for head in period.fields.get("heads") or ():
        yield "head", None, indexed_form(head["name"])
        yield "office", None, indexed_form(f"{head['title']} ({head['body']})")
    for document in period.fields.get("documents") or ():
        yield "document", document["key"], indexed_form(document["title"])


_NAMES_OF: Mapping[str, Callable[[Period], Iterator[tuple[Any, ...]]]] = {
    "area": _area_names,
    "party": _party_names,
    "dialogue": _dialogue_names,
}


def _stored(fields: Mapping[str, Any]) -> list[Any]:
    """Return the values of the fields that have a column, in the form of the column. The others are set, or NULL."""
    values = [fields.get(name) for name in _STORED]
    values[_STATUS] = values[_STATUS] or Status.UNKNOWN.value
    values[_PARTNERS] = _listed(tuple(values[_PARTNERS] or ()))
    return values


_STORED = tuple(field.name for field in STORED)
_STATUS, _PARTNERS = map(_STORED.index, ("status", "partners"))


@lru_cache(maxsize=4096)
def _listed(parties: tuple[str, ...]) -> str:
    return canonical_json(parties)


def ref_number(ref: str) -> int | None:
    """Return the number at the end of a ref: 7 for ROK4-07; None if there is none."""
    digits = ref[len(ref.rstrip(_DIGITS)) :][-9:]
    return int(digits) if digits else None


_DIGITS = "0123456789"


@lru_cache(maxsize=4096)
def _window(edtf: str | None) -> tuple[str | None, str | None]:
    try:
        window = VagueDate.parse(edtf) if edtf else None
    except DateError:
        window = None
    if window is None:
        return None, None
    return iso_day(window.earliest), iso_day(window.latest)


@lru_cache(maxsize=4096)
def _review(text: str | None) -> tuple[str | None, int | None]:
    """Return the day (ISO) from which a review is due, and the days after a check when it is due again."""
    try:
        review = parse_recorded_review(text) if text else None
    except DateError:
        review = None
    if isinstance(review, Span):
        return None, review.days
    return iso_day(review.earliest) if review else None, None


def _involved(period: Period) -> Iterator[tuple[Any, ...]]:
    dialogue = _text(period, "dialogue")
    if lead := period.fields.get("lead"):
        yield dialogue, lead, 1
    for partner in period.fields.get("partners") or ():
        yield dialogue, partner, 0


def _cited(period: Period) -> Iterator[tuple[Any, ...]]:
    dialogue = _text(period, "dialogue")
    for source in period.fields.get("sources") or ():
        yield dialogue, source["document"]


def _milestones(period: Period) -> Iterator[tuple[Any, ...]]:
    for milestone in period.milestones:
        fields = milestone.fields
        ref, when = fields.get("ref") or "", fields.get("when") or ""
        title, status = fields.get("title") or "", fields.get("status") or MilestoneStatus.PLANNED
        recurs, met = fields.get("recurs"), fields.get("met")
        yield milestone.id, ref, ref.casefold(), title, when, *_window(when), recurs, status, met, milestone.source


def _parties(period: Period) -> tuple[Any, ...]:
    fields = period.fields
    return fields.get("dialogue"), fields.get("lead"), fields.get("partners")


def _sources(period: Period) -> tuple[Any, ...]:
    return period.fields.get("dialogue"), period.fields.get("sources")


def _runs(
    periods: Iterable[Period],
    item: str,
    rows_of: Callable[[Period], Iterator[tuple[Any, ...]]],
    basis: Callable[[Period], object],
) -> Iterator[tuple[Any, ...]]:
    """Yield rows with the days on which they are valid; a row that successive periods share is yielded once.

    Periods with an equal `basis` have the same rows.
    """
    begun: dict[tuple[Any, ...], str] = {}
    before: object = _NOTHING
    for period in periods:
        now = basis(period)
        if now == before:
            continue
        before, rows = now, dict.fromkeys(rows_of(period))
        for row in [row for row in begun if row not in rows]:
            yield item, *row, begun.pop(row), period.valid_from
        for row in rows:
            begun.setdefault(row, period.valid_from)
    for row, start in begun.items():
        yield item, *row, start, FOREVER
