"""Carry-over: what a dialogue took up of an earlier one, as people linked it, and which pairs may be linked yet.

That two commitments look alike is `likeness`' business, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from spacedialog.editing.updates import remarks_body
from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.dates import VagueDate
from spacedialog.model.entry import CREATE, SET, PendingEntry, link_id
from spacedialog.model.filters import OneOf
from spacedialog.model.rows.compare import CarriedRow, Comparison, ProposalRow
from spacedialog.model.rows.record import CommitmentRow, Report
from spacedialog.model.vocabulary import PROPOSED, LinkDecision, Outcome, Status, Strength
from spacedialog.store.read.selection import find_value

if TYPE_CHECKING:
    from spacedialog.store.read.refs import Target
    from spacedialog.store.read.snapshot import Snapshot

_RANK = {strength.value: number for number, strength in enumerate(Strength)}
"""How binding a wording is: the less, the more it binds; what was delivered binds most."""

_SETTLED = {Status.COMPLETE.value: Outcome.COMPLETED.value, Status.WITHDRAWN.value: Outcome.WITHDRAWN.value}


def compare(view: Snapshot, old: str, new: str, *, proposals: bool = True) -> Comparison:
    """What became of the commitments of the dialogue `old` in `new` (their keys), as of the view's day.

    InputError where there is no such dialogue, or `old` was not held before `new`.
    """
    view = view.of(())
    old, new = find_value(view, "dialogue", old), find_value(view, "dialogue", new)
    _must_precede(view, old, new, f"compare {new} {old}")
    before, after = ({row.ref: row for row in view.commitments(OneOf("dialogue", [key]))} for key in (old, new))
    decisions = view.decisions(old, new)
    linked = [pair for pair, decided in decisions.items() if decided == LinkDecision.LINKED]
    rows = sorted(_rows(before, after, linked), key=lambda row: list(Outcome).index(Outcome(row.outcomes[-1])))
    counts = {outcome.value: sum(outcome in row.outcomes for row in rows) for outcome in Outcome}
    found = tuple(_proposals(view, before, after, decisions)) if proposals else ()
    return Comparison(old, new, counts, tuple(rows), found)


def add_comparison(report: Report, view: Snapshot) -> Report:
    """The report with what its newest dialogue took up of the one before, if people linked anything of the two."""
    view = view.of(())
    held = [row.key for row in view.dialogues()]
    newest = max((held.index(key) for of in report.dialogues if (key := of.get("key")) in held), default=0)
    old, new = held[newest - 1 : newest + 1] if newest else ("", "")
    if not newest or LinkDecision.LINKED not in view.decisions(old, new).values():
        return report
    return report._replace(carried=compare(view, old, new, proposals=False))


def decide_link(
    view: Snapshot,
    pair: tuple[Target, Target],
    decided: LinkDecision,
    on: VagueDate | None,
    note: str | None,
    evidence: str | None,
) -> tuple[Target, PendingEntry]:
    """The change by which a person says whether the second carries on the first, and what the pair is called.

    It holds from the day on which the later dialogue met, unless `on` says otherwise: two texts stand to each other
    as they do from then on. InputError where the two cannot be a pair.
    """
    from spacedialog.store.read.refs import Target

    old, new = pair
    for target in pair:
        if target.milestone:
            raise InputError(f"{target.ref} is a milestone", "name the commitments themselves")
    earlier, later = (str(view.standing(target)["dialogue"]) for target in pair)
    if earlier == later:
        raise InputError(
            f"{old.ref} and {new.ref} are of the same dialogue, {earlier}",
            "what is linked is a commitment of an earlier dialogue and one of a later",
        )
    held = _must_precede(view, earlier, later, f"{_COMMANDS[decided]} {new.ref} {old.ref}")
    link = Target(f"{old.ref} → {new.ref}", link_id(old.item, new.item), None)
    day, said = str(on or held), {"decided": decided.value}
    if view.fields(link.item) is not None:
        return link, PendingEntry(SET, link.item, day, {"set": said, **remarks_body(note, evidence)})
    said = {"old": old.item, "new": new.item, **said}
    return link, PendingEntry(CREATE, link.item, day, {"type": "link", "set": said, **remarks_body(note, evidence)})


_COMMANDS = {LinkDecision.LINKED: "link", LinkDecision.NOT_LINKED: "unlink"}


def _must_precede(view: Snapshot, old: str, new: str, command: str) -> VagueDate:
    """When the dialogue `new` met; InputError, with the command that would do, where that was not after `old`."""
    days = []
    for key in (old, new):
        dialogue = view.dialogue(key)
        if dialogue is None:
            raise NotFoundError(f"{key} was not on record on {view.day}", "leave out --as-of, or name a later day")
        days.append(VagueDate.parse(dialogue["when"]))
    before, after = days
    if old == new:
        raise InputError(
            f"{old} is one dialogue", "name an earlier one and a later one; spacedialog dialogues lists them"
        )
    if before.latest is None or after.latest is None or before.latest >= after.latest:
        raise InputError(f"{old} was not held before {new}", f"name the earlier one first: spacedialog {command}")
    return after


def _rows(
    before: Mapping[str, CommitmentRow], after: Mapping[str, CommitmentRow], linked: list[tuple[str, str]]
) -> Iterator[CarriedRow]:
    carried_on, taken_up = {old for old, _ in linked}, {new for _, new in linked}
    for ref, row in before.items():
        settled = (_SETTLED[row.status],) if row.status in _SETTLED else ()
        for old, new in linked:
            if old == ref:
                yield CarriedRow((*settled, _wording(row, after[new])), *_told(row), *_told(after[new]))
        if ref not in carried_on:
            yield CarriedRow(settled or (Outcome.SILENT.value,), *_told(row), None, None, None, None)
    for ref, row in after.items():
        if ref not in taken_up:
            yield CarriedRow((Outcome.NEW.value,), None, None, None, None, *_told(row))


def _told(row: CommitmentRow) -> tuple[str, str, str, str]:
    return row.ref, row.title, row.strength, row.status


def _wording(old: CommitmentRow, new: CommitmentRow) -> str:
    """Whether the later wording binds more than the earlier; one that this program does not know binds least."""
    before, after = (_RANK.get(row.strength, len(_RANK)) for row in (old, new))
    return (Outcome.STRENGTHENED if after < before else Outcome.WEAKENED if after > before else Outcome.REPEATED).value


def _proposals(
    view: Snapshot,
    before: Mapping[str, CommitmentRow],
    after: Mapping[str, CommitmentRow],
    decisions: Mapping[tuple[str, str], str],
) -> Iterator[ProposalRow]:
    from spacedialog.analysis import similarity  # here: it is asked for proposals alone

    def said(rows: Mapping[str, CommitmentRow]) -> list[similarity.Wording]:
        details = {
            ref: text for key in {row.dialogue for row in rows.values()} for ref, text in view.details(key).items()
        }
        return [
            similarity.Wording(
                ref, f"{row.title} {details.get(ref, '')}", row.area, [p for p in (row.lead, *row.partners) if p]
            )
            for ref, row in rows.items()
        ]

    for pair in similarity.similar_pairs(said(before), said(after)):
        if (pair.old, pair.new) not in decisions:
            titles = before[pair.old].title, after[pair.new].title
            yield ProposalRow(PROPOSED, pair.score, pair.old, titles[0], pair.new, titles[1])
