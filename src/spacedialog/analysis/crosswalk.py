"""The crosswalk: the record on a published rating scale, and what the conversion loses. Pure.

A verdict under the scale itself takes precedence over the value that the scale's rules give the status. If assessors
differ, there is no value: no verdict is preferred, and verdicts are not averaged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from spacedialog.model.fields import CommitmentRow
from spacedialog.model.rows.assessment import AverageRow, Crosswalk, CrosswalkRow, Timing
from spacedialog.model.rows.record import AssessmentRow
from spacedialog.model.rubrics import Rubric, Rule
from spacedialog.model.vocabulary import Flag


class Trait(StrEnum):
    """A condition that a rule can have besides the status of a commitment."""

    UNEVIDENCED = "unevidenced"
    OVERDUE = "overdue"
    LATE = "late"
    MISSED = "missed"
    HALF = "half"


_HALF = 50
_NO_TIMING = Timing(late=False, missed=False)
_NO_RULE = Rule((), None)
_DIFFER = "differ"
_OWN_NOTES = {_DIFFER: "Assessors differ under this scale; no verdict is preferred, and verdicts are not averaged."}


def crosswalk(
    scale: Rubric,
    commitments: Iterable[CommitmentRow],
    timings: Mapping[str, Timing],
    verdicts: Iterable[AssessmentRow],
    sides: Mapping[tuple[str, str], str],
) -> Crosswalk:
    """Return the commitments on the scale, with the verdicts given under it.

    `timings` are by ref; `sides` are the sides of the parties, by dialogue and key.
    """
    given: dict[tuple[str, str | None], dict[str, str]] = {}
    for verdict in verdicts:
        given.setdefault((verdict.ref, verdict.party), {})[verdict.assessor] = verdict.verdict
    rows: list[CrosswalkRow] = []
    side_of: list[str] = []
    for row in commitments:
        rule = _rule(scale, row, timings.get(row.ref, _NO_TIMING))
        for line in _lines(scale, row, rule, given):
            rows.append(line)
            side_of.append(sides.get((row.dialogue, line.party or ""), ""))
    counts = Counter(row.value for row in rows if row.value is not None)
    known = {**scale.notes, **_OWN_NOTES}
    used = {note for row in rows for note in row.notes}
    return Crosswalk(
        scale.name,
        scale.title,
        scale.source,
        scale.url,
        tuple(rows),
        {verdict.value: counts[verdict.value] for verdict in scale.verdicts},
        sum(row.value is None and _DIFFER not in row.notes for row in rows),
        sum(_DIFFER in row.notes for row in rows),
        tuple(_averages(rows, side_of)) if scale.by_party else (),
        {key: text for key, text in known.items() if key in used},
        scale.limits,
    )


def traits(row: CommitmentRow, timing: Timing) -> set[Trait]:
    """Return the traits of a commitment."""
    holds = {
        Trait.UNEVIDENCED: Flag.UNEVIDENCED in row.flags,
        Trait.OVERDUE: Flag.OVERDUE in row.flags,
        Trait.LATE: timing.late,
        Trait.MISSED: timing.missed,
        Trait.HALF: row.percent is not None and row.percent >= _HALF,
    }
    return {trait for trait, is_true in holds.items() if is_true}


def _rule(scale: Rubric, row: CommitmentRow, timing: Timing) -> Rule:
    """Return the first rule that matches; without one, the status has no value on the scale."""
    present = traits(row, timing)
    matching = (rule for rule in scale.rules if row.status in rule.status and (not rule.given or rule.given in present))
    return next(matching, _NO_RULE)


def _lines(
    scale: Rubric, row: CommitmentRow, rule: Rule, given: Mapping[tuple[str, str | None], Mapping[str, str]]
) -> Iterator[CrosswalkRow]:
    whole = given.get((row.ref, None), {})
    remarks = tuple(note for word, note in scale.remarks if word == row.strength)
    # Remarks about the strength of the wording qualify a value, and are left out without one.
    derived = (*filter(None, [rule.note]), *(remarks if rule.value is not None else ()))
    if not scale.by_party:
        yield _judged(row, None, whole, remarks) if whole else _line(row, None, rule.value, derived)
        return
    parties = [*([row.lead] if row.lead else ()), *row.partners]
    if not parties:
        yield _line(row, None, None, ("no-party",))
    for party in dict.fromkeys(parties):
        if own := given.get((row.ref, party)):
            yield _judged(row, party, own, remarks)
        elif row.lead and party != row.lead:
            # A verdict on the whole commitment is about its lead, not about a partner.
            yield _line(row, party, None, ("partner",))
        elif whole:
            yield _judged(row, party, whole, ("whole", *remarks))
        else:
            joint = ("shared",) if rule.value is not None and not row.lead else ()
            yield _line(row, party, rule.value, (*derived, *joint))


def _line(row: CommitmentRow, party: str | None, value: str | None, notes: Sequence[str]) -> CrosswalkRow:
    return CrosswalkRow(row.ref, row.title, party, row.status, row.percent, value, {}, tuple(notes))


def _judged(row: CommitmentRow, party: str | None, verdicts: Mapping[str, str], notes: Sequence[str]) -> CrosswalkRow:
    """Return the row of a unit with verdicts; it has a value only if all verdicts are the same."""
    values = set(verdicts.values())
    line = _line(row, party, values.pop() if len(values) == 1 else None, notes)
    return line._replace(
        verdicts=dict(verdicts), notes=line.notes if line.value is not None else (_DIFFER, *line.notes)
    )


def _averages(rows: Sequence[CrosswalkRow], sides: Sequence[str]) -> Iterator[AverageRow]:
    """Yield the mean score of each party, of each side and of all; each score counts once."""
    of_party = [row.party or "" for row in rows]
    for kind, names in (("party", of_party), ("side", sides), ("all", ["all"] * len(rows))):
        for name in dict.fromkeys(names):
            scores = [row.value for row, its in zip(rows, names, strict=True) if its == name]
            numbers = [int(score) for score in scores if score is not None]
            mean = round(sum(numbers) / len(numbers), 4) if numbers else None
            yield AverageRow(kind, name, len(numbers), len(scores) - len(numbers), mean)
