"""What a view looks like to people: sheets of typed rows with the columns that matter, and documents of sheets.

Every format is made from these. A machine format writes a row's fields, a format for people its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from spacedialog.dates import readable
from spacedialog.links import citation
from spacedialog.rows import (
    AreaRow,
    CommitmentRow,
    Coverage,
    Detail,
    FoundRow,
    HistoryRow,
    Overview,
    SlipRow,
    UpcomingRow,
    Written,
)
from spacedialog.words import STALE_DAYS


class Column(NamedTuple):
    """A column for people: its heading, what stands in it, and how.

    `tone` names a look by the row (a status, a flag, a state); `from_width` is the narrowest output, in characters,
    that has room for it; `right` sets it flush right; `wide` gives it the room that is left; what is longer than
    `most` characters is cut on a terminal.
    """

    heading: str
    cell: Callable[[Any], str]
    tone: Callable[[Any], str] | None = None
    from_width: int = 0
    right: bool = False
    wide: bool = False
    most: int | None = None


class Sheet(NamedTuple):
    """Rows of one kind. `fields` are the machine's names, `notes` the lines that people read below the table.

    With `lines`, a terminal shows each row as these lines of text and not as a row of a table.
    """

    name: str
    fields: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]
    columns: tuple[Column, ...]
    empty: str
    notes: tuple[str, ...] = ()
    lines: Callable[[Any], Iterable[str]] | None = None


class Block(NamedTuple):
    """A part of a document: a heading with lines of text, or with a sheet, below it."""

    heading: str
    lines: tuple[str, ...] = ()
    sheet: Sheet | None = None


class Document(NamedTuple):
    """A view that is more than one table: `data` for JSON, `sheet` for tables of text, `blocks` for people."""

    name: str
    data: Any
    sheet: Sheet
    blocks: tuple[Block, ...]


def commitments(rows: Iterable[CommitmentRow], coverage: Coverage | None = None) -> Sheet:
    """The commitments that a filter let through; `coverage` is that of the whole record."""
    return Sheet(
        "commitments",
        CommitmentRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Commitment", lambda row: row.title, wide=True),
            Column("Area", lambda row: row.area, from_width=110),
            Column("Lead", lambda row: row.lead or "joint", from_width=90),
            Column("Strength", lambda row: row.strength, from_width=130),
            Column("Status", status, tone=lambda row: row.status),
            Column("Due", lambda row: readable(row.due or ""), from_width=70),
            Column("Flags", lambda row: " ".join(row.flags), tone=lambda row: row.flags[0] if row.flags else ""),
            Column("Updated", lambda row: row.updated_on, from_width=100),
            Column("Source", lambda row: row.source, from_width=160),
        ),
        "no commitment fits",
        _notes(coverage),
    )


def status(row: CommitmentRow) -> str:
    """A commitment's status, with its percentage where there is one."""
    return row.status if row.percent is None else f"{row.status} {row.percent}%"


def coverage_line(coverage: Coverage) -> str:
    """How much of the record was assessed, in words."""
    line = f"assessed {coverage.assessed} of {coverage.commitments}"
    if coverage.oldest_check_days is None:
        return line
    return f"{line}, oldest check {_days(coverage.oldest_check_days)}"


def _days(days: int) -> str:
    return f"{days} day{'' if abs(days) == 1 else 's'}"


def _notes(coverage: Coverage | None) -> tuple[str, ...]:
    return (coverage_line(coverage),) if coverage else ()


def upcoming(rows: Iterable[UpcomingRow], coverage: Coverage | None = None) -> Sheet:
    """Dated events in the order of their windows."""
    return Sheet(
        "milestones",
        UpcomingRow._fields,
        rows,
        (
            Column("When", lambda row: readable(row.when)),
            Column("State", lambda row: row.state, tone=lambda row: row.state, from_width=80),
            Column("Window", window),
            Column("Ref", lambda row: row.ref),
            Column("Milestone", lambda row: row.title, wide=True),
            Column("Recurs", lambda row: f"every {row.recurs}" if row.recurs else "", from_width=100),
        ),
        "nothing is coming up",
        _notes(coverage),
    )


def window(row: UpcomingRow) -> str:
    """Where the day of the view stands to a milestone's window, in words."""
    opens, closes = row.opens_in_days, row.closes_in_days
    if row.state in ("met", "withdrawn"):
        return row.state
    if row.state == "upcoming" and opens is not None:
        return f"opens in {_long(opens)}"
    if closes is None:
        return "open, with no end"
    if row.state == "closed":
        return f"closed {_long(-closes)} ago"
    return f"closes in {_long(closes)}"


