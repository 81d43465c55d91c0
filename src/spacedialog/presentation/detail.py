"""The views of one commitment and of one dialogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from spacedialog.model.dates import readable
from spacedialog.model.fields import FIELDS, SHOWN, CommitmentRow
from spacedialog.model.rows.record import Detail, DialogueRow, HistoryRow
from spacedialog.model.values import citation_text
from spacedialog.presentation.phrases import (
    assessment_text,
    conflict_lines,
    criterion_text,
    entry_text,
    indented,
    quotation,
    window_text,
)
from spacedialog.presentation.tables import Column, Table, assessments, commitments, history, slips, upcoming
from spacedialog.presentation.views import Block, View, pair_table


def commitment(result: Detail) -> View:
    """Return one commitment with its sources, milestones, moved dates, assessments and history."""
    row = result.commitment
    texts = {
        "due": _due_text(row),
        "flags": ", ".join(row.flags),
        "updated_on": readable(row.updated_on),
        "criterion": criterion_text(result),
        "quote": quotation(result.quote),
        "detail": result.detail or "",
        "difference": result.difference or "",
        "omitted_by": ", ".join(result.omitted_by),
    }
    fields = [
        *((FIELDS[name].label, texts[name] if name in texts else FIELDS[name].cell(row)) for name in SHOWN),
        ("last checked", result.checked_on or "never"),
        *(("carries on", f"{other['ref']} {other['title']}") for other in result.carries_on),
        *(("carried on by", f"{other['ref']} {other['title']}") for other in result.carried_on_by),
    ]
    table = pair_table(
        "commitment",
        [
            ("ref", row.ref),
            ("title", row.title),
            *fields,
            *(("source", " ".join(_source_lines(source))) for source in result.sources),
            *(
                ("milestone", f"{milestone.ref} {readable(milestone.when)} {milestone.title}: {window_text(milestone)}")
                for milestone in result.milestones
            ),
            *(("conflict", " ".join(conflict_lines(conflict))) for conflict in result.conflicts),
            *(("assessment", assessment_text(assessment)) for assessment in result.assessments),
            *(("history", f"{readable(entry.on)} {entry.ref} {entry_text(entry)}") for entry in result.history),
        ],
    )
    blocks = [
        Block(f"{row.ref}  {row.title}", table=pair_table("commitment", fields)),
        Block("Sources", tuple(line for source in result.sources for line in indented(_source_lines(source)))),
    ]
    if result.conflicts:
        lines = tuple(line for conflict in result.conflicts for line in conflict_lines(conflict))
        blocks.insert(1, Block("Conflicts", lines))
    if result.milestones:
        blocks.append(Block("Milestones", table=upcoming(result.milestones)))
    if result.slips:
        blocks.append(Block("Moved dates", table=slips(result.slips)))
    if result.assessments:
        blocks.append(Block("Assessments", table=assessments(result.assessments, one_commitment=True)))
    blocks.append(Block("History", table=history(result.history)))
    return View("commitment", result, table, tuple(blocks))


def commitment_fields(result: Detail) -> Table:
    """Return one commitment as a table of one row, with all its fields."""
    row = result.commitment
    more = {
        "checked_on": result.checked_on,
        **{name: getattr(result, name) for name in ("criterion", "quote", "detail", "difference", "omitted_by")},
        "sources": tuple(" ".join(filter(None, _source_lines(source))) for source in result.sources),
    }
    # The columns of a list cannot read this row, because it has more fields.
    columns = tuple(
        Column(column.heading, partial(_text, column.cell(row)), wide=column.wide, field=column.field)
        for column in commitments(()).columns
    )
    fields = (*row._fields, *more)
    return Table("commitments", fields, [(*row, *more.values())], columns, "", dates=("due", "review", "updated_on"))


def _text(text: str, _: Any) -> str:
    return text


def dialogue_fields(record: Mapping[str, Any]) -> Table:
    """Return one dialogue as a table of one row, with its fields."""
    others = record.keys() - {*DialogueRow._fields, "history"}
    fields = (*(name for name in DialogueRow._fields if name in record), *sorted(others))
    return Table("dialogues", fields, [tuple(record[name] for name in fields)], (), "", dates=("when",))


def _due_text(row: CommitmentRow) -> str:
    if not row.due or row.due == row.due_earliest:
        return row.due or ""
    return f"{readable(row.due)} ({row.due_earliest or 'no start'} to {row.due_latest or 'no end'})"


def _source_lines(source: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the citation, the document with its grade of evidence, and the web address of a source."""
    document = [text for text in (source.get("title"), source.get("meaning")) if text]
    return citation_text(source), "; ".join(document), source.get("url") or ""


def dialogue(record: Mapping[str, Any]) -> View:
    """Return one dialogue: place and date, heads of delegation, documents, grades of evidence and history."""
    entries: Sequence[HistoryRow] = record.get("history") or ()
    documents = record.get("documents") or ()
    grades = record.get("grades") or {}
    fields = [
        ("series", record.get("series") or ""),
        ("number", str(record.get("number") or "")),
        ("place", record.get("place") or ""),
        ("when", readable(record.get("when") or "")),
        ("host", record.get("host") or ""),
        *(
            ("head", f"{head['name']}, {head['title']} ({head['body']}, {head['side']})")
            for head in record.get("heads") or ()
        ),
        ("note", record.get("note", "")),
    ]
    table = pair_table(
        "dialogue",
        [
            ("key", record["key"]),
            ("title", record.get("title") or ""),
            *fields,
            *(("document", " ".join(filter(None, (d["key"], d["title"], d.get("url"))))) for d in documents),
            *(("grade", f"{grade}: {meaning}") for grade, meaning in grades.items()),
            *(("history", f"{readable(entry.on)} {entry.ref} {entry_text(entry)}") for entry in entries),
        ],
    )
    lines = tuple(
        line
        for document in documents
        for line in indented(
            (f"{document['key']}  {document['title']}", document.get("note", ""), document.get("url", ""))
        )
    )
    blocks = [
        Block(f"{record['key']}  {record.get('title') or ''}", table=pair_table("dialogue", fields)),
        Block("Documents", lines),
    ]
    if grades:
        blocks.append(Block("Grades of evidence", table=pair_table("grades", grades.items())))
    if entries:
        blocks.append(Block("History", table=history(entries)))
    return View("dialogue", record, table, tuple(blocks))
