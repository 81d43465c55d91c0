"""Reports: views that are more than one table, as documents of sheets and lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from spacedialog.model.dates import readable
from spacedialog.model.fields import status_text
from spacedialog.model.rows.compare import Comparison
from spacedialog.model.rows.record import (
    AreaRow,
    Brief,
    CalendarEvent,
    CommitmentRow,
    ConflictRow,
    Detail,
    Overview,
    Report,
    Written,
)
from spacedialog.model.values import citation_text
from spacedialog.model.vocabulary import STALE_DAYS, MilestoneState
from spacedialog.presentation.comparison import carried, counted_outcomes, proposals, taken_up
from spacedialog.presentation.tables import (
    Column,
    Table,
    assessments,
    commitments,
    coverage_line,
    history,
    indented,
    next_milestone,
    of_dialogue,
    slips,
    to_the_minute,
    upcoming,
    value_text,
    verdict,
    what,
    window,
)


class Block(NamedTuple):
    """A part of a document: a heading with lines of text, or with a sheet, below it."""

    heading: str
    lines: tuple[str, ...] = ()
    sheet: Table | None = None


class View(NamedTuple):
    """A view that is more than one table: `data` for JSON, `sheet` for tables of text, `blocks` for people."""

    name: str
    data: Any
    sheet: Table
    blocks: tuple[Block, ...]


class Figure(NamedTuple):
    """One figure of the overview, for the formats that are tables of text."""

    section: str
    name: str
    value: str | int | None


def overview(of: Overview) -> View:
    """The state of the whole record."""
    figures = [
        *(Figure("dialogue", str(dialogue.get("key")), str(dialogue.get("title"))) for dialogue in of.dialogues),
        *(Figure("coverage", name, value) for name, value in of.coverage._asdict().items()),
        *(Figure("status", name, count) for name, count in of.statuses.items()),
        *(Figure("area", f"{row.dialogue}/{row.area}", row.commitments) for row in of.areas),
        *(Figure("next", row.ref, row.when) for row in of.next),
        *(Figure("overdue", row.ref, row.due) for row in of.overdue),
        *(Figure("unrecorded", row.ref, row.when) for row in of.unrecorded),
        Figure("stale", "commitments", of.stale),
    ]
    columns = (
        Column("Section", lambda row: row.section),
        Column("Name", lambda row: row.name),
        Column("Value", lambda row: str(row.value)),
    )
    shared = f"; position {of.position} of the team's log" if of.position else ""
    quiet = f"; no entry for {STALE_DAYS} days on {of.stale} open ones" if of.stale else ""
    newest = of.dialogues[-1].get("key") if of.dialogues else None
    # What an earlier dialogue undertook is told by what it still has to come: its areas would be a screen each.
    areas = tuple(row for row in of.areas if row.dialogue == newest)
    several = len(of.dialogues) > 1
    blocks = [
        Block("", (*map(_held, of.dialogues[-1:]), coverage_line(of.coverage) + quiet + shared)),
        *([Block("Dialogues", sheet=_dialogues(of.dialogues))] if several else ()),
        Block("Status", sheet=_statuses(of.statuses, of.coverage.commitments)),
        Block(f"Areas of {newest}" if several else "Areas", (LEGEND,), _progress(areas)),
        Block("What comes next", sheet=upcoming(of.next)),
    ]
    if of.overdue:
        blocks.append(
            Block("Overdue: the window closed, and nobody recorded completion", sheet=commitments(of.overdue))
        )
    if of.unrecorded:
        blocks.append(Block("The window closed, and nobody recorded what came of it", sheet=upcoming(of.unrecorded)))
    return View("overview", of, Table("overview", Figure._fields, figures, columns, ""), tuple(blocks))


LEGEND = "█ complete  ▒ in progress  ░ otherwise assessed  ▁ not assessed"


def _held(dialogue: Mapping[str, Any]) -> str:
    """A dialogue in one line: its key, its title, where and when."""
    return ", ".join(
        filter(
            None,
            (
                f"{dialogue.get('key')}: {dialogue.get('title')}",
                dialogue.get("place"),
                readable(dialogue.get("when", "")),
            ),
        )
    )


def log_line(of: Report | Brief) -> str:
    """The position in the log, in words: how many entries, the time of the newest, the position in the team's log."""
    newest = f", the newest recorded {to_the_minute(of.recorded_until)} UTC" if of.recorded_until else ""
    shared = f"; position {of.position} of the team's log" if of.position else ""
    return f"{of.changes} {'entry' if of.changes == 1 else 'entries'}{newest}{shared}"


