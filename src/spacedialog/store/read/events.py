"""Dated events as of a day: due dates and milestones of commitments, as rows of a list or as calendar events."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from spacedialog.errors import DateError
from spacedialog.model.dates import VagueDate, days_to, iso_day
from spacedialog.model.entry import iso_time
from spacedialog.model.filters import Filter
from spacedialog.model.rows.record import CalendarEvent, UpcomingRow
from spacedialog.model.values import evidence_pieces, is_citation_of, is_web_address
from spacedialog.model.vocabulary import SETTLED_STATES, STATUS_GROUPS, MilestoneState
from spacedialog.store.read.commitment_sql import (
    UNSETTLED,
    VALID,
    Parameters,
    day_parameters,
    filter_sql,
    in_dialogues,
    is_among,
    overlaps,
)


def events_sql(condition: str = "TRUE", *, of_due_dates: str = "TRUE", of_milestones: str = "TRUE") -> str:
    """Return the SELECT of the dated events on `:day`: due dates of commitments `c`, and their milestones `m`.

    `condition` is on `c`. It is part of both SELECTs of the union, so that SQLite can use an index for it. The columns
    of both have the same types: otherwise SQLite would neither filter nor order the SELECTs one by one.
    """
    return f"""
        SELECT c.ref AS ref, c.ref AS commitment, c.title AS title, c.due AS "when", c.due_earliest AS earliest,
            c.due_latest AS latest, CASE c.status WHEN 'complete' THEN 'met' ELSE c.status END AS status,
            CAST(NULL AS TEXT) AS recurs, CAST(NULL AS TEXT) AS met, c.dialogue AS dialogue, c.area AS area,
            c.item AS item, CAST(NULL AS TEXT) AS milestone, c.source AS source
        FROM commitment AS c
        WHERE c.due IS NOT NULL AND {VALID.format("c")} AND {condition} AND {of_due_dates}
        UNION ALL
        SELECT m.ref, c.ref, m.title, m."when", m.earliest, m.latest,
            iif(c.status = 'withdrawn' AND m.status <> 'met', c.status, m.status), m.recurs, m.met, c.dialogue, c.area,
            m.item, m.milestone, m.source
        FROM milestone AS m JOIN commitment AS c ON c.item = m.item AND {VALID.format("c")}
        WHERE {VALID.format("m")} AND {condition} AND {of_milestones}
    """


_OPEN = f"c.status IN ({', '.join(map(repr, STATUS_GROUPS['open']))})"


def unmet_sql(condition: str = "TRUE", *, in_order: bool = False) -> str:
    """Return the SELECT of the events of `events_sql` that are still expected.

    SQLite finds due dates by the status and the window or, if they are read `in_order`, by the window only.
    """
    settled = ", ".join(repr(state.value) for state in SETTLED_STATES)
    is_open = UNSETTLED if in_order else _OPEN
    events = events_sql(condition, of_due_dates=is_open, of_milestones=f"m.status NOT IN ({settled})")
    # The milestones of withdrawn commitments are withdrawn.
    return f"SELECT * FROM ({events}) WHERE status NOT IN ({settled})"


_UNTIL = "(earliest <= :until OR latest <= :until)"
_OCCURRENCES = 3
_MOST_OCCURRENCES = 1000


class _Event(NamedTuple):
    """A row of `events_sql`. `source` is a citation, or the evidence of a milestone, one piece per line."""

    ref: str
    commitment: str
    title: str
    when: str
    earliest: str | None
    latest: str | None
    status: str
    recurs: str | None
    met: str | None
    dialogue: str
    area: str
    item: str
    milestone: str | None
    source: str


def upcoming(
    connection: sqlite3.Connection,
    day: date,
    *,
    until: date | None = None,
    due: VagueDate | None = None,
    everything: bool,
    items: Sequence[str] | None = None,
    dialogues: Sequence[str] = (),
) -> list[tuple[str, UpcomingRow]]:
    """Return events in the order of their windows, each with its commitment's item; see `Snapshot.upcoming`."""
    parameters: Parameters = day_parameters(day)
    conditions = [in_dialogues("dialogue", dialogues, parameters)]
    events = (events_sql if everything else unmet_sql)(is_among("c.item", items, parameters))
    if until is not None:
        conditions.append(_UNTIL)
        parameters["until"] = until.isoformat()
    if due is not None:
        conditions.append(f"(recurs IS NOT NULL OR {_overlaps_due(due, parameters)})")
    cursor = connection.execute(f"SELECT * FROM ({events}) WHERE {' AND '.join(conditions)}", parameters)
    rows = [
        (event.item, row)
        for event in map(_Event._make, cursor)
        for row in _occurrences(event, day, until, due, everything)
    ]
    return sorted(rows, key=lambda pair: by_window(pair[1]))


