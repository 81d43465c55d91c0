"""SQL for filters, flags and sort orders of commitments, and for the items that a word of a search matches.

A filter becomes an expression on `commitment AS c` with bound parameters. Names of fields, flags and sort orders come
from the tables below; text from a user never becomes SQL.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from spacedialog.errors import InputError
from spacedialog.model.dates import quoted
from spacedialog.model.fields import FIELDS, FILTERABLE, SORTABLE, Kind
from spacedialog.model.filters import (
    Among,
    ContainsWords,
    DueAfter,
    DueBefore,
    DueIn,
    DueWithin,
    Filter,
    Flagged,
    Involves,
    LedBy,
    OfSide,
    OneOf,
    Was,
)
from spacedialog.model.vocabulary import SETTLED, Flag, Intervals, Status, Strength

if TYPE_CHECKING:
    from spacedialog.store.words import Word

Parameters = dict[str, str | int]

VALID = "{0}.valid_from <= :day AND :day < {0}.valid_to"
"""The condition that a row of a period table is valid on `:day`; `{0}` is the alias of the table."""

UNSETTLED = f"c.status NOT IN ({', '.join(repr(status.value) for status in SETTLED)})"

# The column has the last check of the period; a view of a day before that check searches the days of checks.
_OWN_CHECK = (
    "iif(c.checked <= :day, c.checked,"
    " ifnull((SELECT max(k.day) FROM check_day AS k WHERE k.item = c.item AND k.day <= :day), ''))"
)
# SQLite tests only once whether there is any verdict.
_VERDICT = (
    "iif(EXISTS (SELECT * FROM verdict_day),"
    " (SELECT max(v.day) FROM verdict_day AS v WHERE v.commitment = c.item AND v.day <= :day), NULL)"
)

LAST_CHECK = f"nullif(max({_OWN_CHECK}, ifnull({_VERDICT}, '')), '')"
"""The day (ISO) of the last check of a commitment `c` by `:day`, NULL if there is none."""


def check_flag(checked: str) -> str:
    """Return the SQL for the flag of an open commitment `c` that follows from the day of its last check, or NULL.

    `checked` is the SQL for that day (ISO), NULL if it was never checked.
    """
    # If the last check was before the review date, the date applies, not the interval.
    return (
        f"CASE WHEN {checked} IS NULL THEN '{Flag.UNCHECKED}'"
        f" WHEN c.review_from > {checked} THEN iif(c.review_from <= :day, '{Flag.STALE}', NULL)"
        f" WHEN {checked} <= iif(c.review_days IS NULL, review_limit(:day),"
        f" date(:day, '-' || c.review_days || ' days')) THEN '{Flag.STALE}' END"
    )


_CHECK_FLAG = f"iif({UNSETTLED}, (SELECT {check_flag('latest.day')} FROM (SELECT {LAST_CHECK} AS day) AS latest), NULL)"
"""The flag of a commitment `c` that follows from its last check, NULL if there is none."""

STALE_SINCE = (
    f"(SELECT iif(c.review_from > latest.day, c.review_from, date(latest.day, ifnull(c.review_days,"
    f" julianday(:day) - julianday(review_limit(:day))) || ' days')) FROM (SELECT {LAST_CHECK} AS day) AS latest)"
)
"""The day (ISO) on which a stale commitment `c` became stale."""

FLAGS: dict[Flag, str] = {
    Flag.OVERDUE: f"(c.due_latest < :day AND {UNSETTLED})",
    Flag.CLOSING: f"(c.due_latest BETWEEN :day AND closing_limit(:day) AND {UNSETTLED})",
    Flag.UNCHECKED: f"({_CHECK_FLAG} IS '{Flag.UNCHECKED}')",
    Flag.STALE: f"({_CHECK_FLAG} IS '{Flag.STALE}')",
    Flag.SLIPPED: "c.slipped",
    Flag.UNEVIDENCED: "c.unevidenced",
    Flag.CONFLICT: f"(c.item IN (SELECT x.item FROM conflict AS x WHERE {VALID.format('x')}))",
}
"""The condition of each flag, with the parameters of `day_parameters` and the functions of `set_intervals`."""

FLAG_COLUMNS = tuple(
    dict.fromkeys(_CHECK_FLAG if _CHECK_FLAG in FLAGS[flag] else f"iif({FLAGS[flag]}, '{flag}', NULL)" for flag in Flag)
)
"""The columns of a commitment's flags, in the order of `Flag`; NULL for a flag that it does not have.