def whole(of: Report, *, events: Callable[[], Iterable[CalendarEvent]] | None = None) -> View:
    """A record, or a part of it, with all that a report shows; `events` gives what a calendar gets of it."""
    rows = [detail.commitment for detail in of.commitments]
    lines = (
        *map(_held, of.dialogues),
        *([f"only: {of.selection}"] if of.selection else ()),
        f"as of {readable(of.as_of)}; log: {log_line(of)}",
        coverage_line(of.coverage),
    )
    ahead = [row for row in of.milestones if row.state in (MilestoneState.UPCOMING, MilestoneState.OPEN)]
    unrecorded = [row for row in of.milestones if row.state == MilestoneState.CLOSED]
    blocks = [
        Block("Report on the commitments", lines),
        Block("Status", sheet=_statuses(of.statuses, of.coverage.commitments)),
        Block("Areas", (LEGEND,), _progress(of.areas)),
        Block("What comes next", sheet=upcoming(ahead)),
    ]
    if unrecorded:
        blocks.append(Block("The window closed, and nobody recorded what came of it", sheet=upcoming(unrecorded)))
    if disputed := [row for detail in of.commitments for row in detail.conflicts]:
        lines = tuple(line for row in disputed for line in disagreement(row))
        blocks.append(Block("Not agreed on, until someone decides", lines))
    if of.slips:
        blocks.append(Block("Moved dates", sheet=slips(of.slips)))
    if judged := [row for detail in of.commitments for row in detail.assessments]:
        blocks.append(Block("Assessments", sheet=assessments(judged)))
    if of.carried:
        heading = f"What {of.carried.new} took up of {of.carried.old}"
        blocks.append(Block(heading, sheet=taken_up(of.carried)))
    sheet = commitments(rows, lambda: of.coverage)._replace(events=events)
    return View("report", of, sheet, (*blocks, Block("Commitments", sheet=sheet)))


def comparison(of: Comparison) -> View:
    """What a dialogue took up of an earlier one; and, apart from it, what nobody has decided."""
    lines = (
        counted_outcomes(of),
        "carried on is what a person linked; until then the old one is silent, and the new one new",
    )
    sheet = carried(of.rows)
    blocks = [Block(f"What {of.new} took up of {of.old}", lines, sheet)]
    if of.proposals:
        blocks.append(Block("Proposed, and decided by nobody", sheet=proposals(of.proposals)))
    return View("comparison", of, sheet, tuple(blocks))


def _statuses(counts: Mapping[str, int], total: int) -> Table:
    return Table(
        "status",
        ("status", "commitments"),
        tuple((name, count) for name, count in counts.items() if count),
        (
            Column("Status", lambda row: row[0], tone=lambda row: row[0]),
            Column("Commitments", lambda row: str(row[1]), right=True),
            Column("", lambda row: bar((row[1], _SIGNS.get(row[0], "░")), of=total), tone=lambda row: row[0]),
        ),
        "there are no commitments",
    )


def _dialogues(of: Sequence[Mapping[str, Any]]) -> Table:
    most = max(dialogue["commitments"] for dialogue in of)
    names = ("key", "when", "place", "commitments", "assessed", "complete", "in_progress")
    return Table(
        "dialogues",
        names,
        tuple(tuple(dialogue.get(name, "") for name in names) for dialogue in reversed(of)),
        (
            Column("Key", lambda row: row[0]),
            Column("When", lambda row: readable(row[1])),
            Column("Place", lambda row: row[2], from_width=100),
            Column("Assessed", lambda row: f"{row[4]} of {row[3]}", right=True),
            Column("Complete", lambda row: str(row[5]), right=True, from_width=70),
            Column("", lambda row: _drawn(*row[3:], of=most)),
        ),
        "there are no dialogues",
    )