def following(
    connection: sqlite3.Connection, day: date, limit: int, *, dialogues: Sequence[str] = ()
) -> list[UpcomingRow]:
    """Return the first events of `upcoming` that are not overdue, at most `limit`."""
    parameters: Parameters = {**day_parameters(day), "limit": limit}
    belongs = in_dialogues("c.dialogue", dialogues, parameters)
    select = f"SELECT * FROM ({unmet_sql(belongs, in_order=True)})"
    events = connection.execute(f"{select} WHERE recurs IS NOT NULL", parameters).fetchall()
    once = f"{select} WHERE recurs IS NULL"
    # An index has the windows in the order of their ends, so few events are read. Windows without an end come last.
    first = connection.execute(
        f"{once} AND latest >= :day AND latest < '{_LAST_DAY}' ORDER BY latest, earliest, ref LIMIT :limit", parameters
    ).fetchall()
    if len(first) < limit:
        first = connection.execute(
            f"{once} AND (latest >= :day OR latest IS NULL)"
            f" ORDER BY ifnull(latest, '{_LAST_DAY}'), earliest, ref LIMIT :limit",
            parameters,
        ).fetchall()
    rows = [row for event in map(_Event._make, events + first) for row in _occurrences(event, day, None, None, False)]
    return sorted((row for row in rows if row.state != MilestoneState.OVERDUE), key=by_window)[:limit]


_LAST_DAY = "9999-12-31"


def by_window(row: UpcomingRow) -> tuple[str, str, str]:
    """Return the sort key of an event: when its window closes, when it opens, its ref."""
    return row.latest or _LAST_DAY, row.earliest or "", row.ref


def place(row: UpcomingRow) -> int:
    """Return the sort key of an event: overdue first, then expected, then met or withdrawn."""
    if row.state == MilestoneState.OVERDUE:
        return 0
    return 2 if row.state in SETTLED_STATES else 1


def _overlaps_due(due: VagueDate, parameters: Parameters) -> str:
    return overlaps("earliest", "latest", due.earliest, due.latest, parameters)


def _occurrences(
    event: _Event, day: date, until: date | None, due: VagueDate | None, everything: bool
) -> Iterator[UpcomingRow]:
    """Yield an event, or the occurrences of one that recurs: up to `until`, in the window `due`, or the next three."""
    if not event.recurs:
        yield _upcoming_row(event, day, event.when, event.earliest, event.latest, event.status)
        return
    from spacedialog.model.dates import Span

    if everything and event.met:
        met = VagueDate.parse(event.met)
        if due is None or met.overlaps(due):
            yield _upcoming_row(event, day, event.met, iso_day(met.earliest), iso_day(met.latest), MilestoneState.MET)
    first, every = VagueDate.parse(event.when), Span.parse(event.recurs)
    ends = [end for end in (until, due and due.latest) if end]
    shown = 0
    for number in range(_MOST_OCCURRENCES):
        try:
            when = first.occurrence(number, every) if number else first
        except DateError:
            return  # The calendar ends, or another entry set a date that is less precise than the span.
        if (ends and when.earliest and when.earliest > min(ends)) or (not ends and shown == _OCCURRENCES):
            return
        if due is None or when.overlaps(due):
            shown += 1
            yield _upcoming_row(event, day, str(when), iso_day(when.earliest), iso_day(when.latest), event.status)


def _upcoming_row(
    event: _Event, today: date, when: str, earliest: str | None, latest: str | None, status: str
) -> UpcomingRow:
    day = today.isoformat()
    if status in SETTLED_STATES:
        state = MilestoneState(status)
    elif latest is not None and latest < day:
        state = MilestoneState.OVERDUE
    elif earliest is not None and earliest > day:
        state = MilestoneState.UPCOMING
    else:
        state = MilestoneState.OPEN
    return UpcomingRow(
        event.ref,
        event.commitment,
        event.title,
        when,
        earliest,
        latest,
        state.value,
        days_to(earliest, today),
        days_to(latest, today),
        event.recurs,
        evidence_pieces(event.source)[0],
    )