def _long(days: int) -> str:
    """A number of days in the unit that people would use; machine formats have the days."""
    if days < 120:
        return _days(days)
    if days < 1460:
        return f"{round(days / 30.44)} months"
    return f"{round(days / 365.25)} years"


def areas(rows: Iterable[AreaRow], coverage: Coverage | None = None) -> Sheet:
    """Areas with their counts."""
    return Sheet(
        "areas",
        AreaRow._fields,
        rows,
        (
            Column("Area", lambda row: row.area),
            Column("Title", lambda row: row.title, from_width=100, wide=True),
            Column("Commitments", lambda row: str(row.commitments), right=True),
            Column("Assessed", lambda row: str(row.assessed), right=True),
            Column("Complete", lambda row: str(row.complete), right=True, from_width=80),
            Column("In progress", lambda row: str(row.in_progress), right=True, from_width=90),
            Column("Overdue", lambda row: str(row.overdue), right=True),
            Column("Closing", lambda row: str(row.closing), right=True),
            Column("Next milestone", next_milestone, from_width=130, wide=True),
        ),
        "there are no areas",
        _notes(coverage),
    )


def next_milestone(row: AreaRow) -> str:
    """What comes next in an area, in one line."""
    following = row.next_milestone
    return f"{readable(following['when'])} {following['ref']} {following['title']}" if following else ""


def found(rows: Iterable[FoundRow], coverage: Coverage | None = None) -> Sheet:
    """What a search found."""
    return Sheet(
        "found",
        FoundRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Commitment", lambda row: row.title, wide=True),
            Column("Status", lambda row: row.status, tone=lambda row: row.status),
            Column("Where the words stand", lambda row: row.match, from_width=100, wide=True),
        ),
        "nothing says so",
        _notes(coverage),
    )


def history(rows: Iterable[HistoryRow]) -> Sheet:
    """Entries of the log."""
    return Sheet(
        "history",
        HistoryRow._fields,
        rows,
        (
            Column("On", lambda row: row.on),
            Column("Ref", lambda row: row.ref),
            Column("What", _what),
            Column("By", lambda row: row.author),
            Column("Recorded (UTC)", lambda row: row.recorded_at[:16].replace("T", " ")),
            Column("Id", lambda row: row.id[-8:]),
        ),
        "nothing is recorded",
        lines=_entry,
    )


def _what(row: HistoryRow) -> str:
    """What an entry did, why, and how it is known."""
    return ". ".join(part.rstrip(".") for part in (*_did(row), _known(row)) if part)


def _did(row: HistoryRow) -> tuple[str, str]:
    if row.kind == "create":
        done = f"recorded: {row.changed.get('title') or row.changed.get('name') or row.changed.get('key', '')}"
    elif row.kind == "retract":
        done = f"took back {row.changed['retracts'][-8:]}"
    elif row.kind in ("set", "note"):
        done = ", ".join(f"{name} → {_value(name, value)}" for name, value in row.changed.items()) or "noted"
    else:
        done = f"{row.kind}, which this program does not know"
    return ("(taken back) " if row.retracted else "") + done, row.note or ""


def _known(row: HistoryRow) -> str:
    sources = row.changed.get("sources")
    return row.evidence or (citation(sources[0]) if sources else "")


_NOTHING = "nothing"
_DATES = ("due", "when", "met")


def _value(name: str, value: Any) -> str:
    if value in (None, []):
        return _NOTHING
    if isinstance(value, list):
        return ", ".join(citation(part) if isinstance(part, dict) else str(part) for part in value)
    return readable(value) if name in _DATES else str(value)


def slips(rows: Iterable[SlipRow], coverage: Coverage | None = None) -> Sheet:
    """Re-datings, with the delay that they may mean."""
    return Sheet(
        "slips",
        SlipRow._fields,
        rows,
        (
            Column("On", lambda row: row.on, from_width=70),
            Column("Ref", lambda row: row.ref),
            Column("What", lambda row: row.title, from_width=80, wide=True),
            Column("From", lambda row: readable(row.old)),
            Column("To", lambda row: readable(row.new)),
            Column("Delay in days", delay, right=True),
            Column("Why", lambda row: row.note or "", from_width=120, wide=True),
        ),
        "no date was moved",
        _notes(coverage),
    )


