"""Parties: a new one, and the predecessors of parties that succeeded others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from spacedialog.model.dates import VagueDate
from spacedialog.model.fold import FOREVER, closing_day

MAY_BE_EMPTY = ("aliases", "succeeds")
"""The fields of a party that an edit may clear."""


class NewParty(NamedTuple):
    """A party to add to a dialogue (its key; by default the newest).

    `succeeds` has the parties that it succeeds (their keys), each with the date of the succession, a date or EDTF text.
    """

    key: str
    name: str
    side: str
    aliases: Sequence[str] = ()
    succeeds: Mapping[str, VagueDate | str] = MappingProxyType({})
    dialogue: str | None = None


class Succession(NamedTuple):
    """A party (its key) that succeeds another, `predecessor`, from an EDTF date."""

    party: str
    predecessor: str
    start: str


def predecessors(parties: Iterable[str], successions: Iterable[Succession]) -> dict[str, str]:
    """Return the parties that the given ones succeed, directly or not, each with the day (ISO) of the succession.

    Dialogues before that day count for the successor. A vague date counts as its last day. If several chains of
    successions lead to a party, the latest day applies. A cycle is followed only once.
    """
    of: dict[str, list[Succession]] = {}
    for succession in successions:
        of.setdefault(succession.party, []).append(succession)
    ends: dict[str, str] = {}
    pending = [(party, FOREVER) for party in parties]
    while pending:
        party, end = pending.pop()
        for _, predecessor, start in of.get(party, ()):
            share = min(end, closing_day(start))
            if share > ends.get(predecessor, ""):
                ends[predecessor] = share
                pending.append((predecessor, share))
    return ends
