"""Details of commitments. The number of SQL statements does not depend on the number of commitments."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from spacedialog.model.criteria import changed_after_evidence, is_changed_after_evidence
from spacedialog.model.entry import Entry
from spacedialog.model.fields import CommitmentRow
from spacedialog.model.fold import History, fold
from spacedialog.model.progress import Progress
from spacedialog.model.rows.record import Detail
from spacedialog.store.log import entries_by_item
from spacedialog.store.read import assessments, conflicts, events, history, links
from spacedialog.store.read.commitment_sql import VALID, day_parameters
from spacedialog.store.words import plain_form

_Row = TypeVar("_Row")


class ReadContext(NamedTuple):
    """The scope of details: the connection, the day, and the keys of the dialogues to include; empty for all."""

    connection: sqlite3.Connection
    day: date
    dialogues: Sequence[str]


class Found(NamedTuple):
    """A commitment whose details are read: its row, and the day (ISO) of its last check, None if there is none."""

    row: CommitmentRow
    checked_on: str | None


class _LogFields(NamedTuple):
    """The fields of a commitment that only its entries have.

    `after_evidence` are the ids of the entries that changed the criterion after evidence was recorded;
    `is_criterion_late` says whether one of them set the present criterion.
    """

    fields: Mapping[str, Any]
    after_evidence: frozenset[str]
    is_criterion_late: bool


_NO_FIELDS = _LogFields({}, frozenset(), False)


def read_details(
    scope: ReadContext, commitments: Mapping[str, Found], records: Mapping[str, Mapping[str, Any]], watch: Progress
) -> Iterator[Detail]:
    """Yield the details of the commitments on the day, given by item; `records` are those of their dialogues, by key.

    They are read from the projection tables. Fields that the tables lack are folded from the commitment's entries.
    """
    connection, day, dialogues = scope
    items = list(commitments)
    log_fields = {item: _log_fields(day, list(about)) for item, about in entries_by_item(connection, items)}
    upcoming = _by_item(events.upcoming(connection, day, everything=True, items=items, dialogues=dialogues))
    moved = history.slips(connection, day, items=items, dialogues=dialogues)
    slips = _by_item((slip.item, slip.row) for slip in moved)
    entries = _by_item(history.entries_about(connection, day, items))
    disputed = _by_item(conflicts.conflicts(connection, day, items=items))
    verdicts = _by_item(assessments.assessments(connection, day, items=items, dialogues=dialogues))
    carries_on, carried_on_by = map(_by_item, links.linked_commitments(connection, day, items))
    for item, (row, checked_on) in watch(commitments.items()):
        logged: _LogFields = log_fields.get(item, _NO_FIELDS)
        fields = logged.fields
        yield Detail(
            row,
            checked_on,
            fields.get("quote"),
            fields.get("criterion"),
            fields.get("detail"),
            fields.get("difference"),
            tuple(fields.get("omitted_by") or ()),
            tuple(_cited(fields.get("sources") or (), records[row.dialogue])),
            tuple(upcoming[item]),
            tuple(slips[item]),
            tuple(
                entry._replace(after_evidence=True) if entry.id in logged.after_evidence else entry
                for entry in entries[item]
            ),
            tuple(disputed[item]),
            tuple(verdicts[item]),
            tuple(carries_on[item]),
            tuple(carried_on_by[item]),
            logged.is_criterion_late,
        )


def fields_on(history: History | None, day: date, milestone: str | None = None) -> Mapping[str, Any] | None:
    """Return the fields of an item, or of a milestone of it, on the day; None if it did not exist."""
    for period in history.periods if history else ():
        if period.valid_from <= day.isoformat() < period.valid_to:
            if milestone is None:
                return period.fields
            return next((part.fields for part in period.milestones if part.id == milestone), None)
    return None


def dialogues_by_key(connection: sqlite3.Connection, day: date, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the records of dialogues by key, ignoring case; an unknown key has an empty record."""
    cursor = connection.execute(
        "SELECT k.value, (SELECT d.fields FROM dialogue AS d WHERE d.key = k.value COLLATE NOCASE"
        f" AND {VALID.format('d')} LIMIT 1) FROM json_each(:keys) AS k",
        {**day_parameters(day), "keys": json.dumps(list(keys))},
    )
    return {key: json.loads(fields) if fields else {} for key, fields in cursor}


def _by_item(rows: Iterable[tuple[str, _Row]]) -> dict[str, list[_Row]]:
    grouped: dict[str, list[_Row]] = defaultdict(list)
    for item, row in rows:
        grouped[item].append(row)
    return grouped


def descriptions(connection: sqlite3.Connection, day: date, dialogue: str) -> dict[str, str]:
    """Return the long descriptions of a dialogue's commitments, by ref; commitments without one are left out."""
    cursor = connection.execute(
        "SELECT c.ref, w.text FROM commitment AS c JOIN words AS w ON w.item = c.item"
        f" WHERE c.dialogue = :dialogue AND {VALID.format('c')} AND w.field = 'detail'"
        ' AND w."on" <= :day AND :day < w.until',
        {**day_parameters(day), "dialogue": dialogue},
    )
    return {ref: plain_form(text) for ref, text in cursor}


_LOG_FIELDS = ("quote", "criterion", "detail", "difference", "omitted_by", "sources")


def _log_fields(day: date, entries: Sequence[Entry]) -> _LogFields:
    fields = fields_on(fold(entries), day) or {}
    changed = changed_after_evidence(entries)
    is_late = bool(changed) and is_changed_after_evidence(entries, changed, day.isoformat())
    return _LogFields({name: fields.get(name) for name in _LOG_FIELDS}, changed, is_late)


def _cited(sources: Iterable[Mapping[str, Any]], dialogue: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the sources, each with the title and the address of its document and the meaning of its grade."""
    documents = {
        document["key"]: {name: document[name] for name in ("title", "url") if name in document}
        for document in dialogue.get("documents") or ()
    }
    grades = dialogue.get("grades") or {}
    for source in sources:
        yield {**source, **documents.get(source["document"], {}), "meaning": grades.get(source.get("grade"))}