def calendar(
    connection: sqlite3.Connection,
    day: date,
    filter_: Filter,
    until: date | None,
    due: VagueDate | None = None,
    *,
    dialogues: Sequence[str] = (),
) -> list[CalendarEvent]:
    """Return the events of the commitments that match `filter_`, in any state; see `Snapshot.calendar`."""
    parameters: Parameters = {**day_parameters(day)}
    matches = f"SELECT c.item FROM commitment AS c WHERE {VALID.format('c')} AND {filter_sql(filter_, parameters)}"
    belongs = in_dialogues("e.dialogue", dialogues, parameters)
    if until is not None:
        parameters["until"] = until.isoformat()
    in_window = "TRUE"
    if due is not None:
        begun = overlaps("e.earliest", "e.latest", None, due.latest, parameters)
        in_window = f"((e.recurs IS NOT NULL AND {begun}) OR {_overlaps_due(due, parameters)})"
    cursor = connection.execute(
        "SELECT e.*, c.title, c.status, c.percent,"
        f" (SELECT d.fields FROM dialogue AS d WHERE d.key = c.dialogue AND {VALID.format('d')}),"
        f" l.entries, l.first, l.newest, {_CRITERION}"
        f" FROM ({events_sql()}) AS e JOIN commitment AS c ON c.item = e.item AND {VALID.format('c')}"
        " JOIN (SELECT item, count(*) AS entries, min(ts) AS first, max(ts) AS newest FROM change GROUP BY item) AS l"
        f" ON l.item = e.item WHERE e.item IN ({matches}) AND {belongs} AND {_UNTIL if until else 'TRUE'}"
        f" AND {in_window}"
        " ORDER BY coalesce(e.latest, '9999'), coalesce(e.earliest, ''), e.ref, e.item, e.milestone",
        parameters,
    )
    width = len(_Event._fields)
    addresses = _WebAddresses()
    return [_calendar_event(_Event._make(row[:width]), addresses, until, *row[width:]) for row in cursor]


_CRITERION = (
    "(SELECT w.text FROM words AS w WHERE w.item = c.item AND w.field = 'criterion'"
    ' AND w."on" <= :day AND :day < w.until LIMIT 1)'
)
"""The criterion of a commitment `c`, in the form in which a search reads it."""


class _WebAddresses:
    """The web addresses of the documents that dialogues cite. Each record and each citation is read once."""

    def __init__(self) -> None:
        self._documents: dict[str, Mapping[str, str]] = {}
        self._found: dict[tuple[str, str], str | None] = {}

    def find(self, dialogue: str | None, source: Sequence[str]) -> str | None:
        """Return the first web address of a source, or else that of the document that it cites; None if it has none.

        `dialogue` is the dialogue's record as JSON.
        """
        if address := next(filter(is_web_address, source), None):
            return address
        if dialogue is None:
            return None
        citation = source[0]
        if (dialogue, citation) not in self._found:
            if dialogue not in self._documents:
                documents = json.loads(dialogue).get("documents") or ()
                self._documents[dialogue] = {doc["key"]: doc["url"] for doc in documents if doc.get("url")}
            addresses = self._documents[dialogue].items()
            url = next((url for key, url in addresses if is_citation_of(key, citation)), None)
            self._found[dialogue, citation] = url
        return self._found[dialogue, citation]


def _calendar_event(
    event: _Event,
    addresses: _WebAddresses,
    until: date | None,
    commitment: str,
    status: str,
    percent: int | None,
    dialogue: str | None,
    entries: int,
    first: int,
    newest: int,
    criterion: str | None,
) -> CalendarEvent:
    from spacedialog.store.words import plain_form

    state = event.status if event.status in SETTLED_STATES else "planned"
    source = evidence_pieces(event.source)
    return CalendarEvent(
        uid=event.milestone or event.item,
        # Every entry on the commitment may change the event.
        sequence=entries - 1,
        created_at=iso_time(first),
        changed_at=iso_time(newest),
        ref=event.ref,
        title=event.title,
        when=event.when,
        earliest=event.earliest,
        latest=event.latest,
        recurs=event.recurs,
        until=iso_day(until),
        met=event.met,
        state=state,
        commitment=event.commitment,
        commitment_title=commitment,
        status=status if percent is None else f"{status} {percent}%",
        source=source[0],
        url=addresses.find(dialogue, source),
        alarm_days=None,
        criterion=criterion and plain_form(criterion),
    )
