"""Assessments as of a day, and the timing of commitments for a crosswalk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from spacedialog.model.entry import iso_time, parse_body
from spacedialog.model.filters import EVERYTHING, Filter
from spacedialog.model.fold import closing_day
from spacedialog.model.rows.assessment import Timing
from spacedialog.model.rows.record import AssessmentRow
from spacedialog.model.values import evidence_pieces
from spacedialog.store.read.commitment_sql import VALID, Parameters, day_parameters, is_among, matching, order_by
from spacedialog.store.read.counts import dialogue_keys


def assessments(
    connection: sqlite3.Connection,
    day: date,
    filter_: Filter = EVERYTHING,
    *,
    items: Sequence[str] | None = None,
    rubric: str | None = None,
    dialogues: Sequence[str] = (),
) -> Iterator[tuple[str, AssessmentRow]]:
    """Yield the verdicts that are current on the day, each with its commitment's item, in the order of the refs.

    The commitments match `filter_` and, if given, are among `items` and of `dialogues`. `rubric` limits the verdicts to
    the rubric of that name. With `items`, the order of the dialogues is not defined.
    """
    parameters: Parameters = {**day_parameters(day), "rubric": rubric or ""}
    order = order_by("ref", dialogue_keys(connection, day) if items is None else (), parameters)
    cursor = connection.execute(
        'SELECT c.item, c.ref, c.title, a.party, a.assessor, a.rubric, a.verdict, l."on", l.author, l.ts, l.id, l.body'
        f" FROM commitment AS c JOIN assessment AS a ON a.commitment = c.item AND {VALID.format('a')}"
        f" JOIN change AS l ON l.id = a.entry WHERE {matching(filter_, dialogues, parameters)}"
        f" AND {is_among('c.item', items, parameters)} AND {'a.rubric = :rubric' if rubric else 'TRUE'}"
        f" ORDER BY {order}, a.rubric, a.party IS NOT NULL, a.party, a.assessor",
        parameters,
    )
    return ((item, _assessment_row(row)) for item, *row in cursor)


def _assessment_row(row: Sequence[Any]) -> AssessmentRow:
    *verdict, on, author, ts, entry, text = row
    body = parse_body(text)
    evidence = evidence_pieces(body.get("evidence"))
    return AssessmentRow._make((*verdict, on, body.get("note"), evidence, author, iso_time(ts), entry))


def timings(
    connection: sqlite3.Connection, day: date, filter_: Filter = EVERYTHING, *, dialogues: Sequence[str] = ()
) -> dict[str, Timing]:
    """Return the timing of each commitment that matches `filter_`, by ref."""
    parameters = day_parameters(day)
    earlier = "FROM commitment AS p WHERE p.item = c.item AND p.valid_from <= :day"
    cursor = connection.execute(
        "SELECT c.ref, c.status, c.status_on, c.due_latest,"
        " ifnull((SELECT r.old FROM redating AS r WHERE r.item = c.item AND r.milestone IS NULL AND r.day <= :day"
        " ORDER BY r.day, r.change LIMIT 1), c.due),"
        # The day of its last change of status; none if it had the status from its first day, which may be older.
        f" (SELECT min(p.valid_from) {earlier} AND p.valid_from >"
        f" (SELECT max(p.valid_from) {earlier} AND p.status <> c.status))"
        f" FROM commitment AS c WHERE {matching(filter_, dialogues, parameters)}",
        parameters,
    )
    return {
        ref: Timing(
            status == "complete" and bool(since and due and since > closing_day(due)),
            bool(latest and latest < day.isoformat() and status_on > latest),
        )
        for ref, status, status_on, latest, due, since in cursor
    }
