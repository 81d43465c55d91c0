"""Tables and views of a draft and its review: sentences, candidates and the steps of a review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from spacedialog.model.dates import readable
from spacedialog.model.rows.drafting import CandidateRow, ReviewCount, SentenceRow, StepRow
from spacedialog.presentation.phrases import NOTHING, counted, listed, value_text
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import Block, View, pair_table

UNDECIDED = "undecided"
"""The decision of a candidate that is still to be reviewed."""


MOST_PROBLEMS = 20
"""The number of problems of an answer that are shown in lines."""


def sentences(rows: Iterable[SentenceRow], *, compared: bool = False) -> Table:
    """Return every sentence in the order of the text, with its candidate or the reason why it has none.

    `compared` adds a column that compares the result of the rules with the model's answer.
    """
    difference = Column(
        "Rules", lambda row: "same" if row.rules == "" else row.rules or "", from_width=60, max_width=40
    )
    return Table(
        "findings",
        SentenceRow._fields,
        rows,
        (
            Column("Place", lambda row: f"{row.paragraph}.{row.sentence}"),
            Column("Ref", lambda row: row.ref or "-"),
            Column("Candidate, or why there is none", _title_or_reason, wide=True),
            *([difference] if compared else []),
            Column("Strength", lambda row: row.strength or "", from_width=70),
            Column("Parties", lambda row: ", ".join(row.parties), from_width=120, max_width=24),
            Column("Due", lambda row: readable(row.due or ""), from_width=80),
            Column("Recurs", lambda row: row.recurs or "", from_width=140),
            Column("Confidence", lambda row: "" if row.confidence is None else f"{row.confidence:.2f}", from_width=90),
            Column("Why", lambda row: row.why if row.ref else "", from_width=150, max_width=40),
        ),
        "No sentences.",
        dates=("due",),
    )


def _title_or_reason(row: SentenceRow) -> str:
    return row.title if row.title is not None else f"({row.why}) {row.text}"


def problem_lines(problems: Sequence[str]) -> list[str]:
    """Return the first problems of a model's answer, the number of the others, and the remedy."""
    if not problems:
        return []
    more = [f"… and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
    advice = "To ask the model for a corrected answer, print an instruction with --answer FILE --prompt."
    return [f"{counted(len(problems), 'problem')} in the answer:", *problems[:MOST_PROBLEMS], *more, advice]


def draft_summary(document: Mapping[str, Any], file: str | None, left_out: int) -> list[str]:
    """Return lines with the numbers of candidates and of sentences left out, missing details, and the next step.

    `file` is the file that was written, quoted for a shell.
    """
    candidate_count = len(document["commitments"])
    left = f"{counted(left_out, 'sentence')} left out; show why with --explain."
    lines = [f"{counted(candidate_count, 'candidate')} found, {left}"]
    if not candidate_count:
        return [*lines, "Only statements in English can be read."]
    if document["dialogue"]["when"].startswith("../"):
        lines.append("No date of the meeting was found. Dates that depend on it are left out. To add it, use --when.")
    missing = [field for field in ("number", "place") if field not in document["dialogue"]]
    if missing:
        add = f"To add {'them' if len(missing) > 1 else 'it'}, use {listed([f'--{field}' for field in missing])}."
        lines.append(f"No {listed(missing, 'or')} of the meeting was found in the text. {add}")
    return [*lines, f"Review the candidates with: spacedialog review {file}"] if file else lines


def candidates(rows: Iterable[CandidateRow], count: ReviewCount) -> Table:
    """Return the candidates of a file with the decision on each."""
    return Table(
        "candidates",
        CandidateRow._fields,
        rows,
        (
            Column("Ref", lambda row: row.ref),
            Column("Decision", lambda row: row.decision or UNDECIDED, tone=lambda row: row.decision or ""),
            Column("Candidate", lambda row: row.title, wide=True),
            Column("Strength", lambda row: row.strength, from_width=80),
            Column("Parties", _parties, from_width=130, max_width=24),
            Column("Due", lambda row: readable(row.due or ""), from_width=100),
            Column("Confidence", lambda row: f"{row.confidence:.2f}", right=True, from_width=70),
            Column("Why", lambda row: row.why, from_width=180, wide=True),
            Column("Source", lambda row: "; ".join(row.sources), from_width=150),
        ),
        "No candidates.",
        lambda: (review_counts(count),),
        dates=("due",),
    )


def _parties(row: CandidateRow) -> str:
    return ", ".join(filter(None, (row.lead or "", *row.partners)))


def candidate(row: CandidateRow, place: str, span: tuple[int, int] | None) -> View:
    """Return one candidate for a decision; `span` is the part of the sentence that its title quotes, in characters."""
    sentence = row.sentence
    if span:
        start, end = span
        sentence = f"{sentence[:start]}▸{sentence[start:end]}◂{sentence[end:]}"
    fields = pair_table(
        "candidate",
        [
            ("strength", row.strength),
            ("area", row.area),
            ("kind", row.kind),
            ("lead", value_text("lead", row.lead)),
            ("partners", ", ".join(row.partners)),
            ("due", readable(row.due or "")),
            ("detail", row.detail or ""),
            ("quote", "the sentence above" if row.quote == row.sentence else row.quote or ""),
            *(("milestone", milestone) for milestone in row.milestones),
            ("before", row.before or ""),
            ("after", row.after or ""),
            ("source", "; ".join(row.sources)),
            ("confidence", f"{row.confidence:.2f}: {row.why}"),
            ("decision", row.decision or ""),
        ],
    )
    blocks = (Block(f"{row.ref}  {row.title}", (place,)), Block("", (f"  {sentence}",)), Block("", table=fields))
    return View("candidate", row, fields, blocks)


def steps(meanings: Mapping[str, str]) -> Table:
    """Return the steps of a review with their meanings."""
    return pair_table("steps", meanings.items(), ("step", "does"))


def message(lines: tuple[str, ...]) -> View:
    """Return a message of a review, one or more lines of text."""
    return View("message", lines, Table("message", (), (), (), ""), (Block("", lines),))


def step_lines(step: StepRow) -> tuple[str, ...]:
    """Return the lines that confirm a step of a review."""
    named = f"{step.ref} ({step.title})"
    if step.did == "merged":
        first = f"Merged {named} into {listed(_named(step))}"
    elif step.did == "split":
        first = f"Split {named} into {counted(len(step.results), 'candidate')}"
    else:
        first = f"{step.did.capitalize()} {named}"
    changes = (f"  {field}: {old or NOTHING} → {new or NOTHING}" for field, old, new in step.changes)
    return (first, *changes, *(f"  {part}" for part in _named(step) if step.did == "split"))


def undone_line(step: StepRow) -> str:
    """Return the line that confirms the undo of a step of a review."""
    return f"Undid: {step.did} {step.ref} ({step.title})"


def _named(step: StepRow) -> list[str]:
    return [f"{ref} ({title})" for ref, title in step.results]


def review_counts(count: ReviewCount) -> str:
    """Return the numbers of candidates accepted, dropped and undecided, in words."""
    return f"{count.accepted} accepted, {count.dropped} dropped, {count.left} undecided"


def review_summary(count: ReviewCount, lines: tuple[str, ...]) -> View:
    """Return the counts of a review, with the lines on the next steps."""
    table = Table("reviewed", ReviewCount._fields, [count], (), "")
    return View("reviewed", count, table, (Block(review_counts(count), lines),))