The flags that follow from the last check exclude each other and share a column, because the last check is read once.
"""


def _order_of(words: Iterable[StrEnum], column: str) -> str:
    *ranked, _ = words
    cases = " ".join(f"WHEN '{word.value}' THEN {rank}" for rank, word in enumerate(ranked))
    return f"CASE {column} {cases} ELSE {len(ranked)} END"


class Sort(NamedTuple):
    """The expressions to order by. Rows for which `is_empty` is true come last in both directions."""

    expressions: tuple[str, ...]
    is_empty: str | None = None


def _sort_of(name: str) -> Sort:
    field, column = FIELDS[name], f"c.{name}"
    order = f"{column} COLLATE NOCASE" if field.kind in (Kind.LINE, Kind.TEXT) else column
    return Sort((order,), f"{column} IS NULL" if field.nullable else None)


_SORTS = {
    "ref": Sort(("c.dialogue", "c.number", "c.ref_key")),
    # A window without an end closes after all others.
    "due": Sort(("c.due_latest IS NULL", "c.due_latest", "c.due_earliest"), "c.due IS NULL"),
    "status": Sort((_order_of(Status, "c.status"),)),
    "strength": Sort((_order_of(Strength, "c.strength"),)),
    "updated": Sort(("c.valid_from",)),
}
SORTS = {name: _SORTS[name] if name in _SORTS else _sort_of(name) for name in SORTABLE}
"""The names that `--sort` takes. In the order `ref`, `order_by` puts the newest dialogue first."""


def day_parameters(day: date) -> Parameters:
    """Return the parameters of a day."""
    return {"day": day.isoformat()}


def set_intervals(connection: sqlite3.Connection, intervals: Intervals) -> None:
    """Set the limits of the flags `closing` and `stale` for the queries of a connection, as functions of the day.

    SQLite calls a deterministic function of a parameter once for each query.
    """
    for name, days in (("closing_limit", intervals.closing_days), ("review_limit", -intervals.review_days)):
        connection.create_function(name, 1, partial(_limit, days), deterministic=True)


def _limit(days: int, day: str) -> str:
    return moved_day(date.fromisoformat(day), days)


def in_dialogues(column: str, dialogues: Sequence[str], parameters: dict[str, Any]) -> str:
    """Return the SQL condition that the column has one of these dialogue keys; true if no key is given."""
    return f"{column} IN ({_bound(dialogues, parameters)})" if dialogues else "TRUE"


def is_among(column: str, items: Sequence[str] | None, parameters: dict[str, Any]) -> str:
    """Return the SQL condition that the column has one of these items; true if `items` is None."""
    if items is None:
        return "TRUE"
    parameters["items"] = json.dumps(items)
    return f"{column} IN (SELECT value FROM json_each(:items))"


def belongs_to_dialogues(column: str, dialogues: Sequence[str], parameters: dict[str, Any]) -> str:
    """Return the SQL condition that the column has an item of one of these dialogues; true if none is given."""
    if not dialogues:
        return "TRUE"
    keys = _bound(dialogues, parameters)
    members = [f"SELECT item FROM {table} WHERE dialogue IN ({keys})" for table in ("commitment", "area", "party")]
    members.append(f"SELECT item FROM dialogue WHERE key IN ({keys})")
    members.append(
        f"SELECT a.item FROM assessment AS a JOIN commitment AS c ON c.item = a.commitment WHERE c.dialogue IN ({keys})"
    )
    members.append(
        f"SELECT k.item FROM link AS k JOIN commitment AS c ON c.item IN (k.old, k.new) WHERE c.dialogue IN ({keys})"
    )
    return f"{column} IN ({' UNION '.join(members)})"


def matching(filter_: Filter, dialogues: Sequence[str], parameters: dict[str, Any]) -> str:
    """Return the SQL condition that a commitment `c` is valid on the day, belongs to the dialogues and matches."""
    return f"{VALID.format('c')} AND {selected(filter_, dialogues, parameters)}"


def selected(filter_: Filter, dialogues: Sequence[str], parameters: dict[str, Any]) -> str:
    """Return the SQL condition that a commitment `c` that is valid on the day belongs to the dialogues and matches."""
    belongs = in_dialogues("c.dialogue", dialogues, parameters)
    return f"{filter_sql(filter_, parameters)} AND {belongs}"


def overlaps(earliest: str, latest: str, first: date | None, last: date | None, parameters: Parameters) -> str:
    """Return the SQL condition that a window has a day from `first` to `last`; None for an open side.

    `earliest` and `latest` are the columns of the window, NULL for its open side.
    """
    opens = f"({earliest} IS NULL OR {earliest} <= {_bound([last.isoformat()], parameters)})" if last else "TRUE"
    closes = f"({latest} IS NULL OR {latest} >= {_bound([first.isoformat()], parameters)})" if first else "TRUE"
    return f"({opens} AND {closes})"


def moved_day(day: date, days: int) -> str:
    """Return the day (ISO) that many days later, within the years 1 to 9999."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal())).isoformat()