def _drawn(commitments: int, assessed: int, complete: int, in_progress: int, *, of: int) -> str:
    otherwise, unknown = assessed - complete - in_progress, commitments - assessed
    return bar((complete, "█"), (in_progress, "▒"), (otherwise, "░"), (unknown, "▁"), of=of)


def _progress(rows: tuple[AreaRow, ...]) -> Table:
    most = max((row.commitments for row in rows), default=1)

    def drawn(row: AreaRow) -> str:
        return _drawn(row.commitments, row.assessed, row.complete, row.in_progress, of=most)

    return Table(
        "areas",
        AreaRow._fields,
        rows,
        (
            *of_dialogue(rows),
            Column("Area", lambda row: row.title, wide=True),
            Column("Assessed", lambda row: f"{row.assessed} of {row.commitments}", right=True),
            Column("Complete", lambda row: str(row.complete), right=True, from_width=80),
            Column("Claimed", lambda row: str(row.claimed), right=True, from_width=140),
            Column("In progress", lambda row: str(row.in_progress), right=True, from_width=90),
            Column("", drawn),
            Column("Next milestone", next_milestone, from_width=120, wide=True),
        ),
        "there are no areas",
    )


_BAR = 24
_SIGNS = {"complete": "█", "in-progress": "▒", "not-assessed": "▁"}


def bar(*parts: tuple[int, str], of: int) -> str:
    """Counts drawn to scale with a sign each, `of` being the full length; one that is not zero shows."""
    sizes = [max(1, round(_BAR * count / of)) if count else 0 for count, _ in parts]
    # Rounded up, and with a sign for the least of them, parts may come to more than the whole.
    while sum(sizes) > _BAR:
        sizes[sizes.index(max(sizes))] -= 1
    return "".join(sign * size for size, (_, sign) in zip(sizes, parts, strict=True))


_PAIR = (Column("", lambda entry: entry[0]), Column("", lambda entry: entry[1], wide=True))


def _pairs(name: str, entries: Iterable[tuple[str, str]]) -> Table:
    return Table(name, ("field", "value"), tuple(entry for entry in entries if entry[1]), _PAIR, "")


def detail(of: Detail) -> View:
    """All that is known of one commitment."""
    row = of.commitment
    fields = [
        ("dialogue", row.dialogue),
        ("area", row.area),
        ("kind", row.kind),
        ("strength", row.strength),
        ("lead", row.lead or "joint"),
        ("partners", ", ".join(row.partners)),
        ("status", status_text(row)),
        ("due", _due(row)),
        ("flags", ", ".join(row.flags)),
        ("updated", row.updated_on),
        ("detail", of.detail or ""),
        ("differs", of.difference or ""),
        ("left out by", ", ".join(of.omitted_by)),
        *(("carries on", f"{other['ref']} {other['title']}") for other in of.carries_on),
        *(("carried on by", f"{other['ref']} {other['title']}") for other in of.carried_on_by),
    ]
    sheet = _pairs(
        "commitment",
        [
            ("ref", row.ref),
            ("title", row.title),
            *fields,
            *(("source", " ".join(_source(source))) for source in of.sources),
            *(("milestone", f"{part.ref} {part.when} {part.title}: {window(part)}") for part in of.milestones),
            *(("conflict", " ".join(disagreement(part))) for part in of.conflicts),
            *(("assessment", verdict(part)) for part in of.assessments),
            *(("history", f"{part.on} {part.ref} {what(part)}") for part in of.history),
        ],
    )
    blocks = [
        Block(f"{row.ref}  {row.title}", sheet=_pairs("commitment", fields)),
        Block("Sources", tuple(line for source in of.sources for line in indented(_source(source)))),
    ]
    if of.conflicts:
        lines = tuple(line for row in of.conflicts for line in disagreement(row))
        blocks.insert(1, Block("Not agreed on", lines))
    if of.milestones:
        blocks.append(Block("Milestones", sheet=upcoming(of.milestones)))
    if of.slips:
        blocks.append(Block("Moved dates", sheet=slips(of.slips)))
    if of.assessments:
        blocks.append(Block("Assessments", sheet=assessments(of.assessments, alone=True)))
    blocks.append(Block("History", sheet=history(of.history)))
    return View("commitment", of, sheet, tuple(blocks))


