"""The brief: the new entries of a record after a point in the log, and the upcoming events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol, TypeVar

from spacedialog.model.entry import CHECK, CREATE, RETRACT, SET, iso_time
from spacedialog.model.filters import Flagged
from spacedialog.model.position import Since
from spacedialog.model.rows.record import SlipRow
from spacedialog.model.rows.report import Brief, NewsRow, Report
from spacedialog.model.vocabulary import SETTLED, SETTLED_STATES, Flag, MilestoneState
from spacedialog.store.read.history import since_first

if TYPE_CHECKING:
    from spacedialog.store.read.news import News
    from spacedialog.store.read.snapshot import Snapshot

_SETTLING = (*SETTLED, *SETTLED_STATES)
_DATES = {"due", "when"}
_STALE = Flagged(Flag.STALE)


class _Named(Protocol):
    """A row with the ref of the item that it is about."""

    @property
    def ref(self) -> str: ...


_Row = TypeVar("_Row", bound=_Named)


def brief(snapshot: Snapshot, since: Since, *, until: date) -> Brief:
    """Return the changes in the snapshot after the point `since`, and the windows that open or close by `until`."""
    position = snapshot.position()
    found = snapshot.news(since)
    checks = [one for one in found if one.row.entry.kind == CHECK]
    news = _by_ref(one for one in found if one.has_effect and one.row.entry.kind != CHECK)
    moved = _net_slips(snapshot.redatings({one.row.entry.id for one in found}))
    settled = _settled(news)
    day, end, before = snapshot.day.isoformat(), until.isoformat(), since.before.isoformat() if since.before else ""
    events = snapshot.upcoming(until=until)
    overdue = [
        row
        for row in events
        if row.state == MilestoneState.OVERDUE and ((row.latest or "") >= before or row.ref in news)
    ]
    opened = [row for row in events if row.state == MilestoneState.OPEN and (row.earliest or "") > before]
    stale_then = {row.ref for row in snapshot.on(since.before).commitments(_STALE)} if since.before else set()
    stale = [row for row in snapshot.commitments(_STALE) if row.ref not in stale_then]

    conflicts = tuple(snapshot.conflicts())
    listed = {row.ref for row in conflicts}
    shown_overdue = _unlisted(overdue, listed)
    shown_settled = tuple(settled[ref] for ref in _in_order(settled.keys() - listed))
    listed.update(settled)
    shown_slips = _unlisted((moved[ref] for ref in _in_order(moved)), listed)
    shown_opened = _unlisted(opened, listed)
    closes = _unlisted((row for row in events if row.latest and day <= row.latest <= end), listed)
    opens = _unlisted((row for row in events if row.state == MilestoneState.UPCOMING), listed)
    changed = tuple(_head(news[ref]) for ref in _in_order(news.keys() - listed))
    listed.update(news)
    shown_stale = _unlisted(stale, listed)
    stale_days = snapshot.stale_since() if shown_stale else {}
    heads = {row.entry.id for row in (*shown_settled, *changed)}
    heads |= {one.row.entry.id for row in shown_slips for one in news.get(row.ref, ()) if _is_only_slip(one, row)}
    return Brief(
        since.day.isoformat() if since.day else None,
        day,
        end,
        position.entries,
        iso_time(position.recorded) if position.recorded is not None else None,
        snapshot.coverage(),
        any((news, overdue, opened, stale)),
        conflicts,
        shown_overdue,
        shown_settled,
        shown_slips,
        shown_opened,
        closes,
        opens,
        changed,
        shown_stale,
        {row.ref: stale_days[row.ref] for row in shown_stale},
        tuple(one.row for ref in _in_order(news) for one in news[ref] if one.row.entry.id not in heads),
        len(checks),
        len({one.commitment for one in checks}),
        position.seq,
    )


def add_period(report: Report, snapshot: Snapshot, start: date, until: date) -> Report:
    """Return the report with the completions since the day `start` and the windows that open or close by `until`."""
    chosen = {detail.commitment.ref for detail in report.commitments} | {row.ref for row in report.milestones}
    found = snapshot.news(Since.from_day(start))
    settled = _settled(_by_ref(one for one in found if one.has_effect and one.row.entry.ref in chosen))
    expected = [row for row in report.milestones if row.state in (MilestoneState.UPCOMING, MilestoneState.OPEN)]
    return report._replace(
        since=start.isoformat(),
        until=until.isoformat(),
        settled=tuple(settled[ref] for ref in _in_order(settled)),
        next=tuple(
            row
            for row in expected
            if any(report.as_of <= (day or "") <= str(until) for day in (row.earliest, row.latest))
        ),
    )


def _settled(news: Mapping[str, Sequence[News]]) -> dict[str, NewsRow]:
    return {ref: row for ref, entries in news.items() if (row := _settling(entries))}


def _by_ref(news: Iterable[News]) -> Mapping[str, Sequence[News]]:
    by_ref: dict[str, list[News]] = {}
    for one in news:
        by_ref.setdefault(one.row.entry.ref, []).append(one)
    return by_ref


def _in_order(refs: Iterable[str]) -> list[str]:
    """Return refs in the order of their numbers: 9 before 10."""
    return sorted(
        refs,
        key=lambda ref: [
            (int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", ref.casefold())
        ],
    )


def _unlisted(rows: Iterable[_Row], listed: set[str]) -> tuple[_Row, ...]:
    """Return the first row of each item that is not listed yet, and add the items to `listed`."""
    first: dict[str, _Row] = {}
    for row in rows:
        if row.ref not in listed:
            first.setdefault(row.ref, row)
    listed.update(first)
    return tuple(first.values())


def _net_slips(redatings: Mapping[str, SlipRow]) -> dict[str, SlipRow]:
    """Return the change of each date from its first value to its last, by ref; dates that moved back are left out."""
    slips: dict[str, SlipRow] = {}
    for row in redatings.values():
        slips[row.ref] = since_first(slips[row.ref], row) if row.ref in slips else row
    return {ref: row for ref, row in slips.items() if row.old != row.new}


def _settling(entries: Sequence[News]) -> NewsRow | None:
    """Return the latest of an item's new entries that completed, met or withdrew it; None if it is not settled."""
    for one in reversed(entries):
        entry = one.row.undone if one.row.undone and not one.row.undone.retracted else one.row.entry
        if entry.kind != SET or not {"met", "status"} & entry.changed.keys():
            continue
        is_current = one.status in _SETTLING and bool(one.status == entry.changed.get("status"))
        return one.row if "met" in entry.changed or is_current else None
    return None


def _head(entries: Sequence[News]) -> NewsRow:
    """Return the entry that is listed for an item: the one that created it, or else the latest."""
    return next((one.row for one in entries if one.row.entry.kind == CREATE), entries[-1].row)


def _is_only_slip(one: News, slip: SlipRow) -> bool:
    """Return whether the row of a moved date shows the whole entry."""
    entry = one.row.entry
    is_latest = (entry.on, entry.note, entry.evidence) == (slip.on, slip.note, slip.evidence)
    return entry.kind != RETRACT and entry.changed.keys() <= _DATES and is_latest
