"""The news of a record: the entries that are new after a point in the log, and their net effect."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from spacedialog.model.entry import CREATE, RETRACT, SET, Entry, iso_time
from spacedialog.model.fold import closing_day, fold, replaced_ids, retracted_ids
from spacedialog.model.position import Since
from spacedialog.model.rows.record import HistoryRow
from spacedialog.model.rows.report import NewsRow
from spacedialog.model.values import citation_text
from spacedialog.store.log import IS_BUILT_IN, entries_by_item
from spacedialog.store.read.commitment_sql import belongs_to_dialogues, is_among
from spacedialog.store.read.details import fields_on
from spacedialog.store.read.history import COMMITMENT, ENTRY, IS_DAY, LINKED, LOG, MILESTONE, history_row, with_criteria

_COMPARED = ("set", "note", "evidence", "milestone")
"""The keys of a body by which two entries are compared."""

_UNLISTED = ("area", "party")
"""The types of the items whose entries are not news."""

_MILESTONE_OF = "json_extract(l.body, '$.milestone')"
_LISTED = (
    "NOT EXISTS (SELECT 1 FROM area AS a WHERE a.item = l.item)"
    " AND NOT EXISTS (SELECT 1 FROM party AS p WHERE p.item = l.item)"
)


class News(NamedTuple):
    """A new entry: its row for output, and the item and the milestone (their ids) that it is about.

    `commitment` is the ref of the commitment, and `status` the current status of the commitment or the milestone; both
    are None for another item. `has_effect` is false for an entry without a note or evidence whose values later new
    entries replace, or that only sets values back.
    """

    row: NewsRow
    item: str
    milestone: str | None
    commitment: str | None
    status: str | None
    has_effect: bool = True


_Setting = tuple[str, str | None, str]
"""A field that an entry sets, after its item and its milestone."""


def news(connection: sqlite3.Connection, day: date, since: Since, *, dialogues: Sequence[str] = ()) -> list[News]:
    """Return the entries that were true by the day and are new, in the order in which they were true.

    Left out are entries on areas and parties, and entries that were undone. The undo of an older entry is news unless
    the entry was made again; the new entry is then not news either.
    """
    found = list(_new_entries(connection, day, since, dialogues))
    known = {one.row.entry.id for one in found}
    undos: dict[str, list[News]] = defaultdict(list)
    for one in found:
        if one.row.entry.kind == RETRACT:
            undos[one.item].append(one)
    kept = [one for one in found if one.row.entry.kind != RETRACT and not one.row.entry.retracted]
    repeated = _set_repeatedly(kept)
    last = {setting: one for one in kept for setting in _settings(one)}
    restored: set[_Setting] = set()
    net_undos: dict[str, News] = {}
    dropped: set[str] = set()
    for item, entries in entries_by_item(connection, list({*undos, *repeated})):
        every = list(entries)
        old = [entry for entry in every if entry.id not in known]
        if item in undos:
            net = _net_undos(every, old, undos[item], day)
            net_undos |= net.listed
            dropped |= net.dropped
        restored.update(_restored(old, [(setting, last[setting]) for setting in repeated.get(item, ())], day))
    undone = _rows(connection, day, list(net_undos))
    remaining = [one for one in kept if one.row.entry.id not in dropped]
    rows = [
        *_with_effects(remaining, last, restored),
        *(_naming(undo, undone[entry]) for entry, undo in net_undos.items()),
    ]
    marked = with_criteria(connection, [one.row.entry for one in rows])
    rows = [one._replace(row=one.row._replace(entry=entry)) for one, entry in zip(rows, marked, strict=True)]
    return sorted(rows, key=lambda one: (one.row.entry.on, one.row.entry.recorded_at, one.row.entry.id))


def _new_entries(connection: sqlite3.Connection, day: date, since: Since, dialogues: Sequence[str]) -> Iterator[News]:
    before = since.before.isoformat() if since.before else ""
    parameters: dict[str, Any] = {
        "day": day.isoformat(),
        "entries": since.entries,
        "recorded": since.recorded,
        "before": before,
    }
    arrived = (
        "l.rowid > :entries"
        if since.recorded is None
        else f"(l.ts >= :recorded AND {IS_BUILT_IN.format('l')} IS NOT TRUE)"
    )
    cursor = connection.execute(
        f"SELECT {ENTRY}, {arrived},"
        f" coalesce((SELECT m.title {MILESTONE}), c.title, d.title,"
        f" (SELECT c.title FROM assessment AS s JOIN {COMMITMENT.format('s.commitment')} WHERE s.item = l.item"
        " LIMIT 1),"
        f" (SELECT n.title {LINKED.format('l.item')})),"
        f" iif({_MILESTONE_OF} IS NULL, c.source, NULL), l.item, {_MILESTONE_OF}, c.ref,"
        f" iif({_MILESTONE_OF} IS NULL, c.status, (SELECT m.status {MILESTONE})) FROM {LOG}"
        " LEFT JOIN (SELECT item, json_extract(fields, '$.title') AS title, max(valid_from) FROM dialogue"
        " WHERE valid_from <= :day GROUP BY item) AS d ON d.item = l.item"
        # An exact day compares as text; a vague one is compared below.
        f' WHERE ({arrived} OR NOT {IS_DAY} OR l."on" > :before) AND {_LISTED}'
        f" AND {belongs_to_dialogues('l.item', dialogues, parameters)}"
        ' ORDER BY l."on", l.ts, l.id',
        parameters,
    )
    for *columns, is_new, title, source, item, milestone, commitment, status in cursor:
        row = history_row(tuple(columns))
        true_on = closing_day(row.on)
        if true_on <= day.isoformat() and (is_new or true_on > before):
            cited = _first_source(row, source) if row.kind == CREATE else ()
            yield News(NewsRow(row, title or "", row.evidence or cited), item, milestone, commitment, status)


def _first_source(row: HistoryRow, source: str | None) -> tuple[str, ...]:
    """Return the citation of the first source: `source`, that of a commitment, or else the one that the entry sets."""
    sources = row.changed.get("sources")
    cited = source or (citation_text(sources[0]) if sources else "")
    return (cited,) if cited else ()


class _NetUndos(NamedTuple):
    """The undos and redos of one item that are news, by the older entry that they are about.

    `dropped` are the ids of the new entries that are not news.
    """

    listed: Mapping[str, News]
    dropped: set[str]


def _net_undos(entries: Sequence[Entry], old: Sequence[Entry], undos: Sequence[News], day: date) -> _NetUndos:
    """Compare the entries of an item that count with those of its `old` entries that counted before."""
    before, after = retracted_ids(old), retracted_ids(entries)
    changed = [
        entry
        for entry in old
        if entry.kind != RETRACT and (entry.id in before) != (entry.id in after) and closing_day(entry.on) <= str(day)
    ]
    gone = {entry.id: _meaning(entry) for entry in changed if entry.id in after}
    is_old = {entry.id for entry in old}
    dropped = set()
    for entry in entries:
        if entry.id not in is_old and entry.id not in after and entry.kind != RETRACT:
            same = next((undone for undone, meaning in gone.items() if meaning == _meaning(entry)), None)
            if same:
                del gone[same]
                dropped.add(entry.id)
    listed = [entry for entry in changed if entry.id in gone or entry.id not in after]
    if created := [entry for entry in listed if entry.kind == CREATE and "milestone" not in entry.content]:
        # The other entries of an item are news together with its creation.
        listed = created
        if created[0].id in gone:
            dropped = {entry.id for entry in entries}
    by_id = {entry.id: entry for entry in entries}
    by_id |= {former: by_id[now[0]] for former, now in replaced_ids(entries).items() if former not in by_id}
    latest = {_root(by_id, undo.row.entry.changed.get("retracts")): undo for undo in undos}
    is_listed = not any(entry.content.get("type") in _UNLISTED for entry in entries)
    return _NetUndos({entry.id: latest[entry.id] for entry in listed if is_listed and entry.id in latest}, dropped)


def _root(by_id: Mapping[str, Entry], name: str | None) -> str | None:
    """Return the id of the entry that a chain of undos and redos starts from; None if it is not known."""
    for _ in by_id:
        entry = by_id.get(name or "")
        if entry is None or entry.kind != RETRACT:
            return entry.id if entry else None
        name = entry.content.get("retracts")
    return None


def _meaning(entry: Entry) -> tuple[str, str, str]:
    """Return the content of an entry for comparison: equal if one entry makes the other again.

    The day counts only if it was given, that is, if it is not the day of the recording in any time zone.
    """
    content = json.dumps([entry.content.get(key) for key in _COMPARED], sort_keys=True)
    recorded = date.fromisoformat(iso_time(entry.ts)[:10])
    days = {date.fromordinal(recorded.toordinal() + shift).isoformat() for shift in (-1, 0, 1)}
    return entry.kind, content, "" if entry.on in days else entry.on


def _settings(one: News) -> set[_Setting]:
    """Return the fields that a new entry sets; none if it records an occurrence as met, which no entry replaces."""
    entry = one.row.entry
    is_setting = entry.kind in (CREATE, SET) and "met" not in entry.changed
    return {(one.item, one.milestone, name) for name in entry.changed} if is_setting else set()


def _set_repeatedly(kept: Iterable[News]) -> Mapping[str, set[_Setting]]:
    """Return the fields of older items that several new entries set, by item."""
    kept = list(kept)
    created = {one.item for one in kept if one.row.entry.kind == CREATE and one.milestone is None}
    seen: set[_Setting] = set()
    repeated: dict[str, set[_Setting]] = defaultdict(set)
    for one in kept:
        if one.item not in created and (settings := _settings(one)):
            if again := settings & seen:
                repeated[one.item] |= again
            seen |= settings
    return repeated


def _restored(old: Sequence[Entry], repeated: Sequence[tuple[_Setting, News]], day: date) -> Iterator[_Setting]:
    """Yield the fields of an item to which the last new entry gives the values that they had in the old entries."""
    history = fold(old) if repeated else None
    for setting, one in repeated:
        _, milestone, name = setting
        fields = fields_on(history, day, milestone)
        if fields is not None and fields.get(name) == one.row.entry.changed[name]:
            yield setting


def _with_effects(kept: Sequence[News], last: Mapping[_Setting, News], restored: set[_Setting]) -> Iterator[News]:
    """Yield the entries, and mark those without a net effect; `last` are the last new entries that set each field."""
    # An entry with a note is listed, so the entry that restores its field is listed too.
    if restored:
        restored = restored.difference(*(_settings(one) for one in kept if _has_remarks(one)))
    for one in kept:
        settings = _settings(one)
        is_last = any(last[setting] is one and setting not in restored for setting in settings)
        yield one._replace(has_effect=_has_remarks(one) or is_last or not settings)


def _has_remarks(one: News) -> bool:
    """Return whether an entry has a note or evidence, or creates an item."""
    entry = one.row.entry
    return bool(entry.kind != SET or entry.note or entry.evidence)


def _rows(connection: sqlite3.Connection, day: date, ids: Sequence[str]) -> dict[str, HistoryRow]:
    """Return the entries with these ids, by id."""
    if not ids:
        return {}
    parameters: dict[str, Any] = {"day": day.isoformat()}
    cursor = connection.execute(f"SELECT {ENTRY} FROM {LOG} WHERE {is_among('l.id', ids, parameters)}", parameters)
    return {row.id: row for row in map(history_row, cursor)}


def _naming(undo: News, undone: HistoryRow) -> News:
    """Return the news of an undo with the entry that it is about, which also names an item that no longer exists."""
    entry, changed = undo.row.entry, undone.changed
    ref = entry.ref or str(changed.get("ref") or changed.get("key") or "")
    title = undo.row.title or str(changed.get("title") or "")
    return undo._replace(row=NewsRow(entry._replace(ref=ref), title, (), undone))