def disagreement(row: ConflictRow) -> tuple[str, str]:
    """What two changes that were made apart say: what counts for now, and what the other says."""
    kept, other = value_text(row.field, row.value), value_text(row.field, row.other_value)
    if row.field == "ref" and kept.casefold() == other.casefold():
        return (
            f"{row.ref}  was given the ref {kept} by {said(row.author, row.recorded_at)}",
            f"    as another was before by {said(row.other_author, row.other_recorded_at)}"
            f"; to rename it: spacedialog edit {row.ref} --ref REF",
        )
    return (
        f"{row.ref}  {row.field}: {kept}, says {said(row.author, row.recorded_at)}; it counts for now",
        f"    {other}, says {said(row.other_author, row.other_recorded_at)}",
    )


def said(author: str, recorded_at: str) -> str:
    """Who said something, and when it was recorded."""
    return f"{author} ({to_the_minute(recorded_at)} UTC)"


def _source(source: Mapping[str, Any]) -> tuple[str, str, str]:
    """A source in words: what is cited, what that document is and how good the evidence, its address."""
    about = [text for text in (source.get("title"), source.get("meaning")) if text]
    return citation_text(source), "; ".join(about), source.get("url") or ""


def dialogue(of: Mapping[str, Any]) -> View:
    """A dialogue's own record: who met, what it cites, what its grades of evidence mean."""
    fields = [
        ("series", of.get("series") or ""),
        ("number", str(of.get("number") or "")),
        ("place", of.get("place") or ""),
        ("when", readable(of.get("when") or "")),
        ("host", of.get("host") or ""),
        *(
            ("head", f"{head['name']}, {head['title']} ({head['body']}, {head['side']})")
            for head in of.get("heads") or ()
        ),
        ("note", of.get("note", "")),
    ]
    documents = tuple(
        line
        for document in of.get("documents") or ()
        for line in indented(
            (f"{document['key']}  {document['title']}", document.get("note", ""), document.get("url", ""))
        )
    )
    flat = [("key", of["key"]), ("title", of.get("title") or ""), *fields]
    flat += [
        ("document", " ".join(filter(None, (d["key"], d["title"], d.get("url"))))) for d in of.get("documents") or ()
    ]
    flat += [("grade", f"{grade}: {meaning}") for grade, meaning in (of.get("grades") or {}).items()]
    blocks = [
        Block(f"{of['key']}  {of.get('title') or ''}", sheet=_pairs("dialogue", fields)),
        Block("Documents", documents),
    ]
    if of.get("grades"):
        blocks.append(Block("Grades of evidence", sheet=_pairs("grades", of["grades"].items())))
    return View("dialogue", of, _pairs("dialogue", flat), tuple(blocks))


def _due(row: CommitmentRow) -> str:
    if not row.due or row.due == row.due_earliest:
        return row.due or ""
    return f"{readable(row.due)} ({row.due_earliest or 'any day'} to {row.due_latest or 'no end'})"


def written(of: Written) -> View:
    """What a write did, and how to take it back."""
    counted = "" if of.ref else f" {of.changes} change{'' if of.changes == 1 else 's'}"
    about = f" {of.ref}  {of.title}" if of.ref else ""
    lines = [
        f"{'' if of.ref else f'{move.ref}  '}{move.field}: "
        + (f"{value_text(move.field, move.old)} → " if move.old not in (None, []) else "")
        + value_text(move.field, move.new)
        for move in of.differences
    ]
    if of.ref and not of.differences:
        lines.append("no field changed; the entry is kept")
    if of.undo:
        back = "undo --redo" if of.did == "undone" else f"undo {of.undo[-8:]}"
        lines.append(f"to take it back: spacedialog {back}")
    head = f"{'would have ' if of.dry_run else ''}{of.did}{counted}{about}"
    return View("written", of, Table("written", (), (), (), ""), (Block(head, tuple(lines)),))
