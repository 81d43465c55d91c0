"""Links as of a day: decisions on whether a commitment continues one of an earlier dialogue."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from spacedialog.model.vocabulary import LinkDecision
from spacedialog.store.read.commitment_sql import VALID, day_parameters, is_among

_Linked = tuple[str, Mapping[str, str]]
"""The item of a commitment, with the `ref` and the `title` of one that is linked to it."""


def linked_commitments(
    connection: sqlite3.Connection, day: date, items: Sequence[str]
) -> tuple[list[_Linked], list[_Linked]]:
    """Return the commitments that the commitments `items` carry on, on the day, and those that carry them on."""
    parameters: dict[str, Any] = {**day_parameters(day)}
    sides = " UNION ALL ".join(
        f"SELECT '{other}' AS side, k.{side} AS item, c.ref, c.title, c.dialogue, c.number, c.ref_key FROM link AS k"
        f" JOIN commitment AS c ON c.item = k.{other} AND {VALID.format('c')}"
        f" WHERE {is_among(f'k.{side}', items, parameters)} AND k.decided = '{LinkDecision.LINKED}'"
        f" AND {VALID.format('k')}"
        for side, other in (("new", "old"), ("old", "new"))
    )
    cursor = connection.execute(f"{sides} ORDER BY dialogue, number, ref_key", parameters)
    linked: dict[str, list[_Linked]] = {"old": [], "new": []}
    for side, item, ref, title, *_ in cursor:
        linked[side].append((item, {"ref": ref, "title": title}))
    return linked["old"], linked["new"]


def decisions(connection: sqlite3.Connection, day: date, old: str, new: str) -> dict[tuple[str, str], str]:
    """Return the decisions on pairs of commitments (refs, older first) of the dialogues `old` and `new`."""
    cursor = connection.execute(
        "SELECT o.ref, n.ref, k.decided FROM link AS k"
        f" JOIN commitment AS o ON o.item = k.old AND o.dialogue = :old AND {VALID.format('o')}"
        f" JOIN commitment AS n ON n.item = k.new AND n.dialogue = :new AND {VALID.format('n')}"
        f" WHERE {VALID.format('k')} ORDER BY o.number, o.ref_key, n.number, n.ref_key",
        {**day_parameters(day), "old": old, "new": new},
    )
    return {(old_ref, new_ref): decided for old_ref, new_ref, decided in cursor}
