"""The comparison of two dialogues: commitments carried on, according to links, and pairs with similar texts.

Similarity only proposes pairs; users decide on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from spacedialog.model.fields import CommitmentRow
from spacedialog.model.filters import OneOf
from spacedialog.model.rows.compare import CarriedRow, Comparison, ProposalRow
from spacedialog.model.rows.report import Report
from spacedialog.model.vocabulary import PROPOSED, LinkDecision, Outcome, Status, Strength
from spacedialog.store.read.selection import check_order, find_value

if TYPE_CHECKING:
    from spacedialog.store.read.snapshot import Snapshot

_RANK = {strength.value: number for number, strength in enumerate(Strength)}
"""The rank of a strength; a lower rank is more binding."""

_Sides = Mapping[tuple[str, str], str]
"""The side of each party, by dialogue and key."""


def compare(snapshot: Snapshot, old: str, new: str) -> Comparison:
    """Return the outcomes in the dialogue `new` of the commitments of `old` (their keys), and the similar pairs.

    Raises InputError if there is no such dialogue, or `old` was not held before `new`.
    """
    snapshot = snapshot.of(())
    old, new = find_value(snapshot, "dialogue", old), find_value(snapshot, "dialogue", new)
    check_order(snapshot, old, new, f"compare {new} {old}")
    before, after = _commitments(snapshot, old, new)
    decisions = snapshot.decisions(old, new)
    comparison = _compare_linked(old, new, before, after, decisions, snapshot.sides())
    return comparison._replace(proposals=tuple(_proposals(snapshot, before, after, decisions)))


def add_comparison(report: Report, snapshot: Snapshot) -> Report:
    """Return the report with a comparison of its newest dialogue with the one before, if they have links."""
    snapshot = snapshot.of(())
    keys = snapshot.values("dialogue")[::-1]
    newest = max((keys.index(key) for record in report.dialogues if (key := record.get("key")) in keys), default=0)
    if not newest:
        return report
    old, new = keys[newest - 1 : newest + 1]
    decisions = snapshot.decisions(old, new)
    if LinkDecision.LINKED not in decisions.values():
        return report
    check_order(snapshot, old, new, f"compare {new} {old}")
    before, after = _commitments(snapshot, old, new)
    return report._replace(carried=_compare_linked(old, new, before, after, decisions, snapshot.sides()))


def _commitments(snapshot: Snapshot, old: str, new: str) -> tuple[dict[str, CommitmentRow], dict[str, CommitmentRow]]:
    rows = list(snapshot.commitments(OneOf("dialogue", [old, new])))
    before, after = ({row.ref: row for row in rows if row.dialogue == key} for key in (old, new))
    return before, after


def _compare_linked(
    old: str,
    new: str,
    before: Mapping[str, CommitmentRow],
    after: Mapping[str, CommitmentRow],
    decisions: Mapping[tuple[str, str], str],
    sides: _Sides,
) -> Comparison:
    linked = [pair for pair, decided in decisions.items() if decided == LinkDecision.LINKED]
    rows = sorted(_rows(before, after, linked, sides), key=lambda row: list(Outcome).index(Outcome(row.outcomes[-1])))
    counts = {outcome.value: sum(outcome in row.outcomes for row in rows) for outcome in Outcome}
    return Comparison(old, new, counts, tuple(rows), ())


def _rows(
    before: Mapping[str, CommitmentRow],
    after: Mapping[str, CommitmentRow],
    linked: list[tuple[str, str]],
    sides: _Sides,
) -> Iterator[CarriedRow]:
    linked_old, linked_new = {old for old, _ in linked}, {new for _, new in linked}
    for ref, row in before.items():
        for old, new in linked:
            if old == ref:
                yield CarriedRow(_outcomes(row, after[new], sides), *_columns(row), *_columns(after[new]))
        if ref not in linked_old:
            yield CarriedRow(_outcomes(row, None, sides), *_columns(row), None, None, None, None)
    for ref, row in after.items():
        if ref not in linked_new:
            yield CarriedRow((Outcome.NEW.value,), None, None, None, None, *_columns(row))


def _columns(row: CommitmentRow) -> tuple[str, str, str, str]:
    return row.ref, row.title, row.strength, row.status


def _outcomes(old: CommitmentRow, new: CommitmentRow | None, sides: _Sides) -> tuple[str, ...]:
    """Return the outcomes of an earlier commitment, given the later one that is linked to it, if there is one."""
    if old.status == Status.COMPLETE or (new and _delivers(old, new, sides)):
        return (Outcome.COMPLETED.value,)
    withdrawn = (Outcome.WITHDRAWN.value,) if old.status == Status.WITHDRAWN else ()
    return (*withdrawn, _wording(old, new)) if new else withdrawn or (Outcome.SILENT.value,)


def _delivers(old: CommitmentRow, new: CommitmentRow, sides: _Sides) -> bool:
    """Return whether a later commitment says that an earlier one was kept: by its lead, its side, or all parties."""
    if new.strength != Strength.DELIVERED or new.status == Status.WITHDRAWN:
        return False
    if new.lead in (None, old.lead):
        return True
    leads = [sides.get((row.dialogue, row.lead or "")) for row in (old, new)]
    return leads[0] is not None and leads[0] == leads[1]


def _wording(old: CommitmentRow, new: CommitmentRow) -> str:
    """Return whether the later wording is more binding than the earlier; an unknown strength is the least binding."""
    before, after = (_RANK.get(row.strength, len(_RANK)) for row in (old, new))
    return (Outcome.STRENGTHENED if after < before else Outcome.WEAKENED if after > before else Outcome.REPEATED).value


def _proposals(
    snapshot: Snapshot,
    before: Mapping[str, CommitmentRow],
    after: Mapping[str, CommitmentRow],
    decisions: Mapping[tuple[str, str], str],
) -> Iterator[ProposalRow]:
    from spacedialog.analysis import similarity  # imports rapidfuzz, for proposals only

    def wordings(rows: Mapping[str, CommitmentRow]) -> list[similarity.Wording]:
        dialogues = {row.dialogue for row in rows.values()}
        details = {ref: text for key in dialogues for ref, text in snapshot.details(key).items()}
        return [
            similarity.Wording(
                ref, f"{row.title} {details.get(ref, '')}", row.area, [p for p in (row.lead, *row.partners) if p]
            )
            for ref, row in rows.items()
        ]

    for pair in similarity.similar_pairs(wordings(before), wordings(after)):
        if (pair.old, pair.new) not in decisions:
            titles = before[pair.old].title, after[pair.new].title
            yield ProposalRow(PROPOSED, pair.score, pair.old, titles[0], pair.new, titles[1])