def _column(field: str) -> str:
    if field not in FILTERABLE:
        raise KeyError(field)
    return f"c.{field}"


def filter_sql(filter_: Filter, parameters: Parameters) -> str:
    """Return the filter as an SQL condition; its values are added to `parameters`."""
    match filter_:
        case OneOf(field, values):
            return f"{_column(field)} IN ({_bound(values, parameters)})"
        case Involves(parties, shares):
            return _involving(_is_party("i.party", "i.dialogue", parties, shares, parameters))
        case LedBy(parties, shares, or_joint):
            leads = _is_party("c.lead", "c.dialogue", parties, shares, parameters)
            return f"({leads} OR c.lead IS NULL)" if or_joint else leads
        case OfSide(sides):
            members = (
                f"SELECT p.dialogue, p.key FROM party AS p WHERE p.side IN ({_bound(sides, parameters)})"
                f" AND {VALID.format('p')}"
            )
            return _involving(f"(i.dialogue, i.party) IN ({members})")
        case DueBefore(day):
            return f"c.due_latest < {_bound([day.isoformat()], parameters)}"
        case DueAfter(day):
            bound = _bound([day.isoformat()], parameters)
            return f"(c.due_latest > {bound} OR (c.due IS NOT NULL AND c.due_latest IS NULL))"
        case DueWithin(after, before):
            first, last = (_bound([day.isoformat()], parameters) for day in (after, before))
            return f"(c.due_latest > {first} AND c.due_latest < {last})"
        case DueIn(first, last):
            return f"(c.due IS NOT NULL AND {overlaps('c.due_earliest', 'c.due_latest', first, last, parameters)})"
        case Was(statuses):
            had = f"SELECT e.item FROM commitment AS e WHERE e.status IN ({_bound(statuses, parameters)})"
            return f"c.item IN ({had} AND e.valid_from <= :day)"
        case Among(items):
            return f"c.item IN (SELECT value FROM json_each({_bound([json.dumps(items)], parameters)}))"
        case Flagged(flag):
            return FLAGS[flag]
        case ContainsWords(words):
            from spacedialog.store.words import words_of

            reached = [f"c.item IN (SELECT item FROM ({reached_sql(word, parameters)}))" for word in words_of(words)]
            return f"({' AND '.join(reached)})"
        case _:
            parts = [filter_sql(part, parameters) for part in filter_.parts]
            if any(isinstance(part, DueWithin) for part in filter_.parts):
                # SQLite has no statistics here, and would use the index on the status, not the index on the dates.
                parts = [f"+{part}" if part.startswith("c.") else part for part in parts]
            return " AND ".join(parts) or "TRUE"


def _bound(values: Sequence[str], parameters: dict[str, Any]) -> str:
    names = []
    for value in values:
        names.append(f":p{len(parameters)}")
        parameters[f"p{len(parameters)}"] = replace_surrogates(value)
    return ", ".join(names)


