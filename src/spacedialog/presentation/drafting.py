"""How the candidates of a draft look: all of them in a table, and one of them as it is reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spacedialog.model.dates import readable
from spacedialog.model.rows.drafting import CandidateRow, ReviewCount
from spacedialog.presentation.documents import Block, View
from spacedialog.presentation.tables import Column, Table

UNDECIDED = "left"


def listed(rows: Iterable[CandidateRow], reviewed: ReviewCount) -> Table:
    """The candidates of a file with what was decided of each."""
    return Table(
        "candidates",
        CandidateRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Decision", lambda row: row.decision or UNDECIDED, tone=_tone),
            Column("Candidate", lambda row: row.title, wide=True),
            Column("Strength", lambda row: row.strength, from_width=80),
            Column("Parties", parties, from_width=100, most=24),
            Column("Due", lambda row: readable(row.due or ""), from_width=90),
            Column("Confidence", lambda row: f"{row.confidence:.2f}", right=True, from_width=70),
            Column("Why", lambda row: row.why, from_width=140, wide=True),
            Column("Source", lambda row: "; ".join(row.sources), from_width=120),
        ),
        "there are no candidates",
        lambda: (in_words(reviewed),),
    )


def _tone(row: CandidateRow) -> str:
    return {"accepted": "complete", "dropped": "withdrawn"}.get(row.decision or "", "")


def in_words(of: ReviewCount) -> str:
    """How far a review has come."""
    return f"{of.accepted} accepted, {of.dropped} dropped, {of.left} left"


def parties(row: CandidateRow) -> str:
    """Who owes it, and who takes part."""
    return ", ".join(filter(None, (row.lead or "", *row.partners)))


def card(row: CandidateRow, place: str, taken: tuple[int, int] | None) -> View:
    """One candidate for whoever decides of it; what was `taken` stands between marks in its sentence."""
    sentence = row.sentence
    if taken:
        start, end = taken
        sentence = f"{sentence[:start]}▸{sentence[start:end]}◂{sentence[end:]}"
    pairs = [
        ("strength", row.strength),
        ("area", row.area),
        ("kind", row.kind),
        ("lead", row.lead or "joint"),
        ("partners", ", ".join(row.partners)),
        ("due", readable(row.due or "")),
        ("detail", row.detail or ""),
        *(("milestone", milestone) for milestone in row.milestones),
        ("source", "; ".join(row.sources)),
        ("confidence", f"{row.confidence:.2f}: {row.why}"),
        ("decision", row.decision or ""),
    ]
    columns = (Column("", lambda pair: pair[0]), Column("", lambda pair: pair[1], wide=True))
    fields = Table("candidate", ("field", "value"), tuple(pair for pair in pairs if pair[1]), columns, "")
    blocks = (Block(f"{row.ref}  {row.title}", (place,)), Block("", (f"  {sentence}",)), Block("", sheet=fields))
    return View("candidate", row, fields, blocks)


def steps(of: Mapping[str, str]) -> Table:
    """What can be done with a candidate, each step with what it does."""
    columns = (Column("", lambda pair: pair[0]), Column("", lambda pair: pair[1], wide=True))
    return Table("steps", ("step", "does"), tuple(of.items()), columns, "")


def said(lines: tuple[str, ...]) -> View:
    """What is said in the course of a review."""
    return View("said", lines, Table("said", (), (), (), ""), (Block("", lines),))


def account(of: ReviewCount, lines: tuple[str, ...]) -> View:
    """What a review came to, and how to go on."""
    sheet = Table("reviewed", ReviewCount._fields, [of], (), "")
    return View("reviewed", of, sheet, (Block(in_words(of), lines),))
