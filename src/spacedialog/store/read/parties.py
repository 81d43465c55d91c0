"""Parties as of a day: their roles in the dialogues, and which of them succeeded others."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from spacedialog.errors import DateError
from spacedialog.model.dates import VagueDate
from spacedialog.model.parties import Succession, predecessors
from spacedialog.model.rows.parties import PartyRow
from spacedialog.model.values import match_choice
from spacedialog.store.read.commitment_sql import VALID, Parameters, day_parameters, in_dialogues


def parties(
    connection: sqlite3.Connection, day: date, sides: Sequence[str] = (), *, dialogues: Sequence[str] = ()
) -> list[PartyRow]:
    """Return the parties of the dialogues and the sides, or all; those with the most commitments first.

    The case of a side does not matter; InputError for an unknown one.
    """
    parameters: Parameters = day_parameters(day)
    declared = connection.execute(
        "SELECT p.key, p.name, p.side, p.dialogue, p.aliases, json_extract(d.fields, '$.host') FROM party AS p"
        f" JOIN dialogue AS d ON d.key = p.dialogue AND {VALID.format('d')} WHERE {VALID.format('p')}"
        f" AND {in_dialogues('p.dialogue', dialogues, parameters)} ORDER BY d.held DESC, d.key",
        parameters,
    ).fetchall()
    names: dict[str, tuple[str, str, str]] = {}
    members: dict[str, list[str]] = {}
    hosted: Counter[str] = Counter()
    for key, name, side, dialogue, aliases, host in declared:
        names.setdefault(key, (name, side, aliases))
        members.setdefault(key, []).append(dialogue)
        hosted[key] += key == host
    known = sorted({side for _, side, _ in names.values()})
    wanted = [match_choice("side", side, known) for side in sides]
    roles = _roles(connection, day, dialogues)
    given = successions(connection, day)
    rows = [
        PartyRow(
            key,
            name,
            side,
            *roles.get(key, (0, 0, 0)),
            hosted[key],
            tuple(members[key]),
            tuple(json.loads(aliases)),
            tuple({"party": one.predecessor, "from": one.start} for one in given if one.party == key),
            tuple({"party": one.party, "from": one.start} for one in given if one.predecessor == key),
        )
        for key, (name, side, aliases) in names.items()
        if not wanted or side in wanted
    ]
    return sorted(rows, key=lambda row: (-row.commitments, row.party.casefold()))


def _roles(connection: sqlite3.Connection, day: date, dialogues: Sequence[str]) -> Mapping[str, tuple[int, int, int]]:
    """Return, by party, the numbers of its commitments, of those that it leads and of those that it is a partner of."""
    parameters: Parameters = day_parameters(day)
    rows = connection.execute(
        "SELECT i.party, count(DISTINCT i.item), sum(i.leads), sum(NOT i.leads) FROM involved AS i"
        f" WHERE {VALID.format('i')} AND {in_dialogues('i.dialogue', dialogues, parameters)} GROUP BY i.party",
        parameters,
    )
    return {party: (commitments, led, partnered) for party, commitments, led, partnered in rows}


def successions(connection: sqlite3.Connection, day: date) -> list[Succession]:
    """Return the successions of parties, each once, oldest first."""
    rows = connection.execute(
        f"SELECT p.key, p.succeeds FROM party AS p WHERE {VALID.format('p')} AND p.succeeds <> '[]'",
        day_parameters(day),
    )
    found = {Succession(key, one["party"], one["from"]) for key, listed in rows for one in json.loads(listed)}
    return sorted(found, key=lambda one: (one.start, one))


def shares_of_predecessors(connection: sqlite3.Connection, day: date, keys: Sequence[str]) -> list[tuple[str, str]]:
    """Return the dialogues that were held before the parties succeeded others, each with such a predecessor.

    Dialogues and parties are given by their keys. A dialogue that may have begun before a vague date counts.
    """
    given = successions(connection, day)
    ends = {party: end for party, end in predecessors(keys, given).items() if party not in keys} if given else {}
    if not ends:
        return []
    held = connection.execute(
        f"SELECT d.key, d.held FROM dialogue AS d WHERE {VALID.format('d')}", day_parameters(day)
    ).fetchall()
    return [(dialogue, party) for dialogue, when in held for party, end in ends.items() if _first_day(when) < end]


def _first_day(when: str) -> str:
    """Return the first day (ISO) of an EDTF date; empty if it has none or the text is not a date."""
    try:
        earliest = VagueDate.parse(when).earliest
    except DateError:
        return ""
    return earliest.isoformat() if earliest else ""