def delay(row: SlipRow) -> str:
    """The least and the most that a re-dating can have put off, in days."""
    least, most = row.min_delay_days, row.max_delay_days
    if row.narrowed:
        return "narrowed"
    if least == most and least is not None:
        return f"{least:+}"
    return f"{'?' if least is None else f'{least:+}'} to {'?' if most is None else f'{most:+}'}"


class Figure(NamedTuple):
    """One figure of the overview, for the formats that are tables of text."""

    section: str
    name: str
    value: str | int | None


def overview(of: Overview) -> Document:
    """The state of the whole record."""
    figures = [
        *(Figure("dialogue", str(dialogue["key"]), str(dialogue["title"])) for dialogue in of.dialogues),
        *(Figure("coverage", name, value) for name, value in of.coverage._asdict().items()),
        *(Figure("status", name, count) for name, count in of.statuses.items()),
        *(Figure("area", row.area, row.commitments) for row in of.areas),
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
    held = tuple(
        f"{dialogue['key']}: {dialogue['title']}, {dialogue['place']}, {readable(dialogue['when'])}"
        for dialogue in of.dialogues
    )
    quiet = f"; no entry for {STALE_DAYS} days on {of.stale} open ones" if of.stale else ""
    blocks = [
        Block("", (*held, coverage_line(of.coverage) + quiet)),
        Block("Status", sheet=_statuses(of.statuses, of.coverage.commitments)),
        Block("Areas", ("█ complete  ▒ in progress  ░ otherwise assessed  · not assessed",), _progress(of.areas)),
        Block("What comes next", sheet=upcoming(of.next)),
    ]
    if of.overdue:
        blocks.append(
            Block("Overdue: the window closed, and nobody recorded completion", sheet=commitments(of.overdue))
        )
    if of.unrecorded:
        blocks.append(Block("The window closed, and nobody recorded what came of it", sheet=upcoming(of.unrecorded)))
    return Document("overview", of, Sheet("overview", Figure._fields, figures, columns, ""), tuple(blocks))


def _statuses(counts: Mapping[str, int], total: int) -> Sheet:
    return Sheet(
        "status",
        ("status", "commitments"),
        tuple((name, count) for name, count in counts.items() if count),
        (
            Column("Status", lambda row: row[0], tone=lambda row: row[0]),
            Column("Commitments", lambda row: str(row[1]), right=True),
            Column("", lambda row: bar((row[1], "█"), of=total), tone=lambda row: row[0]),
        ),
        "there are no commitments",
    )


def _progress(rows: tuple[AreaRow, ...]) -> Sheet:
    most = max((row.commitments for row in rows), default=1)

    def drawn(row: AreaRow) -> str:
        otherwise = row.assessed - row.complete - row.in_progress
        unknown = row.commitments - row.assessed
        return bar((row.complete, "█"), (row.in_progress, "▒"), (otherwise, "░"), (unknown, "·"), of=most)

    return Sheet(
        "areas",
        AreaRow._fields,
        rows,
        (
            Column("Area", lambda row: row.title, wide=True),
            Column("Commitments", lambda row: str(row.commitments), right=True),
            Column("", drawn),
            Column("Next milestone", next_milestone, from_width=110, wide=True),
        ),
        "there are no areas",
    )


_BAR = 24


def bar(*parts: tuple[int, str], of: int) -> str:
    """Counts drawn to scale with a sign each, `of` being the full length; a count that is not zero shows."""
    return "".join(sign * (max(1, round(_BAR * count / of)) if count else 0) for count, sign in parts)


_PAIR = (Column("", lambda entry: entry[0]), Column("", lambda entry: entry[1], wide=True))


def _pairs(name: str, entries: Iterable[tuple[str, str]]) -> Sheet:
    return Sheet(name, ("field", "value"), tuple(entry for entry in entries if entry[1]), _PAIR, "")


def detail(of: Detail) -> Document:
    """All that is known of one commitment."""
    row = of.commitment
    fields = [
        ("dialogue", row.dialogue),
        ("area", row.area),
        ("kind", row.kind),
        ("strength", row.strength),
        ("lead", row.lead or "joint"),
        ("partners", ", ".join(row.partners)),
        ("status", status(row)),
        ("due", _due(row)),
        ("flags", ", ".join(row.flags)),
        ("updated", row.updated_on),
        ("detail", of.detail or ""),
        ("differs", of.difference or ""),
        ("left out by", ", ".join(of.omitted_by)),
    ]
    sheet = _pairs(
        "commitment",
        [
            ("ref", row.ref),
            ("title", row.title),
            *fields,
            *(("source", " ".join(_source(source))) for source in of.sources),
            *(("milestone", f"{part.ref} {part.when} {part.title}: {window(part)}") for part in of.milestones),
            *(("history", f"{part.on} {part.ref} {_what(part)}") for part in of.history),
        ],
    )
    blocks = [
        Block(f"{row.ref}  {row.title}", sheet=_pairs("commitment", fields)),
        Block("Sources", tuple(line for source in of.sources for line in _indented(_source(source)))),
    ]
    if of.milestones:
        blocks.append(Block("Milestones", sheet=upcoming(of.milestones)))
    if of.slips:
        blocks.append(Block("Moved dates", sheet=slips(of.slips)))
    blocks.append(Block("History", sheet=history(of.history)))
    return Document("commitment", of, sheet, tuple(blocks))


def _source(source: Mapping[str, Any]) -> tuple[str, str, str]:
    """A source in words: what is cited, what that document is and how good the evidence, its address."""
    about = [text for text in (source.get("title"), source.get("meaning")) if text]
    return citation(source), "; ".join(about), source.get("url") or ""


def _entry(row: HistoryRow) -> Iterator[str]:
    """An entry of the log as lines: when and what, why, how it is known (an address on a line of its own)."""
    done, said = _did(row)
    yield from _indented((f"{row.on}  {row.ref}  {done}  [{row.id[-8:]}, {row.author}]", said, _known(row)))


def _indented(lines: tuple[str, ...]) -> Iterator[str]:
    head, *rest = lines
    yield head
    yield from (f"    {line}" for line in rest if line)


def dialogue(of: Mapping[str, Any]) -> Document:
    """A dialogue's own record: who met, what it cites, what its grades of evidence mean."""
    fields = [
        ("series", of["series"]),
        ("number", str(of["number"])),
        ("place", of["place"]),
        ("when", readable(of["when"])),
        ("host", of["host"]),
        *(
            ("head", f"{head['name']}, {head['title']} ({head['body']}, {head['side']})")
            for head in of.get("heads", ())
        ),
        ("note", of.get("note", "")),
    ]
    documents = tuple(
        line
        for document in of.get("documents", ())
        for line in _indented(
            (f"{document['key']}  {document['title']}", document.get("note", ""), document.get("url", ""))
        )
    )
    flat = [("key", of["key"]), ("title", of["title"]), *fields]
    flat += [
        ("document", " ".join(filter(None, (d["key"], d["title"], d.get("url"))))) for d in of.get("documents", ())
    ]
    flat += [("grade", f"{grade}: {meaning}") for grade, meaning in of.get("grades", {}).items()]
    blocks = [Block(f"{of['key']}  {of['title']}", sheet=_pairs("dialogue", fields)), Block("Documents", documents)]
    if of.get("grades"):
        blocks.append(Block("Grades of evidence", sheet=_pairs("grades", of["grades"].items())))
    return Document("dialogue", of, _pairs("dialogue", flat), tuple(blocks))


def _due(row: CommitmentRow) -> str:
    if not row.due or row.due == row.due_earliest:
        return row.due or ""
    return f"{readable(row.due)} ({row.due_earliest or 'any day'} to {row.due_latest or 'no end'})"


def written(of: Written) -> Document:
    """What a write did, and how to take it back."""
    counted = "" if of.ref else f" {of.changes} change{'' if of.changes == 1 else 's'}"
    about = f" {of.ref}  {of.title}" if of.ref else ""
    lines = [
        f"{'' if of.ref else f'{move.ref}  '}{move.field}: "
        + (f"{_value(move.field, move.old)} → " if move.old not in (None, []) else "")
        + _value(move.field, move.new)
        for move in of.differences
    ]
    if of.ref and not of.differences:
        lines.append("no field changed; the entry is kept")
    if of.undo:
        back = "undo --redo" if of.did == "undone" else f"undo {of.undo[-8:]}"
        lines.append(f"to take it back: spacedialog {back}")
    head = f"{'would have ' if of.dry_run else ''}{of.did}{counted}{about}"
    return Document("written", of, Sheet("written", (), (), (), ""), (Block(head, tuple(lines)),))


class Place(NamedTuple):
    """Where something of the program is kept."""

    what: str
    path: str
    exists: bool


def places(rows: Iterable[Place]) -> Sheet:
    """Where the store and the bundled record are."""
    return Sheet(
        "places",
        Place._fields,
        rows,
        (
            Column("What", lambda row: row.what),
            Column("Path", lambda row: row.path, wide=True),
            Column("", lambda row: "" if row.exists else "not there yet"),
        ),
        "",
    )