def replace_surrogates(text: str) -> str:
    """Return the text with a question mark for each lone surrogate, which SQLite cannot store."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_party(
    party: str, dialogue: str, parties: Sequence[str], shares: Sequence[tuple[str, str]], parameters: dict[str, Any]
) -> str:
    """Return the SQL condition that a column has one of the parties, or the party of a share in its dialogue."""
    own = f"{party} IN ({_bound(parties, parameters)})"
    if not shares:
        return own
    pairs = ", ".join(f"({_bound(share, parameters)})" for share in shares)
    # The first condition is for the index on the party.
    every = _bound(sorted({*parties, *(key for _, key in shares)}), parameters)
    return f"({party} IN ({every}) AND ({own} OR ({dialogue}, {party}) IN (VALUES {pairs})))"


def _involving(condition: str) -> str:
    return f"c.item IN (SELECT i.item FROM involved AS i WHERE {condition} AND {VALID.format('i')})"


# SQLite has no statistics here; the plus sign prevents the use of the index on the dialogue, which finds all
# commitments.
_RELATED = (
    ("'area'", "'area'", "area", "JOIN commitment AS c ON c.area = r.key AND +c.dialogue = r.dialogue"),
    (
        "iif(c.leads, 'lead', 'partner')",
        "'party'",
        "party",
        "JOIN involved AS c ON c.party = r.key AND c.dialogue = r.dialogue",
    ),
    ("'party'", "'party'", "party", "JOIN dialogue AS c ON c.key = r.dialogue"),
    ("'dialogue'", "'key', 'head'", "dialogue", "JOIN commitment AS c ON c.dialogue = r.key"),
    ("'document'", "'document'", "dialogue", "JOIN cited AS c ON c.document = h.part AND c.dialogue = r.key"),
)
"""Each relation: its name, the fields of the texts that it starts from, their table, and the join to the items."""


def reached_sql(word: Word, parameters: Parameters) -> str:
    """Return the SQL for the items that a word matches on the day, with the field and the id of the text.

    The word occurs in a text of the item, in the ref of a commitment, or in a name that belongs to the item: of its
    area, of a party, of its dialogue or a head of delegation, of a document that it cites. A ref has no id. The
    field of a text that a later one replaces begins with `earlier `.
    """
    whole = " OR ".join(
        f"highlight(words_fts, 0, char(1), char(2)) LIKE {_bound([pattern], parameters)}" for pattern in word.whole
    )
    found = (
        "SELECT w.item, w.id, w.field, w.part, w.until FROM words_fts AS f JOIN words AS w ON w.id = f.rowid"
        f' WHERE words_fts MATCH {_bound([word.query], parameters)} AND w."on" <= :day AND ({whole or "TRUE"})'
    )
    own = "SELECT item, iif(until <= :day, 'earlier ' || field, field), id FROM h WHERE field NOT IN ('area', 'party')"
    related = " ".join(
        f"UNION ALL SELECT c.item, {name}, h.id FROM h CROSS JOIN {table} AS r ON r.item = h.item {join}"
        f" WHERE h.field IN ({fields}) AND :day < h.until AND {VALID.format('r')} AND {VALID.format('c')}"
        for name, fields, table, join in _RELATED
    )
    prefix, number = _parts_of_ref(word.text)
    ref, prefix = (_bound([part], parameters) for part in (word.text.casefold(), prefix))
    refs = " ".join(
        f"UNION ALL SELECT c.item, 'ref', NULL FROM {table} AS c WHERE c.valid_from <= :day AND {condition}"
        for table, condition in (
            ("commitment", f"c.ref_key = {ref}"),
            ("milestone", f"c.ref_key = {ref}"),
            ("commitment", f"c.number = {number} AND rtrim(c.ref_key, '0123456789') LIKE '%' || {prefix}"),
        )
    )
    return f"WITH h AS MATERIALIZED ({found}) {own} {related} {refs}"


def _parts_of_ref(ref: str) -> tuple[str, str]:
    """Return a ref, or a short form of one, without the number at its end, and the number as SQL."""
    digits = re.search("[0-9]{1,9}$", ref)
    return (ref[: digits.start()].casefold(), str(int(digits[0]))) if digits else (ref.casefold(), "NULL")


def order_by(sort: str, newest_first: Sequence[str], parameters: dict[str, Any]) -> str:
    """Return the ORDER BY terms of sort names separated by commas; `-name` reverses an order.

    `newest_first` are the keys of the dialogues; the commitments of the first one come first in the order `ref`, which
    also decides between equal values. InputError for an unknown name.
    """
    # All rows of a single dialogue have the same place.
    by_place = by_dialogue("c.dialogue", newest_first, parameters) if len(newest_first) > 1 else ()
    by_ref = (*by_place, *SORTS["ref"].expressions)
    keys = [key.strip() for key in sort.split(",")]
    if not {"ref", "-ref"}.intersection(keys):
        keys.append("ref")
    terms: list[str] = []
    for key in keys:
        name = key.removeprefix("-")
        if name not in SORTS:
            from spacedialog.model.near_misses import suggestion

            raise InputError(
                f"--sort: {quoted(name)} is not a field to sort by",
                f"{suggestion(name, SORTS)}write one or more of {', '.join(SORTS)}, separated by commas, or -NAME",
            )
        expressions, is_empty = SORTS[name]
        direction = " DESC" if key.startswith("-") else ""
        terms += [is_empty] if is_empty else []
        terms += [f"{column}{direction}" for column in (by_ref if name == "ref" else expressions)]
    return ", ".join(terms)


def by_dialogue(column: str, newest_first: Sequence[str], parameters: dict[str, Any]) -> list[str]:
    """Return the ORDER BY terms for the place of the dialogue in a column; none without dialogues."""
    cases = " ".join(f"WHEN {_bound([key], parameters)} THEN {place}" for place, key in enumerate(newest_first))
    return [f"CASE {column} {cases} ELSE {len(newest_first)} END"] if cases else []
